//! The group-rational activation of the Kolmogorov-Arnold Transformer (KAT, arXiv 2409.10594, section 4).
//!
//! `F(x) = P(x) / Q(x)` with `P = a0 + a1 x + .. + a5 x^5` and a denominator `Q >= 1`, which exists in two forms; see
//! [`Denominator`]. Channels are divided into groups, each with its own denominator.

use std::f64::consts::PI;

use burn::{
    config::Config,
    module::{Module, Param},
    tensor::{Device, Tensor},
};
use serde::{Deserialize, Serialize};

use crate::{ConfigError, check_range, impl_names};

/// Coefficients of the numerator.
const NUMERATOR: usize = 6;
/// Coefficients of the denominator, beside its constant 1.
const DENOMINATOR: usize = 4;

/// How the coefficients `b` make a denominator without roots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Denominator {
    /// `1 + |b1 x + b2 x^2 + b3 x^3 + b4 x^4|`, the paper's form, to which the initial coefficients were fitted.
    #[default]
    AbsOfSum,
    /// `1 + |b1| |x| + |b2| |x|^2 + |b3| |x|^3 + |b4| |x|^4`, the form of the authors' kernels and checkpoints.
    SumOfAbs,
}

impl_names!(Denominator, "denominator", AbsOfSum => "abs_of_sum", SumOfAbs => "sum_of_abs");

/// The function that the activation starts as, fitted on `[-3, 3]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RationalInit {
    /// `x`.
    Identity,
    /// `x / (1 + exp(-x))`.
    #[default]
    Swish,
    /// `x Phi(x)`. A fit for [`Denominator::AbsOfSum`]: in the other form it is off by half at 3.
    Gelu,
}

impl_names!(RationalInit, "init", Identity => "identity", Swish => "swish", Gelu => "gelu");

impl RationalInit {
    /// The coefficients `a0 .. a5` and `b1 .. b4`, of the authors' code.
    pub fn coefficients(self) -> ([f64; NUMERATOR], [f64; DENOMINATOR]) {
        match self {
            Self::Identity => ([0.0, 1.0, 0.0, 0.0, 0.0, 0.0], [0.0; DENOMINATOR]),
            Self::Swish => (
                [
                    3.054_879_741_161_051e-7,
                    0.500_000_785_374_449_3,
                    0.249_997_834_228_247_03,
                    0.053_266_282_732_194_78,
                    0.005_803_034_571_292_244,
                    0.000_275_196_102_240_234_2,
                ],
                [
                    -4.111_554_955_950_634e-6,
                    0.106_528_993_350_075_72,
                    -1.269_000_739_979_623_8e-6,
                    0.000_550_233_126_414_055_6,
                ],
            ),
            Self::Gelu => (
                [-0.001_539_69, 0.516_928_71, 0.440_758_27, 0.097_255_3, -0.008_844_18, -0.003_786_75],
                [-0.141_710_56, -0.064_812_31, -0.044_469_5, 0.012_837_76],
            ),
        }
    }
}

/// `1 / E[F(x)^2]` for `x` of the standard normal distribution: the factor that keeps the variance of a linear
/// layer's output, by Simpson's rule on `[-12, 12]`.
pub fn rational_gain(init: RationalInit, denominator: Denominator) -> f64 {
    const STEPS: usize = 4800;
    let (a, b) = init.coefficients();
    let integrand = |i: usize| {
        let x = -12.0 + 24.0 * i as f64 / STEPS as f64;
        evaluate(&a, &b, denominator, x).powi(2) * (-x * x / 2.0).exp() / (2.0 * PI).sqrt()
    };
    let weight = |i: usize| match i {
        0 | STEPS => 1.0,
        _ if i % 2 == 1 => 4.0,
        _ => 2.0,
    };
    let sum: f64 = (0..=STEPS).map(|i| weight(i) * integrand(i)).sum();
    1.0 / (sum * 24.0 / STEPS as f64 / 3.0)
}

/// `F(x)` of one number.
fn evaluate(a: &[f64], b: &[f64], denominator: Denominator, x: f64) -> f64 {
    let horner = |c: &[f64], x: f64| c.iter().rev().fold(0.0, |sum, c| sum * x + c);
    let below = match denominator {
        Denominator::AbsOfSum => (x * horner(b, x)).abs(),
        Denominator::SumOfAbs => {
            let b: Vec<f64> = b.iter().map(|b| b.abs()).collect();
            x.abs() * horner(&b, x.abs())
        }
    };
    horner(a, x) / (1.0 + below)
}

/// Configuration of a [`GroupRational`].
#[derive(Config, Debug, PartialEq)]
pub struct GroupRationalConfig {
    /// Groups of contiguous channels.
    #[config(default = 8)]
    pub groups: usize,
    /// The function at the start.
    #[config(default = "RationalInit::Swish")]
    pub init: RationalInit,
    /// The form of the denominator.
    #[config(default = "Denominator::AbsOfSum")]
    pub denominator: Denominator,
    /// One numerator for all groups, as in the authors' code; otherwise one each, as in their text.
    #[config(default = true)]
    pub share_numerator: bool,
}

impl GroupRationalConfig {
    /// The activation for inputs of `channels` channels.
    ///
    /// # Errors
    ///
    /// If there is no group or the channels cannot be divided among the groups.
    pub fn build(&self, channels: usize, device: &Device) -> Result<GroupRational, ConfigError> {
        check_range("groups", self.groups, 1..=1 << 20)?;
        if channels == 0 || !channels.is_multiple_of(self.groups) {
            return Err(ConfigError::new(
                "channels",
                channels,
                format!("a multiple of the {} groups", self.groups),
            ));
        }
        let (a, b) = self.init.coefficients();
        let rows = |groups: usize, row: &[f64]| {
            let values: Vec<f32> = row.iter().map(|&value| value as f32).collect();
            Param::from_tensor(
                Tensor::<1>::from_data(values.as_slice(), device).unsqueeze::<2>().repeat_dim(0, groups),
            )
        };
        Ok(GroupRational {
            numerator: rows(if self.share_numerator { 1 } else { self.groups }, &a),
            denominator: rows(self.groups, &b),
            form: self.denominator,
        })
    }
}

/// A rational function of each element, learnable, one for each group of channels.
#[derive(Module, Debug)]
pub struct GroupRational {
    /// `a0 .. a5`: `[1 or groups, 6]`.
    pub numerator: Param<Tensor<2>>,
    /// `b1 .. b4`: `[groups, 4]`.
    pub denominator: Param<Tensor<2>>,
    #[module(skip)]
    form: Denominator,
}

impl GroupRational {
    /// Applies the function of its group to every element, by Horner's rule.
    ///
    /// # Shapes
    ///
    /// - x: `[.., channels]`
    /// - output: as x
    ///
    /// # Panics
    ///
    /// If the channels cannot be divided among the groups.
    pub fn forward<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        let shape = x.dims();
        let x = self.grouped(x);
        let a = columns(&self.numerator.val());
        let above = horner(&a, &x);
        let b = columns(&self.denominator.val());
        let below = match self.form {
            Denominator::AbsOfSum => (horner(&b, &x) * x).abs(),
            Denominator::SumOfAbs => {
                let (b, x): (Vec<_>, _) = (b.into_iter().map(Tensor::abs).collect(), x.abs());
                horner(&b, &x) * x
            }
        };
        (above / (below + 1.0)).reshape(shape)
    }

    /// The formula, power by power.
    pub fn naive<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        let shape = x.dims();
        let x = self.grouped(x);
        let power = |x: &Tensor<3>, i: usize| (0..i).fold(x.ones_like(), |power, _| power * x.clone());
        let a = columns(&self.numerator.val());
        let above = a.into_iter().enumerate().map(|(i, a)| a * power(&x, i));
        let b = columns(&self.denominator.val()).into_iter().enumerate();
        let zero = x.zeros_like();
        let below = match self.form {
            Denominator::AbsOfSum => {
                b.map(|(j, b)| b * power(&x, j + 1)).fold(zero.clone(), Tensor::add).abs()
            }
            Denominator::SumOfAbs => {
                b.map(|(j, b)| b.abs() * power(&x, j + 1).abs()).fold(zero.clone(), Tensor::add)
            }
        };
        (above.fold(zero, Tensor::add) / (below + 1.0)).reshape(shape)
    }

    /// `[.., channels]` to `[rows, groups, channels / groups]`.
    fn grouped<const D: usize>(&self, x: Tensor<D>) -> Tensor<3> {
        let (shape, [groups, _]) = (x.dims(), self.denominator.dims());
        let channels = shape[D - 1];
        assert!(
            channels > 0 && channels.is_multiple_of(groups),
            "channels of shape {shape:?} cannot be divided among the groups of coefficients [{groups}, {DENOMINATOR}]"
        );
        x.reshape([shape.iter().product::<usize>() / channels, groups, channels / groups])
    }
}

/// The columns of `[groups, n]`, each as `[1, groups, 1]`.
fn columns(coefficients: &Tensor<2>) -> Vec<Tensor<3>> {
    let [groups, n] = coefficients.dims();
    (0..n).map(|i| coefficients.clone().narrow(1, i, 1).reshape([1, groups, 1])).collect()
}

/// `c0 + c1 x + ..`.
fn horner(coefficients: &[Tensor<3>], x: &Tensor<3>) -> Tensor<3> {
    let [lower @ .., second, highest] = coefficients else {
        return x.zeros_like();
    };
    let start = highest.clone() * x.clone() + second.clone();
    lower.iter().rev().fold(start, |sum, c| sum * x.clone() + c.clone())
}

#[cfg(test)]
mod tests;
