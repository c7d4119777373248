//! Gradients of every parameter against central differences of the double-precision reference.

use burn::{optim::GradientsParams, tensor::Device};
use pyrarium_mlp::MlpKind;

use crate::{KINDS, random, reference::Parameters, rows, tiny};

/// Half the width of a central difference; its relative error is about the square of this.
const STEP: f64 = 1e-5;

#[test]
fn gradients_match_central_differences() {
    let device = Device::flex().autodiff();
    let (x, targets) = (random([4, 12], 2, &device), random([4, 3], 3, &device));
    let examples: Vec<_> = rows(&x.to_data()).into_iter().zip(rows(&targets.to_data())).collect();
    for kind in KINDS {
        let network = tiny(kind, &device);
        let mut reference = Parameters::of(&network);
        let loss = (network.forward(x.clone()) - targets.clone()).square().sum();
        let gradients = GradientsParams::from_grads(loss.backward(), &network);
        for (path, gradient) in Parameters::gradients(&network, &gradients).0 {
            let expected: Vec<f64> = (0..gradient.len())
                .map(|i| central_difference(kind, &mut reference, &path, i, &examples))
                .collect();
            let largest = expected.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
            let error =
                gradient.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max) / largest;
            assert!(error < 1e-5, "{kind} {path}: relative error {error:e}");
        }
    }
}

fn central_difference(
    kind: MlpKind,
    parameters: &mut Parameters,
    path: &str,
    index: usize,
    examples: &[(Vec<f64>, Vec<f64>)],
) -> f64 {
    let value = parameters.0[path][index];
    let mut loss_at = |value| {
        parameters.0.get_mut(path).unwrap()[index] = value;
        squared_error(kind, parameters, examples)
    };
    let difference = (loss_at(value + STEP) - loss_at(value - STEP)) / (2.0 * STEP);
    loss_at(value);
    difference
}

fn squared_error(kind: MlpKind, parameters: &Parameters, examples: &[(Vec<f64>, Vec<f64>)]) -> f64 {
    let errors = examples.iter().flat_map(|(x, target)| {
        let logits = parameters.forward(kind, x);
        logits.into_iter().zip(target).map(|(logit, target)| (logit - target).powi(2))
    });
    errors.sum()
}
