//! Retention: `S_t = gamma_h S_{t-1} + k_t v_t`, a fixed decay for each head. With `gamma = 1` it is additive linear attention.
//!
//! "Retentive Network", arXiv 2307.08621; "Transformers are RNNs", arXiv 2006.16236. In parallel form
//! `O = (Q K^T . D) V + diag(gamma^(t+1)) Q S` with `D[i, j] = gamma^(i-j)` for `j <= i`.

use burn::tensor::Tensor;

use super::{initial_state, pieces, triangular::lower_ones};

/// Retention token by token.
///
/// # Shapes
///
/// - q, k: `[batch, heads, length, key_dim]`; v: `[batch, heads, length, value_dim]`
/// - gamma: the decay of each head, `[heads]`, in `(0, 1]`
/// - state: `[batch, heads, key_dim, value_dim]`, zeros if there is none
/// - output: `[batch, heads, length, value_dim]` and the last state
///
/// # Panics
///
/// If the shapes do not go together.
pub fn retention_recurrent(
    q: Tensor<4>,
    k: Tensor<4>,
    v: Tensor<4>,
    gamma: Tensor<1>,
    state: Option<Tensor<4>>,
    scale: f64,
) -> (Tensor<4>, Tensor<4>) {
    let mut state = initial_state(state, &k, &v);
    let gamma = gamma.reshape([1, -1, 1, 1]);
    let tokens = |x: Tensor<4>| pieces(x, 2, 1);
    let mut outputs = Vec::new();
    for ((q, k), v) in tokens(q * scale).into_iter().zip(tokens(k)).zip(tokens(v)) {
        state = state * gamma.clone() + k.transpose() * v;
        outputs.push(q.matmul(state.clone()));
    }
    (Tensor::cat(outputs, 2), state)
}

/// Retention by products of matrices, in segments of at most `segment` tokens between which the state is handed on.
///
/// Shapes and panics are those of [`retention_recurrent`]; work and memory are `O(length * segment)`.
pub fn retention_parallel(
    q: Tensor<4>,
    k: Tensor<4>,
    v: Tensor<4>,
    gamma: Tensor<1>,
    state: Option<Tensor<4>>,
    scale: f64,
    segment: usize,
) -> (Tensor<4>, Tensor<4>) {
    let mut state = initial_state(state, &k, &v);
    let log_gamma = gamma.log().reshape([1, -1, 1, 1]);
    let segments = |x: Tensor<4>| pieces(x, 2, segment);
    let mut outputs = Vec::new();
    for ((q, k), v) in segments(q * scale).into_iter().zip(segments(k)).zip(segments(v)) {
        let output;
        (output, state) = one_segment(q, k, v, log_gamma.clone(), state);
        outputs.push(output);
    }
    (Tensor::cat(outputs, 2), state)
}

fn one_segment(
    q: Tensor<4>,
    k: Tensor<4>,
    v: Tensor<4>,
    log_gamma: Tensor<4>,
    state: Tensor<4>,
) -> (Tensor<4>, Tensor<4>) {
    let (length, device) = (q.dims()[2], q.device());
    let position = Tensor::<1>::from_data(&*(0..length).map(|i| i as f32).collect::<Vec<_>>(), &device)
        .reshape([1, 1, -1, 1]); // [1, 1, T, 1]
    // Above the diagonal the distance is set to zero before the power is taken: there it could overflow.
    let causal = lower_ones(length, 0, &device).unsqueeze::<4>();
    let distance = (position.clone() - position.clone().transpose()) * causal.clone();
    let decay = (distance * log_gamma.clone()).exp() * causal; // [1, H, T, T]
    let attention = q.clone().matmul(k.clone().transpose()) * decay;
    let since_start = ((position.clone() + 1.0) * log_gamma.clone()).exp(); // [1, H, T, 1]
    let output = attention.matmul(v.clone()) + q.matmul(state.clone()) * since_start;
    let until_end = ((-position + (length as f64 - 1.0)) * log_gamma.clone()).exp();
    let state = state * (log_gamma * length as f64).exp() + (k * until_end).transpose().matmul(v);
    (output, state)
}
