//! The encoder layer of a transformer with a Hopfield layer in place of attention.

use burn::{
    config::Config,
    module::Module,
    nn::{Dropout, DropoutConfig, LayerNorm, LayerNormConfig, Linear},
    tensor::{Device, Tensor},
};

use super::{Hopfield, HopfieldConfig, Masks};
use crate::{Activation, ConfigError, biased_projection, check_range};

/// Configuration of a [`HopfieldEncoderLayer`].
#[derive(Config, Debug, PartialEq)]
pub struct HopfieldEncoderLayerConfig {
    /// The association; its output has `input_size` features.
    pub hopfield: HopfieldConfig,
    /// Features inside the feed-forward part.
    #[config(default = 2048)]
    pub feed_forward: usize,
    /// Dropout of each part, in 0..1.
    #[config(default = 0.1)]
    pub dropout: f64,
    /// Between the two feed-forward layers.
    #[config(default = "Activation::Relu")]
    pub activation: Activation,
}

impl HopfieldEncoderLayerConfig {
    /// The layer.
    ///
    /// # Errors
    ///
    /// If a size cannot be, or input and output of the association differ.
    pub fn init(&self, device: &Device) -> Result<HopfieldEncoderLayer, ConfigError> {
        let d = residual_size(&self.hopfield)?;
        Ok(HopfieldEncoderLayer {
            association: self.hopfield.init(device)?,
            norm: LayerNormConfig::new(d).init(device),
            feed_forward: FeedForward::new(d, self.feed_forward, self.dropout, self.activation, device)?,
            dropout: DropoutConfig::new(self.dropout).init(),
        })
    }
}

/// `x = norm(x + hopfield(x))`, then `x = norm(x + feed_forward(x))`.
#[derive(Module, Debug)]
pub struct HopfieldEncoderLayer {
    /// The association of the patterns with each other.
    pub association: Hopfield,
    /// After it.
    pub norm: LayerNorm,
    /// The feed-forward part.
    pub feed_forward: FeedForward,
    /// Of the association's output.
    pub dropout: Dropout,
}

impl HopfieldEncoderLayer {
    /// Associates a set with itself: `[B, L, D]` to `[B, L, D]`.
    pub fn forward(&self, x: Tensor<3>, masks: &Masks) -> Tensor<3> {
        let y = self.dropout.forward(self.association.forward_self(x.clone(), masks));
        self.feed_forward.forward(self.norm.forward(x + y))
    }
}

/// `norm(x + drop(W2 drop(activation(W1 x))))`.
#[derive(Module, Debug)]
pub struct FeedForward {
    /// To the inner features.
    pub expand: Linear,
    /// Back.
    pub contract: Linear,
    /// At the end.
    pub norm: LayerNorm,
    /// Inside and at the end.
    pub dropout: Dropout,
    #[module(skip)]
    activation: Activation,
}

impl FeedForward {
    pub(super) fn new(
        features: usize,
        inner: usize,
        dropout: f64,
        activation: Activation,
        device: &Device,
    ) -> Result<Self, ConfigError> {
        check_range("feed_forward", inner, 1..=1 << 20)?;
        if !(0.0..1.0).contains(&dropout) {
            return Err(ConfigError::new("dropout", dropout, "0 or more and less than 1"));
        }
        Ok(Self {
            expand: biased_projection(features, inner, device),
            contract: biased_projection(inner, features, device),
            norm: LayerNormConfig::new(features).init(device),
            dropout: DropoutConfig::new(dropout).init(),
            activation,
        })
    }

    /// `[B, L, D]` to `[B, L, D]`.
    pub fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let inner = self.activation.forward(self.expand.forward(x.clone()));
        let y = self.contract.forward(self.dropout.forward(inner));
        self.norm.forward(x + self.dropout.forward(y))
    }
}

/// The features that go around an association.
pub(super) fn residual_size(config: &HopfieldConfig) -> Result<usize, ConfigError> {
    config.validate()?;
    match config.output() == config.input_size {
        true => Ok(config.input_size),
        false => {
            let allowed = format!("input_size = {}, which is added to it", config.input_size);
            Err(ConfigError::new("output_size", config.output(), allowed))
        }
    }
}
