//! The logarithm of the gamma function, from tensor operations that have gradients.

use burn::tensor::Tensor;

/// How far the argument is shifted before Stirling's series is used.
const SHIFT: usize = 6;

/// `ln Gamma(x)` for positive `x`.
///
/// `Gamma(x) = Gamma(x + 6) / (x (x + 1) .. (x + 5))`, and Stirling's series with three terms for the rest: its error is below 2e-9 there.
pub(crate) fn ln_gamma<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    // Products of three stay finite up to x = 1e12.
    let product = |start: usize| {
        let factor = |at: usize| x.clone() + (start + at) as f64;
        (factor(0) * factor(1) * factor(2)).log()
    };
    let below = product(0) + product(SHIFT / 2);
    let shifted = x.clone() + SHIFT as f64;
    let inverse = shifted.clone().recip();
    let square = inverse.clone().square();
    let series = inverse * ((square.clone() * (1.0 / 1260.0) - 1.0 / 360.0) * square + 1.0 / 12.0);
    let half_ln_tau = 0.5 * std::f64::consts::TAU.ln();
    (shifted.clone() - 0.5) * shifted.clone().log() - shifted + half_ln_tau + series - below
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    #[test]
    fn values_and_slopes_are_those_of_the_function() {
        // ln Gamma and digamma by PyTorch in double precision.
        let cases = [
            (0.1, 2.252_712_651_734_206, -10.423_754_940_411_076),
            (0.5, 0.572_364_942_924_700_1, -1.963_510_026_021_422_9),
            (1.0, 0.0, -0.577_215_664_901_532_9),
            (2.0, 0.0, 0.422_784_335_098_467_1),
            (3.7, 1.428_072_326_665_388, 1.167_153_539_361_511_1),
            (50.0, 144.565_743_946_344_9, 3.901_989_673_427_89),
        ];
        let x: Vec<f32> = cases.iter().map(|case| case.0 as f32).collect();
        let x = Tensor::<1>::from_data(x.as_slice(), &Device::flex().autodiff()).require_grad();
        let y = ln_gamma(x.clone());
        let slopes = x.grad(&y.clone().sum().backward()).unwrap().into_data();
        for ((case, value), slope) in cases.iter().zip(y.into_data().iter::<f64>()).zip(slopes.iter::<f64>())
        {
            assert!((value - case.1).abs() < 2e-6 * case.1.abs().max(2.0), "{case:?}: {value}");
            assert!((slope - case.2).abs() < 2e-6 * case.2.abs().max(2.0), "{case:?}: {slope}");
        }
    }
}
