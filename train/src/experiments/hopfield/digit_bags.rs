//! Bags of digits: is there a nine among them?

use std::collections::BTreeMap;

use pyrarium_datasets::DigitBagConfig;

use super::bags::{BagSplits, BagTrial, adam_w};
use super::network::{Network, PoolKind};
use crate::Error;
use crate::bag_classification::evaluate_bags;
use crate::bags::BagSource;
use crate::fit::FitConfig;
use crate::progress::Display;
use crate::registry::{ClaimText, Reproduction};
use crate::report::{Report, Summary};
use crate::run::Run;

/// What is tested here.
pub const CLAIM: ClaimText = ClaimText {
    id: "digit-bags",
    statement: "On bags of about ten 8x8 digits, positive with a nine, Hopfield pooling has an AUC at most 0.02 below attention pooling's and above mean pooling's.",
    paper: "pooling by association is among the best of multiple-instance learning (tables, unconfirmed)",
    relation: "Hopfield >= attention - 0.02 and > mean",
};

/// Bags that are judged; more than the 50 of the example, whose AUC has a deviation of some 0.05.
const TEST_BAGS: usize = 200;

/// Tests [`CLAIM`]; each pooling with the same bags, steps, optimizer and seeds, on one encoder.
pub fn test(run: &Run, what: Reproduction, report: &mut Report) -> Result<(), Error> {
    let fit = FitConfig {
        epochs: what.budget.pick(1, 20, 100),
        batch_size: 1,
        clip_norm: 1.0,
        workers: 0,
        ..FitConfig::default()
    };
    let optimizer = adam_w(5e-4, 1e-4);
    let digits = pyrarium_datasets::digits::load()?;
    let train = DigitBagConfig { bags: what.budget.pick(20, 200, 200), ..DigitBagConfig::default() };
    let test = DigitBagConfig { bags: what.budget.pick(20, TEST_BAGS, TEST_BAGS), ..train };
    let mut areas: BTreeMap<PoolKind, Summary> = BTreeMap::new();
    for pool in PoolKind::ALL {
        let (mut found, mut accuracies) = (Vec::new(), Vec::new());
        for seed in 0..what.seeds as u64 {
            let data = BagSplits {
                train: train.generate(&digits.train, seed)?,
                test: test.generate(&digits.test, seed)?,
            };
            let trial = BagTrial { run, fit: &fit, optimizer: &optimizer, seed };
            let model = trial.network(&Network { pool, ..Network::digits() }, data.train.features())?;
            let fitted = trial.fit(model, &data, None, &Display::Silent)?;
            let result = evaluate_bags(&fitted.model, BagSource::new(data.test), &run.device)?;
            found.push(result.auc);
            accuracies.push(result.accuracy);
        }
        report.add(format!("digit bags, {pool}: test accuracy %"), &accuracies);
        let summary = report.add(format!("digit bags, {pool}: test AUC"), &found);
        run.display.line(&format!("digit bags, {pool}: AUC {:.3}", summary.mean));
        areas.insert(pool, summary);
    }
    let [ours, attention, mean] =
        [PoolKind::Hopfield, PoolKind::Attention, PoolKind::Mean].map(|pool| areas[&pool].mean);
    let measured = format!("Hopfield {ours:.3}, attention {attention:.3}, mean {mean:.3}");
    report.claims.push(CLAIM.tested(measured, ours >= attention - 0.02 && ours > mean));
    Ok(())
}
