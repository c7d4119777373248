//! Linear attention with a matrix-valued state: DeltaNet ("Parallelizing Linear Transformers with the Delta Rule over Sequence
//! Length", arXiv 2406.06484), its hybrids with softmax attention, and the layers it is compared with.
//!
//! - [`DeltaNetLayer`], [`LinearAttentionLayer`], [`RetentionLayer`], [`GlaLayer`]: layers that mix the tokens of a sequence, each a
//!   [`TokenMixer`]; the operations under them are in [`pyrarium_layers::ops`].
//! - [`Lm`]: a language model of such layers, by [`LmConfig`]; it reads whole sequences, or token by token through its state.
//! - [`VARIANTS`]: the paper's models and the baselines as data.
//! - [`fla`]: the parameter names of flash-linear-attention's checkpoints.
//!
//! ```
//! use burn::tensor::{Device, Int, Tensor};
//! use pyrarium_linear_attention::{DeltaNetConfig, LmConfig, MixerConfig};
//!
//! let device = Device::flex();
//! let mixer = MixerConfig::DeltaNet(DeltaNetConfig::new(32).with_n_heads(2));
//! let model = LmConfig::new(256, 2, mixer).init(&device)?;
//! let tokens = Tensor::<2, Int>::from_data([[72, 101, 108, 108, 111]], &device);
//! let (scores, _state) = model.forward(tokens, None);
//! assert_eq!(scores.dims(), [1, 5, 256]);
//! # Ok::<(), pyrarium_linear_attention::ConfigError>(())
//! ```

mod additive;
mod config;
mod delta_net;
mod dims;
pub mod fla;
mod generate;
mod gla;
mod lm;
mod mixer;
mod retention;
mod state;
mod variants;

pub use additive::{FeatureMap, LinearAttentionConfig, LinearAttentionLayer, ProductMap};
pub use config::{HybridSpec, LmConfig};
pub use delta_net::{DeltaNetConfig, DeltaNetLayer, QkActivation, QkNorm};
pub use generate::Generation;
pub use gla::{GlaConfig, GlaLayer};
pub use lm::{Block, Lm, LmState};
pub use mixer::{Mixer, MixerConfig, MixerState};
pub use pyrarium_layers::{
    CausalAttention, CausalAttentionConfig, ConfigError, LanguageModel, LoadError, TokenMixer,
};
pub use retention::{RetentionConfig, RetentionLayer};
pub use state::RecurrentState;
pub use variants::{VARIANTS, Variant};

/// Tokens that additive linear attention and retention work on at once.
const SEGMENT: usize = 128;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
