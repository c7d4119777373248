//! The backbone of TSMixer: scaling, patches, embedding, blocks of mixers.

use burn::{
    module::{Module, Param},
    nn::Linear,
    tensor::{Device, Tensor},
};
use pyrarium_layers::ConfigError;

use crate::{Backbone, TsMixerConfig, mixers::MixerLayer, parts::linear, patchify, scaler::Scaled};

/// The backbone; see [`TsMixerConfig::init_model`].
#[derive(Module, Debug)]
pub struct TsMixerModel {
    /// From the steps of a patch to its features.
    pub embedding: Linear,
    /// Added to the features of each patch, `[patches, d_model]`.
    pub positions: Option<Param<Tensor<2>>>,
    /// The blocks.
    pub layers: Vec<MixerLayer>,
    #[module(skip)]
    config: TsMixerConfig,
}

/// What the backbone makes of a batch of windows.
#[derive(Debug, Clone)]
pub struct TsMixerOutput {
    /// Features of each patch, `[batch, channels, patches, d_model]`.
    pub hidden: Tensor<4>,
    /// The scaled patches before any was masked, `[batch, channels, patches, patch_length]`.
    pub patches: Tensor<4>,
    /// The mask given, `[batch, channels, patches]`.
    pub mask: Option<Tensor<3>>,
    /// What was subtracted from each channel, `[batch, 1, channels]`.
    pub loc: Tensor<3>,
    /// What each channel was then divided by, `[batch, 1, channels]`.
    pub scale: Tensor<3>,
}

impl TsMixerModel {
    pub(crate) fn new(config: &TsMixerConfig, device: &Device) -> Self {
        let (patches, d_model) = (config.num_patches(), config.d_model);
        let tokens = match config.backbone {
            Backbone::V => patches * config.num_channels,
            Backbone::Ci | Backbone::Ic => patches,
        };
        Self {
            embedding: linear(config.patch_length, d_model, config.init_std, device),
            positions: config.positions.init(patches, d_model, device),
            layers: (0..config.num_layers).map(|_| MixerLayer::new(config, tokens, device)).collect(),
            config: config.clone(),
        }
    }

    /// The configuration of the model.
    pub fn config(&self) -> &TsMixerConfig {
        &self.config
    }

    /// Features of each patch of each channel.
    ///
    /// # Shapes
    ///
    /// - past: `[batch, context_length, num_channels]`, finite; unobserved steps too, since they are left out of the statistics only
    /// - observed: 1 where a value was observed and 0 where it is missing, of the same shape
    ///
    /// # Panics
    ///
    /// If the shape is another one; the message has both.
    pub fn forward(&self, past: Tensor<3>, observed: Option<Tensor<3>>) -> TsMixerOutput {
        self.encode(past, observed, None)
    }

    /// As [`forward`](Self::forward), but patches are replaced by `config.mask.value` where `mask`, `[batch, channels, patches]`, is 1.
    pub fn forward_masked(
        &self,
        past: Tensor<3>,
        observed: Option<Tensor<3>>,
        mask: Tensor<3>,
    ) -> TsMixerOutput {
        self.encode(past, observed, Some(mask))
    }

    fn encode(&self, past: Tensor<3>, observed: Option<Tensor<3>>, mask: Option<Tensor<3>>) -> TsMixerOutput {
        let config = &self.config;
        let [batch, _, channels] = past.dims();
        // With shared weights and no mixer between them, channels may be any number.
        self.assert_windows(&past, config.backbone != Backbone::Ci);
        let by_channel = |x: Tensor<3>| x.swap_dims(1, 2);
        let Scaled { values, loc, scale } = config.scaling.scale(by_channel(past), observed.map(by_channel));
        let count = config.num_patches();
        let patches = patchify(values, count, config.patch_length, config.patch_stride);
        let input = match &mask {
            None => patches.clone(),
            Some(mask) => {
                let hidden = mask.clone().bool().unsqueeze_dim::<4>(3).expand(patches.shape());
                patches.clone().mask_fill(hidden, config.mask.value)
            }
        };

        let mut hidden = self.embedding.forward(input); // [B, C, P, D]
        if let Some(positions) = &self.positions {
            hidden = hidden + positions.val().unsqueeze();
        }
        if config.backbone == Backbone::V {
            hidden = hidden.reshape([batch, 1, channels * count, config.d_model]);
        }
        let hidden = self.layers.iter().fold(hidden, |hidden, layer| layer.forward(hidden));
        TsMixerOutput {
            hidden: hidden.reshape([batch, channels, count, config.d_model]),
            patches,
            mask,
            loc: by_channel(loc),
            scale: by_channel(scale),
        }
    }

    /// Refuses windows of another length, or, if `all_channels`, of another number of channels.
    pub(crate) fn assert_windows(&self, past: &Tensor<3>, all_channels: bool) {
        let ([_, steps, channels], config) = (past.dims(), &self.config);
        assert!(
            steps == config.context_length && (!all_channels || channels == config.num_channels),
            "windows of shape {:?}, but the model needs [batch, {}, {}]",
            past.dims(),
            config.context_length,
            config.num_channels
        );
    }

    /// This model with the weights of `pretrained`.
    ///
    /// # Errors
    ///
    /// Names a field of the configuration in which the models differ.
    pub(crate) fn adopt(self, pretrained: Self) -> Result<Self, ConfigError> {
        pretrained.check_fits(&self.config)?;
        Ok(Self { config: self.config, ..pretrained })
    }

    /// Whether the weights of this model fit in a model of `other`.
    ///
    /// # Errors
    ///
    /// Names the first field that must be equal and is not, with this model's value and `other`'s.
    fn check_fits(&self, other: &TsMixerConfig) -> Result<(), ConfigError> {
        let shown = |config: &TsMixerConfig| {
            [
                ("patch_length", config.patch_length.to_string()),
                ("patch_stride", config.patch_stride.to_string()),
                ("context_length", config.context_length.to_string()),
                ("d_model", config.d_model.to_string()),
                ("expansion_factor", config.expansion_factor.to_string()),
                ("num_layers", config.num_layers.to_string()),
                ("backbone", config.backbone.to_string()),
                ("gated", config.gated.to_string()),
                ("norm", config.norm.to_string()),
                ("attention_heads", format!("{:?}", config.attention_heads)),
                ("positions", config.positions.to_string()),
                ("scaling", config.scaling.to_string()),
            ]
        };
        for ((field, ours), (_, theirs)) in shown(&self.config).into_iter().zip(shown(other)) {
            if ours != theirs {
                return Err(ConfigError::new(
                    field,
                    ours,
                    format!("{theirs}, as in the model to be loaded into"),
                ));
            }
        }
        let (ours, theirs) = (self.config.num_channels, other.num_channels);
        if other.backbone != Backbone::Ci && ours != theirs {
            let allowed = format!("{theirs}, as in the model to be loaded into");
            return Err(ConfigError::new("num_channels", ours, allowed));
        }
        Ok(())
    }
}
