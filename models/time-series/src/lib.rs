//! Forecasting with TSMixer ("TSMixer: Lightweight MLP-Mixer Model for Multivariate Time Series Forecasting", arXiv 2306.09364, KDD 2023),
//! with weights from and for transformers, where it is called PatchTSMixer.

mod attention;
mod baselines;
mod classification;
mod config;
mod distribution;
mod forecaster;
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
pub use baselines::{DLinear, DLinearConfig, LastValue, PatchTst, PatchTstConfig, PatchTstLayer, SeasonalNaive};
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
