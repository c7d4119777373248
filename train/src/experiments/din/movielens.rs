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
use crate::report::{Report, Summary};
use crate::run::Run;
use crate::weights::initialise;

/// The penalty against over-fitting.
pub const REGULARISED: ClaimText = ClaimText {
    id: "mini-batch-aware-l2-holds-off-overfitting",
    statement: "On MovieLens-100K, DIN with Dice and mini-batch aware L2 has a test AUC not below that of the same network without it, each at its own best epoch, and a smaller difference between training and test AUC after the last of ten epochs (its strength chosen among 0.01, 1 and 10 by the validation part; histories of the last 20 films in the quick budget, of 50 in the full one).",
    paper: "Alibaba, AUC: DIN 0.6029, with the penalty 0.6060; MovieLens-20M, AUC: base 0.7300, DIN 0.7337, with Dice 0.7348 (all unconfirmed)",
    relation: "AUC >= that without, difference < that without, means of the seeds",
};

/// The strengths of the penalty, of which the validation part chooses with seed 0; the first is the paper's.
const LAMBDAS: [f64; 3] = [0.01, 1.0, 10.0];
const EPOCHS: usize = 10;
/// Seeds, at least.
const SEEDS: usize = 5;
/// The data set in the names of metrics.
const DATA: &str = "MovieLens-100K";

/// Networks by what they have.
#[derive(Clone, Copy, PartialEq)]
enum Contender {
    Base,
    Prelu,
    Dice,
    /// With the lambda of its penalty.
    Regularised(f64),
}

use Contender::{Base, Dice, Prelu, Regularised};

impl Contender {
    fn name(self) -> &'static str {
        match self {
            Base => "base",
            Prelu => "DIN, PReLU",
            Dice => "DIN, Dice",
            Regularised(_) => "DIN, Dice, mini-batch aware L2",
        }
    }

    fn network(self) -> Network {
        Network {
            pooling: if self == Base { Pooling::Mean } else { Pooling::Attention },
            activation: match self {
                Base | Prelu => HiddenActivation::Prelu,
                Dice | Regularised(_) => HiddenActivation::Dice,
            },
            embedding_dim: 16,
            ..Network::default()
        }
    }

    /// Those whose difference is compared are trained to the end, the others until they have been better.
    fn fit(self, budget: Budget) -> ClickFit {
        let (lambda, patience) = match self {
            Base | Prelu => (0.0, 2),
            Dice => (0.0, 0),
            Regularised(lambda) => (lambda, 0),
        };
        let epochs = budget.pick(1, EPOCHS, EPOCHS);
        ClickFit { epochs, batch_size: 512, patience, mini_batch_aware_l2: lambda, ..ClickFit::default() }
    }
}

/// Reports all networks and tests [`REGULARISED`], where the data set is there.
pub fn test(run: &Run, what: Reproduction, report: &mut Report) -> Result<(), Error> {
    let Some(data) = where_present(run, DATA, movielens(run, 0, 0))? else { return Ok(()) };
    let data = match what.budget {
        Budget::Smoke => thinned(data, 200),
        Budget::Quick => with_recent(data, 20),
        Budget::Full => data,
    };
    let lambdas = what.budget.pick(&LAMBDAS[..1], &LAMBDAS[..], &LAMBDAS[..]);
    let with_lambdas = lambdas.iter().map(|&lambda| Regularised(lambda));
    let first: Vec<Contender> = [Base, Prelu, Dice].into_iter().chain(with_lambdas).collect();
    let mut results = tested(run, what, &data, first, 0..1)?;
    let of_valid = |one: &&Tested, other: &&Tested| one.valid_auc.total_cmp(&other.valid_auc);
    let tried = results.iter().filter(|it| matches!(it.contender, Regularised(_)));
    let Some(&Tested { contender: best, .. }) = tried.max_by(of_valid) else { return Ok(()) };
    results.retain(|it| it.contender == best || !matches!(it.contender, Regularised(_)));
    let contenders = vec![Base, Prelu, Dice, best];
    let at_least = what.seeds.max(SEEDS);
    let seeds = what.budget.pick(what.seeds, at_least, at_least) as u64;
    results.extend(tested(run, what, &data, contenders.clone(), 1..seeds)?);

    let Regularised(lambda) = best else { return Ok(()) };
    report.add(format!("{DATA}, lambda of the penalty"), &[lambda]);
    let summaries: Vec<(Summary, Summary)> =
        contenders.iter().map(|&contender| summary(contender, &results, report)).collect();
    if let [(base, _), (din, _), (without, gap), (with, smaller)] = summaries[..] {
        let improvement = rela_impr(din.mean / 100.0, base.mean / 100.0);
        report.add(format!("{DATA}, RelaImpr of DIN with PReLU over base %"), &[improvement]);
        let measured = format!(
            "with it (lambda {lambda}) {with} %, without {without} %; difference {smaller} and {gap} points; base {base} %, PReLU {din} %"
        );
        let held = with.mean >= without.mean && smaller.mean < gap.mean;
        report.claims.push(REGULARISED.tested(measured, held));
    }
    Ok(())
}

/// Adds what a contender reached to the report: its test AUC and its difference.
fn summary(contender: Contender, results: &[Tested], report: &mut Report) -> (Summary, Summary) {
    let of = |value: fn(&Tested) -> f64| -> Vec<f64> {
        results.iter().filter(|it| it.contender == contender).map(value).collect()
    };
    let name = |metric: &str| format!("{DATA}, {}, {metric}", contender.name());
    let area = report.add(name("test AUC %"), &of(|it| 100.0 * it.best.auc));
    report.add(name("test GAUC %"), &of(|it| 100.0 * it.best.gauc));
    report.add(name("best epoch"), &of(|it| it.best_epoch as f64));
    let gap = of(|it| 100.0 * it.gap);
    let gap = match contender {
        Base | Prelu => Summary::of(&gap),
        _ => report.add(name("training minus test AUC after the last epoch, points"), &gap),
    };
    (area, gap)
}

/// What came of a training.
struct Tested {
    contender: Contender,
    /// The best epoch's.
    valid_auc: f64,
    best_epoch: usize,
    /// On the test part, of the best epoch.
    best: TaskScores,
    /// Training AUC minus test AUC after the last epoch.
    gap: f64,
}

/// Trains each contender with each seed.
fn tested(
    run: &Run,
    what: Reproduction,
    data: &ClickData,
    contenders: Vec<Contender>,
    seeds: std::ops::Range<u64>,
) -> Result<Vec<Tested>, Error> {
    let mut trials = Vec::new();
    for seed in seeds {
        for &contender in &contenders {
            let config = contender.network().config(&data.layout);
            let device = run.device.clone().autodiff();
            trials.push((contender, seed, initialise(&device, seed, |device| config.init(device))?));
        }
    }
    run_all(trials, |(contender, seed, model)| {
        let fitted = fit_clicks(run, data, model, &contender.fit(what.budget), seed, None)?;
        let best = area(&fitted.model, data, &data.test)?;
        // A part of the training samples says as much and takes less time.
        let seen = area(&fitted.last, data, &every(&data.train, data.train.len() / 10_000))?;
        let gap = seen.auc - area(&fitted.last, data, &data.test)?.auc;
        let (name, epoch) = (contender.name(), fitted.best_epoch);
        run.display.line(&format!("{name}, seed {seed}: test AUC {:.4} of epoch {epoch}", best.auc));
        let valid_auc = fitted.curve(VALID_AUC).into_iter().fold(f64::MIN, f64::max);
        Ok(Tested { contender, valid_auc, best_epoch: epoch, best, gap })
    })
}

fn area(model: &Din, data: &ClickData, samples: &Encoded) -> Result<TaskScores, Error> {
    let scores = evaluate(model, &data.layout, samples)?;
    scores.first().copied().ok_or_else(|| Error::Usage("samples without a task".to_string()))
}

/// One sample of each `step`.
fn every(samples: &Encoded, step: usize) -> Encoded {
    samples.select(&(0..samples.len()).step_by(step.max(1)).collect::<Vec<_>>())
}

/// Histories cut to their last items, at most `length` of them.
fn with_recent(mut data: ClickData, length: usize) -> ClickData {
    for (at, layout) in data.layout.sequences.iter_mut().enumerate() {
        let (before, parts) = (layout.length, layout.fields.len());
        layout.length = length.min(before);
        for part in [&mut data.train, &mut data.valid, &mut data.test] {
            let history = &mut part.sequences[at];
            let samples = history.ids.chunks(before * parts).zip(&mut history.lengths);
            let mut ids = Vec::with_capacity(history.ids.len() / before * layout.length);
            for (sample, items) in samples {
                let kept = (*items as usize).min(layout.length);
                ids.extend(&sample[(*items as usize - kept) * parts..*items as usize * parts]);
                ids.extend(std::iter::repeat_n(0, (layout.length - kept) * parts));
                *items = kept as u32;
            }
            history.ids = ids;
        }
    }
    data.counts = data.layout.counts(&data.train);
    data
}

#[cfg(test)]
mod tests {
    use super::*;
    use pyrarium_datasets::tabular::{PartSizes, multi_interest};

    #[test]
    fn the_last_items_of_a_history_are_kept() {
        let whole = multi_interest(PartSizes { train: 20, valid: 5, test: 5 }, 0).unwrap().data;
        let cut = with_recent(whole.clone(), 12);
        for (part, place) in [(&cut.train, "train"), (&cut.valid, "valid"), (&cut.test, "test")] {
            cut.layout.check(part, place).unwrap();
        }
        let (before, after) = (&whole.train.sequences[0], &cut.train.sequences[0]);
        for sample in 0..20 {
            let (all, kept) = (before.lengths[sample] as usize, after.lengths[sample] as usize);
            assert_eq!(kept, all.min(12));
            let last = &before.ids[60 * sample + 2 * (all - kept)..60 * sample + 2 * all];
            assert_eq!(&after.ids[24 * sample..24 * sample + 2 * kept], last);
        }
        assert_eq!(cut.counts, cut.layout.counts(&cut.train));
    }
}
