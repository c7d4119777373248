//! The named configurations, as data.

use crate::{Backbone, MaskConfig, Reconcile, TsMixerConfig};

/// A named TSMixer for forecasting.
#[derive(Debug, Clone, Copy)]
pub struct Variant {
    /// Its name.
    pub name: &'static str,
    /// Its configuration.
    pub config: fn() -> TsMixerConfig,
    /// The exact number of parameters with the head for forecasting.
    pub num_params: usize,
    /// Where the configuration comes from.
    pub source: &'static str,
}

impl Variant {
    /// A model of the same structure that tests and comparisons can afford: 3 channels, 5 patches, 2 blocks, width 6, no dropout.
    pub fn small(&self) -> TsMixerConfig {
        let full = (self.config)();
        TsMixerConfig {
            num_channels: 3,
            context_length: 20,
            patch_length: 4,
            patch_stride: 4,
            d_model: 6,
            expansion_factor: 2,
            num_layers: 2,
            horizon: 8,
            dropout: 0.0,
            head_dropout: 0.0,
            mask: MaskConfig::default(),
            ..full
        }
    }
}

const TRANSFORMERS: &str = "defaults of transformers' PatchTSMixerConfig";
const NOTEBOOK: &str = "notebooks of granite-tsfm";
const PAPER: &str = "arXiv 2306.09364";

/// The configurations of transformers and of its notebooks, and the paper's backbones and heads at their sizes; 7 channels, as ETTh1 has,
/// where their number matters.
pub const VARIANTS: [Variant; 8] = [
    variant("default", || TsMixerConfig::new(1), 2_040, TRANSFORMERS),
    variant("default-vanilla", || TsMixerConfig::new(3).with_backbone(Backbone::V), 4_056, PAPER),
    variant("etth1", || TsMixerConfig::etth1(7), 432_096, NOTEBOOK),
    variant("etth1-mix-channel", || TsMixerConfig::etth1(7).with_backbone(Backbone::Ic), 433_518, NOTEBOOK),
    variant("etth1-ungated", || TsMixerConfig::etth1(7).with_gated(false), 412_560, PAPER),
    variant(
        "etth1-hybrid",
        || TsMixerConfig::etth1(7).with_reconcile(Reconcile::new().with_cross_channel(Some(1))),
        432_712,
        PAPER,
    ),
    variant(
        "etth1-hierarchical",
        || TsMixerConfig::etth1(7).with_reconcile(Reconcile::new().with_hierarchical(true)),
        469_142,
        PAPER,
    ),
    variant("electricity", || TsMixerConfig::electricity(321), 275_696, NOTEBOOK),
];

const fn variant(
    name: &'static str,
    config: fn() -> TsMixerConfig,
    num_params: usize,
    source: &'static str,
) -> Variant {
    Variant { name, config, num_params, source }
}
