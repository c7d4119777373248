//! Tests of the networks, their selection and what one reads from them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod adapted;
mod conv;
mod errors;
mod gr_kan;
mod parity;
mod selection;
mod trained;
mod variants;
mod wav_kan;

use burn::tensor::{Device, Tensor};
use pyrarium_kan::{Kan, KanConfig, KanLayerConfig, pool};
use pyrarium_layers::seeded;

fn random<const D: usize>(shape: [usize; D], seed: u64, device: &Device) -> Tensor<D> {
    Tensor::from_data(seeded::tensor_data(shape, seed, 1.0), device)
}

/// The largest absolute difference of two tensors.
fn distance<const D: usize>(a: Tensor<D>, b: Tensor<D>) -> f32 {
    (a - b).abs().max().into_scalar::<f32>()
}

/// Layers that choose among all families, 8 functions each.
fn all_families() -> KanLayerConfig {
    KanLayerConfig::selectable(pool(8).unwrap())
}

/// A network with seeded weights.
fn network(dims: &[usize], layer: KanLayerConfig, device: &Device) -> Kan {
    seeded::fill_uniform(KanConfig::new(dims.to_vec(), layer).init(device).unwrap(), 3, 0.5)
}
