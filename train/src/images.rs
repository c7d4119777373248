//! Batches of labelled images: normalised, augmented and mixed on the host, then moved to the device.

use std::sync::Arc;

use burn::tensor::{Device, Int, Tensor, TensorData};
use pyrarium_datasets::{
    Augment, AugmentConfig, ImageDataset, Mixup, Normalization, RandomKey, SettingError,
};
use pyrarium_layers::seeded;

use crate::loader::BatchSource;

/// A batch of labelled images.
#[derive(Clone, Debug)]
pub struct ImageBatch {
    /// Images, `[B, C, H, W]`.
    pub images: Tensor<4>,
    /// Class indices, `[B]`.
    pub labels: Tensor<1, Int>,
    /// The second labels of a batch mixed with a permutation of itself.
    pub mixed: Option<Mixed>,
}

impl ImageBatch {
    /// A batch of noise, uniform in -1..1, and classes in turn: the same on every device.
    pub fn noise([rows, channels, height, width]: [usize; 4], num_classes: usize, device: &Device) -> Self {
        let pixels = seeded::tensor_data([rows, channels, height, width], 0, 1.0);
        Self {
            images: Tensor::from_data(pixels, device),
            labels: labels((0..rows).map(|row| (row % num_classes) as u32).collect(), device),
            mixed: None,
        }
    }
}

/// What mixup adds to a batch: `image = lambda * own + (1 - lambda) * other`.
#[derive(Clone, Debug)]
pub struct Mixed {
    /// Class indices of the other images, `[B]`.
    pub labels: Tensor<1, Int>,
    /// Weight of the own image, in 0..=1.
    pub lambda: f64,
}

/// How images are prepared.
#[derive(Clone, Debug)]
pub struct Preparation {
    /// Per channel, from the training images.
    pub normalization: Normalization,
    /// Random crops, flips and shifts; off for evaluation.
    pub augment: AugmentConfig,
    /// Mixing of images; off for evaluation.
    pub mixup: Mixup,
    /// Seed of all of them.
    pub seed: u64,
}

impl Preparation {
    /// Normalisation and nothing random.
    pub fn plain(normalization: Normalization) -> Self {
        Self { normalization, augment: AugmentConfig::default(), mixup: Mixup::default(), seed: 0 }
    }
}

/// An image data set with its preparation.
pub struct ImageSource {
    dataset: ImageDataset,
    preparation: Preparation,
    augment: Augment,
}

impl ImageSource {
    /// Images of `dataset`, prepared as told.
    ///
    /// # Errors
    /// A setting of the preparation that is out of range.
    pub fn new(dataset: ImageDataset, preparation: Preparation) -> Result<Arc<Self>, SettingError> {
        preparation.mixup.validate()?;
        let augment = Augment::new(preparation.augment.clone(), dataset.shape())?;
        Ok(Arc::new(Self { dataset, preparation, augment }))
    }

    /// Whether its batches are mixed.
    pub fn mixes(&self) -> bool {
        self.preparation.mixup.alpha > 0.0
    }
}

/// A batch in host memory.
pub struct HostImages {
    pixels: Vec<f32>,
    labels: Vec<u32>,
    mixed: Option<(Vec<u32>, f32)>,
}

impl BatchSource for ImageSource {
    type Host = HostImages;
    type Batch = ImageBatch;

    fn num_samples(&self) -> usize {
        self.dataset.len()
    }

    fn assemble(&self, epoch: u64, batch: usize, samples: &[usize]) -> HostImages {
        let Preparation { normalization, mixup, seed, .. } = &self.preparation;
        let key = |index: usize| RandomKey { seed: *seed, epoch, index: index as u64 };
        let image_len = self.dataset.shape().len();
        let mut augment = self.augment.clone();
        let mut pixels = vec![0.0; samples.len() * image_len];
        for (&sample, slot) in samples.iter().zip(pixels.chunks_exact_mut(image_len)) {
            normalization.apply(self.dataset.image(sample), self.dataset.max_value(), slot);
            augment.apply(slot, key(sample));
        }
        let labels: Vec<u32> = samples.iter().map(|&sample| self.dataset.label(sample)).collect();
        // Drawing fails only on a setting that was refused when this source was made.
        let mixed = mixup.draw(samples.len(), key(batch)).ok().flatten().map(|blend| {
            blend.apply(&mut pixels);
            (blend.partners.iter().map(|&partner| labels[partner]).collect(), blend.lambda)
        });
        HostImages { pixels, labels, mixed }
    }

    fn upload(&self, host: HostImages, device: &Device) -> ImageBatch {
        let shape = self.dataset.shape();
        let count = host.labels.len();
        let dims = [count, shape.channels, shape.height, shape.width];
        ImageBatch {
            images: Tensor::from_data(TensorData::new(host.pixels, dims), device),
            labels: labels(host.labels, device),
            mixed: host
                .mixed
                .map(|(other, lambda)| Mixed { labels: labels(other, device), lambda: lambda.into() }),
        }
    }
}

fn labels(values: Vec<u32>, device: &Device) -> Tensor<1, Int> {
    let count = values.len();
    let values: Vec<i64> = values.into_iter().map(i64::from).collect();
    Tensor::from_data(TensorData::new(values, [count]), device)
}
