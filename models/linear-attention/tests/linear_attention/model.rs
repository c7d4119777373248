//! The language model: its parts in order, its state, its ties.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use pyrarium_layers::{LanguageModel, TokenMixer, seeded};
use pyrarium_linear_attention::{DeltaNetConfig, HybridSpec, Lm, LmConfig, Mixer, MixerConfig};

use crate::{distance, mixers, tiny, tokens};

fn hybrid() -> LmConfig {
    let mixer = MixerConfig::DeltaNet(DeltaNetConfig::new(16).with_n_heads(2).with_chunk_size(4));
    let sliding = HybridSpec::new(vec![1], 2).with_window(Some(3));
    LmConfig { n_layers: 3, ..tiny(mixer) }.with_attention(vec![sliding])
}

fn seeded_model(config: &LmConfig, device: &Device) -> Lm {
    seeded::fill_uniform(config.init(device).unwrap(), 1, 0.5)
}

#[test]
fn blocks_add_to_the_residual_stream() {
    let device = Device::flex();
    let model = seeded_model(&hybrid(), &device);
    let tokens = tokens(0..2, 7, 11, &device);
    let mut x = model.embedding.forward(tokens.clone());
    for block in &model.blocks {
        x = x.clone() + block.mixer.forward(block.mixer_norm.forward(x), None).0;
        x = x.clone() + block.mlp.forward(block.mlp_norm.forward(x));
    }
    let expected = model.head.as_ref().unwrap().forward(model.norm.forward(x));
    assert_eq!(distance(model.logits(tokens), expected), 0.0);
}

#[test]
fn steps_and_parts_are_the_whole() {
    let device = Device::flex();
    let mut configs: Vec<LmConfig> = mixers().into_iter().map(|(_, mixer)| tiny(mixer)).collect();
    configs.push(hybrid());
    for config in configs {
        let model = seeded_model(&config, &device);
        let tokens = tokens(0..2, 9, 11, &device);
        let (whole, _) = model.forward(tokens.clone(), None);
        let (left, mut state) = model.forward(tokens.clone().narrow(1, 0, 5), None);
        let mut parts = vec![left];
        for token in 5..9 {
            let scores;
            (scores, state) = model.step(tokens.clone().narrow(1, token, 1).squeeze_dim(1), Some(state));
            parts.push(scores.unsqueeze_dim(1));
        }
        let error = distance(Tensor::cat(parts, 1), whole);
        assert!(error < 5e-5, "{config:?}: {error:e}");
    }
}

#[test]
fn a_tied_head_is_the_embedding() {
    let device = Device::flex();
    let config = hybrid().with_tied(true);
    let model = seeded_model(&config, &device);
    assert!(model.head.is_none());
    assert_eq!(model.num_params(), hybrid().num_params().unwrap() - 11 * 16);
    assert_eq!(model.num_params(), config.num_params().unwrap());
    let untied = seeded_model(&hybrid(), &device);
    let head = model.embedding.weight.val().transpose();
    let mut copy = Lm { head: untied.head, ..model.clone() };
    if let Some(linear) = &mut copy.head {
        linear.weight = burn::module::Param::from_tensor(head);
    }
    let tokens = tokens(0..2, 7, 11, &device);
    assert!(distance(model.logits(tokens.clone()), copy.logits(tokens)) < 1e-6);
}

#[test]
fn hybrids_have_attention_where_they_say() {
    let device = Device::flex();
    let kinds = |config: LmConfig| -> Vec<bool> {
        let model = config.init(&device).unwrap();
        model.blocks.iter().map(|block| matches!(block.mixer, Mixer::Attention(_))).collect()
    };
    let base = || LmConfig { n_layers: 6, ..hybrid() }.with_attention(Vec::new());
    assert_eq!(kinds(base()), [false; 6]);
    assert_eq!(kinds(base().hybrid_sliding(3)), [false, true, false, true, false, true]);
    assert_eq!(kinds(base().hybrid_global()), [false, true, false, true, false, false]);
}

#[test]
fn weights_begin_small_and_norms_at_one() {
    let device = Device::flex();
    device.seed(1);
    let mixer = MixerConfig::DeltaNet(DeltaNetConfig::new(64).with_n_heads(2));
    let model = LmConfig::new(256, 1, mixer).init(&device).unwrap();
    let deviation = |weight: Tensor<2>| weight.square().mean().sqrt().into_scalar::<f32>();
    for weight in [model.embedding.weight.val(), model.blocks[0].mlp.up.weight.val()] {
        // Of 16,384 draws: the deviation is known within 1 %.
        assert!((deviation(weight) - 0.02).abs() < 1e-3);
    }
    model.norm.gamma.to_data().assert_eq(&burn::tensor::TensorData::from([1.0_f32; 64]), true);
}
