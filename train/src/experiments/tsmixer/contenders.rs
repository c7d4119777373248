//! The forecasters that are compared: same windows, steps, optimizer and seeds for all of them.

use std::fmt;

use burn::module::Module;
use burn::tensor::Device;
use pyrarium_layers::Forecaster;
use pyrarium_time_series::{Backbone, DLinear, DLinearConfig, PatchTst, PatchTstConfig, TsMixerForecaster};

use super::network::Network;
use crate::Error;
use crate::fit::FitConfig;
use crate::forecast_job::{ForecastData, fit};
use crate::forecasting::{Scored, score};
use crate::optimizer::{OptimizerConfig, ScheduleKind};
use crate::parallel::run_all;
use crate::progress::Display;
use crate::run::Run;
use crate::weights::initialise;

/// A forecaster of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Contender {
    /// TSMixer, channels apart.
    Mixer,
    /// The same without gated attention.
    Ungated,
    /// TSMixer with a layer that mixes channels.
    Mixing,
    /// TSMixer, channels apart, whose forecasts are refined by those of other channels up to so many steps away.
    Refined(usize),
    /// A linear map of trend and remainder.
    DLinear,
    /// A transformer over patches.
    PatchTst,
}

impl fmt::Display for Contender {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Mixer => "CI-TSMixer",
            Self::Ungated => "CI-TSMixer without gates",
            Self::Mixing => "IC-TSMixer",
            Self::Refined(_) => "CI-TSMixer with cross-channel head",
            Self::DLinear => "DLinear",
            Self::PatchTst => "PatchTST",
        })
    }
}

/// Windows and sizes of a comparison.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The size of the mixers; the transformer has the same patches, width and depth.
    pub network: Network,
    /// Heads of the transformer.
    pub heads: usize,
    /// How to train.
    pub recipe: Recipe,
}

/// How the contenders are trained, all alike: by Adam, whose rate goes to zero.
#[derive(Clone, Copy, Debug)]
pub struct Recipe {
    /// Passes over the training windows.
    pub epochs: usize,
    /// Windows of a batch.
    pub batch: usize,
    /// The rate of the first step.
    pub learning_rate: f64,
    /// How it goes to zero.
    pub schedule: ScheduleKind,
    /// Passes without a better loss on the watched windows after which training stops; 0 never stops.
    pub patience: usize,
}

impl Recipe {
    /// From 1e-3 by a cosine, to the last pass.
    pub fn new(epochs: usize, batch: usize) -> Self {
        Self { epochs, batch, learning_rate: 1e-3, schedule: ScheduleKind::Cosine, patience: 0 }
    }

    /// The same for the trainer.
    pub fn configs(self) -> (FitConfig, OptimizerConfig) {
        let Self { epochs, batch, learning_rate, schedule, patience } = self;
        let fit = FitConfig { epochs, batch_size: batch, patience, workers: 0, ..FitConfig::default() };
        (fit, OptimizerConfig { learning_rate, schedule, ..OptimizerConfig::default() })
    }
}

/// A forecaster before or after training.
#[allow(clippy::large_enum_variant)] // there are a few dozen of them
#[derive(Clone)]
pub enum Model {
    /// See [`Contender`].
    Mixer(TsMixerForecaster),
    /// See [`Contender`].
    DLinear(DLinear),
    /// See [`Contender`].
    PatchTst(PatchTst),
}

/// Runs an expression for the forecaster inside a [`Model`].
macro_rules! with_model {
    ($model:expr, $inner:ident => $work:expr) => {
        match $model {
            Model::Mixer($inner) => $work,
            Model::DLinear($inner) => $work,
            Model::PatchTst($inner) => $work,
        }
    };
}
pub(super) use with_model;

/// What one training left.
pub struct Outcome {
    /// How far the forecasts of the test are.
    pub scored: Scored,
    /// Loss on the watched windows after each epoch.
    pub watched: Vec<(f64, f64)>,
    /// Parameters.
    pub parameters: usize,
    /// The trained forecaster, without autodiff.
    pub model: Model,
}

impl Contender {
    /// The forecaster, its weights drawn from the seed.
    ///
    /// # Errors
    /// The first size that cannot be.
    pub fn build(
        self,
        setting: &Setting,
        data: &ForecastData,
        seed: u64,
        device: &Device,
    ) -> Result<Model, Error> {
        let windows = data.train.windows();
        let (context, horizon, channels) = (windows.context(), windows.horizon(), data.num_channels());
        let size = &setting.network;
        let network = match self {
            Self::DLinear => {
                let config = DLinearConfig::new(context, horizon, channels);
                return Ok(Model::DLinear(initialise(device, seed, |device| config.init(device))?));
            }
            Self::PatchTst => {
                let config = PatchTstConfig::new(context, horizon, channels)
                    .with_patch_length(size.patch_length)
                    .with_patch_stride(size.patch_stride)
                    .with_d_model(size.d_model)
                    .with_num_layers(size.num_layers)
                    .with_expansion_factor(size.expansion_factor)
                    .with_heads(setting.heads)
                    .with_dropout(size.dropout)
                    .with_head_dropout(size.head_dropout);
                return Ok(Model::PatchTst(initialise(device, seed, |device| config.init(device))?));
            }
            Self::Mixer => size.clone(),
            Self::Ungated => Network { gated: false, ..size.clone() },
            Self::Mixing => Network { backbone: Backbone::Ic, ..size.clone() },
            Self::Refined(steps) => Network { cross_channel: steps, ..size.clone() },
        };
        let config = network.config([context, horizon], channels)?;
        Ok(Model::Mixer(initialise(device, seed, |device| config.init_forecaster(device))?))
    }
}

/// Trains and tests a forecaster (with autodiff).
pub fn trained<M: Forecaster + 'static>(
    run: &Run,
    data: &ForecastData,
    model: M,
    (recipe, seed): (Recipe, u64),
    wrap: impl FnOnce(M) -> Model,
) -> Result<Outcome, Error> {
    let (config, optimizer) = recipe.configs();
    let fitted = fit(run, (&config, &optimizer, seed), data, model, None, &Display::Silent)?;
    let scored = score(&fitted.model, &data.test, &run.device)?;
    let watched = fitted.history.curve("valid", "Loss");
    let parameters = Module::num_params(&fitted.model);
    Ok(Outcome { scored, watched, parameters, model: wrap(fitted.model) })
}

/// Trains and tests every contender for every seed, in their order.
///
/// # Errors
/// Those of the trainings.
pub fn compare(
    run: &Run,
    data: &ForecastData,
    setting: &Setting,
    contenders: &[(Contender, usize)],
) -> Result<Vec<(Contender, Vec<Outcome>)>, Error> {
    let device = run.device.clone().autodiff();
    let mut trials = Vec::new();
    for &(contender, seeds) in contenders {
        for seed in 0..seeds as u64 {
            trials.push((contender, seed, contender.build(setting, data, seed, &device)?));
        }
    }
    let results = run_all(trials, |(contender, seed, model)| {
        let how = (setting.recipe, seed);
        let outcome = match model {
            Model::Mixer(model) => trained(run, data, model, how, Model::Mixer),
            Model::DLinear(model) => trained(run, data, model, how, Model::DLinear),
            Model::PatchTst(model) => trained(run, data, model, how, Model::PatchTst),
        }?;
        let Scored { mse, mae, .. } = outcome.scored;
        run.display.line(&format!("{}, {contender}, seed {seed}: MSE {mse:.4}, MAE {mae:.4}", data.name()));
        Ok(outcome)
    })?;
    let mut results = results.into_iter();
    Ok(contenders
        .iter()
        .map(|&(contender, seeds)| (contender, results.by_ref().take(seeds).collect()))
        .collect())
}

/// The mean of a figure over outcomes.
pub fn mean(outcomes: &[Outcome], figure: impl Fn(&Outcome) -> f64) -> f64 {
    outcomes.iter().map(figure).sum::<f64>() / outcomes.len().max(1) as f64
}

/// The mean squared errors of the test, one for each seed.
pub fn errors(outcomes: &[Outcome]) -> Vec<f64> {
    outcomes.iter().map(|outcome| outcome.scored.mse).collect()
}
