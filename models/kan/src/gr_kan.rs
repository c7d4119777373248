//! The group-rational layer of the Kolmogorov-Arnold Transformer (KAT, arXiv 2409.10594, section 4.3), which takes the
//! place of an MLP: `x -> F1 -> dropout -> linear -> F2 -> dropout -> linear`.

use burn::{
    config::Config,
    module::Module,
    nn::{Dropout, DropoutConfig, Initializer, Linear, LinearConfig},
    tensor::{Device, Tensor},
};
use pyrarium_layers::{
    ConfigError,
    bases::{Denominator, GroupRational, GroupRationalConfig, RationalInit, rational_gain},
    check_range, impl_names,
};
use serde::{Deserialize, Serialize};

use crate::limits;

/// How the linear layers of a [`GrKan`] start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrKanInit {
    /// Normal, of variance `gain / inputs`, such that the variance of the activations stays.
    #[default]
    VariancePreserving,
    /// Normal, of standard deviation 0.02, as the authors' code leaves them: its truncation at ±2 cuts nothing.
    TruncNormal,
}

impl_names!(GrKanInit, "weights", VariancePreserving => "variance_preserving", TruncNormal => "trunc_normal");

/// Configuration of a [`GrKan`].
#[derive(Config, Debug, PartialEq)]
pub struct GrKanConfig {
    /// Inputs.
    pub d_in: usize,
    /// Features between the linear layers.
    pub hidden: usize,
    /// Outputs.
    pub d_out: usize,
    /// Groups of channels with a function of their own.
    #[config(default = 8)]
    pub groups: usize,
    /// What the second activation starts as; the first starts as the identity.
    #[config(default = "RationalInit::Swish")]
    pub activation: RationalInit,
    /// The denominators.
    #[config(default = "Denominator::AbsOfSum")]
    pub denominator: Denominator,
    /// Probability to drop a value after each activation.
    #[config(default = 0.0)]
    pub dropout: f64,
    /// How the linear layers start; biases start at 0.
    #[config(default = "GrKanInit::VariancePreserving")]
    pub weights: GrKanInit,
}

impl GrKanConfig {
    /// The layer.
    ///
    /// # Errors
    ///
    /// If a size is zero or too large, the groups divide the inputs or the hidden features not evenly, or the dropout is
    /// not in `[0, 1)`.
    pub fn init(&self, device: &Device) -> Result<GrKan, ConfigError> {
        check_range("d_in", self.d_in, limits::WIDTH)?;
        check_range("hidden", self.hidden, limits::WIDTH)?;
        check_range("d_out", self.d_out, limits::WIDTH)?;
        if !(0.0..1.0).contains(&self.dropout) {
            return Err(ConfigError::new("dropout", self.dropout, "in [0, 1)"));
        }
        let rational = |init, channels| {
            let config =
                GroupRationalConfig::new().with_groups(self.groups).with_denominator(self.denominator);
            config.with_init(init).build(channels, device)
        };
        let linear = |init, inputs: usize, outputs| {
            let weight = match self.weights {
                GrKanInit::VariancePreserving => {
                    let variance = rational_gain(init, self.denominator) / inputs as f64;
                    Initializer::Normal { mean: 0.0, std: variance.sqrt() }
                }
                GrKanInit::TruncNormal => Initializer::Normal { mean: 0.0, std: 0.02 },
            };
            let mut linear = LinearConfig::new(inputs, outputs).with_initializer(weight).init(device);
            linear.bias = Some(Initializer::Zeros.init([outputs], device));
            linear
        };
        Ok(GrKan {
            first: rational(RationalInit::Identity, self.d_in)?,
            expand: linear(RationalInit::Identity, self.d_in, self.hidden),
            second: rational(self.activation, self.hidden)?,
            contract: linear(self.activation, self.hidden, self.d_out),
            dropout: DropoutConfig::new(self.dropout).init(),
        })
    }
}

/// Learned activations before linear layers.
#[derive(Module, Debug)]
pub struct GrKan {
    /// Starts as the identity.
    pub first: GroupRational,
    /// From the inputs to the hidden features.
    pub expand: Linear,
    /// Starts as swish or GELU.
    pub second: GroupRational,
    /// From the hidden features to the outputs.
    pub contract: Linear,
    /// After each activation.
    pub dropout: Dropout,
}

impl GrKan {
    /// # Shapes
    ///
    /// - x: `[.., d_in]`
    /// - output: `[.., d_out]`
    ///
    /// # Panics
    ///
    /// If the last axis has another size.
    pub fn forward<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        let x = self.expand.forward(self.dropout.forward(self.first.forward(x)));
        self.contract.forward(self.dropout.forward(self.second.forward(x)))
    }
}
