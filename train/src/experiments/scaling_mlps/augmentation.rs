//! Augmentation against none, for the same network, data and epochs.

use pyrarium_datasets::{AugmentConfig, Mixup, Splits};

use super::reproduce::{Experiment, bottleneck_network};
use crate::Error;
use crate::registry::ClaimText;
use crate::report::{Report, Summary};
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
    let (plain, augmented) = compare(experiment, "photo crops", &trial, "B_4-Wi_128", report)?;
    let measured = format!("plain {plain} %, augmented {augmented} %");
    report.claims.push(CLAIM.tested(measured, augmented.mean - plain.mean >= 3.0));
    Ok(())
}

/// Test accuracies of the network called `name`, trained without and with augmentation.
pub fn compare(
    experiment: &Experiment<'_>,
    place: &str,
    trial: &Trial<'_>,
    name: &str,
    report: &mut Report,
) -> Result<(Summary, Summary), Error> {
    let config = bottleneck_network(name, trial.data)?;
    let augment = AugmentConfig { shift: 2, flip: 0.5, ..AugmentConfig::default() };
    let augmented = Trial { augment, mixup: Mixup { alpha: 0.8 }, ..trial.clone() };
    let mut side = |kind: &str, trial: &Trial<'_>| {
        let label = format!("{place}, {name} {kind}");
        let accuracies = experiment
            .accuracies(&label, |seed| experiment.accuracy(&Trial { seed, ..trial.clone() }, &config))?;
        Ok::<_, Error>(report.add(format!("{label}, test accuracy %"), &accuracies))
    };
    Ok((side("plain", trial)?, side("augmented", &augmented)?))
}
