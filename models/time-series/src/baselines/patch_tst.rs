//! Attention over patches, after PatchTST: "A Time Series is Worth 64 Words", arXiv 2211.14730.

use burn::{
    config::Config,
    module::{Module, Param},
    nn::{Dropout, DropoutConfig, LayerNorm, LayerNormConfig, Linear},
    tensor::{Device, Tensor},
};
use pyrarium_layers::{ConfigError, Forecaster, check_range, dropout};

use super::{assert_windows, check_sizes};
use crate::{
    PatchAttention, Positions, Scaling,
    config::check_probability,
    parts::{MixerMlp, linear},
    patchify,
};

/// Deviation of the initial weights, as in transformers.
const INIT_STD: f64 = 0.02;

/// Configuration of a [`PatchTst`].
#[derive(Config, Debug, PartialEq)]
pub struct PatchTstConfig {
    /// Steps of a window; more than `patch_length`.
    pub context_length: usize,
    /// Steps of a forecast.
    pub horizon: usize,
    /// Channels of the series.
    pub num_channels: usize,
    /// Steps of a patch.
    #[config(default = 16)]
    pub patch_length: usize,
    /// Steps from one patch to the next.
    #[config(default = 8)]
    pub patch_stride: usize,
    /// Features of a patch.
    #[config(default = 32)]
    pub d_model: usize,
    /// Blocks.
    #[config(default = 3)]
    pub num_layers: usize,
    /// Heads of attention; they divide `d_model`.
    #[config(default = 4)]
    pub heads: usize,
    /// How many times wider the MLP is inside.
    #[config(default = 2)]
    pub expansion_factor: usize,
    /// Probability of dropping a value in a block, 0 to below 1.
    #[config(default = 0.2)]
    pub dropout: f64,
    /// Probability of dropping a value before the head, 0 to below 1.
    #[config(default = 0.2)]
    pub head_dropout: f64,
}

impl PatchTstConfig {
    /// Patches of a window.
    pub fn num_patches(&self) -> usize {
        self.context_length.saturating_sub(self.patch_length) / self.patch_stride.max(1) + 1
    }

    /// Checks every field.
    ///
    /// # Errors
    ///
    /// Names the first field that cannot be, its value and what is allowed.
    pub fn validate(&self) -> Result<(), ConfigError> {
        check_sizes(self.context_length, self.horizon, self.num_channels)?;
        check_range("patch_length", self.patch_length, 1..=1 << 16)?;
        check_range("patch_stride", self.patch_stride, 1..=1 << 16)?;
        check_range("context_length", self.context_length, self.patch_length + 1..=1 << 24)?;
        check_range("d_model", self.d_model, 1..=1 << 16)?;
        check_range("num_layers", self.num_layers, 1..=1 << 10)?;
        check_range("expansion_factor", self.expansion_factor, 1..=1 << 10)?;
        check_probability("dropout", self.dropout)?;
        check_probability("head_dropout", self.head_dropout)?;
        if self.heads == 0 || !self.d_model.is_multiple_of(self.heads) {
            return Err(ConfigError::new(
                "heads",
                self.heads,
                format!("a divisor of d_model = {}", self.d_model),
            ));
        }
        Ok(())
    }

    /// The model.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn init(&self, device: &Device) -> Result<PatchTst, ConfigError> {
        self.validate()?;
        let (patches, d_model) = (self.num_patches(), self.d_model);
        Ok(PatchTst {
            embedding: linear(self.patch_length, d_model, INIT_STD, device),
            positions: Positions::Random.init(patches, d_model, device),
            layers: (0..self.num_layers).map(|_| PatchTstLayer::new(self, device)).collect(),
            norm: LayerNormConfig::new(d_model).init(device),
            head: linear(patches * d_model, self.horizon, INIT_STD, device),
            dropout: DropoutConfig::new(self.head_dropout).init(),
            config: self.clone(),
        })
    }
}

/// A transformer encoder over the patches of each channel, all channels with the same weights, and TSMixer's scaling and head around it.
/// The norms come first and are layer norms, where the paper has batch norms behind.
#[derive(Module, Debug)]
pub struct PatchTst {
    /// From the steps of a patch to its features.
    pub embedding: Linear,
    /// Added to the features of each patch, `[patches, d_model]`.
    pub positions: Option<Param<Tensor<2>>>,
    /// The blocks.
    pub layers: Vec<PatchTstLayer>,
    /// Of the last block's output.
    pub norm: LayerNorm,
    /// From the features of a channel to its future.
    pub head: Linear,
    dropout: Dropout,
    #[module(skip)]
    config: PatchTstConfig,
}

/// `x + attention(norm(x))`, then `x + mlp(norm(x))`.
#[derive(Module, Debug)]
pub struct PatchTstLayer {
    /// Before the attention.
    pub attention_norm: LayerNorm,
    /// Over the patches.
    pub attention: PatchAttention,
    /// Before the MLP.
    pub mlp_norm: LayerNorm,
    /// Over the features.
    pub mlp: MixerMlp,
    dropout: Dropout,
}

impl PatchTstLayer {
    fn new(config: &PatchTstConfig, device: &Device) -> Self {
        let (d_model, drop) = (config.d_model, config.dropout);
        let norm = || LayerNormConfig::new(d_model).init(device);
        Self {
            attention_norm: norm(),
            attention: PatchAttention::new(d_model, config.heads, drop, INIT_STD, device),
            mlp_norm: norm(),
            mlp: MixerMlp::new(d_model, d_model * config.expansion_factor, drop, INIT_STD, device),
            dropout: DropoutConfig::new(drop).init(),
        }
    }

    /// `[series, patches, d_model]` to the same.
    fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let attended = self.attention.forward(self.attention_norm.forward(x.clone()));
        let x = x + dropout(&self.dropout, attended);
        self.mlp.forward(self.mlp_norm.forward(x.clone())) + x
    }
}

impl Forecaster for PatchTst {
    fn forecast(&self, past: Tensor<3>, observed: Option<Tensor<3>>) -> Tensor<3> {
        let config = &self.config;
        assert_windows(&past, config.context_length, config.num_channels);
        let [batch, _, channels] = past.dims();
        let (patches, features) = (config.num_patches(), config.d_model);
        let scaled =
            Scaling::Std.scale(past.swap_dims(1, 2), observed.map(|observed| observed.swap_dims(1, 2)));
        let cut = patchify(scaled.values, patches, config.patch_length, config.patch_stride);
        let mut hidden =
            self.embedding.forward(cut.reshape([batch * channels, patches, config.patch_length]));
        if let Some(positions) = &self.positions {
            hidden = hidden + positions.val().unsqueeze();
        }
        let hidden = self.layers.iter().fold(hidden, |hidden, layer| layer.forward(hidden));
        let hidden = self.norm.forward(hidden).reshape([batch, channels, patches * features]);
        let forecast = self.head.forward(dropout(&self.dropout, hidden));
        (forecast * scaled.scale + scaled.loc).swap_dims(1, 2)
    }

    fn context_length(&self) -> usize {
        self.config.context_length
    }

    fn horizon(&self) -> usize {
        self.config.horizon
    }

    fn num_channels(&self) -> usize {
        self.config.num_channels
    }
}
