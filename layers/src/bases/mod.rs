//! Families of univariate functions, from which Kolmogorov-Arnold networks build the functions on their edges.
//!
//! A family of `G` functions turns a tensor into `G` tensors of the same shape ([`Basis::functions`]). Layers
//! put them side by side on the channel axis, where one matrix product (or one convolution) serves all edges.
//! Beside the fast form of each family stands the formula of its source, `naive`.

mod b_spline;
mod chebyshev;
mod fourier;
mod group_rational;
mod mexican_hat;
mod rbf;
#[cfg(test)]
mod testing;

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

pub use b_spline::BSpline;
pub use chebyshev::Chebyshev;
pub use fourier::Fourier;
pub use group_rational::{Denominator, GroupRational, GroupRationalConfig, RationalInit, rational_gain};
pub use mexican_hat::MexicanHat;
pub use rbf::Rbf;

use crate::{ConfigError, check_range, impl_names};

/// The names of the families.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// [`BSpline`].
    #[default]
    BSpline,
    /// [`Chebyshev`].
    Chebyshev,
    /// [`Rbf`].
    Rbf,
    /// [`Fourier`].
    Fourier,
    /// [`MexicanHat`].
    MexicanHat,
}

impl_names!(
    Family, "family",
    BSpline => "b_spline", Chebyshev => "chebyshev", Rbf => "rbf", Fourier => "fourier", MexicanHat => "mexican_hat",
);

impl Family {
    /// Every family, in the order of the pools.
    pub const ALL: [Self; 5] = [Self::BSpline, Self::Chebyshev, Self::Rbf, Self::Fourier, Self::MexicanHat];

    /// The basis of this family with exactly `len` functions on `[-1, 1]`; B-splines are cubic.
    ///
    /// # Errors
    ///
    /// If the family has no basis of this size: cubic B-splines begin at 7 functions, and the functions of
    /// a Fourier basis come in pairs.
    pub fn basis(self, len: usize) -> Result<Basis, ConfigError> {
        let basis = match self {
            Self::BSpline => Basis::BSpline(BSpline::new(len.saturating_sub(3), 3)),
            Self::Chebyshev => Basis::Chebyshev(Chebyshev { degree: len.saturating_sub(1) }),
            Self::Rbf => Basis::Rbf(Rbf { n: len }),
            Self::Fourier => Basis::Fourier(Fourier { n: len / 2 }),
            Self::MexicanHat => Basis::MexicanHat(MexicanHat { n: len }),
        };
        basis.validate()?;
        if basis.len() != len {
            return Err(ConfigError::new("basis size", len, format!("a number of {self} functions")));
        }
        Ok(basis)
    }
}

/// A family with its size.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Piecewise polynomials on a grid.
    BSpline(BSpline),
    /// Chebyshev polynomials of `tanh(x)`.
    Chebyshev(Chebyshev),
    /// Gaussians on a grid.
    Rbf(Rbf),
    /// Cosines and sines.
    Fourier(Fourier),
    /// Mexican hats on a grid.
    MexicanHat(MexicanHat),
}

/// Calls a method of whichever basis it is.
macro_rules! dispatch {
    ($basis:expr, $inner:ident => $call:expr) => {
        match $basis {
            Basis::BSpline($inner) => $call,
            Basis::Chebyshev($inner) => $call,
            Basis::Rbf($inner) => $call,
            Basis::Fourier($inner) => $call,
            Basis::MexicanHat($inner) => $call,
        }
    };
}

#[allow(clippy::len_without_is_empty)] // no valid basis is empty
impl Basis {
    /// The family.
    pub fn family(&self) -> Family {
        match self {
            Self::BSpline(_) => Family::BSpline,
            Self::Chebyshev(_) => Family::Chebyshev,
            Self::Rbf(_) => Family::Rbf,
            Self::Fourier(_) => Family::Fourier,
            Self::MexicanHat(_) => Family::MexicanHat,
        }
    }

    /// The number of functions.
    pub fn len(&self) -> usize {
        dispatch!(self, basis => basis.len())
    }

    /// Checks the sizes and the range.
    ///
    /// # Errors
    ///
    /// Names the field that is out of range, its value and what is allowed.
    pub fn validate(&self) -> Result<(), ConfigError> {
        dispatch!(self, basis => basis.validate())
    }

    /// Each function of every element: as many tensors of the shape of `x` as the basis has functions.
    pub fn functions<const D: usize>(&self, x: Tensor<D>) -> Vec<Tensor<D>> {
        dispatch!(self, basis => basis.functions(x))
    }

    /// The formula that [`functions`](Self::functions) is tested against.
    pub fn naive<const D: usize>(&self, x: Tensor<D>) -> Vec<Tensor<D>> {
        dispatch!(self, basis => basis.naive(x))
    }

    /// Each function of every element, on a last axis of its own.
    ///
    /// # Shapes
    ///
    /// - x: any, of `D` axes
    /// - output: that of `x`, then `[len]`; `D1` is `D + 1`
    pub fn eval<const D: usize, const D1: usize>(&self, x: Tensor<D>) -> Tensor<D1> {
        Tensor::stack(self.functions(x), D)
    }
}

/// Checks the size of a basis whose functions are counted by one number.
fn check_size(field: &str, value: usize, least: usize) -> Result<(), ConfigError> {
    check_range(field, value, least..=MAX_SIZE)
}

/// The largest number of functions.
const MAX_SIZE: usize = 1 << 10;

/// `n` points with equal distances on `[-1, 1]`, and the distance: of the centres of [`Rbf`] and [`MexicanHat`].
fn centres(n: usize) -> (Vec<f64>, f64) {
    let distance = 2.0 / (n as f64 - 1.0);
    ((0..n).map(|q| -1.0 + distance * q as f64).collect(), distance)
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::{Device, TensorData, Tolerance};

    #[test]
    fn every_family_has_a_basis_of_eight_functions() {
        let x = Tensor::<2>::from_data([[0.1, -0.7, 0.3], [1.0, 0.0, -1.0]], &Device::flex());
        for family in Family::ALL {
            let basis = family.basis(8).unwrap();
            assert_eq!((basis.family(), basis.len()), (family, 8));
            let values: Tensor<3> = basis.eval(x.clone());
            assert_eq!(values.dims(), [2, 3, 8]);
            let naive: Tensor<3> = Tensor::stack(basis.naive(x.clone()), 2);
            naive.into_data().assert_approx_eq::<f32>(&values.into_data(), Tolerance::absolute(1e-5));
            assert_eq!(family.to_string().parse(), Ok(family));
            let json = serde_json::to_string(&basis).unwrap();
            assert_eq!(serde_json::from_str::<Basis>(&json).unwrap(), basis);
        }
    }

    #[test]
    fn eval_puts_the_functions_on_the_last_axis() {
        let x = Tensor::<1>::from_data([0.0, 0.5], &Device::flex());
        let values: Tensor<2> = Basis::Fourier(Fourier { n: 1 }).eval(x);
        let expected = TensorData::from([[1.0_f32, 0.0], [0.0, 1.0]]);
        values.into_data().assert_approx_eq::<f32>(&expected, Tolerance::absolute(1e-6));
    }

    #[test]
    fn sizes_that_a_family_lacks_are_refused() {
        let message = |family: Family, len| family.basis(len).unwrap_err().to_string();
        assert_eq!(message(Family::Fourier, 7), "basis size = 7: must be a number of fourier functions");
        assert_eq!(message(Family::BSpline, 6), "order = 3: must be below the number of intervals, 3");
        assert_eq!(message(Family::Chebyshev, 0), "basis size = 0: must be a number of chebyshev functions");
        assert_eq!(message(Family::Rbf, 0), "n = 0: must be between 2 and 1024");
        assert_eq!(message(Family::Fourier, 0), "n = 0: must be between 1 and 1024");
        assert_eq!(message(Family::MexicanHat, 5000), "n = 5000: must be between 2 and 1024");
    }
}
