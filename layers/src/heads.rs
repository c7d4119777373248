//! Sequences of features as sequences of heads, and back.

use burn::{
    module::Module,
    nn::{Linear, RmsNorm, RmsNormConfig},
    tensor::{Device, Tensor, activation::silu},
};

use crate::projection;

/// `[batch, length, heads * d]` to `[batch, heads, length, d]`.
///
/// # Panics
///
/// If the features do not divide into `heads`; the message has the shape.
pub fn split_heads(x: Tensor<3>, heads: usize) -> Tensor<4> {
    let [batch, length, features] = x.dims();
    assert!(
        features.is_multiple_of(heads),
        "features of shape {:?} do not divide into {heads} heads",
        x.dims()
    );
    x.reshape([batch, length, heads, features / heads]).swap_dims(1, 2)
}

/// `[batch, heads, length, d]` to `[batch, length, heads * d]`.
pub fn merge_heads(x: Tensor<4>) -> Tensor<3> {
    let [batch, heads, length, d] = x.dims();
    x.swap_dims(1, 2).reshape([batch, length, heads * d])
}

/// RMS norm of each head's output, all heads with one weight, optionally times `silu` of a linear gate.
#[derive(Module, Debug)]
pub struct HeadNorm {
    /// The norm over the features of one head.
    pub norm: RmsNorm,
    /// From the layer's input to the gate, without bias.
    pub gate: Option<Linear>,
}

impl HeadNorm {
    /// A norm of heads of `head_dim` features; with a gate from `d_model` features for `heads` heads if `gated`.
    pub fn new(
        d_model: usize,
        heads: usize,
        head_dim: usize,
        gated: bool,
        epsilon: f64,
        device: &Device,
    ) -> Self {
        let gate = || projection(d_model, heads * head_dim, device);
        Self { norm: RmsNormConfig::new(head_dim).with_epsilon(epsilon).init(device), gate: gated.then(gate) }
    }

    /// Normalises and merges heads.
    ///
    /// # Shapes
    ///
    /// - heads: `[batch, heads, length, head_dim]`
    /// - x: the input of the layer, `[batch, length, d_model]`, read by the gate
    /// - output: `[batch, length, heads * head_dim]`
    pub fn forward(&self, heads: Tensor<4>, x: Tensor<3>) -> Tensor<3> {
        let normed = merge_heads(self.norm.forward(heads));
        match &self.gate {
            Some(gate) => normed * silu(gate.forward(x)),
            None => normed,
        }
    }
}
