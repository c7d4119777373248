//! `cargo xtask train s-kan`: a network whose nodes choose among families, on images, in three phases.

use std::path::Path;

use burn::tensor::Tensor;
use pyrarium_kan::{ConvKan, Family, Kan, Mask, Pruning, picture};
use toml::Table;

use super::claims::chosen;
use super::network::{Network, NetworkKind, NetworkSettings, rebuilt};
use crate::Error;
use crate::fit::{FitConfig, Fitted};
use crate::history::History;
use crate::image_job::{ImageJob, JobData};
use crate::methods::select_and_prune::{Phase, SelectAndPrune, Selected};
use crate::optimizer::{OptimizerConfig, ScheduleKind};
use crate::progress::Display;
use crate::registry::Job;
use crate::report::Report;
use crate::run::{Run, RunDirectory, WEIGHTS};
use crate::settings;
use crate::trial::Trial;
use crate::weights::{self, initialise};

/// What was pruned: without it the weights cannot be loaded.
const PRUNINGS: &str = "prunings.json";
/// Images on which contributions are measured.
const MEASURED: usize = 256;

type Settings = ImageJob<NetworkSettings>;

/// The main job: S-ConvKAN on the 8x8 digits.
pub fn default_settings() -> Result<Table, Error> {
    settings::to_table(&Settings {
        fit: FitConfig { epochs: 60, ..FitConfig::default() },
        optimizer: OptimizerConfig {
            learning_rate: 1e-2,
            schedule: ScheduleKind::Cosine,
            ..OptimizerConfig::default()
        },
        ..Settings::default()
    })
}

/// Opens the data and makes the network; the job trains it.
pub fn train<'a>(run: &'a Run, table: &Table) -> Result<Job<'a>, Error> {
    let job: Settings = settings::from_table(table)?;
    job.validate()?;
    job.model.validate(job.fit.epochs)?;
    let data = job.open(run)?;
    match job.model.kind {
        NetworkKind::Conv => prepared::<ConvKan>(run, job, data),
        NetworkKind::Dense => prepared::<Kan>(run, job, data),
    }
}

fn prepared<N: Network>(run: &Run, job: Settings, data: JobData) -> Result<Job<'_>, Error> {
    let device = run.device.clone().autodiff();
    let (shape, classes) = (data.shape(), data.num_classes());
    let network = initialise(&device, job.seed, |device| N::new(&job.model, shape, classes, device))?;
    Ok(Box::new(move |directory| {
        if !job.model.is_selectable() {
            return job.train(run, directory, data, network);
        }
        let names = network.layer_names();
        job.train_by(run, directory, data, |trial, directory| {
            let (fitted, prunings) =
                in_three_phases(trial, Some(directory.path()), &run.display, &job.model.selection, network)?;
            let json =
                serde_json::to_vec_pretty(&prunings).map_err(|error| Error::Training(error.to_string()))?;
            directory.write(PRUNINGS, &json)?;
            directory.write("choices.svg", choices(&prunings, &job.model.families, &names).as_bytes())?;
            let families = job.model.families.iter().enumerate();
            let figure =
                |(member, family)| (format!("nodes that chose {family}"), chosen(&prunings, member) as f64);
            Ok((fitted, families.map(figure).collect()))
        })
    }))
}

/// Trains in phases, each with its checkpoints in a directory of its own below `directory`.
pub fn in_three_phases<N: Network>(
    trial: &Trial<'_>,
    directory: Option<&Path>,
    display: &Display,
    selection: &SelectAndPrune,
    network: N,
) -> Result<(Fitted<N>, Vec<Pruning>), Error> {
    let batch: Tensor<4> = trial.sample(MEASURED, &trial.run.device)?;
    let mut history = History::default();
    let mut throughput = None;
    let fit = |phase: Phase, network: N| {
        let trial = Trial { fit: FitConfig { epochs: phase.epochs, ..trial.fit.clone() }, ..trial.clone() };
        let path = directory.map(|path| path.join(phase.name));
        let fitted = trial.fit(network, path.as_deref(), display)?;
        history = std::mem::take(&mut history).then(fitted.history);
        throughput = fitted.throughput.or(throughput);
        Ok(fitted.model)
    };
    let Selected { model, prunings } = selection.run(network, trial.fit.epochs, batch, fit)?;
    Ok((Fitted { model, history, throughput }, prunings))
}

fn choices(prunings: &[Pruning], families: &[Family], names: &[String]) -> String {
    let masks: Vec<Mask> = prunings.iter().map(|pruning| pruning.mask.clone()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    picture::draw_choices(&masks, families, &names)
}

/// Tests the weights of a finished run.
pub fn evaluate(run: &Run, directory: &RunDirectory) -> Result<Report, Error> {
    let job: Settings = settings::from_table(directory.settings())?;
    let data = job.open(run)?;
    match job.model.kind {
        NetworkKind::Conv => tested::<ConvKan>(run, directory, &job, &data),
        NetworkKind::Dense => tested::<Kan>(run, directory, &job, &data),
    }
}

fn tested<N: Network>(
    run: &Run,
    directory: &RunDirectory,
    job: &Settings,
    data: &JobData,
) -> Result<Report, Error> {
    let damaged = |file: &str, reason| Error::Damaged { path: directory.path().join(file), reason };
    let prunings: Option<Vec<Pruning>> = match job.model.is_selectable() {
        true => {
            let json = directory.read(PRUNINGS)?;
            Some(serde_json::from_slice(&json).map_err(|error| damaged(PRUNINGS, error.to_string()))?)
        }
        false => None,
    };
    let network: N = rebuilt(&job.model, prunings.as_deref(), data.shape(), data.num_classes(), &run.device)?;
    let network = weights::from_safetensors(network, directory.read(WEIGHTS)?)
        .map_err(|reason| damaged(WEIGHTS, reason))?;
    job.test(run, &directory.manifest().slug, data, &network)
}
