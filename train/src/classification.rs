//! Image classification as burn-train sees it: a wrapper that gives any [`ImageClassifier`] its training step.

use std::sync::Arc;

use burn::module::Module;
use burn::optim::lr_scheduler::module_lr_scheduler::ModuleLearningRate;
use burn::optim::{GradientsParams, ModuleOptimizer};
use burn::tensor::Tensor;
use burn::train::{ClassificationOutput, InferenceStep, TrainOutput, TrainStep};
use pyrarium_layers::ImageClassifier;

use crate::average;
use crate::clip::clip_by_global_norm;
use crate::images::ImageBatch;
use crate::loss::smoothed_cross_entropy;
use crate::profile::Profile;

/// What the training step needs beside the model.
#[derive(Clone, Debug)]
pub struct StepSettings {
    /// Label smoothing of the training loss, in 0..1.
    pub label_smoothing: f64,
    /// Largest L2 norm of all gradients together; 0 is no limit.
    pub clip_norm: f64,
    /// Decay of the average of the weights; 0 keeps none.
    pub average_decay: f64,
    /// Batches whose gradients make one optimizer step.
    pub accumulation: usize,
    /// Where the step's time is counted.
    pub profile: Arc<Profile>,
}

/// A classifier with its training step, and the average of its weights where one is kept.
#[derive(Module, Debug)]
pub struct Classification<M: Module> {
    model: M,
    average: Option<M>,
    #[module(skip)]
    settings: Arc<StepSettings>,
}

impl<M: ImageClassifier> Classification<M> {
    /// Wraps a model.
    pub fn new(model: M, settings: StepSettings) -> Self {
        let average = (settings.average_decay > 0.0).then(|| average::detached_copy(&model));
        Self { model, average, settings: Arc::new(settings) }
    }

    /// The model to use: the averaged one where an average is kept.
    pub fn into_model(self) -> M {
        self.average.unwrap_or(self.model)
    }

    /// Mean over the two labels of a mixed batch, weighted by lambda; `[B]`.
    fn training_loss(&self, logits: Tensor<2>, batch: &ImageBatch) -> Tensor<1> {
        let smoothing = self.settings.label_smoothing;
        let own = smoothed_cross_entropy(logits.clone(), batch.labels.clone(), smoothing);
        match &batch.mixed {
            Some(mixed) => {
                let other = smoothed_cross_entropy(logits, mixed.labels.clone(), smoothing);
                own * mixed.lambda + other * (1.0 - mixed.lambda)
            }
            None => own,
        }
    }
}

impl<M: ImageClassifier> TrainStep for Classification<M> {
    type Input = ImageBatch;
    type Output = ClassificationOutput;

    fn step(&self, batch: ImageBatch) -> TrainOutput<ClassificationOutput> {
        let device = batch.images.device();
        self.settings.profile.compute(&device, || {
            let logits = self.model.classify(batch.images.clone());
            let loss = self.training_loss(logits.clone(), &batch);
            let mean = loss.clone().mean() / self.settings.accumulation as f64;
            TrainOutput::new(self, mean.backward(), ClassificationOutput::new(loss, logits, batch.labels))
        })
    }

    fn optimize(
        self,
        optimizer: &mut ModuleOptimizer,
        rate: ModuleLearningRate,
        gradients: GradientsParams,
    ) -> Self {
        let settings = self.settings.clone();
        let device = self.devices().into_iter().next().unwrap_or_default();
        settings.profile.compute(&device, || {
            let gradients = match settings.clip_norm {
                0.0 => gradients,
                max_norm => clip_by_global_norm(&self, gradients, max_norm),
            };
            let Self { model, average, settings } = optimizer.step(rate, self, gradients);
            let average = average.map(|average| average::update(average, &model, settings.average_decay));
            Self { model, average, settings }
        })
    }
}

impl<M: ImageClassifier> InferenceStep for Classification<M> {
    type Input = ImageBatch;
    type Output = ClassificationOutput;

    fn step(&self, batch: ImageBatch) -> ClassificationOutput {
        let logits = self.average.as_ref().unwrap_or(&self.model).classify(batch.images);
        let loss = smoothed_cross_entropy(logits.clone(), batch.labels.clone(), 0.0);
        ClassificationOutput::new(loss, logits, batch.labels)
    }
}
