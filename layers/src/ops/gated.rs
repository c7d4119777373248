//! Gated linear attention: `S_t = diag(alpha_t) S_{t-1} + k_t v_t`, a gate for each key channel and token.
//!
//! "Gated Linear Attention Transformers with Hardware-Efficient Training", arXiv 2312.06635. With `b_t` the sum of `log alpha` up
//! to `t` the parallel form is `O = ((Q e^b) (K e^-b)^T . M) V + (Q e^b) S`.

use burn::tensor::Tensor;

use super::{initial_state, pieces, triangular::lower_ones};

/// Gated linear attention token by token.
///
/// # Shapes
///
/// - q, k: `[batch, heads, length, key_dim]`; v: `[batch, heads, length, value_dim]`
/// - log_alpha: logarithms of the gates, at most 0, of the shape of k
/// - state: `[batch, heads, key_dim, value_dim]`, zeros if there is none
/// - output: `[batch, heads, length, value_dim]` and the last state
///
/// # Panics
///
/// If the shapes do not go together.
pub fn gated_recurrent(
    q: Tensor<4>,
    k: Tensor<4>,
    v: Tensor<4>,
    log_alpha: Tensor<4>,
    state: Option<Tensor<4>>,
    scale: f64,
) -> (Tensor<4>, Tensor<4>) {
    let mut state = initial_state(state, &k, &v);
    let tokens = |x: Tensor<4>| pieces(x, 2, 1);
    let rows = tokens(q * scale).into_iter().zip(tokens(k)).zip(tokens(v)).zip(tokens(log_alpha.exp()));
    let mut outputs = Vec::new();
    for (((q, k), v), alpha) in rows {
        state = state * alpha.transpose() + k.transpose() * v;
        outputs.push(q.matmul(state.clone()));
    }
    (Tensor::cat(outputs, 2), state)
}

/// Gated linear attention by products of matrices, in segments of at most `segment` tokens between which the state is handed on.
///
/// Shapes and panics are those of [`gated_recurrent`]. Inside a segment keys are divided by the gates since its start, which
/// overflows 32 bits once a channel has decayed by `e^88` there: keep `segment` below `88 / max(-log_alpha)`.
pub fn gated_parallel(
    q: Tensor<4>,
    k: Tensor<4>,
    v: Tensor<4>,
    log_alpha: Tensor<4>,
    state: Option<Tensor<4>>,
    scale: f64,
    segment: usize,
) -> (Tensor<4>, Tensor<4>) {
    let mut state = initial_state(state, &k, &v);
    let segments = |x: Tensor<4>| pieces(x, 2, segment);
    let parts = segments(q * scale).into_iter().zip(segments(k)).zip(segments(v)).zip(segments(log_alpha));
    let mut outputs = Vec::new();
    for (((q, k), v), log_alpha) in parts {
        let length = q.dims()[2];
        let since_start = log_alpha.cumsum(2); // [B, H, T, dk]
        let until_end = since_start.clone().narrow(2, length - 1, 1) - since_start.clone();
        let q = q * since_start.clone().exp();
        let causal = lower_ones(length, 0, &q.device()).unsqueeze::<4>();
        let relative_k = k.clone() * (-since_start.clone()).exp();
        let attention = q.clone().matmul(relative_k.transpose()) * causal;
        outputs.push(attention.matmul(v.clone()) + q.matmul(state.clone()));
        let kept = since_start.narrow(2, length - 1, 1).exp().transpose(); // [B, H, dk, 1]
        state = state * kept + (k * until_end.exp()).transpose().matmul(v);
    }
    (Tensor::cat(outputs, 2), state)
}
