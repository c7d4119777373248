//! One simulation over several seeds: what every claim is tested with.

use pyrarium_memory::hebbian::{HebbianConfig, Overlaps, Schedule, Solution, Start, Stream};

use super::settings::mean_field;
use crate::Error;
use crate::parallel::run_all;
use crate::registry::Budget;

/// A network, its start, and how long it runs.
#[derive(Clone, Debug)]
pub struct Simulation {
    /// The network.
    pub config: HebbianConfig,
    /// The start.
    pub start: Start,
    /// Sweeps in all.
    pub sweeps: usize,
    /// Sweeps that are not averaged over.
    pub burn_in: usize,
}

impl Simulation {
    /// One run: patterns, examples, start and dynamics of this seed.
    pub fn run(&self, seed: u64) -> Result<Overlaps, Error> {
        let mut stream = Stream::new(seed, 0);
        let patterns = self.config.patterns(&mut stream)?;
        let network = self.config.fit(&self.config.examples(&patterns, &mut stream)?)?;
        let start = patterns.start(self.start, &mut stream);
        let Self { sweeps, burn_in, .. } = *self;
        Ok(network.run(&patterns, start, Schedule { sweeps, burn_in, seed }))
    }

    /// The solution of the theory that belongs to the start.
    pub fn theory(&self) -> Result<Solution, Error> {
        let theory = mean_field(&self.config);
        Ok(match self.start {
            Start::Hierarchical => theory.solve(&theory.hierarchical())?,
            Start::Symmetric => theory.solve(&theory.symmetric())?,
            Start::Random => theory.ground_state()?,
        })
    }
}

/// Runs every simulation with seeds `0..seeds`; for each simulation the time averages of the overlaps, seed by seed.
pub fn run(simulations: &[Simulation], seeds: usize) -> Result<Vec<Vec<Vec<f64>>>, Error> {
    let jobs: Vec<(&Simulation, u64)> = simulations
        .iter()
        .flat_map(|simulation| (0..seeds as u64).map(move |seed| (simulation, seed)))
        .collect();
    let means = run_all(jobs, |(simulation, seed)| Ok(simulation.run(seed)?.mean))?;
    Ok(means.chunks(seeds).map(<[Vec<f64>]>::to_vec).collect())
}

/// The mean over the seeds of each overlap.
pub fn mean(overlaps: &[Vec<f64>]) -> Vec<f64> {
    let count = overlaps.len() as f64;
    let patterns = overlaps.first().map_or(0, Vec::len);
    (0..patterns).map(|pattern| overlaps.iter().map(|m| m[pattern]).sum::<f64>() / count).collect()
}

/// Overlaps from the largest to the smallest, whatever their sign.
pub fn sorted(overlaps: &[f64]) -> Vec<f64> {
    let mut sizes: Vec<f64> = overlaps.iter().map(|overlap| overlap.abs()).collect();
    sizes.sort_by(|one, other| other.total_cmp(one));
    sizes
}

/// The largest difference of two lists of overlaps.
pub fn deviation(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(one, other)| (one - other).abs()).fold(0.0, f64::max)
}

/// Overlaps as they are printed.
pub fn shown(overlaps: &[f64]) -> String {
    overlaps.iter().map(|overlap| format!("{overlap:.3}")).collect::<Vec<_>>().join(" ")
}

/// Neurons, and how far a simulation of so many may be from the theory: about three deviations of an overlap over three seeds
/// in the full budget, twice as far in the quick one; a smoke run shows nothing.
pub fn neurons(budget: Budget) -> (usize, f64) {
    budget.pick((300, 0.2), (2000, 0.04), (5000, 0.02))
}

/// As many sweeps as asked for; few in a smoke run.
pub fn sweeps(budget: Budget, sweeps: usize) -> usize {
    if budget == Budget::Smoke { sweeps.min(10) } else { sweeps }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_stay_with_their_simulation() {
        let simulation = |neurons| Simulation {
            config: HebbianConfig::new(neurons, 2).with_dilution(0.3),
            start: Start::Hierarchical,
            sweeps: 3,
            burn_in: 1,
        };
        let simulations = [simulation(50), simulation(60), simulation(70)];
        let outcomes = run(&simulations, 2).unwrap();
        for (simulation, outcomes) in simulations.iter().zip(&outcomes) {
            assert_eq!(outcomes, &[simulation.run(0).unwrap().mean, simulation.run(1).unwrap().mean]);
        }
    }

    #[test]
    fn lists_of_overlaps_worked_by_hand() {
        assert_eq!(mean(&[vec![0.5, 0.25], vec![0.25, -0.25]]), [0.375, 0.0]);
        assert_eq!(sorted(&[0.1, -0.5, 0.2]), [0.5, 0.2, 0.1]);
        assert_eq!(deviation(&[0.5, 0.25], &[0.25, 0.25]), 0.25);
        assert_eq!(shown(&[0.5, -0.0304]), "0.500 -0.030");
    }
}
