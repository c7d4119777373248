//! Pooling of bags without parameters: mean and maximum of each feature.

use burn::{
    module::Module,
    tensor::{Bool, Tensor},
};

/// The mean or the maximum of each feature over the instances of a bag.
#[derive(Module, Debug)]
pub struct PlainPooling {
    #[module(skip)]
    maximum: bool,
}

impl PlainPooling {
    /// The mean.
    pub fn mean() -> Self {
        Self { maximum: false }
    }

    /// The maximum.
    pub fn maximum() -> Self {
        Self { maximum: true }
    }

    /// Pools bags.
    ///
    /// # Shapes
    ///
    /// - x: `[B, S, D]`
    /// - padding: `[B, S]`, true for instances to ignore
    /// - output: `[B, D]`
    pub fn forward(&self, x: Tensor<3>, padding: Option<Tensor<2, Bool>>) -> Tensor<2> {
        let dims = x.dims();
        let without = |x: Tensor<3>, filler: f32| match &padding {
            Some(padding) => x.mask_fill(padding.clone().unsqueeze_dim::<3>(2).expand(dims), filler),
            None => x,
        };
        if self.maximum {
            return without(x, f32::NEG_INFINITY).max_dim(1).squeeze_dim(1);
        }
        let sum: Tensor<2> = without(x, 0.0).sum_dim(1).squeeze_dim(1);
        match &padding {
            Some(padding) => sum / padding.clone().bool_not().float().sum_dim(1),
            None => sum / dims[1] as f64,
        }
    }
}
