//! Augmentation against none, for the same network, data and epochs.

use pyrarium_datasets::{AugmentConfig, Mixup, Splits};

use super::reproduce::{Experiment, bottleneck_network};
use crate::Error;
use crate::registry::ClaimText;
use crate::report::Report;
use crate::trial::Trial;

/// What is tested here.
pub const CLAIM: ClaimText = ClaimText {
    id: "augmentation-helps",
    statement: "On 16x16 crops of twelve photographs, shifts, flips and mixup raise the test accuracy of B_4-Wi_128 by at least 3 points.",
    paper: "CIFAR-10 from scratch, bottleneck: 58.1 % without, 70.1 % with augmentation and more epochs (unconfirmed)",
    relation: "augmented - plain >= 3 points",
};

/// Tests [`CLAIM`].
pub fn test(experiment: &Experiment<'_>, photos: &Splits, report: &mut Report) -> Result<(), Error> {
    let trial = experiment.trial(photos, 60, 0);
    let config = bottleneck_network("B_4-Wi_128", photos)?;
    let plain = experiment.measure("photo crops, B_4-Wi_128 plain", &trial, &config, report)?;
    let augmented =
        experiment.measure("photo crops, B_4-Wi_128 augmented", &augmented(&trial), &config, report)?;
    let measured = format!("plain {plain} %, augmented {augmented} %");
    report.claims.push(CLAIM.tested(measured, augmented.mean - plain.mean >= 3.0));
    Ok(())
}

/// The same training on images that are shifted by up to two pixels, flipped and mixed.
pub fn augmented<'a>(trial: &Trial<'a>) -> Trial<'a> {
    let augment = AugmentConfig { shift: 2, flip: 0.5, ..AugmentConfig::default() };
    Trial { augment, mixup: Mixup { alpha: 0.8 }, ..trial.clone() }
}
