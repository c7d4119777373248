//! Self attention over the patches of a channel.

use burn::{
    module::Module,
    nn::{Dropout, DropoutConfig, Linear},
    tensor::{Device, Tensor, activation::softmax},
};
use pyrarium_layers::{dropout, merge_heads, split_heads};

use crate::parts::linear;

/// Softmax attention with several heads and biases, every patch seeing every patch.
#[derive(Module, Debug)]
pub struct PatchAttention {
    /// From features to queries.
    pub query: Linear,
    /// From features to keys.
    pub key: Linear,
    /// From features to values.
    pub value: Linear,
    /// From the heads' outputs to features.
    pub output: Linear,
    dropout: Dropout,
    heads: usize,
}

impl PatchAttention {
    /// Attention of `heads` heads, which divide `d_model`; `drop` is the probability of dropping an attention weight.
    pub(crate) fn new(d_model: usize, heads: usize, drop: f64, init_std: f64, device: &Device) -> Self {
        let projection = || linear(d_model, d_model, init_std, device);
        Self {
            query: projection(),
            key: projection(),
            value: projection(),
            output: projection(),
            dropout: DropoutConfig::new(drop).init(),
            heads,
        }
    }

    /// `[series, patches, d_model]` to the same.
    pub fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let query = split_heads(self.query.forward(x.clone()), self.heads);
        let key = split_heads(self.key.forward(x.clone()), self.heads);
        let value = split_heads(self.value.forward(x), self.heads);
        let scale = (query.dims()[3] as f64).powf(-0.5);
        let weights = softmax(query.matmul(key.transpose()) * scale, 3); // [series, heads, patches, patches]
        self.output.forward(merge_heads(dropout(&self.dropout, weights).matmul(value)))
    }
}
