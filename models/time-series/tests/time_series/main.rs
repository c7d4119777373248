//! Tests of TSMixer, its heads and its baselines.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod baselines;
mod errors;
mod export;
mod fine_tuning;
mod invariants;
mod masking;
mod parity;
mod reconciliation;
mod variants;

use std::path::PathBuf;

use burn::tensor::{Device, Tensor, TensorData};
use pyrarium_layers::seeded;
use pyrarium_time_series::{Backbone, TsMixerConfig, TsMixerForecaster};

/// Windows of 3 channels and 21 steps, 6 patches of 5 steps with the first step in none, 4 steps of forecast.
fn tiny() -> TsMixerConfig {
    TsMixerConfig::new(3)
        .with_context_length(21)
        .with_patch_length(5)
        .with_patch_stride(3)
        .with_d_model(6)
        .with_num_layers(2)
        .with_horizon(4)
}

fn forecaster(config: &TsMixerConfig) -> TsMixerForecaster {
    seeded::fill_uniform(config.init_forecaster(&Device::flex()).unwrap(), 1, 0.5)
}

const BACKBONES: [Backbone; 3] = [Backbone::V, Backbone::Ci, Backbone::Ic];

fn random<const D: usize>(shape: [usize; D], seed: u64) -> Tensor<D> {
    Tensor::from_data(seeded::tensor_data(shape, seed, 1.0), &Device::flex())
}

/// The largest absolute difference.
fn distance<const D: usize>(a: Tensor<D>, b: Tensor<D>) -> f32 {
    assert_eq!(a.dims(), b.dims());
    (a - b).abs().max().into_scalar()
}

fn numbers(data: TensorData) -> Vec<f64> {
    data.iter::<f64>().collect()
}

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}
