//! Channels that follow each other: what mixing channels is worth where one tells about another.

use pyrarium_datasets::series::LaggedConfig;

use super::contenders::{Contender, Recipe, Setting, compare, errors};
use super::network::Network;
use super::weather::{short, thousands};
use crate::Error;
use crate::forecast_job::{ForecastData, Thinning, naive};
use crate::registry::{ClaimText, Reproduction};
use crate::report::Report;
use crate::run::Run;

/// What is tested here.
pub const CLAIM: ClaimText = ClaimText {
    id: "channels-help-each-other",
    statement: "On six channels of which each is a mixture of the same two latent sequences one step later than the one before, mixing channels (IC) or refining forecasts across channels (CC) lowers CI-TSMixer's test MSE by at least 10 %.",
    paper: "the hybrid is best where channels are correlated (figures unconfirmed)",
    relation: "the better of IC and CI + CC <= 0.9 x CI",
};

/// The horizon: steps up to 5 ahead are told by an earlier channel.
const LENGTHS: [usize; 2] = [48, 8];

/// Tests [`CLAIM`].
pub fn test(run: &Run, what: Reproduction, report: &mut Report) -> Result<(), Error> {
    let config = LaggedConfig { rows: what.budget.pick(400, 4000, 4000), ..LaggedConfig::default() };
    let thinning = what.budget.pick(
        Thinning { train: 41, valid: 11, test: 11 },
        Thinning { train: 1, valid: 5, test: 1 },
        Thinning { train: 1, valid: 5, test: 1 },
    );
    let data = ForecastData::new(&config.generate(0)?, LENGTHS, thinning)?;
    let network = Network {
        patch_length: 8,
        patch_stride: 8,
        d_model: 16,
        num_layers: 2,
        dropout: 0.0,
        head_dropout: 0.0,
        ..Network::default()
    };
    let setting = Setting { network, heads: 2, recipe: Recipe::new(what.budget.pick(1, 10, 30), 16) };
    let contenders = [Contender::Mixer, Contender::Mixing, Contender::Refined(2), Contender::DLinear];
    let outcomes = compare(run, &data, &setting, &contenders.map(|contender| (contender, what.seeds)))?;
    let mut summaries = Vec::new();
    for (contender, outcomes) in &outcomes {
        summaries.push(
            report
                .add(format!("lagged channels, {contender}: test MSE x 1000"), &thousands(&errors(outcomes))),
        );
    }
    for (name, scored) in naive(&data, &run.device)? {
        report.add(format!("lagged channels, {name}: test MSE x 1000"), &[1000.0 * scored.mse]);
    }
    let [apart, mixing, refined] = [0, 1, 2].map(|index| summaries[index]);
    let measured = format!("CI {}, IC {}, CI + CC {} (x 1000)", short(apart), short(mixing), short(refined));
    report.claims.push(CLAIM.tested(measured, mixing.mean.min(refined.mean) <= 0.9 * apart.mean));
    Ok(())
}
