//! Gaussians on a grid, the radial basis of FastKAN (arXiv 2405.06721, equation 5).

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::{centres, check_size};
use crate::ConfigError;

/// `exp(-((x - c_q) / h)^2)` with centres `c_q` equidistant on `[-1, 1]`, `h` apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rbf {
    /// The number of functions.
    pub n: usize,
}

#[allow(clippy::len_without_is_empty)] // no valid basis is empty
impl Rbf {
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
        // A product: Burn's gradient of a quotient by a number is of single precision whatever the tensor is.
        centres.iter().map(|&c| ((x.clone() - c) * h.recip()).square().neg().exp()).collect()
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
            check(Basis::Rbf(Rbf { n }));
        }
    }

    #[test]
    fn they_are_the_scalar_formula() {
        each_value(Basis::Rbf(Rbf { n: 8 }), |q, x| {
            let z = (x - (-1.0 + 2.0 / 7.0 * q as f64)) / (2.0 / 7.0);
            (-z * z).exp()
        });
    }
}
