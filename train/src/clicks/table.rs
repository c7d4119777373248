//! The embedding table in host memory and its update row by row.

/// How rows are updated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RowUpdate {
    /// Adam with moments of each row that change only when the row occurs, but a bias correction by the number of all steps, as PyTorch's
    /// SparseAdam. Where every row occurs in every batch it is Adam.
    Adam {
        /// Decay of the first moment.
        beta_1: f32,
        /// Decay of the second moment.
        beta_2: f32,
        /// Added to the root of the second moment.
        epsilon: f32,
    },
    /// The gradient times the learning rate.
    Sgd,
}

/// A table `[rows, dim]` with the state of its update.
#[derive(Clone, Debug, PartialEq)]
pub struct HostTable {
    dim: usize,
    values: Vec<f32>,
    update: RowUpdate,
    /// First and second moments, as many as values for Adam.
    moments: [Vec<f32>; 2],
    steps: u64,
}

impl HostTable {
    /// A table of these values, row-major.
    pub fn new(values: Vec<f32>, dim: usize, update: RowUpdate) -> Self {
        let size = if matches!(update, RowUpdate::Adam { .. }) { values.len() } else { 0 };
        Self { dim, values, update, moments: [vec![0.0; size], vec![0.0; size]], steps: 0 }
    }

    /// Numbers in a row.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// Rows.
    pub fn rows(&self) -> usize {
        self.values.len() / self.dim.max(1)
    }

    /// All values.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// The given rows, one after the other.
    pub fn gather(&self, rows: &[u32]) -> Vec<f32> {
        let mut gathered = Vec::with_capacity(rows.len() * self.dim);
        for &row in rows {
            gathered.extend_from_slice(&self.values[row as usize * self.dim..][..self.dim]);
        }
        gathered
    }

    /// One step: `gradients` are those of the given rows, each named once, one after the other.
    pub fn step(&mut self, rows: &[u32], gradients: &[f32], rate: f64) {
        self.steps += 1;
        let dim = self.dim;
        let places = rows.iter().map(|&row| row as usize * dim..(row as usize + 1) * dim);
        let places = places.zip(gradients.chunks(dim.max(1)));
        let Self { values, moments: [first, second], .. } = self;
        match self.update {
            RowUpdate::Sgd => {
                for (place, gradients) in places {
                    let row = values[place].iter_mut().zip(gradients);
                    row.for_each(|(value, gradient)| *value -= rate as f32 * gradient);
                }
            }
            RowUpdate::Adam { beta_1, beta_2, epsilon } => {
                let time = self.steps.min(i32::MAX as u64) as i32;
                let correction = |beta: f32| 1.0 - f64::from(beta).powi(time);
                let root = correction(beta_2).sqrt();
                let (factor, epsilon) = ((rate * root / correction(beta_1)) as f32, epsilon * root as f32);
                for (place, gradients) in places {
                    let moments = first[place.clone()].iter_mut().zip(&mut second[place.clone()]);
                    for ((value, (m, v)), g) in values[place].iter_mut().zip(moments).zip(gradients) {
                        *m = beta_1 * *m + (1.0 - beta_1) * g;
                        *v = beta_2 * *v + (1.0 - beta_2) * g * g;
                        *value -= factor * *m / (v.sqrt() + epsilon);
                    }
                }
            }
        }
    }

    /// Everything that changes in a training.
    pub fn to_bytes(&self) -> Vec<u8> {
        let [first, second] = &self.moments;
        let floats = [&self.values, first, second].into_iter().flatten();
        self.steps.to_le_bytes().into_iter().chain(floats.flat_map(|value| value.to_le_bytes())).collect()
    }

    /// Goes on from [`to_bytes`](Self::to_bytes) of a table of the same size and update; the error is what is wrong with them.
    pub fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        let [first, second] = &mut self.moments;
        let size = self.values.len() + first.len() + second.len();
        let Some((steps, floats)) = bytes.split_first_chunk().filter(|(_, rest)| rest.len() == 4 * size)
        else {
            return Err(format!("the table has {} bytes, not {}", bytes.len(), 8 + 4 * size));
        };
        self.steps = u64::from_le_bytes(*steps);
        let targets = self.values.iter_mut().chain(first).chain(second);
        for (value, bytes) in targets.zip(floats.as_chunks().0) {
            *value = f32::from_le_bytes(*bytes);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADAM: RowUpdate = RowUpdate::Adam { beta_1: 0.9, beta_2: 0.999, epsilon: 1e-8 };

    #[test]
    fn only_the_named_rows_change() {
        for update in [ADAM, RowUpdate::Sgd] {
            let values: Vec<f32> = (0..8).map(|value| value as f32).collect();
            let mut table = HostTable::new(values.clone(), 2, update);
            assert_eq!(table.gather(&[3, 0]), [6.0, 7.0, 0.0, 1.0]);
            table.step(&[3, 1], &[1.0, -1.0, 0.5, 2.0], 0.1);
            assert_eq!(table.gather(&[0, 2]), [0.0, 1.0, 4.0, 5.0]);
            let changed = table.gather(&[1, 3]);
            // The first step of Adam is the learning rate by the sign of the gradient.
            let expected = match update {
                RowUpdate::Sgd => [2.0 - 0.05, 3.0 - 0.2, 6.0 - 0.1, 7.0 + 0.1],
                _ => [2.0 - 0.1, 3.0 - 0.1, 6.0 - 0.1, 7.0 + 0.1],
            };
            let error =
                changed.iter().zip(expected).map(|(a, b): (&f32, f32)| (a - b).abs()).fold(0.0, f32::max);
            assert!(error < 1e-6, "{changed:?} {expected:?}");
        }
    }

    #[test]
    fn moments_wait_while_a_row_is_absent_and_the_bias_correction_does_not() {
        let mut table = HostTable::new(vec![0.0; 2], 1, ADAM);
        table.step(&[0], &[1.0], 0.1);
        table.step(&[1], &[1.0], 0.1);
        // First step of row 1 at time 2: m = 0.1 / (1 - 0.9^2), v = 0.001 / (1 - 0.999^2).
        let expected = -0.1 * (0.1 / 0.19) / (0.001_f64 / 0.001_999).sqrt();
        assert!((f64::from(table.values()[1]) - expected).abs() < 1e-6);
        assert!((table.values()[0] + 0.1).abs() < 1e-6);
    }

    #[test]
    fn a_table_goes_on_from_its_bytes() {
        let mut table = HostTable::new(vec![1.0, 2.0, 3.0], 1, ADAM);
        table.step(&[0, 2], &[0.3, -0.2], 0.1);
        let mut other = HostTable::new(vec![0.0; 3], 1, ADAM);
        other.restore(&table.to_bytes()).unwrap();
        assert_eq!(other, table);
        assert!(other.restore(&[0; 9]).unwrap_err().contains("9 bytes, not 44"));
    }
}
