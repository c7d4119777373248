//! Logits, gradients and running statistics of the forward passes of FuxiCTR, computed in PyTorch (`fixtures/fuxictr.py`).

use std::collections::BTreeMap;

use burn::{
    module::Module,
    optim::GradientsParams,
    tensor::{Device, Int, Tensor, TensorData},
};
use pyrarium_layers::{
    Source, Transpose, load_tensors,
    testing::{gradient_values, parameter_values},
};
use pyrarium_recsys::{
    Behaviours, ClickModel, DinConfig, Features, FieldSpec, FinalMlpConfig, GatesConfig, HeadConfig,
    HiddenActivation, HiddenConfig, InputSpec, InterestConfig, MmoeConfig, MultiTaskConfig, Normalize,
    PleConfig, SequenceSpec, SharedGate,
};
use safetensors::{Dtype, SafeTensors};

/// Of logits up to 4 and gradients up to 30, relative to the largest of a tensor where that is above 1.
const TOLERANCE: f64 = 1e-5;

type Tensors = BTreeMap<String, TensorData>;

fn read(bytes: &[u8]) -> Tensors {
    let file = SafeTensors::deserialize(bytes).unwrap();
    let read = |(name, view): (String, safetensors::tensor::TensorView<'_>)| {
        let (bytes, shape) = (view.data(), view.shape().to_vec());
        let data = if view.dtype() == Dtype::I64 {
            let values = bytes.chunks_exact(8).map(|b| i64::from_le_bytes(b.try_into().unwrap()));
            TensorData::new(values.collect::<Vec<_>>(), shape)
        } else {
            assert_eq!(view.dtype(), Dtype::F32, "{name}");
            let values = bytes.chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap()));
            TensorData::new(values.collect::<Vec<_>>(), shape)
        };
        (name, data)
    };
    file.tensors().into_iter().map(read).collect()
}

fn under(tensors: &Tensors, prefix: &str) -> Tensors {
    let own = tensors
        .iter()
        .filter_map(|(name, data)| Some((name.strip_prefix(prefix)?.to_string(), data.clone())));
    own.collect()
}

fn loaded<M: Module>(model: M, tensors: &Tensors) -> M {
    load_tensors(model, under(tensors, "weights."), |key| Some(Source::Parameter(key.into(), Transpose::No)))
        .unwrap()
}

fn batch(tensors: &Tensors, device: &Device) -> Features {
    let ids = Tensor::<2, Int>::from_data(tensors["ids"].clone(), device);
    let numeric = tensors.get("numbers").map(|data| Tensor::<2>::from_data(data.clone(), device));
    let sequences = tensors.get("history").map(|history| Behaviours {
        ids: Tensor::from_data(history.clone(), device),
        mask: Tensor::from_data(tensors["mask"].clone(), device),
    });
    Features::new(ids, numeric, sequences.into_iter().collect())
}

fn values(data: &TensorData) -> Vec<f64> {
    data.iter::<f64>().collect()
}

fn assert_close(actual: &[f64], expected: &TensorData, what: &str) {
    let expected = values(expected);
    assert_eq!(actual.len(), expected.len(), "{what}");
    let scale = expected.iter().fold(1.0, |scale: f64, value| scale.max(value.abs()));
    let error = actual.iter().zip(&expected).map(|(a, e)| (a - e).abs()).fold(0.0, f64::max);
    assert!(error < TOLERANCE * scale, "{what}: {error:e} of {scale}");
}

/// A path without the names of enums' variants, as the values of parameters are known by.
fn without_variants(path: &str) -> String {
    let kept = path.split('.').filter(|part| !part.starts_with(|c: char| c.is_ascii_uppercase()));
    kept.collect::<Vec<_>>().join(".")
}

/// Compares a model, made by `init` on either kind of device, with a fixture.
fn assert_parity<M: ClickModel>(tensors: &Tensors, init: impl Fn(&Device) -> M) {
    let device = Device::flex();
    let model = loaded(init(&device), tensors);
    let logits = model.forward(&batch(tensors, &device)).into_data();
    assert_close(&values(&logits), &tensors["eval"], "logits by running statistics");

    let device = device.autodiff();
    let model = loaded(init(&device), tensors);
    let logits = model.forward(&batch(tensors, &device));
    assert_close(&values(&logits.to_data()), &tensors["train"], "logits by the batch's statistics");
    let gradients = GradientsParams::from_grads(logits.square().sum().backward(), &model);
    let gradients = gradient_values(&model, &gradients).unwrap();
    let expected = under(tensors, "gradient.");
    assert_eq!(gradients.len(), expected.len());
    for (path, gradient) in &expected {
        assert_close(&gradients[&without_variants(path)], gradient, path);
    }
    // Burn's batch norm keeps the biased variance of a batch, PyTorch's the unbiased one; Dice keeps the latter.
    let parameters = parameter_values(&model.valid());
    for (path, statistics) in under(tensors, "after.").iter().filter(|(path, _)| path.contains("Dice")) {
        assert_close(&parameters[&without_variants(path)], statistics, path);
    }
}

fn din(normalize: Normalize) -> DinConfig {
    let fields = vec![FieldSpec::new("item", 6), FieldSpec::new("category", 4)];
    let sequences = vec![SequenceSpec { fields: vec![0, 1], length: 4 }];
    let interest =
        InterestConfig::new().with_widths(vec![5]).with_padding_counts(true).with_normalize(normalize);
    DinConfig::new(InputSpec { fields, num_numeric: 0, sequences })
        .with_embedding_dim(3)
        .with_interest(interest)
        .with_head(vec![7, 5])
        .with_activation(HiddenActivation::Dice)
}

#[test]
fn din_with_dice() {
    let tensors = read(include_bytes!("../fixtures/din.safetensors"));
    assert_parity(&tensors, |device| din(Normalize::None).init(device).unwrap());
}

#[test]
fn din_with_softmax() {
    let tensors = read(include_bytes!("../fixtures/din.safetensors"));
    let device = Device::flex();
    let model = loaded(din(Normalize::Softmax { scale: 1.0 }).init(&device).unwrap(), &tensors);
    let logits = model.forward(&batch(&tensors, &device)).into_data();
    // The last history is empty: the reference then averages its padding, and here it gives zeros.
    assert_close(
        &values(&logits)[..5],
        &TensorData::from(&values(&tensors["softmax"])[..5]),
        "logits with softmax",
    );
}

#[test]
fn final_mlp_with_contexts_heads_and_batch_norm() {
    let tensors = read(include_bytes!("../fixtures/finalmlp.safetensors"));
    let fields = [("u1", 5), ("u2", 4), ("i1", 6), ("i2", 3)].map(|(name, ids)| FieldSpec::new(name, ids));
    let gates = GatesConfig::new().with_context1(vec![0]).with_context2(vec![1, 2]).with_widths(vec![5]);
    let config = FinalMlpConfig::new(InputSpec::of_fields(fields.to_vec()))
        .with_embedding_dim(3)
        .with_mlp1(vec![7, 4])
        .with_mlp2(vec![7, 6])
        .with_hidden2(HiddenConfig::new().with_batch_norm(true))
        .with_gates(Some(gates))
        .with_heads(2);
    assert_parity(&tensors, |device| config.init(device).unwrap());
}

fn multi_task(head: HeadConfig) -> MultiTaskConfig {
    let fields = vec![FieldSpec::new("user", 5), FieldSpec::new("item", 6)];
    let input = InputSpec { fields, num_numeric: 1, sequences: Vec::new() };
    MultiTaskConfig::new(input, 2, head).with_embedding_dim(3)
}

#[test]
fn mmoe() {
    let tensors = read(include_bytes!("../fixtures/mmoe.safetensors"));
    let head =
        MmoeConfig::new().with_experts(3).with_expert(vec![6, 5]).with_gate(vec![4]).with_tower(vec![4]);
    let config = multi_task(HeadConfig::Mmoe(head));
    assert_parity(&tensors, |device| config.init(device).unwrap());
}

#[test]
fn ple_of_two_layers() {
    let tensors = read(include_bytes!("../fixtures/ple.safetensors"));
    let head = PleConfig::new()
        .with_layers(2)
        .with_shared_experts(2)
        .with_expert(vec![6, 5])
        .with_gate(vec![4])
        .with_tower(vec![4])
        .with_shared_gate(SharedGate::SharedOnly);
    let config = multi_task(HeadConfig::Ple(head));
    assert_parity(&tensors, |device| config.init(device).unwrap());
}
