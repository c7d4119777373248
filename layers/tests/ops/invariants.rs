//! What the delta rule promises, and the keys at which a careless inverse fails.

use burn::tensor::{Device, Tensor};
use pyrarium_layers::ops::{delta_rule_chunked, delta_rule_recurrent, retention_recurrent};

use crate::{Inputs, SCALE, assert_close, distance, random, unit};

/// Both forms on the same inputs.
fn both(x: &Inputs, state: Option<Tensor<4>>, chunk: usize) -> [(Tensor<4>, Tensor<4>); 2] {
    let Inputs { q, k, v, beta, .. } = x.clone();
    let recurrent = delta_rule_recurrent(q.clone(), k.clone(), v.clone(), beta.clone(), state.clone(), SCALE);
    [recurrent, delta_rule_chunked(q, k, v, beta, state, SCALE, chunk)]
}

fn with_beta(x: Inputs, beta: f32) -> Inputs {
    Inputs { beta: x.beta.full_like(beta), ..x }
}

#[test]
fn with_beta_one_the_last_value_is_read_back() {
    let x = with_beta(Inputs::random(37, &Device::flex()), 1.0);
    for (_, s) in both(&x, Some(x.state.clone()), 16) {
        let last = x.part(36, 1);
        assert_close(last.k.matmul(s), last.v, 1e-5, "k S = v");
    }
}

#[test]
fn with_beta_zero_the_state_stays() {
    let x = with_beta(Inputs::random(37, &Device::flex()), 0.0);
    for (o, s) in both(&x, Some(x.state.clone()), 16) {
        assert_eq!(distance(s, x.state.clone()), 0.0);
        assert_close(o, x.q.clone().matmul(x.state.clone()) * SCALE, 1e-6, "outputs read the state");
    }
}

#[test]
fn identical_keys_with_beta_one_keep_the_last_value_only() {
    let device = Device::flex();
    for (length, chunk) in [(64, 64), (64, 32), (200, 64), (256, 128)] {
        let x = with_beta(Inputs::random(length, &device), 1.0);
        let k = x.k.clone().narrow(2, 0, 1);
        let x = Inputs { k: k.clone().expand([2, 2, length, 4]), ..x };
        let last = x.v.clone().narrow(2, length - 1, 1);
        let [(expected, expected_s), (o, s)] = both(&x, None, chunk);
        assert_close(s.clone(), k.transpose().matmul(last), 1e-5, "the state is the last value");
        // Measured: 3e-7; powers of the matrix instead of substitution give 1e29.
        assert_close(o, expected, 1e-5, &format!("length {length}, chunks of {chunk}"));
        assert_close(s, expected_s, 1e-5, "the state");
    }
}

#[test]
fn nearly_parallel_keys_agree_too() {
    let device = Device::flex();
    // With beta = 2 (reflections) the entries of the inverse do not decay, so that rounding adds up over the chunk. Measured: 2.4e-4;
    // otherwise the tolerance is that of all forms.
    for (spread, beta, tolerance) in
        [(1e-1, 1.0, 1e-4), (1e-2, 1.0, 1e-4), (1e-3, 1.0, 1e-4), (1e-2, 0.99, 1e-4), (1e-2, 2.0, 1e-3)]
    {
        let x = with_beta(Inputs::random(128, &device), beta);
        let common = x.k.clone().narrow(2, 0, 1).expand([2, 2, 128, 4]);
        let x = Inputs { k: unit(common + x.k.clone() * spread), ..x };
        let [(expected, expected_s), (o, s)] = both(&x, Some(x.state.clone()), 64);
        assert_close(o, expected, tolerance, &format!("spread {spread}, beta {beta}"));
        assert_close(s, expected_s, tolerance, &format!("spread {spread}, beta {beta}"));
    }
}

#[test]
fn orthonormal_keys_with_beta_one_are_additive_attention() {
    let device = Device::flex();
    let length = 16;
    let x = Inputs {
        q: random([2, 2, length, length], 1, &device),
        k: Tensor::eye(length, &device).unsqueeze::<4>().expand([2, 2, length, length]),
        v: random([2, 2, length, 3], 3, &device),
        beta: Tensor::ones([2, 2, length], &device),
        state: Tensor::zeros([2, 2, length, 3], &device),
    };
    let gamma = Tensor::ones([2], &device);
    let (expected, expected_s) =
        retention_recurrent(x.q.clone(), x.k.clone(), x.v.clone(), gamma, None, SCALE);
    for (o, s) in both(&x, None, 8) {
        assert_close(o, expected.clone(), 1e-5, "outputs");
        assert_close(s, expected_s.clone(), 1e-5, "state");
    }
}

#[test]
fn nothing_written_never_lengthens_the_state() {
    let device = Device::flex();
    // With beta at most 2 the eigenvalues of I - beta k k^T are in [-1, 1].
    for beta in [0.0, 0.3, 1.0, 1.9, 2.0] {
        let x = with_beta(Inputs::random(50, &device), beta);
        let x = Inputs { v: x.v.zeros_like(), ..x };
        let mut before = f32::MAX;
        for length in [1, 2, 3, 10, 50] {
            let part = x.part(0, length);
            for (_, s) in both(&part, Some(x.state.clone()), 16) {
                let norm = s.square().sum().sqrt().into_scalar::<f32>();
                assert!(norm <= before * (1.0 + 1e-5), "beta {beta}, length {length}: {before} to {norm}");
            }
            let (_, s) = &both(&part, Some(x.state.clone()), 16)[0];
            before = s.clone().square().sum().sqrt().into_scalar();
        }
        let first = x.state.clone().square().sum().sqrt().into_scalar::<f32>();
        assert!(before <= first * (1.0 + 1e-5));
    }
}

#[test]
fn a_token_does_not_change_what_came_before() {
    let device = Device::flex();
    let x = Inputs::random(40, &device);
    let other = random([2, 2, 1, 4], 77, &device);
    for changed in [0, 7, 16, 39] {
        let k = x.k.clone().slice_assign([0..2, 0..2, changed..changed + 1, 0..4], unit(other.clone()));
        let v =
            x.v.clone().slice_assign([0..2, 0..2, changed..changed + 1, 0..3], other.clone().narrow(3, 0, 3));
        let y = Inputs { k, v, ..x.clone() };
        for ((a, _), (b, _)) in both(&x, None, 16).into_iter().zip(both(&y, None, 16)) {
            let before = |o: Tensor<4>| o.narrow(2, 0, changed);
            if changed > 0 {
                assert_eq!(distance(before(a.clone()), before(b.clone())), 0.0, "token {changed}");
            }
            assert!(distance(a.narrow(2, changed, 1), b.narrow(2, changed, 1)) > 1e-3, "token {changed}");
        }
    }
}
