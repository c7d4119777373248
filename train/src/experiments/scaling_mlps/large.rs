//! The same orderings on Fashion-MNIST and CIFAR-10, where these are on the machine.

use pyrarium_datasets::DataError;

use super::augmentation::augmented;
use super::bottleneck;
use super::reproduce::{Experiment, bottleneck_network};
use crate::Error;
use crate::fit::FitConfig;
use crate::registry::ClaimText;
use crate::report::Report;
use crate::trial::Trial;

/// See [`bottleneck`].
pub const FASHION_BOTTLENECK: ClaimText = ClaimText {
    id: "fashion-mnist-bottleneck",
    statement: "On Fashion-MNIST, B_4-Wi_128 is at least as accurate as a standard MLP of as many parameters (full budget).",
    ..CIFAR_BOTTLENECK
};

/// See [`super::augmentation`].
pub const FASHION_AUGMENTATION: ClaimText = ClaimText {
    id: "fashion-mnist-augmentation",
    statement: "On Fashion-MNIST, shifts, flips and mixup raise the test accuracy of B_4-Wi_128 (full budget).",
    paper: "not in the paper",
    ..CIFAR_AUGMENTATION
};

/// See [`bottleneck`].
pub const CIFAR_BOTTLENECK: ClaimText = ClaimText {
    id: "cifar10-bottleneck",
    statement: "On CIFAR-10, B_4-Wi_128 is at least as accurate as a standard MLP of as many parameters (full budget).",
    paper: "CIFAR-10 from scratch: 58.1 % against 54.2 % (unconfirmed)",
    relation: "bottleneck >= standard",
};

/// See [`super::augmentation`].
pub const CIFAR_AUGMENTATION: ClaimText = ClaimText {
    id: "cifar10-augmentation",
    statement: "On CIFAR-10, shifts, flips and mixup raise the test accuracy of B_4-Wi_128 (full budget).",
    paper: "CIFAR-10 from scratch, bottleneck: 58.1 % without, 70.1 % with augmentation and more epochs (unconfirmed)",
    relation: "augmented > plain",
};

const EPOCHS: usize = 20;
const BATCH: usize = 128;

/// Tests the four claims of this module, those whose data is there.
pub fn test(experiment: &Experiment<'_>, report: &mut Report) -> Result<(), Error> {
    for (name, on_network, on_augmentation) in [
        ("fashion-mnist", FASHION_BOTTLENECK, FASHION_AUGMENTATION),
        ("cifar10", CIFAR_BOTTLENECK, CIFAR_AUGMENTATION),
    ] {
        let data = match pyrarium_datasets::open(name, Some(&experiment.run.data_dir)) {
            Ok(data) => data,
            Err(DataError::NotFetched { .. }) => {
                experiment.run.display.line(&format!("{name} is not on this machine: left out"));
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        let trial = experiment.trial(&data, EPOCHS, 0);
        let trial = Trial { fit: FitConfig { batch_size: BATCH, ..trial.fit }, ..trial };
        let (ours, theirs) = bottleneck::compare(experiment, name, &trial, 4, 128, report)?;
        let measured = format!("bottleneck {ours} %, standard {theirs} %");
        report.claims.push(on_network.tested(measured, ours.mean >= theirs.mean));
        let config = bottleneck_network("B_4-Wi_128", &data)?;
        let label = format!("{name}, bottleneck B_4-Wi_128 augmented");
        let augmented = experiment.measure(&label, &augmented(&trial), &config, report)?;
        let measured = format!("plain {ours} %, augmented {augmented} %");
        report.claims.push(on_augmentation.tested(measured, augmented.mean > ours.mean));
    }
    Ok(())
}
