//! One training of a classifier of bags: what the job runs once, and a comparison once for each side and seed.

use std::path::Path;

use pyrarium_datasets::{Bags, BitPatternConfig};
use pyrarium_memory::hopfield::BagNet;

use super::network::Network;
use crate::Error;
use crate::bag_classification::BagClassification;
use crate::bags::BagSource;
use crate::fit::{Fit, FitConfig, Fitted};
use crate::optimizer::{OptimizerConfig, OptimizerKind};
use crate::progress::Display;
use crate::run::Run;
use crate::weights::initialise;

/// Bags to learn from, and bags to be judged by.
#[derive(Clone)]
pub struct BagSplits {
    /// To learn from.
    pub train: Bags,
    /// To be watched or judged by.
    pub test: Bags,
}

/// The official split of bit patterns: an eighth at each end, the first all positive, the last all negative, is for testing.
pub fn bit_pattern_splits(config: &BitPatternConfig, seed: u64) -> Result<BagSplits, Error> {
    let bags = config.generate(seed)?.bags;
    let (count, end) = (bags.len(), bags.len() / 8);
    Ok(BagSplits {
        train: bags.select(end..count - end),
        test: bags.select((0..end).chain(count - end..count)),
    })
}

/// AdamW as PyTorch has it by default, at this rate.
pub fn adam_w(learning_rate: f64, weight_decay: f64) -> OptimizerConfig {
    OptimizerConfig { kind: OptimizerKind::AdamW, learning_rate, weight_decay, ..OptimizerConfig::default() }
}

/// How to fit and from which seed. The sides of a comparison differ in the network alone.
pub struct BagTrial<'a> {
    /// Device and display.
    pub run: &'a Run,
    /// How to fit.
    pub fit: &'a FitConfig,
    /// Optimizer and schedule.
    pub optimizer: &'a OptimizerConfig,
    /// Seed of weights, order and dropout.
    pub seed: u64,
}

impl BagTrial<'_> {
    /// A network for instances of so many values, its weights from the seed.
    pub fn network(&self, network: &Network, inputs: usize) -> Result<BagNet, Error> {
        let config = network.config(inputs)?;
        Ok(initialise(&self.run.device.clone().autodiff(), self.seed, |device| config.init(device))?)
    }

    /// Trains on `train`, watching `test`, with checkpoints where a directory is given.
    pub fn fit(
        &self,
        model: BagNet,
        data: &BagSplits,
        directory: Option<&Path>,
        display: &Display,
    ) -> Result<Fitted<BagNet>, Error> {
        let source = |bags: &Bags| BagSource::new(bags.clone());
        let how = (self.fit, self.optimizer, self.seed);
        let sources = (source(&data.train), source(&data.test));
        let fitted =
            Fit::new(self.run, BagClassification { model }, how, sources, directory, display).run()?;
        Ok(fitted.map(|task| task.model))
    }
}
