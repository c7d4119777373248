//! Forecasting with TSMixer ("TSMixer: Lightweight MLP-Mixer Model for Multivariate Time Series Forecasting", arXiv 2306.09364, KDD 2023),
//! with weights from and for transformers, where it is called PatchTSMixer.
//!
//! - [`TsMixerConfig`]: everything about a model; `init_forecaster`, `init_pretraining`, `init_classifier`, `init_regressor` and `init_model` make
//!   [`TsMixerForecaster`], [`TsMixerForPretraining`], [`TsMixerForClassification`], [`TsMixerForRegression`] and the backbone alone, [`TsMixerModel`].
//! - [`Forecaster`]: what all forecasters can do; the baselines [`LastValue`], [`SeasonalNaive`], [`DLinear`] and [`PatchTst`] are others.
//! - [`VARIANTS`]: the named configurations as data.
//! - [`huggingface`]: directories that transformers' `save_pretrained` writes, read and written.
//!
//! ```
//! use burn::tensor::{Device, Tensor};
//! use pyrarium_time_series::TsMixerConfig;
//!
//! let device = Device::flex();
//! let model = TsMixerConfig::new(5).with_context_length(64).with_horizon(24).init_forecaster(&device)?;
//! let forecast = model.forward(Tensor::<3>::zeros([2, 64, 5], &device), None);
//! assert_eq!(forecast.dims(), [2, 24, 5]);
//! # Ok::<(), pyrarium_time_series::ConfigError>(())
//! ```

mod attention;
mod baselines;
mod classification;
mod config;
mod distribution;
mod forecaster;
mod headed;
pub mod huggingface;
mod linear_head;
mod ln_gamma;
mod masking;
mod mixers;
mod model;
mod options;
mod parts;
mod patchify;
mod positions;
mod pretraining;
mod reconcile;
mod regression;
mod scaler;
mod variants;

pub use attention::PatchAttention;
pub use baselines::{
    DLinear, DLinearConfig, LastValue, PatchTst, PatchTstConfig, PatchTstLayer, SeasonalNaive,
};
pub use classification::TsMixerForClassification;
pub use config::TsMixerConfig;
pub use distribution::Predicted;
pub use forecaster::TsMixerForecaster;
pub use linear_head::{InjectStatistics, LinearHead};
pub use masking::{MaskConfig, MaskKind};
pub use mixers::{ChannelMixer, FeatureMixer, MixerLayer, NormedAttention, PatchMixer};
pub use model::{TsMixerModel, TsMixerOutput};
pub use options::{Backbone, ForecastOutput, Pooling, Positions, Reconcile, Scaling};
pub use parts::{FeatureNorm, GatedAttention, MixerMlp};
pub use patchify::patchify;
pub use pretraining::TsMixerForPretraining;
pub use pyrarium_layers::{ConfigError, Forecaster, Future, NormKind};
pub use reconcile::{CrossChannelHead, HierarchicalHead, hierarchical_loss, patch_sums};
pub use regression::TsMixerForRegression;
pub use scaler::Scaled;
pub use variants::{VARIANTS, Variant};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
