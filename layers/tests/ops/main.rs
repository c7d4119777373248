//! The forms of each operation against each other, against NumPy, and against what the equations promise.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod delta_rule;
mod invariants;
mod kept_state;
mod retention;

use burn::tensor::{Device, Tensor};
use pyrarium_layers::seeded;

/// What the delta rule works on.
#[derive(Clone)]
struct Inputs {
    q: Tensor<4>,
    k: Tensor<4>,
    v: Tensor<4>,
    beta: Tensor<3>,
    state: Tensor<4>,
}

const SCALE: f64 = 0.5;

impl Inputs {
    /// Two sequences and heads of `length` tokens, keys of 4 and values of 3 features; keys of length 1, beta in `(0, 1)`.
    fn random(length: usize, device: &Device) -> Self {
        let beta = seeded::tensor_data([2, 2, length], 4, 3.0);
        Self {
            q: unit(random([2, 2, length, 4], 1, device)),
            k: unit(random([2, 2, length, 4], 2, device)),
            v: random([2, 2, length, 3], 3, device),
            beta: burn::tensor::activation::sigmoid(Tensor::from_data(beta, device)),
            state: random([2, 2, 4, 3], 5, device),
        }
    }

    fn part(&self, start: usize, length: usize) -> Self {
        let cut = |x: &Tensor<4>| x.clone().narrow(2, start, length);
        let beta = self.beta.clone().narrow(2, start, length);
        Self { q: cut(&self.q), k: cut(&self.k), v: cut(&self.v), beta, state: self.state.clone() }
    }
}

fn random<const D: usize>(shape: [usize; D], seed: u64, device: &Device) -> Tensor<D> {
    Tensor::from_data(seeded::tensor_data(shape, seed, 1.0), device)
}

/// Each vector divided by its length.
fn unit(x: Tensor<4>) -> Tensor<4> {
    x.clone() / x.square().sum_dim(3).sqrt()
}

/// The largest absolute difference.
fn distance<const D: usize>(a: Tensor<D>, b: Tensor<D>) -> f32 {
    (a - b).abs().max().into_scalar()
}

fn assert_close<const D: usize>(a: Tensor<D>, b: Tensor<D>, tolerance: f32, what: &str) {
    assert_eq!(a.dims(), b.dims(), "{what}");
    let error = distance(a, b);
    assert!(error < tolerance, "{what}: {error:e}");
}
