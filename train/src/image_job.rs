//! The training job every image classifier shares: data, normalisation, fit, test, weights, report.

use std::time::Instant;

use burn::module::Module;
use pyrarium_datasets::{AugmentConfig, ImageDataset, ImageShape, Mixup, Purpose, RandomKey, Splits};
use pyrarium_layers::{ConfigError, ImageClassifier};
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::checks::below_one;
use crate::evaluate::{augmented_accuracy, check_augmented, evaluate};
use crate::fit::{FitConfig, Fitted};
use crate::images::{ImageSource, Preparation};
use crate::optimizer::OptimizerConfig;
use crate::report::Report;
use crate::run::{Run, RunDirectory, WEIGHTS};
use crate::trial::{Trial, plain_source};
use crate::weights;

/// Settings of a job on images; `M` are those of the model.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ImageJob<M> {
    /// Seed of the initial weights, the order of the samples and all that is random about them.
    pub seed: u64,
    /// Name of a data set, or a directory of IDX, CIFAR or image files.
    pub data: String,
    /// Share of the training samples that is held out and watched.
    pub validation_fraction: f64,
    /// Augmented copies of each test image whose class probabilities are averaged for a second test accuracy; 0 is none.
    pub augmented_copies: usize,
    /// Label smoothing of the training loss, in 0..1.
    pub label_smoothing: f64,
    /// How to fit.
    pub fit: FitConfig,
    /// Optimizer and schedule.
    pub optimizer: OptimizerConfig,
    /// Augmentation of the training images.
    pub augment: AugmentConfig,
    /// Mixing of the training images.
    pub mixup: Mixup,
    /// Which network, and where its weights start from.
    pub model: M,
}

impl<M: Default> Default for ImageJob<M> {
    fn default() -> Self {
        Self {
            seed: 0,
            data: "digits".to_string(),
            validation_fraction: 0.1,
            augmented_copies: 0,
            label_smoothing: 0.0,
            fit: FitConfig::default(),
            optimizer: OptimizerConfig::default(),
            augment: AugmentConfig::default(),
            mixup: Mixup::default(),
            model: M::default(),
        }
    }
}

/// Images of one job.
pub struct JobData {
    /// Training images, and as its test part those that are held out and watched.
    learning: Splits,
    test: ImageDataset,
}

impl JobData {
    /// Shape of the images.
    pub fn shape(&self) -> ImageShape {
        self.learning.train.shape()
    }

    /// Number of classes.
    pub fn num_classes(&self) -> usize {
        self.learning.train.classes().len()
    }
}

impl<S> ImageJob<S> {
    /// Checks every value.
    pub fn validate(&self) -> Result<(), Error> {
        below_one("validation_fraction", self.validation_fraction)?;
        if self.validation_fraction == 0.0 {
            return Err(ConfigError::new("validation_fraction", 0, "greater than 0").into());
        }
        below_one("label_smoothing", self.label_smoothing)?;
        self.fit.validate()?;
        self.optimizer.validate()?;
        self.augment.validate()?;
        self.mixup.validate()?;
        check_augmented(self.augmented_copies, !self.augment.is_off())?;
        Ok(())
    }

    /// Opens the data and holds out the validation samples.
    pub fn open(&self, run: &Run) -> Result<JobData, Error> {
        let Splits { train, test, normalization } = pyrarium_datasets::open(&self.data, Some(&run.data_dir))?;
        let mut samples: Vec<usize> = (0..train.len()).collect();
        samples.shuffle(&mut RandomKey { seed: self.seed, epoch: 0, index: 0 }.rng(Purpose::Sampling));
        let held_out = (train.len() as f64 * self.validation_fraction).ceil() as usize;
        if held_out >= train.len() {
            let count = train.len();
            return Err(Error::Usage(format!("{} has {count} training images, which is too few", self.data)));
        }
        let valid = train.select(&samples[..held_out]);
        let train = train.select(&samples[held_out..]);
        Ok(JobData { learning: Splits { train, test: valid, normalization }, test })
    }

    /// Trains a model, tests it, and leaves weights and report in the directory.
    pub fn train<M: ImageClassifier + 'static>(
        &self,
        run: &Run,
        directory: &mut RunDirectory,
        data: JobData,
        model: M,
    ) -> Result<Report, Error> {
        self.train_by(run, directory, data, |trial, directory| {
            Ok((trial.fit(model, Some(directory.path()), &run.display)?, Vec::new()))
        })
    }

    /// As [`train`](Self::train), by a way to fit of one's own: it gets what one training needs and the directory, and gives
    /// the model and further figures for the report, by name.
    pub fn train_by<M: ImageClassifier>(
        &self,
        run: &Run,
        directory: &mut RunDirectory,
        data: JobData,
        fit: impl FnOnce(&Trial<'_>, &mut RunDirectory) -> Result<(Fitted<M>, Vec<(String, f64)>), Error>,
    ) -> Result<Report, Error> {
        let start = Instant::now();
        let trial = Trial {
            run,
            data: &data.learning,
            fit: self.fit.clone(),
            optimizer: self.optimizer.clone(),
            label_smoothing: self.label_smoothing,
            augment: self.augment.clone(),
            mixup: self.mixup,
            seed: self.seed,
        };
        let (fitted, figures) = fit(&trial, directory)?;
        directory.write(WEIGHTS, &weights::to_safetensors(&fitted.model).map_err(Error::Training)?)?;
        let mut report = self.test(run, &directory.manifest().slug, &data, &fitted.model)?;
        fitted.describe(run, "images", &mut report);
        for (name, value) in figures {
            report.add(name, &[value]);
        }
        report.complete(directory, start)
    }

    /// Tests a trained model (without autodiff) of the system called `slug`.
    pub fn test<M: ImageClassifier>(
        &self,
        run: &Run,
        slug: &str,
        data: &JobData,
        model: &M,
    ) -> Result<Report, Error> {
        let start = Instant::now();
        let normalization = &data.learning.normalization;
        let result = evaluate(model, plain_source(&data.test, normalization)?, &run.device)?;
        let mut report = Report::new(slug, &run.device_name, self.seed, "train");
        report.add("parameters", &[Module::num_params(model) as f64]);
        report.add("test accuracy %", &[result.accuracy]);
        report.add("test loss", &[result.loss]);
        if self.augmented_copies > 0 {
            let preparation = Preparation {
                augment: self.augment.clone(),
                seed: self.seed,
                ..Preparation::plain(normalization.clone())
            };
            let source = ImageSource::new(data.test.clone(), preparation)?;
            let accuracy = augmented_accuracy(model, source, self.augmented_copies, &run.device)?;
            report.add("test accuracy with augmented copies %", &[accuracy]);
        }
        report.seconds = start.elapsed().as_secs_f64();
        Ok(report)
    }
}
