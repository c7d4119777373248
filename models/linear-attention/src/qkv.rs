//! Queries, keys and values, as all layers of linear attention make them, and the state that such a layer carries.

use burn::{
    module::Module,
    nn::Linear,
    tensor::{Device, Tensor},
};
use pyrarium_layers::{ConfigError, ShortConv, projection};

use crate::dims::Dims;

/// What a layer of linear attention remembers.
#[derive(Debug, Clone)]
pub struct RecurrentState {
    /// The matrix state of each head, `[batch, heads, key_dim, value_dim]`.
    pub s: Tensor<4>,
    /// The last inputs of the convolutions of q, k and v, `[batch, conv_size - 1, features]` each.
    pub conv: Option<[Tensor<3>; 3]>,
    /// The number of tokens so far.
    pub position: usize,
}

/// Three projections without bias, and a short convolution behind each.
#[derive(Module, Debug)]
pub struct Qkv {
    /// From features to queries.
    pub q: Linear,
    /// From features to keys.
    pub k: Linear,
    /// From features to values.
    pub v: Linear,
    /// The convolutions, or none.
    pub conv: Option<QkvConv>,
}

/// The short convolutions of q, k and v.
#[derive(Module, Debug)]
pub struct QkvConv {
    /// Over the queries.
    pub q: ShortConv,
    /// Over the keys.
    pub k: ShortConv,
    /// Over the values.
    pub v: ShortConv,
}

impl Qkv {
    /// Projections from `d_model` features, with convolutions of `conv_size` tokens if there is one.
    pub(crate) fn new(
        d_model: usize,
        dims: Dims,
        conv_size: Option<usize>,
        device: &Device,
    ) -> Result<Self, ConfigError> {
        let conv = |size| -> Result<QkvConv, ConfigError> {
            Ok(QkvConv {
                q: ShortConv::new(dims.key, size, device)?,
                k: ShortConv::new(dims.key, size, device)?,
                v: ShortConv::new(dims.value, size, device)?,
            })
        };
        Ok(Self {
            q: projection(d_model, dims.key, device),
            k: projection(d_model, dims.key, device),
            v: projection(d_model, dims.value, device),
            conv: conv_size.map(conv).transpose()?,
        })
    }

    /// `[batch, length, d_model]` to q, k and v as `[batch, length, features]`, before any activation, and the tails of the
    /// convolutions.
    pub(crate) fn forward(
        &self,
        x: Tensor<3>,
        tails: Option<[Tensor<3>; 3]>,
    ) -> ([Tensor<3>; 3], Option<[Tensor<3>; 3]>) {
        let (q, k, v) = (self.q.forward(x.clone()), self.k.forward(x.clone()), self.v.forward(x));
        let Some(conv) = &self.conv else { return ([q, k, v], None) };
        let [tail_q, tail_k, tail_v] = tails.map_or([None, None, None], |tails| tails.map(Some));
        let (q, tail_q) = conv.q.forward(q, tail_q);
        let (k, tail_k) = conv.k.forward(k, tail_k);
        let (v, tail_v) = conv.v.forward(v, tail_v);
        ([q, k, v], Some([tail_q, tail_k, tail_v]))
    }
}

/// The parts of a state, or those of a beginning.
pub(crate) fn parts(state: Option<RecurrentState>) -> (Option<Tensor<4>>, Option<[Tensor<3>; 3]>, usize) {
    match state {
        Some(RecurrentState { s, conv, position }) => (Some(s), conv, position),
        None => (None, None, 0),
    }
}
