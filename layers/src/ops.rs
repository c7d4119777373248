//! Token-mixing operations over whole sequences: linear attention by its recurrence and by forms that run in parallel.
//!
//! Every operation takes `q` and `k` as `[batch, heads, length, key_dim]`, `v` as `[batch, heads, length, value_dim]` and a state
//! `[batch, heads, key_dim, value_dim]`, and returns the outputs `[batch, heads, length, value_dim]` with the state after the last
//! token. The output at a position reads the state after that position's update: `o_t = scale * q_t S_t`.
//!
//! | operation | update of the state | forms |
//! |---|---|---|
//! | delta rule | `S + k (beta (v - k S))` | recurrent, chunked, attention matrix |
//! | retention | `gamma S + k v`; with `gamma = 1` additive linear attention | recurrent, parallel |
//! | gated | `diag(alpha) S + k v` with a gate for each key channel and token | recurrent, parallel |

mod delta_rule;
mod gated;
mod pieces;
mod retention;
mod triangular;

pub use delta_rule::{delta_rule_attention_matrix, delta_rule_chunked, delta_rule_recurrent};
pub use gated::{gated_parallel, gated_recurrent};
pub use pieces::pieces;
pub use retention::{retention_parallel, retention_recurrent};

use burn::tensor::Tensor;

/// The state that a sequence starts from: the given one, or zeros.
///
/// # Panics
///
/// If the given state has another shape; the message has both.
fn initial_state(state: Option<Tensor<4>>, k: &Tensor<4>, v: &Tensor<4>) -> Tensor<4> {
    let ([batch, heads, length, key_dim], [_, _, _, value_dim]) = (k.dims(), v.dims());
    assert!(
        v.dims() == [batch, heads, length, value_dim],
        "keys of shape {:?} do not go with values of shape {:?}",
        k.dims(),
        v.dims()
    );
    let expected = [batch, heads, key_dim, value_dim];
    match state {
        Some(state) => {
            assert!(
                state.dims() == expected,
                "a state of shape {:?}, but this sequence needs {expected:?}",
                state.dims()
            );
            state
        }
        None => Tensor::zeros(expected, &v.device()),
    }
}
