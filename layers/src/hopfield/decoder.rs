//! The decoder layer of a transformer with Hopfield layers in place of attention.

use burn::{
    config::Config,
    module::Module,
    nn::{Dropout, DropoutConfig, LayerNorm, LayerNormConfig},
    tensor::{Device, Tensor},
};

use super::{
    Hopfield, HopfieldConfig, Masks,
    encoder::{FeedForward, residual_size},
};
use crate::{Activation, ConfigError};

/// Configuration of a [`HopfieldDecoderLayer`].
#[derive(Config, Debug, PartialEq)]
pub struct HopfieldDecoderLayerConfig {
    /// The association of the patterns with each other.
    pub own: HopfieldConfig,
    /// Their association with the memory, which is its stored patterns.
    pub cross: HopfieldConfig,
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

impl HopfieldDecoderLayerConfig {
    /// The layer.
    ///
    /// # Errors
    ///
    /// If a size cannot be, or input and output of an association, or of both, differ.
    pub fn init(&self, device: &Device) -> Result<HopfieldDecoderLayer, ConfigError> {
        let (d, cross) = (residual_size(&self.own)?, residual_size(&self.cross)?);
        if cross != d {
            return Err(ConfigError::new("cross.input_size", cross, format!("own.input_size = {d}")));
        }
        let norm = || LayerNormConfig::new(d).init(device);
        Ok(HopfieldDecoderLayer {
            own: self.own.init(device)?,
            own_norm: norm(),
            cross: self.cross.init(device)?,
            cross_norm: norm(),
            feed_forward: FeedForward::new(d, self.feed_forward, self.dropout, self.activation, device)?,
            dropout: DropoutConfig::new(self.dropout).init(),
        })
    }
}

/// Association with itself, association with a memory, feed-forward; each is added and normed.
#[derive(Module, Debug)]
pub struct HopfieldDecoderLayer {
    /// The association of the patterns with each other.
    pub own: Hopfield,
    /// After it.
    pub own_norm: LayerNorm,
    /// Their association with the memory.
    pub cross: Hopfield,
    /// After it.
    pub cross_norm: LayerNorm,
    /// The feed-forward part.
    pub feed_forward: FeedForward,
    /// Of both associations' outputs.
    pub dropout: Dropout,
}

impl HopfieldDecoderLayer {
    /// Decodes patterns beside a memory.
    ///
    /// # Shapes
    ///
    /// - x: `[B, L, D]`, with `own_masks` `[B, H, L, L]`
    /// - memory: `[B, S, stored]`, with `cross_masks` `[B, H, L, S]`
    /// - output: `[B, L, D]`
    pub fn forward(
        &self,
        x: Tensor<3>,
        memory: Tensor<3>,
        own_masks: &Masks,
        cross_masks: &Masks,
    ) -> Tensor<3> {
        let y = self.dropout.forward(self.own.forward_self(x.clone(), own_masks));
        let x = self.own_norm.forward(x + y);
        let y = self.cross.forward(memory.clone(), x.clone(), memory, cross_masks);
        let x = self.cross_norm.forward(x + self.dropout.forward(y));
        self.feed_forward.forward(x)
    }
}
