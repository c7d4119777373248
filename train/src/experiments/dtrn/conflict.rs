//! Two drawn tasks that agree, have nothing to do with each other, or contradict each other.

use std::collections::BTreeMap;

use pyrarium_datasets::tabular::{CONFLICTING_TASKS_SIZES, PartSizes, Simulation, conflicting_tasks};

use super::contenders::{Comparison, Contender, Outcomes, area, grid, until_it_stalls};
use super::gradients::cosine;
use super::network::HeadKind;
use crate::Error;
use crate::clicks::ClickFit;
use crate::clicks::comparison::{compare, of_task};
use crate::clicks::metrics::auc;
use crate::registry::{ClaimText, Reproduction};
use crate::report::Report;
use crate::run::Run;

const PAPER: &str = "better AUC on all tasks than shared bottom, MMoE, PLE and others on a public and an industrial data set (no figure confirmed)";

/// Against the plain heads.
pub const AHEAD: ClaimText = ClaimText {
    id: "ahead-under-conflict",
    statement: "On drawn tasks (40,000 samples to train on, at the quick budget 10,000), of equal embeddings, about equal parameters, the same attention to histories and the same settings to choose from (learning rates 0.003 and 0.001, past items weighed without or with a softmax; at the quick budget 0.003, without), each trained until validation stalls, DTRN (reconstruction) under a shared bottom has a mean test AUC of both tasks at least 0.5 points above shared bottom, MMoE and PLE where tasks have nothing to do with each other (rho = 0) or contradict each other (rho = -1), and at most 0.3 below where they agree (rho = 1).",
    paper: PAPER,
    relation: "DTRN >= best plain head + 0.5 at rho = 0 or -1, and >= best plain head - 0.3 at rho = 1",
};
/// Against each module alone.
pub const PARTS: ClaimText = ClaimText {
    id: "both-modules-are-needed",
    statement: "There, where tasks have nothing to do with each other, both modules together are at most 0.2 points below each of them alone.",
    paper: "each module helps (ablation, no figure confirmed)",
    relation: "DTRN >= each module alone - 0.2 points, at rho = 0",
};
/// Why there should be a conflict.
pub const GRADIENTS: ClaimText = ClaimText {
    id: "contradicting-tasks-pull-embeddings-apart",
    statement: "In a shared bottom the cosine between the two tasks' gradients of the embeddings, after one epoch, is negative where tasks contradict each other (rho = -1).",
    paper: "conflicting gradients of shared embeddings motivate the network (no figure confirmed)",
    relation: "mean cosine at rho = -1 < 0",
};

/// The ablations, which take as long as the network itself, are the last ones and left out where rho is not 0.
const CONTENDERS: [Contender; 6] = [
    Contender::Both,
    Contender::PLAIN[0],
    Contender::PLAIN[1],
    Contender::PLAIN[2],
    Contender::Interest,
    Contender::Refinement,
];
const SHARED: Contender = Contender::Plain(HeadKind::SharedBottom);
/// How the second task relates to the first.
const RHOS: [i32; 3] = [1, 0, -1];
/// The seed of the samples; those of weights and order vary.
const DATA_SEED: u64 = 0;
/// Samples of the quick budget, fewer to train on for all networks alike.
const QUICK_SIZES: PartSizes = PartSizes { train: 10_000, ..CONFLICTING_TASKS_SIZES };

/// What was found at one rho.
struct Found {
    outcomes: Outcomes,
    /// The mean test AUC of who knows the interests, in percent.
    ceiling: f64,
    /// The mean cosine of gradients after one epoch.
    cosine: f64,
}

/// Tests [`AHEAD`], [`PARTS`] and [`GRADIENTS`].
pub fn test(run: &Run, what: Reproduction, report: &mut Report) -> Result<(), Error> {
    let few = PartSizes { train: 200, valid: 100, test: 100 };
    let sizes = what.budget.pick(few, QUICK_SIZES, CONFLICTING_TASKS_SIZES);
    let mut found = BTreeMap::new();
    let mut first_alone = None;
    let settings = grid(what.budget.pick(1, 1, 4));
    for rho in RHOS {
        let drawn = conflicting_tasks(rho, sizes, DATA_SEED)?;
        let name = format!("rho {rho}");
        let ceiling = known_at_best(&name, rho, &drawn, report);
        let comparison = Comparison {
            name: &name,
            data: &drawn.data,
            contenders: if rho == 0 { &CONTENDERS } else { &CONTENDERS[..4] },
            fit: until_it_stalls(what.budget),
            settings: &settings,
            seeds: what.seeds,
        };
        let outcomes = comparison.run(run, report)?;
        transfer(run, &comparison, &outcomes, &mut first_alone, report)?;
        let cosine = cosines(run, &comparison, &outcomes, report)?;
        found.insert(rho, Found { outcomes, ceiling, cosine });
    }
    decide(&found, report);
    Ok(())
}

/// Adds to the report what can be known: of the interests themselves, which is returned, and of whether the category in question is in the
/// history that shows the task's interest.
fn known_at_best(name: &str, rho: i32, drawn: &Simulation, report: &mut Report) -> f64 {
    let test = &drawn.data.test;
    let column =
        |values: &[f32], task: usize| -> Vec<f32> { values.iter().skip(task).step_by(2).copied().collect() };
    let is_in = |sequence: usize, sample: usize| {
        let ids = &test.sequences[sequence].ids;
        let length = ids.len() / test.len();
        ids[sample * length..(sample + 1) * length].contains(&test.categorical[sample])
    };
    let purchases = usize::from(rho == 0);
    let seen: [Vec<f32>; 2] = [
        (0..test.len()).map(|sample| f32::from(is_in(0, sample))).collect(),
        (0..test.len()).map(|sample| f32::from(is_in(purchases, sample) != (rho == -1))).collect(),
    ];
    let (mut best, mut simple) = (0.0, 0.0);
    for (task, seen) in seen.iter().enumerate() {
        let labels = column(&test.labels, task);
        best += 50.0 * auc(&column(&drawn.probabilities[2], task), &labels);
        simple += 50.0 * auc(seen, &labels);
    }
    report.add(format!("{name}, who knows the interests: test AUC %, mean"), &[best]);
    report.add(format!("{name}, whether the category is in the task's history: test AUC %, mean"), &[simple]);
    best
}

/// Trains a network of the shared bottom's layers for each task alone, and reports what sharing changes. The first task is the same at all
/// rho, and what its network reaches is kept in `first`.
fn transfer(
    run: &Run,
    comparison: &Comparison<'_>,
    outcomes: &Outcomes,
    first: &mut Option<Vec<f64>>,
    report: &mut Report,
) -> Result<(), Error> {
    let Comparison { name, data, seeds, .. } = *comparison;
    for (task, of_name) in data.layout.tasks.iter().enumerate() {
        let alone = match first.as_ref().filter(|_| task == 0) {
            Some(known) => known.clone(),
            None => {
                let alone = of_task(data, task);
                let attempts = comparison.attempts(SHARED, &alone.layout)?;
                let alone = compare(run, &alone, &[((), attempts)].into(), seeds)?;
                alone.values().flat_map(|compared| compared.areas()).collect()
            }
        };
        if task == 0 {
            *first = Some(alone.clone());
        }
        report.add(format!("{name}, single task: test AUC %, {of_name}"), &alone);
        for contender in [SHARED, Contender::Both] {
            let Some(shared) = outcomes.get(&contender) else { continue };
            let change: Vec<f64> =
                shared.areas_of(task).iter().zip(&alone).map(|(shared, alone)| shared - alone).collect();
            let metric = format!("{name}, {} minus single task: points of AUC, {of_name}", contender.name());
            report.add(metric, &change);
        }
    }
    Ok(())
}

/// The cosine of gradients in a shared bottom after one epoch, which is returned, and at the end.
fn cosines(
    run: &Run,
    comparison: &Comparison<'_>,
    outcomes: &Outcomes,
    report: &mut Report,
) -> Result<f64, Error> {
    let Comparison { name, data, seeds, .. } = *comparison;
    let Some(trained) = outcomes.get(&SHARED) else { return Ok(f64::NAN) };
    let begun = Comparison {
        fit: ClickFit { epochs: 1, ..comparison.fit.clone() },
        settings: &[trained.setting],
        ..*comparison
    };
    let attempts = begun.attempts(SHARED, &data.layout)?;
    let begun = compare(run, data, &[((), attempts)].into(), seeds)?;
    let begun = begun.into_values().flat_map(|compared| compared.models);
    let mut mean = |when: &str, models: Vec<pyrarium_recsys::Model>| -> Result<f64, Error> {
        let cosines = models.iter().map(|model| cosine(run, data, model)).collect::<Result<Vec<f64>, _>>()?;
        let metric = format!("{name}, cosine of the tasks' gradients x 1000, {when}");
        let thousandths: Vec<f64> = cosines.iter().map(|cosine| 1000.0 * cosine).collect();
        Ok(report.add(metric, &thousandths).mean / 1000.0)
    };
    mean("at the best epoch", trained.models.clone())?;
    mean("after one epoch", begun.collect())
}

fn decide(found: &BTreeMap<i32, Found>, report: &mut Report) {
    let lead = |rho: i32, others: &[Contender]| -> f64 {
        let Some(Found { outcomes, .. }) = found.get(&rho) else { return f64::NAN };
        let best = others.iter().map(|&other| area(outcomes, other).mean).fold(f64::NEG_INFINITY, f64::max);
        area(outcomes, Contender::Both).mean - best
    };
    let [agree, free, contradict] = RHOS.map(|rho| lead(rho, &Contender::PLAIN));
    let place = |rho: i32| match found.get(&rho) {
        Some(Found { outcomes, ceiling, .. }) => {
            format!(
                "DTRN {:.2} %, who knows the interests {ceiling:.2} %",
                area(outcomes, Contender::Both).mean
            )
        }
        None => String::new(),
    };
    let [at_1, at_0, below] = RHOS.map(place);
    let measured = format!(
        "DTRN minus the best plain head: {agree:+.2} points at rho = 1 ({at_1}), {free:+.2} at 0 ({at_0}), {contradict:+.2} at -1 ({below})"
    );
    let held = (free >= 0.5 || contradict >= 0.5) && agree >= -0.3;
    report.claims.push(AHEAD.tested(measured, held));
    let parts = lead(0, &[Contender::Interest, Contender::Refinement]);
    let measured = format!("DTRN minus the better module alone: {parts:+.2} points");
    report.claims.push(PARTS.tested(measured, parts >= -0.2));
    let cosines: Vec<String> =
        found.iter().map(|(rho, found)| format!("{:+.3} at rho = {rho}", found.cosine)).collect();
    let held = found.get(&-1).is_some_and(|found| found.cosine < 0.0);
    report.claims.push(GRADIENTS.tested(cosines.join(", "), held));
}

#[cfg(test)]
mod tests {
    use super::super::contenders::Setting;
    use super::*;
    use crate::clicks::TaskScores;
    use crate::clicks::comparison::Compared;

    fn found(areas: [f64; 6], cosine: f64) -> Found {
        let compared = |auc: f64| Compared {
            setting: Setting { rate: 3e-3, softmax: false },
            parameters: 1,
            scores: vec![vec![TaskScores { auc: auc / 100.0, gauc: f64::NAN, log_loss: 0.5 }; 2]; 2],
            epochs: vec![1.0; 2],
            models: Vec::new(),
        };
        Found { outcomes: CONTENDERS.into_iter().zip(areas.map(compared)).collect(), ceiling: 84.6, cosine }
    }

    fn held(at: [([f64; 6], f64); 3]) -> Vec<bool> {
        let mut report = Report::new("dtrn", "flex", 0, "smoke");
        let found = RHOS.into_iter().zip(at).map(|(rho, (areas, cosine))| (rho, found(areas, cosine)));
        decide(&found.collect(), &mut report);
        report.claims.iter().map(|claim| claim.held).collect()
    }

    #[test]
    fn a_lead_counts_where_tasks_differ() {
        let even = [84.0; 6];
        let ahead = [85.0, 84.0, 84.4, 84.0, 85.1, 84.0];
        let behind = [83.0, 83.1, 83.4, 83.0, 83.0, 83.3];
        assert_eq!(held([(even, 0.5), (even, 0.1), (ahead, -0.1)]), [true, true, true]);
        assert_eq!(held([(ahead, 0.5), (behind, 0.1), (even, 0.1)]), [false, false, false]);
        assert_eq!(held([(behind, 0.5), (ahead, 0.1), (even, 0.0)]), [false, true, false]);
    }

    #[test]
    fn what_can_be_known_is_above_chance() {
        let sizes = PartSizes { train: 1, valid: 1, test: 2000 };
        for rho in RHOS {
            let mut report = Report::new("dtrn", "flex", 0, "smoke");
            let drawn = conflicting_tasks(rho, sizes, 0).unwrap();
            let ceiling = known_at_best("drawn", rho, &drawn, &mut report);
            assert!(report.metrics.values().any(|summary| summary.mean == ceiling));
            let values: Vec<f64> = report.metrics.values().map(|summary| summary.mean).collect();
            assert!(values.iter().all(|value| (80.0..92.0).contains(value)), "{values:?}");
        }
    }

    #[test]
    fn the_first_task_is_the_same_at_all_rho() {
        let sizes = PartSizes { train: 50, valid: 10, test: 10 };
        let [one, other, third] = RHOS.map(|rho| of_task(&conflicting_tasks(rho, sizes, 0).unwrap().data, 0));
        assert!(one == other && other == third);
    }

    #[test]
    fn one_task_of_two_is_a_data_set() {
        let sizes = PartSizes { train: 8, valid: 2, test: 2 };
        let data = conflicting_tasks(0, sizes, 0).unwrap().data;
        let network = SHARED.network(&data.layout, false).unwrap();
        let alone = of_task(&data, 1);
        assert_eq!(network.config(&alone.layout).tasks, 1);
    }
}
