//! From the hierarchical to the parallel regime, with the dilution and with the temperature.

use pyrarium_inspect::{Regime, regime};
use pyrarium_memory::hebbian::{HebbianConfig, MeanField, Start, phase_diagram};

use super::settings::beta;
use super::simulation::{Simulation, deviation, mean, run, sweeps};
use crate::Error;
use crate::plot::{self, Cell};
use crate::registry::{Budget, ClaimText, Reproduction};
use crate::report::{Curve, Report};

/// The crossover.
pub const CLAIM: ClaimText = ClaimText {
    id: "crossover-to-parallel",
    statement: "Three patterns, T = 0.5: the ratio m_3 / m_1 (from a hierarchical start) rises from below 0.1 at d = 0.1 to above 0.9 at d = 0.95, in theory and simulation.",
    paper: "mild dilution is hierarchical, strong dilution parallel with all overlaps equal (figures, unconfirmed)",
    relation: "ratio < 0.1 at d = 0.1 and > 0.9 at d = 0.95",
};

const TEMPERATURE: f64 = 0.5;
const PATTERNS: usize = 3;

/// Tests [`CLAIM`] and draws the pictures.
pub fn test(what: Reproduction, report: &mut Report) -> Result<(), Error> {
    along_the_dilution(what, report)?;
    for dilution in [0.4, 0.8] {
        along_the_temperature(what, dilution, report)?;
    }
    report.drawings.insert("phase-diagram.svg".to_string(), diagram(what.budget)?);
    Ok(())
}

/// At d = 0.95 an overlap is 0.045, and the ratio of two has a deviation of a few hundredths with so many neurons.
fn neurons(budget: Budget) -> usize {
    budget.pick(300, 50_000, 100_000)
}

fn along_the_dilution(what: Reproduction, report: &mut Report) -> Result<(), Error> {
    let dilutions: Vec<f64> = (2..=19).map(|step| f64::from(step) / 20.0).collect();
    let simulations: Vec<Simulation> = dilutions
        .iter()
        .map(|&dilution| simulation(neurons(what.budget), what.budget, dilution, TEMPERATURE))
        .collect();
    let outcomes = run(&simulations, what.seeds)?;
    let mut simulated = Vec::new();
    let mut largest = 0.0_f64;
    for ((&dilution, simulation), outcome) in dilutions.iter().zip(&simulations).zip(&outcomes) {
        let overlaps = mean(outcome);
        largest = largest.max(deviation(&overlaps, &simulation.theory()?.m));
        simulated.push((dilution, ratio(&overlaps)));
    }
    let fine = (10..=98).map(|step| f64::from(step) / 100.0);
    let theory = fine.map(|dilution| -> Result<_, Error> {
        let theory = mean_field(dilution, TEMPERATURE);
        Ok((dilution, ratio(&theory.solve(&theory.hierarchical())?.m)))
    });
    let theory: Vec<(f64, f64)> = theory.collect::<Result<_, Error>>()?;
    let at = |points: &[(f64, f64)], dilution: f64| {
        points.iter().find(|point| (point.0 - dilution).abs() < 1e-9).map_or(f64::NAN, |point| point.1)
    };
    let [low, high] = [0.1, 0.95].map(|dilution| (at(&theory, dilution), at(&simulated, dilution)));
    let measured = format!("theory {:.3} to {:.3}, simulation {:.3} to {:.3}", low.0, high.0, low.1, high.1);
    let held = low.0 < 0.1 && low.1 < 0.1 && high.0 > 0.9 && high.1 > 0.9;
    report.claims.push(CLAIM.tested(measured, held));
    report.add("K = 3, T = 0.5, d = 0.1 to 0.95: largest deviation from the theory", &[largest]);
    let (x, y) = ("dilution", "m3 / m1 (T = 0.5)");
    report.curves.insert("ratio, theory".to_string(), Curve::line(x, y, theory));
    report.curves.insert("ratio, simulated".to_string(), Curve::scatter(x, y, simulated));
    Ok(())
}

fn along_the_temperature(what: Reproduction, dilution: f64, report: &mut Report) -> Result<(), Error> {
    let temperatures: Vec<f64> = (0..=11).map(|step| 0.05 + 0.1 * f64::from(step)).collect();
    let simulations: Vec<Simulation> = temperatures
        .iter()
        .map(|&temperature| simulation(neurons(what.budget) / 3, what.budget, dilution, temperature))
        .collect();
    let outcomes = run(&simulations, what.seeds)?;
    let simulated: Vec<Vec<f64>> = outcomes.iter().map(|outcome| mean(outcome)).collect();
    let fine: Vec<f64> = (1..=115).map(|step| f64::from(step) / 100.0).collect();
    let theory = fine.iter().map(|&temperature| -> Result<_, Error> {
        let theory = mean_field(dilution, temperature);
        Ok(theory.solve(&theory.hierarchical())?.m)
    });
    let theory: Vec<Vec<f64>> = theory.collect::<Result<_, Error>>()?;
    let y = format!("overlap (d = {dilution})");
    for pattern in 0..PATTERNS {
        let points = |x: &[f64], overlaps: &[Vec<f64>]| -> Vec<(f64, f64)> {
            x.iter().zip(overlaps).map(|(&x, overlaps)| (x, overlaps[pattern])).collect()
        };
        let name = |kind| format!("overlap {} at d = {dilution}, {kind}", pattern + 1);
        let line = Curve::line("temperature", &y, points(&fine, &theory));
        let dots = Curve::scatter("temperature", &y, points(&temperatures, &simulated));
        report.curves.insert(name("theory"), line);
        report.curves.insert(name("simulated"), dots);
    }
    Ok(())
}

fn simulation(neurons: usize, budget: Budget, dilution: f64, temperature: f64) -> Simulation {
    let config = HebbianConfig::new(neurons, PATTERNS);
    let sweeps = sweeps(budget, 200);
    Simulation {
        config: config.with_dilution(dilution).with_beta(beta(temperature)),
        start: Start::Hierarchical,
        sweeps,
        burn_in: sweeps / 2,
    }
}

fn mean_field(dilution: f64, temperature: f64) -> MeanField {
    MeanField { patterns: PATTERNS, dilution, rho: 0.0, beta: beta(temperature) }
}

/// The last overlap by the first.
fn ratio(overlaps: &[f64]) -> f64 {
    match overlaps {
        [first, .., last] if *first > 0.0 => last / first,
        _ => 0.0,
    }
}

/// The regime of the state that wins at each dilution and temperature.
fn diagram(budget: Budget) -> Result<String, Error> {
    /// Overlaps of the theory that differ by less, relative to the density of the patterns, count as equal.
    const TOLERANCE: f64 = 0.01;
    const REGIMES: [Regime; 5] =
        [Regime::Para, Regime::Pure, Regime::Hierarchical, Regime::Parallel, Regime::Mixed];
    let cells = if budget == Budget::Smoke { 5 } else { 30 };
    let grid = |end: f64| -> Vec<f64> {
        (0..cells).map(|cell| end * (f64::from(cell) + 0.5) / f64::from(cells)).collect()
    };
    let points = phase_diagram(PATTERNS, &grid(1.0), &grid(1.2))?;
    let names = REGIMES.map(|regime| regime.to_string());
    let cells: Vec<Cell> = points
        .iter()
        .map(|point| {
            let found = regime(&point.solution.m, TOLERANCE * (1.0 - point.dilution));
            let kind = REGIMES.iter().position(|regime| *regime == found).unwrap_or_default();
            Cell { x: point.dilution, y: point.temperature, kind }
        })
        .collect();
    plot::map("temperature", "dilution", &cells, &names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ratio_is_of_the_last_to_the_first() {
        assert_eq!(ratio(&[0.5, 0.3, 0.25]), 0.5);
        assert_eq!(ratio(&[0.0, 0.0]), 0.0);
    }
}
