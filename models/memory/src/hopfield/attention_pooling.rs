//! Attention pooling of bags ("Attention-based Deep Multiple Instance Learning", arXiv 1802.04712), plain (equation 8) and gated (9).

use burn::{
    config::Config,
    module::Module,
    nn::{Linear, LinearConfig},
    tensor::{
        Bool, Device, Tensor,
        activation::{sigmoid, softmax},
    },
};
use pyrarium_layers::{ConfigError, check_range};

/// Configuration of an [`AttentionPooling`].
#[derive(Config, Debug, PartialEq)]
pub struct AttentionPoolingConfig {
    /// Features of an instance.
    pub features: usize,
    /// Features of the score's hidden layer.
    #[config(default = 128)]
    pub hidden: usize,
    /// Whether the hidden layer is gated.
    #[config(default = false)]
    pub gated: bool,
}

impl AttentionPoolingConfig {
    /// The parameters of the pooling.
    pub fn num_params(&self) -> usize {
        (self.features + 1) * self.hidden * (1 + usize::from(self.gated)) + self.hidden
    }

    /// The pooling.
    ///
    /// # Errors
    ///
    /// If a size cannot be.
    pub fn init(&self, device: &Device) -> Result<AttentionPooling, ConfigError> {
        check_range("features", self.features, 1..=1 << 20)?;
        check_range("hidden", self.hidden, 1..=1 << 20)?;
        let linear = |outputs| LinearConfig::new(self.features, outputs).init(device);
        Ok(AttentionPooling {
            hidden: linear(self.hidden),
            gate: self.gated.then(|| linear(self.hidden)),
            // A bias would shift all scores, which softmax undoes.
            score: LinearConfig::new(self.hidden, 1).with_bias(false).init(device),
        })
    }
}

/// The mean of the instances of a bag, weighted by the softmax of a score `w tanh(V h)`, gated by `sigmoid(U h)`.
#[derive(Module, Debug)]
pub struct AttentionPooling {
    /// `V`.
    pub hidden: Linear,
    /// `U`.
    pub gate: Option<Linear>,
    /// `w`.
    pub score: Linear,
}

impl AttentionPooling {
    /// Pools bags.
    ///
    /// # Shapes
    ///
    /// - x: `[B, S, D]`
    /// - padding: `[B, S]`, true for instances to ignore
    /// - output: `[B, D]`
    pub fn forward(&self, x: Tensor<3>, padding: Option<Tensor<2, Bool>>) -> Tensor<2> {
        let hidden = self.hidden.forward(x.clone()).tanh();
        let hidden = match &self.gate {
            Some(gate) => hidden * sigmoid(gate.forward(x.clone())),
            None => hidden,
        };
        let scores = self.score.forward(hidden); // [B, S, 1]
        let scores = match padding {
            Some(padding) => scores.mask_fill(padding.unsqueeze_dim(2), f32::NEG_INFINITY),
            None => scores,
        };
        softmax(scores, 1).swap_dims(1, 2).matmul(x).squeeze_dim(1)
    }
}
