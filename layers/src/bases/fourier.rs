//! Cosines and sines on the period 2 (the basis of Fourier-KAN).

use std::f64::consts::PI;

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::check_size;
use crate::ConfigError;

/// `cos(pi x) .. cos(n pi x)`, then `sin(pi x) .. sin(n pi x)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fourier {
    /// The number of frequencies; there are twice as many functions.
    pub n: usize,
}

#[allow(clippy::len_without_is_empty)] // no valid basis is empty
impl Fourier {
    /// The number of functions.
    pub fn len(&self) -> usize {
        2 * self.n
    }

    /// Checks the number of frequencies.
    ///
    /// # Errors
    ///
    /// If it is 0 or above 1024.
    pub fn validate(&self) -> Result<(), ConfigError> {
        check_size("n", self.n, 1)
    }

    /// One cosine and one sine; the multiples by `f_{k+1} = 2 cos(pi x) f_k - f_{k-1}`.
    pub fn functions<const D: usize>(&self, x: Tensor<D>) -> Vec<Tensor<D>> {
        let angle = x * PI;
        let (cos, sin) = (angle.clone().cos(), angle.sin());
        let twice = cos.clone() * 2.0;
        let (mut cosines, mut sines) = (vec![cos], vec![sin]);
        for k in 1..self.n {
            let (cos, sin) = (twice.clone() * cosines[k - 1].clone(), twice.clone() * sines[k - 1].clone());
            // The term before the first is cos(0) = 1 and sin(0) = 0.
            cosines.push(if k == 1 { cos - 1.0 } else { cos - cosines[k - 2].clone() });
            sines.push(if k == 1 { sin } else { sin - sines[k - 2].clone() });
        }
        cosines.append(&mut sines);
        cosines
    }

    /// Each function by itself.
    pub fn naive<const D: usize>(&self, x: Tensor<D>) -> Vec<Tensor<D>> {
        let angle = |k: usize| x.clone() * (PI * k as f64);
        let cosines = (1..=self.n).map(|k| angle(k).cos());
        cosines.chain((1..=self.n).map(|k| angle(k).sin())).collect()
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
    fn the_recurrence_gives_the_multiples() {
        for n in [1, 2, 3, 4, 7] {
            check(Basis::Fourier(Fourier { n }));
        }
    }

    #[test]
    fn they_are_the_scalar_formulas() {
        each_value(Basis::Fourier(Fourier { n: 4 }), |q, x| {
            let k = (q % 4 + 1) as f64;
            if q < 4 { (k * PI * x).cos() } else { (k * PI * x).sin() }
        });
    }
}
