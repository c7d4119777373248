//! The delta rule: `S_t = S_{t-1} + k_t (beta_t (v_t - k_t S_{t-1}))`, one step of gradient descent on `|k_t S - v_t|^2 / 2` at
//! every token.
//!
//! "Parallelizing Linear Transformers with the Delta Rule over Sequence Length", arXiv 2406.06484. Over a chunk with rows `K`, `V`
//! and `B = diag(beta)` the paper's WY form gives, with `T = (I + tril(B K K^T, -1))^-1 B`, `W = T K`, `U = T V` and the
//! state `S` entering the chunk:
//!
//! - what each token writes: `D = U - W S`,
//! - outputs: `O = Q S + (Q K^T . M) D`, where `M` is the causal mask with its diagonal,
//! - the state leaving the chunk: `S + K^T D`.

use burn::tensor::Tensor;

use super::{
    initial_state, pieces,
    triangular::{lower_ones, unit_lower_inverse},
};

/// The delta rule token by token, as the paper defines it.
///
/// # Shapes
///
/// - q, k: `[batch, heads, length, key_dim]`; v: `[batch, heads, length, value_dim]`; beta: `[batch, heads, length]`
/// - state: `[batch, heads, key_dim, value_dim]`, zeros if there is none
/// - output: `[batch, heads, length, value_dim]` and the last state
///
/// # Panics
///
/// If the shapes do not go together.
pub fn delta_rule_recurrent(
    q: Tensor<4>,
    k: Tensor<4>,
    v: Tensor<4>,
    beta: Tensor<3>,
    state: Option<Tensor<4>>,
    scale: f64,
) -> (Tensor<4>, Tensor<4>) {
    let mut state = initial_state(state, &k, &v);
    let tokens = |x: Tensor<4>| pieces(x, 2, 1); // [B, H, 1, d] each
    let beta = tokens(beta.unsqueeze_dim(3));
    let rows = tokens(q * scale).into_iter().zip(tokens(k)).zip(tokens(v)).zip(beta);
    let mut outputs = Vec::new();
    for (((q, k), v), beta) in rows {
        let written = (v - k.clone().matmul(state.clone())) * beta; // [B, H, 1, dv]
        state = state + k.transpose() * written;
        outputs.push(q.matmul(state.clone()));
    }
    (Tensor::cat(outputs, 2), state)
}

/// The delta rule by chunks: products of matrices inside each chunk, and one step of the state a chunk.
///
/// Shapes and panics are those of [`delta_rule_recurrent`]; `chunk` must be a power of two. The work is `O(length)`, the memory
/// too.
pub fn delta_rule_chunked(
    q: Tensor<4>,
    k: Tensor<4>,
    v: Tensor<4>,
    beta: Tensor<3>,
    state: Option<Tensor<4>>,
    scale: f64,
    chunk: usize,
) -> (Tensor<4>, Tensor<4>) {
    assert!(chunk.is_power_of_two(), "chunks of {chunk} tokens: the size must be a power of two");
    let state = initial_state(state, &k, &v);
    let [batch, heads, key_dim, value_dim] = state.dims();
    let (groups, length) = (batch * heads, k.dims()[2]);

    // [N, G, C, d] with N chunks and G = B H
    let q = chunks(q * scale, chunk);
    let k = chunks(k, chunk);
    let beta = chunks(beta.unsqueeze_dim(3), chunk);
    let (weighted_k, weighted_v) = (k.clone() * beta.clone(), chunks(v, chunk) * beta);
    let x = wy_inverse(k.clone(), weighted_k.clone());
    let w = x.clone().matmul(weighted_k);
    let u = x.matmul(weighted_v);

    let state = state.reshape([1, groups, key_dim, value_dim]);
    let (entering, written, last) = pass_state(k.clone(), w, u, state);
    let causal = lower_ones(chunk, 0, &k.device()).unsqueeze::<4>();
    let attention = q.clone().matmul(k.transpose()) * causal;
    let output = q.matmul(entering) + attention.matmul(written); // [N, G, C, dv]
    let padded = output.dims()[0] * chunk;
    let output = output.swap_dims(0, 1).reshape([batch, heads, padded, value_dim]);
    (output.narrow(2, 0, length), last.reshape([batch, heads, key_dim, value_dim]))
}

/// The matrix `A` of outputs `O = A V` for a sequence that starts from a state of zeros, `[batch, heads, length, length]`:
/// which tokens' values each output is made of.
///
/// Meant for inspection: its memory grows with the square of the length. Shapes and panics are those of
/// [`delta_rule_recurrent`].
pub fn delta_rule_attention_matrix(q: Tensor<4>, k: Tensor<4>, beta: Tensor<3>, scale: f64) -> Tensor<4> {
    let [batch, heads, length, _] = k.dims();
    let size = length.next_power_of_two();
    // One chunk as long as the sequence: [1, G, C, d].
    let q = chunks(q * scale, size);
    let k = chunks(k, size);
    let beta = chunks(beta.unsqueeze_dim(3), size);
    let x = wy_inverse(k.clone(), k.clone() * beta.clone());
    let causal = lower_ones(size, 0, &k.device()).unsqueeze::<4>();
    let attention = (q.matmul(k.transpose()) * causal).matmul(x) * beta.transpose();
    attention.narrow(2, 0, length).narrow(3, 0, length).reshape([batch, heads, length, length])
}

/// `[batch, heads, length, d]` to `[chunks, batch * heads, chunk, d]`, the last chunk filled up with zeros: a token with
/// `k = 0` and `beta = 0` leaves the state as it is.
fn chunks(x: Tensor<4>, chunk: usize) -> Tensor<4> {
    let [batch, heads, length, d] = x.dims();
    let count = length.div_ceil(chunk);
    let missing = count * chunk - length;
    let x = match missing {
        0 => x,
        _ => {
            let filling = Tensor::zeros([batch, heads, missing, d], &x.device());
            Tensor::cat(vec![x, filling], 2)
        }
    };
    x.reshape([batch * heads, count, chunk, d]).swap_dims(0, 1)
}

/// `(I + tril(B K K^T, -1))^-1`, `[N, G, C, C]`.
fn wy_inverse(k: Tensor<4>, weighted_k: Tensor<4>) -> Tensor<4> {
    let chunk = k.dims()[2];
    let below = lower_ones(chunk, -1, &k.device()).unsqueeze::<4>();
    unit_lower_inverse(weighted_k.matmul(k.transpose()) * below)
}

/// Hands the state from chunk to chunk: the states entering each chunk `[N, G, dk, dv]`, what each token writes
/// `[N, G, C, dv]`, and the last state `[1, G, dk, dv]`.
fn pass_state(
    k: Tensor<4>,
    w: Tensor<4>,
    u: Tensor<4>,
    mut state: Tensor<4>,
) -> (Tensor<4>, Tensor<4>, Tensor<4>) {
    let one_by_one = |x: Tensor<4>| pieces(x, 0, 1);
    let (mut entering, mut written) = (Vec::new(), Vec::new());
    for ((k, w), u) in one_by_one(k.transpose()).into_iter().zip(one_by_one(w)).zip(one_by_one(u)) {
        let write = u - w.matmul(state.clone());
        entering.push(state.clone());
        state = state + k.matmul(write.clone());
        written.push(write);
    }
    (Tensor::cat(entering, 0), Tensor::cat(written, 0), state)
}
