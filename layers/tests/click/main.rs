//! Parts of click models: what their equations promise, their gradients by finite differences, and their refusals.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod errors;
mod gate_and_fusion;
mod gradients;
mod local_activation;

use burn::tensor::{Device, Tensor};
use pyrarium_layers::{FieldSpec, seeded};

fn random<const D: usize>(shape: [usize; D], seed: u64, device: &Device) -> Tensor<D> {
    Tensor::from_data(seeded::tensor_data(shape, seed, 1.0), device)
}

/// The largest absolute difference.
fn distance<const D: usize>(a: Tensor<D>, b: Tensor<D>) -> f32 {
    (a - b).abs().max().into_scalar()
}

/// Two fields, of 3 and 4 ids.
fn fields() -> Vec<FieldSpec> {
    vec![FieldSpec::new("user", 3), FieldSpec::new("item", 4)]
}
