//! Sizes, noise and learning protocol of a multitasking Hebbian network.

use burn::config::Config;
use pyrarium_layers::seeded::Stream;
use pyrarium_layers::{ConfigError, impl_names};
use serde::{Deserialize, Serialize};

use super::{DilutedPatterns, MultitaskingHebbian, NoisyExamples, rho};

/// Entries of all examples together: what fits into memory, and into exact sums.
const ENTRIES: usize = 1 << 30;

/// Whether the network is told which examples belong together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    /// Examples of one pattern are averaged before the Hebb product: rank `K`.
    #[default]
    Supervised,
    /// The Hebb products of all examples are averaged: rank `K M`.
    Unsupervised,
}

impl_names!(Protocol, "protocol", Supervised => "supervised", Unsupervised => "unsupervised");

/// Configuration of a [`MultitaskingHebbian`] network and of its data.
#[derive(Config, Debug, PartialEq)]
pub struct HebbianConfig {
    /// Neurons, `N`.
    pub neurons: usize,
    /// Patterns, `K`. The theory is for `K <= log2 N`; see [`warning`](Self::warning).
    pub patterns: usize,
    /// Probability of a blank entry, `d` in `[0, 1)`; 0 is Hopfield's network.
    #[config(default = 0.0)]
    pub dilution: f64,
    /// Quality of the examples, `r` in `(0, 1]`; 1 is no noise.
    #[config(default = 1.0)]
    pub quality: f64,
    /// Examples of each pattern, `M`.
    #[config(default = 1)]
    pub examples: usize,
    /// How they are learnt.
    #[config(default = "Protocol::Supervised")]
    pub protocol: Protocol,
    /// Inverse temperature, greater than 0; `None` is temperature 0.
    pub beta: Option<f64>,
}

impl HebbianConfig {
    /// Checks every value.
    ///
    /// # Errors
    ///
    /// Names the first field that is out of range, its value and what is allowed.
    pub fn validate(&self) -> Result<(), ConfigError> {
        check_size(self.neurons, self.patterns, self.examples)?;
        check_dilution(self.dilution)?;
        check_quality(self.quality)?;
        check_beta(self.beta)
    }

    /// Why the theory may not hold for this configuration: with more than `log2 N` patterns they disturb each other.
    pub fn warning(&self) -> Option<String> {
        let limit = (self.neurons as f64).log2();
        (self.patterns as f64 > limit).then(|| {
            format!(
                "{} patterns in {} neurons are more than log2 N = {limit:.1}: outside the low storage of the theory",
                self.patterns, self.neurons
            )
        })
    }

    /// Draws the patterns.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn patterns(&self, stream: &mut Stream) -> Result<DilutedPatterns, ConfigError> {
        self.validate()?;
        DilutedPatterns::sample(self.neurons, self.patterns, self.dilution, stream)
    }

    /// Draws noisy examples of patterns.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn examples(
        &self,
        patterns: &DilutedPatterns,
        stream: &mut Stream,
    ) -> Result<NoisyExamples, ConfigError> {
        self.validate()?;
        NoisyExamples::sample(patterns, self.examples, self.quality, stream)
    }

    /// Stores the examples by the protocol.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate), and examples of other sizes than the configuration's.
    pub fn fit(&self, examples: &NoisyExamples) -> Result<MultitaskingHebbian, ConfigError> {
        for (field, given, expected) in [
            ("neurons", examples.neurons(), self.neurons),
            ("patterns", examples.patterns(), self.patterns),
            ("examples", examples.examples(), self.examples),
        ] {
            if given != expected {
                return Err(ConfigError::new(field, expected, format!("the {given} of the examples")));
            }
        }
        let memories = match self.protocol {
            Protocol::Supervised => examples.sums(),
            Protocol::Unsupervised => examples.entries().iter().map(|&entry| i32::from(entry)).collect(),
        };
        self.network(memories)
    }

    /// The network with given memories, for one that was saved: `[N, R]`, row by row, with `R` as [`rank`](Self::rank) says.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate), and memories of another size or larger than `examples` allows.
    pub fn network(&self, memories: Vec<i32>) -> Result<MultitaskingHebbian, ConfigError> {
        self.validate()?;
        let (neurons, rank) = (self.neurons, self.rank());
        if memories.len() != neurons * rank {
            return Err(ConfigError::new("memories", memories.len(), format!("{neurons} rows of {rank}")));
        }
        let largest = match self.protocol {
            Protocol::Supervised => self.examples as u32,
            Protocol::Unsupervised => 1,
        };
        match memories.iter().find(|memory| memory.unsigned_abs() > largest) {
            Some(memory) => {
                Err(ConfigError::new("memories", memory, format!("between -{largest} and {largest}")))
            }
            None => Ok(MultitaskingHebbian::new(memories, rank, self.coupling_scale(), self.beta)),
        }
    }

    /// Memories of the network, `R`: the rank of its couplings.
    pub fn rank(&self) -> usize {
        match self.protocol {
            Protocol::Supervised => self.patterns,
            Protocol::Unsupervised => self.patterns * self.examples,
        }
    }

    /// Entropy of the data; see [`rho`].
    pub fn rho(&self) -> f64 {
        rho(self.examples, self.quality)
    }

    /// What the integer Hebb products are multiplied by: `1 / (N c r^2 M^2)` for sums over the `M` examples of a pattern,
    /// `1 / (N c r^2 M)` for single examples, with `c = (1-d)(1+rho)`.
    fn coupling_scale(&self) -> f64 {
        let c = (1.0 - self.dilution) * (1.0 + self.rho());
        let examples = self.examples as f64;
        let products = match self.protocol {
            Protocol::Supervised => examples * examples,
            Protocol::Unsupervised => examples,
        };
        1.0 / (self.neurons as f64 * c * self.quality * self.quality * products)
    }
}

/// Refuses sizes that are zero, or whose examples do not fit.
pub(super) fn check_size(neurons: usize, patterns: usize, examples: usize) -> Result<(), ConfigError> {
    for (field, value) in [("neurons", neurons), ("patterns", patterns), ("examples", examples)] {
        if value == 0 {
            return Err(ConfigError::new(field, value, "at least 1"));
        }
    }
    match neurons.checked_mul(patterns).and_then(|entries| entries.checked_mul(examples)) {
        Some(entries) if entries <= ENTRIES => Ok(()),
        _ => {
            let product = format!("{neurons} x {patterns} x {examples}");
            Err(ConfigError::new("neurons x patterns x examples", product, format!("at most {ENTRIES}")))
        }
    }
}

pub(super) fn check_dilution(dilution: f64) -> Result<(), ConfigError> {
    match (0.0..1.0).contains(&dilution) {
        true => Ok(()),
        false => Err(ConfigError::new("dilution", dilution, "0 or more and less than 1")),
    }
}

pub(super) fn check_quality(quality: f64) -> Result<(), ConfigError> {
    match quality > 0.0 && quality <= 1.0 {
        true => Ok(()),
        false => Err(ConfigError::new("quality", quality, "greater than 0 and at most 1")),
    }
}

pub(super) fn check_beta(beta: Option<f64>) -> Result<(), ConfigError> {
    match beta {
        Some(beta) if !(beta > 0.0 && beta.is_finite()) => {
            Err(ConfigError::new("beta", beta, "greater than 0 and finite; none is temperature 0"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(config: HebbianConfig) -> String {
        config.validate().unwrap_err().to_string()
    }

    #[test]
    fn values_out_of_range_are_refused_by_field() {
        let config = || HebbianConfig::new(10, 2);
        assert_eq!(refused(HebbianConfig::new(0, 2)), "neurons = 0: must be at least 1");
        assert_eq!(refused(HebbianConfig::new(10, 0)), "patterns = 0: must be at least 1");
        assert_eq!(refused(config().with_examples(0)), "examples = 0: must be at least 1");
        for dilution in [1.0, -0.1, f64::NAN] {
            let message = refused(config().with_dilution(dilution));
            assert!(message.starts_with("dilution = ") && message.ends_with("0 or more and less than 1"));
        }
        for quality in [0.0, 1.1, f64::NAN] {
            assert!(refused(config().with_quality(quality)).ends_with("greater than 0 and at most 1"));
        }
        for beta in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(refused(config().with_beta(Some(beta))).starts_with("beta = "));
        }
        let huge = HebbianConfig::new(usize::MAX, 2);
        assert!(refused(huge).ends_with("must be at most 1073741824"));
        assert_eq!(config().validate(), Ok(()));
    }

    #[test]
    fn more_patterns_than_low_storage_get_a_warning() {
        assert_eq!(HebbianConfig::new(1024, 10).warning(), None);
        let warning = HebbianConfig::new(1000, 10).warning().unwrap();
        assert!(warning.contains("log2 N = 10.0") && warning.contains("10 patterns"), "{warning}");
    }

    #[test]
    fn examples_and_memories_of_other_sizes_are_refused() {
        let mut stream = Stream::new(0, 0);
        let config = HebbianConfig::new(10, 2);
        let patterns = config.patterns(&mut stream).unwrap();
        let examples = config.examples(&patterns, &mut stream).unwrap();
        let other = HebbianConfig::new(10, 3).fit(&examples).err().unwrap();
        assert_eq!(other.to_string(), "patterns = 3: must be the 2 of the examples");
        let few = config.network(vec![1; 19]).err().unwrap();
        assert_eq!(few.to_string(), "memories = 19: must be 10 rows of 2");
        let large = config.network(vec![2; 20]).err().unwrap();
        assert_eq!(large.to_string(), "memories = 2: must be between -1 and 1");
    }

    #[test]
    fn a_configuration_survives_its_file() {
        let config = HebbianConfig::new(10, 2).with_beta(Some(20.0)).with_protocol(Protocol::Unsupervised);
        assert_eq!(HebbianConfig::load_binary(config.to_string().as_bytes()).unwrap(), config);
    }
}
