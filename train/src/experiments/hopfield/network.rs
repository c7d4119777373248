//! Which classifier of bags is trained.

use pyrarium_layers::hopfield::{HopfieldConfig, HopfieldPoolingConfig, Scaling};
use pyrarium_layers::impl_names;
use pyrarium_memory::ConfigError;
use pyrarium_memory::hopfield::{BagNetConfig, InstancesConfig, PoolConfig};
use serde::{Deserialize, Serialize};

/// How a bag becomes one vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PoolKind {
    /// Learnt states query the bag.
    Hopfield,
    /// Attention pooling.
    Attention,
    /// Attention pooling with a gate.
    GatedAttention,
    /// The mean of each feature.
    Mean,
    /// The maximum of each feature.
    Max,
}

impl_names!(
    PoolKind, "model.pool",
    Hopfield => "hopfield", Attention => "attention", GatedAttention => "gated_attention", Mean => "mean", Max => "max",
);

impl PoolKind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Hopfield, Self::Attention, Self::GatedAttention, Self::Mean, Self::Max];
}

/// Settings of the network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// The pooling.
    pub pool: PoolKind,
    /// Features that a linear layer with ReLU makes of an instance; 0 takes instances as they are.
    pub dense: usize,
    /// Heads of Hopfield pooling.
    pub num_heads: usize,
    /// Features of each of these heads in the association space.
    pub hidden_size: usize,
    /// Their updates after the first association.
    pub update_steps: usize,
    /// Their inverse temperature; 0 is `1 / sqrt(hidden_size)`.
    pub scaling: f64,
    /// Learnt states.
    pub quantity: usize,
    /// Dropout of the associations, in 0..1.
    pub association_dropout: f64,
    /// Dropout of the pooled vector, in 0..1.
    pub dropout: f64,
}

impl Default for Network {
    /// The official network for bit patterns.
    fn default() -> Self {
        Self {
            pool: PoolKind::Hopfield,
            dense: 0,
            num_heads: 8,
            hidden_size: 8,
            update_steps: 3,
            scaling: 0.25,
            quantity: 1,
            association_dropout: 0.5,
            dropout: 0.0,
        }
    }
}

impl Network {
    /// For digits of 8x8 pixels: the official network behind a linear layer in place of convolutions.
    pub fn digits() -> Self {
        Self {
            dense: 64,
            num_heads: 1,
            hidden_size: 32,
            update_steps: 0,
            scaling: 0.0,
            association_dropout: 0.0,
            dropout: 0.1,
            ..Self::default()
        }
    }

    /// The network on instances of so many values.
    ///
    /// # Errors
    /// The first setting that cannot be.
    pub fn config(&self, inputs: usize) -> Result<BagNetConfig, ConfigError> {
        let instances = match self.dense {
            0 => InstancesConfig::Raw(inputs),
            features => InstancesConfig::Dense(inputs, features),
        };
        let scaling = if self.scaling == 0.0 { Scaling::InverseRoot } else { Scaling::All(self.scaling) };
        // A fixed number of updates: otherwise a bag's score would depend on the others of its batch.
        let hopfield = HopfieldConfig::new(instances.features())
            .with_num_heads(self.num_heads)
            .with_hidden_size(Some(self.hidden_size))
            .with_update_steps_max(Some(self.update_steps))
            .with_fixed_steps(true)
            .with_scaling(scaling)
            .with_dropout(self.association_dropout);
        let pooling = HopfieldPoolingConfig::new(hopfield).with_quantity(self.quantity);
        let config = BagNetConfig::new(instances, PoolConfig::Hopfield(pooling)).with_dropout(self.dropout);
        let config = match self.pool {
            PoolKind::Hopfield => config,
            PoolKind::Attention => config.with_attention(false),
            PoolKind::GatedAttention => config.with_attention(true),
            PoolKind::Mean => config.with_pool(PoolConfig::Mean),
            PoolKind::Max => config.with_pool(PoolConfig::Max),
        };
        config.num_params()?;
        Ok(config)
    }
}
