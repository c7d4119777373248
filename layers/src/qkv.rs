//! Queries, keys and values, as every attention layer of these crates makes them.

use burn::{
    module::Module,
    nn::Linear,
    tensor::{Device, Tensor},
};

use crate::{ConfigError, ShortConv, projection};

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

/// The last inputs of the convolutions of q, k and v, `[batch, conv_size - 1, features]` each.
pub type QkvTails = [Tensor<3>; 3];

impl Qkv {
    /// Projections from `d_model` features to the `widths` of q, k and v, with convolutions of `conv_size` tokens if there is one.
    ///
    /// # Errors
    ///
    /// If the convolutions see no token or more than 64.
    pub fn new(
        d_model: usize,
        widths: [usize; 3],
        conv_size: Option<usize>,
        device: &Device,
    ) -> Result<Self, ConfigError> {
        let [q, k, v] = widths;
        let conv = |size| -> Result<QkvConv, ConfigError> {
            Ok(QkvConv {
                q: ShortConv::new(q, size, device)?,
                k: ShortConv::new(k, size, device)?,
                v: ShortConv::new(v, size, device)?,
            })
        };
        Ok(Self {
            q: projection(d_model, q, device),
            k: projection(d_model, k, device),
            v: projection(d_model, v, device),
            conv: conv_size.map(conv).transpose()?,
        })
    }

    /// The parameters of [`new`](Self::new).
    pub fn num_params(d_model: usize, widths: [usize; 3], conv_size: Option<usize>) -> usize {
        (d_model + conv_size.unwrap_or(0)) * widths.iter().sum::<usize>()
    }

    /// Projects a sequence that follows on the inputs `tails`, zeros if there are none.
    ///
    /// # Shapes
    ///
    /// - x: `[batch, length, d_model]`
    /// - output: q, k and v as `[batch, length, features]`, before any activation, and the tails of the convolutions
    ///
    /// # Panics
    ///
    /// If the features or the tails do not fit; the message has both shapes.
    pub fn forward(&self, x: Tensor<3>, tails: Option<QkvTails>) -> ([Tensor<3>; 3], Option<QkvTails>) {
        let (q, k, v) = (self.q.forward(x.clone()), self.k.forward(x.clone()), self.v.forward(x));
        let Some(conv) = &self.conv else { return ([q, k, v], None) };
        let [tail_q, tail_k, tail_v] = tails.map_or([None, None, None], |tails| tails.map(Some));
        let (q, tail_q) = conv.q.forward(q, tail_q);
        let (k, tail_k) = conv.k.forward(k, tail_k);
        let (v, tail_v) = conv.v.forward(v, tail_v);
        ([q, k, v], Some([tail_q, tail_k, tail_v]))
    }
}
