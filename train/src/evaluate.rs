//! Accuracy and loss of a classifier on a data set, also averaged over augmented copies.

use std::sync::Arc;

use burn::tensor::activation::softmax;
use burn::tensor::{Device, Int, Tensor, TensorReadError};
use pyrarium_layers::{ConfigError, ImageClassifier};

use crate::Error;
use crate::checks::at_least_one;
use crate::images::ImageSource;
use crate::loader::{Loader, Order};
use crate::loss::smoothed_cross_entropy;

/// Samples that are classified together.
const BATCH: usize = 256;

/// What a classifier reaches on a data set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evaluation {
    /// Share of the samples classified rightly, in percent.
    pub accuracy: f64,
    /// Mean cross-entropy, in nats.
    pub loss: f64,
}

/// Evaluates `model` (without autodiff) on all samples of `source`.
pub fn evaluate<M: ImageClassifier>(
    model: &M,
    source: Arc<ImageSource>,
    device: &Device,
) -> Result<Evaluation, Error> {
    let loader = Loader::new(source, BATCH, Order::Sequential, device);
    let (mut right, mut loss, mut samples) = (0.0, 0.0, 0);
    for batch in loader.epoch() {
        let batch = batch.map_err(|error| Error::Training(error.to_string()))?;
        let logits = model.classify(batch.images);
        samples += batch.labels.dims()[0];
        right += count_right(logits.clone(), batch.labels.clone())?;
        let losses = smoothed_cross_entropy(logits, batch.labels, 0.0).sum();
        loss += losses.try_into_scalar::<f64>()?;
    }
    Ok(Evaluation { accuracy: 100.0 * right / samples as f64, loss: loss / samples as f64 })
}

/// Accuracy in percent when each sample is judged by the mean of the class probabilities over `copies` augmented copies
/// (Scaling MLPs, test-time augmentation). `source` must augment; copy `i` is what training would see in epoch `i`.
///
/// # Errors
/// When `copies` is 0.
pub fn augmented_accuracy<M: ImageClassifier>(
    model: &M,
    source: Arc<ImageSource>,
    copies: usize,
    device: &Device,
) -> Result<f64, Error> {
    at_least_one("augmented copies", copies)?;
    let loader = Loader::new(source, BATCH, Order::Sequential, device);
    let mut sums: Vec<(Tensor<2>, Tensor<1, Int>)> = Vec::new();
    for copy in 0..copies {
        for (index, batch) in loader.epoch().enumerate() {
            let batch = batch.map_err(|error| Error::Training(error.to_string()))?;
            let probabilities = softmax(model.classify(batch.images), 1); // [B, K]
            match copy {
                0 => sums.push((probabilities, batch.labels)),
                _ => sums[index].0 = sums[index].0.clone() + probabilities,
            }
        }
    }
    let samples: usize = sums.iter().map(|(_, labels)| labels.dims()[0]).sum();
    let right = sums.into_iter().map(|(sum, labels)| count_right(sum, labels)).sum::<Result<f64, _>>();
    Ok(100.0 * right? / samples as f64)
}

fn count_right(scores: Tensor<2>, labels: Tensor<1, Int>) -> Result<f64, TensorReadError> {
    let predicted: Tensor<1, Int> = scores.argmax(1).squeeze_dim(1);
    predicted.equal(labels).int().sum().try_into_scalar::<f64>()
}

/// Refuses settings under which [`augmented_accuracy`] would repeat one and the same image.
pub fn check_augmented(copies: usize, augments: bool) -> Result<(), ConfigError> {
    if copies > 0 && !augments {
        return Err(ConfigError::new("augmented_copies", copies, "0 while [augment] is off"));
    }
    Ok(())
}
