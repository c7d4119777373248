//! The state that a layer of linear attention carries.

use burn::tensor::Tensor;
use pyrarium_layers::QkvTails;

/// What a layer of linear attention remembers.
#[derive(Debug, Clone)]
pub struct RecurrentState {
    /// The matrix state of each head, `[batch, heads, key_dim, value_dim]`.
    pub s: Tensor<4>,
    /// The last inputs of the convolutions of q, k and v.
    pub conv: Option<QkvTails>,
    /// The number of tokens so far.
    pub position: usize,
}

/// The parts of a state, or those of a beginning.
pub(crate) fn parts(state: Option<RecurrentState>) -> (Option<Tensor<4>>, Option<QkvTails>, usize) {
    match state {
        Some(RecurrentState { s, conv, position }) => (Some(s), conv, position),
        None => (None, None, 0),
    }
}
