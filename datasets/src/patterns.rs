//! Patterns to store in an associative memory, and damaged copies to find them by. All are matrices, row by row.

use rand::RngExt;
use rand::seq::index;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use crate::{Purpose, RandomKey};

fn rng(seed: u64) -> ChaCha8Rng {
    RandomKey { seed, epoch: 0, index: 0 }.rng(Purpose::Sampling)
}

fn normal(rng: &mut ChaCha8Rng) -> f64 {
    StandardNormal.sample(rng)
}

/// Scaled to this norm.
fn scaled(vector: Vec<f64>, radius: f64) -> impl Iterator<Item = f32> {
    let norm = vector.iter().map(|x| x * x).sum::<f64>().sqrt();
    vector.into_iter().map(move |x| (x * radius / norm) as f32)
}

/// `count` patterns, uniform on the sphere of this radius in `d` dimensions.
pub fn on_sphere(count: usize, d: usize, radius: f64, seed: u64) -> Vec<f32> {
    let mut rng = rng(seed);
    (0..count).flat_map(|_| scaled((0..d).map(|_| normal(&mut rng)).collect(), radius)).collect()
}

/// Around each of `centres`, patterns uniform on the sphere, `each` patterns: the centre plus normal noise of standard deviation
/// `spread` in each coordinate, brought back to the sphere. Patterns of one centre lie together.
pub fn clustered(centres: usize, each: usize, d: usize, radius: f64, spread: f64, seed: u64) -> Vec<f32> {
    let middles = on_sphere(centres, d, radius, seed);
    let mut rng = RandomKey { seed, epoch: 0, index: 1 }.rng(Purpose::Sampling);
    let mut patterns = Vec::with_capacity(centres * each * d);
    for middle in middles.chunks(d) {
        for _ in 0..each {
            let near = middle.iter().map(|&x| f64::from(x) + spread * normal(&mut rng)).collect();
            patterns.extend(scaled(near, radius));
        }
    }
    patterns
}

/// A copy with normal noise of standard deviation `sigma` on every value.
pub fn noisy(patterns: &[f32], sigma: f64, seed: u64) -> Vec<f32> {
    let mut rng = rng(seed);
    patterns.iter().map(|&x| x + (sigma * normal(&mut rng)) as f32).collect()
}

/// A copy with half of the coordinates of each pattern, drawn for each anew, set to 0.
pub fn half_zeroed(patterns: &[f32], d: usize, seed: u64) -> Vec<f32> {
    let mut rng = rng(seed);
    let mut copy = patterns.to_vec();
    for pattern in copy.chunks_mut(d) {
        for at in index::sample(&mut rng, pattern.len(), pattern.len() / 2) {
            pattern[at] = 0.0;
        }
    }
    copy
}

/// `count` patterns of `d` signs, -1 or 1.
pub fn signs(count: usize, d: usize, seed: u64) -> Vec<f32> {
    let mut rng = rng(seed);
    (0..count * d).map(|_| if rng.random::<bool>() { 1.0 } else { -1.0 }).collect()
}

/// A copy with this share of the signs of each pattern, rounded to a whole number, turned.
pub fn turned(patterns: &[f32], d: usize, share: f64, seed: u64) -> Vec<f32> {
    let mut rng = rng(seed);
    let mut copy = patterns.to_vec();
    for pattern in copy.chunks_mut(d) {
        let count = (pattern.len() as f64 * share.clamp(0.0, 1.0)).round() as usize;
        for at in index::sample(&mut rng, pattern.len(), count) {
            pattern[at] = -pattern[at];
        }
    }
    copy
}

#[cfg(test)]
mod tests {
    use super::*;

    fn norm(pattern: &[f32]) -> f64 {
        pattern.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>().sqrt()
    }

    fn inner(a: &[f32], b: &[f32]) -> f64 {
        a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum()
    }

    #[test]
    fn random_patterns_lie_on_the_sphere_in_all_directions() {
        let patterns = on_sphere(2000, 16, 4.0, 1);
        assert!(patterns.chunks(16).all(|pattern| (norm(pattern) - 4.0).abs() < 1e-5));
        // The mean over the sphere is 0, each coordinate's variance is 1: the mean of 2,000 has a deviation of 0.022.
        for at in 0..16 {
            let column: Vec<f64> = patterns.chunks(16).map(|pattern| f64::from(pattern[at])).collect();
            let mean = column.iter().sum::<f64>() / 2000.0;
            let variance = column.iter().map(|x| x * x).sum::<f64>() / 2000.0;
            assert!(mean.abs() < 0.1 && (variance - 1.0).abs() < 0.15, "{mean} {variance}");
        }
        assert_eq!(patterns, on_sphere(2000, 16, 4.0, 1));
        assert_ne!(patterns, on_sphere(2000, 16, 4.0, 2));
    }

    #[test]
    fn patterns_of_a_cluster_are_nearer_to_each_other() {
        let patterns = clustered(5, 10, 64, 8.0, 0.25, 3);
        let rows: Vec<&[f32]> = patterns.chunks(64).collect();
        assert!(rows.iter().all(|row| (norm(row) - 8.0).abs() < 1e-5));
        for (i, a) in rows.iter().enumerate() {
            for (j, b) in rows.iter().enumerate().skip(i + 1) {
                // Within: 64 / (1 + 0.25^2) = 60, between: 0 with a deviation of 8.
                let product = inner(a, b);
                assert_eq!(product > 50.0, i / 10 == j / 10, "{i} {j} {product}");
            }
        }
    }

    #[test]
    fn damage_is_what_was_asked_for() {
        let patterns = signs(100, 64, 4);
        assert!(patterns.iter().all(|x| x.abs() == 1.0));
        let mean = patterns.iter().sum::<f32>() / 6400.0;
        assert!(mean.abs() < 0.06, "{mean}");
        let turned = turned(&patterns, 64, 0.1, 5);
        let halves = half_zeroed(&patterns, 64, 6);
        for (row, pattern) in patterns.chunks(64).enumerate() {
            let part = |of: &[f32]| of[row * 64..][..64].to_vec();
            assert_eq!(inner(pattern, &part(&turned)), 64.0 - 12.0);
            assert_eq!(inner(pattern, &part(&halves)), 32.0);
        }
        let noise: Vec<f64> =
            noisy(&patterns, 0.3, 7).iter().zip(&patterns).map(|(a, b)| f64::from(a - b)).collect();
        let deviation = (noise.iter().map(|x| x * x).sum::<f64>() / 6400.0).sqrt();
        assert!((deviation - 0.3).abs() < 0.01, "{deviation}");
    }
}
