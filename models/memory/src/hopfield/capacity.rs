//! How many random patterns can be stored (theorem 3 of the paper).

use pyrarium_layers::ConfigError;

/// The base `c` of the number of patterns `sqrt(p) c^((d - 1) / 4)` on a sphere of radius `k sqrt(d - 1)` that can be stored with
/// probability `1 - p`: `c = b / W(exp(a + ln b))` with `a = 2 / (d - 1) (1 + ln(2 beta k^2 p (d - 1)))`, `b = 2 k^2 beta / 5` and the upper
/// branch `W` of Lambert's function.
///
/// # Errors
///
/// If beta or k is not above 0, d is below 2, or p is not in 0..=1 without 0.
pub fn storage_base(beta: f64, k: f64, d: usize, p: f64) -> Result<f64, ConfigError> {
    for (field, value) in [("beta", beta), ("k", k)] {
        if !(value > 0.0 && value.is_finite()) {
            return Err(ConfigError::new(field, value, "greater than 0"));
        }
    }
    if d < 2 {
        return Err(ConfigError::new("d", d, "at least 2"));
    }
    if !(p > 0.0 && p <= 1.0) {
        return Err(ConfigError::new("p", p, "greater than 0 and at most 1"));
    }
    let free = d as f64 - 1.0;
    let a = 2.0 / free * (1.0 + (2.0 * beta * k * k * p * free).ln());
    let b = 2.0 * k * k * beta / 5.0;
    Ok(b / lambert_of_exp(a + b.ln()))
}

/// The number of patterns that the theorem promises, where its condition `c >= (2 / sqrt(p))^(4 / (d - 1))` holds.
///
/// # Errors
///
/// As [`storage_base`].
pub fn storage_bound(beta: f64, k: f64, d: usize, p: f64) -> Result<Option<f64>, ConfigError> {
    let c = storage_base(beta, k, d, p)?;
    let power = (d as f64 - 1.0) / 4.0;
    let least = (2.0 / p.sqrt()).powf(1.0 / power);
    Ok((c >= least).then(|| p.sqrt() * c.powf(power)))
}

/// `W(e^x)`: the `w` with `w + ln w = x`, by Newton's method on the logarithm of `w`.
fn lambert_of_exp(x: f64) -> f64 {
    let mut logarithm = if x < 1.0 { x } else { x.ln() };
    for _ in 0..64 {
        let w = logarithm.exp();
        logarithm -= (w + logarithm - x) / (w + 1.0);
    }
    logarithm.exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lambert_s_function_has_the_values_of_the_tables() {
        // W(1) = 0.5671..., W(e) = 1, W(e^(e + 1)) = e.
        let e = std::f64::consts::E;
        for (x, expected) in
            [(0.0, 0.567_143_290_409_783_8), (1.0, 1.0), (e + 1.0, e), (-20.0, 2.061_153_6e-9)]
        {
            assert!((lambert_of_exp(x) / expected - 1.0).abs() < 1e-7, "{x}");
        }
    }

    #[test]
    fn the_bases_are_those_of_the_paper() {
        let base = |k, d| storage_base(1.0, k, d, 0.001).unwrap();
        assert!((base(3.0, 20) - 3.1546).abs() < 1e-4, "{}", base(3.0, 20));
        assert!((base(1.0, 75) - 1.3718).abs() < 1e-4, "{}", base(1.0, 75));
        let bound = storage_bound(1.0, 3.0, 20, 0.001).unwrap().unwrap();
        assert!((bound - 0.001_f64.sqrt() * base(3.0, 20).powf(19.0 / 4.0)).abs() < 1e-9);
        // In 5 dimensions the base is 7, but would have to be 2 / sqrt(0.001) = 63.
        assert_eq!(storage_bound(1.0, 1.0, 5, 0.001).unwrap(), None);
    }

    #[test]
    fn values_without_a_meaning_are_refused() {
        let message = |result: Result<f64, ConfigError>| result.unwrap_err().to_string();
        assert_eq!(message(storage_base(0.0, 1.0, 20, 0.1)), "beta = 0: must be greater than 0");
        assert_eq!(message(storage_base(1.0, 1.0, 1, 0.1)), "d = 1: must be at least 2");
        assert_eq!(message(storage_base(1.0, 1.0, 20, 0.0)), "p = 0: must be greater than 0 and at most 1");
    }
}
