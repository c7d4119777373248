//! How the bytes of an image become the `f32` values that a network reads.

use std::ops::Range;

/// Shifts and scales pixels, taken on the scale 0 to 1, to mean 0 and standard deviation 1.
#[derive(Debug, Clone, PartialEq)]
pub enum Normalization {
    /// With the given mean and standard deviation of each channel, the same for all images.
    PerChannel {
        /// Means, one a channel, on the scale 0 to 1.
        mean: Vec<f32>,
        /// Standard deviations, one a channel, on the scale 0 to 1.
        std: Vec<f32>,
    },
    /// With the image's own mean and standard deviation over all its values.
    PerImage,
}

/// Keeps a constant image or channel from being divided by zero.
const SMALLEST_STD: f32 = 1e-6;

impl Normalization {
    /// Writes the normalised `image`, whose values range over 0 to `max_value`, to `out`, value for value.
    ///
    /// # Panics
    /// If `out` is not as long as `image`, or the image's length is no multiple of the number of channels.
    pub fn apply(&self, image: &[u8], max_value: u8, out: &mut [f32]) {
        assert_eq!(image.len(), out.len(), "the image and the output differ in length");
        let max_value = f32::from(max_value);
        let mut affine = |range: Range<usize>, mean: f32, std: f32| {
            let scale = 1.0 / (max_value * std.max(SMALLEST_STD));
            let offset = -mean / std.max(SMALLEST_STD);
            for (out, &pixel) in out[range.clone()].iter_mut().zip(&image[range]) {
                *out = f32::from(pixel) * scale + offset;
            }
        };
        match self {
            Self::PerChannel { mean, std } => {
                assert_eq!(
                    image.len() % mean.len(),
                    0,
                    "the image does not divide into {} channels",
                    mean.len()
                );
                let plane = image.len() / mean.len();
                for (channel, (&mean, &std)) in mean.iter().zip(std).enumerate() {
                    affine(channel * plane..(channel + 1) * plane, mean, std);
                }
            }
            Self::PerImage => {
                let moments = Moments::of(image);
                affine(0..image.len(), moments.mean() / max_value, moments.std() / max_value);
            }
        }
    }
}

/// The exact count, sum and sum of squares of some bytes.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Moments {
    count: u64,
    sum: u64,
    squares: u64,
}

impl Moments {
    /// Of the bytes of one image.
    pub(crate) fn of(pixels: &[u8]) -> Self {
        let mut moments = Self::default();
        moments.add(pixels);
        moments
    }

    /// Takes in more bytes.
    pub(crate) fn add(&mut self, pixels: &[u8]) {
        self.count += pixels.len() as u64;
        self.sum += pixels.iter().map(|&pixel| u64::from(pixel)).sum::<u64>();
        self.squares += pixels.iter().map(|&pixel| u64::from(pixel) * u64::from(pixel)).sum::<u64>();
    }

    /// The mean; 0 of nothing.
    pub(crate) fn mean(&self) -> f32 {
        (self.sum as f64 / self.count.max(1) as f64) as f32
    }

    /// The standard deviation (of the population).
    pub(crate) fn std(&self) -> f32 {
        let count = self.count.max(1) as f64;
        let mean = self.sum as f64 / count;
        (self.squares as f64 / count - mean * mean).max(0.0).sqrt() as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn per_channel_matches_hand_worked_values() {
        let normalization = Normalization::PerChannel { mean: vec![0.5, 0.0], std: vec![0.25, 0.5] };
        let mut out = [0.0; 4];
        normalization.apply(&[0, 10, 10, 5], 10, &mut out);
        assert_eq!(out, [-2.0, 2.0, 2.0, 1.0]);
    }

    #[test]
    fn per_image_gives_mean_0_and_std_1() {
        let mut out = [0.0; 4];
        Normalization::PerImage.apply(&[10, 20, 30, 40], 255, &mut out);
        let mean = out.iter().sum::<f32>() / 4.0;
        let variance = out.iter().map(|value| value * value).sum::<f32>() / 4.0;
        assert!(mean.abs() < 1e-6 && (variance - 1.0).abs() < 1e-5, "{out:?}");
    }

    #[test]
    fn a_constant_image_stays_finite() {
        let mut out = [1.0; 2];
        Normalization::PerImage.apply(&[255, 255], 255, &mut out);
        assert!(out.iter().all(|value| value.abs() < 1.0), "{out:?}");
    }
}
