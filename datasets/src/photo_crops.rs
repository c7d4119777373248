//! PhotoCrops: which of twelve photographs does this crop come from?
//!
//! A small image classification task with real texture. The twelve grey photographs ship in this crate at
//! half resolution, so that a 16x16 crop of them stands for a 32x32 crop of the original averaged over 2x2
//! pixels. Training crops lie in the left 60 % of a photograph and test crops in the right 35 %: no pixel is
//! in both. Provenance and licences are in `data/README.md`.

use std::ops::RangeInclusive;
use std::path::Path;

use image::GrayImage;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::decode::decode_grey;
use crate::normalization::Moments;
use crate::{DataError, ImageDataset, ImageShape, Normalization, Purpose, RandomKey, Splits};

/// The side of a crop.
const SIDE: u32 = 16;
/// Training crops per photograph.
const TRAIN_CROPS: usize = 400;
/// Test crops per photograph.
const TEST_CROPS: usize = 100;
/// A crop with a smaller standard deviation (of 255) shows nothing and is drawn again.
const SMALLEST_STD: f32 = 4.0;

macro_rules! photos {
    ($($name:literal),+ $(,)?) => {
        [$(($name, include_bytes!(concat!("../data/photos/", $name, ".png")).as_slice())),+]
    };
}

const PHOTOS: [(&str, &[u8]); 12] = photos![
    "astronaut",
    "brick",
    "chelsea",
    "coffee",
    "coins",
    "grass",
    "gravel",
    "hubble_deep_field",
    "immunohistochemistry",
    "moon",
    "retina",
    "rocket",
];

/// 400 training and 100 test crops of 16x16 grey pixels from each of twelve photographs, drawn with `seed`,
/// to be normalised image by image.
///
/// # Errors
/// None in practice: the photographs are part of the program, and a test reads them.
pub fn load(seed: u64) -> Result<Splits, DataError> {
    let (mut train, mut test) = (Crops::default(), Crops::default());
    for (label, (name, png)) in (0..).zip(PHOTOS) {
        let photo = decode_grey(png, Path::new(name))?;
        let mut rng = RandomKey { seed, epoch: 0, index: label.into() }.rng(Purpose::Sampling);
        // The last column at which a training crop may start, and the first for a test crop.
        let train_end = photo.width() * 60 / 100 - SIDE;
        let test_start = (photo.width() * 65).div_ceil(100);
        train.draw(TRAIN_CROPS, &photo, 0..=train_end, label, &mut rng);
        test.draw(TEST_CROPS, &photo, test_start..=photo.width() - SIDE, label, &mut rng);
    }
    let splits = Splits::new(train.into_dataset()?, test.into_dataset()?)?;
    Ok(Splits { normalization: Normalization::PerImage, ..splits })
}

#[derive(Default)]
struct Crops {
    pixels: Vec<u8>,
    labels: Vec<u32>,
}

impl Crops {
    /// Adds `count` crops of `photo` that start in one of `columns`.
    fn draw(
        &mut self,
        count: usize,
        photo: &GrayImage,
        columns: RangeInclusive<u32>,
        label: u32,
        rng: &mut ChaCha8Rng,
    ) {
        let end = self.labels.len() + count;
        while self.labels.len() < end {
            let left = rng.random_range(columns.clone());
            let top = rng.random_range(0..=photo.height() - SIDE);
            let crop = image::imageops::crop_imm(photo, left, top, SIDE, SIDE).to_image().into_raw();
            if Moments::of(&crop).std() >= SMALLEST_STD {
                self.pixels.extend(crop);
                self.labels.push(label);
            }
        }
    }

    fn into_dataset(self) -> Result<ImageDataset, DataError> {
        let classes = PHOTOS.map(|(name, _)| name.into()).into();
        let shape = ImageShape::new(1, SIDE as usize, SIDE as usize);
        ImageDataset::new("photo-crops", classes, shape, 255, self.pixels, self.labels)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crops_are_as_described() {
        let Splits { train, test, normalization } = load(0).unwrap();
        assert_eq!((train.len(), test.len(), train.classes().len()), (4800, 1200, 12));
        assert_eq!(normalization, Normalization::PerImage);
        for data in [&train, &test] {
            for label in 0..12 {
                let count = data.labels().iter().filter(|&&found| found == label).count();
                assert_eq!(count, data.len() / 12);
            }
            assert!((0..data.len()).all(|row| Moments::of(data.image(row)).std() >= SMALLEST_STD));
        }
    }

    #[test]
    fn the_seed_decides() {
        let first = |seed| load(seed).unwrap().train.image(0).to_vec();
        assert_eq!(first(3), first(3));
        assert_ne!(first(3), first(4));
    }

    #[test]
    fn the_photographs_have_room_for_both_parts() {
        for (name, png) in PHOTOS {
            let photo = decode_grey(png, Path::new(name)).unwrap();
            assert!(photo.width() * 35 / 100 > SIDE && photo.height() > SIDE, "{name}");
        }
    }
}
