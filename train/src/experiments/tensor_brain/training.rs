//! How every network of the comparisons is trained, and how its learning rate is chosen.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::Error;
use crate::fit::{Fit, FitConfig};
use crate::loader::BatchSource;
use crate::optimizer::{OptimizerConfig, ScheduleKind};
use crate::parallel::run_all;
use crate::progress::Display;
use crate::registry::Budget;
use crate::run::Run;
use crate::task::Task;

/// Samples of a batch.
const BATCH: usize = 128;
/// The learning rates among which each network has its own, chosen on the validation part with seed 0.
pub const RATES: [f64; 2] = [5e-3, 2e-2];

/// Passes over the data, and the rate of Adam, which goes to zero by a cosine.
#[derive(Clone, Copy)]
pub struct Recipe {
    /// Passes over the training samples.
    pub epochs: usize,
    /// Samples of a batch.
    pub batch_size: usize,
    /// The learning rate at the start.
    pub rate: f64,
    /// Seed of the order.
    pub seed: u64,
}

impl Recipe {
    /// Batches of 128.
    pub fn new(epochs: usize, rate: f64, seed: u64) -> Self {
        Self { epochs, batch_size: BATCH, rate, seed }
    }
}

/// Trains a task on the first of the sources, without files or display; the second is run through in each epoch, and nothing is chosen by
/// it.
pub fn trained<T: Task, S: BatchSource<Batch = T::Batch>>(
    run: &Run,
    task: T,
    sources: (Arc<S>, Arc<S>),
    recipe: Recipe,
) -> Result<T, Error> {
    let Recipe { epochs, batch_size, rate, seed } = recipe;
    let config = FitConfig { epochs, batch_size, workers: 0, ..FitConfig::default() };
    let optimizer =
        OptimizerConfig { learning_rate: rate, schedule: ScheduleKind::Cosine, ..OptimizerConfig::default() };
    let how = (&config, &optimizer, seed);
    Ok(Fit::new(run, task, how, sources, None, &Display::Silent).run()?.model)
}

/// The best rate of each contender: `score` trains it with the rate and seed 0 and says how good it is on the validation part.
/// Networks are made by `make`, one after the other, before any is trained.
pub fn best_rates<C: Copy + Ord + Send + Sync, M: Send>(
    contenders: &[C],
    budget: Budget,
    make: impl Fn(C) -> Result<M, Error>,
    score: impl Fn(C, M, f64) -> Result<f64, Error> + Sync,
) -> Result<BTreeMap<C, f64>, Error> {
    let rates = if budget == Budget::Smoke { &RATES[..1] } else { &RATES[..] };
    let mut jobs = Vec::new();
    for &contender in contenders {
        for &rate in rates {
            jobs.push((contender, rate, make(contender)?));
        }
    }
    let scores =
        run_all(jobs, |(contender, rate, model)| Ok((contender, rate, score(contender, model, rate)?)))?;
    let mut best: BTreeMap<C, (f64, f64)> = BTreeMap::new();
    for (contender, rate, score) in scores {
        let entry = best.entry(contender).or_insert((rate, score));
        if score > entry.1 {
            *entry = (rate, score);
        }
    }
    Ok(best.into_iter().map(|(contender, (rate, _))| (contender, rate)).collect())
}
