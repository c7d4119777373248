//! Configurations that cannot be are refused by name; so are states that do not fit.

use burn::tensor::{Device, Tensor};
use pyrarium_layers::{CausalAttentionConfig, TokenMixer};
use pyrarium_linear_attention::{
    DeltaNetConfig, GlaConfig, HybridSpec, LinearAttentionConfig, LmConfig, MixerConfig, MixerState,
    RetentionConfig,
};

use crate::{mixers, random, seeded_mixer, tiny};

fn message(config: LmConfig) -> String {
    config.init(&Device::flex()).unwrap_err().to_string()
}

fn delta_net() -> DeltaNetConfig {
    DeltaNetConfig::new(16).with_n_heads(2)
}

#[test]
fn layers_that_cannot_be() {
    let with = |config: DeltaNetConfig| message(tiny(MixerConfig::DeltaNet(config)));
    assert_eq!(with(delta_net().with_n_heads(3)), "key_dim = 16: must be a positive multiple of n_heads = 3");
    assert_eq!(
        with(delta_net().with_expand_v(1.1).with_n_heads(4)),
        "value_dim = 17: must be a positive multiple of n_heads = 4"
    );
    assert_eq!(with(delta_net().with_expand_k(0.0)), "expand_k = 0: must be above 0 and at most 64");
    assert_eq!(with(delta_net().with_expand_v(f64::NAN)), "expand_v = NaN: must be above 0 and at most 64");
    assert_eq!(with(delta_net().with_conv_size(0)), "conv_size = 0: must be between 1 and 64");
    assert_eq!(with(delta_net().with_chunk_size(48)), "chunk_size = 48: must be a power of two");
    assert_eq!(with(delta_net().with_n_heads(0)), "n_heads = 0: must be between 1 and 65536");

    let linear = LinearAttentionConfig::new(16).with_n_heads(5);
    assert_eq!(
        message(tiny(MixerConfig::Linear(linear))),
        "key_dim = 16: must be a positive multiple of n_heads = 5"
    );
    let retention = RetentionConfig::new(16).with_n_heads(16);
    assert_eq!(
        message(tiny(MixerConfig::Retention(retention))),
        "key_dim = 16: must be a multiple of 32, for pairs of features in each head"
    );
    let gla = GlaConfig::new(16).with_gate_normalizer(0.5);
    assert_eq!(message(tiny(MixerConfig::Gla(gla))), "gate_normalizer = 0.5: must be at least 1");
}

#[test]
fn attention_that_cannot_be() {
    let with = |config| message(tiny(MixerConfig::Attention(config)));
    let attention = || CausalAttentionConfig::new(16, 4);
    assert_eq!(with(attention().with_window(Some(0))), "window = 0: must be between 1 and 1073741824");
    assert_eq!(with(attention().with_n_kv_heads(Some(3))), "n_kv_heads = 3: must be a divisor of 4");
    assert_eq!(
        with(CausalAttentionConfig::new(16, 16)),
        "n_heads = 16: must be a number that divides 16 into heads of an even size"
    );
    assert_eq!(with(attention().with_rope_theta(-1.0)), "rope_theta = -1: must be positive");
}

#[test]
fn hybrids_that_cannot_be() {
    let with =
        |specs: Vec<HybridSpec>| message(tiny(MixerConfig::DeltaNet(delta_net())).with_attention(specs));
    assert_eq!(with(vec![HybridSpec::new(vec![2], 2)]), "attention.layers = 2: must be below n_layers = 2");
    assert_eq!(with(vec![HybridSpec::new(vec![1, 1], 2)]), "attention.layers = 1: must be named once");
    let twice = vec![HybridSpec::new(vec![0], 2), HybridSpec::new(vec![0], 4)];
    assert_eq!(with(twice), "attention.layers = 0: must be named once");
    let window = HybridSpec::new(vec![0], 2).with_window(Some(0));
    assert_eq!(with(vec![window]), "window = 0: must be between 1 and 1073741824");
}

#[test]
fn models_that_cannot_be() {
    let config = || tiny(MixerConfig::DeltaNet(delta_net()));
    assert_eq!(message(LmConfig { vocab: 0, ..config() }), "vocab = 0: must be between 1 and 16777216");
    assert_eq!(message(LmConfig { n_layers: 0, ..config() }), "n_layers = 0: must be between 1 and 4096");
    assert_eq!(message(config().with_inner(Some(0))), "inner = 0: must be between 1 and 1048576");
    assert_eq!(message(config().with_norm_eps(0.0)), "norm_eps = 0: must be positive");
}

#[test]
#[should_panic(expected = "a state of shape [1, 2, 8, 8], but this sequence needs [2, 2, 8, 8]")]
fn a_state_of_another_batch_is_refused() {
    let device = Device::flex();
    let config = MixerConfig::DeltaNet(delta_net().with_use_short_conv(false));
    let mixer = seeded_mixer(&config, &device);
    let (_, state) = mixer.forward(random([1, 4, 16], 1, &device), None);
    let _ = mixer.forward(random([2, 4, 16], 1, &device), Some(state));
}

#[test]
#[should_panic(expected = "a cache of keys and values for linear attention")]
fn a_state_of_another_layer_is_refused() {
    let device = Device::flex();
    let mixer = seeded_mixer(&mixers()[0].1, &device);
    let attention = seeded_mixer(&MixerConfig::Attention(CausalAttentionConfig::new(16, 2)), &device);
    let x: Tensor<3> = random([1, 4, 16], 1, &device);
    let (_, state) = attention.forward(x.clone(), None);
    assert!(matches!(state, MixerState::Cache(_)));
    let _ = mixer.forward(x, Some(state));
}
