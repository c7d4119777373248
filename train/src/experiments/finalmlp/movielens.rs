//! MovieLens-100K: FinalMLP beside what it is made of, and beside logistic regression.

use super::contenders::{Comparison, Contender, Outcomes, WIDTHS, area};
use super::network::{Network, movielens};
use crate::Error;
use crate::clicks::ClickFit;
use crate::clicks::comparison::{thinned, where_present};
use crate::registry::{Budget, ClaimText, Reproduction};
use crate::report::Report;
use crate::run::Run;

/// Against the simplest model.
pub const ABOVE_LOGISTIC: ClaimText = ClaimText {
    id: "movielens-above-logistic-regression",
    statement: "On MovieLens-100K (rating of at least 4, split by time) FinalMLP's mean test AUC over five seeds is at least 0.5 points above that of logistic regression; both with the best of two learning rates.",
    paper: "other data (MovieLens tags): FinalMLP 97.20; no logistic regression",
    relation: "FinalMLP >= logistic regression + 0.5 points",
};
/// Against the model it improves.
pub const NOT_BELOW_DUAL: ClaimText = ClaimText {
    id: "movielens-not-below-dualmlp",
    statement: "There FinalMLP is not below DualMLP by more than one standard deviation of DualMLP over the seeds; differences at this size are small.",
    paper: "other data (MovieLens tags): FinalMLP 97.20, DualMLP 96.98",
    relation: "FinalMLP >= DualMLP - one standard deviation",
};

const NAME: &str = "MovieLens-100K";
/// The least number of seeds.
const SEEDS: usize = 5;
/// Learning rates, among which every network has its own: logistic regression learns too little in ten epochs with the smaller one.
pub const RATES: [f64; 2] = [1e-3, 1e-2];

/// Tests [`ABOVE_LOGISTIC`] and [`NOT_BELOW_DUAL`] where the data set is there.
pub fn test(run: &Run, what: Reproduction, report: &mut Report) -> Result<(), Error> {
    let Some(data) = where_present(run, NAME, movielens(run, 0, 0))? else { return Ok(()) };
    let is_smoke = what.budget == Budget::Smoke;
    let data = if is_smoke { thinned(data, 300) } else { data };
    let names = |names: &[&str]| names.iter().map(|name| name.to_string()).collect();
    let comparison = Comparison {
        name: NAME,
        data: &data,
        contenders: &[
            Contender::FinalMlp,
            Contender::NoGates,
            Contender::NoFusion,
            Contender::DualMlp,
            Contender::Mlp,
            Contender::Logistic,
        ],
        base: Network {
            embedding_dim: 10,
            context1: names(&["user", "age", "gender", "occupation"]),
            context2: names(&["item", "genre", "decade"]),
            ..Network::default()
        },
        fit: ClickFit {
            epochs: what.budget.pick(1, 10, 10),
            batch_size: 1024,
            patience: 2,
            ..ClickFit::default()
        },
        widths: if is_smoke { &WIDTHS[..1] } else { &WIDTHS },
        rates: if is_smoke { &RATES[..1] } else { &RATES },
        seeds: if is_smoke { 1 } else { what.seeds.max(SEEDS) },
    };
    decide(&comparison.run(run, report)?, report);
    Ok(())
}

fn decide(outcomes: &Outcomes, report: &mut Report) {
    let [ours, logistic, dual] = [Contender::FinalMlp, Contender::Logistic, Contender::DualMlp]
        .map(|contender| area(outcomes, contender));
    let measured = format!("FinalMLP {ours} %, logistic regression {logistic} %");
    report.claims.push(ABOVE_LOGISTIC.tested(measured, ours.mean >= logistic.mean + 0.5));
    let measured = format!("FinalMLP {ours} %, DualMLP {dual} %");
    report.claims.push(NOT_BELOW_DUAL.tested(measured, ours.mean >= dual.mean - dual.std));
}
