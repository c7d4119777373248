//! GELU in its exact form, `x * Phi(x)` with the normal distribution function `Phi`, and with its exact derivative.

use std::f32::consts::LOG2_E;

use burn::tensor::{Tensor, activation};

use crate::cpu;

/// What `burn::tensor::activation::gelu` computes, faster on CPU backends; the shape stays as it is.
///
/// Flex calls an error function for each value on one thread (29 ns), forward and backward; ndarray has the derivative of another
/// function. Here loops of their own make the function, or, where gradients may be asked for, the tangent `slope * x + offset` at each
/// value, whose derivative autodiff knows. Values are off by at most 1e-6 in `[-6, 6]`, derivatives by 5e-7. Other devices and other
/// precisions have Burn's.
pub fn gelu<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    if !cpu::is_host(&x.device()) {
        return activation::gelu(x);
    }
    let data = x.clone().inner().into_data();
    let Ok(values) = data.as_slice::<f32>() else { return activation::gelu(x) };
    if !x.is_autodiff() {
        return cpu::constant(&x, mapped(values, |x| x * normal(x).0));
    }
    let slope = cpu::constant(&x, mapped(values, slope));
    let offset = cpu::constant(&x, mapped(values, |x| -(x * normal(x).1) * x));
    x * slope + offset
}

/// The derivative.
#[inline(always)]
fn slope(x: f32) -> f32 {
    let (probability, density) = normal(x);
    probability + x * density
}

fn mapped(values: &[f32], function: impl Fn(f32) -> f32 + Sync) -> Vec<f32> {
    cpu::filled(values.len(), |start, piece| {
        for (result, &value) in piece.iter_mut().zip(&values[start..]) {
            *result = function(value);
        }
    })
}

/// The distribution function (Abramowitz and Stegun 7.1.26, off by at most 1e-7) and the density of the normal distribution.
#[inline(always)]
fn normal(x: f32) -> (f32, f32) {
    let exp = exp_of_negative(-0.5 * x * x);
    let t = 1.0 / (1.0 + 0.231_641_9 * x.abs());
    let polynomial =
        0.254_829_6 + t * (-0.284_496_72 + t * (1.421_413_8 + t * (-1.453_152 + t * 1.061_405_4)));
    let tail = 0.5 * exp * t * polynomial;
    (if x < 0.0 { tail } else { 1.0 - tail }, 0.398_942_3 * exp)
}

/// `exp(y)` for `y <= 0`, without branches and calls: `2^n exp(r)` with `|r| <= ln(2) / 2` and a polynomial for `exp(r)`.
#[inline(always)]
fn exp_of_negative(y: f32) -> f32 {
    // Adding 1.5 * 2^23 rounds to an integer, which then stands in the last bits.
    const ROUND: f32 = 12_582_912.0;
    // Below, the result would not be a normal number.
    const LOWEST: f32 = -87.0;
    let bounded = y.max(LOWEST);
    let shifted = bounded * LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = (bounded - n * 0.693_359_4) + n * 2.121_944_4e-4;
    let series = 1.0 / 6.0 + r * (0.041_665_795 + r * (0.008_333_452 + r * 0.001_398_2));
    let exp = 1.0 + r * (1.0 + r * (0.5 + r * series));
    if y < LOWEST { 0.0 } else { exp * f32::from_bits(shifted.to_bits().wrapping_add(127) << 23) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::{DType, Device};

    /// From -6 to 6, from mpmath at 30 digits: x, `x Phi(x)` and the derivative.
    const EXPECTED: [[f64; 3]; 9] = [
        [-6.0, -5.9195258702261888e-9, -3.5468709453902015e-8],
        [-3.5, -8.142_017_766_243_38e-4, -0.002_821_760_353_624_64],
        [-1.25, -0.13206221708356907, -0.12266158306942212],
        [-0.7517915368080139, -0.16997120747990363, -5.227312104575155e-9],
        [0.0, 0.0, 0.5],
        [0.125, 0.068_717_278_103_764_1, 0.599_217_935_698_207],
        [1.0, 0.841_344_746_068_543, 1.0833154705876863],
        [2.75, 2.7418056511036, 1.0220275336443208],
        [6.0, 5.999_999_994_080_47, 1.0000000354687095],
    ];

    fn inputs() -> Vec<f32> {
        EXPECTED.iter().map(|[x, ..]| *x as f32).collect()
    }

    #[track_caller]
    fn assert_close<const D: usize>(actual: Tensor<D>, column: usize, tolerance: f64) {
        for (actual, expected) in actual.into_data().iter::<f64>().zip(EXPECTED) {
            let error = (actual - expected[column]).abs();
            assert!(error <= tolerance, "{actual} at {expected:?}, off by {error:e}");
        }
    }

    #[test]
    fn values_and_derivatives_are_those_of_the_exact_form() {
        let device = Device::flex();
        assert_close(gelu(Tensor::<1>::from_data(inputs().as_slice(), &device)), 1, 1e-6);
        let x = Tensor::<1>::from_data(inputs().as_slice(), &device.autodiff()).require_grad();
        let y = gelu(x.clone());
        assert_close(x.grad(&y.clone().sum().backward()).unwrap(), 2, 5e-7);
        assert_close(y.inner(), 1, 1e-6);
    }

    #[test]
    fn many_values_agree_with_burn() {
        let values: Vec<f32> = (0..40_000).map(|i| (i as f32 - 20_000.0) / 2_500.0).collect();
        let x = Tensor::<2>::from_data(burn::tensor::TensorData::new(values, [200, 200]), &Device::flex());
        let difference = gelu(x.clone()) - activation::gelu(x);
        assert!(difference.abs().max().into_scalar::<f32>() < 1.2e-6);
    }

    #[test]
    fn large_values_stay_finite() {
        for device in [Device::flex(), Device::flex().autodiff()] {
            let x = Tensor::<1>::from_data([-1e30_f32, -100.0, 100.0, 1e30], &device);
            assert_eq!(gelu(x).into_data().iter::<f32>().collect::<Vec<_>>(), [0.0, 0.0, 100.0, 1e30]);
        }
    }

    #[test]
    fn other_precisions_have_burns() {
        let x = Tensor::<1>::from_data([0.5_f32], &Device::flex()).cast(DType::F64);
        let exact = 0.345_731_230_637_006_56;
        assert!((gelu(x).into_data().iter::<f64>().next().unwrap() - exact).abs() < 1e-12);
    }
}
