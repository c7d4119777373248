//! What every mixer is made of: linear layers, normalisation, the MLP and the gate.

use burn::{
    module::{Initializer, Module},
    nn::{
        BatchNormConfig, Dropout, DropoutConfig, LayerNormConfig, Linear, LinearConfig,
        norm::{Normalization, NormalizationConfig},
    },
    tensor::{Device, Tensor, activation::softmax},
};
use pyrarium_layers::{NormKind, dropout, gelu};

use crate::TsMixerConfig;

/// A linear layer whose weights are normal with deviation `std` and whose biases are 0.
pub(crate) fn linear(inputs: usize, outputs: usize, std: f64, device: &Device) -> Linear {
    let initializer = Initializer::Normal { mean: 0.0, std };
    Linear {
        bias: Some(Initializer::Zeros.init([outputs], device)),
        ..LinearConfig::new(inputs, outputs).with_bias(false).with_initializer(initializer).init(device)
    }
}

/// Normalisation over the features of patches: of each patch, or (batch normalisation) over all patches of all channels and windows.
#[derive(Module, Debug)]
pub struct FeatureNorm {
    /// Layer or batch normalisation.
    pub norm: Normalization,
}

impl FeatureNorm {
    pub(crate) fn new(config: &TsMixerConfig, device: &Device) -> Self {
        let norm: NormalizationConfig = match config.norm {
            NormKind::Batch => BatchNormConfig::new(config.d_model).with_epsilon(config.norm_eps).into(),
            _ => LayerNormConfig::new(config.d_model).with_epsilon(config.norm_eps).into(),
        };
        Self { norm: norm.init(device) }
    }

    /// `[batch, channels, patches, d_model]` to the same.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let [batch, channels, patches, features] = x.dims();
        let rows = x.reshape([batch * channels * patches, features]);
        self.norm.forward(rows).reshape([batch, channels, patches, features])
    }
}

/// Two linear layers with GELU between them; `[.., size]` to the same.
#[derive(Module, Debug)]
pub struct MixerMlp {
    /// To the inside.
    pub fc1: Linear,
    /// And back.
    pub fc2: Linear,
    dropout: Dropout,
}

impl MixerMlp {
    /// An MLP along an axis of `size` values with `inner` values inside.
    pub(crate) fn new(size: usize, inner: usize, drop: f64, init_std: f64, device: &Device) -> Self {
        Self {
            fc1: linear(size, inner, init_std, device),
            fc2: linear(inner, size, init_std, device),
            dropout: DropoutConfig::new(drop).init(),
        }
    }

    /// `[.., size]` to the same.
    pub fn forward<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        let inside = dropout(&self.dropout, gelu(self.fc1.forward(x)));
        dropout(&self.dropout, self.fc2.forward(inside))
    }
}

/// "Gated attention" of the paper: the input times a softmax, over the last axis, of a linear layer of it. The gate sums to 1, so
/// that it shrinks its input by the size of the axis.
#[derive(Module, Debug)]
pub struct GatedAttention {
    /// From the input to the scores.
    pub attention: Linear,
}

impl GatedAttention {
    /// A gate along an axis of `size` values.
    pub(crate) fn new(size: usize, init_std: f64, device: &Device) -> Self {
        Self { attention: linear(size, size, init_std, device) }
    }

    /// `[.., size]` to the same.
    pub fn forward<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        let weight = softmax(self.attention.forward(x.clone()), D - 1);
        x * weight
    }
}
