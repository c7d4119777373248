//! Task traits: what a trainer may ask of a model, whatever its architecture.

use burn::{
    module::{Module, ModuleDisplay},
    tensor::Tensor,
};

/// A model that assigns scores to the classes of images.
pub trait ImageClassifier: Module + ModuleDisplay {
    /// Scores of each class, before any softmax.
    ///
    /// # Shapes
    ///
    /// - images: `[batch, channels, height, width]`
    /// - output: `[batch, classes]`
    fn classify(&self, images: Tensor<4>) -> Tensor<2>;
}
