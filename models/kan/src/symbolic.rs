//! Reading a formula from a curve: the elementary function `a f(b x + c) + d` that fits it best (KAN, arXiv 2404.19756,
//! section 2.5.1).

use std::f64::consts::PI;
use std::fmt;

use crate::edges::EdgeCurve;

/// Values of `b` and of `c` tried at each step.
const GRID: usize = 21;
/// Steps, each of which narrows the search around the best values so far.
const ZOOMS: usize = 9;
/// How much the search narrows: to less than two of the last step's intervals on either side.
const NARROWING: f64 = 0.17;
/// The largest `|b|` and `|c|` for arguments scaled to `[-1, 1]`.
const RANGE: f64 = 10.0;
/// A simpler function is preferred if it leaves at most this many times what the best leaves unexplained ..
const TOLERANCE: f64 = 2.0;
/// .. or at most this part of the variance.
const NEGLIGIBLE: f64 = 1e-5;

/// An elementary function.
#[derive(Debug, Clone, Copy)]
pub struct Elementary {
    /// Its name: `sin`.
    pub name: &'static str,
    function: fn(f64) -> f64,
    kind: Kind,
}

/// Which of the four numbers of a formula says nothing that the others could not say.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    /// The straight line: `b` and `c`.
    Affine,
    /// `f(b x) = f(b) f(x)`: `b`.
    Multiplicative,
    /// `exp`: `c`.
    Exponential,
    /// None.
    Other,
}

impl Elementary {
    /// Its value, which may be infinite or NaN outside its domain.
    pub fn call(&self, x: f64) -> f64 {
        (self.function)(x)
    }
}

const fn elementary(name: &'static str, kind: Kind, function: fn(f64) -> f64) -> Elementary {
    Elementary { name, function, kind }
}

/// The functions that [`read_edge`] tries, from the simplest to the most complex. A cosine is a sine of another phase.
pub const LIBRARY: [Elementary; 13] = [
    elementary("x", Kind::Affine, |x| x),
    elementary("x^2", Kind::Multiplicative, |x| x * x),
    elementary("abs", Kind::Multiplicative, f64::abs),
    elementary("exp", Kind::Exponential, f64::exp),
    elementary("log", Kind::Other, f64::ln),
    elementary("sqrt", Kind::Multiplicative, f64::sqrt),
    elementary("x^3", Kind::Multiplicative, |x| x * x * x),
    elementary("sin", Kind::Other, f64::sin),
    elementary("1/x", Kind::Multiplicative, |x| 1.0 / x),
    elementary("x^4", Kind::Multiplicative, |x| x.powi(4)),
    elementary("tanh", Kind::Other, f64::tanh),
    elementary("gauss", Kind::Other, |x| (-x * x).exp()),
    elementary("1/x^2", Kind::Multiplicative, |x| 1.0 / (x * x)),
];

/// `a f(b x + c) + d`, and how well it fits. Displays as a formula of `x`.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    /// The function.
    pub function: Elementary,
    /// Factor of the function.
    pub a: f64,
    /// Factor of the argument.
    pub b: f64,
    /// Shift of the argument.
    pub c: f64,
    /// Shift of the value.
    pub d: f64,
    /// The share of the variance that it explains; 1 is a perfect fit.
    pub r2: f64,
}

impl Reading {
    /// The value of the formula.
    pub fn call(&self, x: f64) -> f64 {
        self.a * self.function.call(self.b * x + self.c) + self.d
    }
}

impl fmt::Display for Reading {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { function, a, b, c, d, .. } = *self;
        if function.kind == Kind::Affine {
            return write!(formatter, "{a:.3} x{}", signed(d));
        }
        let argument = match format!("{b:.3}").as_str() {
            "1.000" => format!("x{}", signed(c)),
            digits => format!("{digits} x{}", signed(c)),
        };
        let value = match function.name.split_once('x') {
            Some(("", power)) if argument == "x" => format!("x{power}"),
            Some(("", power)) => format!("({argument}){power}"),
            Some((before, power)) if before.ends_with('/') => format!("{before}({argument}){power}"),
            _ => format!("{}({argument})", function.name),
        };
        write!(formatter, "{a:.3} {value}{}", signed(d))
    }
}

/// `" + 1.000"`, `" - 1.000"`, or nothing for what would print as zero.
fn signed(value: f64) -> String {
    match format!("{:.3}", value.abs()).as_str() {
        "0.000" => String::new(),
        digits => format!(" {} {digits}", if value < 0.0 { '-' } else { '+' }),
    }
}

/// The elementary function that fits an edge best, and the simplest of those that fit nearly as well.
///
/// An edge that does not vary, or has values that are not finite, reads as the constant 0 times x, with `r2` 0.
pub fn read_edge(edge: &EdgeCurve) -> Reading {
    let readings: Vec<Reading> = LIBRARY.iter().map(|&function| fit(function, &edge.x, &edge.y)).collect();
    let best = readings.iter().map(|reading| reading.r2).fold(0.0, f64::max);
    let enough = (1.0 - TOLERANCE * (1.0 - best)).min(1.0 - NEGLIGIBLE).min(best);
    // The first one is affine and always there.
    readings.iter().find(|reading| reading.r2 >= enough).copied().unwrap_or(readings[0])
}

/// The best `a`, `b`, `c`, `d` of one function: `b` and `c` by a grid that narrows, `a` and `d` by least squares.
pub fn fit(function: Elementary, x: &[f64], y: &[f64]) -> Reading {
    let (low, high) =
        x.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &x| (low.min(x), high.max(x)));
    let (middle, half) = ((low + high) / 2.0, ((high - low) / 2.0).max(f64::MIN_POSITIVE));
    let scaled: Vec<f64> = x.iter().map(|x| (x - middle) / half).collect();
    let mut best = Reading { function, a: 0.0, b: 1.0, c: 0.0, d: mean(y), r2: 0.0 };
    let (steps, zooms) = if function.kind == Kind::Affine { (0, 1) } else { (GRID, ZOOMS) };
    let try_at = |b: f64, c: f64, best: &mut Reading| {
        let values: Vec<f64> = scaled.iter().map(|t| function.call(b * t + c)).collect();
        if let Some((a, d, r2)) = regression(&values, y).filter(|(_, _, r2)| *r2 > best.r2) {
            *best = Reading { function, a, b, c, d, r2 };
        }
    };
    try_at(1.0, 0.0, &mut best);
    let (mut centre, mut width) = ((0.0, 0.0), RANGE);
    for _ in 0..zooms {
        for i in 0..steps {
            for j in 0..steps {
                let offset = |k: usize| width * (2.0 * k as f64 / (steps - 1) as f64 - 1.0);
                try_at(centre.0 + offset(i), centre.1 + offset(j), &mut best);
            }
        }
        centre = (best.b, best.c);
        width *= NARROWING;
    }
    let scale = if half.is_finite() && half > 1e-12 { half } else { 1.0 };
    canonical(Reading { b: best.b / scale, c: best.c - best.b * middle / scale, ..best })
}

/// The same values by the plainest of the formulas that have them.
fn canonical(reading: Reading) -> Reading {
    let Reading { function, a, b, c, d, .. } = reading;
    match function.kind {
        Kind::Affine => Reading { a: a * b, b: 1.0, c: 0.0, d: a * c + d, ..reading },
        Kind::Multiplicative if b != 0.0 && function.call(b).is_finite() => {
            Reading { a: a * function.call(b), b: 1.0, c: c / b, ..reading }
        }
        Kind::Exponential => Reading { a: a * c.exp(), c: 0.0, ..reading },
        Kind::Other if function.name == "sin" => {
            // A positive frequency and a phase in [-pi/2, pi/2): half a period is a change of sign.
            let (a, b, c) = if b < 0.0 { (-a, -b, -c) } else { (a, b, c) };
            let half_periods = (c / PI + 0.5).floor();
            let sign = if half_periods.rem_euclid(2.0) == 0.0 { 1.0 } else { -1.0 };
            Reading { a: sign * a, b, c: c - half_periods * PI, ..reading }
        }
        Kind::Other if function.name == "tanh" && b < 0.0 => Reading { a: -a, b: -b, c: -c, ..reading },
        Kind::Other if function.name == "gauss" && b < 0.0 => Reading { b: -b, c: -c, ..reading },
        _ => reading,
    }
}

/// The line `a v + d` through `(v, y)` with the least squares, and its R2; `None` where there is none.
fn regression(v: &[f64], y: &[f64]) -> Option<(f64, f64, f64)> {
    let (v_mean, y_mean) = (mean(v), mean(y));
    let (mut vv, mut vy, mut yy) = (0.0, 0.0, 0.0);
    for (v, y) in v.iter().zip(y) {
        vv += (v - v_mean).powi(2);
        vy += (v - v_mean) * (y - y_mean);
        yy += (y - y_mean).powi(2);
    }
    let r2 = vy * vy / (vv * yy);
    let a = vy / vv;
    (r2.is_finite() && a.is_finite()).then_some((a, y_mean - a * v_mean, r2))
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edge(low: f64, high: f64, function: impl Fn(f64) -> f64) -> EdgeCurve {
        let x: Vec<f64> = (0..101).map(|i| low + (high - low) * f64::from(i) / 100.0).collect();
        let y = x.iter().map(|&x| function(x)).collect();
        EdgeCurve { input: 0, output: 0, x, y, strength: 1.0, family: None }
    }

    #[test]
    fn each_function_of_the_library_is_read_as_itself() {
        type Case = (&'static str, fn(f64) -> f64);
        let cases: [Case; 13] = [
            ("x", |x| 3.0 * x - 1.0),
            ("x^2", |x| 0.5 * (x - 0.3).powi(2)),
            ("abs", |x| (2.0 * x + 0.4).abs()),
            ("exp", |x| (1.7 * x).exp()),
            ("log", |x| (x + 1.4).ln()),
            ("sqrt", |x| (x + 1.05).sqrt()),
            ("x^3", |x| (x + 0.2).powi(3)),
            ("sin", |x| 1.5 * (PI * x + 0.5).sin() + 2.0),
            ("1/x", |x| 1.0 / (x + 1.5)),
            ("x^4", |x| (x - 0.1).powi(4)),
            ("tanh", |x| (3.0 * x + 0.2).tanh()),
            ("gauss", |x| (-(2.0 * x - 0.4).powi(2)).exp()),
            ("1/x^2", |x| 1.0 / (x - 1.6).powi(2)),
        ];
        for (name, function) in cases {
            let edge = edge(-1.0, 1.0, function);
            let reading = read_edge(&edge);
            assert_eq!(reading.function.name, name, "{reading} {}", reading.r2);
            assert!(reading.r2 > 0.99999, "{name}: {}", reading.r2);
            for (x, y) in edge.x.iter().zip(&edge.y) {
                assert!(
                    (reading.call(*x) - y).abs() < 0.02 * (1.0 + y.abs()),
                    "{name} at {x}: {} {y}",
                    reading.call(*x)
                );
            }
        }
    }

    #[test]
    fn the_constants_are_found() {
        let reading = read_edge(&edge(-2.0, 3.0, |x| 1.5 * (2.0 * x + 0.5).sin() - 0.25));
        assert_eq!(reading.to_string(), "1.500 sin(2.000 x + 0.500) - 0.250");
        let reading = read_edge(&edge(-1.0, 1.0, |x| 0.5 * x * x));
        assert_eq!(reading.to_string(), "0.500 x^2");
        let reading = read_edge(&edge(-1.0, 2.0, |x| 2.0 * (1.5 * x + 1.0).exp()));
        assert_eq!(reading.to_string(), "5.437 exp(1.500 x)");
        let reading = read_edge(&edge(0.0, 4.0, |x| 2.0 - 3.0 * x));
        assert_eq!(reading.to_string(), "-3.000 x + 2.000");
    }

    #[test]
    fn formulas_are_written_as_one_would() {
        let of = |name: &str| {
            let function = *LIBRARY.iter().find(|function| function.name == name).unwrap();
            Reading { function, a: 2.0, b: 1.0, c: -0.5, d: 0.0, r2: 1.0 }.to_string()
        };
        assert_eq!(of("x^2"), "2.000 (x - 0.500)^2");
        assert_eq!(of("1/x"), "2.000 1/(x - 0.500)");
        assert_eq!(of("1/x^2"), "2.000 1/(x - 0.500)^2");
        assert_eq!(of("exp"), "2.000 exp(x - 0.500)");
    }

    #[test]
    fn what_is_no_function_of_the_library_has_a_lower_r2() {
        let reading = read_edge(&edge(-1.0, 1.0, |x| (3.0 * x).sin() + 0.7 * (11.0 * x).cos()));
        assert!(reading.r2 < 0.9, "{reading} {}", reading.r2);
    }

    #[test]
    fn a_constant_or_broken_edge_reads_as_nothing() {
        for value in [2.0, f64::NAN] {
            let reading = read_edge(&edge(-1.0, 1.0, |_| value));
            assert_eq!((reading.function.name, reading.a, reading.r2), ("x", 0.0, 0.0));
        }
        assert_eq!(read_edge(&edge(1.0, 1.0, |x| x)).r2, 0.0);
    }
}
