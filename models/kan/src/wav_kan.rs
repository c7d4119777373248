//! The layer of Wav-KAN (arXiv 2405.12832): each edge has a Mexican hat of its own, moved and stretched as it learns.

use std::f64::consts::PI;

use burn::{
    config::Config,
    module::{Module, Param},
    nn::Initializer,
    tensor::{Device, Tensor},
};
use pyrarium_layers::{ConfigError, check_range};

use crate::limits;

/// Configuration of a [`WavKanLinear`].
#[derive(Config, Debug, PartialEq)]
pub struct WavKanLinearConfig {
    /// Inputs.
    pub d_in: usize,
    /// Outputs.
    pub d_out: usize,
}

impl WavKanLinearConfig {
    /// The layer as the authors start it: no shifts, scales of 1, weights uniform within `1 / sqrt(d_in)`.
    ///
    /// # Errors
    ///
    /// If a size is zero or too large.
    pub fn init(&self, device: &Device) -> Result<WavKanLinear, ConfigError> {
        check_range("d_in", self.d_in, limits::WIDTH)?;
        check_range("d_out", self.d_out, limits::WIDTH)?;
        let shape = [self.d_out, self.d_in];
        let bound = (self.d_in as f64).sqrt().recip();
        Ok(WavKanLinear {
            shift: Initializer::Zeros.init(shape, device),
            scale: Initializer::Ones.init(shape, device),
            weight: Initializer::Uniform { min: -bound, max: bound }.init(shape, device),
        })
    }
}

/// `y_o = sum_i w_oi psi((x_i - t_oi) / s_oi)` with `psi(z) = 2 / (sqrt(3) pi^(1/4)) (z^2 - 1) exp(-z^2 / 2)`.
///
/// Every edge evaluates a function of its own, so the work is that of `d_in * d_out` functions a row: for wide layers the family
/// [`MexicanHat`](pyrarium_layers::bases::MexicanHat) on fixed centres is much cheaper. The authors put a batch norm behind each layer.
#[derive(Module, Debug)]
pub struct WavKanLinear {
    /// Shifts `t`, `[d_out, d_in]`.
    pub shift: Param<Tensor<2>>,
    /// Scales `s`, `[d_out, d_in]`.
    pub scale: Param<Tensor<2>>,
    /// Weights `w`, `[d_out, d_in]`.
    pub weight: Param<Tensor<2>>,
}

impl WavKanLinear {
    /// # Shapes
    ///
    /// - x: `[batch, d_in]`
    /// - output: `[batch, d_out]`
    ///
    /// # Panics
    ///
    /// If `x` has another number of columns.
    pub fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        let [d_out, d_in] = self.weight.dims();
        assert!(x.dims()[1] == d_in, "an input of shape {:?} in a layer of {d_in} inputs", x.dims());
        let edges = |parameter: &Param<Tensor<2>>| parameter.val().unsqueeze::<3>(); // [1, d_out, d_in]
        let x = x.unsqueeze_dim::<3>(1).repeat_dim(1, d_out); // [batch, d_out, d_in]
        let square = ((x - edges(&self.shift)) / edges(&self.scale)).square();
        let wavelet = (square.clone() - 1.0) * (square * -0.5).exp();
        let height = 2.0 / (3.0_f64.sqrt() * PI.powf(0.25));
        (wavelet * (edges(&self.weight) * height)).sum_dim(2).squeeze_dim(2)
    }
}
