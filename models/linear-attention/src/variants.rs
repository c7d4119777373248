//! The named variants, as data.

use crate::{DeltaNetConfig, GlaConfig, LinearAttentionConfig, LmConfig, MixerConfig, RetentionConfig};
use pyrarium_layers::CausalAttentionConfig;

/// A named language model.
#[derive(Debug, Clone, Copy)]
pub struct Variant {
    /// Its name.
    pub name: &'static str,
    /// Its configuration.
    pub config: fn() -> LmConfig,
    /// The exact number of parameters.
    pub num_params: usize,
    /// Where the variant comes from.
    pub source: &'static str,
}

impl Variant {
    /// A model of the same kinds of layers that tests and comparisons can afford: 7 tokens, 4 blocks, width 16, 2 heads.
    pub fn small(&self) -> LmConfig {
        let (d_model, n_heads) = (16, 2);
        let full = (self.config)();
        let mixer = match full.mixer {
            MixerConfig::DeltaNet(config) => {
                MixerConfig::DeltaNet(DeltaNetConfig { d_model, n_heads, chunk_size: 16, ..config })
            }
            MixerConfig::Linear(config) => {
                MixerConfig::Linear(LinearAttentionConfig { d_model, n_heads, ..config })
            }
            MixerConfig::Retention(config) => {
                MixerConfig::Retention(RetentionConfig { d_model, n_heads, ..config })
            }
            MixerConfig::Gla(config) => MixerConfig::Gla(GlaConfig { d_model, n_heads, ..config }),
            MixerConfig::Attention(config) => {
                MixerConfig::Attention(CausalAttentionConfig { d_model, n_heads, ..config })
            }
        };
        let mut attention = full.attention;
        for spec in &mut attention {
            spec.n_heads = n_heads;
            spec.window = spec.window.map(|_| 3);
            spec.layers.retain(|&layer| layer < 4);
        }
        LmConfig { vocab: 7, n_layers: 4, mixer, attention, inner: Some(32), ..full }
    }
}

const PAPER: &str = "arXiv 2406.06484";
const BASELINE: &str = "baseline at the sizes of deltanet-340m";

/// The paper's models, its hybrids (with their window of 2048 tokens), and the baselines: vocabulary 32,000, 24 blocks, no ties.
pub const VARIANTS: [Variant; 9] = [
    variant("deltanet-340m", LmConfig::dn_340m, 374_362_112, PAPER),
    variant(
        "deltanet-340m-4-heads",
        || of_340m(MixerConfig::DeltaNet(DeltaNetConfig::new(1024))),
        374_266_880,
        PAPER,
    ),
    variant("deltanet-1.3b", LmConfig::dn_1_3b, 1_365_677_056, PAPER),
    variant("deltanet-340m-sliding", || LmConfig::dn_340m().hybrid_sliding(2048), 374_114_816, PAPER),
    variant("deltanet-340m-global", || LmConfig::dn_340m().hybrid_global(), 374_320_896, PAPER),
    variant(
        "linear-attention-340m",
        || of_340m(MixerConfig::Linear(LinearAttentionConfig::new(1024))),
        375_455_744,
        BASELINE,
    ),
    variant(
        "retnet-340m",
        || of_340m(MixerConfig::Retention(RetentionConfig::new(1024))),
        474_536_960,
        BASELINE,
    ),
    variant("gla-340m", || of_340m(MixerConfig::Gla(GlaConfig::new(1024))), 374_475_776, BASELINE),
    variant(
        "attention-340m",
        || of_340m(MixerConfig::Attention(CausalAttentionConfig::new(1024, 8))),
        373_867_520,
        BASELINE,
    ),
];

fn of_340m(mixer: MixerConfig) -> LmConfig {
    LmConfig::new(32_000, 24, mixer)
}

const fn variant(
    name: &'static str,
    config: fn() -> LmConfig,
    num_params: usize,
    source: &'static str,
) -> Variant {
    Variant { name, config, num_params, source }
}
