//! What training asks of a kind of problem, and the wrapper through which burn-train sees any of them.
//!
//! Burn's own training traits cannot be implemented here for a model crate's types (orphan rule). So a small module of this
//! crate wraps the model and implements [`Task`] over a trait of `layers`: [`Classification`](crate::classification::Classification)
//! over `ImageClassifier`, for example.

use std::sync::Arc;

use burn::module::{Module, ModuleDisplay};
use burn::optim::lr_scheduler::module_lr_scheduler::ModuleLearningRate;
use burn::optim::{GradientsParams, ModuleOptimizer};
use burn::tensor::Tensor;
use burn::train::metric::{Adaptor, ItemLazy, LossInput};
use burn::train::{InferenceStep, SupervisedTraining, TrainOutput, TrainStep};

use crate::average;
use crate::clip::clip_by_global_norm;
use crate::profile::Profile;

/// A model with what it is trained for.
pub trait Task: Module + ModuleDisplay + 'static {
    /// What one step takes.
    type Batch: Clone + Send + 'static;
    /// What one step gives to the metrics.
    type Output: ItemLazy + Adaptor<LossInput> + 'static;

    /// The output on a training batch, its loss being the one to minimise.
    fn training_output(&self, batch: Self::Batch) -> Self::Output;

    /// The output on a batch that is watched, never trained on.
    fn output(&self, batch: Self::Batch) -> Self::Output;

    /// The loss of each sample of an output, `[B]`; a step minimises their mean.
    fn losses(output: &Self::Output) -> Tensor<1>;

    /// What the model says about each sample of an output, flattened to `[B, values]`.
    fn predictions(output: &Self::Output) -> Tensor<2>;

    /// Adds the metrics of this task to the loss, which every task has.
    fn with_metrics(&self, training: SupervisedTraining<Trainee<Self>>) -> SupervisedTraining<Trainee<Self>> {
        training
    }
}

/// What every training step needs beside the task.
#[derive(Clone, Debug)]
pub struct StepSettings {
    /// Largest L2 norm of all gradients together; 0 is no limit.
    pub clip_norm: f64,
    /// Decay of the average of the weights; 0 keeps none.
    pub average_decay: f64,
    /// Batches whose gradients make one optimizer step.
    pub accumulation: usize,
    /// Where the step's time is counted.
    pub profile: Arc<Profile>,
}

/// A task in training, with the average of its weights where one is kept.
#[derive(Module, Debug)]
pub struct Trainee<T: Module> {
    task: T,
    average: Option<T>,
    #[module(skip)]
    settings: Arc<StepSettings>,
}

impl<T: Task> Trainee<T> {
    /// Wraps a task.
    pub fn new(task: T, settings: StepSettings) -> Self {
        let average = (settings.average_decay > 0.0).then(|| average::detached_copy(&task));
        Self { task, average, settings: Arc::new(settings) }
    }

    /// The task to use: the averaged one where an average is kept.
    pub fn into_task(self) -> T {
        self.average.unwrap_or(self.task)
    }

    fn profiled<R>(&self, work: impl FnOnce(&Self) -> R) -> R {
        let device = self.devices().into_iter().next().unwrap_or_default();
        self.settings.profile.compute(&device, || work(self))
    }
}

impl<T: Task> TrainStep for Trainee<T> {
    type Input = T::Batch;
    type Output = T::Output;

    fn step(&self, batch: T::Batch) -> TrainOutput<T::Output> {
        self.profiled(|trainee| {
            let output = trainee.task.training_output(batch);
            let mean = T::losses(&output).mean() / trainee.settings.accumulation as f64;
            TrainOutput::new(trainee, mean.backward(), output)
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
            let Self { task, average, settings } = optimizer.step(rate, self, gradients);
            let average = average.map(|average| average::update(average, &task, settings.average_decay));
            Self { task, average, settings }
        })
    }
}

impl<T: Task> InferenceStep for Trainee<T> {
    type Input = T::Batch;
    type Output = T::Output;

    fn step(&self, batch: T::Batch) -> T::Output {
        self.average.as_ref().unwrap_or(&self.task).output(batch)
    }
}
