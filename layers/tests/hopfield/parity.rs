//! PyTorch's multi-head attention, and the iteration written out in PyTorch (`fixtures/hopfield.py`).

use std::collections::BTreeMap;

use burn::{
    module::{Module, ModuleVisitor, Param},
    optim::GradientsParams,
    tensor::{Bool, Device, Tensor, TensorData},
};
use pyrarium_layers::{
    Source, Transpose,
    hopfield::{Hopfield, HopfieldConfig, Masks, Scaling},
    load_tensors,
};
use safetensors::SafeTensors;

use crate::distance;

const STATES: usize = 3;
const STORED: usize = 5;

/// The tensors of the fixture under a prefix, without it.
fn fixture(prefix: &str) -> BTreeMap<String, TensorData> {
    let file = SafeTensors::deserialize(include_bytes!("../fixtures/hopfield.safetensors")).unwrap();
    let read = |(name, view): (String, safetensors::tensor::TensorView<'_>)| {
        let name = name.strip_prefix(prefix)?.to_string();
        let values: Vec<f64> =
            view.data().chunks_exact(8).map(|b| f64::from_le_bytes(b.try_into().unwrap())).collect();
        let values: Vec<f32> = values.into_iter().map(|value| value as f32).collect();
        Some((name, TensorData::new(values, view.shape().to_vec())))
    };
    file.tensors().into_iter().filter_map(read).collect()
}

fn tensor<const D: usize>(tensors: &BTreeMap<String, TensorData>, name: &str, device: &Device) -> Tensor<D> {
    Tensor::from_data(tensors[name].clone(), device)
}

/// A layer with the weights of the fixture, which PyTorch holds transposed.
fn loaded(config: &HopfieldConfig, weights: BTreeMap<String, TensorData>, device: &Device) -> Hopfield {
    let map = |key: &str| {
        let transpose = if key.ends_with(".weight") { Transpose::Yes } else { Transpose::No };
        Some(Source::Parameter(key.to_string(), transpose))
    };
    load_tensors(config.init(device).unwrap(), weights, map).unwrap()
}

fn attention_weights() -> BTreeMap<String, TensorData> {
    let weights = fixture("mha.").into_iter();
    weights.filter(|(name, _)| name.ends_with(".weight") || name.ends_with(".bias")).collect()
}

#[test]
fn without_updates_it_is_the_attention_of_pytorch() {
    let device = Device::flex().autodiff();
    let tensors = fixture("mha.");
    let config = HopfieldConfig::new(6).with_num_heads(2).without_norms();
    let layer = loaded(&config, attention_weights(), &device);
    let state: Tensor<3> = tensor(&tensors, "state", &device).require_grad();
    let stored: Tensor<3> = tensor(&tensors, "stored", &device).require_grad();
    let padding = Tensor::<2, Bool>::from_data([[false; STORED], [false, false, true, false, true]], &device);
    let masks = Masks::padding(padding);

    let association = layer.association_matrix(stored.clone(), state.clone(), &masks);
    // Measured: below 1e-6 all of them.
    assert!(distance(association, tensor(&tensors, "association", &device)) < 1e-5);
    let y = layer.forward(stored.clone(), state.clone(), stored.clone(), &masks);
    assert!(distance(y.clone(), tensor(&tensors, "y", &device)) < 1e-5);

    let gradients = (y * tensor(&tensors, "cotangent", &device)).sum().backward();
    let plain = Device::flex();
    assert!(distance(state.grad(&gradients).unwrap(), tensor(&tensors, "dstate", &plain)) < 1e-5);
    assert!(distance(stored.grad(&gradients).unwrap(), tensor(&tensors, "dstored", &plain)) < 1e-5);
    let query = layer.query.unwrap().weight.val().grad(&gradients).unwrap();
    assert!(distance(query.transpose(), tensor(&tensors, "dquery", &plain)) < 1e-5);
}

#[test]
fn further_updates_are_the_iteration_written_out() {
    let device = Device::flex();
    let (tensors, expected) = (fixture("mha."), fixture("steps."));
    let [state, stored] = ["state", "stored"].map(|name| tensor::<3>(&tensors, name, &device));
    for updates in 1..=4 {
        let config = HopfieldConfig::new(6)
            .with_num_heads(2)
            .with_scaling(Scaling::All(1.5))
            .with_update_steps_max(Some(updates))
            .with_fixed_steps(true)
            .without_norms();
        let layer = loaded(&config, attention_weights(), &device);
        let association = layer.association_matrix(stored.clone(), state.clone(), &Masks::none());
        let wanted = tensor(&expected, &format!("{updates}.association"), &device);
        assert!(distance(association, wanted) < 1e-5, "{updates} updates");
        let y = layer.forward(stored.clone(), state.clone(), stored.clone(), &Masks::none());
        assert!(distance(y, tensor(&expected, &format!("{updates}.y"), &device)) < 1e-5, "{updates} updates");
    }
}

#[test]
fn a_layer_with_everything_agrees_in_outputs_and_all_gradients() {
    let device = Device::flex().autodiff();
    let tensors = fixture("full.");
    let config = HopfieldConfig::new(6)
        .with_num_heads(2)
        .with_hidden_size(Some(3))
        .with_pattern_size(Some(4))
        .with_output_size(Some(5))
        .with_scaling(Scaling::PerHead(vec![0.4, 1.3]))
        .with_update_steps_max(Some(2))
        .with_fixed_steps(true)
        .with_concat_bias_pattern(true)
        .with_normalize_hopfield_space(true)
        .with_normalize_hopfield_space_affine(true);
    let layer = loaded(&config, fixture("full.parameter."), &device);
    let inputs = ["stored", "state", "projection"];
    let [stored, state, projection] = inputs.map(|name| tensor::<3>(&tensors, name, &device).require_grad());
    let association = layer.association_matrix(stored.clone(), state.clone(), &Masks::none());
    assert_eq!(association.dims(), [2, 2, STATES, STORED + 1]);
    assert!(distance(association, tensor(&tensors, "association", &device)) < 1e-5);
    let y = layer.forward(stored.clone(), state.clone(), projection.clone(), &Masks::none());
    assert!(distance(y.clone(), tensor(&tensors, "y", &device)) < 1e-5);

    let gradients = (y * tensor(&tensors, "cotangent", &device)).sum().backward();
    for (name, input) in inputs.into_iter().zip([stored, state, projection]) {
        let wanted = tensor(&tensors, &format!("d.{name}"), &Device::flex());
        // Gradients are of size 1 to 10; measured: at most 3e-6.
        assert!(distance(input.grad(&gradients).unwrap(), wanted) < 2e-5, "{name}");
    }
    let mut check = Gradients {
        gradients: GradientsParams::from_grads(gradients, &layer),
        expected: fixture("full.gradient."),
        path: Vec::new(),
        checked: 0,
    };
    layer.visit(&mut check);
    assert_eq!(check.checked, 18);
}

struct Gradients {
    gradients: GradientsParams,
    expected: BTreeMap<String, TensorData>,
    path: Vec<String>,
    checked: usize,
}

impl ModuleVisitor for Gradients {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_string());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let path = self.path.join(".");
        let found = self.gradients.get::<D>(param.id).unwrap();
        let wanted: Tensor<D> = tensor(&self.expected, &path, &Device::flex());
        let wanted = if path.ends_with(".weight") { wanted.transpose() } else { wanted };
        assert!(distance(found, wanted) < 2e-5, "{path}");
        self.checked += 1;
    }
}
