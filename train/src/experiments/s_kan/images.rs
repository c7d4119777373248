//! S-ConvKAN against convolutional networks of one family, of the same size.

use pyrarium_datasets::{AugmentConfig, DataError, Mixup, Splits};
use pyrarium_kan::{ConvKan, Family};

use super::job::in_three_phases;
use super::network::{Network, NetworkSettings};
use crate::Error;
use crate::fit::FitConfig;
use crate::methods::select_and_prune::SelectAndPrune;
use crate::optimizer::{OptimizerConfig, ScheduleKind};
use crate::parallel::run_all;
use crate::progress::Display;
use crate::registry::{Budget, ClaimText, Reproduction};
use crate::report::{Report, Summary};
use crate::run::Run;
use crate::trial::{Trial, plain_source};
use crate::weights::initialise;

const PAPER: &str = "leading accuracy among KAN convolutions on four image sets (figures unconfirmed)";
const RELATION: &str = "S-ConvKAN >= best family - 1 point";

/// On the embedded data.
pub const DIGITS: ClaimText = ClaimText {
    id: "digits",
    statement: "On the 8x8 digits, S-ConvKAN is within 1 point of the best convolutional KAN of one family, at equal pruned size.",
    paper: PAPER,
    relation: RELATION,
};
/// In the full budget, where the data are there.
pub const FASHION: ClaimText = ClaimText {
    id: "fashion-mnist",
    statement: "Trained on 6,000 images of Fashion-MNIST, S-ConvKAN is within 1 point of the best convolutional KAN of one family, at equal pruned size.",
    paper: PAPER,
    relation: RELATION,
};
/// In the full budget, where the data are there.
pub const CIFAR: ClaimText = ClaimText {
    id: "cifar10",
    statement: "Trained on 6,000 images of CIFAR-10, S-ConvKAN is within 1 point of the best convolutional KAN of one family, at equal pruned size.",
    paper: PAPER,
    relation: RELATION,
};

/// Of the larger sets, spread evenly: six contenders on all 50,000 images would take two cores most of a day.
const TRAINING_IMAGES: usize = 6_000;

/// Tests the claim on the digits, and in the full budget on the larger sets that are there.
pub fn test(run: &Run, what: Reproduction, report: &mut Report) -> Result<(), Error> {
    let digits = pyrarium_datasets::open("digits", None)?;
    let (digits, epochs) = match what.budget {
        Budget::Smoke => (digits.thinned(250, 120), [1, 1, 2]),
        Budget::Quick | Budget::Full => (digits, [10, 10, 25]),
    };
    compare(run, what, &DIGITS, &digits, epochs, report)?;
    if what.budget == Budget::Full {
        for claim in [&FASHION, &CIFAR] {
            match pyrarium_datasets::open(claim.id, Some(&run.data_dir)) {
                Ok(data) => {
                    let data = data.thinned(TRAINING_IMAGES, data.test.len());
                    compare(run, what, claim, &data, [4, 4, 10], report)?;
                }
                Err(DataError::NotFetched { .. }) => {
                    run.display.line(&format!("{} is not there: left out", claim.id))
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(())
}

/// Epochs of full training, of selective training and of all phases together, which are those of every single family.
type Epochs = [usize; 3];

fn compare(
    run: &Run,
    what: Reproduction,
    claim: &ClaimText,
    data: &Splits,
    [full_epochs, select_epochs, epochs]: Epochs,
    report: &mut Report,
) -> Result<(), Error> {
    let device = run.device.clone().autodiff();
    let selection = SelectAndPrune { full_epochs, select_epochs, ..SelectAndPrune::default() };
    let all = NetworkSettings { selection, ..NetworkSettings::default() };
    let contenders: Vec<NetworkSettings> = Family::ALL
        .iter()
        .map(|&family| NetworkSettings { families: vec![family], ..all.clone() })
        .chain([all.clone()])
        .collect();
    let (shape, classes) = (data.train.shape(), data.train.classes().len());
    let mut trials = Vec::new();
    for settings in &contenders {
        for seed in 0..what.seeds as u64 {
            let network = initialise(&device, seed, |device| ConvKan::new(settings, shape, classes, device))?;
            trials.push((settings, seed, network));
        }
    }
    let results = run_all(trials, |(settings, seed, network)| {
        let trial = trial(run, data, epochs, seed);
        let network = match settings.is_selectable() {
            false => trial.fit(network, None, &Display::Silent)?.model,
            true => in_three_phases(&trial, None, &Display::Silent, &settings.selection, network)?.0.model,
        };
        let source = plain_source(&data.test, &data.normalization)?;
        let accuracy = crate::evaluate::evaluate(&network, source, &run.device)?.accuracy;
        Ok((accuracy, burn::module::Module::num_params(&network)))
    })?;
    let mut best: Option<(String, Summary)> = None;
    let mut sizes = Vec::new();
    for (settings, results) in contenders.iter().zip(results.chunks(what.seeds)) {
        let accuracies: Vec<f64> = results.iter().map(|(accuracy, _)| *accuracy).collect();
        let (name, size) = (name(settings), results[0].1);
        let summary =
            report.add(format!("{}, {name} ({size} parameters): test accuracy %", claim.id), &accuracies);
        run.display.line(&format!("{}, {name}: test accuracy {summary} %", claim.id));
        sizes.push(size);
        if settings.is_selectable() {
            let (family, best) = best.take().unwrap_or((name, summary));
            let equal = sizes.iter().all(|other| *other == size);
            let measured = format!("S-ConvKAN {summary} %, best family ({family}) {best} %");
            report.claims.push(claim.tested(measured, equal && summary.mean >= best.mean - 1.0));
        } else if best.as_ref().is_none_or(|(_, best)| summary.mean > best.mean) {
            best = Some((name, summary));
        }
    }
    Ok(())
}

fn name(settings: &NetworkSettings) -> String {
    match settings.families[..] {
        [family] => family.to_string(),
        _ => "S-ConvKAN".to_string(),
    }
}

/// Adam at 1e-2, going to zero by a cosine, in batches of 64.
fn trial<'a>(run: &'a Run, data: &'a Splits, epochs: usize, seed: u64) -> Trial<'a> {
    Trial {
        run,
        data,
        fit: FitConfig { epochs, workers: 0, ..FitConfig::default() },
        optimizer: OptimizerConfig {
            learning_rate: 1e-2,
            schedule: ScheduleKind::Cosine,
            ..OptimizerConfig::default()
        },
        label_smoothing: 0.0,
        augment: AugmentConfig::default(),
        mixup: Mixup::default(),
        seed,
    }
}
