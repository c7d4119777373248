//! Checkpoints under the keys of flash-linear-attention load, and give the scores that NumPy computes from them.

use std::collections::BTreeMap;

use burn::tensor::{Device, Int, Tensor, TensorData};
use pyrarium_layers::{LanguageModel, Source, Transpose};
use pyrarium_linear_attention::{
    DeltaNetConfig, HybridSpec, LmConfig, MixerConfig,
    fla::{load, source},
};
use safetensors::{Dtype, SafeTensors};

use crate::distance;

type Tensors = BTreeMap<String, TensorData>;

fn read(bytes: &[u8]) -> Tensors {
    let tensors = SafeTensors::deserialize(bytes).unwrap();
    let read = |(name, view): (String, safetensors::tensor::TensorView<'_>)| {
        let shape = view.shape().to_vec();
        let data = match view.dtype() {
            Dtype::F32 => {
                let values: Vec<f32> =
                    view.data().chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect();
                TensorData::new(values, shape)
            }
            Dtype::I64 => {
                let values: Vec<i64> =
                    view.data().chunks_exact(8).map(|b| i64::from_le_bytes(b.try_into().unwrap())).collect();
                TensorData::new(values, shape)
            }
            other => panic!("{name} is of {other:?}"),
        };
        (name, data)
    };
    tensors.tensors().into_iter().map(read).collect()
}

fn hybrid() -> (LmConfig, Tensors) {
    let mixer = DeltaNetConfig::new(8).with_n_heads(2).with_expand_v(2.0).with_use_gate(true);
    let attention = HybridSpec::new(vec![1], 2).with_n_kv_heads(Some(1)).with_window(Some(3));
    let config = LmConfig::new(11, 3, MixerConfig::DeltaNet(mixer)).with_inner(Some(12));
    (config.with_attention(vec![attention]), read(include_bytes!("../fixtures/fla_hybrid.safetensors")))
}

fn tied() -> (LmConfig, Tensors) {
    let mixer = DeltaNetConfig::new(8).with_n_heads(2).with_expand_k(0.5).with_use_short_conv(false);
    let config = LmConfig::new(11, 1, MixerConfig::DeltaNet(mixer)).with_inner(Some(12)).with_tied(true);
    (config, read(include_bytes!("../fixtures/fla_tied.safetensors")))
}

fn assert_scores((config, mut tensors): (LmConfig, Tensors)) {
    let device = Device::flex();
    let tokens = Tensor::<2, Int>::from_data(tensors.remove("tokens").unwrap(), &device);
    let expected = Tensor::<3>::from_data(tensors.remove("scores").unwrap(), &device);
    let model = load(&config, tensors, &device).unwrap();
    let (scores, _) = model.forward(tokens.clone(), None);
    // Measured: 2.1e-5, of scores up to 4.6 after three blocks with weights of deviation 0.5.
    let error = distance(scores, expected.clone());
    assert!(error < 5e-5, "{error:e}");
    let mut state = None;
    for token in 0..tokens.dims()[1] {
        let (scores, after) = model.step(tokens.clone().narrow(1, token, 1).squeeze_dim(1), state);
        state = Some(after);
        let error = distance(scores, expected.clone().narrow(1, token, 1).squeeze_dim(1));
        assert!(error < 5e-5, "token {token}: {error:e}");
    }
    assert_eq!(model.logits(tokens).dims(), expected.dims());
}

#[test]
fn a_hybrid_with_gates_loads() {
    assert_scores(hybrid());
}

#[test]
fn a_tied_model_without_convolution_loads() {
    assert_scores(tied());
}

#[test]
fn a_tied_checkpoint_may_hold_the_head_too() {
    let (config, mut tensors) = tied();
    tensors.insert("lm_head.weight".into(), tensors["model.embeddings.weight"].clone());
    assert_scores((config, tensors));
}

#[test]
fn checkpoints_that_do_not_fit_are_refused_by_key() {
    let message = |config: &LmConfig, change: fn(&mut Tensors)| {
        let (_, mut tensors) = hybrid();
        tensors.retain(|key, _| key.contains("weight"));
        change(&mut tensors);
        load(config, tensors, &Device::flex()).unwrap_err().to_string()
    };
    let config = hybrid().0;
    let drop_head = |tensors: &mut Tensors| drop(tensors.remove("lm_head.weight"));
    assert_eq!(message(&config, drop_head), "no tensor for the parameter `head.weight`");
    let misnamed = |tensors: &mut Tensors| {
        let weight = tensors.remove("model.norm.weight").unwrap();
        tensors.insert("model.norm.bias".into(), weight);
    };
    assert_eq!(message(&config, misnamed), "`model.norm.bias`: the model has no such parameter");
    let wider = LmConfig { inner: Some(16), ..config.clone() };
    assert_eq!(
        message(&wider, |_| ()),
        "`model.layers.0.mlp.gate_proj.weight` has shape [8, 12], but `blocks.0.mlp.gate.weight` needs [8, 16]"
    );
    let pure = config.with_attention(Vec::new());
    assert_eq!(
        message(&pure, |_| ()),
        "`model.layers.1.attn.k_proj.weight` has shape [8, 4], but `blocks.1.mixer.DeltaNet.qkv.k.weight` needs [8, 8]"
    );
}

#[test]
fn keys_of_other_models_have_no_place() {
    let (config, _) = hybrid();
    for key in [
        "",
        "lm_head.bias",
        "model.layers.3.attn_norm.weight",
        "model.layers.x.attn_norm.weight",
        "model.layers.0.attn.a_proj.weight",
        "model.layers.1.attn.b_proj.weight",
        "model.layers.0.mlp.gate_proj.bias",
        "layers.0.attn_norm.weight",
    ] {
        assert_eq!(source(&config, key), None, "{key}");
    }
    assert_eq!(
        source(&config, "model.layers.0.attn.q_conv1d.weight"),
        Some(Source::Parameter("blocks.0.mixer.DeltaNet.qkv.conv.q.weight".into(), Transpose::No))
    );
}
