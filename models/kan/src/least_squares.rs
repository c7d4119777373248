//! Linear least squares on the host, in double precision.

/// How far a coefficient is pulled to zero where the rows do not determine it, in the largest diagonal entry.
const RIDGE: f64 = 1e-10;

/// The `x` (`[columns, targets]`) that minimises `|A x - b|^2` for `A` (`[rows, columns]`) and `b` (`[rows, targets]`), by
/// Cholesky factors of the normal equations. Where the rows leave a coefficient free it is the smallest, nearly.
pub(crate) fn least_squares(a: &[f64], b: &[f64], columns: usize, targets: usize) -> Vec<f64> {
    let (n, m) = (columns, targets);
    let (mut normal, mut x) = (vec![0.0; n * n], vec![0.0; n * m]);
    for (a, b) in a.chunks(n).zip(b.chunks(m)) {
        for i in 0..n {
            for j in 0..=i {
                normal[i * n + j] += a[i] * a[j];
            }
            for t in 0..m {
                x[i * m + t] += a[i] * b[t];
            }
        }
    }
    let ridge = RIDGE * (0..n).map(|i| normal[i * n + i]).fold(f64::MIN_POSITIVE, f64::max);
    for i in 0..n {
        normal[i * n + i] += ridge;
    }
    // In place: the lower triangle of `normal` becomes L with L L^T = A^T A + ridge.
    for i in 0..n {
        for j in 0..=i {
            let sum: f64 = (0..j).map(|k| normal[i * n + k] * normal[j * n + k]).sum();
            let value = normal[i * n + j] - sum;
            normal[i * n + j] = if i == j { value.max(ridge).sqrt() } else { value / normal[j * n + j] };
        }
    }
    for t in 0..m {
        for i in 0..n {
            let sum: f64 = (0..i).map(|k| normal[i * n + k] * x[k * m + t]).sum();
            x[i * m + t] = (x[i * m + t] - sum) / normal[i * n + i];
        }
        for i in (0..n).rev() {
            let sum: f64 = (i + 1..n).map(|k| normal[k * n + i] * x[k * m + t]).sum();
            x[i * m + t] = (x[i * m + t] - sum) / normal[i * n + i];
        }
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_consistent_system_is_solved() {
        let a = [1.0, 0.0, 1.0, 1.0, 1.0, 2.0, 1.0, 4.0];
        let b: Vec<f64> = a.chunks(2).flat_map(|row| [3.0 - 2.0 * row[1], row[1]]).collect();
        let x = least_squares(&a, &b, 2, 2);
        for (x, expected) in x.iter().zip([3.0, 0.0, -2.0, 1.0]) {
            assert!((x - expected).abs() < 1e-8, "{x} {expected}");
        }
    }

    #[test]
    fn of_an_inconsistent_system_the_residual_is_orthogonal_to_the_columns() {
        let a = [1.0, 0.3, 1.0, -0.8, 1.0, 2.0, 1.0, 0.1, 1.0, 0.7];
        let b = [1.0, 4.0, -2.0, 0.5, 3.0];
        let x = least_squares(&a, &b, 2, 1);
        for column in 0..2 {
            let dot: f64 = a.chunks(2).zip(b).map(|(a, b)| a[column] * (b - a[0] * x[0] - a[1] * x[1])).sum();
            assert!(dot.abs() < 1e-8, "{dot}");
        }
    }

    #[test]
    fn a_column_of_zeros_gets_zero() {
        let x = least_squares(&[1.0, 0.0, 2.0, 0.0], &[3.0, 6.0], 2, 1);
        assert!((x[0] - 3.0).abs() < 1e-8 && x[1] == 0.0, "{x:?}");
    }
}
