//! `cargo xtask reproduce scaling-mlps`: the paper's statements, at a size that two cores finish in minutes.

use burn::tensor::Device;
use pyrarium_datasets::{AugmentConfig, Mixup, Splits};
use pyrarium_mlp::{MlpConfig, MlpKind};

use super::{augmentation, bottleneck, large, transfer, width};
use crate::Error;
use crate::fit::FitConfig;
use crate::optimizer::OptimizerConfig;
use crate::registry::{Budget, Reproduction};
use crate::report::{Report, Summary};
use crate::run::Run;
use crate::trial::Trial;
use crate::weights::initialise;

/// The four claims on the embedded data; in the full budget also those on the larger sets that are there.
pub fn reproduce(run: &Run, what: Reproduction) -> Result<Report, Error> {
    let experiment = Experiment { run, what };
    let mut report = Report::new(super::SYSTEM.slug, &run.device_name, 0, what.budget.name());
    let digits = experiment.shortened(pyrarium_datasets::open("digits", None)?);
    let photos = experiment.shortened(pyrarium_datasets::open("photo-crops", None)?);
    bottleneck::test(&experiment, &digits, &mut report)?;
    augmentation::test(&experiment, &photos, &mut report)?;
    width::test(&experiment, &digits, &mut report)?;
    transfer::test(&experiment, &digits, &mut report)?;
    if what.budget == Budget::Full {
        large::test(&experiment, &mut report)?;
    }
    Ok(report)
}

/// What all comparisons share.
pub struct Experiment<'a> {
    /// Device, data root and display.
    pub run: &'a Run,
    /// Budget and seeds.
    pub what: Reproduction,
}

impl<'a> Experiment<'a> {
    /// The test accuracy of one side of a comparison for every seed, in percent.
    pub fn accuracies(
        &self,
        name: &str,
        side: impl Fn(u64) -> Result<f64, Error>,
    ) -> Result<Vec<f64>, Error> {
        let accuracies = (0..self.what.seeds as u64).map(side).collect::<Result<Vec<_>, _>>()?;
        self.run.display.line(&format!("{name}: test accuracy {} %", Summary::of(&accuracies)));
        Ok(accuracies)
    }

    /// A training with Adam at 1e-3 in batches of 64, and nothing else.
    pub fn trial<'d>(&self, data: &'d Splits, epochs: usize, seed: u64) -> Trial<'d>
    where
        'a: 'd,
    {
        let epochs = if self.what.budget == Budget::Smoke { 2 } else { epochs };
        Trial {
            run: self.run,
            data,
            fit: FitConfig { epochs, ..FitConfig::default() },
            optimizer: OptimizerConfig::default(),
            label_smoothing: 0.0,
            augment: AugmentConfig::default(),
            mixup: Mixup::default(),
            seed,
        }
    }

    /// The test accuracy of a network that is trained from the trial's seed.
    fn accuracy(&self, trial: &Trial<'_>, config: &MlpConfig) -> Result<f64, Error> {
        let model = initialise(&self.device(), trial.seed, |device| config.init(device))?;
        trial.accuracy(model)
    }

    /// The test accuracy of a network over all seeds, which is also added to the report.
    pub fn measure(
        &self,
        label: &str,
        trial: &Trial<'_>,
        config: &MlpConfig,
        report: &mut Report,
    ) -> Result<Summary, Error> {
        let accuracies =
            self.accuracies(label, |seed| self.accuracy(&Trial { seed, ..trial.clone() }, config))?;
        Ok(report.add(format!("{label}, test accuracy %"), &accuracies))
    }

    /// The device with autodiff.
    pub fn device(&self) -> Device {
        self.run.device.clone().autodiff()
    }

    /// In the smoke budget, about 250 and 120 samples spread over the splits.
    fn shortened(&self, data: Splits) -> Splits {
        match self.what.budget {
            Budget::Smoke => data.thinned(250, 120),
            Budget::Quick | Budget::Full => data,
        }
    }
}

/// The inverted-bottleneck network of this name for the given data.
pub fn bottleneck_network(name: &str, data: &Splits) -> Result<MlpConfig, Error> {
    let (inputs, classes) = (data.train.shape().len(), data.train.classes().len());
    Ok(MlpConfig::parse(name, MlpKind::Bottleneck, inputs, classes)?)
}
