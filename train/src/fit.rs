//! Gradient training of any [`Task`] on burn-train, with what it lacks: checkpoint sets, exact resume, a history.

use std::path::Path;
use std::sync::Arc;

use burn::train::metric::LossMetric;
use burn::train::{Learner, SupervisedTraining};
use pyrarium_layers::ConfigError;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::checkpoint::{Checkpoints, EveryEpoch, FIT};
use crate::checks::{at_least_one, below_one, non_negative};
use crate::history::{History, Recorder};
use crate::loader::{BatchSource, Loader, Order};
use crate::optimizer::OptimizerConfig;
use crate::profile::{Profile, Throughput};
use crate::progress::Display;
use crate::report::Report;
use crate::run::Run;
use crate::task::{StepSettings, Task, Trainee};

/// The setting that counts the epochs of a job that fits.
pub const EPOCHS: &str = "fit.epochs";

/// How to fit.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FitConfig {
    /// Passes over the training samples.
    pub epochs: usize,
    /// Samples whose gradients are computed together.
    pub batch_size: usize,
    /// Batches whose gradients make one optimizer step.
    pub accumulation: usize,
    /// Largest L2 norm of all gradients together; 0 is no limit.
    pub clip_norm: f64,
    /// Decay of the average of the weights that is used in place of the last ones; 0 keeps none.
    pub average_decay: f64,
    /// Epochs without a better validation loss after which training stops; 0 never stops.
    pub patience: usize,
    /// Threads that assemble batches; 0 assembles them on the training thread.
    pub workers: usize,
}

impl Default for FitConfig {
    fn default() -> Self {
        Self {
            epochs: 60,
            batch_size: 64,
            accumulation: 1,
            clip_norm: 0.0,
            average_decay: 0.0,
            patience: 0,
            workers: 1,
        }
    }
}

impl FitConfig {
    /// Checks every value.
    pub fn validate(&self) -> Result<(), ConfigError> {
        at_least_one(EPOCHS, self.epochs)?;
        at_least_one("fit.batch_size", self.batch_size)?;
        at_least_one("fit.accumulation", self.accumulation)?;
        non_negative("fit.clip_norm", self.clip_norm)?;
        below_one("fit.average_decay", self.average_decay)
    }
}

/// Everything one training needs.
pub struct Fit<'a, T, S: BatchSource> {
    /// The task with the model to start from, on a device with autodiff.
    pub task: T,
    /// How to fit.
    pub config: &'a FitConfig,
    /// Optimizer and schedule.
    pub optimizer: &'a OptimizerConfig,
    /// Training samples.
    pub train: Loader<S>,
    /// Samples that are watched, never trained on.
    pub valid: Loader<S>,
    /// Where checkpoints and metrics go; nothing is kept without it.
    pub directory: Option<&'a Path>,
    /// What a person sees meanwhile.
    pub display: &'a Display,
    /// Where the time goes.
    pub profile: Arc<Profile>,
}

/// The outcome of a training.
pub struct Fitted<T> {
    /// The trained model or task, without autodiff; the averaged one where an average was kept.
    pub model: T,
    /// Metrics of every epoch.
    pub history: History,
    /// Speed of the epochs run by this process, where there were any.
    pub throughput: Option<Throughput>,
}

impl<T> Fitted<T> {
    /// The outcome with another view of the model.
    pub fn map<U>(self, view: impl FnOnce(T) -> U) -> Fitted<U> {
        let Self { model, history, throughput } = self;
        Fitted { model: view(model), history, throughput }
    }

    /// Adds to a report what the training itself has to tell: its curves, and its speed in `unit` (in the plural) where the run asks
    /// for it.
    pub fn describe(&self, run: &Run, unit: &str, report: &mut Report) {
        if let Some(throughput) = self.throughput.filter(|_| run.profile) {
            report.add(format!("training {unit}/s"), &[throughput.samples_per_second]);
            report.add("% of an epoch outside forward, backward and step", &[100.0 * throughput.outside]);
        }
        report.curves = self.history.curves();
    }
}

impl<'a, T: Task, S: BatchSource<Batch = T::Batch>> Fit<'a, T, S> {
    /// How to fit, with optimizer and seed of the order; what to learn from and what to watch; checkpoints where a directory is
    /// given.
    pub fn new(
        run: &Run,
        task: T,
        (config, optimizer, seed): (&'a FitConfig, &'a OptimizerConfig, u64),
        (train, valid): (Arc<S>, Arc<S>),
        directory: Option<&'a Path>,
        display: &'a Display,
    ) -> Self {
        let profile = if run.profile { Profile::synchronised() } else { Profile::default() };
        Self {
            task,
            config,
            optimizer,
            train: Loader::new(train, config.batch_size, Order::Shuffled { seed }, &run.device)
                .with_workers(config.workers),
            valid: Loader::new(valid, config.batch_size, Order::Sequential, &run.device),
            directory,
            display,
            profile: Arc::new(profile),
        }
    }
    /// Trains, going on from the newest checkpoint set in the directory where there is one.
    ///
    /// # Errors
    /// A damaged checkpoint, a failure of the disk or the backend, or a stop asked for at the dashboard.
    pub fn run(self) -> Result<Fitted<T>, Error> {
        let checkpoints =
            self.directory.map(|path| Checkpoints::open(&path.join("checkpoints"), &FIT)).transpose()?;
        let resumed = checkpoints.as_ref().map_or(Ok(None), Checkpoints::latest)?;
        let recorder = self.recorder(resumed)?;
        let epochs = match resumed {
            // The training had stopped early before it was interrupted: load, and train no further.
            Some(epoch) if recorder.history()?.has_stalled(self.config.patience) => epoch,
            _ => self.config.epochs,
        };
        let steps = self.train.num_batches().div_ceil(self.config.accumulation) * self.config.epochs;
        let trainee = Trainee::new(self.task.clone(), step_settings(self.config, &self.profile));
        let learner = Learner::new(trainee, self.optimizer.optimizer(), self.optimizer.schedule(steps)?);
        let train = self.train.with_profile(self.profile.clone()).starting_at(resumed.unwrap_or(0) + 1);
        let mut training = SupervisedTraining::new(
            self.directory.unwrap_or(Path::new("")),
            Arc::new(train),
            Arc::new(self.valid),
        )
        .num_epochs(epochs)
        .metrics((LossMetric::new(),))
        .with_metric_logger(recorder.clone())
        .with_application_logger(None);
        training = self.task.with_metrics(training);
        if self.config.patience > 0 {
            training = training.early_stopping(recorder.clone());
        }
        if self.config.accumulation > 1 {
            training = training.grads_accumulation(self.config.accumulation);
        }
        if let Some(checkpoints) = &checkpoints {
            let [model, optimizer, schedule] = FIT;
            let part = |name| checkpoints.part(name);
            training = training
                .with_custom_checkpointers(part(model), part(optimizer), part(schedule))
                .with_checkpointing_strategy(EveryEpoch);
        }
        if let Some(epoch) = resumed {
            training = training.checkpoint(epoch);
        }
        let renderer = self.display.renderer(training.interrupter(), resumed);
        let result = training.renderer(renderer).launch(learner);
        if let Some(error) = result.error {
            return Err(Error::Training(error.to_string()));
        }
        if result.interrupted.is_some() {
            return Err(Error::Training("it was interrupted; go on with --resume".to_string()));
        }
        let throughput = self.profile.throughput();
        Ok(Fitted { model: result.model.into_task(), history: recorder.history()?, throughput })
    }

    fn recorder(&self, resumed: Option<usize>) -> Result<Recorder, Error> {
        let file = self.directory.map(|path| path.join("metrics.jsonl"));
        let history = match (resumed, &file) {
            (Some(epoch), Some(file)) => History::read(file, epoch)?,
            _ => History::default(),
        };
        Ok(Recorder::new(history, file, self.config.patience))
    }
}

fn step_settings(config: &FitConfig, profile: &Arc<Profile>) -> StepSettings {
    StepSettings {
        clip_norm: config.clip_norm,
        average_decay: config.average_decay,
        accumulation: config.accumulation,
        profile: profile.clone(),
    }
}
