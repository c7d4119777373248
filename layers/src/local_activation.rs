//! The local activation unit of DIN ("Deep Interest Network", arXiv 1706.06978): a small network scores each past item against a
//! candidate, and the past becomes the sum of the items weighted by their scores.

use burn::{
    config::Config,
    module::Module,
    tensor::{Device, Tensor, activation::softmax},
};
use serde::{Deserialize, Serialize};

use crate::{ConfigError, HiddenActivation, HiddenConfig, MlpBlock, MlpBlockConfig, check_range};

/// Added to the scores of padding before a softmax.
const HIDDEN: f32 = -1e9;

/// How scores become weights.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Normalize {
    /// They are the weights: their sum tells how strong the interest is (the paper).
    #[default]
    None,
    /// A softmax of the scores times `scale` (the authors' code, with 1 over the root of the item's width).
    Softmax {
        /// The factor.
        scale: f64,
    },
}

/// Configuration of a [`LocalActivationUnit`].
#[derive(Config, Debug, PartialEq)]
pub struct LocalActivationUnitConfig {
    /// Features of an item.
    pub dim: usize,
    /// Widths of the hidden layers.
    #[config(default = "vec![36]")]
    pub widths: Vec<usize>,
    /// Their activation.
    #[config(default = "HiddenActivation::Dice")]
    pub activation: HiddenActivation,
    /// How scores become weights.
    #[config(default = "Normalize::None")]
    pub normalize: Normalize,
    /// Whether padding counts in the statistics of [`Dice`](crate::Dice), as in FuxiCTR.
    #[config(default = false)]
    pub padding_counts: bool,
}

impl LocalActivationUnitConfig {
    fn scores(&self) -> MlpBlockConfig {
        let hidden = HiddenConfig::new().with_activation(self.activation);
        MlpBlockConfig::new(4 * self.dim, self.widths.clone()).with_output(Some(1)).with_hidden(hidden)
    }

    /// Checks every field.
    ///
    /// # Errors
    ///
    /// Names the first field that cannot be, its value and what is allowed.
    pub fn validate(&self) -> Result<(), ConfigError> {
        check_range("dim", self.dim, 1..=1 << 20)?;
        if let Normalize::Softmax { scale } = self.normalize
            && !scale.is_finite()
        {
            return Err(ConfigError::new("normalize.scale", scale, "finite"));
        }
        self.scores().validate()
    }

    /// The parameters as Burn counts them, running statistics included.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn num_params(&self) -> Result<usize, ConfigError> {
        self.validate()?;
        self.scores().num_params()
    }

    /// The unit: weights Xavier-normal, biases 0.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn init(&self, device: &Device) -> Result<LocalActivationUnit, ConfigError> {
        self.validate()?;
        Ok(LocalActivationUnit {
            scores: self.scores().init(device)?,
            normalize: self.normalize,
            padding_counts: self.padding_counts,
        })
    }
}

/// The unit; see [`LocalActivationUnitConfig`].
#[derive(Module, Debug)]
pub struct LocalActivationUnit {
    /// From candidate, item, their difference and their product to a score.
    pub scores: MlpBlock,
    #[module(skip)]
    normalize: Normalize,
    padding_counts: bool,
}

impl LocalActivationUnit {
    /// The past as seen from a candidate. A sample without any item gives zeros, with a softmax, too.
    ///
    /// # Shapes
    ///
    /// - query: `[batch, dim]`
    /// - keys: `[batch, length, dim]`
    /// - mask: `[batch, length]`, 1 for items and 0 for padding
    /// - output: the weighted sum `[batch, dim]` and the weights `[batch, length]`, 0 for padding
    ///
    /// # Panics
    ///
    /// If the shapes do not go together; the message has them.
    pub fn forward(&self, query: Tensor<2>, keys: Tensor<3>, mask: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
        let [batch, length, dim] = keys.dims();
        assert!(
            query.dims() == [batch, dim],
            "a query of shape {:?} for keys of shape {:?}",
            query.dims(),
            keys.dims()
        );
        assert!(
            mask.dims() == [batch, length],
            "a mask of shape {:?} for keys of shape {:?}",
            mask.dims(),
            keys.dims()
        );
        let query = query.unsqueeze_dim::<3>(1).expand([batch, length, dim]);
        let difference = query.clone() - keys.clone();
        let product = query.clone() * keys.clone();
        let z = Tensor::cat(vec![query, keys.clone(), difference, product], 2);
        let counted = (!self.padding_counts).then(|| mask.clone().reshape([batch * length, 1]));
        let scores = self.scores.forward_rows(z.reshape([batch * length, 4 * dim]), counted.as_ref());
        let weights = self.weights(scores.reshape([batch, length]), mask);
        let pooled = weights.clone().unsqueeze_dim::<3>(1).matmul(keys).squeeze_dim(1); // [B, 1, L] x [B, L, H]
        (pooled, weights)
    }

    fn weights(&self, scores: Tensor<2>, mask: Tensor<2>) -> Tensor<2> {
        match self.normalize {
            // A score of padding is not 0, because of the biases.
            Normalize::None => scores * mask,
            Normalize::Softmax { scale } => {
                let hidden = (mask.clone().neg() + 1.0) * HIDDEN;
                softmax(scores * scale * mask.clone() + hidden, 1) * mask
            }
        }
    }
}
