//! The training job every forecaster shares: series, windows, fit, test, weights, report.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use pyrarium_datasets::Series;
use pyrarium_datasets::series::{Part, Parts, Scaler, Step, Windows};
use pyrarium_layers::Forecaster;
use pyrarium_time_series::{LastValue, SeasonalNaive};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::checks::at_least_one;
use crate::fit::{Fit, FitConfig, Fitted};
use crate::forecast_plot::{self, MOST_PANELS, Panel};
use crate::forecasting::{Forecasting, Scored, score};
use crate::optimizer::OptimizerConfig;
use crate::progress::Display;
use crate::report::Report;
use crate::run::{Run, RunDirectory, WEIGHTS};
use crate::weights;
use crate::windows::WindowSource;

/// What of a series its forecaster must know again: see [`Channels`].
pub const CHANNELS: &str = "channels.json";

/// Settings of a job on a time series; `M` are those of the model.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ForecastJob<M> {
    /// Seed of the initial weights, the order of the windows and all that is random about them.
    pub seed: u64,
    /// `weather`, which ships with the repository, `etth1`, `etth2`, or a csv file with a column of times.
    pub data: String,
    /// The columns to forecast, all but the times where the list is empty.
    pub channels: Vec<String>,
    /// Steps a forecast looks back.
    pub context: usize,
    /// Steps it looks ahead.
    pub horizon: usize,
    /// Rows from one training window to the next.
    pub every: usize,
    /// How to fit.
    pub fit: FitConfig,
    /// Optimizer and schedule.
    pub optimizer: OptimizerConfig,
    /// Which network, and where its weights start from.
    pub model: M,
}

/// A series in standard deviations, cut into windows.
pub struct ForecastData {
    series: Series,
    scaler: Scaler,
    parts: Parts,
    /// Windows to train on.
    pub train: Arc<WindowSource>,
    /// Windows that are watched.
    pub valid: Arc<WindowSource>,
    /// Windows of the test.
    pub test: Arc<WindowSource>,
}

/// Rows from one window to the next, in each part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thinning {
    /// Of the training part.
    pub train: usize,
    /// Of the part that is watched.
    pub valid: usize,
    /// Of the test.
    pub test: usize,
}

/// The channels of a trained forecaster, its step, and the scale in which it sees them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Channels {
    /// Their names.
    pub names: Vec<String>,
    /// The distance of two rows.
    pub step: Step,
    /// Their means and standard deviations in the training part.
    pub scaler: Scaler,
}

impl ForecastData {
    /// Cuts a series by its rule, scales it by its training part and lays windows over it.
    ///
    /// # Errors
    /// A part without a window, a channel without a value.
    pub fn new(series: &Series, lengths: [usize; 2], every: Thinning) -> Result<Self, Error> {
        let parts = series.parts()?;
        let scaler = Scaler::fit(series, parts.train.clone())?;
        let series = scaler.apply(series);
        let source = |part, stride| {
            Ok::<_, Error>(WindowSource::new(Windows::of(&series, (&parts, part), lengths, stride)?))
        };
        let train = source(Part::Train, every.train)?;
        let (valid, test) = (source(Part::Valid, every.valid)?, source(Part::Test, every.test)?);
        Ok(Self { scaler, train, valid, test, series, parts })
    }

    /// The same with the last training windows alone, one of so many, which begin as often as they did.
    ///
    /// # Errors
    /// When not even one is left.
    pub fn last_of_training(&self, of: usize) -> Result<Self, Error> {
        let windows = self.train.windows();
        let (lengths, stride) = ([windows.context(), windows.horizon()], windows.stride());
        let kept = windows.len().div_ceil(of.max(1)).saturating_sub(1) * stride + lengths[0] + lengths[1];
        let start = self.parts.train.end.saturating_sub(kept);
        let parts = Parts { train: start..self.parts.train.end, ..self.parts.clone() };
        let train = WindowSource::new(Windows::of(&self.series, (&parts, Part::Train), lengths, stride)?);
        let (valid, test) = (self.valid.clone(), self.test.clone());
        Ok(Self { series: self.series.clone(), scaler: self.scaler.clone(), parts, train, valid, test })
    }

    /// The name of the series.
    pub fn name(&self) -> &str {
        self.series.name()
    }

    /// The number of channels.
    pub fn num_channels(&self) -> usize {
        self.series.channels().len()
    }

    /// What predicting from another file needs.
    pub fn channels(&self) -> Channels {
        Channels {
            names: self.series.channels().to_vec(),
            step: self.series.time().step(),
            scaler: self.scaler.clone(),
        }
    }

    /// A picture of a test window with a model's forecast, in the units of the file.
    ///
    /// # Errors
    /// When a tensor cannot be read from its device.
    pub fn picture<M: Forecaster>(&self, model: &M, window: usize, device: &Device) -> Result<String, Error> {
        let windows = self.test.windows();
        let (context, horizon) = (windows.context(), windows.horizon());
        let start = windows.get(window.min(windows.len() - 1)).start;
        let forecast = forecast(model, &self.series, start..start + context, device)?;
        // More than three horizons of context would leave the forecast no room.
        let shown = context.min(3 * horizon.max(8));
        let from = start + context - shown;
        let panels =
            panels(&self.series, &self.scaler, [from, start + context, start + context + horizon], forecast);
        forecast_plot::draw(&panels, &|step| self.series.time().label(from + step))
    }
}

/// The forecast for the rows after `past` of a series in standard deviations, `[H, C]` row by row.
///
/// # Errors
/// When a tensor cannot be read from its device.
pub fn forecast<M: Forecaster>(
    model: &M,
    series: &Series,
    past: Range<usize>,
    device: &Device,
) -> Result<Vec<f32>, Error> {
    let shape = [1, past.len(), series.channels().len()];
    let values = Tensor::from_data(TensorData::new(series.values(past.clone()).to_vec(), shape), device);
    let observed: Option<Tensor<3>> = (!series.is_complete()).then(|| {
        let seen: Vec<f32> = series.observed(past).iter().map(|&seen| f32::from(u8::from(seen))).collect();
        Tensor::from_data(TensorData::new(seen, shape), device)
    });
    let forecast = model.forecast(values, observed).try_into_data()?;
    Ok(forecast.convert::<f32>().iter::<f32>().collect())
}

/// The panels of a picture: context, truth (where the series goes on) and forecast, in the units of the file; the rows are those at
/// which the context begins, the forecast begins, and it ends.
pub fn panels(
    series: &Series,
    scaler: &Scaler,
    [from, now, end]: [usize; 3],
    mut forecast: Vec<f32>,
) -> Vec<Panel> {
    scaler.restore(&mut forecast);
    let channels = series.channels().len();
    let known = end.min(series.rows());
    let mut values = series.values(from..known).to_vec();
    scaler.restore(&mut values);
    let observed = series.observed(from..known);
    let panel = |(channel, name): (usize, &String)| {
        let column = |rows: Range<usize>| -> Vec<Option<f64>> {
            let cell = |row: usize| row * channels + channel;
            rows.map(|row| observed[cell(row)].then(|| f64::from(values[cell(row)]))).collect()
        };
        Panel {
            name: name.clone(),
            past: column(0..now - from),
            truth: column(now - from..known - from),
            forecast: forecast
                .iter()
                .skip(channel)
                .step_by(channels)
                .map(|&value| f64::from(value))
                .collect(),
        }
    };
    series.channels().iter().enumerate().take(MOST_PANELS).map(panel).collect()
}

impl<S> ForecastJob<S> {
    /// Checks every value.
    pub fn validate(&self) -> Result<(), Error> {
        at_least_one("context", self.context)?;
        at_least_one("horizon", self.horizon)?;
        at_least_one("every", self.every)?;
        self.fit.validate()?;
        self.optimizer.validate()?;
        Ok(())
    }

    /// Opens the series and cuts it.
    pub fn open(&self, run: &Run) -> Result<ForecastData, Error> {
        let series = Series::open(&self.data, Some(&run.data_dir), &self.channels)?;
        ForecastData::new(
            &series,
            [self.context, self.horizon],
            Thinning { train: self.every, valid: 1, test: 1 },
        )
    }

    /// Trains a model (with autodiff), with checkpoints where a directory is given.
    pub fn fit<M: Forecaster + 'static>(
        &self,
        run: &Run,
        data: &ForecastData,
        model: M,
        directory: Option<&Path>,
        display: &Display,
    ) -> Result<Fitted<M>, Error> {
        fit(run, (&self.fit, &self.optimizer, self.seed), data, model, directory, display)
    }

    /// Trains a model, tests it, and leaves weights, channels, a picture and the report in the directory. `prepared` gives the model
    /// to start from; it may have trained before. `leave` leaves what else its system wants to find again.
    pub fn train<M: Forecaster + 'static>(
        &self,
        run: &Run,
        directory: &mut RunDirectory,
        data: &ForecastData,
        prepared: impl FnOnce(&Path) -> Result<M, Error>,
        leave: impl FnOnce(&mut RunDirectory, &M) -> Result<(), Error>,
    ) -> Result<Report, Error> {
        let start = Instant::now();
        let path = directory.path().to_path_buf();
        let fitted = self.fit(run, data, prepared(&path)?, Some(&path), &run.display)?;
        directory.write(WEIGHTS, &weights::to_safetensors(&fitted.model).map_err(Error::Training)?)?;
        let json = serde_json::to_vec_pretty(&data.channels())
            .map_err(|error| Error::Training(error.to_string()))?;
        directory.write(CHANNELS, &json)?;
        leave(directory, &fitted.model)?;
        let mut report = self.test(run, &directory.manifest().slug, data, &fitted.model)?;
        let middle = data.test.windows().len() / 2;
        report.drawings.insert("forecast.svg".to_string(), data.picture(&fitted.model, middle, &run.device)?);
        fitted.describe(run, "windows", &mut report);
        report.complete(directory, start)
    }

    /// Tests a trained model (without autodiff) of the system called `slug`.
    pub fn test<M: Forecaster>(
        &self,
        run: &Run,
        slug: &str,
        data: &ForecastData,
        model: &M,
    ) -> Result<Report, Error> {
        let start = Instant::now();
        let mut report = Report::new(slug, &run.device_name, self.seed, "train");
        let Scored { mse, mae, channel_mse } = score(model, &data.test, &run.device)?;
        report.add("parameters", &[Module::num_params(model) as f64]);
        report.add("test MSE", &[mse]);
        report.add("test MAE", &[mae]);
        for (name, mse) in data.series.channels().iter().zip(channel_mse) {
            report.add(format!("test MSE, {name}"), &[mse]);
        }
        for (name, scored) in naive(data, &run.device)? {
            report.add(format!("test MSE, {name}"), &[scored.mse]);
        }
        report.seconds = start.elapsed().as_secs_f64();
        Ok(report)
    }
}

/// How the forecasts that learn nothing do on the test: the last value, and the value of a day of hours before.
///
/// # Errors
/// When a tensor cannot be read from its device.
pub fn naive(data: &ForecastData, device: &Device) -> Result<Vec<(String, Scored)>, Error> {
    const SEASON: usize = 24;
    let windows = data.test.windows();
    let (context, horizon, channels) = (windows.context(), windows.horizon(), data.num_channels());
    let last = LastValue::new(context, horizon, channels)?;
    let mut scored = vec![("last value".to_string(), score(&last, &data.test, device)?)];
    if context >= SEASON {
        let seasonal = SeasonalNaive::new(context, horizon, channels, SEASON)?;
        scored.push((format!("value {SEASON} steps before"), score(&seasonal, &data.test, device)?));
    }
    Ok(scored)
}

/// Trains a forecaster (with autodiff): how (with optimizer and seed), on what, from where.
pub fn fit<M: Forecaster + 'static>(
    run: &Run,
    how: (&FitConfig, &OptimizerConfig, u64),
    data: &ForecastData,
    model: M,
    directory: Option<&Path>,
    display: &Display,
) -> Result<Fitted<M>, Error> {
    let sources = (data.train.clone(), data.valid.clone());
    let fitted = Fit::new(run, Forecasting { model }, how, sources, directory, display).run()?;
    Ok(fitted.map(|task| task.model))
}
