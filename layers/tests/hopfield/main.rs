//! The Hopfield layers against PyTorch, against their own equations, and their refusals.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod errors;
mod invariants;
mod parity;
mod sizes;

use burn::tensor::{Device, Tensor};
use pyrarium_layers::{
    hopfield::{Hopfield, HopfieldConfig},
    seeded,
};

fn random<const D: usize>(shape: [usize; D], seed: u64, device: &Device) -> Tensor<D> {
    Tensor::from_data(seeded::tensor_data(shape, seed, 1.0), device)
}

/// A layer with weights uniform in -0.5..0.5.
fn layer(config: &HopfieldConfig, device: &Device) -> Hopfield {
    seeded::fill_uniform(config.init(device).unwrap(), 1, 0.5)
}

/// The largest absolute difference.
fn distance<const D: usize>(a: Tensor<D>, b: Tensor<D>) -> f32 {
    (a - b).abs().max().into_scalar()
}
