//! Mixup: a batch blended with a shuffled copy of itself (Zhang et al., arXiv 1710.09412).

use rand::seq::SliceRandom;
use rand_distr::{Beta, Distribution};
use serde::{Deserialize, Serialize};

use crate::{Purpose, RandomKey, SettingError};

/// Blends batches with lambda drawn from Beta(alpha, alpha).
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mixup {
    /// At least 0; 0 is off.
    pub alpha: f64,
}

/// The blend of one batch: sample `i` becomes `lambda * x[i] + (1 - lambda) * x[partners[i]]`, and its loss
/// is blended from the two labels alike.
#[derive(Debug, Clone, PartialEq)]
pub struct Blend {
    /// The weight of the sample itself, 0 to 1.
    pub lambda: f32,
    /// The sample blended in, for each sample: a permutation of the batch.
    pub partners: Vec<usize>,
}

impl Mixup {
    /// A mixup of strength `alpha`.
    ///
    /// # Errors
    /// If `alpha` is negative or not finite.
    pub fn new(alpha: f64) -> Result<Self, SettingError> {
        let mixup = Self { alpha };
        mixup.validate()?;
        Ok(mixup)
    }

    /// Checks `alpha`.
    ///
    /// # Errors
    /// If it is negative or not finite.
    pub fn validate(&self) -> Result<(), SettingError> {
        if self.alpha.is_finite() && self.alpha >= 0.0 { Ok(()) } else { Err(self.out_of_range()) }
    }

    fn out_of_range(&self) -> SettingError {
        SettingError {
            setting: "mixup.alpha",
            value: self.alpha.to_string(),
            allowed: "a finite number of at least 0 (0 is off)",
        }
    }

    /// The blend of the batch addressed by `key` (its index the batch's), or `None` if mixup is off.
    ///
    /// # Errors
    /// If `alpha` does not [validate](Self::validate).
    pub fn draw(&self, batch_size: usize, key: RandomKey) -> Result<Option<Blend>, SettingError> {
        self.validate()?;
        if self.alpha == 0.0 {
            return Ok(None);
        }
        let beta = Beta::new(self.alpha, self.alpha).map_err(|_| self.out_of_range())?;
        let mut rng = key.rng(Purpose::Mixup);
        let lambda = beta.sample(&mut rng) as f32;
        let mut partners: Vec<usize> = (0..batch_size).collect();
        partners.shuffle(&mut rng);
        Ok(Some(Blend { lambda, partners }))
    }
}

impl Blend {
    /// Blends `batch`, samples of equal length one after the other.
    ///
    /// # Panics
    /// If `batch` does not divide into as many samples as there are partners.
    pub fn apply(&self, batch: &mut [f32]) {
        assert_eq!(
            batch.len() % self.partners.len(),
            0,
            "the batch does not divide into the blend's samples"
        );
        let len = batch.len() / self.partners.len();
        let original = batch.to_vec();
        for (sample, &partner) in batch.chunks_exact_mut(len).zip(&self.partners) {
            for (value, other) in sample.iter_mut().zip(&original[partner * len..][..len]) {
                *value = self.lambda * *value + (1.0 - self.lambda) * other;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: RandomKey = RandomKey { seed: 1, epoch: 0, index: 0 };

    #[test]
    fn lambda_has_the_moments_of_beta() {
        let mixup = Mixup::new(0.8).unwrap();
        let count = 20_000;
        let lambdas: Vec<f64> = (0..count)
            .map(|index| mixup.draw(1, RandomKey { index, ..KEY }).unwrap().unwrap().lambda.into())
            .collect();
        assert!(lambdas.iter().all(|lambda| (0.0..=1.0).contains(lambda)));
        let mean = lambdas.iter().sum::<f64>() / count as f64;
        let variance = lambdas.iter().map(|lambda| (lambda - mean).powi(2)).sum::<f64>() / count as f64;
        // Beta(a, a) has mean 1/2 and variance 1 / (4 (2a + 1)); the bounds are over four standard errors.
        assert!((mean - 0.5).abs() < 0.009, "{mean}");
        assert!((variance - 1.0 / (4.0 * 2.6)).abs() < 0.0025, "{variance}");
    }

    #[test]
    fn partners_are_a_permutation_that_the_address_decides() {
        let draw = |key| Mixup { alpha: 1.0 }.draw(64, key).unwrap().unwrap();
        let blend = draw(KEY);
        let mut sorted = blend.partners.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..64).collect::<Vec<_>>());
        assert_ne!(blend.partners, sorted);
        assert_eq!(blend, draw(KEY));
        assert_ne!(blend, draw(RandomKey { epoch: 1, ..KEY }));
    }

    #[test]
    fn a_blend_matches_hand_worked_values() {
        let blend = Blend { lambda: 0.75, partners: vec![1, 2, 0] };
        let mut batch = [0.0, 8.0, 4.0, 0.0, 8.0, 4.0];
        blend.apply(&mut batch);
        assert_eq!(batch, [1.0, 6.0, 5.0, 1.0, 6.0, 5.0]);
    }

    #[test]
    fn zero_is_off_and_other_values_are_refused() {
        assert_eq!(Mixup::default().draw(4, KEY), Ok(None));
        for alpha in [-0.1, f64::NAN, f64::INFINITY] {
            let message = Mixup::new(alpha).unwrap_err().to_string();
            assert!(message.starts_with(&format!("mixup.alpha = {alpha}: must be")), "{message}");
            assert!(Mixup { alpha }.draw(4, KEY).is_err());
        }
    }
}
