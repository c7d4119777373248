//! Any of the sequence layers, chosen at run time.

use burn::{
    config::Config,
    module::Module,
    tensor::{Device, Tensor},
};
use pyrarium_layers::{CausalAttention, CausalAttentionConfig, ConfigError, KvCache, TokenMixer};

use crate::{
    DeltaNetConfig, DeltaNetLayer, GlaConfig, GlaLayer, LinearAttentionConfig, LinearAttentionLayer,
    RecurrentState, RetentionConfig, RetentionLayer,
};

/// Configuration of a [`Mixer`].
#[derive(Config, Debug, PartialEq)]
pub enum MixerConfig {
    /// Configuration of a [`DeltaNetLayer`].
    DeltaNet(DeltaNetConfig),
    /// Configuration of a [`LinearAttentionLayer`].
    Linear(LinearAttentionConfig),
    /// Configuration of a [`RetentionLayer`].
    Retention(RetentionConfig),
    /// Configuration of a [`GlaLayer`].
    Gla(GlaConfig),
    /// Configuration of a [`CausalAttention`].
    Attention(CausalAttentionConfig),
}

impl MixerConfig {
    /// Features of a token.
    pub fn d_model(&self) -> usize {
        match self {
            Self::DeltaNet(config) => config.d_model,
            Self::Linear(config) => config.d_model,
            Self::Retention(config) => config.d_model,
            Self::Gla(config) => config.d_model,
            Self::Attention(config) => config.d_model,
        }
    }

    /// Heads; of the queries in softmax attention.
    pub fn n_heads(&self) -> usize {
        match self {
            Self::DeltaNet(config) => config.n_heads,
            Self::Linear(config) => config.n_heads,
            Self::Retention(config) => config.n_heads,
            Self::Gla(config) => config.n_heads,
            Self::Attention(config) => config.n_heads,
        }
    }

    /// The same with another epsilon in the norm of the outputs; softmax attention has no such norm.
    pub fn with_norm_eps(self, norm_eps: f64) -> Self {
        match self {
            Self::DeltaNet(config) => Self::DeltaNet(config.with_norm_eps(norm_eps)),
            Self::Linear(config) => Self::Linear(config.with_norm_eps(norm_eps)),
            Self::Retention(config) => Self::Retention(config.with_norm_eps(norm_eps)),
            Self::Gla(config) => Self::Gla(config.with_norm_eps(norm_eps)),
            Self::Attention(config) => Self::Attention(config),
        }
    }

    /// The layer.
    ///
    /// # Errors
    ///
    /// If the configuration does not validate.
    pub fn init(&self, device: &Device) -> Result<Mixer, ConfigError> {
        Ok(match self {
            Self::DeltaNet(config) => Mixer::DeltaNet(config.init(device)?),
            Self::Linear(config) => Mixer::Linear(config.init(device)?),
            Self::Retention(config) => Mixer::Retention(config.init(device)?),
            Self::Gla(config) => Mixer::Gla(config.init(device)?),
            Self::Attention(config) => Mixer::Attention(config.init(device)?),
        })
    }

    /// The parameters of the layer.
    ///
    /// # Errors
    ///
    /// If the configuration does not validate.
    pub fn num_params(&self) -> Result<usize, ConfigError> {
        match self {
            Self::DeltaNet(config) => config.num_params(),
            Self::Linear(config) => config.num_params(),
            Self::Retention(config) => config.num_params(),
            Self::Gla(config) => config.num_params(),
            Self::Attention(config) => config.num_params(),
        }
    }
}

/// Any of the sequence layers.
#[derive(Module, Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "a model has one for each block; a box would save next to nothing"
)]
pub enum Mixer {
    /// Linear attention by the delta rule.
    DeltaNet(DeltaNetLayer),
    /// Additive linear attention.
    Linear(LinearAttentionLayer),
    /// RetNet's retention.
    Retention(RetentionLayer),
    /// Gated linear attention.
    Gla(GlaLayer),
    /// Softmax attention.
    Attention(CausalAttention),
}

/// The state of a [`Mixer`].
#[derive(Debug, Clone)]
#[allow(
    clippy::large_enum_variant,
    reason = "a model has one for each block; a box would save next to nothing"
)]
pub enum MixerState {
    /// Of a layer of linear attention: of one size, however many tokens there were.
    Recurrent(RecurrentState),
    /// Of softmax attention: it grows with the tokens, up to the window.
    Cache(KvCache),
}

impl TokenMixer for Mixer {
    type State = MixerState;

    /// As the layer's own.
    ///
    /// # Panics
    ///
    /// If the state is that of another kind of layer.
    fn forward(&self, x: Tensor<3>, state: Option<MixerState>) -> (Tensor<3>, MixerState) {
        match self {
            Self::DeltaNet(layer) => recurrent(layer, x, state),
            Self::Linear(layer) => recurrent(layer, x, state),
            Self::Retention(layer) => recurrent(layer, x, state),
            Self::Gla(layer) => recurrent(layer, x, state),
            Self::Attention(layer) => {
                let cache = state.map(|state| match state {
                    MixerState::Cache(cache) => cache,
                    MixerState::Recurrent(_) => unreachable!("a recurrent state for softmax attention"),
                });
                let (y, cache) = layer.forward(x, cache);
                (y, MixerState::Cache(cache))
            }
        }
    }
}

fn recurrent(
    layer: &impl TokenMixer<State = RecurrentState>,
    x: Tensor<3>,
    state: Option<MixerState>,
) -> (Tensor<3>, MixerState) {
    let state = state.map(|state| match state {
        MixerState::Recurrent(state) => state,
        MixerState::Cache(_) => unreachable!("a cache of keys and values for linear attention"),
    });
    let (y, state) = layer.forward(x, state);
    (y, MixerState::Recurrent(state))
}
