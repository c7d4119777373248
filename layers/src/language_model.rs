//! Task trait: what a trainer may ask of a language model, whatever its architecture.

use burn::{
    module::{Module, ModuleDisplay},
    tensor::{Int, Tensor},
};

/// A model that assigns scores to the token that follows each token of a sequence.
pub trait LanguageModel: Module + ModuleDisplay {
    /// Scores of every token of the vocabulary, before any softmax; those at a position depend on the tokens up to it.
    ///
    /// # Shapes
    ///
    /// - tokens: `[batch, length]`
    /// - output: `[batch, length, vocabulary]`
    fn logits(&self, tokens: Tensor<2, Int>) -> Tensor<3>;
}
