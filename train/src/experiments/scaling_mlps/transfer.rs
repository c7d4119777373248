//! Pre-training on one half of the digits, fine-tuning on a few images of the other.

use std::ops::Range;

use burn::module::Module;
use pyrarium_datasets::{ImageDataset, Purpose, RandomKey, Splits};
use rand::seq::SliceRandom;

use super::reproduce::{Experiment, bottleneck_network};
use crate::Error;
use crate::fit::FitConfig;
use crate::image_job::initialise;
use crate::optimizer::OptimizerConfig;
use crate::registry::ClaimText;
use crate::report::Report;
use crate::trial::Trial;

/// What is tested here.
pub const CLAIM: ClaimText = ClaimText {
    id: "pre-training-transfers",
    statement: "Pre-trained on digits 0-4, B_4-Wi_64 learns digits 5-9 from 50 labelled images better than from scratch.",
    paper: "pre-training on ImageNet-21k lifts B_12-Wi_1024 to 94.2 % on CIFAR-10",
    relation: "fine-tuned > from scratch",
};

/// Labelled images of each class to fine-tune on.
const ROWS_PER_CLASS: usize = 10;

/// Tests [`CLAIM`].
pub fn test(experiment: &Experiment<'_>, digits: &Splits, report: &mut Report) -> Result<(), Error> {
    let source = of_classes(digits, 0..5)?;
    let target = of_classes(digits, 5..10)?;
    let config = bottleneck_network("B_4-Wi_64", &source)?;
    let few = |seed| Splits { train: some_of_each_class(&target.train, seed), ..target.clone() };
    let scratch = experiment.accuracies("digits 5-9 from scratch", |seed| {
        experiment.accuracy(&few_shot(experiment.trial(&few(seed), 100, seed)), &config)
    })?;
    let fine_tuned = experiment.accuracies("digits 5-9 fine-tuned", |seed| {
        let device = experiment.device();
        let model = initialise(&device, seed, |device| config.init(device))?;
        let pre_trained = experiment.trial(&source, 60, seed).train(model)?;
        let model = initialise(&device, seed, |device| pre_trained.train().fork(device).with_new_head(5))?;
        let data = few(seed);
        let trial = few_shot(experiment.trial(&data, 100, seed));
        // The paper's fine-tuning: a tenth of the head's learning rate for the body.
        let optimizer = OptimizerConfig { body_factor: 0.1, ..trial.optimizer.clone() };
        let trial = Trial { optimizer, ..trial };
        trial.test_accuracy(&trial.train(model)?)
    })?;
    let scratch = report.add("digits 5-9 from scratch, test accuracy %", &scratch);
    let fine_tuned = report.add("digits 5-9 fine-tuned, test accuracy %", &fine_tuned);
    let measured = format!("fine-tuned {fine_tuned} %, from scratch {scratch} %");
    report.claims.push(CLAIM.tested(measured, fine_tuned.mean > scratch.mean));
    Ok(())
}

/// Fifty images make five batches of ten.
fn few_shot(trial: Trial<'_>) -> Trial<'_> {
    Trial { fit: FitConfig { batch_size: ROWS_PER_CLASS, ..trial.fit }, ..trial }
}

fn of_classes(digits: &Splits, classes: Range<u32>) -> Result<Splits, Error> {
    let keep = |images: &ImageDataset| images_of_classes(images, classes.clone());
    Ok(Splits { train: keep(&digits.train)?, test: keep(&digits.test)?, ..digits.clone() })
}

/// The images whose labels lie in `classes`, labelled from 0 on.
fn images_of_classes(images: &ImageDataset, classes: Range<u32>) -> Result<ImageDataset, Error> {
    let kept: Vec<usize> =
        (0..images.len()).filter(|&sample| classes.contains(&images.label(sample))).collect();
    let pixels: Vec<u8> = kept.iter().flat_map(|&sample| images.image(sample)).copied().collect();
    let labels: Vec<u32> = kept.iter().map(|&sample| images.label(sample) - classes.start).collect();
    let names = images.classes()[classes.start as usize..classes.end as usize].to_vec();
    Ok(ImageDataset::new(images.name(), names, images.shape(), images.max_value(), pixels, labels)?)
}

fn some_of_each_class(images: &ImageDataset, seed: u64) -> ImageDataset {
    let mut samples: Vec<usize> = (0..images.len()).collect();
    samples.shuffle(&mut RandomKey { seed, epoch: 0, index: 0 }.rng(Purpose::Sampling));
    let of_class = |class: usize| {
        let with_label = samples.iter().filter(move |sample| images.label(**sample) as usize == class);
        with_label.take(ROWS_PER_CLASS).copied()
    };
    images.select(&(0..images.classes().len()).flat_map(of_class).collect::<Vec<_>>())
}
