//! The language models of this system by a few sizes, all mixers with heads and states of one size.

use pyrarium_layers::impl_names;
use pyrarium_linear_attention::{
    CausalAttentionConfig, ConfigError, DeltaNetConfig, FeatureMap, GlaConfig, LinearAttentionConfig,
    LmConfig, MixerConfig, RetentionConfig,
};
use serde::{Deserialize, Serialize};

/// Which sequence layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MixerKind {
    /// The delta rule.
    DeltaNet,
    /// Additive linear attention with the feature map elu + 1.
    Linear,
    /// RetNet's retention.
    Retention,
    /// Gated linear attention.
    Gla,
    /// Softmax attention with rotary positions.
    Attention,
}

impl_names!(
    MixerKind, "model.mixer",
    DeltaNet => "delta_net", Linear => "linear", Retention => "retention", Gla => "gla", Attention => "attention",
);

/// Where softmax attention takes the place of the mixer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hybrid {
    /// Nowhere.
    None,
    /// In every other block, over a window.
    Sliding,
    /// In the second block and the one after the middle, over all tokens.
    Global,
}

/// Sizes of a language model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// The sequence layer.
    pub mixer: MixerKind,
    /// Features of a token.
    pub d_model: usize,
    /// Heads.
    pub n_heads: usize,
    /// Blocks.
    pub n_layers: usize,
    /// Features inside the feed-forward layers; 0 is 8/3 of `d_model`, rounded up to a multiple of 256.
    pub inner: usize,
    /// Tokens of a chunk in the chunked form of the delta rule, a power of two.
    pub chunk_size: usize,
    /// Blocks with softmax attention instead.
    pub hybrid: Hybrid,
    /// Tokens that sliding attention sees.
    pub window: usize,
    /// Whether the head is the embedding once more.
    pub tied: bool,
}

impl Network {
    /// The model over a vocabulary; every mixer has short convolutions, the attention of hybrids has none.
    ///
    /// # Errors
    /// The first size that cannot be.
    pub fn config(&self, vocab: usize) -> Result<LmConfig, ConfigError> {
        let (d_model, n_heads) = (self.d_model, self.n_heads);
        let mixer = match self.mixer {
            MixerKind::DeltaNet => MixerConfig::DeltaNet(
                DeltaNetConfig::new(d_model).with_n_heads(n_heads).with_chunk_size(self.chunk_size),
            ),
            MixerKind::Linear => MixerConfig::Linear(
                LinearAttentionConfig::new(d_model)
                    .with_n_heads(n_heads)
                    .with_feature_map(FeatureMap::Elu)
                    .with_use_short_conv(true),
            ),
            MixerKind::Retention => MixerConfig::Retention(
                RetentionConfig::new(d_model)
                    .with_n_heads(n_heads)
                    .with_expand_v(1.0)
                    .with_use_short_conv(true),
            ),
            MixerKind::Gla => MixerConfig::Gla(
                GlaConfig::new(d_model).with_n_heads(n_heads).with_expand_k(1.0).with_use_short_conv(true),
            ),
            MixerKind::Attention => {
                MixerConfig::Attention(CausalAttentionConfig::new(d_model, n_heads).with_conv_size(Some(4)))
            }
        };
        let config = LmConfig::new(vocab, self.n_layers, mixer)
            .with_inner((self.inner > 0).then_some(self.inner))
            .with_tied(self.tied);
        let config = match self.hybrid {
            Hybrid::None => config,
            Hybrid::Sliding => config.hybrid_sliding(self.window),
            Hybrid::Global => config.hybrid_global(),
        };
        config.validate()?;
        Ok(config)
    }
}
