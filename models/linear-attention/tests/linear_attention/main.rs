//! Tests of the layers and of the language model.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod attention;
mod errors;
mod fla;
mod generation;
mod layers;
mod model;
mod variants;

use burn::tensor::{Device, Int, Tensor, TensorData};
use pyrarium_layers::{CausalAttentionConfig, seeded};
use pyrarium_linear_attention::{
    DeltaNetConfig, FeatureMap, GlaConfig, LinearAttentionConfig, LmConfig, Mixer, MixerConfig, QkActivation,
    QkNorm, RetentionConfig,
};

/// Small layers of every kind, with 16 features and 2 heads, by name.
fn mixers() -> Vec<(&'static str, MixerConfig)> {
    let delta_net = || DeltaNetConfig::new(16).with_n_heads(2).with_chunk_size(8);
    let linear = || LinearAttentionConfig::new(16).with_n_heads(2);
    vec![
        ("deltanet", MixerConfig::DeltaNet(delta_net())),
        ("deltanet, gated", MixerConfig::DeltaNet(delta_net().with_use_gate(true).with_expand_v(2.0))),
        (
            "deltanet without convolution",
            MixerConfig::DeltaNet(
                delta_net().with_use_short_conv(false).with_qk_activation(QkActivation::Identity),
            ),
        ),
        (
            "deltanet of 2021",
            MixerConfig::DeltaNet(
                delta_net().with_qk_activation(QkActivation::Elu).with_qk_norm(QkNorm::Sum),
            ),
        ),
        ("deltanet, reflecting", MixerConfig::DeltaNet(delta_net().with_allow_neg_eigval(true))),
        (
            "deltanet, beta 1",
            MixerConfig::DeltaNet(delta_net().with_use_beta(false).with_qk_activation(QkActivation::Relu)),
        ),
        ("linear", MixerConfig::Linear(linear())),
        (
            "linear, convolution",
            MixerConfig::Linear(linear().with_use_short_conv(true).with_feature_map(FeatureMap::Identity)),
        ),
        (
            "linear, denominator",
            MixerConfig::Linear(
                linear().with_feature_map(FeatureMap::Elu).with_denominator(true).with_sum_norm(true),
            ),
        ),
        ("retention", MixerConfig::Retention(RetentionConfig::new(16).with_n_heads(2))),
        (
            "retention, convolution",
            MixerConfig::Retention(RetentionConfig::new(16).with_n_heads(2).with_use_short_conv(true)),
        ),
        ("gla", MixerConfig::Gla(GlaConfig::new(16).with_n_heads(2).with_use_short_conv(true))),
        ("attention", MixerConfig::Attention(CausalAttentionConfig::new(16, 2))),
        (
            "attention, convolution",
            MixerConfig::Attention(CausalAttentionConfig::new(16, 2).with_conv_size(Some(4))),
        ),
        (
            "sliding attention",
            MixerConfig::Attention(
                CausalAttentionConfig::new(16, 4).with_n_kv_heads(Some(2)).with_window(Some(3)),
            ),
        ),
    ]
}

fn seeded_mixer(config: &MixerConfig, device: &Device) -> Mixer {
    seeded::fill_uniform(config.init(device).unwrap(), 1, 0.5)
}

/// A model of two blocks and 11 tokens.
fn tiny(mixer: MixerConfig) -> LmConfig {
    LmConfig::new(11, 2, mixer).with_inner(Some(24))
}

fn random<const D: usize>(shape: [usize; D], seed: u64, device: &Device) -> Tensor<D> {
    Tensor::from_data(seeded::tensor_data(shape, seed, 1.0), device)
}

/// Rows of tokens below `vocab`, each beginning with another one.
fn tokens(rows: std::ops::Range<usize>, length: usize, vocab: usize, device: &Device) -> Tensor<2, Int> {
    let count = rows.len();
    let values: Vec<i64> = rows
        .flat_map(|row| (0..length).map(move |at| ((row + at * (at + 2 * row + 1)) % vocab) as i64))
        .collect();
    Tensor::from_data(TensorData::new(values, [count, length]), device)
}

/// The largest absolute difference.
fn distance<const D: usize>(a: Tensor<D>, b: Tensor<D>) -> f32 {
    (a - b).abs().max().into_scalar()
}
