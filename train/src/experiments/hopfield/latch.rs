//! Latch sequences: pooling by association beside the official recurrent baseline. The paper claims nothing here.

use pyrarium_datasets::LatchConfig;
use pyrarium_layers::BagClassifier;
use pyrarium_memory::hopfield::LstmClassifierConfig;

use super::bags::{BagSplits, BagTrial, adam_w, latch_splits};
use super::network::Network;
use crate::Error;
use crate::bag_classification::evaluate_bags;
use crate::bags::BagSource;
use crate::fit::FitConfig;
use crate::progress::Display;
use crate::registry::Reproduction;
use crate::report::Report;
use crate::run::Run;
use crate::weights::initialise;

/// Trains both as in the official example, 20 epochs, and adds their accuracies to the report.
pub fn compare(run: &Run, what: Reproduction, report: &mut Report) -> Result<(), Error> {
    let config = LatchConfig { sequences: what.budget.pick(256, 4096, 4096), ..LatchConfig::default() };
    let epochs = what.budget.pick(1, 20, 20);
    let fit = FitConfig { epochs, batch_size: 32, clip_norm: 1.0, workers: 0, ..FitConfig::default() };
    let optimizer = adam_w(1e-3, 0.01);
    let mut accuracies = [Vec::new(), Vec::new()];
    for seed in 0..what.seeds as u64 {
        let data = latch_splits(&config, seed)?;
        let trial = BagTrial { run, fit: &fit, optimizer: &optimizer, seed };
        let lstm = LstmClassifierConfig::new(config.alphabet);
        let lstm = initialise(&run.device.clone().autodiff(), seed, |device| lstm.init(device))?;
        let pooling = trial.network(&Network::default(), config.alphabet)?;
        accuracies[0].push(accuracy(&trial, pooling, &data)?);
        accuracies[1].push(accuracy(&trial, lstm, &data)?);
    }
    for (name, accuracies) in ["Hopfield pooling", "LSTM with 4 cells"].iter().zip(&accuracies) {
        let summary = report.add(format!("latch, {name}: held-out accuracy %"), accuracies);
        run.display.line(&format!("latch, {name}: {summary} %"));
    }
    Ok(())
}

fn accuracy<M: BagClassifier + 'static>(
    trial: &BagTrial<'_>,
    model: M,
    data: &BagSplits,
) -> Result<f64, Error> {
    let fitted = trial.fit(model, data, None, &Display::Silent)?;
    Ok(evaluate_bags(&fitted.model, BagSource::new(data.test.clone()), &trial.run.device)?.accuracy)
}
