//! The random resized crop: a random part of an image, stretched to the full size.
//!
//! The part is drawn as torchvision's `RandomResizedCrop` draws it; the stretching is bilinear, at half-pixel
//! centres, and looks at no pixel outside the part.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::{ImageShape, SettingError};

/// How much a random resized crop keeps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CropConfig {
    /// The least and greatest part of the area, within 0 to 1; uniform in between.
    pub scale: [f64; 2],
    /// The least and greatest ratio of width to height, above 0; its logarithm is uniform in between.
    pub ratio: [f64; 2],
}

impl Default for CropConfig {
    /// Off: the whole image.
    fn default() -> Self {
        Self { scale: [1.0, 1.0], ratio: [1.0, 1.0] }
    }
}

impl CropConfig {
    /// Torchvision's defaults: 8 % to all of the area, ratios 3:4 to 4:3.
    pub const RANDOM_RESIZED: Self = Self { scale: [0.08, 1.0], ratio: [3.0 / 4.0, 4.0 / 3.0] };

    /// Whether images are left whole.
    pub fn is_off(&self) -> bool {
        *self == Self::default()
    }

    /// Checks both ranges.
    ///
    /// # Errors
    /// The first one that is empty or leaves its bounds.
    pub fn validate(&self) -> Result<(), SettingError> {
        let Self { scale: [least, greatest], ratio: [narrow, wide] } = *self;
        if !(0.0 < least && least <= greatest && greatest <= 1.0) {
            return Err(SettingError {
                setting: "augment.crop.scale",
                value: format!("[{least}, {greatest}]"),
                allowed: "two parts of the area in rising order, above 0 and at most 1",
            });
        }
        if !(0.0 < narrow && narrow <= wide && wide.is_finite()) {
            return Err(SettingError {
                setting: "augment.crop.ratio",
                value: format!("[{narrow}, {wide}]"),
                allowed: "two ratios of width to height in rising order, above 0",
            });
        }
        Ok(())
    }
}

/// A rectangle of pixels within an image.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Window {
    top: usize,
    left: usize,
    height: usize,
    width: usize,
}

impl Window {
    /// Ten attempts at a random area and ratio that fit, then the largest central window whose ratio is
    /// allowed.
    pub(crate) fn draw(config: &CropConfig, shape: ImageShape, rng: &mut ChaCha8Rng) -> Self {
        let (full_height, full_width) = (shape.height, shape.width);
        let [narrow, wide] = config.ratio;
        for _ in 0..10 {
            let area =
                (full_height * full_width) as f64 * rng.random_range(config.scale[0]..=config.scale[1]);
            let ratio = rng.random_range(narrow.ln()..=wide.ln()).exp();
            let (height, width) =
                ((area / ratio).sqrt().round() as usize, (area * ratio).sqrt().round() as usize);
            if (1..=full_height).contains(&height) && (1..=full_width).contains(&width) {
                let top = rng.random_range(0..=full_height - height);
                let left = rng.random_range(0..=full_width - width);
                return Self { top, left, height, width };
            }
        }
        let ratio = (full_width as f64 / full_height as f64).clamp(narrow, wide);
        let height = ((full_width as f64 / ratio).round() as usize).clamp(1, full_height);
        let width = ((full_height as f64 * ratio).round() as usize).clamp(1, full_width);
        Self { top: (full_height - height) / 2, left: (full_width - width) / 2, height, width }
    }

    /// Writes this part of `original` to `image`, stretched to its full size by bilinear interpolation; both
    /// are of `shape`. `columns` is scratch memory.
    pub(crate) fn stretch(
        self,
        original: &[f32],
        shape: ImageShape,
        columns: &mut Vec<Tap>,
        image: &mut [f32],
    ) {
        let ImageShape { height, width, .. } = shape;
        columns.clear();
        columns.extend((0..width).map(|x| Tap::new(x, width, self.left, self.width)));
        let planes = original.chunks_exact(height * width);
        for (plane, out) in planes.zip(image.chunks_exact_mut(height * width)) {
            for (y, out) in out.chunks_exact_mut(width).enumerate() {
                let row = Tap::new(y, height, self.top, self.height);
                let (upper, lower) =
                    (&plane[row.first * width..][..width], &plane[row.second * width..][..width]);
                for (out, column) in out.iter_mut().zip(columns.iter()) {
                    *out = row.mix(column.mix_from(upper), column.mix_from(lower));
                }
            }
        }
    }
}

/// The two source positions between which a target position falls along one axis, and the weight of the
/// second.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tap {
    first: usize,
    second: usize,
    weight: f32,
}

impl Tap {
    /// The tap of `target` (of `targets`) in the `len` source positions from `start` on, pixel centres at one
    /// half.
    fn new(target: usize, targets: usize, start: usize, len: usize) -> Self {
        let position = (target as f32 + 0.5) * len as f32 / targets as f32 - 0.5;
        let position = position.clamp(0.0, (len - 1) as f32);
        let first = position as usize;
        Self {
            first: start + first,
            second: start + (first + 1).min(len - 1),
            weight: position - first as f32,
        }
    }

    fn mix(self, first: f32, second: f32) -> f32 {
        first + self.weight * (second - first)
    }

    fn mix_from(self, line: &[f32]) -> f32 {
        self.mix(line[self.first], line[self.second])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Purpose, RandomKey};

    fn stretched(window: Window, original: &[f32], shape: ImageShape) -> Vec<f32> {
        let mut image = vec![f32::NAN; original.len()];
        window.stretch(original, shape, &mut Vec::new(), &mut image);
        image
    }

    fn windows(config: &CropConfig, shape: ImageShape) -> impl Iterator<Item = Window> {
        let key = |index| RandomKey { seed: 7, epoch: 0, index };
        (0..5000).map(move |index| Window::draw(config, shape, &mut key(index).rng(Purpose::Augment)))
    }

    #[test]
    fn the_whole_image_is_kept_exactly() {
        let shape = ImageShape::new(3, 5, 7);
        let original: Vec<f32> = (0..shape.len()).map(|value| (value as f32).sin()).collect();
        let whole = Window { top: 0, left: 0, height: 5, width: 7 };
        assert_eq!(stretched(whole, &original, shape), original);
        let config = CropConfig { scale: [1.0, 1.0], ratio: [1.4, 1.4] };
        assert!(windows(&config, shape).all(|window| window == whole));
    }

    #[test]
    fn stretching_matches_hand_worked_values() {
        // The middle two pixels 1, 3 over four: at -1/4 (held at the edge), 1/4, 3/4 and 5/4 (held) of the
        // way.
        let row = stretched(
            Window { top: 0, left: 1, height: 1, width: 2 },
            &[9.0, 1.0, 3.0, 9.0],
            ImageShape::new(1, 1, 4),
        );
        assert_eq!(row, [1.0, 1.5, 2.5, 3.0]);
        // One pixel over all.
        let one = Window { top: 1, left: 0, height: 1, width: 1 };
        assert_eq!(stretched(one, &[1.0, 2.0, 3.0, 4.0], ImageShape::new(1, 2, 2)), [3.0; 4]);
        // Two rows and one column over three by three: a third of the way is a sixth from the edge.
        let column = Window { top: 0, left: 2, height: 2, width: 1 };
        let tall =
            stretched(column, &[0.0, 0.0, 6.0, 0.0, 0.0, 12.0, 0.0, 0.0, 0.0], ImageShape::new(1, 3, 3));
        assert_eq!(tall, [6.0, 6.0, 6.0, 9.0, 9.0, 9.0, 12.0, 12.0, 12.0]);
    }

    #[test]
    fn windows_lie_inside_and_keep_area_and_ratio() {
        let shape = ImageShape::new(1, 60, 80);
        for Window { top, left, height, width } in windows(&CropConfig::RANDOM_RESIZED, shape) {
            assert!(top + height <= 60 && left + width <= 80 && height > 0 && width > 0);
            let area = (height * width) as f64 / 4800.0;
            let ratio = width as f64 / height as f64;
            // Rounding each side moves both by up to 3 %.
            assert!((0.077..=1.0).contains(&area) && (0.72..=1.38).contains(&ratio), "{width}x{height}");
        }
    }

    #[test]
    fn a_ratio_that_cannot_fit_gives_the_largest_central_window() {
        let config = CropConfig { scale: [1.0, 1.0], ratio: [1.0, 1.0] };
        let central = Window { top: 0, left: 10, height: 20, width: 20 };
        assert!(windows(&config, ImageShape::new(1, 20, 40)).all(|window| window == central));
    }
}
