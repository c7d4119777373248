//! Gauss-Hermite quadrature: averages over a standard Gaussian that are exact for polynomials.

/// `nodes` points and weights with `E f(z) = sum_k w_k f(x_k)` for every polynomial of degree below `2 nodes`.
///
/// The points are the zeros of the Hermite polynomial, which the sign changes in the sequence of all lower ones count (Sturm), so
/// that bisection finds each; the weights are `1 / sum_k h_k(x)^2` with orthonormal polynomials.
pub fn gauss_hermite(nodes: usize) -> Vec<(f64, f64)> {
    let bound = 2.0 * (nodes as f64).sqrt() + 1.0;
    let point = |index: usize| {
        let (mut low, mut high) = (-bound, bound);
        while 0.5 * (low + high) > low && 0.5 * (low + high) < high {
            let middle = 0.5 * (low + high);
            if zeros_above(nodes, middle) > index { low = middle } else { high = middle }
        }
        let square = polynomials(nodes, low).take(nodes).map(|value| value * value).sum::<f64>();
        (low, 1.0 / square)
    };
    (0..nodes).map(point).collect()
}

/// The orthonormal Hermite polynomials `h_0(x), .., h_degree(x)`.
fn polynomials(degree: usize, x: f64) -> impl Iterator<Item = f64> {
    let mut pair = (0.0, 1.0);
    (0..=degree).map(move |k| {
        let value = pair.1;
        let k = k as f64;
        pair = (value, (x * value - k.sqrt() * pair.0) / (k + 1.0).sqrt());
        value
    })
}

fn zeros_above(degree: usize, x: f64) -> usize {
    let values: Vec<f64> = polynomials(degree, x).collect();
    values.windows(2).filter(|pair| (pair[0] < 0.0) != (pair[1] < 0.0)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_of_a_gaussian_are_exact() {
        for nodes in [1, 2, 5, 20, 60] {
            let rule = gauss_hermite(nodes);
            let average = |f: fn(f64) -> f64| rule.iter().map(|(x, w)| w * f(*x)).sum::<f64>();
            assert!((average(|_| 1.0) - 1.0).abs() < 1e-12, "{nodes}");
            assert!(average(|z| z).abs() < 1e-12);
            if nodes >= 5 {
                assert!((average(|z| z * z) - 1.0).abs() < 1e-12);
                assert!((average(|z| z.powi(8)) - 105.0).abs() < 1e-9);
            }
        }
        let rule = gauss_hermite(20);
        let cosine: f64 = rule.iter().map(|(x, w)| w * x.cos()).sum();
        assert!((cosine - (-0.5_f64).exp()).abs() < 1e-12);
    }
}
