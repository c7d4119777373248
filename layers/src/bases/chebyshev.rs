//! Chebyshev polynomials, `T_n(cos t) = cos(n t)`, of `tanh(x)` (ChebyKAN, arXiv 2405.07200).

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::check_size;
use crate::ConfigError;

/// The polynomials `T_0 .. T_degree` of `tanh(x)`, which brings every input into their interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chebyshev {
    /// The highest degree; there is one function more.
    pub degree: usize,
}

#[allow(clippy::len_without_is_empty)] // no valid basis is empty
impl Chebyshev {
    /// The number of functions.
    pub fn len(&self) -> usize {
        self.degree + 1
    }

    /// Checks the degree.
    ///
    /// # Errors
    ///
    /// If it is above 1024.
    pub fn validate(&self) -> Result<(), ConfigError> {
        check_size("degree", self.degree, 0)
    }

    /// `T_0 = 1`, `T_1 = t`, `T_n = 2 t T_{n-1} - T_{n-2}`, for `t = tanh(x)`.
    pub fn functions<const D: usize>(&self, x: Tensor<D>) -> Vec<Tensor<D>> {
        let t = x.tanh();
        let twice = t.clone() * 2.0;
        let mut functions = vec![t.ones_like(), t];
        for n in 2..self.len() {
            functions.push(twice.clone() * functions[n - 1].clone() - functions[n - 2].clone());
        }
        functions.truncate(self.len());
        functions
    }

    /// `T_n = n/2 sum_m (-1)^m (n-m-1)! / (m! (n-2m)!) (2 t)^(n-2m)` with `m <= n/2`, for `t = tanh(x)`.
    pub fn naive<const D: usize>(&self, x: Tensor<D>) -> Vec<Tensor<D>> {
        let t = x.tanh();
        let factorial = |n: usize| (1..=n).map(|i| i as f64).product::<f64>();
        let polynomial = |n: usize| {
            if n == 0 {
                return t.ones_like();
            }
            (0..=n / 2).fold(t.zeros_like(), |sum, m| {
                let sign = if m.is_multiple_of(2) { 1.0 } else { -1.0 };
                let weight = factorial(n - m - 1) / (factorial(m) * factorial(n - 2 * m));
                let mut power = t.ones_like();
                for _ in 0..n - 2 * m {
                    power = power * t.clone() * 2.0;
                }
                sum + power * (sign * weight * n as f64 / 2.0)
            })
        };
        (0..self.len()).map(polynomial).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bases::{
        Basis,
        testing::{assert_close, check, values},
    };
    use burn::tensor::{DType, Device};

    #[test]
    fn the_recurrence_is_the_explicit_polynomial() {
        for degree in [0, 1, 2, 7] {
            check(Basis::Chebyshev(Chebyshev { degree }));
        }
    }

    #[test]
    fn they_are_cosines_of_multiples() {
        let angle = values(100, 0.01, 3.1, &Device::flex(), DType::F64);
        let functions = Chebyshev { degree: 7 }.functions(angle.clone().cos().atanh());
        for (n, function) in functions.into_iter().enumerate() {
            assert_close(function.into_data(), (angle.clone() * n as f64).cos().into_data(), 1e-10);
        }
    }
}
