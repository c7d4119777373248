//! B-splines, the functions of the first Kolmogorov-Arnold networks (KAN, arXiv 2404.19756, section 2.2).
//!
//! On equidistant knots all B-splines of one order are shifts of the cardinal spline, which has the closed form
//! `B(v) = 1/k! sum_i (-1)^i C(k+1, i) max((k+1)/2 - i - |v|, 0)^k` with `i <= k/2` (Schoenberg, written from
//! the nearer end of the support, where nothing cancels). On other knots the recurrence of Cox and de Boor remains.

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::check_size;
use crate::ConfigError;

/// The largest order: beyond, the closed form would be off by more than 2e-6 in single precision.
const MAX_ORDER: usize = 8;

/// B-splines of one order on equidistant knots, which go `order` intervals beyond the range at either end.
///
/// There are `grid + order` of them; inside the range they sum to 1, outside the knots they vanish.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BSpline {
    /// Intervals of the range.
    pub grid: usize,
    /// Degree of the polynomial pieces; 3 are cubic splines. Below `grid`, at most 8.
    pub order: usize,
    /// Lower and upper end of the range.
    pub range: [f64; 2],
}

#[allow(clippy::len_without_is_empty)] // no valid basis is empty
impl BSpline {
    /// Splines on `[-1, 1]`.
    pub fn new(grid: usize, order: usize) -> Self {
        Self { grid, order, range: [-1.0, 1.0] }
    }

    /// The number of functions.
    pub fn len(&self) -> usize {
        self.grid + self.order
    }

    /// The `grid + 2 * order + 1` knots.
    pub fn knots(&self) -> Vec<f64> {
        let [low, high] = self.range;
        let h = (high - low) / self.grid as f64;
        (0..=self.grid + 2 * self.order).map(|j| low + h * (j as f64 - self.order as f64)).collect()
    }

    /// Checks grid, order and range.
    ///
    /// # Errors
    ///
    /// If there is no interval, if the order is 0, above 8 or not below the number of intervals, or if the
    /// range is empty or not finite.
    pub fn validate(&self) -> Result<(), ConfigError> {
        check_size("grid", self.grid, 1)?;
        if self.order >= self.grid {
            let allowed = format!("below the number of intervals, {}", self.grid);
            return Err(ConfigError::new("order", self.order, allowed));
        }
        crate::check_range("order", self.order, 1..=MAX_ORDER)?;
        let [low, high] = self.range;
        if !(low < high && (high - low).is_finite()) {
            return Err(ConfigError::new("range", format!("[{low}, {high}]"), "finite and increasing"));
        }
        Ok(())
    }

    /// Each spline of every element, by the closed form.
    ///
    /// Where gradients may be asked for, they too have a closed form, which costs a third of what autodiff would make of the
    /// dozen operations of a spline: `B(x0) + B'(x0) (x - x0)`, of which only `x` has a history.
    pub fn functions<const D: usize>(&self, x: Tensor<D>) -> Vec<Tensor<D>> {
        if !x.is_autodiff() {
            return (0..self.len()).map(|q| self.spline(&x, q, false).0).collect();
        }
        let fixed = x.clone().set_require_grad(false);
        let step = x - fixed.clone();
        let tracked = |q| match self.spline(&fixed, q, true) {
            (value, Some(slope)) => slope * step.clone() + value,
            (value, None) => value,
        };
        (0..self.len()).map(tracked).collect()
    }

    /// The `q`-th spline, and its derivative where asked for.
    fn spline<const D: usize>(
        &self,
        x: &Tensor<D>,
        q: usize,
        with_slope: bool,
    ) -> (Tensor<D>, Option<Tensor<D>>) {
        let k = self.order as i32;
        let [low, high] = self.range;
        // Lengths in units of h, times the scale that makes the k-th power of a length carry the 1/k!.
        let scale = (1..=k).map(f64::from).product::<f64>().powf(-1.0 / f64::from(k));
        let factor = scale * self.grid as f64 / (high - low);
        let centre = low * factor + scale * (q as f64 + f64::from(1 - k) / 2.0);
        let from_centre = x.clone() * factor - centre;
        let mut inside = (from_centre.clone().abs().neg() + scale * f64::from(k + 1) / 2.0).clamp_min(0.0);
        let (mut binomial, mut value, mut slope) = (1.0, None, None);
        for i in 0..=k / 2 {
            if i > 0 {
                inside = (inside - scale).clamp_min(0.0);
                binomial *= -f64::from(k + 2 - i) / f64::from(i);
            }
            // At order 1 the power below is 1 inside the support and 0 outside.
            let below = if k == 1 { inside.clone().sign() } else { power(inside.clone(), k - 1) };
            value = Some(add(value, below.clone() * inside.clone(), binomial));
            if with_slope {
                slope = Some(add(slope, below, binomial));
            }
        }
        let value = value.unwrap_or(inside);
        (value, slope.map(|slope| slope * from_centre.sign() * (-f64::from(k) * factor)))
    }

    /// Each spline by the recurrence of Cox and de Boor, one function at a time.
    pub fn naive<const D: usize>(&self, x: Tensor<D>) -> Vec<Tensor<D>> {
        let knots = self.knots();
        (0..self.len()).map(|q| cox_de_boor(&x, &knots, q, self.order)).collect()
    }

    /// The splines of one order on any increasing knots, other ones for each column.
    ///
    /// The recurrence runs over all splines at once, four tensor operations an order.
    ///
    /// # Shapes
    ///
    /// - x: `[batch, columns]`
    /// - knots: `[splines + order + 1, columns]`
    /// - output: `[splines, batch, columns]`
    pub fn on_knots(x: Tensor<2>, knots: Tensor<2>, order: usize) -> Tensor<3> {
        let [count, _] = knots.dims();
        let knots = knots.unsqueeze_dim::<3>(1); // [K, 1, C]
        let right = x.unsqueeze_dim::<3>(0) - knots.clone(); // [K, B, C]
        let passed = step(&right);
        let mut splines = passed.clone().narrow(0, 0, count - 1) - passed.narrow(0, 1, count - 1);
        for p in 1..=order {
            let n = count - p;
            let width = knots.clone().narrow(0, p, n) - knots.clone().narrow(0, 0, n);
            let rising = right.clone().narrow(0, 0, n) / width * splines.clone();
            let falling = splines.narrow(0, 1, n - 1) - rising.clone().narrow(0, 1, n - 1);
            splines = rising.narrow(0, 0, n - 1) + falling;
        }
        splines
    }
}

/// `sum + factor * term`.
fn add<const D: usize>(sum: Option<Tensor<D>>, term: Tensor<D>, factor: f64) -> Tensor<D> {
    match sum {
        None => term,
        Some(sum) => sum + term * factor,
    }
}

/// `x^k` for `k >= 1`, by multiplications only.
fn power<const D: usize>(x: Tensor<D>, k: i32) -> Tensor<D> {
    match k {
        1 => x,
        _ if k % 2 == 0 => {
            let root = power(x, k / 2);
            root.clone() * root
        }
        _ => power(x.clone(), k - 1) * x,
    }
}

/// 1 where `x >= 0`, else 0.
fn step<const D: usize>(x: &Tensor<D>) -> Tensor<D> {
    x.zeros_like().mask_fill(x.clone().greater_equal_elem(0.0), 1.0)
}

/// Equation by equation: `B_{q,0} = 1` on `[t_q, t_{q+1})`,
/// `B_{q,p} = (x - t_q)/(t_{q+p} - t_q) B_{q,p-1} + (t_{q+p+1} - x)/(t_{q+p+1} - t_{q+1}) B_{q+1,p-1}`.
fn cox_de_boor<const D: usize>(x: &Tensor<D>, t: &[f64], q: usize, p: usize) -> Tensor<D> {
    if p == 0 {
        return step(&(x.clone() - t[q])) - step(&(x.clone() - t[q + 1]));
    }
    let rising = (x.clone() - t[q]) * (t[q + p] - t[q]).recip();
    let falling = (x.clone() - t[q + p + 1]) * (t[q + 1] - t[q + p + 1]).recip();
    rising * cox_de_boor(x, t, q, p - 1) + falling * cox_de_boor(x, t, q + 1, p - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bases::{
        Basis,
        testing::{assert_close, check, fixture, values},
    };
    use burn::tensor::{DType, Device, TensorData};

    #[test]
    fn the_closed_form_is_the_recurrence_for_every_order() {
        for order in 1..=6 {
            check(Basis::BSpline(BSpline { grid: 7, order, range: [-1.5, 0.75] }));
        }
        check(Basis::BSpline(BSpline::new(5, 3)));
    }

    #[test]
    fn the_largest_order_is_exact_enough_in_single_precision() {
        let basis = BSpline::new(9, MAX_ORDER);
        let x = values(200, -1.2, 1.2, &Device::flex(), DType::F32);
        let single: Tensor<2> = Tensor::stack(basis.functions(x), 1);
        let x = values(200, -1.2, 1.2, &Device::flex(), DType::F64);
        let double: Tensor<2> = Tensor::stack(basis.naive(x), 1);
        // Measured: 1.7e-6, most of which is the rounding of the argument.
        assert_close(single.into_data(), double.into_data(), 2e-6);
    }

    #[test]
    fn inside_the_range_splines_are_non_negative_and_sum_to_one() {
        let x = values(400, -0.999, 0.999, &Device::flex(), DType::F32);
        let splines: Tensor<2> = Tensor::stack(BSpline::new(5, 3).functions(x.clone()), 1);
        assert!(splines.clone().min().into_scalar::<f32>() >= -1e-6);
        let sums = splines.sum_dim(1).squeeze::<1>();
        assert_close(sums.into_data(), TensorData::from([1.0_f32; 400].as_slice()), 1e-6);
    }

    #[test]
    fn outside_the_knots_splines_vanish() {
        let x = Tensor::<1>::from_data([-2.3, 2.3, 1e4, -1e4], &Device::flex());
        let splines: Tensor<2> = Tensor::stack(BSpline::new(5, 3).functions(x), 1);
        splines.into_data().assert_eq(&TensorData::from([[0.0_f32; 8]; 4]), true);
    }

    #[test]
    fn on_equidistant_knots_the_general_recurrence_agrees() {
        let device = Device::flex();
        for order in 1..=5 {
            let basis = BSpline::new(6, order);
            let x = values(50, -1.5, 1.5, &device, DType::F32).reshape([50, 1]);
            let knots: Vec<f32> = basis.knots().into_iter().map(|t| t as f32).collect();
            let knots = Tensor::<1>::from_data(knots.as_slice(), &device).reshape([-1, 1]);
            let general = BSpline::on_knots(x.clone(), knots, order);
            assert_close(
                general.into_data(),
                Tensor::<2>::stack::<3>(basis.functions(x), 0).into_data(),
                2e-6,
            );
        }
    }

    #[test]
    fn values_and_slopes_are_those_of_scipy() {
        let device = Device::flex().autodiff();
        let tensors = fixture(include_bytes!("../../tests/fixtures/b_spline.safetensors"));
        let load = |name: &str| Tensor::<1>::from_data(tensors[name].clone(), (&device, DType::F64));
        for order in 1..=5 {
            for kind in ["equal", "unequal"] {
                let knots = load(&format!("{kind}.{order}.knots"));
                for q in 0..6 + order {
                    let x = load("x").require_grad();
                    let column = x.clone().unsqueeze_dim::<2>(1);
                    let general = BSpline::on_knots(column, knots.clone().unsqueeze_dim(1), order);
                    let mut splines = vec![general.narrow(0, q, 1).reshape([30])];
                    if kind == "equal" {
                        splines.push(BSpline::new(6, order).functions(x.clone())[q].clone());
                    }
                    for spline in splines {
                        let row = |name: &str| {
                            let all = tensors[&format!("{kind}.{order}.{name}")].iter::<f64>();
                            let row: Vec<f64> = all.skip(30 * q).take(30).collect();
                            TensorData::from(row.as_slice())
                        };
                        let gradients = spline.clone().sum().backward();
                        assert_close(spline.into_data(), row("values"), 1e-13);
                        assert_close(x.grad(&gradients).unwrap().into_data(), row("slopes"), 1e-11);
                    }
                }
            }
        }
    }

    #[test]
    fn bad_grids_are_refused() {
        let message = |grid, order, range| BSpline { grid, order, range }.validate().unwrap_err().to_string();
        let unit = [-1.0, 1.0];
        assert_eq!(message(0, 3, unit), "grid = 0: must be between 1 and 1024");
        assert_eq!(message(3, 3, unit), "order = 3: must be below the number of intervals, 3");
        assert_eq!(message(5, 0, unit), "order = 0: must be between 1 and 8");
        assert_eq!(message(20, 9, unit), "order = 9: must be between 1 and 8");
        assert_eq!(message(5, 3, [1.0, -1.0]), "range = [1, -1]: must be finite and increasing");
        assert_eq!(message(5, 3, [0.0, f64::NAN]), "range = [0, NaN]: must be finite and increasing");
        assert_eq!(message(5, 3, [0.0, f64::INFINITY]), "range = [0, inf]: must be finite and increasing");
    }
}
