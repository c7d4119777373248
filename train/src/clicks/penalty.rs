//! L2 penalties of the embedding rows that a batch touches: coupled, the same for each, and mini-batch aware (Zhou et al. 2018,
//! arXiv 1706.06978, section 5.1), smaller for rows that occur often.

use burn::tensor::{Tensor, TensorData};
use pyrarium_layers::ConfigError;

use crate::checks::non_negative;

/// Half the sum of the squared norms of rows, each times its weight: its gradient is the weight times the row.
///
/// # Shapes
/// - rows: `[u, d]`
/// - weights: `u` numbers
/// - output: `[1]`
pub fn penalty(rows: Tensor<2>, weights: &[f32]) -> Tensor<1> {
    let shape = [weights.len(), 1];
    let weights = Tensor::<2>::from_data(TensorData::new(weights.to_vec(), shape), &rows.device());
    (rows.square() * weights).sum() * 0.5
}

/// The mini-batch aware L2 penalty: `lambda / n_j` on row `j` where it occurs in the batch, 0 elsewhere, `n_j` being the number of training
/// samples in which it occurs. Summed over an epoch in which each sample is in a batch of its own that is `lambda` on every row.
#[derive(Clone, Debug)]
pub struct MiniBatchAwareL2 {
    lambda: f64,
    counts: Vec<u32>,
}

impl MiniBatchAwareL2 {
    /// For the rows of a table that occur in `counts` training samples.
    ///
    /// # Errors
    /// A negative lambda.
    pub fn new(lambda: f64, counts: Vec<u32>) -> Result<Self, ConfigError> {
        non_negative(MINI_BATCH_AWARE_L2, lambda)?;
        Ok(Self { lambda, counts })
    }

    /// The weights of rows that occur in a batch, each named once.
    ///
    /// # Errors
    /// A row that occurs in no training sample.
    pub fn weights(&self, rows: &[u32]) -> Result<Vec<f32>, ConfigError> {
        let weight = |&row: &u32| match self.counts.get(row as usize) {
            Some(&count) if count > 0 => Ok((self.lambda / f64::from(count)) as f32),
            _ => Err(ConfigError::new(
                format!("counts[{row}]"),
                0,
                "at least 1 for a feature that occurs in a batch",
            )),
        };
        rows.iter().map(weight).collect()
    }
}

/// The setting of lambda.
pub const MINI_BATCH_AWARE_L2: &str = "fit.mini_batch_aware_l2";

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;
    use pyrarium_layers::seeded::Stream;

    const LAMBDA: f64 = 0.01;

    fn table() -> Tensor<2> {
        let device = Device::flex().autodiff();
        Tensor::from_data(pyrarium_layers::seeded::tensor_data([6, 3], 1, 1.0), &device)
    }

    #[test]
    fn the_penalty_of_a_batch_is_the_dense_masked_formula_and_leaves_other_rows_alone() {
        let counts = vec![3, 1, 4, 1, 5, 9];
        let batch: [u32; 3] = [4, 0, 2];
        let aware = MiniBatchAwareL2::new(LAMBDA, counts.clone()).unwrap();
        let table = table().require_grad();
        let rows = table.clone().select(0, Tensor::from_data([4, 0, 2], &table.device()));
        let loss = penalty(rows, &aware.weights(&batch).unwrap());
        let gradient = table.grad(&loss.clone().backward()).unwrap().into_data().try_to_vec::<f32>().unwrap();

        let values = table.into_data().try_to_vec::<f32>().unwrap();
        let mut expected = 0.0;
        for (row, (values, gradients)) in values.chunks(3).zip(gradient.chunks(3)).enumerate() {
            let alpha = f64::from(batch.contains(&(row as u32)));
            let weight = LAMBDA * alpha / f64::from(counts[row]);
            expected += 0.5 * weight * values.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>();
            for (value, gradient) in values.iter().zip(gradients) {
                assert!((f64::from(*gradient) - weight * f64::from(*value)).abs() < 1e-8, "row {row}");
            }
        }
        assert!((f64::from(loss.into_scalar::<f32>()) - expected).abs() < 1e-8);
    }

    #[test]
    fn over_an_epoch_the_weights_of_a_row_sum_to_lambda() {
        // Samples of one to four of 20 features, each sample in a batch of its own.
        let mut stream = Stream::new(3, 0);
        let samples: Vec<Vec<u32>> = (0..200)
            .map(|_| {
                let mut rows: Vec<u32> = (0..20).collect();
                stream.shuffle(&mut rows);
                rows.truncate(1 + (4.0 * stream.uniform()) as usize);
                rows
            })
            .collect();
        let mut counts = vec![0; 20];
        samples.iter().flatten().for_each(|&row| counts[row as usize] += 1);
        let aware = MiniBatchAwareL2::new(1.0, counts).unwrap();
        let mut total = [0.0_f64; 20];
        for rows in &samples {
            for (row, weight) in rows.iter().zip(aware.weights(rows).unwrap()) {
                total[*row as usize] += f64::from(weight);
            }
        }
        assert!(total.iter().all(|total| (total - 1.0).abs() < 1e-5), "{total:?}");
    }

    #[test]
    fn a_negative_lambda_and_a_count_of_zero_are_refused() {
        let message = MiniBatchAwareL2::new(-0.1, vec![1]).unwrap_err().to_string();
        assert_eq!(message, "fit.mini_batch_aware_l2 = -0.1: must be 0 or more");
        let aware = MiniBatchAwareL2::new(LAMBDA, vec![2, 0]).unwrap();
        assert_eq!(aware.weights(&[0]).unwrap(), [0.005]);
        let message = aware.weights(&[0, 1]).unwrap_err().to_string();
        assert_eq!(message, "counts[1] = 0: must be at least 1 for a feature that occurs in a batch");
    }
}
