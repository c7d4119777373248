//! The error function.

/// `erf(x)`, to about 1e-15: its Taylor series near 0, the continued fraction of `erfc` beyond.
pub fn erf(x: f64) -> f64 {
    let size = x.abs();
    let value = if size < 2.5 { series(size) } else { 1.0 - complement(size) };
    value.copysign(x)
}

/// `2/sqrt(pi) exp(-x^2) sum_n 2^n x^(2n+1) / (2n+1)!!`, all terms positive.
fn series(x: f64) -> f64 {
    let (mut term, mut sum, mut n) = (x, x, 0.0);
    while term > 1e-17 * sum {
        n += 1.0;
        term *= 2.0 * x * x / (2.0 * n + 1.0);
        sum += term;
    }
    std::f64::consts::FRAC_2_SQRT_PI * (-x * x).exp() * sum
}

/// `exp(-x^2)/sqrt(pi) / (x + (1/2)/(x + (2/2)/(x + (3/2)/(x + ..))))`, from its 100th level.
fn complement(x: f64) -> f64 {
    let fraction = (1..=100).rev().fold(x, |tail, n| x + 0.5 * f64::from(n) / tail);
    0.5 * std::f64::consts::FRAC_2_SQRT_PI * (-x * x).exp() / fraction
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_the_values_of_the_tables() {
        // SciPy 1.x, `scipy.special.erf`.
        for (x, expected) in [
            (0.0, 0.0),
            (0.1, 0.112_462_916_018_284_89),
            (0.5, 0.520_499_877_813_046_5),
            (1.0, 0.842_700_792_949_714_9),
            (2.0, 0.995_322_265_018_952_7),
            (2.499, 0.999_590_864_244_255_4),
            (2.501, 0.999_595_220_829_416_3),
            (3.0, 0.999_977_909_503_001_4),
            (30.0, 1.0),
        ] {
            assert!((erf(x) - expected).abs() < 1e-15, "erf({x}) = {}", erf(x));
            assert_eq!(erf(-x), -erf(x));
        }
    }
}
