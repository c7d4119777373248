//! MovieLens-100K: films that a user likes, loves and dislikes, by the films rated, liked and loved before.

use super::contenders::{Comparison, Contender, Outcomes, area, grid, until_it_stalls};
use super::network::{HeadKind, movielens};
use crate::Error;
use crate::clicks::comparison::{thinned, where_present};
use crate::registry::{Budget, ClaimText, Reproduction};
use crate::report::Report;
use crate::run::Run;

/// Against the strongest plain head of the paper's comparison.
pub const NOT_BELOW_MMOE: ClaimText = ClaimText {
    id: "movielens-not-below-mmoe",
    statement: "On MovieLens-100K (tasks like, love, dislike; split by time; at the quick budget 10,000 samples to train on; the same settings to choose from: learning rates 0.003 and 0.001, past items weighed without or with a softmax; each trained until validation stalls) DTRN's mean test AUC of the tasks is not below MMoE's by more than one standard deviation of MMoE over the seeds.",
    paper: "other data: better than MMoE on all tasks (no figure confirmed)",
    relation: "DTRN >= MMoE - one standard deviation",
};

const NAME: &str = "MovieLens-100K";
const MMOE: Contender = Contender::Plain(HeadKind::Mmoe);
/// Seeds of the full budget, at least.
const SEEDS: usize = 5;
/// Samples of each part at the quick budget, at most, where the interest module takes most of the time.
const QUICK: usize = 10_000;

/// Reports all networks and tests [`NOT_BELOW_MMOE`], where the data set is there.
pub fn test(run: &Run, what: Reproduction, report: &mut Report) -> Result<(), Error> {
    let Some(data) = where_present(run, NAME, movielens(run, 0, 0))? else { return Ok(()) };
    let data = match what.budget {
        Budget::Smoke => thinned(data, 100),
        Budget::Quick => thinned(data, QUICK),
        Budget::Full => data,
    };
    let comparison = Comparison {
        name: NAME,
        data: &data,
        contenders: &[Contender::Both, Contender::PLAIN[0], Contender::PLAIN[1], Contender::PLAIN[2]],
        fit: until_it_stalls(what.budget),
        settings: &grid(what.budget.pick(1, 4, 4)),
        seeds: what.budget.pick(1, what.seeds, what.seeds.max(SEEDS)),
    };
    decide(&comparison.run(run, report)?, report);
    Ok(())
}

fn decide(outcomes: &Outcomes, report: &mut Report) {
    let [ours, mmoe] = [Contender::Both, MMOE].map(|contender| area(outcomes, contender));
    let measured = format!("DTRN {ours} %, MMoE {mmoe} %");
    report.claims.push(NOT_BELOW_MMOE.tested(measured, ours.mean >= mmoe.mean - mmoe.std));
}
