//! Random crops, flips and shifts of images in host memory (`f32` buffers `[C, H, W]`), each sample's
//! randomness addressed by (seed, epoch, sample).

use rand::RngExt;
use serde::{Deserialize, Serialize};

use crate::crop::{CropConfig, Tap, Window};
use crate::{ImageShape, Purpose, RandomKey, SettingError};

/// Which augmentations are applied, in this order; all are off by default. They are meant for normalised
/// images, in which the zeros that a shift leaves behind stand for the mean.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AugmentConfig {
    /// Cuts out a random part and resizes it to the full size.
    pub crop: CropConfig,
    /// The probability of a left-right flip, 0 to 1; 0 is off.
    pub flip: f64,
    /// The most pixels by which an image moves along each axis, leaving zeros behind; 0 is off.
    pub shift: u32,
}

impl AugmentConfig {
    /// Whether nothing is augmented.
    pub fn is_off(&self) -> bool {
        *self == Self::default()
    }

    /// Checks every setting.
    ///
    /// # Errors
    /// The first setting that is out of range.
    pub fn validate(&self) -> Result<(), SettingError> {
        if !(0.0..=1.0).contains(&self.flip) {
            let value = self.flip.to_string();
            return Err(SettingError {
                setting: "augment.flip",
                value,
                allowed: "a probability from 0 to 1",
            });
        }
        self.crop.validate()
    }
}

/// Augments images of one shape in place; holds the scratch memory that this needs.
#[derive(Debug, Clone)]
pub struct Augment {
    config: AugmentConfig,
    shape: ImageShape,
    original: Vec<f32>,
    columns: Vec<Tap>,
}

impl Augment {
    /// An augmenter for images of `shape`.
    ///
    /// # Errors
    /// If `config` does not [validate](AugmentConfig::validate).
    pub fn new(config: AugmentConfig, shape: ImageShape) -> Result<Self, SettingError> {
        config.validate()?;
        Ok(Self { config, shape, original: Vec::new(), columns: Vec::new() })
    }

    /// Augments `image` in place; the outcome depends on the image and `key` (its index the sample's) alone.
    ///
    /// # Panics
    /// If `image` is not of the augmenter's shape.
    pub fn apply(&mut self, image: &mut [f32], key: RandomKey) {
        assert_eq!(image.len(), self.shape.len(), "the image is not of shape {}", self.shape);
        let mut rng = key.rng(Purpose::Augment);
        if !self.config.crop.is_off() {
            let window = Window::draw(&self.config.crop, self.shape, &mut rng);
            self.keep(image);
            window.stretch(&self.original, self.shape, &mut self.columns, image);
        }
        if self.config.flip > 0.0 && rng.random_bool(self.config.flip) {
            flip(image, self.shape.width);
        }
        if self.config.shift > 0 {
            let reach = i64::from(self.config.shift);
            let mut step = || rng.random_range(-reach..=reach) as isize;
            let (down, right) = (step(), step());
            self.shift(image, down, right);
        }
    }

    fn keep(&mut self, image: &[f32]) {
        self.original.clear();
        self.original.extend_from_slice(image);
    }

    /// Moves the image `down` and to the `right`; what comes into view is zero.
    fn shift(&mut self, image: &mut [f32], down: isize, right: isize) {
        let ImageShape { height, width, .. } = self.shape;
        self.keep(image);
        image.fill(0.0);
        let kept = width.saturating_sub(right.unsigned_abs());
        let (from, to) = (-right.min(0) as usize, right.max(0) as usize);
        let planes = self.original.chunks_exact(height * width);
        for (plane, out) in planes.zip(image.chunks_exact_mut(height * width)) {
            for (y, row) in plane.chunks_exact(width).enumerate() {
                if let Some(y) = y.checked_add_signed(down).filter(|&y| y < height && kept > 0) {
                    out[y * width + to..][..kept].copy_from_slice(&row[from..][..kept]);
                }
            }
        }
    }
}

fn flip(image: &mut [f32], width: usize) {
    image.chunks_exact_mut(width).for_each(<[f32]>::reverse);
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: ImageShape = ImageShape::new(2, 3, 4);
    const KEY: RandomKey = RandomKey { seed: 1, epoch: 0, index: 5 };

    fn ramp() -> Vec<f32> {
        (1..=SHAPE.len()).map(|value| value as f32).collect()
    }

    fn augmented(config: AugmentConfig, key: RandomKey) -> Vec<f32> {
        let mut image = ramp();
        Augment::new(config, SHAPE).unwrap().apply(&mut image, key);
        image
    }

    fn everything() -> AugmentConfig {
        AugmentConfig { crop: CropConfig::RANDOM_RESIZED, flip: 0.5, shift: 1 }
    }

    #[test]
    fn off_changes_nothing() {
        assert!(AugmentConfig::default().is_off());
        assert_eq!(augmented(AugmentConfig::default(), KEY), ramp());
    }

    #[test]
    fn a_certain_flip_reverses_rows_and_twice_is_the_identity() {
        let config = AugmentConfig { flip: 1.0, ..AugmentConfig::default() };
        let mut augment = Augment::new(config, SHAPE).unwrap();
        let mut image = ramp();
        augment.apply(&mut image, KEY);
        assert_eq!(image[..8], [4.0, 3.0, 2.0, 1.0, 8.0, 7.0, 6.0, 5.0]);
        augment.apply(&mut image, KEY);
        assert_eq!(image, ramp());
    }

    #[test]
    fn half_of_the_samples_flip_at_probability_one_half() {
        let config = AugmentConfig { flip: 0.5, ..AugmentConfig::default() };
        let flipped = |index: &u64| augmented(config.clone(), RandomKey { index: *index, ..KEY }) != ramp();
        let count = (0..4000).filter(flipped).count();
        // Four standard deviations of Binomial(4000, 1/2).
        assert!((2000 - 127..=2000 + 127).contains(&count), "{count}");
    }

    #[test]
    fn shifts_match_hand_worked_values() {
        let mut augment = Augment::new(AugmentConfig::default(), ImageShape::new(1, 3, 3)).unwrap();
        let original = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0];
        for (down, right, expected) in [
            (0, 0, original),
            (1, 0, [0.0, 0.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]),
            (-1, 1, [0.0, 4.0, 5.0, 0.0, 7.0, 8.0, 0.0, 0.0, 0.0]),
            (0, -2, [3.0, 0.0, 0.0, 6.0, 0.0, 0.0, 9.0, 0.0, 0.0]),
            (3, 0, [0.0; 9]),
            (0, -4, [0.0; 9]),
        ] {
            let mut image = original;
            augment.shift(&mut image, down, right);
            assert_eq!(image, expected, "down {down}, right {right}");
        }
    }

    #[test]
    fn the_address_decides() {
        let first = augmented(everything(), KEY);
        assert_eq!(first, augmented(everything(), KEY));
        assert_ne!(first, augmented(everything(), RandomKey { epoch: 1, ..KEY }));
        assert_ne!(first, augmented(everything(), RandomKey { index: 6, ..KEY }));
        assert_ne!(first, augmented(everything(), RandomKey { seed: 2, ..KEY }));
    }

    #[test]
    fn one_augmenter_gives_what_fresh_ones_give() {
        let mut augment = Augment::new(everything(), SHAPE).unwrap();
        for index in 0..100 {
            let key = RandomKey { index, ..KEY };
            let mut image = ramp();
            augment.apply(&mut image, key);
            assert_eq!(image, augmented(everything(), key));
        }
    }

    #[test]
    fn settings_out_of_range_are_refused() {
        let message = |config: AugmentConfig| config.validate().unwrap_err().to_string();
        for flip in [-0.1, 1.1, f64::NAN] {
            let refused = message(AugmentConfig { flip, ..AugmentConfig::default() });
            assert_eq!(refused, format!("augment.flip = {flip}: must be a probability from 0 to 1"));
        }
        let crop = CropConfig { scale: [0.5, 0.2], ..CropConfig::default() };
        assert!(
            message(AugmentConfig { crop, ..AugmentConfig::default() }).starts_with("augment.crop.scale = ")
        );
    }

    #[test]
    fn unknown_keys_are_refused() {
        let config: AugmentConfig = toml::from_str("flip = 0.5\n[crop]\nscale = [0.5, 1.0]").unwrap();
        assert_eq!(config.crop, CropConfig { scale: [0.5, 1.0], ..CropConfig::default() });
        let error = toml::from_str::<AugmentConfig>("flipp = 0.5").unwrap_err().to_string();
        assert!(error.contains("unknown field `flipp`"), "{error}");
    }
}
