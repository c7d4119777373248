//! What a trainer may ask of a model that fits functions.

use burn::{
    module::{Module, ModuleDisplay},
    tensor::Tensor,
};

/// A model that maps vectors to vectors.
pub trait Regressor: Module + ModuleDisplay {
    /// The values predicted for each row.
    ///
    /// # Shapes
    ///
    /// - x: `[batch, inputs]`
    /// - output: `[batch, outputs]`
    fn predict(&self, x: Tensor<2>) -> Tensor<2>;
}
