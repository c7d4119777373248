//! Tests of the tensor brain and of the factorisations it is compared with.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod brain;
mod errors;
mod knowledge_graph;
mod memory;
mod reference;
mod variants;
mod xor;

use burn::tensor::{Device, Tensor};
use pyrarium_layers::seeded;
use pyrarium_memory::{
    Triple,
    tensor_brain::{Activation, EvolutionKind, Senses, TensorBrain, TensorBrainConfig},
};

/// Entities, predicates, units of the representation and of the working memory, features: all different.
const ENTITIES: usize = 6;
const PREDICATES: usize = 4;
const STATE: usize = 8;
const WORKING: usize = 7;
const FEATURES: usize = 5;

/// As the papers have it.
fn config() -> TensorBrainConfig {
    TensorBrainConfig::triples(ENTITIES, PREDICATES)
        .with_state_dim(STATE)
        .with_working_dim(WORKING)
        .with_sensory_dim(FEATURES)
        .with_activation(Activation::Sigmoid)
}

/// A brain with seeded weights.
fn seeded_brain(config: TensorBrainConfig, device: &Device) -> TensorBrain {
    seeded::fill_uniform(config.init(device).unwrap(), 1, 0.7)
}

fn brain(evolution: EvolutionKind, device: &Device) -> TensorBrain {
    seeded_brain(config().with_evolution(evolution), device)
}

fn random<const D: usize>(shape: [usize; D], seed: u64, device: &Device) -> Tensor<D> {
    Tensor::from_data(seeded::tensor_data(shape, seed, 1.0), device)
}

fn senses(rows: usize, seed: u64, device: &Device) -> Senses {
    let region = |part| random([rows, FEATURES], 10 * seed + part, device);
    Senses { scene: region(0), subject: region(1), predicate: region(2), object: region(3), open: None }
}

/// Three triples that differ in every role.
fn triples() -> Vec<Triple> {
    vec![Triple::new(0, 3, 5), Triple::new(4, 0, 1), Triple::new(2, 1, 2)]
}

/// The largest absolute difference of two tensors.
fn distance<const D: usize>(a: Tensor<D>, b: Tensor<D>) -> f32 {
    (a - b).abs().max().into_scalar::<f32>()
}
