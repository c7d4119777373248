//! Learning with and without a teacher, from noisy examples.

use pyrarium_memory::hebbian::{HebbianConfig, Protocol, Start};

use super::settings::beta;
use super::simulation::{Simulation, deviation, mean, neurons, run, sweeps};
use crate::Error;
use crate::registry::{ClaimText, Reproduction};
use crate::report::{Curve, Report};

/// Overlaps.
pub const AGREE: ClaimText = ClaimText {
    id: "protocols-agree",
    statement: "d = 0.25, r = 0.2, T = 0.05: supervised and unsupervised overlaps agree for one pattern with M = 20 to 400 examples, and for two with rho <= 0.2.",
    paper: "both protocols have the same performance in low storage (abstract)",
    relation: "difference of each overlap <= 0.05",
};

/// Examples needed.
pub const THRESHOLD: ClaimText = ClaimText {
    id: "protocols-need-as-many-examples",
    statement: "The fewest of 25, 50, 100, 200, 400 examples with which the first overlap exceeds 0.9 (1-d) is the same number for both protocols, for one pattern and for two.",
    paper: "both protocols have the same learning thresholds in low storage (abstract)",
    relation: "equal",
};

const EXAMPLES: [usize; 6] = [20, 25, 50, 100, 200, 400];
/// The number that is not of the grid of the thresholds.
const OFF_GRID: usize = 20;
const DILUTION: f64 = 0.25;
const QUALITY: f64 = 0.2;
/// Entropy of the data up to which two patterns are compared: beyond, their hierarchy is not stable.
const RHO: f64 = 0.2;

/// Overlaps of one number of patterns, for each number of examples.
struct Outcomes {
    theory: Vec<Vec<f64>>,
    supervised: Vec<Vec<f64>>,
    unsupervised: Vec<Vec<f64>>,
}

/// Tests [`AGREE`] and [`THRESHOLD`].
pub fn test(what: Reproduction, report: &mut Report) -> Result<(), Error> {
    let mut difference = 0.0_f64;
    let mut from_theory = 0.0_f64;
    let mut thresholds = Vec::new();
    for patterns in [1, 2] {
        let outcomes = outcomes(what, patterns, report)?;
        for (index, &examples) in EXAMPLES.iter().enumerate() {
            if patterns > 1 && config(1, patterns, examples, Protocol::Supervised).rho() > RHO {
                continue;
            }
            let (supervised, unsupervised) = (&outcomes.supervised[index], &outcomes.unsupervised[index]);
            difference = difference.max(deviation(supervised, unsupervised));
            for simulated in [supervised, unsupervised] {
                from_theory = from_theory.max(deviation(simulated, &outcomes.theory[index]));
            }
        }
        thresholds.push([threshold(&outcomes.supervised), threshold(&outcomes.unsupervised)]);
        draw(patterns, &outcomes, report);
    }
    report.add("noisy examples: largest deviation from the theory", &[from_theory]);
    let measured = format!("largest difference {difference:.4}");
    report.claims.push(AGREE.tested(measured, difference <= 0.05));
    let shown =
        |examples: Option<usize>| examples.map_or("none".to_string(), |examples| examples.to_string());
    let pairs: Vec<String> = thresholds
        .iter()
        .zip(["one pattern", "two"])
        .map(|([supervised, unsupervised], name)| {
            format!("{name}: supervised {}, unsupervised {}", shown(*supervised), shown(*unsupervised))
        })
        .collect();
    let held = thresholds
        .iter()
        .all(|[supervised, unsupervised]| supervised.is_some() && supervised == unsupervised);
    report.claims.push(THRESHOLD.tested(pairs.join("; "), held));
    Ok(())
}

fn config(neurons: usize, patterns: usize, examples: usize, protocol: Protocol) -> HebbianConfig {
    HebbianConfig::new(neurons, patterns)
        .with_dilution(DILUTION)
        .with_quality(QUALITY)
        .with_examples(examples)
        .with_protocol(protocol)
        .with_beta(beta(0.05))
}

/// Both protocols learn from the same examples and start from the same spins.
fn outcomes(what: Reproduction, patterns: usize, report: &mut Report) -> Result<Outcomes, Error> {
    let (neurons, _) = neurons(what.budget);
    let sweeps = sweeps(what.budget, 60);
    let simulations = |protocol: Protocol| {
        EXAMPLES.map(|examples| Simulation {
            config: config(neurons, patterns, examples, protocol),
            start: Start::Hierarchical,
            sweeps,
            burn_in: sweeps / 3,
        })
    };
    let measured = |protocol: Protocol, report: &mut Report| -> Result<Vec<Vec<f64>>, Error> {
        let outcomes = run(&simulations(protocol), what.seeds)?;
        for (examples, outcome) in EXAMPLES.iter().zip(&outcomes) {
            let first: Vec<f64> = outcome.iter().map(|overlaps| overlaps[0]).collect();
            report.add(format!("K = {patterns}, M = {examples}, overlap 1, {protocol}"), &first);
        }
        Ok(outcomes.iter().map(|outcome| mean(outcome)).collect())
    };
    let theory = simulations(Protocol::Supervised)
        .map(|simulation| -> Result<_, Error> { Ok(simulation.theory()?.m) });
    let theory: Vec<Vec<f64>> = theory.into_iter().collect::<Result<_, Error>>()?;
    for (examples, overlaps) in EXAMPLES.iter().zip(&theory) {
        report.add(format!("K = {patterns}, M = {examples}, overlap 1, theory"), &[overlaps[0]]);
    }
    let supervised = measured(Protocol::Supervised, report)?;
    let unsupervised = measured(Protocol::Unsupervised, report)?;
    Ok(Outcomes { theory, supervised, unsupervised })
}

/// The fewest examples of the grid with which the first overlap is good.
fn threshold(overlaps: &[Vec<f64>]) -> Option<usize> {
    let mut grid = EXAMPLES.iter().zip(overlaps).filter(|(examples, _)| **examples != OFF_GRID);
    grid.find(|(_, overlaps)| overlaps[0] > 0.9 * (1.0 - DILUTION)).map(|(examples, _)| *examples)
}

fn draw(patterns: usize, outcomes: &Outcomes, report: &mut Report) {
    let y = format!("first overlap of {patterns} (d = 0.25, r = 0.2, T = 0.05)");
    let x = "log2 of the number of examples";
    let points = |overlaps: &[Vec<f64>]| -> Vec<(f64, f64)> {
        EXAMPLES.iter().zip(overlaps).map(|(&examples, m)| ((examples as f64).log2(), m[0])).collect()
    };
    let name = |kind: &str| format!("K = {patterns}, {kind}");
    report.curves.insert(name("theory"), Curve::line(x, &y, points(&outcomes.theory)));
    report.curves.insert(name("supervised"), Curve::scatter(x, &y, points(&outcomes.supervised)));
    report.curves.insert(name("unsupervised"), Curve::scatter(x, &y, points(&outcomes.unsupervised)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_threshold_is_the_first_of_the_grid_above_nine_tenths() {
        let overlaps = |values: [f64; 6]| values.map(|value| vec![value]).to_vec();
        assert_eq!(threshold(&overlaps([0.7, 0.5, 0.6, 0.68, 0.7, 0.75])), Some(100));
        assert_eq!(threshold(&overlaps([0.7, 0.5, 0.6, 0.6, 0.6, 0.675])), None);
    }
}
