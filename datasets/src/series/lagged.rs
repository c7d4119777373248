//! Channels of which the later ones follow the earlier ones, so that a forecast of one gains from looking at the others.
//!
//! Two latent sequences `z_k(t) = u_k(t) + sin(2 pi t / 24 + p_k)` with `u_k(t) = 0.95 u_k(t - 1) + e`, `e` normal such that `u_k` has
//! variance 1, and random phases `p_k`. Channel `c` is `cos(q_c) z_1(t - c) + sin(q_c) z_2(t - c)` with a random angle `q_c`, plus normal
//! noise of deviation 0.1.

use std::f64::consts::TAU;

use rand::RngExt;
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

use super::{Series, TimeAxis};
use crate::{Purpose, RandomKey, SettingError};

/// The size of the set.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LaggedConfig {
    /// Rows.
    pub rows: usize,
    /// Channels; channel `c` is `c` rows late.
    pub channels: usize,
    /// Factor from one row of a latent sequence to the next, in 0..1.
    pub memory: f64,
    /// Rows of a period of the sine.
    pub period: usize,
    /// Standard deviation of the noise on the channels.
    pub noise: f64,
}

impl Default for LaggedConfig {
    fn default() -> Self {
        Self { rows: 4000, channels: 6, memory: 0.95, period: 24, noise: 0.1 }
    }
}

impl LaggedConfig {
    /// The series of a seed.
    ///
    /// # Errors
    ///
    /// Names the first setting that cannot be.
    pub fn generate(&self, seed: u64) -> Result<Series, SettingError> {
        let refuse = |setting, value: String, allowed| Err(SettingError { setting, value, allowed });
        let Self { rows, channels, memory, period, noise } = *self;
        for (setting, value, range, allowed) in [
            ("lagged.rows", rows, 1..=1 << 22, "between 1 and 4194304"),
            ("lagged.channels", channels, 1..=64, "between 1 and 64"),
            ("lagged.period", period, 1..=1 << 22, "between 1 and 4194304"),
        ] {
            if !range.contains(&value) {
                return refuse(setting, value.to_string(), allowed);
            }
        }
        if !(0.0..1.0).contains(&memory) {
            return refuse("lagged.memory", memory.to_string(), "at least 0 and below 1");
        }
        if !(0.0..=1e6).contains(&noise) {
            return refuse("lagged.noise", noise.to_string(), "between 0 and 1000000");
        }
        let stream = |index| RandomKey { seed, epoch: 0, index }.rng(Purpose::Sampling);
        let mut angles = stream(0);
        let mut angle = || angles.random_range(0.0..TAU);
        let phases: [f64; 2] = [angle(), angle()];
        let mixture: Vec<f64> = (0..channels).map(|_| angle()).collect();
        // The latent sequences begin `channels - 1` rows early, for the latest channel.
        let early = channels - 1;
        let mut normals = stream(1);
        let mut normal = || -> f64 { StandardNormal.sample(&mut normals) };
        let mut states = [normal(), normal()];
        let mut latent: Vec<[f64; 2]> = Vec::with_capacity(rows + early);
        for at in 0..rows + early {
            let turn = TAU * (at as f64 - early as f64) / period as f64;
            latent.push([0, 1].map(|k| states[k] + (turn + phases[k]).sin()));
            states = states.map(|state| memory * state + (1.0 - memory * memory).sqrt() * normal());
        }
        let mut noises = stream(2);
        let mut values = Vec::with_capacity(rows * channels);
        for row in 0..rows {
            for (channel, angle) in mixture.iter().enumerate() {
                let [first, second] = latent[row + early - channel];
                let drawn: f64 = StandardNormal.sample(&mut noises);
                values.push((angle.cos() * first + angle.sin() * second + noise * drawn) as f32);
            }
        }
        let names = (0..channels).map(|channel| format!("lag_{channel}")).collect();
        let observed = vec![true; values.len()];
        Ok(Series::new("lagged", ("row", TimeAxis::counting()), names, values, observed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(series: &Series, channel: usize) -> Vec<f64> {
        let width = series.channels().len();
        series.values(0..series.rows()).iter().skip(channel).step_by(width).map(|&x| f64::from(x)).collect()
    }

    /// Residual variance of the best linear prediction of `y` by two columns, by its normal equations.
    fn unexplained(y: &[f64], a: &[f64], b: &[f64]) -> f64 {
        let dot = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>();
        let (aa, ab, bb, ay, by) = (dot(a, a), dot(a, b), dot(b, b), dot(a, y), dot(b, y));
        let determinant = aa * bb - ab * ab;
        let (p, q) = ((ay * bb - by * ab) / determinant, (by * aa - ay * ab) / determinant);
        let rest = y.iter().zip(a.iter().zip(b)).map(|(y, (a, b))| (y - p * a - q * b).powi(2));
        rest.sum::<f64>() / y.len() as f64
    }

    #[test]
    fn a_late_channel_is_two_earlier_ones_shifted() {
        let config = LaggedConfig { noise: 0.0, ..LaggedConfig::default() };
        let series = config.generate(3).unwrap();
        let (first, second, last) = (column(&series, 0), column(&series, 1), column(&series, 5));
        let count = first.len();
        // Channel 5 at t is made of the latents at t - 5: channel 0 at t - 5 and channel 1 at t - 4.
        let exact = unexplained(&last[5..], &first[..count - 5], &second[1..count - 4]);
        assert!(exact < 1e-10, "{exact}");
        let wrong = unexplained(&last[5..], &first[2..count - 3], &second[3..count - 2]);
        assert!(wrong > 0.05, "{wrong}");
    }

    #[test]
    fn noise_and_variance_are_as_documented() {
        let series = LaggedConfig { rows: 100_000, ..LaggedConfig::default() }.generate(0).unwrap();
        let quiet =
            LaggedConfig { rows: 100_000, noise: 0.0, ..LaggedConfig::default() }.generate(0).unwrap();
        let difference: f64 =
            column(&series, 2).iter().zip(column(&quiet, 2)).map(|(a, b)| (a - b).powi(2)).sum();
        assert!((difference / 1e5 - 0.01).abs() < 3e-4, "{difference}");
        // 1 of the autoregression and at most 1/2 + 1/2 of the sines, which add up by their phases.
        let values = column(&quiet, 2);
        let variance = values.iter().map(|x| x * x).sum::<f64>() / 1e5;
        assert!((0.8..2.2).contains(&variance), "{variance}");
    }

    #[test]
    fn the_series_is_a_function_of_its_seed() {
        let config = LaggedConfig { rows: 50, ..LaggedConfig::default() };
        assert_eq!(config.generate(1).unwrap(), config.generate(1).unwrap());
        assert_ne!(config.generate(1).unwrap(), config.generate(2).unwrap());
        let error = LaggedConfig { memory: 1.0, ..config }.generate(0).unwrap_err();
        assert_eq!(error.to_string(), "lagged.memory = 1: must be at least 0 and below 1");
        assert!(LaggedConfig { channels: 0, ..config }.generate(0).is_err());
    }
}
