//! The 1,797 handwritten digits of 8x8 pixels that ship in this crate; provenance and licence in
//! `data/README.md`.

use std::path::Path;

use crate::{DataError, ImageDataset, Splits, idx};

const IMAGES: &[u8] = include_bytes!("../data/digits/images-idx3-ubyte.gz");
const LABELS: &[u8] = include_bytes!("../data/digits/labels-idx1-ubyte.gz");

/// Rows before this one are for training, the rest, the last fifth, for testing.
const FIRST_TEST_ROW: usize = 1437;

/// The digits 0 to 9 as 8x8 grey images with values 0 to 16: 1,437 for training, 360 for testing.
///
/// # Errors
/// None in practice: the files are part of the program, and a test reads them.
pub fn load() -> Result<Splits, DataError> {
    let (images, shape) = idx::read_images(IMAGES, Path::new("digits/images-idx3-ubyte.gz"))?;
    let labels = idx::read_labels(LABELS, Path::new("digits/labels-idx1-ubyte.gz"))?;
    let classes = (0..10).map(|digit| digit.to_string()).collect();
    let all = ImageDataset::new("digits", classes, shape, 16, images, labels)?;
    let rows: Vec<usize> = (0..all.len()).collect();
    let (train, test) = rows.split_at(FIRST_TEST_ROW);
    Splits::new(all.select(train), all.select(test))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ImageShape;

    #[test]
    fn the_digits_are_the_ones_of_scikit_learn() {
        let Splits { train, test, .. } = load().unwrap();
        assert_eq!((train.len(), test.len(), train.shape()), (1437, 360, ImageShape::new(1, 8, 8)));
        assert_eq!(train.labels()[..10], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        // The first row of a zero, and sums over the whole table, computed from the original table.
        assert_eq!(train.image(0)[..8], [0, 0, 5, 13, 9, 1, 0, 0]);
        let ink = |data: &ImageDataset| -> u64 {
            (0..data.len()).flat_map(|row| data.image(row)).map(|&pixel| u64::from(pixel)).sum()
        };
        assert_eq!(ink(&train) + ink(&test), 561_718);
        let counts = |label| test.labels().iter().filter(|&&found| found == label).count();
        assert_eq!((0..10).map(counts).collect::<Vec<_>>(), [35, 36, 35, 37, 37, 37, 37, 36, 33, 37]);
        assert!((0..train.len()).all(|row| train.image(row).iter().all(|&pixel| pixel <= train.max_value())));
    }
}
