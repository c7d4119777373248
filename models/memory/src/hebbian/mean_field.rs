//! The network of infinitely many neurons: self-consistent overlaps and their free energy.
//!
//! With `hat = xi (1 + sqrt(rho) z)`, `c = (1-d)(1+rho)` and `t = tanh(beta/c sum_nu hat^nu p_nu)`:
//! `p_mu = E[hat^mu t]`, `m_mu = E[xi^mu t]`, `f(p) = 1/(2c) sum p^2 - 1/beta E log 2cosh(beta/c sum_nu hat^nu p_nu)`,
//! averages over the entries `xi` and the Gaussian noise `z` of each pattern.
//!
//! All `3^K` values of `xi` are enumerated. Given them, the argument of `t` is one Gaussian of mean `a = sum xi p` and variance
//! `b^2 = rho sum xi^2 p^2`, so that one average replaces `K`, and `E[z_mu t] = sqrt(rho) xi_mu p_mu E[dt/da]` (Stein) gives `p` from
//! `m`. [`naive_averages`](MeanField::naive_averages) is the definition.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

use pyrarium_layers::{ConfigError, check_range};

use super::config::{check_beta, check_dilution};
use super::erf::erf;
use super::gauss_hermite::gauss_hermite;

/// The theory for `K` patterns in low storage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeanField {
    /// Patterns, `K`: from 1 to 12, as `3^K` terms are enumerated.
    pub patterns: usize,
    /// Probability of a blank entry, `d` in `[0, 1)`.
    pub dilution: f64,
    /// Entropy of the data, 0 or more; see [`rho`](super::rho).
    pub rho: f64,
    /// Inverse temperature; `None` is temperature 0.
    pub beta: Option<f64>,
}

/// A solution of the self-consistency equations.
#[derive(Clone, Debug, PartialEq)]
pub struct Solution {
    /// Overlaps with the patterns: `[K]`, at most `1 - d` each.
    pub m: Vec<f64>,
    /// Overlaps with the averaged examples: `[K]`.
    pub p: Vec<f64>,
    /// Free energy of each neuron; the energy at temperature 0.
    pub free_energy: f64,
    /// Iterations that were made.
    pub iterations: usize,
    /// The largest change of the last iteration: below 1e-13, unless the limit of iterations ended the search.
    pub residual: f64,
}

/// Weight of the new value in each iteration.
const DAMPING: f64 = 0.5;
/// Iterations end when no overlap changes by more.
const RESIDUAL: f64 = 1e-13;
/// Iterations at most; some ten thousand are needed where a state is about to become unstable.
const ITERATIONS: usize = 50_000;
/// Largest `K`.
const PATTERNS: usize = 12;
/// The Gaussian average is a sum over equidistant points, which converges faster than Gauss-Hermite where `t` is steep (at rho = 1.2
/// and T = 0.05 the latter is off by 8e-3 with 80 points): the error is below 1e-10 as long as the temperature is above `0.04 b/c`.
const STEP: f64 = 1.0 / 64.0;
/// Points beyond have no weight in double precision.
const RANGE: f64 = 8.5;

impl MeanField {
    /// Checks every value.
    ///
    /// # Errors
    ///
    /// Names the first field that is out of range, its value and what is allowed.
    pub fn validate(&self) -> Result<(), ConfigError> {
        check_range("patterns", self.patterns, 1..=PATTERNS)?;
        check_dilution(self.dilution)?;
        check_beta(self.beta)?;
        match self.rho >= 0.0 && self.rho.is_finite() {
            true => Ok(()),
            false => Err(ConfigError::new("rho", self.rho, "0 or more")),
        }
    }

    /// The normalisation `c = E[hat^2]`.
    pub fn c(&self) -> f64 {
        (1.0 - self.dilution) * (1.0 + self.rho)
    }

    /// The hierarchical overlaps `(1-d) d^mu`, to start from: `[K]`.
    pub fn hierarchical(&self) -> Vec<f64> {
        (0..self.patterns).map(|pattern| (1.0 - self.dilution) * self.dilution.powi(pattern as i32)).collect()
    }

    /// Equal overlaps, to start from: `[K]`.
    pub fn symmetric(&self) -> Vec<f64> {
        vec![(1.0 - self.dilution) / (self.patterns as f64).sqrt(); self.patterns]
    }

    /// Iterates the equations from the overlaps `start` until they stand still.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate), and a start of another length than `K`.
    pub fn solve(&self, start: &[f64]) -> Result<Solution, ConfigError> {
        self.validate()?;
        if start.len() != self.patterns {
            let allowed = format!("{} overlaps, one for each pattern", self.patterns);
            return Err(ConfigError::new("start", start.len(), allowed));
        }
        let gaussian = self.gaussian();
        let mut p = start.to_vec();
        let (mut iterations, mut residual) = (0, f64::INFINITY);
        while residual > RESIDUAL && iterations < ITERATIONS {
            let new = self.averages_over(&gaussian, &p).p;
            residual = 0.0;
            for (old, new) in p.iter_mut().zip(new) {
                let change = DAMPING * (new - *old);
                *old += change;
                residual = f64::max(residual, change.abs());
            }
            iterations += 1;
        }
        let Averages { m, potential, .. } = self.averages_over(&gaussian, &p);
        let free_energy = self.free_energy_with(potential, &p);
        Ok(Solution { m, p, free_energy, iterations, residual })
    }

    /// The free energy at any overlaps `p` with the averaged examples, stationary at the solutions:
    /// `df/dp_mu = (p_mu - E[hat^mu t]) / c`.
    pub fn free_energy(&self, p: &[f64]) -> f64 {
        self.free_energy_with(self.averages_over(&self.gaussian(), p).potential, p)
    }

    fn free_energy_with(&self, potential: f64, p: &[f64]) -> f64 {
        p.iter().map(|p| p * p).sum::<f64>() / (2.0 * self.c()) - potential
    }

    /// `(E[xi^mu t], E[hat^mu t])` at given overlaps: `[K]` each.
    pub fn averages(&self, p: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let Averages { m, p, .. } = self.averages_over(&self.gaussian(), p);
        (m, p)
    }

    /// [`averages`](Self::averages) by their definition: enumeration of `xi` times Gauss-Hermite quadrature with `nodes` points in
    /// the noise of each pattern, `3^K nodes^K` terms. Not for temperature 0, where `t` jumps.
    pub fn naive_averages(&self, p: &[f64], nodes: usize) -> (Vec<f64>, Vec<f64>) {
        let beta = self.beta.unwrap_or(f64::INFINITY);
        let rule = gauss_hermite(nodes);
        // The values of a pattern's (xi, hat) with their weights.
        let mut values = vec![(0.0, 0.0, self.dilution)];
        for xi in [1.0, -1.0] {
            let half = 0.5 * (1.0 - self.dilution);
            values
                .extend(rule.iter().map(|(z, weight)| (xi, xi * (1.0 + self.rho.sqrt() * z), half * weight)));
        }
        let (mut m, mut next) = (vec![0.0; p.len()], vec![0.0; p.len()]);
        let mut choice = vec![0; p.len()];
        loop {
            let chosen = || choice.iter().map(|&index| values[index]);
            let argument: f64 = chosen().zip(p).map(|((_, hat, _), p)| hat * p).sum();
            let weight: f64 = chosen().map(|(.., weight)| weight).product();
            let t = weight * (beta * argument / self.c()).tanh();
            for (pattern, (xi, hat, _)) in chosen().enumerate() {
                m[pattern] += xi * t;
                next[pattern] += hat * t;
            }
            let Some(digit) = choice.iter().position(|&index| index + 1 < values.len()) else { break };
            choice[digit] += 1;
            choice[..digit].fill(0);
        }
        (m, next)
    }

    /// The points of the Gaussian average.
    fn gaussian(&self) -> Vec<(f64, f64)> {
        if self.rho == 0.0 {
            return vec![(0.0, 1.0)];
        }
        let count = (RANGE / STEP) as i32;
        let point = |index: i32| STEP * f64::from(index);
        let weight = |g: f64| STEP * (-0.5 * g * g).exp() / (2.0 * PI).sqrt();
        (-count..=count).map(|index| (point(index), weight(point(index)))).collect()
    }

    fn averages_over(&self, gaussian: &[(f64, f64)], p: &[f64]) -> Averages {
        let mut averages = Averages { m: vec![0.0; p.len()], p: vec![0.0; p.len()], potential: 0.0 };
        let mut squares = vec![0.0; p.len()];
        let mut entries = vec![-1.0; p.len()];
        loop {
            let blanks = entries.iter().filter(|&&xi| xi == 0.0).count() as i32;
            let others = p.len() as i32 - blanks;
            let weight = self.dilution.powi(blanks) * (0.5 * (1.0 - self.dilution)).powi(others);
            let mean: f64 = entries.iter().zip(p).map(|(xi, p)| xi * p).sum();
            let variance: f64 = entries.iter().zip(p).map(|(xi, p)| (xi * p).powi(2)).sum();
            let response = self.response(gaussian, mean, (self.rho * variance).sqrt());
            averages.potential += weight * response.potential;
            for (pattern, xi) in entries.iter().enumerate() {
                averages.m[pattern] += weight * xi * response.t;
                squares[pattern] += weight * xi * xi * response.slope;
            }
            let Some(digit) = entries.iter().position(|&xi| xi < 1.0) else { break };
            entries[digit] += 1.0;
            entries[..digit].fill(-1.0);
        }
        for (pattern, next) in averages.p.iter_mut().enumerate() {
            *next = averages.m[pattern] + self.rho * p[pattern] * squares[pattern];
        }
        averages
    }

    /// A neuron whose argument is a Gaussian of this mean and standard deviation.
    fn response(&self, gaussian: &[(f64, f64)], mean: f64, deviation: f64) -> Response {
        let c = self.c();
        match self.beta {
            Some(beta) => {
                let mut response = Response { t: 0.0, slope: 0.0, potential: 0.0 };
                for &(g, weight) in gaussian {
                    let field = beta * (mean + deviation * g) / c;
                    let t = field.tanh();
                    response.t += weight * t;
                    response.slope += weight * (1.0 - t * t) * beta / c;
                    response.potential += weight * log_2_cosh(field) / beta;
                }
                response
            }
            None if deviation == 0.0 => {
                let t = if mean == 0.0 { 0.0 } else { mean.signum() };
                Response { t, slope: 0.0, potential: mean.abs() / c }
            }
            None => {
                let ratio = mean / deviation;
                let density = (-0.5 * ratio * ratio).exp() / (2.0 * PI).sqrt();
                let t = erf(ratio * FRAC_1_SQRT_2);
                let potential = (mean * t + 2.0 * deviation * density) / c;
                Response { t, slope: 2.0 * density / deviation, potential }
            }
        }
    }
}

struct Averages {
    m: Vec<f64>,
    p: Vec<f64>,
    /// `1/beta E log 2cosh(beta h)`, or `E |h|` at temperature 0.
    potential: f64,
}

/// Averages over the noise of one neuron.
struct Response {
    t: f64,
    /// Derivative of `t` by the mean.
    slope: f64,
    potential: f64,
}

fn log_2_cosh(x: f64) -> f64 {
    x.abs() + (-2.0 * x.abs()).exp().ln_1p()
}
