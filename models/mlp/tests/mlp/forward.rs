//! The forward pass against the reference, and where blocks do nothing.

use burn::{module::Module, tensor::Device};
use pyrarium_layers::{Activation, NormKind, seeded};
use pyrarium_mlp::{BottleneckMlpConfig, StandardMlpConfig};

use crate::{KINDS, distance, random, reference::Parameters, rows, tiny};

#[test]
fn logits_match_the_reference() {
    let device = Device::flex();
    let x = random([5, 12], 2, &device);
    for kind in KINDS {
        let network = tiny(kind, &device);
        let reference = Parameters::of(&network);
        let logits = rows(&network.forward(x.clone()).into_data());
        for (x, logits) in rows(&x.to_data()).iter().zip(&logits) {
            let expected = reference.forward(kind, x);
            assert_eq!(logits.len(), expected.len());
            let error = logits.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            assert!(error < 1e-5, "{kind}: off by {error:e}");
        }
    }
}

#[test]
fn without_contractions_the_network_is_affine() {
    let device = Device::flex();
    let config = BottleneckMlpConfig::new(12, 3).with_width(8).with_blocks(2);
    let mut network = seeded::fill_uniform(config.init(&device).unwrap(), 1, 0.5);
    for block in &mut network.blocks {
        block.contract = seeded::fill_uniform(block.contract.clone(), 0, 0.0);
    }
    let x = random([5, 12], 2, &device);
    let affine = network.head.forward(network.input.forward(x.clone()));
    network.forward(x).into_data().assert_eq(&affine.into_data(), true);
}

#[test]
fn every_norm_and_activation_runs_and_changes_the_result() {
    let device = Device::flex();
    let x = random([5, 12], 2, &device);
    let mut results = Vec::new();
    for norm in [NormKind::Layer, NormKind::Batch, NormKind::None] {
        for activation in [Activation::Gelu, Activation::Relu] {
            let config = BottleneckMlpConfig::new(12, 3).with_width(8).with_blocks(2);
            let config = config.with_norm(norm).with_activation(activation);
            let network = seeded::fill_uniform(config.init(&device).unwrap(), 1, 0.5);
            assert_eq!(network.num_params(), config.num_params(), "{norm}");
            let logits = network.forward(x.clone());
            assert!(logits.clone().is_finite().all().into_scalar::<bool>(), "{norm} {activation}");
            results.push(logits);
        }
    }
    for (index, a) in results.iter().enumerate() {
        for b in &results[index + 1..] {
            assert!(distance(a.clone(), b.clone()) > 1e-3);
        }
    }
}

#[test]
fn a_standard_mlp_of_one_layer_is_affine() {
    let device = Device::flex();
    let network = StandardMlpConfig::new(12, 3).with_width(8).with_layers(1).init(&device).unwrap();
    assert!(network.blocks.is_empty());
    let x = random([5, 12], 2, &device);
    let affine = network.head.forward(network.input.forward(x.clone()));
    network.forward(x).into_data().assert_eq(&affine.into_data(), true);
}
