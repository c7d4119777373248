//! How a sequence of past items becomes one: by the candidate's attention (DIN), or by their mean or sum whatever the candidate is.

use burn::{
    config::Config,
    module::Module,
    tensor::{Device, Tensor},
};
use pyrarium_layers::{
    ConfigError, HiddenActivation, LocalActivationUnit, LocalActivationUnitConfig, Normalize, impl_names,
};
use serde::{Deserialize, Serialize};

/// How a sequence becomes one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pooling {
    /// The sum weighted by a local activation unit.
    #[default]
    Attention,
    /// The mean of the items, zeros if there are none.
    Mean,
    /// The sum of the items.
    Sum,
}

impl_names!(Pooling, "pooling", Attention => "attention", Mean => "mean", Sum => "sum");

/// Configuration of the local activation units of a model.
#[derive(Config, Debug, PartialEq)]
pub struct InterestConfig {
    /// Widths of the hidden layers.
    #[config(default = "vec![36]")]
    pub widths: Vec<usize>,
    /// Their activation.
    #[config(default = "HiddenActivation::Dice")]
    pub activation: HiddenActivation,
    /// How scores become weights.
    #[config(default = "Normalize::None")]
    pub normalize: Normalize,
    /// Whether padding counts in the statistics of Dice, as in FuxiCTR.
    #[config(default = false)]
    pub padding_counts: bool,
}

impl InterestConfig {
    fn unit(&self, dim: usize) -> LocalActivationUnitConfig {
        LocalActivationUnitConfig {
            dim,
            widths: self.widths.clone(),
            activation: self.activation,
            normalize: self.normalize,
            padding_counts: self.padding_counts,
        }
    }

    /// The parameters of a pooling of items of `dim` features.
    pub(crate) fn num_params(&self, pooling: Pooling, dim: usize) -> Result<usize, ConfigError> {
        let units = self.unit(dim).num_params()?;
        Ok(if pooling == Pooling::Attention { units } else { 0 })
    }

    /// A pooling of items of `dim` features.
    pub(crate) fn init(
        &self,
        pooling: Pooling,
        dim: usize,
        device: &Device,
    ) -> Result<SequencePool, ConfigError> {
        let attends = pooling == Pooling::Attention;
        let attention = if attends { Some(self.unit(dim).init(device)?) } else { None };
        Ok(SequencePool { attention, pooling })
    }
}

/// The pooling of one sequence.
#[derive(Module, Debug)]
pub struct SequencePool {
    /// The unit, where the pooling is by attention.
    pub attention: Option<LocalActivationUnit>,
    #[module(skip)]
    pooling: Pooling,
}

impl SequencePool {
    /// The past as one item.
    ///
    /// # Shapes
    ///
    /// - candidate: `[batch, dim]`
    /// - items: `[batch, length, dim]`
    /// - mask: `[batch, length]`, 1 for items and 0 for padding
    /// - output: `[batch, dim]` and the weight of each item, `[batch, length]`
    pub fn forward(&self, candidate: Tensor<2>, items: Tensor<3>, mask: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
        if let Some(unit) = &self.attention {
            return unit.forward(candidate, items, mask);
        }
        let weights = match self.pooling {
            Pooling::Mean => mask.clone() / mask.sum_dim(1).clamp_min(1.0),
            Pooling::Sum | Pooling::Attention => mask,
        };
        (weights.clone().unsqueeze_dim::<3>(1).matmul(items).squeeze_dim(1), weights)
    }
}
