//! Image classification as a task: cross-entropy with label smoothing and mixed images, and the accuracy.

use burn::module::Module;
use burn::tensor::Tensor;
use burn::train::metric::AccuracyMetric;
use burn::train::{ClassificationOutput, SupervisedTraining};
use pyrarium_layers::ImageClassifier;

use crate::images::ImageBatch;
use crate::loss::{classified, smoothed_cross_entropy};
use crate::task::{Task, Trainee};

/// A classifier of images with what it is trained for.
#[derive(Module, Debug)]
pub struct Classification<M: Module> {
    /// The classifier.
    pub model: M,
    #[module(skip)]
    label_smoothing: f64,
    #[module(skip)]
    mixed: bool,
}

impl<M: ImageClassifier> Classification<M> {
    /// Trains `model` with this label smoothing (in 0..1) on batches that are `mixed` or not.
    pub fn new(model: M, label_smoothing: f64, mixed: bool) -> Self {
        Self { model, label_smoothing, mixed }
    }

    /// Mean over the two labels of a mixed batch, weighted by lambda; `[B]`.
    fn training_losses(&self, logits: Tensor<2>, batch: &ImageBatch) -> Tensor<1> {
        let own = smoothed_cross_entropy(logits.clone(), batch.labels.clone(), self.label_smoothing);
        match &batch.mixed {
            Some(mixed) => {
                let other = smoothed_cross_entropy(logits, mixed.labels.clone(), self.label_smoothing);
                own * mixed.lambda + other * (1.0 - mixed.lambda)
            }
            None => own,
        }
    }
}

impl<M: ImageClassifier + 'static> Task for Classification<M> {
    type Batch = ImageBatch;
    type Output = ClassificationOutput;

    fn training_output(&self, batch: ImageBatch) -> ClassificationOutput {
        let logits = self.model.classify(batch.images.clone());
        let losses = self.training_losses(logits.clone(), &batch);
        ClassificationOutput::new(losses, logits, batch.labels)
    }

    fn output(&self, batch: ImageBatch) -> ClassificationOutput {
        classified(self.model.classify(batch.images), batch.labels)
    }

    fn losses(output: &ClassificationOutput) -> Tensor<1> {
        output.loss.clone()
    }

    fn predictions(output: &ClassificationOutput) -> Tensor<2> {
        output.output.clone()
    }

    fn with_metrics(&self, training: SupervisedTraining<Trainee<Self>>) -> SupervisedTraining<Trainee<Self>> {
        let training = training.metric_valid_numeric(AccuracyMetric::new());
        match self.mixed {
            // The accuracy on a mixture of two images is that of neither label.
            true => training,
            false => training.metric_train_numeric(AccuracyMetric::new()),
        }
    }
}
