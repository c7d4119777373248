//! The choices that a [`TsMixerConfig`](crate::TsMixerConfig) names.

use burn::config::Config;
use pyrarium_layers::{ConfigError, check_range, impl_names};
use serde::{Deserialize, Serialize};

/// How a block sees the channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Backbone {
    /// Vanilla: the patches of all channels are one sequence.
    V,
    /// Channel independent: each channel alone, all with the same weights (`common_channel` of transformers).
    #[default]
    Ci,
    /// Inter-channel: as `Ci`, and a mixer over the channels in every block (`mix_channel` of transformers).
    Ic,
}

impl_names!(Backbone, "backbone", V => "v", Ci => "ci", Ic => "ic");

/// What is added to the embedding of each patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Positions {
    /// Nothing.
    #[default]
    None,
    /// Sines and cosines, shifted to mean 0 and scaled to deviation 0.1; they are not learnt.
    SinCos,
    /// Learnt vectors, at first normal with deviation 0.1.
    Random,
}

impl_names!(Positions, "positions", None => "none", SinCos => "sin_cos", Random => "random");

/// How each channel of each window is scaled before it is cut into patches, by its observed steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scaling {
    /// Not at all.
    None,
    /// By its mean absolute value, at least 1e-10.
    Mean,
    /// To mean 0 and deviation 1; 1e-5 is added to the (biased) variance.
    #[default]
    Std,
}

impl_names!(Scaling, "scaling", None => "none", Mean => "mean", Std => "std");

/// What a head predicts: values, or distributions of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ForecastOutput {
    /// Values, trained by the mean squared error.
    #[default]
    Point,
    /// Student's t distributions, trained by the negative log likelihood, like those below.
    StudentT,
    /// Normal distributions.
    Normal,
    /// Negative binomial distributions, for counts.
    NegativeBinomial,
}

impl_names!(ForecastOutput, "output", Point => "point", StudentT => "student_t", Normal => "normal",
    NegativeBinomial => "negative_binomial");

/// How the patches of a channel become one vector for classification and regression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pooling {
    /// All of them, one after the other.
    None,
    /// The last one.
    Last,
    /// The largest value of each feature.
    #[default]
    Max,
    /// The mean of each feature.
    Mean,
}

impl_names!(Pooling, "pooling", None => "none", Last => "last", Max => "max", Mean => "mean");

/// The heads that correct a forecast (section 4 of the paper, "online reconciliation").
#[derive(Config, Debug, PartialEq, Eq, Default)]
pub struct Reconcile {
    /// By predicted sums over patches of the horizon.
    #[config(default = false)]
    pub hierarchical: bool,
    /// By the forecasts of all channels within this many steps before and after; `None` means not.
    #[config(default = "None")]
    pub cross_channel: Option<usize>,
}

impl Reconcile {
    /// Whether there is any.
    pub fn is_none(&self) -> bool {
        !self.hierarchical && self.cross_channel.is_none()
    }

    pub(crate) fn validate(&self) -> Result<(), ConfigError> {
        self.cross_channel
            .map_or(Ok(()), |context| check_range("reconcile.cross_channel", context, 0..=1 << 10))
    }
}
