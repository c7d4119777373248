//! Latch sequences: the first symbol is the label, everything after it is noise that must be ignored (S. Hochreiter and M. Mozer,
//! "A Discrete Probabilistic Memory Model for Discovering Dependencies in Time", 2001; official example of arXiv 2008.02217).
//!
//! The first symbol is 0 or 1, the others are uniform over 2 to `alphabet - 1`; all are one-hot. A sequence is a bag whose
//! instances stand in order.

use rand::RngExt;
use serde::{Deserialize, Serialize};

use crate::bags::Bags;
use crate::{Purpose, RandomKey, SettingError};

/// The size of the task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LatchConfig {
    /// Sequences.
    pub sequences: usize,
    /// Symbols of a sequence.
    pub length: usize,
    /// Symbols of the alphabet.
    pub alphabet: usize,
}

impl Default for LatchConfig {
    /// The official example.
    fn default() -> Self {
        Self { sequences: 4096, length: 20, alphabet: 20 }
    }
}

impl LatchConfig {
    /// The sequences of a seed; the label is whether the first symbol is 1.
    ///
    /// # Errors
    ///
    /// Names the first setting that cannot be.
    pub fn generate(&self, seed: u64) -> Result<Bags, SettingError> {
        for (setting, value, range, allowed) in [
            ("latch.sequences", self.sequences, 1..=1 << 24, "between 1 and 16777216"),
            ("latch.length", self.length, 1..=1 << 16, "between 1 and 65536"),
            ("latch.alphabet", self.alphabet, 3..=1 << 12, "between 3 and 4096"),
        ] {
            if !range.contains(&value) {
                return Err(SettingError { setting, value: value.to_string(), allowed });
            }
        }
        let mut bags = Bags::builder(self.alphabet);
        for sequence in 0..self.sequences {
            let mut rng = RandomKey { seed, epoch: 0, index: sequence as u64 }.rng(Purpose::Sampling);
            let label = rng.random::<bool>();
            let first = usize::from(label);
            let others = (1..self.length).map(|_| rng.random_range(2..self.alphabet));
            let symbols: Vec<usize> = std::iter::once(first).chain(others).collect();
            let one_hot = |symbol: usize| (0..self.alphabet).map(move |at| f32::from(at == symbol));
            bags.push(symbols.into_iter().flat_map(one_hot), label);
        }
        Ok(bags.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_symbol_is_the_label_and_comes_nowhere_else() {
        let config = LatchConfig { sequences: 500, ..LatchConfig::default() };
        let data = config.generate(1).unwrap();
        let mut seen = [0; 20];
        for bag in 0..data.len() {
            let symbols: Vec<usize> = data
                .instances(bag)
                .chunks(20)
                .map(|x| {
                    assert_eq!(x.iter().sum::<f32>(), 1.0);
                    x.iter().position(|&value| value == 1.0).unwrap()
                })
                .collect();
            assert_eq!((symbols.len(), symbols[0] == 1), (20, data.labels()[bag]));
            assert!(symbols[0] < 2 && symbols[1..].iter().all(|&symbol| symbol >= 2));
            symbols.iter().for_each(|&symbol| seen[symbol] += 1);
        }
        // Of 500 the standard deviation is 11; of 9,500 draws from 18 symbols it is 22 around 528.
        assert!(seen[..2].iter().all(|&count| (205..295).contains(&count)), "{seen:?}");
        assert!(seen[2..].iter().all(|&count| (430..630).contains(&count)), "{seen:?}");
        assert_eq!(config.generate(1).unwrap(), data);
        assert_ne!(config.generate(2).unwrap(), data);
    }

    #[test]
    fn sizes_that_cannot_be_are_refused_by_name() {
        let error = LatchConfig { alphabet: 2, ..LatchConfig::default() }.generate(0).unwrap_err();
        assert_eq!(error.to_string(), "latch.alphabet = 2: must be between 3 and 4096");
        let error = LatchConfig { length: 0, ..LatchConfig::default() }.generate(0).unwrap_err();
        assert_eq!(error.to_string(), "latch.length = 0: must be between 1 and 65536");
    }
}
