//! Positional encodings of patches.

use burn::{
    module::{Initializer, Param},
    tensor::{Device, Tensor, TensorData},
};

use crate::Positions;

/// Standard deviation of the encodings.
const DEVIATION: f64 = 0.1;

impl Positions {
    /// The encoding of `patches` patches with `d_model` features, `[patches, d_model]`.
    pub(crate) fn init(self, patches: usize, d_model: usize, device: &Device) -> Option<Param<Tensor<2>>> {
        match self {
            Self::None => None,
            Self::Random => {
                Some(Initializer::Normal { mean: 0.0, std: DEVIATION }.init([patches, d_model], device))
            }
            Self::SinCos => {
                let data = TensorData::new(sin_cos(patches, d_model), [patches, d_model]);
                Some(Param::from_data(data, device).set_require_grad(false))
            }
        }
    }
}

/// `sin` and `cos` of `position / 10000^(2i / d_model)` in turn, shifted to mean 0 and scaled to deviation 0.1 (with Bessel's
/// correction), by rows.
fn sin_cos(patches: usize, d_model: usize) -> Vec<f32> {
    let angle = |position: usize, feature: usize| {
        let even = (feature - feature % 2) as f64;
        position as f64 * (-even * 10_000_f64.ln() / d_model as f64).exp()
    };
    let values: Vec<f64> = (0..patches * d_model)
        .map(|at| {
            let (position, feature) = (at / d_model, at % d_model);
            if feature % 2 == 0 { angle(position, feature).sin() } else { angle(position, feature).cos() }
        })
        .collect();
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0).max(1.0);
    values
        .iter()
        .map(|value| ((value - mean) / variance.sqrt().max(f64::MIN_POSITIVE) * DEVIATION) as f32)
        .collect()
}
