//! Glauber dynamics: one neuron after the other, in random order.

use pyrarium_layers::seeded::Stream;

use super::{DilutedPatterns, MultitaskingHebbian};

/// Spins with what is kept up to date beside them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// `[N]`
    spins: Vec<i8>,
    /// `sum_i F_ir s_i`: `[R]`
    memory_overlaps: Vec<i64>,
}

impl State {
    pub(super) fn new(network: &MultitaskingHebbian, spins: Vec<i8>) -> Self {
        let neurons = network.neurons();
        assert_eq!(spins.len(), neurons, "{} spins, but {neurons} neurons", spins.len());
        assert!(spins.iter().all(|&spin| spin == 1 || spin == -1), "spins must be 1 or -1");
        let mut memory_overlaps = vec![0; network.rank()];
        for (neuron, &spin) in spins.iter().enumerate() {
            add(&mut memory_overlaps, network.row(neuron), i64::from(spin));
        }
        Self { spins, memory_overlaps }
    }

    /// The spins: 1 or -1 each.
    pub fn spins(&self) -> &[i8] {
        &self.spins
    }

    /// The sum `sum_i F_ir s_i` for each memory.
    pub fn memory_overlaps(&self) -> &[i64] {
        &self.memory_overlaps
    }
}

fn add(overlaps: &mut [i64], row: &[i32], factor: i64) {
    for (overlap, &memory) in overlaps.iter_mut().zip(row) {
        *overlap = overlap.wrapping_add(factor.wrapping_mul(i64::from(memory)));
    }
}

/// How long a simulation runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Sweeps in all.
    pub sweeps: usize,
    /// The first of them, which are not averaged over.
    pub burn_in: usize,
    /// Seed of the dynamics: sweep `t` draws from its stream `t`, counted from 1.
    pub seed: u64,
}

/// The overlaps of a simulation with the patterns; at most `1 - d` each.
#[derive(Clone, Debug, PartialEq)]
pub struct Overlaps {
    /// Their average over the sweeps after the burn-in.
    pub mean: Vec<f64>,
    /// After each sweep, the start being the first entry.
    pub trace: Vec<Vec<f64>>,
    /// The spins at the end.
    pub spins: Vec<i8>,
}

impl MultitaskingHebbian {
    /// One sweep: every neuron once, in an order that the stream draws, each becomes 1 with probability
    /// `1 / (1 + exp(-2 beta h))`. O(N R).
    pub fn sweep(&self, state: &mut State, stream: &mut Stream) {
        let mut order: Vec<u32> = (0..self.neurons() as u32).collect();
        stream.shuffle(&mut order);
        for neuron in order {
            self.update(state, neuron as usize, stream.uniform());
        }
    }

    /// Updates one neuron by a uniform random number in `[0, 1)`: it becomes 1 if the number is below the probability.
    pub fn update(&self, state: &mut State, neuron: usize, uniform: f64) {
        let spin = if uniform < self.probability_up(self.drive(state, neuron)) { 1 } else { -1 };
        if spin != state.spins[neuron] {
            state.spins[neuron] = spin;
            add(&mut state.memory_overlaps, self.row(neuron), 2 * i64::from(spin));
        }
    }

    /// Runs the dynamics from the given spins and measures after each sweep.
    pub fn run(&self, patterns: &DilutedPatterns, spins: Vec<i8>, schedule: Schedule) -> Overlaps {
        let mut trace = vec![patterns.overlaps(&spins)];
        let mut state = self.state(spins);
        for sweep in 1..=schedule.sweeps {
            self.sweep(&mut state, &mut Stream::new(schedule.seed, sweep as u64));
            trace.push(patterns.overlaps(&state.spins));
        }
        let averaged = &trace[(schedule.burn_in + 1).min(schedule.sweeps)..];
        let mean =
            |pattern| averaged.iter().map(|overlaps| overlaps[pattern]).sum::<f64>() / averaged.len() as f64;
        Overlaps { mean: (0..patterns.patterns()).map(mean).collect(), trace, spins: state.spins }
    }
}
