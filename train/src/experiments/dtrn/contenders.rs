//! The networks that are compared, of one size.

use std::collections::BTreeMap;

use pyrarium_datasets::tabular::{ClickData, Layout};
use pyrarium_recsys::ModelConfig;

use super::network::{HeadKind, Network};
use crate::Error;
use crate::clicks::ClickFit;
use crate::clicks::comparison::{Attempt, Compared, compare, matched};
use crate::registry::Budget;
use crate::report::{Report, Summary};
use crate::run::Run;

/// The widest layer that a plain head may get for the parameters of both modules.
const WIDEST: usize = 256;
/// Epochs at most, and those without a better validation AUC after which a training stops.
const EPOCHS: usize = 20;
const PATIENCE: usize = 3;
/// Experts of MMoE.
const EXPERTS: usize = 4;

/// A network of the comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Contender {
    /// Both modules under a shared bottom: DTRN.
    Both,
    /// The interest module alone (TIM).
    Interest,
    /// The refinement module alone (TRM).
    Refinement,
    /// A plain head; histories are read by the same kind of attention.
    Plain(HeadKind),
}

impl Contender {
    /// Those without the modules.
    pub const PLAIN: [Self; 3] =
        [Self::Plain(HeadKind::SharedBottom), Self::Plain(HeadKind::Mmoe), Self::Plain(HeadKind::Ple)];

    /// As reports have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Both => "DTRN",
            Self::Interest => "interest module alone",
            Self::Refinement => "refinement module alone",
            Self::Plain(HeadKind::SharedBottom) => "shared bottom",
            Self::Plain(HeadKind::Mmoe) => "MMoE",
            Self::Plain(HeadKind::Ple) => "PLE",
        }
    }

    fn of_width(self, softmax: bool, width: usize) -> Network {
        let base = Network { softmax, widths: vec![width; 2], tower: vec![width], ..Network::default() };
        match self {
            Self::Both => base,
            Self::Interest => Network { refinement_module: false, ..base },
            Self::Refinement => Network { interest_module: false, ..base },
            Self::Plain(head) => Network {
                head,
                interest_module: false,
                refinement_module: false,
                experts: if head == HeadKind::Mmoe { EXPERTS } else { 1 },
                ..base
            },
        }
    }

    /// The network with as many parameters as DTRN without a softmax.
    pub fn network(self, layout: &Layout, softmax: bool) -> Result<Network, Error> {
        let config = |network: &Network| ModelConfig::Dtrn(network.config(layout));
        let wanted = config(&Network::default()).num_params()?;
        let width = matched(wanted, WIDEST, |width| config(&self.of_width(softmax, width)))?;
        Ok(self.of_width(softmax, width))
    }
}

/// What every network has its own of, by the validation part.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Setting {
    /// The learning rate.
    pub rate: f64,
    /// Whether the weights of past items go through a softmax.
    pub softmax: bool,
}

const RATES: [f64; 2] = [3e-3, 1e-3];

/// So many settings, each learning rate without and with a softmax.
pub fn grid(settings: usize) -> Vec<Setting> {
    let both = |rate: f64| [false, true].map(|softmax| Setting { rate, softmax });
    RATES.into_iter().flat_map(both).take(settings).collect()
}

/// Epochs in which every network comes to its best by the validation part.
pub fn until_it_stalls(budget: Budget) -> ClickFit {
    ClickFit { epochs: budget.pick(1, EPOCHS, EPOCHS), patience: PATIENCE, ..ClickFit::default() }
}

/// What each network reached, with its setting.
pub type Outcomes = BTreeMap<Contender, Compared<Setting>>;

/// A comparison on one data set.
pub struct Comparison<'a> {
    /// What reports call it.
    pub name: &'a str,
    /// The samples.
    pub data: &'a ClickData,
    /// The networks.
    pub contenders: &'a [Contender],
    /// How they are fitted.
    pub fit: ClickFit,
    /// The settings to choose among.
    pub settings: &'a [Setting],
    /// Seeds of weights and order.
    pub seeds: usize,
}

impl Comparison<'_> {
    /// A network with each setting, of the size it has for the comparison's data, for samples of a layout.
    pub fn attempts(&self, contender: Contender, layout: &Layout) -> Result<Vec<Attempt<Setting>>, Error> {
        let attempt = |&setting: &Setting| -> Result<Attempt<Setting>, Error> {
            let network = contender.network(&self.data.layout, setting.softmax)?;
            Ok(Attempt {
                setting,
                network: ModelConfig::Dtrn(network.config(layout)),
                fit: ClickFit { learning_rate: setting.rate, ..self.fit.clone() },
            })
        };
        self.settings.iter().map(attempt).collect()
    }

    /// Trains all of them and adds what they reached to the report.
    pub fn run(&self, run: &Run, report: &mut Report) -> Result<Outcomes, Error> {
        let layout = &self.data.layout;
        let mut attempts = BTreeMap::new();
        for &contender in self.contenders {
            attempts.insert(contender, self.attempts(contender, layout)?);
        }
        let outcomes = compare(run, self.data, &attempts, self.seeds)?;
        for (contender, compared) in &outcomes {
            let name = |metric: &str| format!("{}, {}: {metric}", self.name, contender.name());
            for (task, of_task) in layout.tasks.iter().enumerate() {
                report.add(name(&format!("test AUC %, {of_task}")), &compared.areas_of(task));
            }
            let area = report.add(name("test AUC %, mean"), &compared.areas());
            report.add(name("parameters"), &[compared.parameters as f64]);
            report.add(name("learning rate x 1000"), &[1000.0 * compared.setting.rate]);
            report.add(name("softmax of the weights of past items"), &[f64::from(compared.setting.softmax)]);
            report.add(name("best epoch"), &compared.epochs);
            run.display.line(&format!("{}, {}: mean test AUC {area} %", self.name, contender.name()));
        }
        Ok(outcomes)
    }
}

/// The mean test AUC over tasks of a network, over the seeds, in percent.
pub fn area(outcomes: &Outcomes, contender: Contender) -> Summary {
    Summary::of(&outcomes.get(&contender).map(Compared::areas).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use pyrarium_datasets::tabular::{PartSizes, conflicting_tasks};

    #[test]
    fn all_networks_have_about_as_many_parameters() {
        let sizes = PartSizes { train: 4, valid: 1, test: 1 };
        let layout = conflicting_tasks(0, sizes, 0).unwrap().data.layout;
        let parameters = |contender: Contender, softmax: bool| {
            contender.network(&layout, softmax).unwrap().config(&layout).num_params().unwrap()
        };
        let wanted = Network::default().config(&layout).num_params().unwrap();
        assert_eq!(parameters(Contender::Both, false), wanted);
        let others = [Contender::Both, Contender::Interest, Contender::Refinement];
        for contender in others.into_iter().chain(Contender::PLAIN) {
            for softmax in [false, true] {
                let parameters = parameters(contender, softmax);
                assert!(parameters.abs_diff(wanted) * 10 <= wanted, "{parameters} for {wanted}");
            }
        }
    }
}
