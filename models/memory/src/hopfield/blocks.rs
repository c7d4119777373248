//! The update of a memory too large for its matrix of associations: patterns block by block, with a running softmax.

use burn::tensor::Tensor;

/// `softmax(beta xi X^T) X` without the `[Q, N]` matrix: at most `[Q, block]` scores exist at a time.
///
/// For each state the highest score so far `m`, the sum `l` of `exp(score - m)` and the same sum over patterns are kept; a
/// block with a higher score rescales both sums. The plain form is [`dynamics::update`](pyrarium_layers::hopfield::dynamics::update).
///
/// # Shapes
///
/// - states: `[Q, d]`
/// - patterns: `[N, d]`, at least one
/// - output: `[Q, d]`
///
/// # Panics
///
/// If `block` is 0, or states and patterns differ in `d`; the message has both shapes.
pub fn update_in_blocks(states: Tensor<2>, patterns: Tensor<2>, beta: f64, block: usize) -> Tensor<2> {
    let ([rows, d], [count, own]) = (states.dims(), patterns.dims());
    assert!(block > 0, "blocks of 0 patterns");
    assert_eq!(d, own, "states of shape {:?} do not go with patterns of shape {:?}", [rows, d], [count, own]);
    let states = states * beta;
    let mut running: Option<Running> = None;
    for start in (0..count).step_by(block) {
        let part = patterns.clone().narrow(0, start, block.min(count - start)); // [b, d]
        let scores = states.clone().matmul(part.clone().transpose()); // [Q, b]
        running = Some(match running {
            Some(running) => running.with(scores, part),
            None => Running::new(scores, part),
        });
    }
    running.map_or(states, |running| running.sum / running.weight)
}

/// Sums over the patterns so far, relative to the highest score.
struct Running {
    highest: Tensor<2>, // [Q, 1]
    weight: Tensor<2>,  // [Q, 1]
    sum: Tensor<2>,     // [Q, d]
}

impl Running {
    fn new(scores: Tensor<2>, patterns: Tensor<2>) -> Self {
        // The result does not depend on what is subtracted, so that no gradient need flow through it.
        let highest = scores.clone().detach().max_dim(1);
        let weights = (scores - highest.clone()).exp(); // [Q, b]
        Self { highest, weight: weights.clone().sum_dim(1), sum: weights.matmul(patterns) }
    }

    fn with(self, scores: Tensor<2>, patterns: Tensor<2>) -> Self {
        let highest = self.highest.clone().max_pair(scores.clone().detach().max_dim(1));
        let shrink = (self.highest - highest.clone()).exp(); // [Q, 1]
        let weights = (scores - highest.clone()).exp(); // [Q, b]
        Self {
            highest,
            weight: self.weight * shrink.clone() + weights.clone().sum_dim(1),
            sum: self.sum * shrink + weights.matmul(patterns),
        }
    }
}
