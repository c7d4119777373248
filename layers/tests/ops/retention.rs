//! The parallel forms of retention and of gated attention against their recurrences.

use burn::tensor::{Device, Tensor};
use pyrarium_layers::ops::{gated_parallel, gated_recurrent, retention_parallel, retention_recurrent};

use crate::{Inputs, SCALE, assert_close, random};

#[test]
fn retention_in_parallel_is_the_recurrence() {
    let device = Device::flex();
    for gamma in [[1.0_f32, 1.0], [0.97, 0.5]] {
        let gamma = Tensor::<1>::from_data(gamma, &device);
        for (length, segment) in [(1, 8), (13, 8), (64, 64), (65, 64), (200, 128)] {
            let Inputs { q, k, v, state, .. } = Inputs::random(length, &device);
            let expected = retention_recurrent(
                q.clone(),
                k.clone(),
                v.clone(),
                gamma.clone(),
                Some(state.clone()),
                SCALE,
            );
            let found = retention_parallel(q, k, v, gamma.clone(), Some(state), SCALE, segment);
            // Sums of up to 200 terms.
            assert_close(found.0, expected.0, 1e-4, &format!("length {length}, segments of {segment}"));
            assert_close(found.1, expected.1, 1e-4, "state");
        }
    }
}

#[test]
fn gated_attention_in_parallel_is_the_recurrence() {
    let device = Device::flex();
    for strength in [0.05, 1.0, 5.0] {
        for (length, segment) in [(1, 8), (13, 8), (16, 16), (33, 16), (200, 16)] {
            let Inputs { q, k, v, state, .. } = Inputs::random(length, &device);
            let log_alpha = -random([2, 2, length, 4], 6, &device).abs() * strength;
            let expected = gated_recurrent(
                q.clone(),
                k.clone(),
                v.clone(),
                log_alpha.clone(),
                Some(state.clone()),
                SCALE,
            );
            let found = gated_parallel(q, k, v, log_alpha, Some(state), SCALE, segment);
            let what = format!("strength {strength}, length {length}, segments of {segment}");
            assert_close(found.0, expected.0, 1e-4, &what);
            assert_close(found.1, expected.1, 1e-4, &what);
        }
    }
}

/// The gradients of the sum of squares of outputs and state.
fn gradients(
    form: impl Fn([Tensor<4>; 5]) -> (Tensor<4>, Tensor<4>),
    inputs: &[Tensor<4>; 5],
) -> Vec<Tensor<4>> {
    let device = Device::flex().autodiff();
    let leaves = inputs.clone().map(|x| Tensor::<4>::from_data(x.into_data(), &device).require_grad());
    let (o, s) = form(leaves.clone());
    let gradients = (o.square().sum() + s.square().sum()).backward();
    leaves.iter().map(|x| x.grad(&gradients).unwrap_or_else(|| x.zeros_like().inner())).collect()
}

#[test]
fn gradients_agree_between_the_forms() {
    let device = Device::flex();
    let Inputs { q, k, v, state, .. } = Inputs::random(37, &device);
    let log_alpha = -random([2, 2, 37, 4], 6, &device).abs();
    let inputs = [q, k, v, log_alpha, state];
    let gamma = |x: &Tensor<4>| Tensor::<1>::from_data([0.97_f32, 0.5], &x.device());
    let pairs = [
        (
            gradients(
                |[q, k, v, _, s]| retention_recurrent(q.clone(), k, v, gamma(&q), Some(s), SCALE),
                &inputs,
            ),
            gradients(
                |[q, k, v, _, s]| retention_parallel(q.clone(), k, v, gamma(&q), Some(s), SCALE, 16),
                &inputs,
            ),
        ),
        (
            gradients(|[q, k, v, a, s]| gated_recurrent(q, k, v, a, Some(s), SCALE), &inputs),
            gradients(|[q, k, v, a, s]| gated_parallel(q, k, v, a, Some(s), SCALE, 16), &inputs),
        ),
    ];
    for (expected, found) in pairs {
        for (index, (expected, found)) in expected.into_iter().zip(found).enumerate() {
            // Of values up to 30.
            assert_close(found, expected, 1e-3, &format!("input {index}"));
        }
    }
}
