//! Masked pretraining on the weather: what a frozen backbone is worth, and what is left to learn from few windows.

use burn::module::Module;
use pyrarium_time_series::{TsMixerForecaster, TsMixerModel};

use super::contenders::{Model, Outcome, Recipe, mean, trained};
use super::weather::{self, short, thousands};
use crate::Error;
use crate::forecast_job::ForecastData;
use crate::methods::masked_pretraining::{FineTuning, pretrain};
use crate::parallel::run_all;
use crate::progress::Display;
use crate::registry::{ClaimText, Reproduction};
use crate::report::Report;
use crate::run::Run;
use crate::weights::initialise;

/// A frozen backbone that was pretrained.
pub const PROBE: ClaimText = ClaimText {
    id: "pretraining-helps-a-probe",
    statement: "On the weather, a linear head on a frozen CI-TSMixer that was pretrained with half of the patches hidden has a test MSE at least 10 % below that of a head on a frozen random one.",
    paper: "not in the paper in this form; transfer notebook: zero-shot .3062, linear probe .2760, full fine-tuning .2718",
    relation: "pretrained <= 0.9 x random",
};
/// Few windows with a future.
pub const FEW: ClaimText = ClaimText {
    id: "pretraining-helps-with-few-windows",
    statement: "Where only the last tenth of the training windows have their future, a pretrained CI-TSMixer (fine-tuned or probed, whichever watched windows prefer) has a smaller test MSE than one trained from the start for as many steps.",
    paper: "not in the paper in this form",
    relation: "pretrained < supervised",
};

/// The windows that few are: one in so many.
const FEWER: usize = 10;

/// How a forecaster begins.
#[derive(Clone, Copy, PartialEq)]
enum Start {
    Pretrained,
    Random,
}

/// One training of a head, or of everything.
struct Trial {
    few: bool,
    seed: u64,
    model: TsMixerForecaster,
}

/// Tests [`PROBE`] and [`FEW`].
pub fn test(run: &Run, what: Reproduction, report: &mut Report) -> Result<(), Error> {
    let data = weather::data(what.budget)?;
    let few = data.last_of_training(FEWER)?;
    let backbones = pretrained(run, what, &data)?;
    // A tenth of the windows is passed over more often, as often for every start.
    let recipe = weather::setting(what.budget).recipe;
    let few_recipe = Recipe { epochs: what.budget.pick(1, 20, 40), ..recipe };
    let kinds = [
        ("all windows, probe of a pretrained backbone", false, Start::Pretrained, FineTuning::LinearProbe),
        ("all windows, probe of a random backbone", false, Start::Random, FineTuning::LinearProbe),
        ("few windows, probe of a pretrained backbone", true, Start::Pretrained, FineTuning::LinearProbe),
        ("few windows, fine-tuned from a pretrained backbone", true, Start::Pretrained, FineTuning::Full),
        ("few windows, from the start", true, Start::Random, FineTuning::Full),
    ];
    let mut trials = Vec::new();
    for (_, few, start, tuning) in kinds {
        for (seed, (random, pretrained)) in (0..).zip(&backbones) {
            let forecaster = forecaster(run, what, &data, seed)?;
            let backbone = if start == Start::Pretrained { pretrained } else { random };
            trials.push(Trial { few, seed, model: tuning.start(forecaster, backbone.clone())? });
        }
    }
    let outcomes = run_all(trials, |Trial { few: is_few, seed, model }| {
        let (data, recipe) = if is_few { (&few, few_recipe) } else { (&data, recipe) };
        trained(run, data, model, (recipe, seed), Model::Mixer)
    })?;
    let mut found = Vec::new();
    for ((name, ..), outcomes) in kinds.iter().zip(outcomes.chunks(backbones.len().max(1))) {
        let errors: Vec<f64> = outcomes.iter().map(|outcome| outcome.scored.mse).collect();
        let last = |outcome: &Outcome| outcome.watched.last().map_or(f64::INFINITY, |point| point.1);
        let watched = mean(outcomes, last);
        let summary = report.add(format!("pretraining, {name}: test MSE x 1000"), &thousands(&errors));
        run.display.line(&format!("{name}: test MSE x 1000 {}", short(summary)));
        found.push((summary, watched));
    }
    let [probe, random, few_probe, few_tuned, few_supervised] = [0, 1, 2, 3, 4].map(|index| found[index]);
    let measured = format!("pretrained {}, random {} (x 1000)", short(probe.0), short(random.0));
    report.claims.push(PROBE.tested(measured, probe.0.mean <= 0.9 * random.0.mean));
    let chosen = if few_probe.1 < few_tuned.1 { few_probe } else { few_tuned };
    let measured = format!(
        "probe {}, fine-tuned {}, from the start {} (x 1000)",
        short(few_probe.0),
        short(few_tuned.0),
        short(few_supervised.0)
    );
    report.claims.push(FEW.tested(measured, chosen.0.mean < few_supervised.0.mean));
    Ok(())
}

fn forecaster(
    run: &Run,
    what: Reproduction,
    data: &ForecastData,
    seed: u64,
) -> Result<TsMixerForecaster, Error> {
    let windows = data.train.windows();
    let lengths = [windows.context(), windows.horizon()];
    let config = weather::setting(what.budget).network.config(lengths, data.num_channels())?;
    let device = run.device.clone().autodiff();
    Ok(initialise(&device, seed, |device| config.init_forecaster(device))?)
}

/// For each seed a backbone with random weights, and the same pretrained on all training windows, both with autodiff.
fn pretrained(
    run: &Run,
    what: Reproduction,
    data: &ForecastData,
) -> Result<Vec<(TsMixerModel, TsMixerModel)>, Error> {
    let windows = data.train.windows();
    let lengths = [windows.context(), windows.horizon()];
    let config = weather::setting(what.budget).network.config(lengths, data.num_channels())?;
    let device = run.device.clone().autodiff();
    let mut models = Vec::new();
    for seed in 0..what.seeds as u64 {
        models.push((seed, initialise(&device, seed, |device| config.init_pretraining(device))?));
    }
    let (fit, optimizer) = weather::setting(what.budget).recipe.configs();
    run_all(models, |(seed, model)| {
        let random = model.clone().into_backbone();
        let what = (model, &config.mask, config.num_patches());
        let windows = (&data.train, &data.valid);
        let fitted = pretrain(run, (&fit, &optimizer, seed), windows, what, None, &Display::Silent)?;
        Ok((random, fitted.model.train()))
    })
}
