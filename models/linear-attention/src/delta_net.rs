//! The DeltaNet layer: linear attention whose state is updated by the delta rule.
//!
//! "Parallelizing Linear Transformers with the Delta Rule over Sequence Length", arXiv 2406.06484 (NeurIPS 2024), as
//! flash-linear-attention builds it.

use burn::{
    config::Config,
    module::Module,
    nn::Linear,
    tensor::{
        Device, Tensor,
        activation::{elu, relu, sigmoid, silu},
    },
};
use pyrarium_layers::{
    ConfigError, HeadNorm, Qkv, TokenMixer, check_range, impl_names,
    ops::{delta_rule_chunked, delta_rule_recurrent},
    projection, split_heads,
};
use serde::{Deserialize, Serialize};

use crate::{
    RecurrentState,
    dims::{Dims, check_epsilon},
    state::parts,
};

/// The activation of queries and keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QkActivation {
    /// `x sigmoid(x)`.
    #[default]
    Silu,
    /// `max(x, 0)`.
    Relu,
    /// `elu(x) + 1`.
    Elu,
    /// None.
    Identity,
}

impl_names!(QkActivation, "qk_activation", Silu => "silu", Relu => "relu", Elu => "elu", Identity => "identity");

impl QkActivation {
    fn forward(self, x: Tensor<3>) -> Tensor<3> {
        match self {
            Self::Silu => silu(x),
            Self::Relu => relu(x),
            Self::Elu => elu(x, 1.0) + 1.0,
            Self::Identity => x,
        }
    }
}

/// The normalisation of queries and keys, for each head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QkNorm {
    /// `x / sqrt(sum x^2 + 1e-6)`.
    #[default]
    L2,
    /// `x / sum x`.
    Sum,
}

impl_names!(QkNorm, "qk_norm", L2 => "l2", Sum => "sum");

impl QkNorm {
    fn forward(self, x: Tensor<4>) -> Tensor<4> {
        match self {
            Self::L2 => x.clone() / (x.square().sum_dim(3) + 1e-6).sqrt(),
            Self::Sum => x.clone() / x.sum_dim(3),
        }
    }
}

/// Configuration of a [`DeltaNetLayer`]; the defaults are the paper's.
#[derive(Config, Debug, PartialEq)]
pub struct DeltaNetConfig {
    /// Features of a token.
    pub d_model: usize,
    /// Heads; must divide the features of keys and of values.
    #[config(default = 4)]
    pub n_heads: usize,
    /// Features of keys over all heads, in multiples of `d_model`.
    #[config(default = 1.0)]
    pub expand_k: f64,
    /// Features of values over all heads, in multiples of `d_model`.
    #[config(default = 1.0)]
    pub expand_v: f64,
    /// Whether each token and head has its own step size `beta = sigmoid(W x)`; 1 otherwise.
    #[config(default = true)]
    pub use_beta: bool,
    /// Whether the output is gated by `silu(W x)`.
    #[config(default = false)]
    pub use_gate: bool,
    /// Whether q, k and v pass a short convolution.
    #[config(default = true)]
    pub use_short_conv: bool,
    /// Tokens that the convolution sees, the current one included.
    #[config(default = 4)]
    pub conv_size: usize,
    /// Activation of queries and keys; values always have `silu`.
    #[config(default = "QkActivation::Silu")]
    pub qk_activation: QkActivation,
    /// Normalisation of queries and keys.
    #[config(default = "QkNorm::L2")]
    pub qk_norm: QkNorm,
    /// Whether beta is doubled, so that the state may also be reflected (arXiv 2411.12537).
    #[config(default = false)]
    pub allow_neg_eigval: bool,
    /// Tokens of a chunk in the chunked form, a power of two.
    #[config(default = 64)]
    pub chunk_size: usize,
    /// Added to the mean square in the norm of the outputs.
    #[config(default = 1e-5)]
    pub norm_eps: f64,
}

impl DeltaNetConfig {
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
        check_range("conv_size", self.conv_size, 1..=64)?;
        check_range("chunk_size", self.chunk_size, 1..=1024)?;
        if !self.chunk_size.is_power_of_two() {
            return Err(ConfigError::new("chunk_size", self.chunk_size, "a power of two"));
        }
        check_epsilon(self.norm_eps)
    }

    /// The layer: weights of projections and convolutions normal with standard deviation 0.02, norms 1, no biases.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn init(&self, device: &Device) -> Result<DeltaNetLayer, ConfigError> {
        self.validate()?;
        let dims = self.dims()?;
        let conv_size = self.use_short_conv.then_some(self.conv_size);
        let head_v = dims.value / self.n_heads;
        Ok(DeltaNetLayer {
            qkv: Qkv::new(self.d_model, dims.widths(), conv_size, device)?,
            beta: self.use_beta.then(|| projection(self.d_model, self.n_heads, device)),
            norm: HeadNorm::new(self.d_model, self.n_heads, head_v, self.use_gate, self.norm_eps, device),
            o: projection(dims.value, self.d_model, device),
            n_heads: self.n_heads,
            qk_activation: self.qk_activation,
            qk_norm: self.qk_norm,
            allow_neg_eigval: self.allow_neg_eigval,
            chunk_size: self.chunk_size,
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
        let matrices = 1 + usize::from(self.use_gate);
        let beta = if self.use_beta { self.d_model * self.n_heads } else { 0 };
        Ok(Qkv::num_params(self.d_model, dims.widths(), self.use_short_conv.then_some(self.conv_size))
            + self.d_model * matrices * dims.value
            + beta
            + dims.value / self.n_heads)
    }
}

/// The DeltaNet layer; see [`DeltaNetConfig`].
#[derive(Module, Debug)]
pub struct DeltaNetLayer {
    /// Projections and convolutions of queries, keys and values.
    pub qkv: Qkv,
    /// From features to the logit of each head's beta.
    pub beta: Option<Linear>,
    /// The norm of the outputs, with its gate.
    pub norm: HeadNorm,
    /// From the heads' outputs to features.
    pub o: Linear,
    n_heads: usize,
    #[module(skip)]
    qk_activation: QkActivation,
    #[module(skip)]
    qk_norm: QkNorm,
    allow_neg_eigval: bool,
    chunk_size: usize,
}

/// What the delta rule works on: q, k `[B, H, T, dk]`, v `[B, H, T, dv]`, beta `[B, H, T]`.
struct Inputs {
    q: Tensor<4>,
    k: Tensor<4>,
    v: Tensor<4>,
    beta: Tensor<3>,
}

impl DeltaNetLayer {
    fn inputs(&self, x: Tensor<3>, tails: Option<[Tensor<3>; 3]>) -> (Inputs, Option<[Tensor<3>; 3]>) {
        let ([q, k, v], tails) = self.qkv.forward(x.clone(), tails);
        let key = |x| self.qk_norm.forward(split_heads(self.qk_activation.forward(x), self.n_heads));
        let (q, k, v) = (key(q), key(k), split_heads(silu(v), self.n_heads));
        let beta = match &self.beta {
            Some(beta) => sigmoid(beta.forward(x)).swap_dims(1, 2),
            None => Tensor::ones([q.dims()[0], self.n_heads, q.dims()[2]], &q.device()),
        };
        let beta = if self.allow_neg_eigval { beta * 2.0 } else { beta };
        (Inputs { q, k, v, beta }, tails)
    }
}

impl TokenMixer for DeltaNetLayer {
    type State = RecurrentState;

    /// By chunks; a single token by the recurrence.
    fn forward(&self, x: Tensor<3>, state: Option<RecurrentState>) -> (Tensor<3>, RecurrentState) {
        let (s, tails, position) = parts(state);
        let (Inputs { q, k, v, beta }, conv) = self.inputs(x.clone(), tails);
        let [_, _, length, d] = q.dims();
        let scale = (d as f64).powf(-0.5);
        let (o, s) = match length {
            1 => delta_rule_recurrent(q, k, v, beta, s, scale),
            _ => delta_rule_chunked(q, k, v, beta, s, scale, self.chunk_size),
        };
        let y = self.o.forward(self.norm.forward(o, x));
        (y, RecurrentState { s, conv, position: position + length })
    }
}
