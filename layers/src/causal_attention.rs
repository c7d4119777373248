//! Causal softmax attention with rotary positions, grouped keys and values, an optional window, and a cache for decoding.
//!
//! Optional short convolutions of q, k and v as in Primer (arXiv 2109.08668, "multi-dconv-head attention"), which compares layers of
//! linear attention with softmax attention on equal terms.

use burn::{
    config::Config,
    module::Module,
    nn::Linear,
    tensor::{Bool, Device, Int, Tensor, activation::softmax},
};

use crate::{
    ConfigError, Qkv, QkvTails, TokenMixer, check_range, merge_heads, projection, rotate, split_heads,
};

/// Configuration of a [`CausalAttention`].
#[derive(Config, Debug, PartialEq)]
pub struct CausalAttentionConfig {
    /// Features of a token.
    pub d_model: usize,
    /// Heads of the queries; must divide `d_model` into heads of an even size.
    pub n_heads: usize,
    /// Heads of the keys and values, each shared by as many query heads; must divide `n_heads`. `None` means `n_heads`.
    #[config(default = "None")]
    pub n_kv_heads: Option<usize>,
    /// How many tokens a query sees, itself included; `None` means all before it.
    #[config(default = "None")]
    pub window: Option<usize>,
    /// The base of the rotary wavelengths.
    #[config(default = 10_000.0)]
    pub rope_theta: f64,
    /// Tokens that a convolution of q, k and v sees, the current one included; `None` means no convolution.
    #[config(default = "None")]
    pub conv_size: Option<usize>,
}

impl CausalAttentionConfig {
    /// Checks every field.
    ///
    /// # Errors
    ///
    /// Names the first field that cannot be, its value and what is allowed.
    pub fn validate(&self) -> Result<(), ConfigError> {
        check_range("d_model", self.d_model, 1..=1 << 20)?;
        check_range("n_heads", self.n_heads, 1..=self.d_model)?;
        if !self.d_model.is_multiple_of(2 * self.n_heads) {
            let allowed = format!("a number that divides {} into heads of an even size", self.d_model);
            return Err(ConfigError::new("n_heads", self.n_heads, allowed));
        }
        if let Some(kv) = self.n_kv_heads
            && (kv == 0 || !self.n_heads.is_multiple_of(kv))
        {
            return Err(ConfigError::new("n_kv_heads", kv, format!("a divisor of {}", self.n_heads)));
        }
        if let Some(window) = self.window {
            check_range("window", window, 1..=1 << 30)?;
        }
        if !(self.rope_theta.is_finite() && self.rope_theta > 0.0) {
            return Err(ConfigError::new("rope_theta", self.rope_theta, "positive"));
        }
        self.conv_size.map_or(Ok(()), |size| check_range("conv_size", size, 1..=64))
    }

    /// Features of q, k and v.
    fn widths(&self) -> [usize; 3] {
        let kv_dim = self.d_model / self.n_heads * self.n_kv_heads.unwrap_or(self.n_heads);
        [self.d_model, kv_dim, kv_dim]
    }

    /// The parameters of the layer.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn num_params(&self) -> Result<usize, ConfigError> {
        self.validate()?;
        Ok(Qkv::num_params(self.d_model, self.widths(), self.conv_size) + self.d_model * self.d_model)
    }

    /// The layer, its weights normal with standard deviation 0.02, no biases.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn init(&self, device: &Device) -> Result<CausalAttention, ConfigError> {
        self.validate()?;
        Ok(CausalAttention {
            qkv: Qkv::new(self.d_model, self.widths(), self.conv_size, device)?,
            o: projection(self.d_model, self.d_model, device),
            n_heads: self.n_heads,
            n_kv_heads: self.n_kv_heads.unwrap_or(self.n_heads),
            window: self.window,
            rope_theta: self.rope_theta,
        })
    }
}

/// Causal softmax attention; see [`CausalAttentionConfig`].
#[derive(Module, Debug)]
pub struct CausalAttention {
    /// Projections and convolutions of queries, keys and values.
    pub qkv: Qkv,
    /// From the heads' outputs to features.
    pub o: Linear,
    n_heads: usize,
    n_kv_heads: usize,
    #[module(skip)]
    window: Option<usize>,
    rope_theta: f64,
}

/// Keys and values of the tokens that the next query may see.
#[derive(Debug, Clone)]
pub struct KvCache {
    /// Turned keys, `[batch, kv_heads, tokens, head_dim]`.
    pub k: Tensor<4>,
    /// Values, of the same shape.
    pub v: Tensor<4>,
    /// The last inputs of the convolutions.
    pub conv: Option<QkvTails>,
    /// The position of the next token.
    pub position: usize,
}

impl CausalAttention {
    /// Which of `keys` tokens the last `queries` of them may see: `true` where they may not, `[queries, keys]`.
    fn hidden(&self, queries: usize, keys: usize, device: &Device) -> Tensor<2, Bool> {
        let query =
            Tensor::<1, Int>::arange((keys - queries) as i64..keys as i64, device).reshape([queries, 1]);
        let key = Tensor::<1, Int>::arange(0..keys as i64, device).reshape([1, keys]);
        let distance = query.expand([queries, keys]) - key.expand([queries, keys]);
        let future = distance.clone().lower_elem(0);
        match self.window {
            Some(window) => future.bool_or(distance.greater_equal_elem(window as i64)),
            None => future,
        }
    }

    /// Each head of keys or values beside itself, once for every query head that shares it.
    fn shared(&self, x: Tensor<4>) -> Tensor<4> {
        let [batch, heads, length, d] = x.dims();
        let copies = self.n_heads / self.n_kv_heads;
        if copies == 1 {
            return x;
        }
        let beside = x.unsqueeze_dim::<5>(2).expand([batch, heads, copies, length, d]);
        beside.reshape([batch, heads * copies, length, d])
    }
}

impl TokenMixer for CausalAttention {
    type State = KvCache;

    fn forward(&self, x: Tensor<3>, state: Option<KvCache>) -> (Tensor<3>, KvCache) {
        let start = state.as_ref().map_or(0, |cache| cache.position);
        let position = start + x.dims()[1];
        let (past, tails) = match state {
            Some(cache) => (Some((cache.k, cache.v)), cache.conv),
            None => (None, None),
        };
        let ([q, k, v], conv) = self.qkv.forward(x, tails);
        let q = rotate(split_heads(q, self.n_heads), start, self.rope_theta);
        let k = rotate(split_heads(k, self.n_kv_heads), start, self.rope_theta);
        let v = split_heads(v, self.n_kv_heads);
        let (k, v) = match past {
            Some((old_k, old_v)) => (Tensor::cat(vec![old_k, k], 2), Tensor::cat(vec![old_v, v], 2)),
            None => (k, v),
        };

        let ([_, _, queries, d], keys) = (q.dims(), k.dims()[2]);
        let scores = q.matmul(self.shared(k.clone()).transpose()) * (d as f64).powf(-0.5);
        let hidden = self.hidden(queries, keys, &scores.device()).unsqueeze::<4>().expand(scores.shape());
        let attention = softmax(scores.mask_fill(hidden, f32::NEG_INFINITY), 3); // [B, H, queries, keys]
        let output = self.o.forward(merge_heads(attention.matmul(self.shared(v.clone()))));

        // A window of one token needs none of the past, but a tensor has at least one row; it is hidden from the next query.
        let kept = keys.min(self.window.map_or(keys, |window| (window - 1).max(1)));
        let last = |x: Tensor<4>| x.narrow(2, keys - kept, kept);
        (output, KvCache { k: last(k), v: last(v), conv, position })
    }
}
