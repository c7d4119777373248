//! Patterns of -1, 0 and 1: what is to be stored, and the configurations that hold them.

use pyrarium_layers::seeded::Stream;
use pyrarium_layers::{ConfigError, impl_names};
use serde::{Deserialize, Serialize};

use super::config::{check_dilution, check_size};

/// `K` patterns of `N` entries: 0 ("blank") with probability `d`, otherwise 1 or -1, equally likely.
#[derive(Clone, Debug, PartialEq)]
pub struct DilutedPatterns {
    patterns: usize,
    dilution: f64,
    /// `[N, K]`
    entries: Vec<i8>,
}

/// Where the dynamics starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// Each neuron takes its entry of the first pattern that is not blank there. With one pattern: that pattern.
    #[default]
    Hierarchical,
    /// Each neuron takes the sign of the sum of its entries.
    Symmetric,
    /// Each neuron is random.
    Random,
}

impl_names!(Start, "start", Hierarchical => "hierarchical", Symmetric => "symmetric", Random => "random");

impl DilutedPatterns {
    /// Draws `patterns` patterns of `neurons` entries.
    ///
    /// # Errors
    ///
    /// If a size is zero or too large, or the dilution is outside `[0, 1)`.
    pub fn sample(
        neurons: usize,
        patterns: usize,
        dilution: f64,
        stream: &mut Stream,
    ) -> Result<Self, ConfigError> {
        check_size(neurons, patterns, 1)?;
        check_dilution(dilution)?;
        let mut entry = || if stream.uniform() < dilution { 0 } else { stream.sign() };
        let entries = (0..neurons * patterns).map(|_| entry()).collect();
        Ok(Self { patterns, dilution, entries })
    }

    /// Patterns whose entries are known: `[N, K]`, row by row.
    ///
    /// # Errors
    ///
    /// If the entries are no rows of `patterns`, or one is not -1, 0 or 1, or the dilution is outside `[0, 1)`.
    pub fn from_entries(patterns: usize, dilution: f64, entries: Vec<i8>) -> Result<Self, ConfigError> {
        check_dilution(dilution)?;
        if patterns == 0 || entries.is_empty() || !entries.len().is_multiple_of(patterns) {
            let allowed = format!("a number of entries that {patterns} patterns can share");
            return Err(ConfigError::new("entries", entries.len(), allowed));
        }
        match entries.iter().find(|entry| !(-1..=1).contains(*entry)) {
            Some(entry) => Err(ConfigError::new("entries", entry, "-1, 0 or 1")),
            None => Ok(Self { patterns, dilution, entries }),
        }
    }

    /// Number of neurons, `N`.
    pub fn neurons(&self) -> usize {
        self.entries.len() / self.patterns
    }

    /// Number of patterns, `K`.
    pub fn patterns(&self) -> usize {
        self.patterns
    }

    /// Probability of a blank, `d`.
    pub fn dilution(&self) -> f64 {
        self.dilution
    }

    /// All entries: `[N, K]`, row by row.
    pub fn entries(&self) -> &[i8] {
        &self.entries
    }

    /// The entries of each neuron, one for each pattern.
    pub fn rows(&self) -> impl Iterator<Item = &[i8]> {
        self.entries.chunks_exact(self.patterns)
    }

    /// The overlap `m = 1/N sum_i xi_i s_i` of each pattern with a configuration of `N` spins.
    pub fn overlaps(&self, spins: &[i8]) -> Vec<f64> {
        assert_eq!(spins.len(), self.neurons(), "{} spins, but {} neurons", spins.len(), self.neurons());
        let mut sums = vec![0_i64; self.patterns];
        for (row, &spin) in self.rows().zip(spins) {
            for (sum, &entry) in sums.iter_mut().zip(row) {
                *sum += i64::from(entry) * i64::from(spin);
            }
        }
        sums.into_iter().map(|sum| sum as f64 / spins.len() as f64).collect()
    }

    /// A configuration to start from. Neurons for which it does not decide are random.
    pub fn start(&self, start: Start, stream: &mut Stream) -> Vec<i8> {
        let mut spin = |row: &[i8]| {
            let decided = match start {
                Start::Hierarchical => row.iter().copied().find(|&entry| entry != 0).unwrap_or(0),
                Start::Symmetric => row.iter().map(|&entry| i32::from(entry)).sum::<i32>().signum() as i8,
                Start::Random => 0,
            };
            if decided == 0 { stream.sign() } else { decided }
        };
        self.rows().map(&mut spin).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_and_signs_have_their_frequencies() {
        let patterns = DilutedPatterns::sample(20_000, 3, 0.3, &mut Stream::new(0, 0)).unwrap();
        let count = |value: i8| patterns.entries().iter().filter(|&&entry| entry == value).count() as f64;
        let total = 60_000.0_f64;
        for (value, probability) in [(0, 0.3), (1, 0.35), (-1, 0.35)] {
            let sigma = (total * probability * (1.0 - probability)).sqrt();
            assert!((count(value) - total * probability).abs() < 3.0 * sigma, "{value}: {}", count(value));
        }
    }

    #[test]
    fn overlaps_and_starts_worked_by_hand() {
        let patterns = DilutedPatterns::from_entries(2, 0.5, vec![1, -1, 0, 1, -1, 0, 1, 1]).unwrap();
        assert_eq!(patterns.overlaps(&[1, 1, -1, -1]), [0.25, -0.25]);
        let mut stream = Stream::new(0, 0);
        assert_eq!(patterns.start(Start::Hierarchical, &mut stream), [1, 1, -1, 1]);
        assert_eq!(patterns.start(Start::Symmetric, &mut stream)[1..], [1, -1, 1]);
        // The blank of one pattern alone, and the tie of the symmetric start, are drawn.
        let ties: i32 = (0..100).map(|_| i32::from(patterns.start(Start::Symmetric, &mut stream)[0])).sum();
        assert!(ties.abs() < 30, "{ties}");
    }

    #[test]
    fn wrong_entries_are_refused() {
        let refused = |entries| DilutedPatterns::from_entries(2, 0.5, entries).unwrap_err().to_string();
        assert_eq!(refused(vec![1, 2]), "entries = 2: must be -1, 0 or 1");
        assert_eq!(refused(vec![1]), "entries = 1: must be a number of entries that 2 patterns can share");
    }
}
