//! Tests of the Hopfield memories and of the classifiers with Hopfield layers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bags;
mod blocks;
mod classical;
mod errors;
mod lookup;
mod theory;
mod variants;

use burn::tensor::{Device, Tensor};
use pyrarium_layers::seeded;
use pyrarium_memory::hopfield::ModernHopfield;

fn random<const D: usize>(shape: [usize; D], seed: u64, device: &Device) -> Tensor<D> {
    Tensor::from_data(seeded::tensor_data(shape, seed, 1.0), device)
}

/// `count` patterns of this norm in `d` dimensions.
fn patterns(count: usize, d: usize, norm: f64, seed: u64, device: &Device) -> Tensor<2> {
    let x = random([count, d], seed, device);
    x.clone() / x.square().sum_dim(1).sqrt() * norm
}

fn memory(count: usize, d: usize, norm: f64, beta: f64, device: &Device) -> ModernHopfield {
    ModernHopfield::new(patterns(count, d, norm, 1, device), beta).unwrap()
}

/// The largest absolute difference.
fn distance<const D: usize>(a: Tensor<D>, b: Tensor<D>) -> f32 {
    (a - b).abs().max().into_scalar()
}

fn values<const D: usize>(x: Tensor<D>) -> Vec<f64> {
    x.into_data().iter::<f64>().collect()
}
