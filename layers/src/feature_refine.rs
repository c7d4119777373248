//! A gate over whole embeddings, like that of SENet: each embedding of a sample is weighted by what a small network makes of all of them.
//!
//! A reconstruction of the refinement module of DTRN (arXiv 2308.05996), which is said to use a network on the embeddings: they are put
//! side by side, not averaged over their numbers as in SENet, and the sigmoid is doubled so that weights begin near 1.

use burn::{
    config::Config,
    module::Module,
    tensor::{Device, Tensor, activation::sigmoid},
};

use crate::{ConfigError, MlpBlock, MlpBlockConfig, check_range};

/// Configuration of a [`FeatureRefine`].
#[derive(Config, Debug, PartialEq)]
pub struct FeatureRefineConfig {
    /// Embeddings of a sample, m.
    pub features: usize,
    /// Numbers in an embedding.
    pub embedding_dim: usize,
    /// The hidden layer has `max(1, features / reduction)` units.
    #[config(default = 4)]
    pub reduction: usize,
    /// Whether weights are `2 sigmoid` instead of `sigmoid`.
    #[config(default = true)]
    pub doubled: bool,
}

impl FeatureRefineConfig {
    fn mlp(&self) -> MlpBlockConfig {
        let hidden = (self.features / self.reduction).max(1);
        MlpBlockConfig::new(self.features * self.embedding_dim, vec![hidden]).with_output(Some(self.features))
    }

    /// Checks every field.
    ///
    /// # Errors
    ///
    /// Names the first size that cannot be, its value and what is allowed.
    pub fn validate(&self) -> Result<(), ConfigError> {
        check_range("features", self.features, 1..=1 << 16)?;
        check_range("embedding_dim", self.embedding_dim, 1..=1 << 16)?;
        check_range("reduction", self.reduction, 1..=1 << 16)?;
        self.mlp().validate()
    }

    /// The parameters of the gate.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn num_params(&self) -> Result<usize, ConfigError> {
        self.validate()?;
        self.mlp().num_params()
    }

    /// The gate: weights Xavier-normal, biases 0.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn init(&self, device: &Device) -> Result<FeatureRefine, ConfigError> {
        self.validate()?;
        Ok(FeatureRefine { mlp: self.mlp().init(device)?, doubled: self.doubled })
    }
}

/// The gate; see [`FeatureRefineConfig`].
#[derive(Module, Debug)]
pub struct FeatureRefine {
    /// From all embeddings to the logits of their weights.
    pub mlp: MlpBlock,
    doubled: bool,
}

impl FeatureRefine {
    /// Weighs the embeddings.
    ///
    /// # Shapes
    ///
    /// - x: `[batch, m, d]`
    /// - output: `[batch, m, d]` and the weights `[batch, m]`
    pub fn forward(&self, x: Tensor<3>) -> (Tensor<3>, Tensor<2>) {
        let weights = sigmoid(self.mlp.forward(x.clone().flatten::<2>(1, 2)));
        let weights = if self.doubled { weights * 2.0 } else { weights };
        (x * weights.clone().unsqueeze_dim(2), weights)
    }
}
