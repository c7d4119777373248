//! `cargo xtask train tsmixer`: a forecaster of the weather that ships with the repository, of ETT, or of any csv file.

use std::path::Path;

use toml::Table;

use super::network::Network;
use super::{export, start};
use crate::Error;
use crate::fit::FitConfig;
use crate::forecast_file;
use crate::forecast_job::ForecastJob;
use crate::optimizer::{OptimizerConfig, ScheduleKind};
use crate::registry::{Inputs, Job, Predictions};
use crate::report::Report;
use crate::run::{Run, RunDirectory};
use crate::settings;

/// What a job is told.
pub type Settings = ForecastJob<Network>;

/// The main job: the next two days of the weather.
pub fn default_settings() -> Result<Table, Error> {
    settings::to_table(&forecast_job())
}

/// The settings of the main job.
pub fn forecast_job() -> Settings {
    ForecastJob {
        seed: 0,
        data: pyrarium_datasets::series::WEATHER.to_string(),
        channels: Vec::new(),
        context: 256,
        horizon: 48,
        every: 1,
        fit: FitConfig { epochs: 5, batch_size: 64, ..FitConfig::default() },
        optimizer: OptimizerConfig { schedule: ScheduleKind::Cosine, ..OptimizerConfig::default() },
        model: Network::default(),
    }
}

/// Opens the series and makes the network; the job trains it.
pub fn train<'a>(run: &'a Run, table: &Table) -> Result<Job<'a>, Error> {
    let job: Settings = settings::from_table(table)?;
    job.validate()?;
    start::check(&job.model)?;
    let data = job.open(run)?;
    let model = start::begin(run, &job, data.num_channels(), &run.device.clone().autodiff())?;
    Ok(Box::new(move |directory| {
        let prepared = |path: &Path| start::pretrained(run, &job, &data, model, path);
        job.train(run, directory, &data, prepared, |directory, model| export::leave(run, directory, model))
    }))
}

/// Tests the weights of a finished run.
pub fn evaluate(run: &Run, directory: &RunDirectory) -> Result<Report, Error> {
    let job: Settings = settings::from_table(directory.settings())?;
    let data = job.open(run)?;
    let model = export::load(run, directory)?;
    job.test(run, &directory.manifest().slug, &data, &model)
}

/// Forecasts what comes after the end of a csv file.
pub fn predict(run: &Run, directory: &RunDirectory, inputs: &Inputs) -> Result<Predictions, Error> {
    let channels = forecast_file::channels(directory)?;
    forecast_file::predict(run, &channels, inputs, &export::load(run, directory)?)
}
