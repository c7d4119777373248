//! The identity behind retrieval: the energy of perfect data is a function of the reconstruction losses of the patterns.

use super::DilutedPatterns;

/// How far a configuration is from one pattern and from its negative.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReconstructionLoss {
    /// `L+ = 1/(2N) sum_i (xi_i - s_i)^2`
    pub to_pattern: f64,
    /// `L- = 1/(2N) sum_i (xi_i + s_i)^2`
    pub to_negative: f64,
    /// `A = (1 + 1/N sum_i xi_i^2) / 2`, which does not depend on the configuration.
    pub level: f64,
}

impl ReconstructionLoss {
    /// The square of the pattern's overlap: `m^2 = A^2 - L+ L-`, as `L+- = A -+ m`.
    pub fn squared_overlap(&self) -> f64 {
        self.level * self.level - self.to_pattern * self.to_negative
    }
}

impl DilutedPatterns {
    /// The losses of each pattern for a configuration of `N` spins. Since `-sum m^2` is `sum L+ L-` up to a constant, the network's
    /// energy (for perfect data `H = -N/(2c) sum m^2`) has its minima where that sum of products has them.
    pub fn losses(&self, spins: &[i8]) -> Vec<ReconstructionLoss> {
        assert_eq!(spins.len(), self.neurons(), "{} spins, but {} neurons", spins.len(), self.neurons());
        let neurons = self.neurons() as f64;
        let loss = |pattern: usize| {
            let entries =
                || self.rows().zip(spins).map(|(row, &spin)| (f64::from(row[pattern]), f64::from(spin)));
            let half_mean = |term: fn((f64, f64)) -> f64| entries().map(term).sum::<f64>() / (2.0 * neurons);
            ReconstructionLoss {
                to_pattern: half_mean(|(entry, spin)| (entry - spin).powi(2)),
                to_negative: half_mean(|(entry, spin)| (entry + spin).powi(2)),
                level: half_mean(|(entry, _)| 1.0 + entry * entry),
            }
        };
        (0..self.patterns()).map(loss).collect()
    }
}
