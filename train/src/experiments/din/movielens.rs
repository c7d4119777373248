//! MovieLens-100K: a user's last films against the next one, with and without what the paper adds to the network.

use pyrarium_datasets::tabular::{ClickData, Encoded};
use pyrarium_layers::HiddenActivation;
use pyrarium_recsys::{Din, Pooling};

use super::network::{Network, movielens};
use crate::Error;
use crate::clicks::comparison::{thinned, where_present};
use crate::clicks::fit::VALID_AUC;
use crate::clicks::metrics::rela_impr;
use crate::clicks::{ClickFit, TaskScores, evaluate, fit_clicks};
use crate::parallel::run_all;
use crate::registry::{Budget, ClaimText, Reproduction};
use crate::report::Report;
use crate::run::Run;
use crate::weights::initialise;

/// The penalty against over-fitting.
pub const REGULARISED: ClaimText = ClaimText {
    id: "mini-batch-aware-l2-holds-off-overfitting",
    statement: "On MovieLens-100K, DIN with Dice and mini-batch aware L2 has a test AUC not below that of the same network without it at its own best epoch, and a smaller difference between training and test AUC after the last of ten epochs.",
    paper: "Alibaba, AUC: DIN 0.6029, with the penalty 0.6060; MovieLens-20M, AUC: base 0.7300, DIN 0.7337, with Dice 0.7348 (all unconfirmed)",
    relation: "AUC >= that without, difference < that without, means of the seeds",
};

/// The strengths of the penalty, of which the validation part chooses with seed 0.
const LAMBDAS: [f64; 2] = [0.1, 1.0];

/// Networks by what they have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Contender {
    Base,
    Prelu,
    Dice,
    Regularised,
}

use Contender::{Base, Dice, Prelu, Regularised};

impl Contender {
    const ALL: [Self; 4] = [Base, Prelu, Dice, Regularised];

    fn name(self) -> &'static str {
        match self {
            Base => "base",
            Prelu => "DIN, PReLU",
            Dice => "DIN, Dice",
            Regularised => "DIN, Dice, mini-batch aware L2",
        }
    }

    fn network(self) -> Network {
        Network {
            pooling: if self == Base { Pooling::Mean } else { Pooling::Attention },
            activation: match self {
                Base | Prelu => HiddenActivation::Prelu,
                Dice | Regularised => HiddenActivation::Dice,
            },
            embedding_dim: 16,
            ..Network::default()
        }
    }
}

/// Reports all networks and tests [`REGULARISED`], where the data set is there.
pub fn test(run: &Run, what: Reproduction, report: &mut Report) -> Result<(), Error> {
    let Some(data) = where_present(run, "MovieLens-100K", movielens(run, 0, 0))? else { return Ok(()) };
    let data = if what.budget == Budget::Smoke { thinned(data, 200) } else { data };
    let lambda = best_lambda(run, what, &data)?;
    report.add("MovieLens-100K, lambda of the penalty x 1000", &[1000.0 * lambda]);
    let mut trials = Vec::new();
    for seed in 0..what.budget.pick(what.seeds, what.seeds, what.seeds.max(5)) as u64 {
        for contender in Contender::ALL {
            trials.push(Trial::new(run, what, (contender, lambda, seed), &data)?);
        }
    }
    let results = run_all(trials, |trial| trial.tested(run))?;

    let column = |wanted: Contender, value: fn(&Tested) -> f64| -> Vec<f64> {
        results.iter().filter(|it| it.contender == wanted).map(|it| 100.0 * value(it)).collect()
    };
    let mut summaries = Vec::new();
    for contender in Contender::ALL {
        let mut add = |metric: &str, value| {
            let name = format!("MovieLens-100K, {}, {metric}", contender.name());
            report.add(name, &column(contender, value))
        };
        let area = add("test AUC %", |it| it.best.auc);
        add("test GAUC %", |it| it.best.gauc);
        let gap = add("training minus test AUC after the last epoch, points", |it| it.gap);
        summaries.push((area, gap));
    }
    if let [(base, _), (din, _), (without, gap), (with, smaller)] = summaries[..] {
        report.add(
            "MovieLens-100K, RelaImpr of DIN with PReLU %",
            &[rela_impr(din.mean / 100.0, base.mean / 100.0)],
        );
        let measured = format!(
            "with it {with} %, without {without} %; difference {smaller} and {gap} points; base {base} %, PReLU {din} %"
        );
        let held = with.mean >= without.mean && smaller.mean < gap.mean;
        report.claims.push(REGULARISED.tested(measured, held));
    }
    Ok(())
}

/// Every so manieth sample.
fn every(samples: &Encoded, step: usize) -> Encoded {
    samples.select(&(0..samples.len()).step_by(step.max(1)).collect::<Vec<_>>())
}

/// One training.
struct Trial<'a> {
    contender: Contender,
    seed: u64,
    fit: ClickFit,
    data: &'a ClickData,
    model: Din,
}

/// What came of it.
struct Tested {
    contender: Contender,
    /// On the test part, of the epoch that is best on the validation part.
    best: TaskScores,
    /// Training AUC minus test AUC after the last epoch.
    gap: f64,
}

impl<'a> Trial<'a> {
    fn new(
        run: &Run,
        what: Reproduction,
        (contender, lambda, seed): (Contender, f64, u64),
        data: &'a ClickData,
    ) -> Result<Self, Error> {
        let device = run.device.clone().autodiff();
        let model =
            initialise(&device, seed, |device| contender.network().config(&data.layout).init(device))?;
        let fit = ClickFit {
            epochs: what.budget.pick(1, 10, 10),
            batch_size: 512,
            mini_batch_aware_l2: if contender == Regularised { lambda } else { 0.0 },
            ..ClickFit::default()
        };
        Ok(Self { contender, seed, fit, data, model })
    }

    fn tested(self, run: &Run) -> Result<Tested, Error> {
        let Self { contender, seed, fit, data, model } = self;
        let fitted = fit_clicks(run, data, model, &fit, seed, None)?;
        let area = |model: &Din, samples: &Encoded| -> Result<TaskScores, Error> {
            let scores = evaluate(model, &data.layout, samples)?;
            scores.first().copied().ok_or_else(|| Error::Usage("a model without a task".to_string()))
        };
        let best = area(&fitted.model, &data.test)?;
        // A part of the training samples says as much and takes less time.
        let seen = area(&fitted.last, &every(&data.train, data.train.len() / 10_000))?;
        let gap = seen.auc - area(&fitted.last, &data.test)?.auc;
        run.display.line(&format!(
            "{}, seed {seed}: test AUC {:.4} of epoch {}, gap {gap:.4}",
            contender.name(),
            best.auc,
            fitted.best_epoch
        ));
        Ok(Tested { contender, best, gap })
    }
}

fn best_lambda(run: &Run, what: Reproduction, data: &ClickData) -> Result<f64, Error> {
    let lambdas = if what.budget == Budget::Smoke { &LAMBDAS[..1] } else { &LAMBDAS[..] };
    let trials = lambdas.iter().map(|&lambda| Trial::new(run, what, (Regularised, lambda, 0), data));
    let trials = trials.collect::<Result<Vec<_>, _>>()?;
    let tried = run_all(trials, |Trial { seed, fit, data, model, .. }| {
        let fitted = fit_clicks(run, data, model, &fit, seed, None)?;
        let best = fitted.curve(VALID_AUC).into_iter().fold(f64::MIN, f64::max);
        Ok((fit.mini_batch_aware_l2, best))
    })?;
    let best = tried.iter().max_by(|one, other| one.1.total_cmp(&other.1));
    Ok(best.map_or(LAMBDAS[0], |(lambda, _)| *lambda))
}
