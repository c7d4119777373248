//! Additive linear attention: outer products of keys and values, summed up without forgetting.
//!
//! "Transformers are RNNs", arXiv 2006.16236, with the output norm of flash-linear-attention.

use burn::{
    config::Config,
    module::Module,
    nn::Linear,
    tensor::{
        Device, Tensor,
        activation::{elu, relu, silu},
    },
};
use pyrarium_layers::{
    ConfigError, HeadNorm, Qkv, TokenMixer, biased_projection, check_range, impl_names,
    ops::retention_parallel, projection, split_heads,
};
use serde::{Deserialize, Serialize};

use crate::{
    RecurrentState, SEGMENT,
    dims::{Dims, check_epsilon},
    state::parts,
};

/// How queries and keys become features.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeatureMap {
    /// `x`.
    Identity,
    /// `max(x, 0)`.
    Relu,
    /// `elu(x) + 1`.
    Elu,
    /// `(A x + a) * (B x + b)`, learnt for queries and keys each, shared by the heads.
    #[default]
    ElementwiseProduct,
}

impl_names!(
    FeatureMap, "feature_map",
    Identity => "identity", Relu => "relu", Elu => "elu", ElementwiseProduct => "elementwise_product"
);

/// Configuration of a [`LinearAttentionLayer`].
#[derive(Config, Debug, PartialEq)]
pub struct LinearAttentionConfig {
    /// Features of a token.
    pub d_model: usize,
    /// Heads; must divide the features of keys and of values.
    #[config(default = 8)]
    pub n_heads: usize,
    /// Features of keys over all heads, in multiples of `d_model`.
    #[config(default = 1.0)]
    pub expand_k: f64,
    /// Features of values over all heads, in multiples of `d_model`.
    #[config(default = 1.0)]
    pub expand_v: f64,
    /// The map of queries and keys.
    #[config(default = "FeatureMap::ElementwiseProduct")]
    pub feature_map: FeatureMap,
    /// Whether outputs are divided by `q . sum k + 1e-10`.
    #[config(default = false)]
    pub denominator: bool,
    /// Whether the features of queries and keys are divided by their sum `+ 1e-4`.
    #[config(default = false)]
    pub sum_norm: bool,
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

impl LinearAttentionConfig {
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
        check_epsilon(self.norm_eps)
    }

    /// The layer: weights normal with standard deviation 0.02, norms 1, biases 0.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn init(&self, device: &Device) -> Result<LinearAttentionLayer, ConfigError> {
        self.validate()?;
        let dims = self.dims()?;
        let (head_k, head_v) = (dims.key / self.n_heads, dims.value / self.n_heads);
        let product = || {
            let linear = || biased_projection(head_k, head_k, device);
            (self.feature_map == FeatureMap::ElementwiseProduct)
                .then(|| ProductMap { left: linear(), right: linear() })
        };
        Ok(LinearAttentionLayer {
            qkv: Qkv::new(
                self.d_model,
                dims.widths(),
                self.use_short_conv.then_some(self.conv_size),
                device,
            )?,
            map_q: product(),
            map_k: product(),
            norm: HeadNorm::new(self.d_model, self.n_heads, head_v, false, self.norm_eps, device),
            o: projection(dims.value, self.d_model, device),
            n_heads: self.n_heads,
            feature_map: self.feature_map,
            denominator: self.denominator,
            sum_norm: self.sum_norm,
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
        let head_k = dims.key / self.n_heads;
        let maps =
            if self.feature_map == FeatureMap::ElementwiseProduct { 4 * head_k * (head_k + 1) } else { 0 };
        Ok(Qkv::num_params(self.d_model, dims.widths(), self.use_short_conv.then_some(self.conv_size))
            + self.d_model * dims.value
            + maps
            + dims.value / self.n_heads)
    }
}

/// Two linear maps of a head whose products are its features.
#[derive(Module, Debug)]
pub struct ProductMap {
    /// One factor.
    pub left: Linear,
    /// The other.
    pub right: Linear,
}

/// Additive linear attention; see [`LinearAttentionConfig`].
#[derive(Module, Debug)]
pub struct LinearAttentionLayer {
    /// Projections and convolutions of queries, keys and values.
    pub qkv: Qkv,
    /// The learnt map of queries.
    pub map_q: Option<ProductMap>,
    /// The learnt map of keys.
    pub map_k: Option<ProductMap>,
    /// The norm of the outputs.
    pub norm: HeadNorm,
    /// From the heads' outputs to features.
    pub o: Linear,
    n_heads: usize,
    #[module(skip)]
    feature_map: FeatureMap,
    denominator: bool,
    sum_norm: bool,
}

impl LinearAttentionLayer {
    fn features(&self, x: Tensor<4>, product: &Option<ProductMap>) -> Tensor<4> {
        let x = match (product, self.feature_map) {
            (Some(map), _) => map.left.forward(x.clone()) * map.right.forward(x),
            (None, FeatureMap::Relu) => relu(x),
            (None, FeatureMap::Elu) => elu(x, 1.0) + 1.0,
            (None, FeatureMap::Identity | FeatureMap::ElementwiseProduct) => x,
        };
        if self.sum_norm { x.clone() / (x.sum_dim(3) + 1e-4) } else { x }
    }
}

impl TokenMixer for LinearAttentionLayer {
    type State = RecurrentState;

    fn forward(&self, x: Tensor<3>, state: Option<RecurrentState>) -> (Tensor<3>, RecurrentState) {
        let (s, tails, position) = parts(state);
        let (qkv, conv) = self.qkv.forward(x.clone(), tails);
        let [q, k, v] = if conv.is_some() { qkv.map(silu) } else { qkv };
        let q = self.features(split_heads(q, self.n_heads), &self.map_q);
        let k = self.features(split_heads(k, self.n_heads), &self.map_k);
        let v = split_heads(v, self.n_heads);
        let [batch, heads, length, d] = q.dims();
        // The denominator is one more value, always 1.
        let (value_dim, ones) = (v.dims()[3], Tensor::ones([batch, heads, length, 1], &v.device()));
        let v = if self.denominator { Tensor::cat(vec![v, ones], 3) } else { v };

        let gamma = Tensor::ones([heads], &q.device());
        let (o, s) = retention_parallel(q, k, v, gamma, s, (d as f64).powf(-0.5), SEGMENT);
        let o = if self.denominator {
            o.clone().narrow(3, 0, value_dim) / (o.narrow(3, value_dim, 1) + 1e-10)
        } else {
            o
        };
        let y = self.o.forward(self.norm.forward(o, x));
        (y, RecurrentState { s, conv, position: position + length })
    }
}
