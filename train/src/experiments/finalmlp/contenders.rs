//! The networks that are compared, and what each reports.

use std::collections::BTreeMap;

use burn::module::Param;
use pyrarium_datasets::tabular::{ClickData, Layout};
use pyrarium_recsys::{Model, ModelConfig};

use super::network::{Network, NetworkKind};
use crate::Error;
use crate::clicks::ClickFit;
use crate::clicks::comparison::{Attempt, Compared, compare_adapted, matched};
use crate::report::{Report, Summary};
use crate::run::Run;

/// Widths of the two hidden layers of each stream, among which every network has its own by the validation part.
pub const WIDTHS: [usize; 2] = [64, 128];
/// The widest single network that may stand for two streams.
const WIDEST: usize = 1024;

/// A network of the comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Contender {
    /// As in the paper.
    FinalMlp,
    /// Both streams see the embeddings as they are.
    NoGates,
    /// The streams are summed: the weights of their products are 0 and stay so.
    NoFusion,
    /// Neither.
    DualMlp,
    /// One network of as many parameters as FinalMLP with the width of the choice.
    Mlp,
    /// A weight for each entry.
    Logistic,
}

impl Contender {
    /// As reports have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::FinalMlp => "FinalMLP",
            Self::NoGates => "FinalMLP without gates",
            Self::NoFusion => "FinalMLP without fusion",
            Self::DualMlp => "DualMLP",
            Self::Mlp => "one MLP",
            Self::Logistic => "logistic regression",
        }
    }

    fn network(self, base: &Network, layout: &Layout, width: usize) -> Result<ModelConfig, Error> {
        let base = Network { widths: vec![width; 2], ..base.clone() };
        let network = match self {
            Self::FinalMlp | Self::NoFusion => base,
            Self::NoGates => Network { gates: false, ..base },
            Self::DualMlp => Network { kind: NetworkKind::DualMlp, ..base },
            Self::Logistic => Network { kind: NetworkKind::Logistic, ..base },
            Self::Mlp => {
                let wanted = base.config(layout)?.num_params()?;
                let mlp = Network { kind: NetworkKind::Mlp, ..base };
                let of_width = |width: usize| Network { widths: vec![width; 2], ..mlp.clone() };
                // A plain network has no context whose name could be wrong.
                let narrow = of_width(1).config(layout)?;
                let of_width = |width| of_width(width).config(layout).unwrap_or(narrow.clone());
                return Ok(of_width(matched(wanted, WIDEST, of_width)?));
            }
        };
        network.config(layout)
    }
}

/// FinalMLP whose streams are summed.
fn without_products(model: Model) -> Model {
    match model {
        Model::FinalMlp(mut model) => {
            let products = model.fusion.xy.val().zeros_like().detach().set_require_grad(false);
            model.fusion.xy = Param::initialized(model.fusion.xy.id, products);
            Model::FinalMlp(model)
        }
        other => other,
    }
}

/// What is chosen for each network.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Of the streams' hidden layers.
    pub width: usize,
    /// Of Adam.
    pub rate: f64,
}

/// A comparison on one data set.
pub struct Comparison<'a> {
    /// What reports call it.
    pub name: &'a str,
    /// The samples.
    pub data: &'a ClickData,
    /// The networks.
    pub contenders: &'a [Contender],
    /// What they have in common.
    pub base: Network,
    /// How they are fitted.
    pub fit: ClickFit,
    /// The widths to choose among.
    pub widths: &'a [usize],
    /// The learning rates to choose among.
    pub rates: &'a [f64],
    /// Seeds of weights and order.
    pub seeds: usize,
}

/// What each network reached.
pub type Outcomes = BTreeMap<Contender, Compared<Setting>>;

impl Comparison<'_> {
    fn attempts(&self, contender: Contender) -> Result<Vec<Attempt<Setting>>, Error> {
        // Logistic regression has no width.
        let widths = if contender == Contender::Logistic { &self.widths[..1] } else { self.widths };
        let mut attempts = Vec::new();
        for &width in widths {
            let network = contender.network(&self.base, &self.data.layout, width)?;
            for &rate in self.rates {
                attempts.push(Attempt {
                    setting: Setting { width, rate },
                    network: network.clone(),
                    fit: ClickFit { learning_rate: rate, ..self.fit.clone() },
                });
            }
        }
        Ok(attempts)
    }

    /// Trains all of them and adds what they reached to the report.
    pub fn run(&self, run: &Run, report: &mut Report) -> Result<Outcomes, Error> {
        let attempts = self.contenders.iter().map(|&contender| Ok((contender, self.attempts(contender)?)));
        let attempts = attempts.collect::<Result<BTreeMap<_, _>, Error>>()?;
        let outcomes =
            compare_adapted(run, self.data, &attempts, self.seeds, |contender, model| match contender {
                Contender::NoFusion => without_products(model),
                _ => model,
            })?;
        for (contender, compared) in &outcomes {
            let name = |metric: &str| format!("{}, {}: {metric}", self.name, contender.name());
            let area = report.add(name("test AUC %"), &compared.areas());
            let thousandths: Vec<f64> = compared.log_losses().iter().map(|loss| 1000.0 * loss).collect();
            report.add(name("test log loss x 1000"), &thousandths);
            report.add(name("parameters"), &[compared.parameters as f64]);
            report.add(name("best epoch"), &compared.epochs);
            let Setting { width, rate } = compared.setting;
            if *contender != Contender::Logistic {
                report.add(name("width of a stream"), &[width as f64]);
            }
            if self.rates.len() > 1 {
                report.add(name("learning rate x 1000"), &[1000.0 * rate]);
            }
            run.display.line(&format!("{}, {}: test AUC {area} %", self.name, contender.name()));
        }
        Ok(outcomes)
    }
}

/// The test AUC of a network over the seeds, in percent.
pub fn area(outcomes: &Outcomes, contender: Contender) -> Summary {
    Summary::of(&outcomes.get(&contender).map(Compared::areas).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Display;
    use pyrarium_datasets::tabular::{PartSizes, bilinear_ctr};

    #[test]
    fn without_fusion_the_products_stay_nothing() {
        let run = Run::new("flex", "nowhere".into(), Display::Silent).unwrap();
        let sizes = PartSizes { train: 64, valid: 20, test: 20 };
        let data = bilinear_ctr(sizes, 0).unwrap().data;
        let comparison = Comparison {
            name: "clicks",
            data: &data,
            contenders: &[Contender::FinalMlp, Contender::NoFusion],
            base: Network { gate_widths: vec![4], ..Network::default() },
            fit: ClickFit { epochs: 1, batch_size: 32, ..ClickFit::default() },
            widths: &[4],
            rates: &[1e-2],
            seeds: 1,
        };
        let mut report = Report::new("finalmlp", "flex", 0, "smoke");
        let outcomes = comparison.run(&run, &mut report).unwrap();
        let products = |contender| match &outcomes[&contender].models[0] {
            Model::FinalMlp(model) => model.fusion.xy.val().abs().max().into_scalar::<f32>(),
            _ => f32::NAN,
        };
        assert_eq!(products(Contender::NoFusion), 0.0);
        assert!(products(Contender::FinalMlp) > 0.0);
    }

    #[test]
    fn one_network_has_as_many_parameters_as_two_streams() {
        let sizes = PartSizes { train: 4, valid: 1, test: 1 };
        let layout = bilinear_ctr(sizes, 0).unwrap().data.layout;
        for width in WIDTHS {
            let [whole, one] = [Contender::FinalMlp, Contender::Mlp].map(|contender| {
                contender.network(&Network::default(), &layout, width).unwrap().num_params().unwrap()
            });
            assert!(one.abs_diff(whole) * 100 <= whole, "{one} for {whole}");
        }
    }
}
