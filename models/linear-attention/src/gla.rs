//! Gated linear attention: each token decides, for each channel of the keys, how much of the state is kept.
//!
//! "Gated Linear Attention Transformers with Hardware-Efficient Training", arXiv 2312.06635.

use burn::{
    config::Config,
    module::Module,
    nn::Linear,
    tensor::{
        Device, Tensor,
        activation::{log_sigmoid, silu},
    },
};
use pyrarium_layers::{
    ConfigError, HeadNorm, Qkv, TokenMixer, biased_projection, check_range, ops::gated_parallel, projection,
    split_heads,
};

use crate::{
    RecurrentState,
    dims::{Dims, check_epsilon},
    state::parts,
};

/// Tokens that are worked on at once; the gates of as many may sink to `e^-88` before 32 bits overflow.
const SEGMENT: usize = 16;

/// Configuration of a [`GlaLayer`].
#[derive(Config, Debug, PartialEq)]
pub struct GlaConfig {
    /// Features of a token.
    pub d_model: usize,
    /// Heads; must divide the features of keys and of values.
    #[config(default = 4)]
    pub n_heads: usize,
    /// Features of keys over all heads, in multiples of `d_model`.
    #[config(default = 0.5)]
    pub expand_k: f64,
    /// Features of values over all heads, in multiples of `d_model`.
    #[config(default = 1.0)]
    pub expand_v: f64,
    /// Rank of the map from features to gates.
    #[config(default = 16)]
    pub gate_rank: usize,
    /// What the logarithms of the gates are divided by: the larger, the slower the state decays.
    #[config(default = 16.0)]
    pub gate_normalizer: f64,
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

impl GlaConfig {
    fn dims(&self) -> Result<Dims, ConfigError> {
        Dims::new(self.d_model, self.n_heads, self.expand_k, self.expand_v)
    }

    /// Checks every field.
    ///
    /// # Errors
    ///
    /// Names the first field that cannot be, its value and what is allowed.
    pub fn validate(&self) -> Result<(), ConfigError> {
        self.dims()?;
        check_range("gate_rank", self.gate_rank, 1..=1 << 16)?;
        if !(self.gate_normalizer.is_finite() && self.gate_normalizer >= 1.0) {
            return Err(ConfigError::new("gate_normalizer", self.gate_normalizer, "at least 1"));
        }
        check_range("conv_size", self.conv_size, 1..=64)?;
        check_epsilon(self.norm_eps)
    }

    /// The layer: weights normal with standard deviation 0.02, norms 1, the bias of the gates 0.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn init(&self, device: &Device) -> Result<GlaLayer, ConfigError> {
        self.validate()?;
        let dims = self.dims()?;
        let head_v = dims.value / self.n_heads;
        Ok(GlaLayer {
            qkv: Qkv::new(
                self.d_model,
                dims.widths(),
                self.use_short_conv.then_some(self.conv_size),
                device,
            )?,
            decay_in: projection(self.d_model, self.gate_rank, device),
            decay_out: biased_projection(self.gate_rank, dims.key, device),
            norm: HeadNorm::new(self.d_model, self.n_heads, head_v, true, self.norm_eps, device),
            o: projection(dims.value, self.d_model, device),
            n_heads: self.n_heads,
            gate_normalizer: self.gate_normalizer,
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
            + self.gate_rank * (self.d_model + dims.key)
            + dims.key
            + dims.value / self.n_heads)
    }
}

/// Gated linear attention; see [`GlaConfig`].
#[derive(Module, Debug)]
pub struct GlaLayer {
    /// Projections and convolutions of queries, keys and values.
    pub qkv: Qkv,
    /// From features to the few numbers that the gates are made of.
    pub decay_in: Linear,
    /// From these to the gate's logit for each key channel, with bias.
    pub decay_out: Linear,
    /// The norm of the outputs, with its gate.
    pub norm: HeadNorm,
    /// From the heads' outputs to features.
    pub o: Linear,
    n_heads: usize,
    gate_normalizer: f64,
}

impl GlaLayer {
    /// The logarithm of each gate, `[batch, heads, length, key_dim]`: `log sigmoid(logit) / gate_normalizer`.
    pub fn log_gates(&self, x: Tensor<3>) -> Tensor<4> {
        let logits = self.decay_out.forward(self.decay_in.forward(x));
        split_heads(log_sigmoid(logits) / self.gate_normalizer, self.n_heads)
    }
}

impl TokenMixer for GlaLayer {
    type State = RecurrentState;

    fn forward(&self, x: Tensor<3>, state: Option<RecurrentState>) -> (Tensor<3>, RecurrentState) {
        let (s, tails, position) = parts(state);
        let (qkv, conv) = self.qkv.forward(x.clone(), tails);
        let [q, k, v] = if conv.is_some() { qkv.map(silu) } else { qkv };
        let [q, k, v] = [q, k, v].map(|x| split_heads(x, self.n_heads));
        let [_, _, length, d] = q.dims();
        let log_gates = self.log_gates(x.clone());
        let (o, s) = gated_parallel(q, k, v, log_gates, s, (d as f64).powf(-0.5), SEGMENT);
        let y = self.o.forward(self.norm.forward(o, x));
        (y, RecurrentState { s, conv, position: position + length })
    }
}
