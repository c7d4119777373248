//! A year of hourly weather, two days ahead: TSMixer against forecasts that learn nothing, a linear one and a transformer.

use pyrarium_datasets::Series;
use pyrarium_datasets::series::WEATHER;

use super::contenders::{Contender, Model, Outcome, Recipe, Setting, compare, errors, mean, with_model};
use super::network::Network;
use super::timing;
use crate::Error;
use crate::forecast_job::{ForecastData, Thinning, naive};
use crate::registry::{Budget, ClaimText, Reproduction};
use crate::report::{Curve, Report, Summary};
use crate::run::Run;

/// Better than what learns nothing.
pub const NAIVE: ClaimText = ClaimText {
    id: "better-than-naive",
    statement: "Forecasting the weather 48 hours ahead from 256, CI-TSMixer has a smaller test MSE than the last value and than the value a day before.",
    paper: "not in the paper",
    relation: "TSMixer < both",
};
/// As good as a linear forecast.
pub const LINEAR: ClaimText = ClaimText {
    id: "as-good-as-linear",
    statement: "On the same windows, steps and seeds, CI-TSMixer's test MSE is at most 2 % above DLinear's.",
    paper: "better than DLinear on every set (table, unconfirmed)",
    relation: "TSMixer <= 1.02 x DLinear",
};
/// Gates do not harm.
pub const GATES: ClaimText = ClaimText {
    id: "gates-do-not-harm",
    statement: "With gated attention CI-TSMixer's test MSE is at most 2 % above that without.",
    paper: "gated attention improves the MSE in most settings (ablation, figures unconfirmed)",
    relation: "gated <= 1.02 x ungated",
};
/// Faster than a transformer.
pub const FASTER: ClaimText = ClaimText {
    id: "faster-than-patchtst",
    statement: "A forward pass of 64 windows of the weather takes CI-TSMixer less time than a PatchTST of equal patches, width and depth.",
    paper: "run time 2 to 3 times below PatchTST's",
    relation: "TSMixer < PatchTST",
};
/// Smaller than a transformer.
pub const SMALLER: ClaimText = ClaimText {
    id: "smaller-than-patchtst",
    statement: "CI-TSMixer has fewer parameters than a PatchTST of equal patches, width and depth.",
    paper: "memory 2 to 3 times below PatchTST's (of the paper's sizes)",
    relation: "TSMixer < PatchTST",
};

/// The weather with windows thinned to what the budget allows. No stride shares a factor with the hours of a day, so that windows
/// begin at all of them.
pub fn data(budget: Budget) -> Result<ForecastData, Error> {
    let thinning = budget.pick(
        Thinning { train: 997, valid: 997, test: 997 },
        Thinning { train: 5, valid: 25, test: 5 },
        Thinning { train: 1, valid: 5, test: 1 },
    );
    ForecastData::new(&Series::open(WEATHER, None, &[])?, [256, 48], thinning)
}

/// The size of the networks.
pub fn setting(budget: Budget) -> Setting {
    let network = Network { dropout: 0.0, head_dropout: 0.0, ..Network::default() };
    Setting { network, heads: 4, recipe: Recipe::new(budget.pick(1, 6, 10), budget.pick(16, 16, 64)) }
}

/// Tests the claims of this module.
pub fn test(run: &Run, what: Reproduction, report: &mut Report) -> Result<(), Error> {
    let (data, setting) = (data(what.budget)?, setting(what.budget));
    // The transformer is there for its time and size; one training tells where it ends.
    let contenders = [
        (Contender::Mixer, what.seeds),
        (Contender::Ungated, what.seeds),
        (Contender::DLinear, what.seeds),
        (Contender::PatchTst, 1),
    ];
    let outcomes = compare(run, &data, &setting, &contenders)?;
    let mut summaries = Vec::new();
    for (contender, outcomes) in &outcomes {
        summaries.push(
            report.add(format!("weather, {contender}: test MSE x 1000"), &thousands(&errors(outcomes))),
        );
        let absolute: Vec<f64> = outcomes.iter().map(|outcome| 1000.0 * outcome.scored.mae).collect();
        report.add(format!("weather, {contender}: test MAE x 1000"), &absolute);
        report.add(format!("weather, {contender}: parameters"), &[mean(outcomes, |it| it.parameters as f64)]);
        if let Some(outcome) = outcomes.first() {
            let curve = Curve::line("epoch", "weather, loss on watched windows", outcome.watched.clone());
            report.curves.insert(contender.to_string(), curve);
        }
    }
    let mut naives = Vec::new();
    for (name, scored) in naive(&data, &run.device)? {
        report.add(format!("weather, {name}: test MSE x 1000"), &[1000.0 * scored.mse]);
        report.add(format!("weather, {name}: test MAE x 1000"), &[1000.0 * scored.mae]);
        naives.push((name, scored.mse));
    }
    let [mixer, ungated, linear, _] = [0, 1, 2, 3].map(|index| summaries[index]);
    let least = naives.iter().map(|naive| 1000.0 * naive.1).fold(f64::INFINITY, f64::min);
    let names: Vec<String> = naives.iter().map(|(name, mse)| format!("{name} {:.1}", 1000.0 * mse)).collect();
    let measured = format!("TSMixer {}, {} (all x 1000)", short(mixer), names.join(", "));
    report.claims.push(NAIVE.tested(measured, mixer.mean < least));
    let measured = format!("TSMixer {}, DLinear {} (x 1000)", short(mixer), short(linear));
    report.claims.push(LINEAR.tested(measured, mixer.mean <= 1.02 * linear.mean));
    let measured = format!("gated {}, ungated {} (x 1000)", short(mixer), short(ungated));
    report.claims.push(GATES.tested(measured, mixer.mean <= 1.02 * ungated.mean));
    light(run, what.budget, &data, &outcomes, report)?;
    pictures(run, &data, &outcomes, report)
}

/// Mean and spread with one digit.
pub fn short(summary: Summary) -> String {
    format!("{:.1} ± {:.1}", summary.mean, summary.std)
}

/// Errors around 0.5 are reported in thousandths, so that two digits say enough.
pub fn thousands(values: &[f64]) -> Vec<f64> {
    values.iter().map(|value| 1000.0 * value).collect()
}

type Outcomes = [(Contender, Vec<Outcome>)];

fn first(outcomes: &Outcomes, wanted: Contender) -> Option<&Outcome> {
    outcomes.iter().find(|(contender, _)| *contender == wanted)?.1.first()
}

fn light(
    run: &Run,
    budget: Budget,
    data: &ForecastData,
    outcomes: &Outcomes,
    report: &mut Report,
) -> Result<(), Error> {
    let (Some(mixer), Some(transformer)) =
        (first(outcomes, Contender::Mixer), first(outcomes, Contender::PatchTst))
    else {
        return Ok(());
    };
    let mut times = Vec::new();
    for (contender, outcome) in [(Contender::Mixer, mixer), (Contender::PatchTst, transformer)] {
        let [forward, step] =
            with_model!(&outcome.model, model => timing::times(model, data, budget, &run.device))?;
        report.add(format!("time, forward pass of 64 windows, {contender}, ms"), &[forward]);
        report.add(format!("time, training step of 64 windows, {contender}, ms"), &[step]);
        times.push((forward, step));
    }
    let [mixer_time, transformer_time] = [times[0], times[1]];
    let measured = format!(
        "TSMixer {:.1} ms, PatchTST {:.1} ms (training step {:.0} and {:.0} ms)",
        mixer_time.0, transformer_time.0, mixer_time.1, transformer_time.1
    );
    report.claims.push(FASTER.tested(measured, mixer_time.0 < transformer_time.0));
    let measured = format!("TSMixer {}, PatchTST {}", mixer.parameters, transformer.parameters);
    report.claims.push(SMALLER.tested(measured, mixer.parameters < transformer.parameters));
    Ok(())
}

/// Three windows of the test as TSMixer forecasts them.
fn pictures(run: &Run, data: &ForecastData, outcomes: &Outcomes, report: &mut Report) -> Result<(), Error> {
    let Some(Outcome { model: Model::Mixer(model), .. }) = first(outcomes, Contender::Mixer) else {
        return Ok(());
    };
    let count = data.test.windows().len();
    for (number, window) in [count / 6, count / 2, 5 * count / 6].into_iter().enumerate() {
        let picture = data.picture(model, window, &run.device)?;
        report.drawings.insert(format!("weather-forecast-{}.svg", number + 1), picture);
    }
    Ok(())
}
