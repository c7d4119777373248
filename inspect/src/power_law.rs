//! The scaling law `E(C) = a (b + C)^-alpha + e_inf` of error against compute (Scaling MLPs, arXiv 2306.13575).

/// A fitted law. `a` is not negative and `e_inf` lies between 0 and the smallest error; `alpha` may have either sign, so
/// that errors that rise with compute show as `alpha < 0`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PowerLaw {
    /// Scale of the falling part.
    pub a: f64,
    /// Offset of the compute, in its unit; not negative.
    pub b: f64,
    /// Exponent.
    pub alpha: f64,
    /// The error that no compute removes.
    pub e_inf: f64,
}

impl PowerLaw {
    /// The error the law gives at `compute`.
    pub fn error(&self, compute: f64) -> f64 {
        self.a * (self.b + compute).powf(-self.alpha) + self.e_inf
    }

    /// Sum of the squared deviations from the measurements.
    pub fn residual(&self, points: &[(f64, f64)]) -> f64 {
        points.iter().map(|(compute, error)| (self.error(*compute) - error).powi(2)).sum()
    }
}

/// Why no law can be fitted.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PowerLawError {
    /// Fewer measurements than a falling curve needs.
    #[error("{0} measurements: must be at least 3 with different compute")]
    TooFew(usize),
    /// A compute that is not positive, or an error that is negative or not finite.
    #[error("measurement {0:?}: compute must be greater than 0 and the error 0 or more")]
    OutOfRange((f64, f64)),
}

/// Fits the law to measurements `(compute, error)` by least squares.
///
/// For given `alpha` and `b` the law is linear in `a` and `e_inf`; these are solved exactly, and `alpha` and `b` are
/// searched on a grid that is refined around its best point.
///
/// # Errors
/// See [`PowerLawError`].
pub fn fit_power_law(points: &[(f64, f64)]) -> Result<PowerLaw, PowerLawError> {
    if let Some(point) =
        points.iter().find(|(compute, error)| !(*compute > 0.0 && *error >= 0.0 && error.is_finite()))
    {
        return Err(PowerLawError::OutOfRange(*point));
    }
    let mut computes: Vec<f64> = points.iter().map(|(compute, _)| *compute).collect();
    computes.sort_by(f64::total_cmp);
    computes.dedup();
    if computes.len() < 3 {
        return Err(PowerLawError::TooFew(computes.len()));
    }
    // In units of the geometric mean, so that powers neither overflow nor vanish.
    let unit = (computes.iter().map(|compute| compute.ln()).sum::<f64>() / computes.len() as f64).exp();
    let scaled: Vec<(f64, f64)> = points.iter().map(|(compute, error)| (compute / unit, *error)).collect();
    let law = search(&scaled);
    Ok(PowerLaw { a: law.a * unit.powf(law.alpha), b: law.b * unit, ..law })
}

/// Half the width of the first grid in `alpha`, and of that in `ln b`.
const ALPHA: f64 = 3.0;
const LN_B: f64 = 7.0;
const GRID: i32 = 30;
const REFINEMENTS: usize = 40;

fn search(points: &[(f64, f64)]) -> PowerLaw {
    let (mut alpha, mut ln_b, mut width) = (0.0, -LN_B, 1.0);
    let mut best = solve(points, 1.0, 0.0);
    for _ in 0..REFINEMENTS {
        for i in -GRID..=GRID {
            for j in -GRID..=GRID {
                let step = |k: i32| width * f64::from(k) / f64::from(GRID);
                let candidate = (alpha + ALPHA * step(i)).clamp(-ALPHA, ALPHA);
                let offset = (ln_b + 2.0 * LN_B * step(j)).clamp(-2.0 * LN_B, LN_B).exp();
                let law = solve(points, candidate, offset);
                if candidate.abs() > 1e-3 && law.residual(points) < best.residual(points) {
                    best = law;
                }
            }
        }
        (alpha, ln_b) = (best.alpha, best.b.max(f64::MIN_POSITIVE).ln().max(-2.0 * LN_B));
        width *= 0.6;
    }
    best
}

/// The best `a >= 0` and `0 <= e_inf <= smallest error` for given `alpha` and `b`.
fn solve(points: &[(f64, f64)], alpha: f64, b: f64) -> PowerLaw {
    let n = points.len() as f64;
    let xs: Vec<f64> = points.iter().map(|(compute, _)| (b + compute).powf(-alpha)).collect();
    let mean_x = xs.iter().sum::<f64>() / n;
    let mean_y = points.iter().map(|(_, error)| error).sum::<f64>() / n;
    let covariance: f64 = xs.iter().zip(points).map(|(x, (_, y))| (x - mean_x) * (y - mean_y)).sum();
    let variance: f64 = xs.iter().map(|x| (x - mean_x).powi(2)).sum();
    let floor = points.iter().map(|(_, error)| *error).fold(f64::MAX, f64::min);
    let slope = if variance > 0.0 { (covariance / variance).max(0.0) } else { 0.0 };
    let e_inf = mean_y - slope * mean_x;
    if (0.0..=floor).contains(&e_inf) {
        return PowerLaw { a: slope, b, alpha, e_inf };
    }
    // On the bound, `a` alone is left: least squares through (0, e_inf).
    let e_inf = e_inf.clamp(0.0, floor);
    let products: f64 = xs.iter().zip(points).map(|(x, (_, y))| x * (y - e_inf)).sum();
    let squares: f64 = xs.iter().map(|x| x * x).sum();
    PowerLaw { a: (products / squares).max(0.0), b, alpha, e_inf }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sampled(law: PowerLaw) -> Vec<(f64, f64)> {
        (0..8).map(|i| 1e6 * 4f64.powi(i)).map(|compute| (compute, law.error(compute))).collect()
    }

    #[test]
    fn recovers_a_known_law() {
        let law = PowerLaw { a: 40.0, b: 3e6, alpha: 0.35, e_inf: 0.05 };
        let points = sampled(law);
        let fitted = fit_power_law(&points).unwrap();
        assert!((fitted.alpha - law.alpha).abs() < 0.02, "{fitted:?}");
        assert!((fitted.e_inf - law.e_inf).abs() < 0.01, "{fitted:?}");
        assert!(fitted.residual(&points) < 1e-6, "{fitted:?}");
    }

    #[test]
    fn errors_that_rise_give_a_negative_exponent() {
        let points = [(1.0, 0.1), (10.0, 0.2), (100.0, 0.35), (1000.0, 0.6)];
        assert!(fit_power_law(&points).unwrap().alpha < 0.0);
    }

    #[test]
    fn too_few_or_impossible_measurements_are_refused() {
        assert_eq!(fit_power_law(&[(1.0, 0.5), (2.0, 0.4), (2.0, 0.3)]), Err(PowerLawError::TooFew(2)));
        assert_eq!(
            fit_power_law(&[(0.0, 0.5), (2.0, 0.4), (3.0, 0.3)]),
            Err(PowerLawError::OutOfRange((0.0, 0.5)))
        );
    }
}
