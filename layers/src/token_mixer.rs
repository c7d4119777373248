//! What all sequence layers have in common, whether their state is a matrix or a cache.

use burn::{
    module::{Module, ModuleDisplay},
    tensor::Tensor,
};

/// A causal layer over sequences that can be left at any token and taken up again.
///
/// Whatever the cut, parts of a sequence that hand the state on give what the whole sequence gives.
pub trait TokenMixer: Module + ModuleDisplay {
    /// What the layer remembers of the tokens so far.
    type State: Clone;

    /// Mixes a sequence that goes on from `state`, or begins where there is none.
    ///
    /// # Shapes
    ///
    /// - x: `[batch, length, d_model]`, of at least one token
    /// - output: `[batch, length, d_model]`, and the state after the last token
    fn forward(&self, x: Tensor<3>, state: Option<Self::State>) -> (Tensor<3>, Self::State);

    /// Mixes one more token.
    ///
    /// # Shapes
    ///
    /// - x: `[batch, d_model]`
    /// - output: `[batch, d_model]`, and the state after the token
    fn step(&self, x: Tensor<2>, state: Option<Self::State>) -> (Tensor<2>, Self::State) {
        let (y, state) = self.forward(x.unsqueeze_dim(1), state);
        (y.squeeze_dim(1), state)
    }
}
