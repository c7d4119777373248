//! Training of click models: row-wise steps, an epoch a pass, the epoch with the best validation AUC kept.

use std::borrow::Cow;
use std::path::Path;
use std::time::{Duration, Instant};

use burn::tensor::Device;
use pyrarium_datasets::tabular::{ClickData, Encoded, Layout};
use pyrarium_datasets::{Purpose, RandomKey};
use pyrarium_layers::ClickModel;
use rand::seq::SliceRandom;

use super::row_wise::{RowWise, Snapshot};
use super::score::{mean_auc, score, task_scores};
use super::settings::ClickFit;
use crate::Error;
use crate::history::History;
use crate::passes::{Loop, Metrics, Passes};
use crate::progress::Display;
use crate::report::{Curve, Report};
use crate::run::Run;

/// What a pass is called.
const EPOCH: &str = "epoch";
/// Time between checkpoints.
const INTERVAL: Duration = Duration::from_secs(2);

/// The training samples in chunks that are each held in memory; called once an epoch.
pub type Chunks<'a> = dyn Fn() -> Result<ChunkIter<'a>, Error> + 'a;
/// One pass over the training samples, in chunks.
pub type ChunkIter<'a> = Box<dyn Iterator<Item = Result<Cow<'a, Encoded>, Error>> + 'a>;

/// What a click model is trained on.
pub struct Training<'a> {
    /// What the samples are made of.
    pub layout: &'a Layout,
    /// In how many training samples each entry occurs ([`Layout::counts`]).
    pub counts: &'a [Vec<u32>],
    /// The samples to learn from: the order is shuffled within each chunk.
    pub chunks: &'a Chunks<'a>,
    /// The samples that are watched; the epoch that is best on them is kept. Where there are none, it is the last.
    pub valid: &'a Encoded,
}

/// The outcome of a training.
pub struct ClickFitted<M> {
    /// The model of the epoch with the best validation AUC, without autodiff.
    pub model: M,
    /// The model after the last epoch, without autodiff.
    pub last: M,
    /// The epoch with the best validation AUC (the mean over tasks), counted from 1.
    pub best_epoch: usize,
    /// Of each epoch "train loss", "valid loss", "valid AUC" (the mean over tasks), and "valid AUC, TASK" where there are several.
    pub history: History,
    /// Samples a second in the epochs run by this process, where there were any.
    pub samples_per_second: Option<f64>,
}

/// Trains `model`, which is on a device with autodiff, on a data set in memory; with checkpoints where a directory is given.
///
/// # Errors
/// A setting outside its range, a failure of the disk or the backend, or a damaged checkpoint.
pub fn fit_clicks<M: ClickModel>(
    run: &Run,
    data: &ClickData,
    model: M,
    fit: &ClickFit,
    seed: u64,
    directory: Option<&Path>,
) -> Result<ClickFitted<M>, Error> {
    let display = if directory.is_some() { &run.display } else { &Display::Silent };
    let whole =
        || -> Result<ChunkIter<'_>, Error> { Ok(Box::new(std::iter::once(Ok(Cow::Borrowed(&data.train))))) };
    let training =
        Training { layout: &data.layout, counts: &data.counts, chunks: &whole, valid: &data.valid };
    fit_chunks(run, &training, model, fit, seed, (directory, display))
}

/// As [`fit_clicks`], on samples that need not fit into memory.
///
/// # Errors
/// As [`fit_clicks`], and what the chunks say.
pub fn fit_chunks<M: ClickModel>(
    run: &Run,
    training: &Training<'_>,
    model: M,
    fit: &ClickFit,
    seed: u64,
    (directory, display): (Option<&Path>, &Display),
) -> Result<ClickFitted<M>, Error> {
    let steps = RowWise::new(model, training.layout, training.counts, fit)?;
    let device = run.device.clone();
    let mut fitting = Fitting { training, fit, seed, device, steps, best: None, done: 0, spent: (0.0, 0) };
    let epochs = Loop { unit: EPOCH, passes: fit.epochs, directory, display, interval: INTERVAL };
    let history = epochs.run(&mut fitting)?;
    let Fitting { steps, best, spent, .. } = fitting;
    let last = steps.model();
    let (model, best_epoch) = match &best {
        Some(best) => (steps.restored(&best.snapshot).map_err(Error::Training)?, best.epoch),
        None => (last.clone(), 0),
    };
    let samples_per_second = (spent.1 > 0).then(|| spent.1 as f64 / spent.0);
    Ok(ClickFitted { model, last, best_epoch, history, samples_per_second })
}

impl<M> ClickFitted<M> {
    /// Adds to a report what the training itself has to tell.
    pub fn describe(&self, run: &Run, report: &mut Report) {
        report.add("best epoch", &[self.best_epoch as f64]);
        if let Some(speed) = self.samples_per_second.filter(|_| run.profile) {
            report.add("training samples/s", &[speed]);
        }
        for (name, y) in [(TRAIN_LOSS, "loss"), (VALID_LOSS, "loss"), (VALID_AUC, "AUC")] {
            let points = self.history.curve(EPOCH, name);
            if !points.is_empty() {
                report.curves.insert(name.to_string(), Curve::line(EPOCH, y, points));
            }
        }
    }

    /// A metric of each epoch.
    pub fn curve(&self, metric: &str) -> Vec<f64> {
        self.history.curve(EPOCH, metric).into_iter().map(|(_, value)| value).collect()
    }
}

/// The metric that is minimised.
pub const TRAIN_LOSS: &str = "train loss";
/// The same on the validation samples.
pub const VALID_LOSS: &str = "valid loss";
/// The metric that decides which epoch is kept.
pub const VALID_AUC: &str = "valid AUC";

/// A model while it is trained.
struct Fitting<'a, 'b, M> {
    training: &'a Training<'b>,
    fit: &'a ClickFit,
    seed: u64,
    device: Device,
    steps: RowWise<M>,
    best: Option<Best>,
    done: usize,
    /// Seconds and samples of the training by this process.
    spent: (f64, usize),
}

/// The best epoch so far.
struct Best {
    epoch: usize,
    auc: f64,
    snapshot: Snapshot,
}

impl<M: ClickModel> Fitting<'_, '_, M> {
    /// Returns the mean loss.
    fn train(&mut self, epoch: usize) -> Result<f64, Error> {
        // What the device draws in this epoch (dropout for example) depends on (seed, epoch) alone.
        self.device.seed(self.seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(epoch as u64));
        let start = Instant::now();
        let (mut sum, mut count) = (0.0, 0);
        for (index, chunk) in (self.training.chunks)()?.enumerate() {
            let chunk = chunk?;
            let mut order: Vec<usize> = (0..chunk.len()).collect();
            let key = RandomKey { seed: self.seed, epoch: epoch as u64, index: index as u64 };
            order.shuffle(&mut key.rng(Purpose::Order));
            for batch in batches(&order, self.fit.batch_size) {
                sum += self.steps.step(chunk.select(batch))? * batch.len() as f64;
                count += batch.len();
            }
        }
        self.spent = (self.spent.0 + start.elapsed().as_secs_f64(), self.spent.1 + count);
        Ok(sum / count as f64)
    }

    /// Adds what the validation samples say to the metrics and returns the mean AUC.
    fn watch(&self, metrics: &mut Metrics) -> Result<f64, Error> {
        let Training { layout, valid, .. } = *self.training;
        if valid.is_empty() {
            return Ok(f64::NAN);
        }
        let probabilities = score(&self.steps.model(), layout, valid)?;
        let scores = task_scores(&probabilities, layout, valid);
        let auc = mean_auc(&scores);
        metrics.insert(VALID_LOSS.to_string(), scores.iter().map(|scores| scores.log_loss).sum());
        metrics.insert(VALID_AUC.to_string(), auc);
        if scores.len() > 1 {
            for (task, scores) in layout.tasks.iter().zip(&scores) {
                metrics.insert(format!("{VALID_AUC}, {task}"), scores.auc);
            }
        }
        metrics.retain(|_, value| value.is_finite());
        Ok(auc)
    }
}

/// Batches of one size, the last one smaller; a single sample, which has no batch statistics, joins the batch before.
fn batches(order: &[usize], size: usize) -> impl Iterator<Item = &[usize]> {
    let lone = order.len() > size && order.len() % size == 1;
    let (mut left, last) = (order, if lone { size + 1 } else { 0 });
    std::iter::from_fn(move || {
        let count = if left.len() == last { last } else { size.min(left.len()) };
        let (batch, rest) = left.split_at(count);
        left = rest;
        (!batch.is_empty()).then_some(batch)
    })
}

impl<M: ClickModel> Passes for Fitting<'_, '_, M> {
    fn pass(&mut self, number: usize) -> Result<Metrics, Error> {
        let mut metrics = Metrics::from([(TRAIN_LOSS.to_string(), self.train(number)?)]);
        let auc = self.watch(&mut metrics)?;
        self.done = number;
        let is_better = self.best.as_ref().is_none_or(|best| auc > best.auc || auc.is_nan());
        if is_better {
            self.best = Some(Best { epoch: number, auc, snapshot: self.steps.snapshot()? });
        }
        Ok(metrics)
    }

    fn is_done(&self) -> bool {
        let stalled = |best: &Best| self.done - best.epoch >= self.fit.patience;
        self.fit.patience > 0 && self.best.as_ref().is_some_and(stalled)
    }

    fn state(&self) -> Result<Vec<u8>, Error> {
        let [table, network, optimizer] = self.steps.state()?;
        let mut parts = vec![(self.done as u64).to_le_bytes().to_vec(), table, network, optimizer];
        if let Some(Best { epoch, auc, snapshot }) = &self.best {
            let table = snapshot.table.iter().flat_map(|value| value.to_le_bytes()).collect();
            parts.push((*epoch as u64).to_le_bytes().to_vec());
            parts.push(auc.to_le_bytes().to_vec());
            parts.extend([table, snapshot.network.clone()]);
        }
        Ok(parts.iter().flat_map(|part| [&(part.len() as u64).to_le_bytes()[..], part].concat()).collect())
    }

    fn restore(&mut self, state: &[u8]) -> Result<(), String> {
        let parts = split(state)?;
        let [done, table, network, optimizer, best @ ..] = &parts[..] else {
            return Err(format!("it has {} parts", parts.len()));
        };
        self.steps.restore([table, network, optimizer])?;
        self.done = number(done)? as usize;
        if let [epoch, auc, table, network] = best {
            let table = table.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
            self.best = Some(Best {
                epoch: number(epoch)? as usize,
                auc: f64::from_bits(number(auc)?),
                snapshot: Snapshot { table, network: network.to_vec() },
            });
        }
        Ok(())
    }
}

/// The parts of a state, each with its length before it.
fn split(mut state: &[u8]) -> Result<Vec<&[u8]>, String> {
    let mut parts = Vec::new();
    while !state.is_empty() {
        let cut = state.split_first_chunk().and_then(|(length, rest)| {
            rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)
        });
        let (part, rest) = cut.ok_or("it ends within a part")?;
        parts.push(part);
        state = rest;
    }
    Ok(parts)
}

fn number(bytes: &[u8]) -> Result<u64, String> {
    bytes.try_into().map(u64::from_le_bytes).map_err(|_| format!("a number of {} bytes", bytes.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_batch_has_a_single_sample() {
        let sizes = |samples: usize, size: usize| -> Vec<usize> {
            let order: Vec<usize> = (0..samples).collect();
            let batches: Vec<&[usize]> = batches(&order, size).collect();
            assert_eq!(batches.concat(), order);
            batches.iter().map(|batch| batch.len()).collect()
        };
        assert_eq!(sizes(8, 4), [4, 4]);
        assert_eq!(sizes(9, 4), [4, 5]);
        assert_eq!(sizes(10, 4), [4, 4, 2]);
        assert_eq!(sizes(5, 4), [5]);
        assert_eq!(sizes(3, 4), [3]);
        assert_eq!(sizes(1, 4), [1]);
        assert!(sizes(0, 4).is_empty());
    }

    #[test]
    fn a_state_is_cut_at_its_lengths() {
        let state = [&2_u64.to_le_bytes()[..], &[7, 8], &0_u64.to_le_bytes()].concat();
        assert_eq!(split(&state).unwrap(), [&[7, 8][..], &[]]);
        assert!(split(&state[..9]).is_err() && split(&state[..4]).is_err());
    }
}
