//! Labelled images held as bytes, shared between threads without copying.

use std::fmt;
use std::sync::Arc;

use crate::DataError;
use crate::normalization::{Moments, Normalization};

/// The extent of an image: channels, rows, columns, in the order in which its bytes lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ImageShape {
    /// 1 (grey) or 3 (red, green, blue).
    pub channels: usize,
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
}

impl ImageShape {
    /// A shape from its three extents.
    pub const fn new(channels: usize, height: usize, width: usize) -> Self {
        Self { channels, height, width }
    }

    /// The number of values in an image of this shape.
    pub const fn len(&self) -> usize {
        self.channels * self.height * self.width
    }

    /// Whether an image of this shape holds no value.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl fmt::Display for ImageShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}x{}", self.channels, self.height, self.width)
    }
}

/// Labelled images of one shape. Clones share the bytes.
#[derive(Debug, Clone)]
pub struct ImageDataset {
    name: String,
    classes: Vec<String>,
    shape: ImageShape,
    max_value: u8,
    images: Arc<[u8]>,
    labels: Arc<[u32]>,
}

impl ImageDataset {
    /// A data set from its parts: `images` holds one image after the other, each channel by channel, row by
    /// row, with values from 0 to `max_value`; `labels` are positions in `classes`.
    ///
    /// # Errors
    /// [`DataError::Inconsistent`] if the shape is empty, `max_value` is 0 or `images` does not hold one
    /// image a label; [`DataError::LabelOutOfRange`] for a label without a class.
    pub fn new(
        name: impl Into<String>,
        classes: Vec<String>,
        shape: ImageShape,
        max_value: u8,
        images: impl Into<Arc<[u8]>>,
        labels: impl Into<Arc<[u32]>>,
    ) -> Result<Self, DataError> {
        let (name, images, labels) = (name.into(), images.into(), labels.into());
        let inconsistent =
            |problem: String| Err(DataError::Inconsistent { place: format!("data set {name}"), problem });
        if shape.is_empty() {
            return inconsistent(format!("image shape {shape}, but every extent must be at least 1"));
        }
        if max_value == 0 {
            return inconsistent("the largest pixel value is 0, but it must be at least 1".into());
        }
        if images.len() != labels.len() * shape.len() {
            return inconsistent(format!(
                "{} bytes for {} labels, but images of shape {shape} need {} bytes",
                images.len(),
                labels.len(),
                labels.len() * shape.len()
            ));
        }
        if let Some(index) = labels.iter().position(|&label| label as usize >= classes.len()) {
            let place = format!("data set {name}");
            return Err(DataError::LabelOutOfRange {
                place,
                index,
                label: labels[index],
                classes: classes.len(),
            });
        }
        Ok(Self { name, classes, shape, max_value, images, labels })
    }

    /// The data set's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The class names; a label is a position in this list.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// The shape of every image.
    pub fn shape(&self) -> ImageShape {
        self.shape
    }

    /// The pixel value that stands for full intensity: 255, or 16 for the 8x8 digits.
    pub fn max_value(&self) -> u8 {
        self.max_value
    }

    /// The number of images.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are no images.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The bytes of image `index`, channel by channel.
    ///
    /// # Panics
    /// If `index` is not less than [`len`](Self::len).
    pub fn image(&self, index: usize) -> &[u8] {
        &self.images[index * self.shape.len()..][..self.shape.len()]
    }

    /// The label of image `index`.
    ///
    /// # Panics
    /// If `index` is not less than [`len`](Self::len).
    pub fn label(&self, index: usize) -> u32 {
        self.labels[index]
    }

    /// All labels, in the order of the images.
    pub fn labels(&self) -> &[u32] {
        &self.labels
    }

    /// A copy of the images at `indices`, in that order, with the same classes.
    ///
    /// # Panics
    /// If an index is not less than [`len`](Self::len).
    pub fn select(&self, indices: &[usize]) -> Self {
        Self {
            images: indices.iter().flat_map(|&index| self.image(index)).copied().collect(),
            labels: indices.iter().map(|&index| self.label(index)).collect(),
            ..self.clone()
        }
    }

    /// Mean and standard deviation of each channel over all pixels of all images, on the scale 0 to 1.
    pub fn channel_statistics(&self) -> Normalization {
        let plane = self.shape.height * self.shape.width;
        let mut channels = vec![Moments::default(); self.shape.channels];
        for image in self.images.chunks_exact(self.shape.len()) {
            for (moments, pixels) in channels.iter_mut().zip(image.chunks_exact(plane)) {
                moments.add(pixels);
            }
        }
        let scale = f32::from(self.max_value);
        let (mean, std) =
            channels.iter().map(|moments| (moments.mean() / scale, moments.std() / scale)).unzip();
        Normalization::PerChannel { mean, std }
    }
}

/// A training set, a test set of the same shape and classes, and the normalisation that suits them.
#[derive(Debug, Clone)]
pub struct Splits {
    /// The images to learn from.
    pub train: ImageDataset,
    /// The images to be judged on.
    pub test: ImageDataset,
    /// By default the training set's channel statistics.
    pub normalization: Normalization,
}

impl Splits {
    /// About `train` and `test` images, spread evenly over each part.
    pub fn thinned(&self, train: usize, test: usize) -> Self {
        let thin = |images: &ImageDataset, count: usize| {
            let step = (images.len() / count.max(1)).max(1);
            images.select(&(0..images.len()).step_by(step).collect::<Vec<_>>())
        };
        Self {
            train: thin(&self.train, train),
            test: thin(&self.test, test),
            normalization: self.normalization.clone(),
        }
    }

    /// Pairs a training and a test set, normalised by the training set's channel statistics.
    ///
    /// # Errors
    /// [`DataError::Inconsistent`] if the two differ in shape, classes or largest pixel value, or one is
    /// empty.
    pub fn new(train: ImageDataset, test: ImageDataset) -> Result<Self, DataError> {
        let inconsistent = |what: &str, train: String, test: String| {
            let problem = format!("the training set has {what} {train}, the test set {test}");
            Err(DataError::Inconsistent { place: "train and test set".into(), problem })
        };
        if train.shape != test.shape {
            return inconsistent("image shape", train.shape.to_string(), test.shape.to_string());
        }
        if train.classes != test.classes {
            return inconsistent("classes", train.classes.join(","), test.classes.join(","));
        }
        if train.max_value != test.max_value {
            return inconsistent("largest value", train.max_value.to_string(), test.max_value.to_string());
        }
        if train.is_empty() || test.is_empty() {
            return inconsistent("length", train.len().to_string(), test.len().to_string());
        }
        let normalization = train.channel_statistics();
        Ok(Self { train, test, normalization })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: ImageShape = ImageShape::new(2, 1, 2);

    fn dataset(images: &[u8], labels: &[u32]) -> Result<ImageDataset, DataError> {
        ImageDataset::new("test", vec!["a".into(), "b".into()], SHAPE, 10, images, labels)
    }

    #[test]
    fn images_labels_and_selections_are_the_right_ones() {
        let data = dataset(&[0, 1, 2, 3, 4, 5, 6, 7], &[0, 1]).unwrap();
        assert_eq!((data.len(), data.image(1), data.label(1)), (2, &[4, 5, 6, 7][..], 1));
        let swapped = data.select(&[1, 0]);
        assert_eq!((swapped.image(0), swapped.labels()), (data.image(1), &[1, 0][..]));
        assert!(data.select(&[]).is_empty());
    }

    #[test]
    fn channel_statistics_match_hand_worked_values() {
        let data = dataset(&[0, 10, 5, 5, 0, 10, 3, 7], &[0, 0]).unwrap();
        // Channel 0 holds 0, 10, 0, 10; channel 1 holds 5, 5, 3, 7 with variance 2.
        let Normalization::PerChannel { mean, std } = data.channel_statistics() else { unreachable!() };
        assert_eq!((mean, std[0]), (vec![0.5, 0.5], 0.5));
        assert!((std[1] - 0.02f32.sqrt()).abs() < 1e-7, "{std:?}");
    }

    #[test]
    fn parts_that_do_not_fit_are_refused() {
        let message = dataset(&[0; 7], &[0, 1]).unwrap_err().to_string();
        assert_eq!(message, "data set test: 7 bytes for 2 labels, but images of shape 2x1x2 need 8 bytes");
        let message = dataset(&[0; 4], &[2]).unwrap_err().to_string();
        assert_eq!(message, "data set test: label 2 of image 0 is out of range, allowed are 0..=1");
        let empty = ImageDataset::new("test", vec![], ImageShape::new(1, 0, 2), 1, vec![], vec![]);
        assert!(empty.unwrap_err().to_string().contains("1x0x2"));
        let black = ImageDataset::new("test", vec![], SHAPE, 0, vec![], vec![]);
        assert!(black.unwrap_err().to_string().contains("at least 1"));
    }

    #[test]
    fn splits_must_agree() {
        let data = dataset(&[0; 4], &[0]).unwrap();
        assert!(Splits::new(data.clone(), data.clone()).is_ok());
        assert!(Splits::new(data.clone(), data.select(&[])).unwrap_err().to_string().contains("length 1"));
        let other = ImageDataset::new("test", data.classes.clone(), SHAPE, 255, vec![0; 4], vec![0]).unwrap();
        assert!(Splits::new(data, other).unwrap_err().to_string().contains("largest value 10"));
    }
}
