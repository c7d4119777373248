//! The layer of a Kolmogorov-Arnold network of one family: `y_o = sum_i phi_{o,i}(x_i)` with
//! `phi_{o,i}(x) = b_{i,o} silu(x) + sum_q c_{i,q,o} B_q(x)` (KAN, arXiv 2404.19756, equation 2.10).

use burn::{
    config::Config,
    module::{Module, Param},
    tensor::{Device, Tensor},
};
use pyrarium_layers::{ConfigError, bases::Basis, check_range};

use crate::{
    features::{EdgeMap, Features, Source},
    limits,
};

/// Configuration of a [`KanLinear`].
#[derive(Config, Debug, PartialEq)]
pub struct KanLinearConfig {
    /// Inputs.
    pub d_in: usize,
    /// Outputs.
    pub d_out: usize,
    /// The family of the functions on the edges.
    pub basis: Basis,
    /// Whether each edge has a multiple of `silu`, too.
    #[config(default = true)]
    pub base: bool,
}

impl KanLinearConfig {
    /// The layer, its base path with weights of variance `1 / d_in`, its coefficients of `0.1^2 / d_in`.
    ///
    /// # Errors
    ///
    /// If a size is zero or too large or the basis is invalid.
    pub fn init(&self, device: &Device) -> Result<KanLinear, ConfigError> {
        check_range("d_in", self.d_in, limits::WIDTH)?;
        check_range("d_out", self.d_out, limits::WIDTH)?;
        let features = Features::single(self.base, self.basis);
        features.validate()?;
        Ok(KanLinear { weight: features.init(self.d_in, self.d_out, device), features })
    }
}

/// A layer whose edges carry functions of one family.
#[derive(Module, Debug)]
pub struct KanLinear {
    /// Coefficients by function, then input: `[functions * d_in, d_out]`; the first `d_in` rows are the base
    /// path's, if there is one.
    pub weight: Param<Tensor<2>>,
    #[module(skip)]
    pub(crate) features: Features,
}

impl KanLinear {
    /// # Shapes
    ///
    /// - x: `[batch, d_in]`
    /// - output: `[batch, d_out]`
    ///
    /// # Panics
    ///
    /// If `x` has another number of columns.
    pub fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        self.edge_map().linear(x)
    }

    pub(crate) fn edge_map(&self) -> EdgeMap {
        EdgeMap { terms: vec![(Source::Families(self.features.clone()), self.weight.val())], order: None }
    }
}
