//! The layer norm of patterns, with or without scale and shift.

use burn::{
    module::Module,
    nn::{LayerNorm, LayerNormConfig},
    tensor::{Device, Tensor},
};

/// Added to the variance, as in the official code.
const EPSILON: f64 = 1e-5;

/// A layer norm over the features of each pattern.
#[derive(Module, Debug)]
pub struct PatternNorm {
    /// The norm with its scale and shift, if it has them.
    pub affine: Option<LayerNorm>,
}

impl PatternNorm {
    /// A norm of `features` features.
    pub fn new(features: usize, affine: bool, device: &Device) -> Self {
        let norm = || LayerNormConfig::new(features).with_epsilon(EPSILON).init(device);
        Self { affine: affine.then(norm) }
    }

    /// Normalises the last axis; the shape stays as it is.
    pub fn forward<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        match &self.affine {
            Some(norm) => norm.forward(x),
            None => {
                let centred = x.clone() - x.mean_dim(D - 1);
                let variance = centred.clone().square().mean_dim(D - 1);
                centred / (variance + EPSILON).sqrt()
            }
        }
    }
}
