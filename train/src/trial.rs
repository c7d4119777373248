//! One training of an image classifier: what a job runs once, and a comparison once for each side and seed.

use std::path::Path;
use std::sync::Arc;

use burn::tensor::{Device, Tensor};
use pyrarium_datasets::{AugmentConfig, ImageDataset, Mixup, Normalization, Splits};
use pyrarium_layers::ImageClassifier;

use crate::Error;
use crate::classification::Classification;
use crate::evaluate::evaluate;
use crate::fit::{Fit, FitConfig, Fitted};
use crate::images::{ImageSource, Preparation};
use crate::loader::BatchSource;
use crate::optimizer::OptimizerConfig;
use crate::progress::Display;
use crate::run::Run;

/// Data, budget and recipe of a training. The sides of a comparison differ in one field, or in the model.
#[derive(Clone)]
pub struct Trial<'a> {
    /// Device and display.
    pub run: &'a Run,
    /// The images; those of `test` are watched, and nothing is chosen by them.
    pub data: &'a Splits,
    /// How to fit.
    pub fit: FitConfig,
    /// Optimizer and schedule.
    pub optimizer: OptimizerConfig,
    /// Label smoothing of the training loss, in 0..1.
    pub label_smoothing: f64,
    /// Augmentation of the training images.
    pub augment: AugmentConfig,
    /// Mixing of the training images.
    pub mixup: Mixup,
    /// Seed of the order and the augmentation.
    pub seed: u64,
}

impl Trial<'_> {
    /// Trains `model`, with checkpoints where a directory is given.
    pub fn fit<M: ImageClassifier + 'static>(
        &self,
        model: M,
        directory: Option<&Path>,
        display: &Display,
    ) -> Result<Fitted<M>, Error> {
        let preparation = Preparation {
            normalization: self.data.normalization.clone(),
            augment: self.augment.clone(),
            mixup: self.mixup,
            seed: self.seed,
        };
        let train = ImageSource::new(self.data.train.clone(), preparation)?;
        let valid = plain_source(&self.data.test, &self.data.normalization)?;
        let task = Classification::new(model, self.label_smoothing, train.mixes());
        let how = (&self.fit, &self.optimizer, self.seed);
        let fitted = Fit::new(self.run, task, how, (train, valid), directory, display).run()?;
        Ok(fitted.map(|task| task.model))
    }

    /// The first `count` training images as they are, normalised: `[count, channels, height, width]`, fewer if there are not
    /// as many.
    pub fn sample(&self, count: usize, device: &Device) -> Result<Tensor<4>, Error> {
        let source = plain_source(&self.data.train, &self.data.normalization)?;
        let samples: Vec<usize> = (0..count.min(self.data.train.len())).collect();
        Ok(source.upload(source.assemble(0, 0, &samples), device).images)
    }

    /// Trains `model` without files or display and returns its accuracy on the test images, in percent.
    pub fn accuracy<M: ImageClassifier + 'static>(&self, model: M) -> Result<f64, Error> {
        let model = self.fit(model, None, &Display::Silent)?.model;
        let source = plain_source(&self.data.test, &self.data.normalization)?;
        Ok(evaluate(&model, source, &self.run.device)?.accuracy)
    }
}

/// Images as they are, normalised.
pub fn plain_source(images: &ImageDataset, normalization: &Normalization) -> Result<Arc<ImageSource>, Error> {
    Ok(ImageSource::new(images.clone(), Preparation::plain(normalization.clone()))?)
}
