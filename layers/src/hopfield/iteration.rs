//! The associative step of a layer, repeated: `a = softmax(beta q k^T)`, then `q = a k`, and again.

use burn::tensor::{Bool, Tensor, TensorData, activation::softmax};

use super::mask::Masks;

/// Updates after which a head that has not settled is left as it is.
const MOST_UPDATES: usize = 1000;

/// How often states are updated, and with which inverse temperature.
#[derive(Debug, Clone, PartialEq)]
pub struct Iteration {
    /// Inverse temperature of each head.
    pub scaling: Vec<f64>,
    /// Updates after the first association; `None` goes on until every head has settled.
    pub updates: Option<usize>,
    /// A head has settled when its association changes by at most this (see `run`).
    pub epsilon: f64,
    /// Whether a head goes on when it has settled.
    pub fixed: bool,
}

impl Iteration {
    /// The association after the last update, `[B, H, L, S]`.
    ///
    /// Unless the number of steps is fixed, a head stops when the Frobenius norm of the change of its association, the largest
    /// of the batch, is at most epsilon. Gradients flow through all updates, not through this test.
    ///
    /// # Shapes
    ///
    /// - q: `[B, H, L, hidden]`
    /// - k: `[B, H, S, hidden]`
    pub fn run(&self, q: Tensor<4>, k: Tensor<4>, masks: &Masks) -> Tensor<4> {
        let heads = self.scaling.len();
        let scaling = TensorData::new(self.scaling.clone(), [1, heads, 1, 1]);
        let scaling = Tensor::<4>::from_data(scaling, &q.device());
        let keys = k.clone().swap_dims(2, 3);
        let associate = |q: Tensor<4>| softmax(masks.apply((q * scaling.clone()).matmul(keys.clone())), 3);

        let mut a = associate(q);
        let mut active: Option<Tensor<4, Bool>> = None;
        for _ in 0..self.updates.unwrap_or(MOST_UPDATES) {
            let next = associate(a.clone().matmul(k.clone()));
            let next = match &active {
                Some(active) => a.clone().mask_where(active.clone().expand(a.dims()), next),
                None => next,
            };
            if !self.fixed {
                let still = self.still_moving(a.detach(), next.clone().detach());
                if !still.clone().any().into_scalar::<bool>() {
                    return next;
                }
                active = Some(still);
            }
            a = next;
        }
        a
    }

    /// Which heads have changed by more than epsilon, `[1, H, 1, 1]`; one that had stopped has not.
    fn still_moving(&self, before: Tensor<4>, after: Tensor<4>) -> Tensor<4, Bool> {
        let squared = (after - before).square().sum_dim(3).sum_dim(2).max_dim(0);
        squared.sqrt().greater_elem(self.epsilon)
    }
}
