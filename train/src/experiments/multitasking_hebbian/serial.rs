//! Hopfield's network, without blanks: one pattern at a time.

use pyrarium_memory::hebbian::{HebbianConfig, Start};

use super::settings::beta;
use super::simulation::{Simulation, neurons, run, sorted, sweeps};
use crate::Error;
use crate::registry::{ClaimText, Reproduction};
use crate::report::Report;

/// The baseline.
pub const CLAIM: ClaimText = ClaimText {
    id: "hopfield-retrieves-one",
    statement: "Without dilution two or three patterns, started symmetrically at T = 0.05 and T = 0.5, end in one pattern or in the odd mixture of three, never in two patterns at once.",
    paper: "a standard Hopfield network retrieves one pattern at a time",
    relation: "every run: largest > 0.9 and others < 0.1, or three between 0.4 and 0.6",
};

/// Runs of each case, for each seed that is asked for.
const RUNS: usize = 5;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    One,
    OddMixture,
    Two,
    Other,
}

/// Tests [`CLAIM`].
pub fn test(what: Reproduction, report: &mut Report) -> Result<(), Error> {
    // Patterns that happen to resemble each other leave an overlap of the others: 0.02 in so many neurons.
    let neurons = 2 * neurons(what.budget).0;
    let sweeps = sweeps(what.budget, 600);
    let cases = [(2, 0.05), (2, 0.5), (3, 0.05), (3, 0.5)];
    let simulations = cases.map(|(patterns, temperature)| Simulation {
        config: HebbianConfig::new(neurons, patterns).with_beta(beta(temperature)),
        start: Start::Symmetric,
        sweeps,
        burn_in: sweeps / 2,
    });
    let outcomes = run(&simulations, RUNS * what.seeds)?;
    let mut measured = Vec::new();
    let mut held = true;
    for ((patterns, temperature), outcome) in cases.iter().zip(&outcomes) {
        let ends: Vec<End> = outcome.iter().map(|overlaps| end(overlaps)).collect();
        let count = |end| ends.iter().filter(|&&found| found == end).count();
        let case = format!("K = {patterns}, T = {temperature}");
        for (end, name) in [(End::One, "one pattern"), (End::OddMixture, "the odd mixture")] {
            report.add(format!("d = 0, {case}, runs in {name}"), &[count(end) as f64]);
        }
        held &= count(End::Two) + count(End::Other) == 0;
        measured.push(format!(
            "{case}: {} one, {} mixture of {}",
            count(End::One),
            count(End::OddMixture),
            ends.len()
        ));
    }
    report.claims.push(CLAIM.tested(measured.join("; "), held));
    Ok(())
}

fn end(overlaps: &[f64]) -> End {
    let sizes = sorted(overlaps);
    match sizes[..] {
        [_, second, ..] if second > 0.9 => End::Two,
        [first, second, ..] if first > 0.9 && second < 0.1 => End::One,
        [first, _, third] if first < 0.6 && third > 0.4 => End::OddMixture,
        _ => End::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_told_apart() {
        assert_eq!(end(&[0.05, -0.95, 0.01]), End::One);
        assert_eq!(end(&[0.5, 0.48, 0.52]), End::OddMixture);
        assert_eq!(end(&[0.95, 0.92]), End::Two);
        assert_eq!(end(&[0.5, 0.5]), End::Other);
        assert_eq!(end(&[0.7, 0.4, 0.1]), End::Other);
    }
}
