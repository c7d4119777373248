//! Noisy examples of patterns: all that the network sees.

use pyrarium_layers::ConfigError;
use pyrarium_layers::seeded::Stream;

use super::DilutedPatterns;
use super::config::{check_quality, check_size};

/// The entropy of `examples` examples of quality `quality`: `rho = (1 - r^2) / (M r^2)`; 0 is perfect data.
///
/// The average of the examples, divided by `r`, is `xi (1 + sqrt(rho) z)` with `z` of mean 0 and variance 1.
pub fn rho(examples: usize, quality: f64) -> f64 {
    (1.0 - quality * quality) / (examples as f64 * quality * quality)
}

/// `M` examples of each of `K` patterns: `eta = xi chi`, where `chi` is 1 with probability `(1 + r) / 2` and else -1.
#[derive(Clone, Debug, PartialEq)]
pub struct NoisyExamples {
    patterns: usize,
    examples: usize,
    quality: f64,
    dilution: f64,
    /// `[N, K, M]`
    entries: Vec<i8>,
}

impl NoisyExamples {
    /// Draws `examples` examples of each pattern.
    ///
    /// # Errors
    ///
    /// If `examples` is zero or too large, or `quality` is outside `(0, 1]`.
    pub fn sample(
        patterns: &DilutedPatterns,
        examples: usize,
        quality: f64,
        stream: &mut Stream,
    ) -> Result<Self, ConfigError> {
        check_size(patterns.neurons(), patterns.patterns(), examples)?;
        check_quality(quality)?;
        let agrees = 0.5 * (1.0 + quality);
        let mut entries = Vec::with_capacity(patterns.entries().len() * examples);
        for &entry in patterns.entries() {
            entries.extend((0..examples).map(|_| if stream.uniform() < agrees { entry } else { -entry }));
        }
        Ok(Self { patterns: patterns.patterns(), examples, quality, dilution: patterns.dilution(), entries })
    }

    /// Number of neurons, `N`.
    pub fn neurons(&self) -> usize {
        self.entries.len() / (self.patterns * self.examples)
    }

    /// Number of patterns, `K`.
    pub fn patterns(&self) -> usize {
        self.patterns
    }

    /// Number of examples of each pattern, `M`.
    pub fn examples(&self) -> usize {
        self.examples
    }

    /// Quality, `r`.
    pub fn quality(&self) -> f64 {
        self.quality
    }

    /// Dilution of the patterns, `d`.
    pub fn dilution(&self) -> f64 {
        self.dilution
    }

    /// Their entropy; see [`rho`].
    pub fn rho(&self) -> f64 {
        rho(self.examples, self.quality)
    }

    /// All entries: `[N, K, M]`, row by row.
    pub fn entries(&self) -> &[i8] {
        &self.entries
    }

    /// The sum over the examples of each pattern: `[N, K]`.
    pub fn sums(&self) -> Vec<i32> {
        let sum = |examples: &[i8]| examples.iter().map(|&entry| i32::from(entry)).sum();
        self.entries.chunks_exact(self.examples).map(sum).collect()
    }

    /// The estimates of the patterns, `1/(r M) sum_a eta^a`: `[N, K]`, of mean `xi`.
    pub fn averages(&self) -> Vec<f64> {
        let scale = 1.0 / (self.quality * self.examples as f64);
        self.sums().into_iter().map(|sum| scale * f64::from(sum)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn averages_have_the_mean_and_the_variance_of_the_theory() {
        let (n, m, r) = (20_000, 50, 0.3);
        let mut stream = Stream::new(3, 0);
        let patterns = DilutedPatterns::sample(n, 2, 0.25, &mut stream).unwrap();
        let examples = NoisyExamples::sample(&patterns, m, r, &mut stream).unwrap();
        let hats = examples.averages();
        assert!(
            patterns.entries().iter().zip(&hats).all(|(&entry, &hat)| entry != 0 || hat == 0.0),
            "a blank stays blank"
        );
        // hat / xi over the entries that are not blank: mean 1, variance rho.
        let ratios: Vec<f64> = patterns
            .entries()
            .iter()
            .zip(&hats)
            .filter(|(entry, _)| **entry != 0)
            .map(|(&entry, &hat)| f64::from(entry) * hat)
            .collect();
        let count = ratios.len() as f64;
        let rho = rho(m, r);
        let mean = ratios.iter().sum::<f64>() / count;
        assert!((mean - 1.0).abs() < 3.0 * (rho / count).sqrt(), "{mean}");
        let variance = ratios.iter().map(|ratio| (ratio - 1.0).powi(2)).sum::<f64>() / count;
        // The fourth moment of a sum of M signs is nearly that of a Gaussian: variance of the variance 2 rho^2 / count.
        assert!((variance - rho).abs() < 3.0 * rho * (2.0 / count).sqrt(), "{variance} instead of {rho}");
        // E[hat^2] = (1 - d)(1 + rho) =: c
        let square = hats.iter().map(|hat| hat * hat).sum::<f64>() / hats.len() as f64;
        let (c, of_squares) = (0.75 * (1.0 + rho), hats.iter().map(|hat| hat.powi(4)).sum::<f64>());
        let sigma = ((of_squares / hats.len() as f64 - c * c) / hats.len() as f64).sqrt();
        assert!((square - c).abs() < 3.0 * sigma, "{square} instead of {c}");
    }

    #[test]
    fn perfect_examples_are_the_patterns() {
        let mut stream = Stream::new(0, 0);
        let patterns = DilutedPatterns::sample(50, 2, 0.5, &mut stream).unwrap();
        let examples = NoisyExamples::sample(&patterns, 1, 1.0, &mut stream).unwrap();
        assert_eq!(examples.entries(), patterns.entries());
        assert_eq!(examples.rho(), 0.0);
    }
}
