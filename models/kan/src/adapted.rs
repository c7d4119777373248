//! A B-spline layer whose knots have been moved to where the data are.
//!
//! "The grids are updated on the fly according to the input activations" (KAN, arXiv 2404.19756, section 2.2), and their
//! refinement (section 2.4): new knots from the quantiles of a batch, new coefficients by least squares, such that the
//! functions on the edges stay what they were on that batch.

use burn::{
    module::{Module, Param},
    tensor::Tensor,
};
use pyrarium_layers::{
    ConfigError,
    bases::{BSpline, Basis},
};

use crate::{
    features::{EdgeMap, Source, constant, host, tensor},
    least_squares::least_squares,
    linear::KanLinear,
};

/// The share of equidistant knots: 0 would follow the quantiles entirely, which may coincide.
const UNIFORM_SHARE: f64 = 0.02;
/// How far the knots reach beyond the data, in their range.
const MARGIN: f64 = 0.01;

/// A layer of B-splines on knots of its own for each input.
#[derive(Module, Debug)]
pub struct AdaptedKanLinear {
    /// Coefficients by function, then input, as in [`KanLinear`]: `[functions * d_in, d_out]`.
    pub weight: Param<Tensor<2>>,
    /// The knots of each input, not trained: `[intervals + 2 * order + 1, d_in]`.
    pub knots: Param<Tensor<2>>,
    #[module(skip)]
    order: usize,
    #[module(skip)]
    base: bool,
}

impl KanLinear {
    /// The same functions on knots that follow the batch `x` (`[batch, d_in]`), with `intervals` between them.
    ///
    /// More intervals than before refine the layer; the refit is by least squares on the batch.
    ///
    /// # Errors
    ///
    /// If the functions are no B-splines, if there are not more intervals than the order, or if the batch has fewer
    /// rows than the new basis has functions, or values that are not finite.
    pub fn adapted(&self, x: Tensor<2>, intervals: usize) -> Result<AdaptedKanLinear, ConfigError> {
        let Basis::BSpline(basis) = self.features.pool[0] else {
            return Err(ConfigError::new("basis", self.features.pool[0].family(), "b_spline to have knots"));
        };
        BSpline { grid: intervals, ..basis }.validate()?;
        let splines = Tensor::stack(basis.functions(x.clone()), 0);
        refit(&self.weight, splines, x, basis.order, self.features.base, intervals)
    }
}

impl AdaptedKanLinear {
    /// # Shapes
    ///
    /// - x: `[batch, d_in]`
    /// - output: `[batch, d_out]`
    pub fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        self.edge_map().linear(x)
    }

    /// Follows another batch; see [`KanLinear::adapted`].
    ///
    /// # Errors
    ///
    /// Those of [`KanLinear::adapted`].
    pub fn adapted(&self, x: Tensor<2>, intervals: usize) -> Result<Self, ConfigError> {
        BSpline::new(intervals, self.order).validate()?;
        let splines = BSpline::on_knots(x.clone(), self.knots.val(), self.order);
        refit(&self.weight, splines, x, self.order, self.base, intervals)
    }

    pub(crate) fn edge_map(&self) -> EdgeMap {
        let source = Source::Knots { knots: self.knots.val(), order: self.order, base: self.base };
        EdgeMap { terms: vec![(source, self.weight.val())], order: None }
    }
}

/// New knots for the batch, and coefficients for which the splines (`[splines, batch, d_in]`) stay what they were.
fn refit(
    weight: &Param<Tensor<2>>,
    splines: Tensor<3>,
    x: Tensor<2>,
    order: usize,
    base: bool,
    intervals: usize,
) -> Result<AdaptedKanLinear, ConfigError> {
    let [old, batch, inputs] = splines.dims();
    let ([_, outputs], device, new) = (weight.dims(), x.device(), intervals + order);
    if batch < new {
        return Err(ConfigError::new("batch", batch, format!("{new} rows at least, for as many functions")));
    }
    let values = host(x.clone());
    if values.iter().any(|value| !value.is_finite()) {
        return Err(ConfigError::new("batch", "not finite", "finite"));
    }
    let base_rows = if base { inputs } else { 0 };
    let old_weight = constant(weight.val());
    let splines = splines.permute([2, 1, 0]); // [in, B, old]
    let coefficients = old_weight.clone().narrow(0, base_rows, old * inputs);
    let coefficients = coefficients.reshape([old, inputs, outputs]).permute([1, 0, 2]); // [in, old, out]
    let targets = host(splines.matmul(coefficients)); // [in, B, out]

    let by_input: Vec<Vec<f64>> = (0..inputs)
        .map(|input| knots(values.iter().skip(input).step_by(inputs).copied().collect(), order, intervals))
        .collect();
    let count = intervals + 2 * order + 1;
    let by_knot: Vec<f64> = (0..count).flat_map(|j| by_input.iter().map(move |knots| knots[j])).collect();
    let knots = tensor(&by_knot, [count, inputs], &device);
    let design = host(BSpline::on_knots(x, knots.clone(), order).permute([2, 1, 0])); // [in, B, new]
    let mut refitted = vec![0.0; new * inputs * outputs];
    for input in 0..inputs {
        let design = &design[input * batch * new..(input + 1) * batch * new];
        let targets = &targets[input * batch * outputs..(input + 1) * batch * outputs];
        let solution = least_squares(design, targets, new, outputs); // [new, out]
        for q in 0..new {
            let row = (q * inputs + input) * outputs;
            refitted[row..row + outputs].copy_from_slice(&solution[q * outputs..(q + 1) * outputs]);
        }
    }
    let refitted = tensor(&refitted, [new * inputs, outputs], &device);
    let weight = match base {
        true => Tensor::cat(vec![old_weight.narrow(0, 0, base_rows), refitted], 0),
        false => refitted,
    };
    Ok(AdaptedKanLinear {
        weight: Param::from_tensor(weight),
        knots: Param::from_tensor(knots).set_require_grad(false),
        order,
        base,
    })
}

/// Knots between the quantiles of the values, mixed with equidistant ones, and `order` beyond either end.
fn knots(mut values: Vec<f64>, order: usize, intervals: usize) -> Vec<f64> {
    values.sort_by(f64::total_cmp);
    let (least, most) = (values[0], values[values.len() - 1]);
    // A constant input still needs intervals of some length.
    let margin = (MARGIN * (most - least)).max(1e-3 * (1.0 + most.abs()));
    let (low, high) = (least - margin, most + margin);
    let h = (high - low) / intervals as f64;
    let inside = |j: usize| {
        let quantile = match j {
            0 => low,
            _ if j == intervals => high,
            _ => values[j * (values.len() - 1) / intervals],
        };
        UNIFORM_SHARE * (low + h * j as f64) + (1.0 - UNIFORM_SHARE) * quantile
    };
    let below = (1..=order).rev().map(|j| low - h * j as f64);
    let above = (1..=order).map(|j| high + h * j as f64);
    below.chain((0..=intervals).map(inside)).chain(above).collect()
}
