//! Building blocks shared by the Pyrarium model crates.
//!
//! - [`Activation`] and [`NormKind`]: choices that a configuration names, by [`impl_names!`].
//! - [`ConfigError`] and [`check_range`]: how a configuration refuses a value.
//! - [`bases`]: families of univariate functions, for Kolmogorov-Arnold networks.
//! - [`ImageClassifier`], [`Regressor`] and [`LanguageModel`]: the task traits that models implement and the training crate consumes.
//! - [`TokenMixer`]: a causal sequence layer with a state; [`CausalAttention`] is one, and [`ops`] has the recurrences of linear
//!   attention.
//! - [`Qkv`], [`ShortConv`], [`SwiGluMlp`], [`HeadNorm`], [`rotate`]: the other parts of a decoder block.
//! - [`hopfield`]: associations of stored and state patterns, as layers and on plain matrices.
//! - [`BagClassifier`]: what a trainer may ask of a model that labels bags of instances.
//! - [`FieldEmbedding`] and [`ClickModel`]: embeddings of categorical fields, and what a trainer may ask of a click model.
//! - [`MlpBlock`], [`Dice`], [`LocalActivationUnit`], [`FeatureGate`], [`FeatureRefine`], [`BilinearFusion`]: parts of click models.
//! - [`Forecaster`]: what a trainer may ask of a model that continues multivariate series.
//! - `seeded` (feature `seeded`): weights, inputs and streams of random numbers that are the same on every backend.
//! - `testing` (feature `testing`): the checks that every model variant must pass.

mod activation;
mod bag_classifier;
pub mod bases;
mod bilinear_fusion;
mod causal_attention;
mod classifier;
mod click_model;
mod cpu;
mod dice;
mod dropout;
mod error;
mod feature_gate;
mod feature_refine;
mod field_embedding;
mod forecaster;
mod gelu;
mod heads;
pub mod hopfield;
mod init;
mod language_model;
mod local_activation;
mod mlp_block;
mod names;
mod norm;
pub mod ops;
mod qkv;
mod regressor;
mod rotary;
#[cfg(feature = "seeded")]
pub mod seeded;
mod short_conv;
mod state_dict;
mod swiglu;
#[cfg(feature = "testing")]
pub mod testing;
mod token_mixer;

pub use activation::Activation;
pub use bag_classifier::BagClassifier;
pub use bilinear_fusion::{BilinearFusion, BilinearFusionConfig};
pub use causal_attention::{CausalAttention, CausalAttentionConfig, KvCache};
pub use classifier::ImageClassifier;
pub use click_model::{Behaviours, ClickModel, Features};
pub use dice::{Dice, DiceConfig};
pub use dropout::dropout;
pub use error::{ConfigError, check_range};
pub use feature_gate::{FeatureGate, FeatureGateConfig, GateContext};
pub use feature_refine::{FeatureRefine, FeatureRefineConfig};
pub use field_embedding::{FieldEmbedding, FieldEmbeddingConfig, FieldSpec};
pub use forecaster::{Forecaster, Future, observed_mse, select_channels};
pub use gelu::gelu;
pub use heads::{HeadNorm, merge_heads, split_heads};
pub use init::{biased_projection, projection, small_normal, xavier_linear};
pub use language_model::LanguageModel;
pub use local_activation::{LocalActivationUnit, LocalActivationUnitConfig, Normalize};
pub use mlp_block::{HiddenActivation, HiddenConfig, HiddenLayer, HiddenUnit, MlpBlock, MlpBlockConfig};
pub use norm::NormKind;
pub use qkv::{Qkv, QkvConv, QkvTails};
pub use regressor::Regressor;
pub use rotary::rotate;
pub use short_conv::ShortConv;
pub use state_dict::{LoadError, Source, Transpose, load_tensors, named_tensors};
pub use swiglu::SwiGluMlp;
pub use token_mixer::TokenMixer;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
