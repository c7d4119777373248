//! Clicks that hang on the product of two sides: what an additive model of the fields cannot see.
//!
//! Two user fields `u1`, `u2` and two item fields `i1`, `i2` have 50 entries each, all uniform. Every entry of a user field has a vector
//! `a`, every entry of an item field a vector `b`, drawn from N(0, I) in 8 dimensions; M is an 8x8 matrix of N(0, 1/8). The logit is
//! `s (a_u1 + a_u2)^T M (b_i1 + b_i2) + t`. Over all 50^4 samples that there can be, `s` makes the deviation of the logits 2 and `t` the
//! mean probability 0.3.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use super::simulation::{shared_stream, sigmoid, simulate};
use super::{Encoded, Field, Layout, PartSizes, Simulation};
use crate::SettingError;

const VOCAB: usize = 50;
const DIM: usize = 8;
const FIELDS: [&str; 4] = ["u1", "u2", "i1", "i2"];
const DEVIATION: f64 = 2.0;
const CLICK_RATE: f64 = 0.3;

/// The sizes of the original: 60,000, 10,000 and 10,000 samples.
pub const BILINEAR_CTR_SIZES: PartSizes = PartSizes { train: 60_000, valid: 10_000, test: 10_000 };

/// The samples of a seed: fields `u1`, `u2`, `i1`, `i2` of 50 entries (none for unseen), a task `click`.
///
/// # Errors
/// A part without samples or of more than 16,777,216.
pub fn bilinear_ctr(sizes: PartSizes, seed: u64) -> Result<Simulation, SettingError> {
    let layout = Layout {
        fields: FIELDS.map(|name| Field { name: name.into(), vocab_size: VOCAB, shares: None }).to_vec(),
        numeric: Vec::new(),
        sequences: Vec::new(),
        tasks: vec!["click".into()],
    };
    let truth = Truth::draw(&mut shared_stream(seed));
    let draw = |rng: &mut ChaCha8Rng, samples: &mut Encoded, probabilities: &mut Vec<f32>| {
        let ids: [usize; 4] = std::array::from_fn(|_| rng.random_range(0..VOCAB));
        let probability = truth.probability(ids);
        samples.categorical.extend(ids.map(|id| id as u32));
        samples.labels.push(f32::from(rng.random::<f64>() < probability));
        probabilities.push(probability as f32);
    };
    simulate(layout, sizes, seed, &draw)
}

type Vector = [f64; DIM];

/// What the clicks hang on.
struct Truth {
    /// `M^T a` for each entry of `u1` and `u2`, then `b` for each entry of `i1` and `i2`.
    vectors: [Vec<Vector>; 4],
    scale: f64,
    shift: f64,
}

impl Truth {
    fn draw(rng: &mut ChaCha8Rng) -> Self {
        let mut vector = || -> Vector { std::array::from_fn(|_| StandardNormal.sample(rng)) };
        let mut vectors: [Vec<Vector>; 4] = std::array::from_fn(|_| (0..VOCAB).map(|_| vector()).collect());
        let matrix: [Vector; DIM] = std::array::from_fn(|_| vector().map(|z| z / (DIM as f64).sqrt()));
        for a in vectors[..2].iter_mut().flatten() {
            *a = std::array::from_fn(|column| (0..DIM).map(|row| a[row] * matrix[row][column]).sum());
        }
        let mut truth = Self { vectors, scale: 1.0, shift: 0.0 };
        truth.calibrate();
        truth
    }

    /// The vectors of the pairs of entries of two fields, summed.
    fn pairs(&self, fields: [usize; 2]) -> Vec<Vector> {
        let [first, second] = fields.map(|field| &self.vectors[field]);
        first.iter().flat_map(|a| second.iter().map(move |b| std::array::from_fn(|k| a[k] + b[k]))).collect()
    }

    /// Sets the scale and the shift.
    fn calibrate(&mut self) {
        let (users, items) = (self.pairs([0, 1]), self.pairs([2, 3]));
        let (mut sum, mut squares) = (0.0, 0.0);
        for logit in users.iter().flat_map(|u| items.iter().map(|i| dot(u, i))) {
            sum += logit;
            squares += logit * logit;
        }
        let count = (users.len() * items.len()) as f64;
        let mean = sum / count;
        self.scale = DEVIATION / (squares / count - mean * mean).sqrt();

        // The mean of the logistic function is taken over bins of this width, which is exact to about 1e-6.
        const WIDTH: f64 = 1.0 / 256.0;
        const HALF: f64 = 16_384.0;
        let mut bins = vec![0_u32; 2 * HALF as usize];
        for logit in users.iter().flat_map(|u| items.iter().map(|i| dot(u, i))) {
            let bin = (logit * self.scale / WIDTH + HALF).clamp(0.0, 2.0 * HALF - 1.0);
            bins[bin as usize] += 1;
        }
        let rate = |shift: f64| -> f64 {
            let centre = |bin: usize| (bin as f64 + 0.5 - HALF) * WIDTH;
            let filled = bins.iter().enumerate().filter(|(_, bin)| **bin > 0);
            filled.map(|(at, &bin)| f64::from(bin) * sigmoid(centre(at) + shift)).sum::<f64>() / count
        };
        let (mut low, mut high) = (-64.0, 64.0);
        for _ in 0..50 {
            let middle = (low + high) / 2.0;
            if rate(middle) < CLICK_RATE { low = middle } else { high = middle }
        }
        self.shift = (low + high) / 2.0;
    }

    fn probability(&self, ids: [usize; 4]) -> f64 {
        let [u1, u2, i1, i2] = std::array::from_fn(|field| &self.vectors[field][ids[field]]);
        let logit: f64 = (0..DIM).map(|k| (u1[k] + u2[k]) * (i1[k] + i2[k])).sum();
        sigmoid(self.scale * logit + self.shift)
    }
}

fn dot(a: &Vector, b: &Vector) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::super::simulation::tests::{auc, check};
    use super::*;

    #[test]
    fn rate_and_deviation_are_those_of_the_specification() {
        let made = bilinear_ctr(BILINEAR_CTR_SIZES, 0).unwrap();
        let p: Vec<f64> = made.probabilities[0].iter().map(|&p| f64::from(p)).collect();
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        // Of 60,000 samples: three times the standard error of the mean of p, whose deviation is about 0.3, is 0.004.
        assert!((mean(&p) - 0.3).abs() < 0.004, "{}", mean(&p));
        let logits: Vec<f64> = p.iter().map(|p| (p / (1.0 - p)).ln()).collect();
        let centre = mean(&logits);
        let deviation = mean(&logits.iter().map(|z| (z - centre).powi(2)).collect::<Vec<_>>()).sqrt();
        // Heavy tails: a relative standard error of about 1 %.
        assert!((deviation - 2.0).abs() < 0.06, "{deviation}");
        let clicks: f64 = made.data.train.labels.iter().map(|&y| f64::from(y)).sum();
        assert!((clicks / 60_000.0 - mean(&p)).abs() < 0.006);
        let best = auc(&made.probabilities[2], &made.data.test.labels);
        assert!((0.80..0.92).contains(&best), "{best}");
    }

    #[test]
    fn the_logit_is_a_product_of_sums_of_the_two_sides() {
        // Fixed items make the logit additive in the user's entries: f(u, v) - f(u, w) is the same for every u.
        let truth = Truth::draw(&mut shared_stream(3));
        let logit = |ids| {
            let p: f64 = truth.probability(ids);
            (p / (1.0 - p)).ln()
        };
        for u in 0..10 {
            let difference = logit([u, 1, 4, 5]) - logit([u, 2, 4, 5]);
            let expected = logit([20, 1, 4, 5]) - logit([20, 2, 4, 5]);
            assert!((difference - expected).abs() < 1e-6);
            assert!(
                (logit([u, 1, 4, 5]) - logit([u, 2, 4, 5]) - logit([u, 1, 6, 5]) + logit([u, 2, 6, 5])).abs()
                    > 1e-3
            );
        }
    }

    #[test]
    fn parts_are_sound_and_follow_from_the_seed() {
        check(bilinear_ctr);
    }
}
