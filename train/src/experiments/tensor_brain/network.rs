//! The brains of this system by a few sizes.

use burn::tensor::Device;
use pyrarium_datasets::KnowledgeGraph;
use pyrarium_layers::ConfigError;
use pyrarium_memory::tensor_brain::{Activation, EvolutionKind, TensorBrain, TensorBrainConfig};
use serde::{Deserialize, Serialize};

use crate::weights::initialise;

/// Sizes and choices of a brain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// Units of the representation.
    pub state_dim: usize,
    /// Units of the working memory.
    pub working_dim: usize,
    /// The working memory: original, gru, feed_forward or none.
    pub evolution: EvolutionKind,
    /// What weights are multiplied with: centred or sigmoid.
    pub activation: Activation,
    /// What sensory input is multiplied with.
    pub input_gate: f64,
    /// What is retained of the representation at feedback.
    pub retain_gate: f64,
    /// Whether every index has a bias.
    pub score_bias: bool,
    /// Inverse temperature of the softmax.
    pub beta: f64,
    /// Embeddings start from N(0, gain^2 / D).
    pub embedding_gain: f64,
    /// Whether one embedding serves both ways.
    pub tied: bool,
    /// Whether what was decoded is written back.
    pub feedback: bool,
}

impl Default for Network {
    /// The paper's brain, with 64 units of representation and 128 of working memory.
    fn default() -> Self {
        Self {
            state_dim: 64,
            working_dim: 128,
            evolution: EvolutionKind::Original,
            activation: Activation::Centred,
            input_gate: 1.0,
            retain_gate: 1.0,
            score_bias: true,
            beta: 1.0,
            embedding_gain: 2.0,
            tied: true,
            feedback: true,
        }
    }
}

impl Network {
    /// The brain for so many entities and predicates, whose regions have so many features.
    ///
    /// # Errors
    /// The first value that cannot be.
    pub fn config(
        &self,
        [entities, predicates]: [usize; 2],
        features: usize,
    ) -> Result<TensorBrainConfig, ConfigError> {
        let config = TensorBrainConfig::triples(entities, predicates)
            .with_state_dim(self.state_dim)
            .with_working_dim(self.working_dim)
            .with_sensory_dim(features)
            .with_evolution(self.evolution)
            .with_activation(self.activation)
            .with_input_gate(self.input_gate)
            .with_retain_gate(self.retain_gate)
            .with_score_bias(self.score_bias)
            .with_beta(self.beta)
            .with_embedding_gain(self.embedding_gain)
            .with_tied(self.tied)
            .with_feedback(self.feedback);
        config.validate()?;
        Ok(config)
    }

    /// That brain with initial weights.
    ///
    /// # Errors
    /// The first value that cannot be.
    pub fn brain(
        &self,
        (sizes, features): ([usize; 2], usize),
        seed: u64,
        device: &Device,
    ) -> Result<TensorBrain, ConfigError> {
        let config = self.config(sizes, features)?;
        initialise(device, seed, |device| config.init(device))
    }
}

/// Entities and predicates of a graph.
pub fn sizes(graph: &KnowledgeGraph) -> [usize; 2] {
    [graph.entities.len(), graph.predicates.len()]
}
