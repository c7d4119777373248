//! `cargo xtask train hopfield`: a classifier of bags, on bit patterns, on bags of digits or on latch sequences.

use std::time::Instant;

use burn::module::Module;
use pyrarium_datasets::{BitPatternConfig, DigitBagConfig, LatchConfig, Purpose, RandomKey};
use pyrarium_layers::ConfigError;
use pyrarium_memory::hopfield::BagNet;
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};
use toml::Table;

use super::bags::{BagSplits, BagTrial, adam_w, bit_pattern_splits};
use super::heads;
use super::network::Network;
use crate::Error;
use crate::bag_classification::{BagEvaluation, evaluate_bags};
use crate::bags::BagSource;
use crate::checks::below_one;
use crate::fit::FitConfig;
use crate::optimizer::OptimizerConfig;
use crate::registry::Job;
use crate::report::Report;
use crate::run::{Run, RunDirectory, WEIGHTS};
use crate::settings;
use crate::weights;

/// Which bags.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BagData {
    /// Bit vectors, positive where there is a signal.
    BitPatterns,
    /// 8x8 digits, positive where there is a nine.
    DigitBags,
    /// Sequences, positive where the first symbol is 1.
    Latch,
}

/// Settings of the job.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    /// Seed of the bags, the initial weights, the order and the dropout.
    seed: u64,
    /// Which bags.
    data: BagData,
    /// Share of the training bags that is held out and watched.
    validation_fraction: f64,
    fit: FitConfig,
    optimizer: OptimizerConfig,
    model: Network,
    bit_patterns: BitPatternConfig,
    digit_bags: DigitBagConfig,
    latch: LatchConfig,
}

/// Bags of one job.
struct JobData {
    /// Training bags, and those that are held out and watched.
    learning: BagSplits,
    test: std::sync::Arc<BagSource>,
    features: usize,
}

impl Settings {
    fn validate(&self) -> Result<(), Error> {
        below_one("validation_fraction", self.validation_fraction)?;
        self.fit.validate()?;
        self.optimizer.validate()?;
        Ok(())
    }

    fn open(&self) -> Result<JobData, Error> {
        let splits = match self.data {
            BagData::BitPatterns => bit_pattern_splits(&self.bit_patterns, self.seed)?,
            BagData::DigitBags => {
                let digits = pyrarium_datasets::digits::load()?;
                BagSplits {
                    train: self.digit_bags.generate(&digits.train, self.seed)?,
                    test: self.digit_bags.generate(&digits.test, self.seed)?,
                }
            }
            BagData::Latch => {
                let all = self.latch.generate(self.seed)?;
                let tests = all.len() / 4;
                BagSplits { train: all.select(tests..all.len()), test: all.select(0..tests) }
            }
        };
        let mut bags: Vec<usize> = (0..splits.train.len()).collect();
        bags.shuffle(&mut RandomKey { seed: self.seed, epoch: 0, index: 0 }.rng(Purpose::Order));
        let held_out = (bags.len() as f64 * self.validation_fraction).ceil() as usize;
        if held_out == 0 || held_out >= bags.len() || splits.test.is_empty() {
            let allowed = format!("such that some of the {} training bags are held out, not all", bags.len());
            return Err(ConfigError::new("validation_fraction", self.validation_fraction, allowed).into());
        }
        Ok(JobData {
            features: splits.train.features(),
            learning: BagSplits {
                train: splits.train.select(bags[held_out..].iter().copied()),
                test: splits.train.select(bags[..held_out].iter().copied()),
            },
            test: BagSource::new(splits.test),
        })
    }

    /// Tests a trained network (without autodiff).
    fn test(&self, run: &Run, slug: &str, data: &JobData, model: &BagNet) -> Result<Report, Error> {
        let start = Instant::now();
        let mut report = Report::new(slug, &run.device_name, self.seed, "train");
        let BagEvaluation { accuracy, auc } = evaluate_bags(model, data.test.clone(), &run.device)?;
        report.add("parameters", &[Module::num_params(model) as f64]);
        report.add("test accuracy %", &[accuracy]);
        report.add("test AUC", &[auc]);
        heads::describe(model, data.test.clone(), &run.device, &mut report)?;
        report.seconds = start.elapsed().as_secs_f64();
        Ok(report)
    }
}

/// The main job: bit patterns.
pub fn default_settings() -> Result<Table, Error> {
    settings::to_table(&Settings {
        seed: 0,
        data: BagData::BitPatterns,
        validation_fraction: 0.1,
        fit: FitConfig { epochs: 250, batch_size: 32, clip_norm: 1.0, workers: 0, ..FitConfig::default() },
        optimizer: adam_w(1e-3, 0.01),
        model: Network::default(),
        bit_patterns: BitPatternConfig::default(),
        digit_bags: DigitBagConfig::default(),
        latch: LatchConfig::default(),
    })
}

/// Makes the bags and the network; the job trains it.
pub fn train<'a>(run: &'a Run, table: &Table) -> Result<Job<'a>, Error> {
    let job: Settings = settings::from_table(table)?;
    job.validate()?;
    let data = job.open()?;
    let model = trial(run, &job).network(&job.model, data.features)?;
    Ok(Box::new(move |directory| run_job(run, &job, &data, model, directory)))
}

fn trial<'a>(run: &'a Run, job: &'a Settings) -> BagTrial<'a> {
    BagTrial { run, fit: &job.fit, optimizer: &job.optimizer, seed: job.seed }
}

fn run_job(
    run: &Run,
    job: &Settings,
    data: &JobData,
    model: BagNet,
    directory: &mut RunDirectory,
) -> Result<Report, Error> {
    let start = Instant::now();
    let path = directory.path().to_path_buf();
    let fitted = trial(run, job).fit(model, &data.learning, Some(&path), &run.display)?;
    directory.write(WEIGHTS, &weights::to_safetensors(&fitted.model).map_err(Error::Training)?)?;
    let mut report = job.test(run, &directory.manifest().slug, data, &fitted.model)?;
    fitted.describe(run, "bags", &mut report);
    report.complete(directory, start)
}

/// Tests the weights of a finished run.
pub fn evaluate(run: &Run, directory: &RunDirectory) -> Result<Report, Error> {
    let job: Settings = settings::from_table(directory.settings())?;
    let data = job.open()?;
    let model = job.model.config(data.features)?.init(&run.device)?;
    let model = weights::from_safetensors(model, directory.read(WEIGHTS)?)
        .map_err(|reason| Error::Damaged { path: directory.path().join(WEIGHTS), reason })?;
    job.test(run, &directory.manifest().slug, &data, &model)
}
