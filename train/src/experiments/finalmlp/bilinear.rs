//! Drawn clicks that hang on a product of two sides, of which the best possible AUC is known.

use pyrarium_datasets::tabular::{BILINEAR_CTR_SIZES, ClickData, PartSizes, bilinear_ctr};

use super::contenders::{Comparison, Contender, Outcomes, WIDTHS, area};
use super::network::Network;
use crate::Error;
use crate::clicks::ClickFit;
use crate::clicks::metrics::auc;
use crate::registry::{ClaimText, Reproduction};
use crate::report::Report;
use crate::run::Run;

const PAPER: &str = "AUC % on Criteo, Avazu, MovieLens (tags), Frappe: FinalMLP 81.49, 76.66, 97.20, 98.61; DualMLP 81.42, 76.57, 96.98, 98.47; DCN 81.39, 76.47, 96.87, 98.39";

/// Two streams and their fusion are better than two streams, and those than one.
pub const ORDER: ClaimText = ClaimText {
    id: "order",
    statement: "On 60,000 drawn clicks, with at most ten epochs, mean test AUC: FinalMLP >= DualMLP >= one MLP of as many parameters as FinalMLP; each with its own width of two by the validation part.",
    paper: PAPER,
    relation: "FinalMLP >= DualMLP >= one MLP, means of the seeds",
};
/// By how much.
pub const LEAD: ClaimText = ClaimText {
    id: "lead-over-one-network",
    statement: "There FinalMLP is at least 0.5 points of AUC above one MLP of as many parameters.",
    paper: PAPER,
    relation: "FinalMLP >= one MLP + 0.5 points",
};
/// How much is left.
pub const NEAR: ClaimText = ClaimText {
    id: "near-the-best-possible",
    statement: "There FinalMLP is within 3 points of AUC of the best possible.",
    paper: "not a statement of the paper",
    relation: "FinalMLP >= best possible - 3 points",
};

/// The networks that are compared.
const CONTENDERS: [Contender; 3] = [Contender::FinalMlp, Contender::DualMlp, Contender::Mlp];
/// The seed of the samples; those of weights and order vary.
const DATA_SEED: u64 = 0;

/// Tests [`ORDER`], [`LEAD`] and [`NEAR`], and reports what the same networks reach when they may train until the validation AUC stalls.
pub fn test(run: &Run, what: Reproduction, report: &mut Report) -> Result<(), Error> {
    let few = PartSizes { train: 500, valid: 200, test: 200 };
    let drawn = bilinear_ctr(what.budget.pick(few, BILINEAR_CTR_SIZES, BILINEAR_CTR_SIZES), DATA_SEED)?;
    let best = 100.0 * auc(&drawn.probabilities[2], &drawn.data.test.labels);
    report.add("bilinear clicks, best possible: test AUC %", &[best]);
    let fit = ClickFit {
        epochs: what.budget.pick(1, 10, 10),
        batch_size: 1024,
        patience: 2,
        ..ClickFit::default()
    };
    let outcomes = comparison("bilinear clicks", &drawn.data, fit.clone(), what).run(run, report)?;
    let longer = ClickFit { epochs: what.budget.pick(2, 60, 60), patience: 3, ..fit };
    let longer =
        comparison("bilinear clicks, trained until it stalls", &drawn.data, longer, what).run(run, report)?;
    decide(&outcomes, &longer, best, report);
    Ok(())
}

fn comparison<'a>(name: &'a str, data: &'a ClickData, fit: ClickFit, what: Reproduction) -> Comparison<'a> {
    Comparison {
        name,
        data,
        contenders: &CONTENDERS,
        base: Network::default(),
        fit,
        widths: what.budget.pick(&WIDTHS[..1], &WIDTHS, &WIDTHS),
        rates: &[1e-3],
        seeds: what.seeds,
    }
}

/// The verdicts are those of ten epochs; what came of longer training stands beside them.
fn decide(outcomes: &Outcomes, longer: &Outcomes, best: f64, report: &mut Report) {
    let [ours, dual, one] = CONTENDERS.map(|contender| area(outcomes, contender));
    let [ours_longer, dual_longer, one_longer] = CONTENDERS.map(|contender| area(longer, contender));
    let measured = format!(
        "{ours} %, {dual} %, {one} %; trained until it stalls {ours_longer} %, {dual_longer} %, {one_longer} %"
    );
    report.claims.push(ORDER.tested(measured, ours.mean >= dual.mean && dual.mean >= one.mean));
    let measured = format!(
        "{:+.2} points; trained until it stalls {:+.2}",
        ours.mean - one.mean,
        ours_longer.mean - one_longer.mean
    );
    report.claims.push(LEAD.tested(measured, ours.mean >= one.mean + 0.5));
    let measured = format!(
        "{:.2} points below {best:.2} %; trained until it stalls {:.2}",
        best - ours.mean,
        best - ours_longer.mean
    );
    report.claims.push(NEAR.tested(measured, ours.mean >= best - 3.0));
}

#[cfg(test)]
mod tests {
    use super::super::contenders::Setting;
    use super::*;
    use crate::clicks::TaskScores;
    use crate::clicks::comparison::Compared;

    fn outcomes(areas: [f64; 3]) -> Outcomes {
        let compared = |auc: f64| Compared {
            setting: Setting { width: 64, rate: 1e-3 },
            parameters: 1,
            scores: vec![vec![TaskScores { auc: auc / 100.0, gauc: f64::NAN, log_loss: 0.5 }]; 2],
            epochs: vec![1.0; 2],
            models: Vec::new(),
        };
        CONTENDERS.into_iter().zip(areas.map(compared)).collect()
    }

    fn held(areas: [f64; 3]) -> Vec<bool> {
        let mut report = Report::new("finalmlp", "flex", 0, "smoke");
        decide(&outcomes(areas), &outcomes([85.0; 3]), 85.0, &mut report);
        report.claims.iter().map(|claim| claim.held).collect()
    }

    #[test]
    fn ten_epochs_decide() {
        assert_eq!(held([83.0, 82.5, 82.0]), [true, true, true]);
        assert_eq!(held([81.0, 80.0, 79.0]), [true, true, false]);
        assert_eq!(held([82.5, 82.6, 82.4]), [false, false, true]);
        assert_eq!(held([80.0, 78.0, 79.0]), [false, true, false]);
    }
}
