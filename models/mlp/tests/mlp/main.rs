//! Tests of the networks against independent computations.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod fine_tuning;
mod forward;
mod gradients;
mod initialisation;
mod lion;
mod official;
mod permutation;
mod reference;
mod shapes;
mod variants;

use burn::tensor::{Device, Tensor, TensorData};
use pyrarium_layers::seeded;
use pyrarium_mlp::{BottleneckMlpConfig, Mlp, MlpConfig, MlpKind, StandardMlpConfig};

const KINDS: [MlpKind; 2] = [MlpKind::Bottleneck, MlpKind::Standard];

/// A network of 12 inputs, width 8, depth 2 and 3 classes, with seeded weights.
fn tiny(kind: MlpKind, device: &Device) -> Mlp {
    let config = match kind {
        MlpKind::Bottleneck => {
            MlpConfig::Bottleneck(BottleneckMlpConfig::new(12, 3).with_width(8).with_blocks(2))
        }
        // Three layers, so that two of them have a norm, like the two blocks.
        MlpKind::Standard => MlpConfig::Standard(StandardMlpConfig::new(12, 3).with_width(8).with_layers(3)),
    };
    seeded::fill_uniform(config.init(device).unwrap(), 1, 0.5)
}

fn random<const D: usize>(shape: [usize; D], seed: u64, device: &Device) -> Tensor<D> {
    Tensor::from_data(seeded::tensor_data(shape, seed, 1.0), device)
}

/// The rows of a matrix, in double precision.
fn rows(data: &TensorData) -> Vec<Vec<f64>> {
    let values: Vec<f64> = data.iter::<f64>().collect();
    values.chunks(data.shape()[1]).map(<[f64]>::to_vec).collect()
}

/// The largest absolute difference of two tensors.
fn distance<const D: usize>(a: Tensor<D>, b: Tensor<D>) -> f32 {
    (a - b).abs().max().into_scalar::<f32>()
}
