//! ETTh1, where it is on the machine: the paper's set, its split and its horizons, with smaller networks and fewer windows.

use pyrarium_datasets::{DataError, Series};

use super::contenders::{Contender, Length, Model, Setting, compare, errors};
use super::network::Network;
use super::weather::{short, thousands};
use crate::Error;
use crate::forecast_job::{ForecastData, Thinning, naive};
use crate::registry::{ClaimText, Reproduction};
use crate::report::Report;
use crate::run::Run;

/// 96 hours ahead.
pub const HOURS_96: ClaimText = ClaimText {
    id: "etth1-96",
    statement: "On ETTh1, 96 hours ahead from 512, CI-TSMixer has a smaller test MSE than the last value, the value a day before and DLinear, and at most that of a PatchTST of equal patches, width and depth (where the data is present).",
    paper: "0.37 (card of the released checkpoint), 0.3675 (notebook); PatchTST 0.37 to 0.38, DLinear 0.375 (tables, unconfirmed)",
    relation: "TSMixer < naive, < DLinear, <= PatchTST",
};
/// 192 hours ahead.
pub const HOURS_192: ClaimText = ClaimText {
    id: "etth1-192",
    statement: "The same 192 hours ahead.",
    paper: "0.40 (table, unconfirmed); PatchTST 0.41, DLinear 0.405 (tables, unconfirmed)",
    relation: "TSMixer < naive, < DLinear, <= PatchTST",
};

/// Tests both, if the data is there.
pub fn test(run: &Run, what: Reproduction, report: &mut Report) -> Result<(), Error> {
    let series = match Series::open("etth1", Some(&run.data_dir), &[]) {
        Ok(series) => series,
        Err(DataError::NotFetched { .. }) => {
            run.display.line("ETTh1 is not on this machine: left out");
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    for (horizon, claim) in [(96, HOURS_96), (192, HOURS_192)] {
        at(run, what, &series, horizon, claim, report)?;
    }
    Ok(())
}

fn at(
    run: &Run,
    what: Reproduction,
    series: &Series,
    horizon: usize,
    claim: ClaimText,
    report: &mut Report,
) -> Result<(), Error> {
    let thinning = what.budget.pick(
        Thinning { train: 1999, valid: 1999, test: 1999 },
        Thinning { train: 5, valid: 49, test: 5 },
        Thinning { train: 1, valid: 5, test: 1 },
    );
    let data = ForecastData::new(series, [512, horizon], thinning)?;
    let network = Network {
        patch_length: 16,
        patch_stride: 16,
        d_model: 16,
        num_layers: 2,
        dropout: 0.0,
        head_dropout: 0.0,
        ..Network::default()
    };
    let setting = Setting {
        network,
        heads: 4,
        length: Length { epochs: what.budget.pick(1, 4, 10), batch: what.budget.pick(32, 32, 64) },
    };
    let seeds = what.budget.pick(1, 1, what.seeds);
    let contenders =
        [Contender::Mixer, Contender::DLinear, Contender::PatchTst].map(|contender| (contender, seeds));
    let outcomes = compare(run, &data, &setting, &contenders)?;
    let mut summaries = Vec::new();
    for (contender, outcomes) in &outcomes {
        let name = format!("ETTh1, {horizon} hours, {contender}");
        summaries.push(report.add(format!("{name}: test MSE x 1000"), &thousands(&errors(outcomes))));
        let absolute: Vec<f64> = outcomes.iter().map(|outcome| 1000.0 * outcome.scored.mae).collect();
        report.add(format!("{name}: test MAE x 1000"), &absolute);
        if let (Contender::Mixer, Some(Model::Mixer(model))) =
            (contender, outcomes.first().map(|it| &it.model))
        {
            let middle = data.test.windows().len() / 2;
            let picture = data.picture(model, middle, &run.device)?;
            report.drawings.insert(format!("etth1-forecast-{horizon}.svg"), picture);
        }
    }
    let mut least = f64::INFINITY;
    for (name, scored) in naive(&data, &run.device)? {
        report.add(format!("ETTh1, {horizon} hours, {name}: test MSE x 1000"), &[1000.0 * scored.mse]);
        report.add(format!("ETTh1, {horizon} hours, {name}: test MAE x 1000"), &[1000.0 * scored.mae]);
        least = least.min(1000.0 * scored.mse);
    }
    let [mixer, linear, transformer] = [0, 1, 2].map(|index| summaries[index]);
    let measured = format!(
        "TSMixer {}, DLinear {}, PatchTST {}, better naive {least:.1} (x 1000)",
        short(mixer),
        short(linear),
        short(transformer)
    );
    let held = mixer.mean < least && mixer.mean < linear.mean && mixer.mean <= transformer.mean;
    report.claims.push(claim.tested(measured, held));
    Ok(())
}
