//! Mexican hats on a grid, the wavelet of Wav-KAN (arXiv 2405.12832) without its learned shifts and scales.

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::{centres, check_size};
use crate::ConfigError;

/// `(1 - z^2) exp(-z^2 / 2)`, `z = (x - c_q) / h`, with centres `c_q` equidistant on `[-1, 1]`, `h` apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MexicanHat {
    /// The number of functions.
    pub n: usize,
}

#[allow(clippy::len_without_is_empty)] // no valid basis is empty
impl MexicanHat {
    /// The number of functions.
    pub fn len(&self) -> usize {
        self.n
    }

    /// Checks the number of functions.
    ///
    /// # Errors
    ///
    /// If there are fewer than 2, which have no distance, or more than 1024.
    pub fn validate(&self) -> Result<(), ConfigError> {
        check_size("n", self.n, 2)
    }

    /// Each function of every element, by the formula: sharing the exponentials of neighbours was measured, too (forward a
    /// quarter faster, a training step no faster).
    pub fn functions<const D: usize>(&self, x: Tensor<D>) -> Vec<Tensor<D>> {
        self.naive(x)
    }

    /// The formula.
    pub fn naive<const D: usize>(&self, x: Tensor<D>) -> Vec<Tensor<D>> {
        let (centres, h) = centres(self.n);
        let function = |c: f64| {
            let square = ((x.clone() - c) * h.recip()).square();
            (square.clone().neg() + 1.0) * (square * -0.5).exp()
        };
        centres.into_iter().map(function).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bases::{
        Basis,
        testing::{check, each_value},
    };

    #[test]
    fn gradients_are_those_of_differences() {
        for n in [2, 3, 8, 20] {
            check(Basis::MexicanHat(MexicanHat { n }));
        }
    }

    #[test]
    fn they_are_the_scalar_formula() {
        each_value(Basis::MexicanHat(MexicanHat { n: 8 }), |q, x| {
            let z = (x - (-1.0 + 2.0 / 7.0 * q as f64)) / (2.0 / 7.0);
            (1.0 - z * z) * (-z * z / 2.0).exp()
        });
    }
}
