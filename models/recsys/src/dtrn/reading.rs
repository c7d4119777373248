//! What the candidate reads in the encoded items of its history, for all tasks at once.
//!
//! The candidate is the same for all tasks and all items, so what depends on it alone is computed once and broadcast; no copy of it is made.

use burn::{
    module::Param,
    tensor::{
        Tensor,
        activation::{relu, softmax},
        module::linear,
    },
};
use pyrarium_layers::LocalActivationUnit;

/// Added to the scores of padding before a softmax.
const HIDDEN: f32 = -1e9;

/// Encoded items with who reads them.
///
/// # Shapes
///
/// - target: `[1, R, 1, d]`
/// - items: `[T, R, L, d]`
/// - mask: 1 for items and 0 for padding, `[1, R, L, 1]`
pub(super) struct Reading {
    pub(super) target: Tensor<4>,
    pub(super) items: Tensor<4>,
    pub(super) mask: Tensor<4>,
}

impl Reading {
    /// By a local activation unit with ReLU and without softmax, as [`LocalActivationUnit::forward`] does it: `[T, R, d]`.
    ///
    /// Of the unit's first layer, the weights of (candidate, item, difference, product), it makes those of the candidate, which has a row
    /// for each history, and those of (item, product), so that rows of items are half as wide.
    pub(super) fn by_unit(self, unit: &LocalActivationUnit) -> Tensor<3> {
        let mut linears = unit.scores.layers.iter().map(|layer| &layer.linear).chain(&unit.scores.output);
        // A unit has at least its last layer.
        let Some(first) = linears.next() else { return self.items.zeros_like().sum_dim(2).squeeze_dim(2) };
        let (dim, weight) = (self.items.dims()[3], first.weight.val());
        let part = |index: usize| weight.clone().narrow(0, index * dim, dim);
        let of_target = linear(self.target.clone(), part(0) + part(2), first.bias.as_ref().map(Param::val));
        let seen = Tensor::cat(vec![self.items.clone(), self.items.clone() * self.target.clone()], 3);
        let mut x = linear(seen, Tensor::cat(vec![part(1) - part(2), part(3)], 0), None) + of_target;
        for next in linears {
            x = next.forward(relu(x));
        }
        let weights = x * self.mask.clone();
        self.weighted(weights)
    }

    /// By the softmax of scaled dot products; zeros where there are no items.
    pub(super) fn by_dot_product(self) -> Tensor<3> {
        let scale = (self.items.dims()[3] as f64).powf(-0.5);
        let scores = (self.items.clone() * (self.target.clone() * scale)).sum_dim(3);
        let hidden = (self.mask.clone().neg() + 1.0) * HIDDEN;
        let weights = softmax(scores + hidden, 2) * self.mask.clone();
        self.weighted(weights)
    }

    /// The sum of the items by weights `[T, R, L, 1]`.
    fn weighted(self, weights: Tensor<4>) -> Tensor<3> {
        (self.items * weights).sum_dim(2).squeeze_dim(2)
    }
}

#[cfg(test)]
mod tests {
    use burn::{optim::GradientsParams, tensor::Device};
    use pyrarium_layers::{HiddenActivation, LocalActivationUnitConfig, seeded, testing::gradient_values};

    use super::*;

    const SHAPE: [usize; 4] = [2, 3, 4, 5];

    /// Tasks one above the other, the candidate copied for each.
    fn plain(unit: &LocalActivationUnit, [target, items, mask]: [Tensor<4>; 3]) -> Tensor<3> {
        let [tasks, rows, length, dim] = SHAPE;
        let target = target.expand([tasks, rows, 1, dim]).reshape([tasks * rows, dim]);
        let mask = mask.expand([tasks, rows, length, 1]).reshape([tasks * rows, length]);
        unit.forward(target, items.reshape([tasks * rows, length, dim]), mask).0.reshape([tasks, rows, dim])
    }

    #[test]
    fn a_unit_reads_as_it_does_by_itself() {
        let device = Device::flex().autodiff();
        let [tasks, rows, length, dim] = SHAPE;
        let random = |shape: [usize; 4], seed: u64| {
            Tensor::<4>::from_data(seeded::tensor_data(shape, seed, 1.0), &device)
        };
        for widths in [vec![], vec![6], vec![6, 3]] {
            let config = LocalActivationUnitConfig::new(dim)
                .with_widths(widths.clone())
                .with_activation(HiddenActivation::Relu);
            let unit = seeded::fill_uniform(config.init(&device).unwrap(), 1, 0.5);
            let target = random([1, rows, 1, dim], 2).require_grad();
            let items = random([tasks, rows, length, dim], 3).require_grad();
            let mask = random([1, rows, length, 1], 4).greater_elem(-0.3).float();
            let reading = Reading { target: target.clone(), items: items.clone(), mask: mask.clone() };
            let outcome = |y: Tensor<3>| {
                let loss = (y.clone() * random([1, tasks, rows, dim], 5).squeeze_dim::<3>(0)).sum();
                let gradients = loss.backward();
                let inputs = [&target, &items].map(|x| x.grad(&gradients).unwrap().into_data());
                let values: Vec<f64> =
                    inputs.iter().chain(&[y.into_data()]).flat_map(|data| data.iter::<f64>()).collect();
                (values, gradient_values(&unit, &GradientsParams::from_grads(gradients, &unit)).unwrap())
            };
            let (values, gradients) = outcome(reading.by_unit(&unit));
            let (expected, expected_gradients) = outcome(plain(&unit, [target.clone(), items.clone(), mask]));
            assert!(distance(&values, &expected) < 1e-5, "{widths:?}");
            for ((path, values), (_, expected)) in gradients.iter().zip(&expected_gradients) {
                assert!(distance(values, expected) < 1e-5, "{widths:?} {path}");
            }
        }
    }

    /// The terms of sums are in another order.
    fn distance(one: &[f64], other: &[f64]) -> f64 {
        assert_eq!(one.len(), other.len());
        one.iter().zip(other).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
    }
}
