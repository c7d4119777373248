//! The retention layer of RetNet: a fixed decay for each head, rotary positions, a gated output.
//!
//! "Retentive Network: A Successor to Transformer for Large Language Models", arXiv 2307.08621.

use burn::{
    config::Config,
    module::Module,
    nn::Linear,
    tensor::{Device, Tensor, activation::silu},
};
use pyrarium_layers::{
    ConfigError, HeadNorm, Qkv, TokenMixer, check_range, ops::retention_parallel, projection, rotate,
    split_heads,
};

use crate::{
    RecurrentState, SEGMENT,
    dims::{Dims, check_epsilon},
    state::parts,
};

/// The base of the rotary wavelengths.
const ROPE_THETA: f64 = 10_000.0;

/// Configuration of a [`RetentionLayer`].
#[derive(Config, Debug, PartialEq)]
pub struct RetentionConfig {
    /// Features of a token.
    pub d_model: usize,
    /// Heads; must divide the features of keys and of values, keys of a head must be even in number.
    #[config(default = 8)]
    pub n_heads: usize,
    /// Features of keys over all heads, in multiples of `d_model`.
    #[config(default = 1.0)]
    pub expand_k: f64,
    /// Features of values over all heads, in multiples of `d_model`.
    #[config(default = 2.0)]
    pub expand_v: f64,
    /// Whether q, k and v pass a short convolution with `silu`.
    #[config(default = false)]
    pub use_short_conv: bool,
    /// Tokens that the convolution sees, the current one included.
    #[config(default = 4)]
    pub conv_size: usize,
    /// Added to the mean square in the norm of the outputs.
    #[config(default = 1e-5)]
    pub norm_eps: f64,
}

impl RetentionConfig {
    fn dims(&self) -> Result<Dims, ConfigError> {
        Dims::new(self.d_model, self.n_heads, self.expand_k, self.expand_v)
    }

    /// Checks every field.
    ///
    /// # Errors
    ///
    /// Names the first field that cannot be, its value and what is allowed.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let dims = self.dims()?;
        // 1 - 2^(-5 - h) is 1 in single precision beyond.
        check_range("n_heads", self.n_heads, 1..=19)?;
        if !dims.key.is_multiple_of(2 * self.n_heads) {
            let allowed = format!("a multiple of {}, for pairs of features in each head", 2 * self.n_heads);
            return Err(ConfigError::new("key_dim", dims.key, allowed));
        }
        check_range("conv_size", self.conv_size, 1..=64)?;
        check_epsilon(self.norm_eps)
    }

    /// The layer: weights normal with standard deviation 0.02, norms 1, no biases.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn init(&self, device: &Device) -> Result<RetentionLayer, ConfigError> {
        self.validate()?;
        let dims = self.dims()?;
        let head_v = dims.value / self.n_heads;
        Ok(RetentionLayer {
            qkv: Qkv::new(
                self.d_model,
                dims.widths(),
                self.use_short_conv.then_some(self.conv_size),
                device,
            )?,
            norm: HeadNorm::new(self.d_model, self.n_heads, head_v, true, self.norm_eps, device),
            o: projection(dims.value, self.d_model, device),
            n_heads: self.n_heads,
        })
    }

    /// The parameters of the layer.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn num_params(&self) -> Result<usize, ConfigError> {
        self.validate()?;
        let dims = self.dims()?;
        Ok(Qkv::num_params(self.d_model, dims.widths(), self.use_short_conv.then_some(self.conv_size))
            + 2 * self.d_model * dims.value
            + dims.value / self.n_heads)
    }
}

/// The retention layer; see [`RetentionConfig`].
#[derive(Module, Debug)]
pub struct RetentionLayer {
    /// Projections and convolutions of queries, keys and values.
    pub qkv: Qkv,
    /// The norm of the outputs, with its gate.
    pub norm: HeadNorm,
    /// From the heads' outputs to features.
    pub o: Linear,
    n_heads: usize,
}

impl RetentionLayer {
    /// The decay of each head, `1 - 2^(-5 - h)`.
    pub fn decays(&self) -> Vec<f64> {
        (0..self.n_heads).map(|head| 1.0 - (-5.0 - head as f64).exp2()).collect()
    }
}

impl TokenMixer for RetentionLayer {
    type State = RecurrentState;

    fn forward(&self, x: Tensor<3>, state: Option<RecurrentState>) -> (Tensor<3>, RecurrentState) {
        let (s, tails, position) = parts(state);
        let (qkv, conv) = self.qkv.forward(x.clone(), tails);
        let [q, k, v] = if conv.is_some() { qkv.map(silu) } else { qkv };
        let turned = |x| rotate(split_heads(x, self.n_heads), position, ROPE_THETA);
        let (q, k, v) = (turned(q), turned(k), split_heads(v, self.n_heads));
        let [_, _, length, d] = q.dims();
        let gamma = Tensor::from_data(&*self.decays(), &q.device());
        let (o, s) = retention_parallel(q, k, v, gamma, s, (d as f64).powf(-0.5), SEGMENT);
        let y = self.o.forward(self.norm.forward(o, x));
        (y, RecurrentState { s, conv, position: position + length })
    }
}
