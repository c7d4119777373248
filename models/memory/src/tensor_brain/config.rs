//! Sizes of a tensor brain and the groups of its concepts.

use std::ops::Range;

use burn::{
    config::Config,
    module::{Initializer, Param},
    nn::LinearConfig,
    tensor::{Device, Tensor},
};
use pyrarium_layers::{ConfigError, check_range};
use serde::{Deserialize, Serialize};

use super::{
    activation::Activation,
    brain::{Operations, TensorBrain},
    evolution::EvolutionKind,
    index_layer::IndexLayer,
};

/// The group that subjects and objects are of.
pub const ENTITIES: &str = "entities";
/// The group that predicates are of.
pub const PREDICATES: &str = "predicates";
/// The group of the instances of time, each the index of an episode.
pub const TIMES: &str = "times";

/// The largest size of a layer.
const DIM: std::ops::RangeInclusive<usize> = 1..=1 << 20;
/// The most indices.
const INDICES: usize = 1 << 24;

/// Concepts among which one is chosen: a softmax goes over a group. Concepts are named by their place in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// The index units of its members, by place.
    pub members: Vec<usize>,
}

impl Group {
    /// A group of consecutive index units.
    pub fn range(name: impl Into<String>, members: Range<usize>) -> Self {
        Self { name: name.into(), members: members.collect() }
    }
}

/// Configuration of a [`TensorBrain`].
#[derive(Config, Debug, PartialEq)]
pub struct TensorBrainConfig {
    /// Disjoint groups that together are all index units, numbered from 0.
    pub groups: Vec<Group>,
    /// Units of the representation layer, D.
    #[config(default = 64)]
    pub state_dim: usize,
    /// Units of the working memory.
    #[config(default = 128)]
    pub working_dim: usize,
    /// Features of a sensory region, U.
    #[config(default = 32)]
    pub sensory_dim: usize,
    /// How the working memory goes on from one decoding to the next.
    #[config(default = "EvolutionKind::Original")]
    pub evolution: EvolutionKind,
    /// What weights are multiplied with.
    #[config(default = "Activation::Centred")]
    pub activation: Activation,
    /// What sensory input is multiplied with, mu; 0 switches the senses off.
    #[config(default = 1.0)]
    pub input_gate: f64,
    /// What the representation is multiplied with when an embedding is written to it, rho; 0 forgets it ("reset").
    #[config(default = 1.0)]
    pub retain_gate: f64,
    /// Whether every index has a bias of its own (our choice). Without one, and with [`Activation::Sigmoid`], the offset
    /// `sigmoid(0) = 0.5` gives each index a fixed bias of half the sum of its embedding.
    #[config(default = true)]
    pub score_bias: bool,
    /// Inverse temperature of the softmax over a group.
    #[config(default = 1.0)]
    pub beta: f64,
    /// Embeddings start from N(0, gain^2 / D); with 1, sigmoids are nearly linear at first, and what depends on two concepts together is
    /// learnt late or never.
    #[config(default = 1.0)]
    pub embedding_gain: f64,
    /// Whether one embedding serves both ways, as in the paper; otherwise the way down has its own.
    #[config(default = true)]
    pub tied: bool,
    /// Whether the embedding of what was decoded is written to the representation, as in the paper.
    #[config(default = true)]
    pub feedback: bool,
}

impl TensorBrainConfig {
    /// A brain for facts about so many entities with so many predicates.
    pub fn triples(entities: usize, predicates: usize) -> Self {
        Self::new(vec![
            Group::range(ENTITIES, 0..entities),
            Group::range(PREDICATES, entities..entities + predicates),
        ])
    }

    /// Adds so many instances of time, whose embeddings are then trained.
    pub fn with_times(mut self, times: usize) -> Self {
        let first = self.indices();
        self.groups.push(Group::range(TIMES, first..first + times));
        self
    }

    /// Index units of all groups, K.
    pub fn indices(&self) -> usize {
        self.groups.iter().map(|group| group.members.len()).sum()
    }

    /// Checks every value.
    ///
    /// # Errors
    ///
    /// Names the first field that cannot be: no group, an empty one, two of one name, groups that overlap or leave an index out, a
    /// size that is zero or too large, a gate that is negative or not finite, an inverse temperature that is not positive.
    pub fn validate(&self) -> Result<(), ConfigError> {
        check_range("groups", self.groups.len(), 1..=1 << 10)?;
        check_range("indices", self.indices(), 1..=INDICES)?;
        let mut owner: Vec<Option<&str>> = vec![None; self.indices()];
        for (place, Group { name, members }) in self.groups.iter().enumerate() {
            if members.is_empty() {
                return Err(ConfigError::new(format!("groups.{name}"), "no index", "of at least one index"));
            }
            if self.groups[..place].iter().any(|other| other.name == *name) {
                return Err(ConfigError::new("groups", format!("{name} twice"), "of different names"));
            }
            for &member in members {
                match owner.get_mut(member) {
                    None => {
                        let allowed =
                            format!("of indices below {}, the number of all members", self.indices());
                        return Err(ConfigError::new(format!("groups.{name}"), member, allowed));
                    }
                    Some(Some(other)) => {
                        let value = format!("index {member} in {other} and in {name}");
                        return Err(ConfigError::new("groups", value, "disjoint"));
                    }
                    Some(free) => *free = Some(name),
                }
            }
        }
        check_range("state_dim", self.state_dim, DIM)?;
        check_range("working_dim", self.working_dim, DIM)?;
        check_range("sensory_dim", self.sensory_dim, DIM)?;
        for (field, gate) in [("input_gate", self.input_gate), ("retain_gate", self.retain_gate)] {
            if !(gate >= 0.0 && gate.is_finite()) {
                return Err(ConfigError::new(field, gate, "0 or more"));
            }
        }
        for (field, factor) in [("beta", self.beta), ("embedding_gain", self.embedding_gain)] {
            if !(factor > 0.0 && factor.is_finite()) {
                return Err(ConfigError::new(field, factor, "greater than 0"));
            }
        }
        Ok(())
    }

    /// A brain with embeddings from N(0, gain^2 / D), biases and neutral vector 0; other weights are uniform in ±1/sqrt(inputs), and in
    /// eight times this range where the input comes from a sigmoid (our choice: what is passed on keeps its variance, and semantic memory is
    /// learnt early).
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn init(&self, device: &Device) -> Result<TensorBrain, ConfigError> {
        self.validate()?;
        let (indices, state) = (self.indices(), self.state_dim);
        let normal = Initializer::Normal { mean: 0.0, std: self.embedding_gain * (state as f64).powf(-0.5) };
        let embedding = || -> Param<Tensor<2>> { normal.init([indices, state], device) };
        let operations = Operations {
            groups: self.groups.clone(),
            working_dim: self.working_dim,
            input_gate: self.input_gate,
            retain_gate: self.retain_gate,
            activation: self.activation,
            beta: self.beta,
            feedback: self.feedback,
        };
        let index = IndexLayer {
            embedding: embedding(),
            top_down: (!self.tied && self.feedback).then(embedding),
            bias: self.score_bias.then(|| Initializer::Zeros.init([indices], device)),
        };
        let sensory = LinearConfig::new(self.sensory_dim, state).with_bias(false).init(device);
        let neutral = Initializer::Zeros.init([state], device);
        let evolution = self.evolution.init(state, self.working_dim, device);
        Ok(TensorBrain { index, sensory, neutral, evolution, operations })
    }

    /// The parameters of the brain.
    pub fn num_params(&self) -> usize {
        let (indices, state) = (self.indices(), self.state_dim);
        let ways = if self.tied || !self.feedback { 1 } else { 2 };
        let bias = if self.score_bias { indices } else { 0 };
        let evolution = self.evolution.num_params(state, self.working_dim);
        ways * state * indices + bias + self.sensory_dim * state + evolution + state
    }
}
