//! Either network as one module.

use burn::{module::Module, tensor::Tensor};
use pyrarium_layers::{ConfigError, ImageClassifier};

use crate::{BottleneckMlp, StandardMlp};

/// Either network, built by [`MlpConfig`](crate::MlpConfig). Parameter paths begin with the variant's name.
#[derive(Module, Debug)]
pub enum Mlp {
    /// The residual MLP of inverted bottlenecks.
    Bottleneck(BottleneckMlp),
    /// The plain MLP.
    Standard(StandardMlp),
}

impl Mlp {
    /// Logits of flattened images; see [`Network::forward`](crate::Network::forward).
    pub fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Bottleneck(network) => network.forward(x),
            Self::Standard(network) => network.forward(x),
        }
    }

    /// Logits of images; see [`Network::forward_image`](crate::Network::forward_image).
    pub fn forward_image(&self, images: Tensor<4>) -> Tensor<2> {
        match self {
            Self::Bottleneck(network) => network.forward_image(images),
            Self::Standard(network) => network.forward_image(images),
        }
    }

    /// What the head sees; see [`Network::features`](crate::Network::features).
    pub fn features(&self, x: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Bottleneck(network) => network.features(x),
            Self::Standard(network) => network.features(x),
        }
    }

    /// Replaces the head; see [`Network::with_new_head`](crate::Network::with_new_head).
    ///
    /// # Errors
    ///
    /// If `num_classes` is zero or too large.
    pub fn with_new_head(self, num_classes: usize) -> Result<Self, ConfigError> {
        Ok(match self {
            Self::Bottleneck(network) => Self::Bottleneck(network.with_new_head(num_classes)?),
            Self::Standard(network) => Self::Standard(network.with_new_head(num_classes)?),
        })
    }

    /// Freezes everything but the head, for a linear probe.
    pub fn freeze_body(self) -> Self {
        match self {
            Self::Bottleneck(network) => Self::Bottleneck(network.freeze_body()),
            Self::Standard(network) => Self::Standard(network.freeze_body()),
        }
    }

    /// The same function of permuted inputs; see [`Network::permute_inputs`](crate::Network::permute_inputs).
    ///
    /// # Errors
    ///
    /// If `permutation` is not a permutation of the inputs.
    pub fn permute_inputs(self, permutation: &[usize]) -> Result<Self, ConfigError> {
        Ok(match self {
            Self::Bottleneck(network) => Self::Bottleneck(network.permute_inputs(permutation)?),
            Self::Standard(network) => Self::Standard(network.permute_inputs(permutation)?),
        })
    }
}

impl ImageClassifier for Mlp {
    fn classify(&self, images: Tensor<4>) -> Tensor<2> {
        self.forward_image(images)
    }
}
