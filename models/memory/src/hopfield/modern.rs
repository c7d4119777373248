//! The Hopfield network with continuous states: patterns stored as they are, found again by softmax attention.

use burn::tensor::{Tensor, TensorReadError};
use pyrarium_layers::{ConfigError, hopfield::dynamics};

use super::blocks::update_in_blocks;

/// Patterns whose scores exist at a time.
const BLOCK: usize = 4096;

/// Stored patterns with an inverse temperature.
#[derive(Debug, Clone)]
pub struct ModernHopfield {
    patterns: Tensor<2>,
    beta: f64,
}

impl ModernHopfield {
    /// Stores patterns, the rows of `[N, d]`.
    ///
    /// # Errors
    ///
    /// If there is no pattern, or beta is not above 0.
    pub fn new(patterns: Tensor<2>, beta: f64) -> Result<Self, ConfigError> {
        if patterns.dims().contains(&0) {
            let allowed = "at least one pattern of at least one feature";
            return Err(ConfigError::new("patterns", format!("{:?}", patterns.dims()), allowed));
        }
        if !(beta > 0.0 && beta.is_finite()) {
            return Err(ConfigError::new("beta", beta, "greater than 0"));
        }
        Ok(Self { patterns, beta })
    }

    /// The stored patterns, `[N, d]`.
    pub fn patterns(&self) -> Tensor<2> {
        self.patterns.clone()
    }

    /// The inverse temperature.
    pub fn beta(&self) -> f64 {
        self.beta
    }

    /// The energy of states `[Q, d]`, `[Q]`; between 0 and `2 M^2` in the convex hull of the patterns.
    pub fn energy(&self, states: Tensor<2>) -> Tensor<1> {
        dynamics::energy(states, self.patterns(), self.beta)
    }

    /// How much of each pattern is in the next state: `[Q, d]` to `[Q, N]`.
    pub fn association(&self, states: Tensor<2>) -> Tensor<2> {
        dynamics::association(states, self.patterns(), self.beta)
    }

    /// The next states, `[Q, d]` to `[Q, d]`, patterns in blocks of 4096.
    pub fn update(&self, states: Tensor<2>) -> Tensor<2> {
        update_in_blocks(states, self.patterns(), self.beta, BLOCK)
    }

    /// The same with the whole matrix of associations.
    pub fn update_naive(&self, states: Tensor<2>) -> Tensor<2> {
        dynamics::update(states, self.patterns(), self.beta)
    }

    /// Updates states until none moves by more than `eps` (in the Euclidean norm), at most `max_steps` times; gives the number
    /// of updates, too.
    ///
    /// # Errors
    ///
    /// When a tensor cannot be read from its device.
    pub fn retrieve(
        &self,
        states: Tensor<2>,
        max_steps: usize,
        eps: f64,
    ) -> Result<(Tensor<2>, usize), TensorReadError> {
        let mut states = states;
        for step in 1..=max_steps {
            let next = self.update(states.clone());
            let moved = (next.clone() - states).square().sum_dim(1).max();
            states = next;
            if moved.try_into_scalar::<f64>()?.sqrt() <= eps {
                return Ok((states, step));
            }
        }
        Ok((states, max_steps))
    }

    /// The Jacobian of the update at a state `[d]`: `beta X^T (diag(p) - p p^T) X`, `[d, d]`.
    pub fn jacobian(&self, state: Tensor<1>) -> Tensor<2> {
        let p = self.association(state.unsqueeze_dim(0)); // [1, N]
        let weighted = self.patterns() * p.clone().transpose(); // [N, d]
        let mean = p.matmul(self.patterns()); // [1, d]
        (weighted.transpose().matmul(self.patterns()) - mean.clone().transpose().matmul(mean)) * self.beta
    }

    /// `beta m_max^2` with the largest distance of a pattern from the mean pattern. It bounds the Jacobian: below 1 there is one
    /// fixed point, near the mean, and every state goes there.
    ///
    /// # Errors
    ///
    /// When a tensor cannot be read from its device.
    pub fn contraction(&self) -> Result<f64, TensorReadError> {
        let centred = self.patterns() - self.patterns.clone().mean_dim(0);
        Ok(self.beta * centred.square().sum_dim(1).max().try_into_scalar::<f64>()?)
    }

    /// The largest norm `M` of a pattern.
    ///
    /// # Errors
    ///
    /// When a tensor cannot be read from its device.
    pub fn largest_norm(&self) -> Result<f64, TensorReadError> {
        Ok(self.patterns().square().sum_dim(1).max().try_into_scalar::<f64>()?.sqrt())
    }

    /// The separation of each pattern from the others, `[N]`.
    pub fn separation(&self) -> Tensor<1> {
        dynamics::separation(self.patterns())
    }

    /// The separation from which on a pattern is well separated, so that it has a fixed point of its own nearby:
    /// `2 / (beta N) + log(2 (N - 1) N beta M^2) / beta`.
    ///
    /// # Errors
    ///
    /// When a tensor cannot be read from its device.
    pub fn well_separated_from(&self) -> Result<f64, TensorReadError> {
        let (n, m) = (self.patterns.dims()[0] as f64, self.largest_norm()?);
        let logarithm = (2.0 * (n - 1.0) * n * self.beta * m * m).ln();
        Ok(2.0 / (self.beta * n) + logarithm / self.beta)
    }

    /// How far one update of a state can end from the pattern it is meant for (theorem 5):
    /// `2 M (N - 1) exp(-beta (separation - 2 M |state - pattern|))`.
    ///
    /// # Shapes
    ///
    /// - states: `[Q, d]`
    /// - targets: the pattern of each state
    ///
    /// # Errors
    ///
    /// When a tensor cannot be read from its device.
    ///
    /// # Panics
    ///
    /// If there is not one target for each state, or one that is not stored.
    pub fn error_bound(&self, states: Tensor<2>, targets: &[usize]) -> Result<Vec<f64>, TensorReadError> {
        let ([rows, d], [count, _]) = (states.dims(), self.patterns.dims());
        assert_eq!(rows, targets.len(), "states of shape {:?} with {} targets", [rows, d], targets.len());
        let m = self.largest_norm()?;
        let separation: Vec<f64> = self.separation().try_into_data()?.iter::<f64>().collect();
        let bound = |(row, &target): (usize, &usize)| {
            let pattern = self.patterns().narrow(0, target, 1);
            let away = (states.clone().narrow(0, row, 1) - pattern).square().sum();
            let away = away.try_into_scalar::<f64>()?.sqrt();
            let exponent = -self.beta * (separation[target] - 2.0 * m * away);
            Ok(2.0 * m * (count as f64 - 1.0) * exponent.exp())
        };
        targets.iter().enumerate().map(bound).collect()
    }
}
