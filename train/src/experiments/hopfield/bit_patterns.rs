//! Bags of bit patterns: Hopfield pooling finds the signals, mean and maximum of the bits cannot.

use std::collections::BTreeMap;

use pyrarium_datasets::BitPatternConfig;

use super::bags::{BagSplits, BagTrial, adam_w, bit_pattern_splits};
use super::network::{Network, PoolKind};
use crate::Error;
use crate::bag_classification::evaluate_bags;
use crate::bags::BagSource;
use crate::fit::FitConfig;
use crate::progress::Display;
use crate::registry::{Budget, ClaimText, Reproduction};
use crate::report::{Curve, Report, Summary};
use crate::run::Run;

/// Whether the task is solved.
pub const SOLVED: ClaimText = ClaimText {
    id: "bit-patterns-solved",
    statement: "The official network with Hopfield pooling labels at least 95 % of the held-out bags of 16 bit vectors after the official 250 epochs.",
    paper: "no figure; the plot in the official example ends at about 84 %",
    relation: ">= 95 %",
};

/// Whether pooling by association helps.
pub const AHEAD: ClaimText = ClaimText {
    id: "bit-patterns-pooling",
    statement: "It labels at least 10 points more of these bags rightly than the mean and the maximum of the bits before a linear layer.",
    paper: "no figure",
    relation: ">= the better of mean and max + 10 points",
};

const POOLS: [PoolKind; 4] = [PoolKind::Hopfield, PoolKind::Attention, PoolKind::Mean, PoolKind::Max];

/// Tests [`SOLVED`] and [`AHEAD`]; each pooling with the same bags, steps, optimizer and seeds.
pub fn test(run: &Run, what: Reproduction, report: &mut Report) -> Result<(), Error> {
    let fit = FitConfig {
        epochs: what.budget.pick(1, 250, 250),
        batch_size: 32,
        clip_norm: 1.0,
        workers: 0,
        ..FitConfig::default()
    };
    let config = match what.budget {
        Budget::Smoke => BitPatternConfig { bags: 128, ..BitPatternConfig::default() },
        Budget::Quick | Budget::Full => BitPatternConfig::default(),
    };
    let optimizer = adam_w(1e-3, 0.01);
    let mut accuracies: BTreeMap<PoolKind, Summary> = BTreeMap::new();
    for pool in POOLS {
        let mut found = Vec::new();
        for seed in 0..what.seeds as u64 {
            let data: BagSplits = bit_pattern_splits(&config, seed)?;
            let trial = BagTrial { run, fit: &fit, optimizer: &optimizer, seed };
            let network = Network { pool, ..Network::default() };
            let model = trial.network(&network, data.train.features())?;
            let fitted = trial.fit(model, &data, None, &Display::Silent)?;
            let source = BagSource::new(data.test);
            found.push(evaluate_bags(&fitted.model, source, &run.device)?.accuracy);
            if seed == 0 {
                let points = fitted.history.curve("valid", "Accuracy");
                let curve = Curve::line("epoch", "bit patterns, held-out accuracy", points);
                report.curves.insert(format!("{pool}"), curve);
            }
        }
        let summary = report.add(format!("bit patterns, {pool}: held-out accuracy %"), &found);
        run.display.line(&format!("bit patterns, {pool}: {summary} %"));
        accuracies.insert(pool, summary);
    }
    let [ours, mean, max] =
        [PoolKind::Hopfield, PoolKind::Mean, PoolKind::Max].map(|pool| accuracies[&pool].mean);
    let measured = format!("Hopfield {ours:.1} %, mean {mean:.1} %, max {max:.1} %");
    report.claims.push(SOLVED.tested(format!("{ours:.1} %"), ours >= 95.0));
    report.claims.push(AHEAD.tested(measured, ours >= mean.max(max) + 10.0));
    Ok(())
}
