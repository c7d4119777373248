//! The poolings of bags that are compared.

use burn::{
    module::Module,
    tensor::{Bool, Device, Tensor},
};
use pyrarium_layers::{
    ConfigError,
    hopfield::{HopfieldPooling, HopfieldPoolingConfig, Masks},
};
use serde::{Deserialize, Serialize};

use super::{
    attention_pooling::{AttentionPooling, AttentionPoolingConfig},
    plain_pooling::PlainPooling,
};

/// How a bag becomes one vector.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum PoolConfig {
    /// Learnt states query the bag.
    Hopfield(HopfieldPoolingConfig),
    /// A weighted mean.
    Attention(AttentionPoolingConfig),
    /// The mean of each feature.
    Mean,
    /// The maximum of each feature.
    Max,
}

impl PoolConfig {
    /// Features of an instance that it takes; `None` for any.
    pub(super) fn inputs(&self) -> Option<usize> {
        match self {
            Self::Hopfield(config) => Some(config.hopfield.stored()),
            Self::Attention(config) => Some(config.features),
            Self::Mean | Self::Max => None,
        }
    }

    /// Features of the vector, of instances with `features`.
    pub(super) fn outputs(&self, features: usize) -> usize {
        match self {
            Self::Hopfield(config) => config.output(),
            Self::Attention(_) | Self::Mean | Self::Max => features,
        }
    }

    /// The parameters of the pooling.
    ///
    /// # Errors
    ///
    /// If the configuration does not validate.
    pub fn num_params(&self) -> Result<usize, ConfigError> {
        match self {
            Self::Hopfield(config) => config.num_params(),
            Self::Attention(config) => Ok(config.num_params()),
            Self::Mean | Self::Max => Ok(0),
        }
    }

    /// The pooling.
    ///
    /// # Errors
    ///
    /// If the configuration does not validate.
    pub fn init(&self, device: &Device) -> Result<Pool, ConfigError> {
        Ok(match self {
            Self::Hopfield(config) => Pool::Hopfield(config.init(device)?),
            Self::Attention(config) => Pool::Attention(config.init(device)?),
            Self::Mean => Pool::Plain(PlainPooling::mean()),
            Self::Max => Pool::Plain(PlainPooling::maximum()),
        })
    }
}

/// Any of the poolings.
#[derive(Module, Debug)]
#[allow(clippy::large_enum_variant)]
pub enum Pool {
    /// Learnt states query the bag.
    Hopfield(HopfieldPooling),
    /// A weighted mean.
    Attention(AttentionPooling),
    /// Mean or maximum.
    Plain(PlainPooling),
}

impl Pool {
    /// Pools bags.
    ///
    /// # Shapes
    ///
    /// - x: `[B, S, D]`
    /// - padding: `[B, S]`, true for instances to ignore
    /// - output: `[B, outputs]`
    pub fn forward(&self, x: Tensor<3>, padding: Option<Tensor<2, Bool>>) -> Tensor<2> {
        match self {
            Self::Hopfield(pool) => pool.forward(x, &Masks { padding, association: None }),
            Self::Attention(pool) => pool.forward(x, padding),
            Self::Plain(pool) => pool.forward(x, padding),
        }
    }
}
