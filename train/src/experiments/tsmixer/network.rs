//! A TSMixer by the sizes that a job sets.

use pyrarium_layers::ConfigError;
use pyrarium_time_series::{Backbone, MaskConfig, MaskKind, Reconcile, Scaling, TsMixerConfig};
use serde::{Deserialize, Serialize};

use crate::methods::masked_pretraining::FineTuning;

/// Sizes of the network, and how it begins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// How channels are treated: `v`, together; `ci`, apart; `ic`, mixed by a layer of their own.
    pub backbone: Backbone,
    /// Steps of a patch.
    pub patch_length: usize,
    /// Steps from one patch to the next.
    pub patch_stride: usize,
    /// Features of a patch.
    pub d_model: usize,
    /// Width of the hidden layers of all mixers, in multiples of what they mix.
    pub expansion_factor: usize,
    /// Layers.
    pub num_layers: usize,
    /// Dropout in the mixers.
    pub dropout: f64,
    /// Dropout before the head.
    pub head_dropout: f64,
    /// Whether mixers are followed by gated attention.
    pub gated: bool,
    /// How each window is normalised.
    pub scaling: Scaling,
    /// Whether forecasts are reconciled with sums over patches.
    pub hierarchical: bool,
    /// Steps on each side at which the forecasts of other channels are looked at to refine one; 0 does not refine.
    pub cross_channel: usize,
    /// Epochs of masked pretraining before the epochs of the fit; 0 is none.
    pub pretraining_epochs: usize,
    /// The share of the patches that pretraining hides.
    pub mask_ratio: f64,
    /// A directory of transformers' `save_pretrained`, of any class of PatchTSMixer, whose network this one is, dropout included; empty
    /// starts from new weights. The settings above it, up to `scaling`, are then to be left alone, or to agree.
    pub from: String,
    /// What is trained after pretraining, here or elsewhere.
    pub fine_tuning: FineTuning,
}

impl Default for Network {
    /// The size of the main job.
    fn default() -> Self {
        Self {
            backbone: Backbone::Ci,
            patch_length: 16,
            patch_stride: 8,
            d_model: 32,
            expansion_factor: 2,
            num_layers: 3,
            dropout: 0.2,
            head_dropout: 0.2,
            gated: true,
            scaling: Scaling::Std,
            hierarchical: false,
            cross_channel: 0,
            pretraining_epochs: 0,
            mask_ratio: 0.5,
            from: String::new(),
            fine_tuning: FineTuning::Full,
        }
    }
}

impl Network {
    /// The network over windows of these lengths and so many channels.
    ///
    /// # Errors
    /// The first size that cannot be.
    pub fn config(
        &self,
        [context, horizon]: [usize; 2],
        channels: usize,
    ) -> Result<TsMixerConfig, ConfigError> {
        let config = TsMixerConfig::new(channels)
            .with_context_length(context)
            .with_horizon(horizon)
            .with_patch_length(self.patch_length)
            .with_patch_stride(self.patch_stride)
            .with_d_model(self.d_model)
            .with_expansion_factor(self.expansion_factor)
            .with_num_layers(self.num_layers)
            .with_dropout(self.dropout)
            .with_head_dropout(self.head_dropout)
            .with_backbone(self.backbone)
            .with_gated(self.gated)
            .with_scaling(self.scaling)
            .with_reconcile(self.reconcile())
            .with_mask(MaskConfig::new().with_kind(MaskKind::Random { ratio: self.mask_ratio }));
        config.validate()?;
        Ok(config)
    }
    /// What corrects its forecasts.
    pub fn reconcile(&self) -> Reconcile {
        Reconcile::new()
            .with_hierarchical(self.hierarchical)
            .with_cross_channel((self.cross_channel > 0).then_some(self.cross_channel))
    }

    /// Refuses a setting that is neither its default nor what the network of `from` has.
    ///
    /// # Errors
    /// Names the first such setting.
    pub fn check_agrees(&self, theirs: &TsMixerConfig) -> Result<(), ConfigError> {
        let found = Self {
            backbone: theirs.backbone,
            patch_length: theirs.patch_length,
            patch_stride: theirs.patch_stride,
            d_model: theirs.d_model,
            expansion_factor: theirs.expansion_factor,
            num_layers: theirs.num_layers,
            dropout: theirs.dropout,
            head_dropout: theirs.head_dropout,
            gated: theirs.gated,
            scaling: theirs.scaling,
            ..Self::default()
        };
        let defaults = Self::default().described();
        for (((key, ours), default), theirs) in
            self.described().into_iter().zip(defaults).zip(found.described())
        {
            if ours != default.1 && ours != theirs.1 {
                return Err(ConfigError::new(key, ours, format!("{}, as in {}", theirs.1, self.from)));
            }
        }
        Ok(())
    }

    /// The settings that `from` decides.
    fn described(&self) -> [(&'static str, String); 10] {
        [
            ("model.backbone", self.backbone.to_string()),
            ("model.patch_length", self.patch_length.to_string()),
            ("model.patch_stride", self.patch_stride.to_string()),
            ("model.d_model", self.d_model.to_string()),
            ("model.expansion_factor", self.expansion_factor.to_string()),
            ("model.num_layers", self.num_layers.to_string()),
            ("model.dropout", self.dropout.to_string()),
            ("model.head_dropout", self.head_dropout.to_string()),
            ("model.gated", self.gated.to_string()),
            ("model.scaling", self.scaling.to_string()),
        ]
    }
}
