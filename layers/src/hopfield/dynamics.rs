//! The Hopfield network with continuous states on plain matrices of patterns: association, update, energy, separation.
//!
//! Patterns are the rows of a matrix `[N, d]` (the paper has them as columns), states those of another, `[Q, d]`.

use burn::tensor::{Int, Tensor, activation::softmax};

/// Rows of the matrix of inner products that are held at a time.
const BLOCK: usize = 1024;

/// `softmax(beta xi X^T)`: how much of each pattern is in the next state of each state.
///
/// # Shapes
///
/// - states: `[Q, d]`
/// - patterns: `[N, d]`
/// - output: `[Q, N]`, rows summing to 1
pub fn association(states: Tensor<2>, patterns: Tensor<2>, beta: f64) -> Tensor<2> {
    softmax(states.matmul(patterns.transpose()) * beta, 1)
}

/// One update, `softmax(beta xi X^T) X` (equation 3).
///
/// # Shapes
///
/// - states: `[Q, d]`
/// - patterns: `[N, d]`
/// - output: `[Q, d]`
pub fn update(states: Tensor<2>, patterns: Tensor<2>, beta: f64) -> Tensor<2> {
    association(states, patterns.clone(), beta).matmul(patterns)
}

/// The energy (equation 2): `-1/beta log sum_i exp(beta x_i xi) + xi xi / 2 + 1/beta log N + M^2/2` with `M` the largest norm of a
/// pattern. Its gradient is the state minus its update.
///
/// # Shapes
///
/// - states: `[Q, d]`
/// - patterns: `[N, d]`
/// - output: `[Q]`
pub fn energy(states: Tensor<2>, patterns: Tensor<2>, beta: f64) -> Tensor<1> {
    let count = patterns.dims()[0] as f64;
    let scores = states.clone().matmul(patterns.clone().transpose()) * beta; // [Q, N]
    let highest = scores.clone().detach().max_dim(1); // [Q, 1]
    let log_sum = (scores - highest.clone()).exp().sum_dim(1).log() + highest;
    let squared = states.square().sum_dim(1) / 2.0;
    let largest = patterns.square().sum_dim(1).max().reshape([1, 1]); // M^2
    let energy = (log_sum - count.ln()).mul_scalar(-1.0 / beta) + squared + largest / 2.0;
    energy.squeeze_dim(1)
}

/// The separation of each pattern from the others, `x_i x_i - max_{j != i} x_j x_i` (definition 2); infinite for a single one.
///
/// # Shapes
///
/// - patterns: `[N, d]`
/// - output: `[N]`
pub fn separation(patterns: Tensor<2>) -> Tensor<1> {
    let [count, _] = patterns.dims();
    let device = patterns.device();
    let all = Tensor::<1, Int>::arange(0..count as i64, &device).unsqueeze_dim::<2>(0); // [1, N]
    let block = |start: usize| {
        let rows = BLOCK.min(count - start);
        let own = patterns.clone().narrow(0, start, rows); // [b, d]
        let itself = all.clone().narrow(1, start, rows).transpose().equal(all.clone()); // [b, N]
        let others = own.clone().matmul(patterns.clone().transpose()).mask_fill(itself, f32::NEG_INFINITY);
        (own.square().sum_dim(1) - others.max_dim(1)).squeeze_dim(1)
    };
    Tensor::cat((0..count).step_by(BLOCK).map(block).collect(), 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::{Device, TensorData, Tolerance};

    #[test]
    fn values_worked_by_hand() {
        let device = Device::flex();
        let patterns = Tensor::<2>::from_data([[2.0, 0.0], [0.0, 1.0]], &device);
        let state = Tensor::<2>::from_data([[0.5, 1.0]], &device);
        // Both inner products are 1: the association is even.
        let even = association(state.clone(), patterns.clone(), 3.0).into_data();
        even.assert_approx_eq::<f32>(&TensorData::from([[0.5, 0.5]]), Tolerance::absolute(1e-6));
        let next = update(state.clone(), patterns.clone(), 3.0).into_data();
        next.assert_approx_eq::<f32>(&TensorData::from([[1.0, 0.5]]), Tolerance::absolute(1e-6));
        // -(1 + ln 2 / 3) + 1.25/2 + ln 2 / 3 + 4/2
        let energy = energy(state, patterns.clone(), 3.0).into_data();
        energy.assert_approx_eq::<f32>(&TensorData::from([1.625]), Tolerance::absolute(1e-6));
        let separation = separation(patterns).into_data();
        separation.assert_eq(&TensorData::from([4.0_f32, 1.0]), true);
    }

    #[test]
    fn separation_is_the_same_over_several_blocks() {
        // On a line: the pattern i has norm i + 1, its strongest rival is the last one (for the last, the one before).
        let count = 2 * BLOCK + 3;
        let values: Vec<f32> = (0..count).map(|i| (i + 1) as f32).collect();
        let patterns = Tensor::<2>::from_data(TensorData::new(values, [count, 1]), &Device::flex());
        let found: Vec<f32> = separation(patterns).into_data().iter::<f32>().collect();
        let n = count as f32;
        assert!((0..count - 1).all(|i| {
            let x = (i + 1) as f32;
            (found[i] - (x * x - x * n)).abs() <= 1.0
        }));
        assert_eq!(found[count - 1], n);
    }
}
