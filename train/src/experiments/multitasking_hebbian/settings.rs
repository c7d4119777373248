//! The settings of `train multitasking-hebbian`.

use pyrarium_layers::ConfigError;
use pyrarium_memory::hebbian::{HebbianConfig, MeanField, Protocol, Solution, Start};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::checks::{at_least_one, non_negative};

/// Replicas at most; the numbers of the random streams leave room for so many.
const REPLICAS: usize = 1 << 16;
/// Patterns for which the theory is solved: with noise it costs `3^K` averages in each iteration.
const THEORY: usize = 5;

/// What is stored, and how the network is run.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Seed of patterns, examples, start and dynamics.
    pub seed: u64,
    /// Neurons.
    pub neurons: usize,
    /// Patterns.
    pub patterns: usize,
    /// Probability of a blank entry, in 0..1.
    pub dilution: f64,
    /// Quality of the examples, above 0 and at most 1.
    pub quality: f64,
    /// Examples of each pattern.
    pub examples: usize,
    /// `supervised` or `unsupervised`.
    pub protocol: Protocol,
    /// Temperature; 0 or more.
    pub temperature: f64,
    /// `hierarchical`, `symmetric` or `random`.
    pub start: Start,
    /// Sweeps over all neurons.
    pub sweeps: usize,
    /// The first of them, which are not averaged over.
    pub burn_in: usize,
    /// Networks that run side by side, with the same memories.
    pub replicas: usize,
    /// 0 updates one neuron after the other on the host; otherwise replicas are tensors on the device, whose neurons are updated
    /// in so many blocks.
    pub blocks: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            seed: 0,
            neurons: 5000,
            patterns: 3,
            dilution: 0.4,
            quality: 0.5,
            examples: 100,
            protocol: Protocol::Supervised,
            temperature: 0.05,
            start: Start::Random,
            sweeps: 60,
            burn_in: 30,
            replicas: 1,
            blocks: 0,
        }
    }
}

impl Settings {
    /// Checks every value.
    pub fn validate(&self) -> Result<(), Error> {
        non_negative("temperature", self.temperature)?;
        self.config().validate()?;
        at_least_one("sweeps", self.sweeps)?;
        if self.burn_in >= self.sweeps {
            return Err(ConfigError::new("burn_in", self.burn_in, "less than sweeps").into());
        }
        if self.replicas == 0 || self.replicas > REPLICAS {
            let allowed = format!("between 1 and {REPLICAS}");
            return Err(ConfigError::new("replicas", self.replicas, allowed).into());
        }
        if self.blocks > self.neurons {
            let allowed = format!("at most the {} neurons; 0 is one neuron after the other", self.neurons);
            return Err(ConfigError::new("blocks", self.blocks, allowed).into());
        }
        Ok(())
    }

    /// The network's configuration.
    pub fn config(&self) -> HebbianConfig {
        HebbianConfig::new(self.neurons, self.patterns)
            .with_dilution(self.dilution)
            .with_quality(self.quality)
            .with_examples(self.examples)
            .with_protocol(self.protocol)
            .with_beta(beta(self.temperature))
    }

    /// What the theory says about this start, where it is solved: overlaps from the largest to the smallest.
    pub fn theory(&self) -> Result<Option<Solution>, Error> {
        if self.patterns > THEORY {
            return Ok(None);
        }
        let theory = mean_field(&self.config());
        let mut solution = match self.start {
            Start::Hierarchical => theory.solve(&theory.hierarchical())?,
            Start::Symmetric => theory.solve(&theory.symmetric())?,
            Start::Random => theory.ground_state()?,
        };
        solution.m.sort_by(|one, other| other.total_cmp(one));
        Ok(Some(solution))
    }
}

/// Inverse temperature; none at 0.
pub fn beta(temperature: f64) -> Option<f64> {
    (temperature != 0.0).then(|| 1.0 / temperature)
}

/// The theory of a network.
pub fn mean_field(config: &HebbianConfig) -> MeanField {
    MeanField { patterns: config.patterns, dilution: config.dilution, rho: config.rho(), beta: config.beta }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_out_of_range_are_refused_by_field() {
        let refused = |change: fn(&mut Settings)| {
            let mut settings = Settings::default();
            change(&mut settings);
            settings.validate().unwrap_err().to_string()
        };
        assert_eq!(refused(|s| s.temperature = -1.0), "temperature = -1: must be 0 or more");
        assert_eq!(refused(|s| s.dilution = 1.0), "dilution = 1: must be 0 or more and less than 1");
        assert_eq!(refused(|s| s.sweeps = 0), "sweeps = 0: must be at least 1");
        assert_eq!(refused(|s| s.burn_in = 60), "burn_in = 60: must be less than sweeps");
        assert_eq!(refused(|s| s.replicas = 0), "replicas = 0: must be between 1 and 65536");
        assert_eq!(
            refused(|s| s.blocks = 5001),
            "blocks = 5001: must be at most the 5000 neurons; 0 is one neuron after the other"
        );
        Settings::default().validate().unwrap();
    }

    #[test]
    fn temperature_zero_has_no_beta() {
        assert_eq!((beta(0.0), beta(0.5)), (None, Some(2.0)));
    }
}
