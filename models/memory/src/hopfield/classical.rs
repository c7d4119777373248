//! The classical Hopfield network: states of signs, weights by Hebb's rule.

use burn::tensor::{Tensor, TensorReadError};
use pyrarium_layers::ConfigError;

/// `W = X^T X / d` without its diagonal, and updates of all signs at once.
#[derive(Debug, Clone)]
pub struct ClassicalHopfield {
    weights: Tensor<2>,
}

impl ClassicalHopfield {
    /// Stores patterns of -1 and 1, the rows of `[N, d]`.
    ///
    /// # Errors
    ///
    /// If there is no pattern.
    pub fn new(patterns: Tensor<2>) -> Result<Self, ConfigError> {
        let [count, d] = patterns.dims();
        if count == 0 || d == 0 {
            let allowed = "at least one pattern of at least one sign";
            return Err(ConfigError::new("patterns", format!("{:?}", [count, d]), allowed));
        }
        let device = patterns.device();
        let others = Tensor::<2>::ones([d, d], &device) - Tensor::eye(d, &device);
        let weights = patterns.clone().transpose().matmul(patterns) / d as f64 * others;
        Ok(Self { weights })
    }

    /// The energy `-xi W xi / 2` of states `[Q, d]`, `[Q]`.
    pub fn energy(&self, states: Tensor<2>) -> Tensor<1> {
        (states.clone().matmul(self.weights.clone()) * states).sum_dim(1).squeeze_dim(1) * -0.5
    }

    /// The signs of `W xi`; a sign stays where that is 0. `[Q, d]` to `[Q, d]`.
    pub fn update(&self, states: Tensor<2>) -> Tensor<2> {
        let field = states.clone().matmul(self.weights.clone());
        field.clone().sign().mask_where(field.equal_elem(0.0), states)
    }

    /// Updates states until no sign changes, at most `max_steps` times; gives the number of updates, too.
    ///
    /// # Errors
    ///
    /// When a tensor cannot be read from its device.
    pub fn retrieve(
        &self,
        states: Tensor<2>,
        max_steps: usize,
    ) -> Result<(Tensor<2>, usize), TensorReadError> {
        let mut states = states;
        for step in 1..=max_steps {
            let next = self.update(states.clone());
            let changed = (next.clone() - states).abs().max().try_into_scalar::<f32>()?;
            states = next;
            if changed == 0.0 {
                return Ok((states, step));
            }
        }
        Ok((states, max_steps))
    }
}
