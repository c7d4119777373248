//! One training of a comparison: the same data, budget and seed for every side, no files, a test at the end.

use std::sync::Arc;

use pyrarium_datasets::{AugmentConfig, ImageDataset, Mixup, Splits};
use pyrarium_layers::ImageClassifier;

use crate::Error;
use crate::evaluate::evaluate;
use crate::fit::{Fit, FitConfig};
use crate::images::{ImageSource, Preparation};
use crate::loader::{Loader, Order};
use crate::optimizer::OptimizerConfig;
use crate::profile::Profile;
use crate::run::Run;

/// What is the same for both sides of a comparison, and what is not.
#[derive(Clone)]
pub struct Trial<'a> {
    /// Device and display.
    pub run: &'a Run,
    /// The images.
    pub data: &'a Splits,
    /// How to fit.
    pub fit: FitConfig,
    /// Optimizer and schedule.
    pub optimizer: OptimizerConfig,
    /// Augmentation of the training images.
    pub augment: AugmentConfig,
    /// Mixing of the training images.
    pub mixup: Mixup,
    /// Seed of the order and the augmentation.
    pub seed: u64,
}

impl Trial<'_> {
    /// Trains `model`; the test images are watched, and nothing is chosen by them.
    pub fn train<M: ImageClassifier + 'static>(&self, model: M) -> Result<M, Error> {
        let device = &self.run.device;
        let preparation = Preparation {
            normalization: self.data.normalization.clone(),
            augment: self.augment.clone(),
            mixup: self.mixup,
            seed: self.seed,
        };
        let train = ImageSource::new(self.data.train.clone(), preparation)?;
        let fitted = Fit {
            model,
            config: &self.fit,
            optimizer: &self.optimizer,
            train: Loader::new(train, self.fit.batch_size, Order::Shuffled { seed: self.seed }, device)
                .with_workers(self.fit.workers),
            valid: Loader::new(self.source(&self.data.test)?, self.fit.batch_size, Order::Sequential, device),
            directory: None,
            display: &self.run.display.without_epochs(),
            profile: Arc::new(Profile::default()),
        }
        .run()?;
        Ok(fitted.model)
    }

    /// Accuracy of a trained model on the test images, in percent.
    pub fn test_accuracy<M: ImageClassifier>(&self, model: &M) -> Result<f64, Error> {
        Ok(evaluate(model, self.source(&self.data.test)?, &self.run.device)?.accuracy)
    }

    fn source(&self, images: &ImageDataset) -> Result<Arc<ImageSource>, Error> {
        Ok(ImageSource::new(images.clone(), Preparation::plain(self.data.normalization.clone()))?)
    }
}
