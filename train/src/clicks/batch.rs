//! Samples of click data as tensors, and the loss of what a model says about them.

use burn::tensor::activation::log_sigmoid;
use burn::tensor::{Device, Int, Tensor, TensorData};
use pyrarium_datasets::tabular::{Encoded, Layout};
use pyrarium_layers::{Behaviours, Features};

/// Samples on a device.
#[derive(Clone, Debug)]
pub struct ClickBatch {
    /// What the model is given.
    pub features: Features,
    /// The labels, 0 or 1, `[B, T]`; 0 where there is none.
    pub labels: Tensor<2>,
    /// What the loss of each label counts, `[B, T]`: 0 where there is no label, and B in all for each task that has any.
    pub weights: Tensor<2>,
}

impl ClickBatch {
    /// Moves encoded samples to a device.
    pub fn upload(samples: &Encoded, layout: &Layout, device: &Device) -> Self {
        let (rows, tasks) = (samples.len(), layout.tasks.len());
        let labels: Vec<f32> =
            samples.labels.iter().map(|label| if label.is_nan() { 0.0 } else { *label }).collect();
        Self {
            features: features(samples, layout, device),
            labels: Tensor::from_data(TensorData::new(labels, [rows, tasks]), device),
            weights: Tensor::from_data(
                TensorData::new(label_weights(&samples.labels, tasks), [rows, tasks]),
                device,
            ),
        }
    }

    /// The loss of each sample, `[B]`, given logits `[B, T]`. Their mean is the sum over tasks of the mean binary cross-entropy over the
    /// samples that have the task's label.
    pub fn losses(&self, logits: Tensor<2>) -> Tensor<1> {
        let signs = self.labels.clone() * 2.0 - 1.0;
        (log_sigmoid(logits * signs).neg() * self.weights.clone()).sum_dim(1).squeeze_dim(1)
    }
}

/// What a model is given of encoded samples.
pub fn features(samples: &Encoded, layout: &Layout, device: &Device) -> Features {
    let rows = samples.len();
    let numbers = layout.numeric.len();
    let numeric = (numbers > 0)
        .then(|| Tensor::from_data(TensorData::new(samples.numeric.clone(), [rows, numbers]), device));
    let sequences = layout.sequences.iter().zip(&samples.sequences).map(|(field, sequence)| {
        let (length, parts) = (field.length, field.fields.len());
        let mask: Vec<f32> = sequence
            .lengths
            .iter()
            .flat_map(|&items| (0..length).map(move |at| f32::from(at < items as usize)))
            .collect();
        Behaviours {
            ids: Tensor::from_data(integers(&sequence.ids, [rows, length, parts]), device),
            mask: Tensor::from_data(TensorData::new(mask, [rows, length]), device),
        }
    });
    let categorical = fields(&samples.categorical, layout, device);
    Features::new(categorical, numeric, sequences.collect())
}

/// Ids of the categorical fields, `[B, F]`.
pub fn fields(ids: &[u32], layout: &Layout, device: &Device) -> Tensor<2, Int> {
    let width = layout.fields.len();
    Tensor::from_data(integers(ids, [ids.len() / width.max(1), width]), device)
}

fn integers<const D: usize>(ids: &[u32], shape: [usize; D]) -> TensorData {
    TensorData::new(ids.iter().map(|&id| i64::from(id)).collect::<Vec<_>>(), shape)
}

/// The weights of [`ClickBatch`], row-major `[B, T]`.
fn label_weights(labels: &[f32], tasks: usize) -> Vec<f32> {
    let rows = labels.len() / tasks.max(1);
    let mut present = vec![0_usize; tasks];
    for sample in labels.chunks(tasks.max(1)) {
        for (count, label) in present.iter_mut().zip(sample) {
            *count += usize::from(!label.is_nan());
        }
    }
    let weight = |(index, label): (usize, &f32)| match label.is_nan() {
        true => 0.0,
        false => rows as f32 / present[index % tasks] as f32,
    };
    labels.iter().enumerate().map(weight).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loss_is_the_sum_of_the_means_over_the_labels_there_are() {
        let device = Device::flex();
        let labels = [1.0, f32::NAN, 0.0, 1.0, f32::NAN, f32::NAN];
        let weights = label_weights(&labels, 2);
        assert_eq!(weights, [1.5, 0.0, 1.5, 3.0, 0.0, 0.0]);
        let tensor =
            |values: [f32; 6]| Tensor::<2>::from_data(TensorData::new(values.to_vec(), [3, 2]), &device);
        let batch = ClickBatch {
            features: Features::new(Tensor::zeros([3, 1], &device), None, Vec::new()),
            labels: tensor([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]),
            weights: Tensor::from_data(TensorData::new(weights, [3, 2]), &device),
        };
        let logits = tensor([0.5, 7.0, -1.0, 2.0, 9.0, -9.0]);
        let loss = batch.losses(logits).mean().into_scalar::<f32>();
        let softplus = |x: f32| (1.0 + x.exp()).ln();
        let expected = (softplus(-0.5) + softplus(-1.0)) / 2.0 + softplus(-2.0);
        assert!((loss - expected).abs() < 1e-6, "{loss} {expected}");
    }
}
