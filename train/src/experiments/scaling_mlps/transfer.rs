//! Pre-training on one half of the digits, fine-tuning on a few images of the other.

use std::ops::Range;

use burn::module::Module;
use pyrarium_datasets::{ImageDataset, Purpose, RandomKey, Splits};
use pyrarium_mlp::Mlp;
use rand::seq::SliceRandom;

use super::reproduce::{Experiment, bottleneck_network};
use crate::Error;
use crate::fit::FitConfig;
use crate::optimizer::{OptimizerConfig, OptimizerKind};
use crate::progress::Display;
use crate::registry::ClaimText;
use crate::report::{Report, Summary};
use crate::trial::Trial;
use crate::weights::initialise;

/// What is tested here.
pub const CLAIM: ClaimText = ClaimText {
    id: "pre-training-transfers",
    statement: "Pre-trained on digits 0-4, B_4-Wi_64 learns digits 5-9 from 50 labelled images better than from scratch, each with the best of the same three recipes.",
    paper: "pre-training on ImageNet-21k lifts B_12-Wi_1024 to 94.2 % on CIFAR-10",
    relation: "best fine-tuned > best from scratch",
};

/// Labelled images of each class to fine-tune on.
const ROWS_PER_CLASS: usize = 10;

/// A way to learn from few images; both sides get all of them.
struct Recipe {
    name: &'static str,
    kind: OptimizerKind,
    learning_rate: f64,
    body_factor: f64,
    label_smoothing: f64,
    clip_norm: f64,
}

const ADAM: Recipe = Recipe {
    name: "Adam",
    kind: OptimizerKind::Adam,
    learning_rate: 1e-3,
    body_factor: 1.0,
    label_smoothing: 0.0,
    clip_norm: 0.0,
};

const RECIPES: [Recipe; 3] = [
    ADAM,
    Recipe { name: "Adam with a tenth of the rate for the body", body_factor: 0.1, ..ADAM },
    Recipe {
        name: "the paper's fine-tuning",
        kind: OptimizerKind::Sgd,
        learning_rate: 0.01,
        body_factor: 0.1,
        label_smoothing: 0.3,
        clip_norm: 1.0,
    },
];

/// Tests [`CLAIM`].
pub fn test(experiment: &Experiment<'_>, digits: &Splits, report: &mut Report) -> Result<(), Error> {
    let source = of_classes(digits, 0..5)?;
    let target = of_classes(digits, 5..10)?;
    let config = bottleneck_network("B_4-Wi_64", &source)?;
    let device = experiment.device();
    let from_scratch = |seed| Ok(initialise(&device, seed, |device| config.init(device))?);
    let pre_trained = |seed| {
        let model =
            experiment.trial(&source, 60, seed).fit(from_scratch(seed)?, None, &Display::Silent)?.model;
        Ok(initialise(&device, seed, |device| model.train().fork(device).with_new_head(5))?)
    };
    let scratch = best_accuracy(experiment, "from scratch", &target, from_scratch, report)?;
    let fine_tuned = best_accuracy(experiment, "fine-tuned", &target, pre_trained, report)?;
    let measured = format!("fine-tuned {fine_tuned} %, from scratch {scratch} %");
    report.claims.push(CLAIM.tested(measured, fine_tuned.mean > scratch.mean));
    Ok(())
}

/// The best mean test accuracy over the recipes, for models that start as `start` says.
fn best_accuracy(
    experiment: &Experiment<'_>,
    side: &str,
    target: &Splits,
    start: impl Fn(u64) -> Result<Mlp, Error>,
    report: &mut Report,
) -> Result<Summary, Error> {
    let mut best: Option<Summary> = None;
    for recipe in RECIPES {
        let label = format!("digits 5-9 {side}, {}", recipe.name);
        let accuracies = experiment.accuracies(&label, |seed| {
            let data = Splits { train: some_of_each_class(&target.train, seed), ..target.clone() };
            let trial = recipe.apply(experiment.trial(&data, 100, seed));
            trial.accuracy(start(seed)?)
        })?;
        let summary = report.add(format!("{label}, test accuracy %"), &accuracies);
        best = Some(best.filter(|best| best.mean >= summary.mean).unwrap_or(summary));
    }
    best.ok_or_else(|| Error::Training("there is no recipe to learn with".to_string()))
}

impl Recipe {
    /// Fifty images make five batches of ten.
    fn apply<'a>(&self, trial: Trial<'a>) -> Trial<'a> {
        let fit = FitConfig { batch_size: ROWS_PER_CLASS, clip_norm: self.clip_norm, ..trial.fit };
        let optimizer = OptimizerConfig {
            kind: self.kind,
            learning_rate: self.learning_rate,
            body_factor: self.body_factor,
            ..trial.optimizer
        };
        Trial { fit, optimizer, label_smoothing: self.label_smoothing, ..trial }
    }
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
