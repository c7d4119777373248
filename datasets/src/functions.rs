//! The functions on which Kolmogorov-Arnold networks are compared: those of "KAN: Kolmogorov-Arnold Networks" (arXiv
//! 2404.19756, section 3.1; here 1, 2, 3 and 7) and three with a kink, high frequencies and a peak.

use std::f64::consts::PI;

use rand::RngExt;

use crate::{Purpose, RandomKey};

/// A function of `inputs` variables on `[-1, 1]`.
#[derive(Debug, Clone, Copy)]
pub struct TargetFunction {
    /// Short name.
    pub name: &'static str,
    /// What it computes.
    pub formula: &'static str,
    /// Variables.
    pub inputs: usize,
    function: fn(&[f64]) -> f64,
}

/// Points of a function with its values.
#[derive(Debug, Clone, PartialEq)]
pub struct FunctionSamples {
    /// Variables of each point, row by row.
    pub x: Vec<f32>,
    /// Values.
    pub y: Vec<f32>,
    /// Variables of a point.
    pub inputs: usize,
}

impl TargetFunction {
    /// The value at a point, which must have as many variables as the function.
    pub fn call(&self, x: &[f64]) -> f64 {
        (self.function)(x)
    }

    /// Points drawn uniformly from the cube. The same seed gives the same points; `stream` keeps those of training and of
    /// test apart.
    pub fn sample(&self, count: usize, seed: u64, stream: u64) -> FunctionSamples {
        let mut rng = RandomKey { seed, epoch: 0, index: stream }.rng(Purpose::Sampling);
        let (mut x, mut y) = (Vec::with_capacity(count * self.inputs), Vec::with_capacity(count));
        for _ in 0..count {
            let point: Vec<f32> = (0..self.inputs).map(|_| rng.random_range(-1.0..1.0)).collect();
            let exact: Vec<f64> = point.iter().map(|&x| f64::from(x)).collect();
            y.push(self.call(&exact) as f32);
            x.extend(point);
        }
        FunctionSamples { x, y, inputs: self.inputs }
    }
}

/// All of them.
pub const FUNCTIONS: [TargetFunction; 7] = [
    TargetFunction { name: "bessel", formula: "J0(20 x)", inputs: 1, function: |x| bessel_j0(20.0 * x[0]) },
    TargetFunction {
        name: "exp-sin",
        formula: "exp(sin(pi x) + y^2) / 3",
        inputs: 2,
        function: |x| ((PI * x[0]).sin() + x[1].powi(2)).exp() / 3.0,
    },
    TargetFunction { name: "product", formula: "x y", inputs: 2, function: |x| x[0] * x[1] },
    TargetFunction {
        name: "kink",
        formula: "|x - 0.3 y|",
        inputs: 2,
        function: |x| (x[0] - 0.3 * x[1]).abs(),
    },
    TargetFunction {
        name: "waves",
        formula: "sin(4 pi x) cos(2 pi y)",
        inputs: 2,
        function: |x| (4.0 * PI * x[0]).sin() * (2.0 * PI * x[1]).cos(),
    },
    TargetFunction {
        name: "peak",
        formula: "exp(-20 ((x - 0.4)^2 + (y + 0.3)^2))",
        inputs: 2,
        function: |x| (-20.0 * ((x[0] - 0.4).powi(2) + (x[1] + 0.3).powi(2))).exp(),
    },
    TargetFunction {
        name: "four",
        formula: "exp((sin(pi (x1^2 + x2^2)) + sin(pi (x3^2 + x4^2))) / 2) / 2",
        inputs: 4,
        function: |x| {
            let part = |a: f64, b: f64| (PI * (a * a + b * b)).sin();
            (0.5 * (part(x[0], x[1]) + part(x[2], x[3]))).exp() / 2.0
        },
    },
];

/// The Bessel function of the first kind and order 0 for `|x| <= 40`: `1/pi int_0^pi cos(x sin t) dt`.
///
/// The integrand is periodic and smooth, so that equidistant points converge faster than any power of their number.
fn bessel_j0(x: f64) -> f64 {
    const POINTS: usize = 64;
    let sum: f64 = (0..POINTS).map(|k| (x * (PI * k as f64 / POINTS as f64).sin()).cos()).sum();
    sum / POINTS as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bessel_function_has_the_values_of_the_tables() {
        for (x, expected) in [
            (0.0, 1.0),
            (1.0, 0.765_197_686_557_966_6),
            (-5.0, -0.177_596_771_314_338_3),
            (10.0, -0.245_935_764_451_348_3),
            (20.0, 0.167_024_664_340_583_2),
            (2.404_825_557_695_773, 0.0),
        ] {
            assert!((bessel_j0(x) - expected).abs() < 1e-14, "J0({x}) = {}", bessel_j0(x));
        }
    }

    #[test]
    fn values_worked_by_hand() {
        let expected = [
            (0, vec![0.0], 1.0),
            (1, vec![0.5, 1.0], 2.0_f64.exp() / 3.0),
            (2, vec![-0.5, 0.25], -0.125),
            (3, vec![0.2, 1.0], 0.1),
            (4, vec![0.125, 0.5], -1.0),
            (5, vec![0.4, -0.3], 1.0),
            (6, vec![0.5, 0.5, 0.5, -0.5], 1.0_f64.exp() / 2.0),
        ];
        for (index, x, expected) in expected {
            let function = FUNCTIONS[index];
            assert_eq!(function.inputs, x.len());
            assert!((function.call(&x) - expected).abs() < 1e-12, "{}: {}", function.name, function.call(&x));
        }
    }

    #[test]
    fn samples_depend_on_the_seed_and_the_stream() {
        let function = FUNCTIONS[2];
        let samples = function.sample(1000, 1, 0);
        assert_eq!(samples, function.sample(1000, 1, 0));
        assert_ne!(samples.x, function.sample(1000, 2, 0).x);
        assert_ne!(samples.x, function.sample(1000, 1, 1).x);
        assert!(samples.x.iter().all(|x| (-1.0..1.0).contains(x)));
        let mean = samples.x.iter().sum::<f32>() / 2000.0;
        // The deviation of the mean of 2,000 uniform values is 0.013.
        assert!(mean.abs() < 0.05, "{mean}");
        for (x, y) in samples.x.chunks(2).zip(&samples.y) {
            assert!((x[0] * x[1] - y).abs() < 1e-6);
        }
    }
}
