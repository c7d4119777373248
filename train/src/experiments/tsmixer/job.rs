//! `cargo xtask train tsmixer`: a forecaster of the weather that ships with the repository, of ETT, or of any csv file.

use std::path::Path;

use burn::module::Module;
use pyrarium_time_series::{TsMixerConfig, TsMixerForecaster};
use toml::Table;

use super::network::Network;
use crate::Error;
use crate::fit::FitConfig;
use crate::forecast_file;
use crate::forecast_job::{ForecastData, ForecastJob};
use crate::methods::masked_pretraining::pretrain;
use crate::optimizer::{OptimizerConfig, ScheduleKind};
use crate::registry::{Inputs, Job, Predictions};
use crate::report::Report;
use crate::run::{Run, RunDirectory, WEIGHTS};
use crate::settings;
use crate::weights::{self, initialise};

type Settings = ForecastJob<Network>;

/// The main job: the next two days of the weather.
pub fn default_settings() -> Result<Table, Error> {
    settings::to_table(&forecast_job())
}

fn forecast_job() -> Settings {
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
    let data = job.open(run)?;
    let config = config(&job, data.num_channels())?;
    let device = run.device.clone().autodiff();
    let model = initialise(&device, job.seed, |device| config.init_forecaster(device))?;
    Ok(Box::new(move |directory| {
        job.train(run, directory, &data, |path| prepared(run, &job, &config, &data, model, path))
    }))
}

/// The model to start from: pretrained, where the job asks for it.
fn prepared(
    run: &Run,
    job: &Settings,
    config: &TsMixerConfig,
    data: &ForecastData,
    model: TsMixerForecaster,
    directory: &Path,
) -> Result<TsMixerForecaster, Error> {
    if job.model.pretraining_epochs == 0 {
        return Ok(model);
    }
    let device = run.device.clone().autodiff();
    let masked = initialise(&device, job.seed, |device| config.init_pretraining(device))?;
    let fit = FitConfig { epochs: job.model.pretraining_epochs, ..job.fit.clone() };
    let backbone = pretrain(
        run,
        (&fit, &job.optimizer, job.seed),
        (&data.train, &data.valid),
        (masked, &config.mask, config.num_patches()),
        Some(&directory.join("pretraining")),
        &run.display,
    )?;
    Ok(job.model.fine_tuning.start(model, backbone.model.train())?)
}

fn config(job: &Settings, channels: usize) -> Result<TsMixerConfig, Error> {
    Ok(job.model.config([job.context, job.horizon], channels)?)
}

/// Tests the weights of a finished run.
pub fn evaluate(run: &Run, directory: &RunDirectory) -> Result<Report, Error> {
    let job: Settings = settings::from_table(directory.settings())?;
    let data = job.open(run)?;
    let model = load(run, directory, &job, data.num_channels())?;
    job.test(run, &directory.manifest().slug, &data, &model)
}

/// Forecasts what comes after the end of a csv file.
pub fn predict(run: &Run, directory: &RunDirectory, inputs: &Inputs) -> Result<Predictions, Error> {
    let job: Settings = settings::from_table(directory.settings())?;
    let channels = forecast_file::channels(directory)?;
    let model = load(run, directory, &job, channels.names.len())?;
    forecast_file::predict(run, &channels, inputs, &model)
}

fn load(
    run: &Run,
    directory: &RunDirectory,
    job: &Settings,
    channels: usize,
) -> Result<TsMixerForecaster, Error> {
    let model = config(job, channels)?.init_forecaster(&run.device)?;
    weights::from_safetensors(model, directory.read(WEIGHTS)?)
        .map_err(|reason| Error::Damaged { path: directory.path().join(WEIGHTS), reason })
}
