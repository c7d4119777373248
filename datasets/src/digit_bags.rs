//! Bags of digits, positive where they hold a certain one ("Attention-based Deep Multiple Instance Learning", arXiv 1802.04712): sizes are
//! drawn from a normal distribution and rounded, images uniformly with replacement.

use rand::RngExt;
use rand_distr::{Distribution, Normal};
use serde::{Deserialize, Serialize};

use crate::bags::Bags;
use crate::{ImageDataset, Purpose, RandomKey, SettingError};

/// The size of the task.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DigitBagConfig {
    /// Bags.
    pub bags: usize,
    /// Mean of the number of images of a bag; there is at least one.
    pub mean_size: f64,
    /// Standard deviation of that number.
    pub size_deviation: f64,
    /// The label that makes a bag positive.
    pub target: u32,
}

impl Default for DigitBagConfig {
    /// The training bags of the official example.
    fn default() -> Self {
        Self { bags: 200, mean_size: 10.0, size_deviation: 2.0, target: 9 }
    }
}

impl DigitBagConfig {
    /// Bags of a seed from these images, pixels scaled to 0..=1.
    ///
    /// # Errors
    ///
    /// Names the first setting that cannot be.
    pub fn generate(&self, images: &ImageDataset, seed: u64) -> Result<Bags, SettingError> {
        let refuse = |setting, value: String, allowed| Err(SettingError { setting, value, allowed });
        if !(1..=1 << 20).contains(&self.bags) {
            return refuse("digit_bags.bags", self.bags.to_string(), "between 1 and 1048576");
        }
        if !(1.0..=1000.0).contains(&self.mean_size) {
            return refuse("digit_bags.mean_size", self.mean_size.to_string(), "between 1 and 1000");
        }
        let sizes = match Normal::new(self.mean_size, self.size_deviation) {
            Ok(sizes) if (0.0..=1000.0).contains(&self.size_deviation) => sizes,
            _ => {
                let allowed = "between 0 and 1000";
                return refuse("digit_bags.size_deviation", self.size_deviation.to_string(), allowed);
            }
        };
        if self.target as usize >= images.classes().len() {
            return refuse(
                "digit_bags.target",
                self.target.to_string(),
                "the number of a class of the images",
            );
        }
        let mut bags = Bags::builder(images.shape().len());
        for bag in 0..self.bags {
            let mut rng = RandomKey { seed, epoch: 0, index: bag as u64 }.rng(Purpose::Sampling);
            let size = sizes.sample(&mut rng).round().max(1.0) as usize;
            let chosen: Vec<usize> = (0..size).map(|_| rng.random_range(0..images.len())).collect();
            let label = chosen.iter().any(|&image| images.label(image) == self.target);
            let scale = f32::from(images.max_value());
            let pixels = chosen.iter().flat_map(|&image| images.image(image)).map(|&p| f32::from(p) / scale);
            bags.push(pixels, label);
        }
        Ok(bags.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bags_are_labelled_by_what_they_hold() {
        let images = crate::digits::load().unwrap().test;
        let config = DigitBagConfig { bags: 400, ..DigitBagConfig::default() };
        let bags = config.generate(&images, 5).unwrap();
        // Images with a nine as values, to be found again in the bags.
        let scaled = |image: usize| -> Vec<f32> {
            images.image(image).iter().map(|&pixel| f32::from(pixel) / 16.0).collect()
        };
        let nines: Vec<Vec<f32>> =
            (0..images.len()).filter(|&image| images.label(image) == 9).map(scaled).collect();
        for bag in 0..bags.len() {
            let found = bags.instances(bag).chunks(64).any(|x| nines.iter().any(|nine| nine == x));
            assert_eq!(found, bags.labels()[bag], "bag {bag}");
        }
        let sizes: Vec<f64> = (0..bags.len()).map(|bag| bags.size(bag) as f64).collect();
        let mean = sizes.iter().sum::<f64>() / 400.0;
        let deviation = (sizes.iter().map(|size| (size - mean).powi(2)).sum::<f64>() / 400.0).sqrt();
        // The mean has a deviation of 0.1; rounding adds 0.02 to that of the sizes.
        assert!((mean - 10.0).abs() < 0.4 && (deviation - 2.0).abs() < 0.3, "{mean} {deviation}");
        assert!(sizes.iter().all(|&size| size >= 1.0));
        assert_eq!(config.generate(&images, 5).unwrap(), bags);
        assert_ne!(config.generate(&images, 6).unwrap(), bags);
        let some = bags.select([3, 0]);
        assert_eq!((some.len(), some.instances(1)), (2, bags.instances(0)));
    }

    #[test]
    fn settings_that_cannot_be_are_refused_by_name() {
        let images = crate::digits::load().unwrap().test;
        let message = |config: DigitBagConfig| config.generate(&images, 0).unwrap_err().to_string();
        let base = DigitBagConfig::default();
        assert_eq!(
            message(DigitBagConfig { target: 10, ..base }),
            "digit_bags.target = 10: must be the number of a class of the images"
        );
        assert!(message(DigitBagConfig { bags: 0, ..base }).starts_with("digit_bags.bags = 0"));
        assert!(message(DigitBagConfig { mean_size: 0.0, ..base }).starts_with("digit_bags.mean_size = 0"));
        let negative = DigitBagConfig { size_deviation: -1.0, ..base };
        assert!(message(negative).starts_with("digit_bags.size_deviation = -1"));
    }
}
