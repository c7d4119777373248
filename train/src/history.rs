//! The metrics of every finished epoch, kept in `metrics.jsonl`, and early stopping as a pure function of them.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use burn::train::EarlyStoppingStrategy;
use burn::train::logger::MetricLogger;
use burn::train::metric::store::{EpochSummary, EventStoreClient, MetricsUpdate, Split};
use burn::train::metric::{MetricDefinition, MetricId, NumericEntry};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::files::{read_text, write_atomic};
use crate::report::Curve;

/// The metrics of one split in one epoch: a line of `metrics.jsonl`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EpochMetrics {
    /// Counted from 1; sweep or round of a system that has no epochs.
    pub epoch: usize,
    /// "train" or "valid"; the unit of the passes for a system that has no epochs, "sweep" for example.
    pub split: String,
    /// Value by metric name, "Loss" and "Accuracy" (in percent) for a classifier.
    pub metrics: BTreeMap<String, f64>,
}

/// The finished epochs of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    lines: Vec<EpochMetrics>,
}

impl History {
    /// Reads the epochs up to and including `last`; what a killed run wrote after its last checkpoint is left out.
    pub fn read(path: &Path, last: usize) -> Result<Self, Error> {
        let mut lines = Vec::new();
        for line in read_text(path)?.lines() {
            let line: EpochMetrics = serde_json::from_str(line)
                .map_err(|error| Error::Damaged { path: path.to_path_buf(), reason: error.to_string() })?;
            if line.epoch <= last {
                lines.push(line);
            }
        }
        Ok(Self { lines })
    }

    /// Adds the metrics of a pass.
    pub fn push(&mut self, line: EpochMetrics) {
        self.lines.push(line);
    }

    /// Writes all epochs to `path`, whole or not at all.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        write_atomic(path, self.to_jsonl().as_bytes())
    }

    /// The values of a metric, as (epoch, value).
    pub fn curve(&self, split: &str, metric: &str) -> Vec<(f64, f64)> {
        let of_split = self.lines.iter().filter(|line| line.split == split);
        of_split.filter_map(|line| Some((line.epoch as f64, *line.metrics.get(metric)?))).collect()
    }

    /// All curves by name, "valid loss" for example.
    pub fn curves(&self) -> BTreeMap<String, Curve> {
        let names =
            self.lines.iter().flat_map(|line| line.metrics.keys().map(|metric| (&line.split, metric)));
        let curve = |(split, metric): (&String, &String)| {
            let label = metric.to_lowercase();
            let points = self.curve(split, metric);
            (format!("{split} {label}"), Curve::line("epoch", label, points))
        };
        names.map(curve).collect()
    }

    /// The epochs of this history, then those of `other`, numbered on.
    pub fn then(mut self, other: Self) -> Self {
        let before = self.lines.iter().map(|line| line.epoch).max().unwrap_or(0);
        self.lines
            .extend(other.lines.into_iter().map(|line| EpochMetrics { epoch: before + line.epoch, ..line }));
        self
    }

    /// Whether the validation loss has not improved for `patience` epochs; never while `patience` is 0.
    pub fn has_stalled(&self, patience: usize) -> bool {
        let losses = self.curve("valid", "Loss");
        let best = losses.iter().enumerate().min_by(|(_, one), (_, other)| one.1.total_cmp(&other.1));
        patience > 0 && best.is_some_and(|(index, _)| losses.len() - 1 - index >= patience)
    }

    fn to_jsonl(&self) -> String {
        let lines = self.lines.iter().filter_map(|line| serde_json::to_string(line).ok());
        lines.map(|line| line + "\n").collect()
    }
}

/// A history that burn-train writes to and early stopping reads from.
#[derive(Clone)]
pub struct Recorder {
    shared: Arc<Mutex<Shared>>,
    patience: usize,
}

#[derive(Default)]
struct Shared {
    history: History,
    file: Option<PathBuf>,
    names: HashMap<MetricId, String>,
    latest: HashMap<String, BTreeMap<String, f64>>,
    failure: Option<Error>,
}

impl Recorder {
    /// Continues `history`, in `file` where one is given.
    pub fn new(history: History, file: Option<PathBuf>, patience: usize) -> Self {
        Self { shared: Arc::new(Mutex::new(Shared { history, file, ..Shared::default() })), patience }
    }

    /// The history so far.
    ///
    /// # Errors
    /// The first failure to write the file.
    pub fn history(&self) -> Result<History, Error> {
        let mut shared = self.lock();
        shared.failure.take().map_or_else(|| Ok(shared.history.clone()), Err)
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl MetricLogger for Recorder {
    fn log(&mut self, update: MetricsUpdate, _epoch: usize, split: &Split) {
        let mut shared = self.lock();
        for numeric in update.entries_numeric {
            let name = shared.names.get(&numeric.entry.metric_id).cloned();
            if let (Some(name), Some(NumericEntry::Final(value))) = (name, numeric.numeric_entry) {
                shared.latest.entry(split.to_string()).or_default().insert(name, value);
            }
        }
    }

    fn read_numeric(&mut self, name: &str, epoch: usize, split: &Split) -> Result<Vec<NumericEntry>, String> {
        let curve = self.lock().history.curve(&split.to_string(), name);
        let of_epoch = curve.into_iter().filter(|(at, _)| *at == epoch as f64);
        Ok(of_epoch.map(|(_, value)| NumericEntry::Final(value)).collect())
    }

    fn log_metric_definition(&mut self, definition: MetricDefinition) {
        self.lock().names.insert(definition.metric_id, definition.name.to_string());
    }

    fn log_epoch_summary(&mut self, summary: EpochSummary) {
        let mut shared = self.lock();
        let split = summary.split.to_string();
        let metrics = shared.latest.remove(&split).unwrap_or_default();
        shared.history.lines.push(EpochMetrics { epoch: summary.epoch_number, split, metrics });
        if let Some(file) = &shared.file
            && let Err(error) = shared.history.write(file)
        {
            shared.failure.get_or_insert(error);
        }
    }
}

impl EarlyStoppingStrategy for Recorder {
    fn should_stop(&mut self, _epoch: usize, _store: &EventStoreClient) -> bool {
        let shared = self.lock();
        shared.failure.is_some() || shared.history.has_stalled(self.patience)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(losses: &[f64]) -> History {
        let line = |(index, loss): (usize, &f64)| EpochMetrics {
            epoch: index + 1,
            split: "valid".into(),
            metrics: [("Loss".to_string(), *loss)].into(),
        };
        History { lines: losses.iter().enumerate().map(line).collect() }
    }

    #[test]
    fn stalls_only_after_patience_epochs_without_a_better_loss() {
        assert!(!history(&[3.0, 2.0, 2.5]).has_stalled(2));
        assert!(history(&[3.0, 2.0, 2.5, 2.1]).has_stalled(2));
        assert!(history(&[3.0, 2.0, 2.0, 2.0]).has_stalled(2), "an equal loss is no improvement");
        assert!(!history(&[1.0, 2.0, 3.0, 4.0]).has_stalled(0), "0 is off");
        assert!(!history(&[]).has_stalled(1));
    }

    #[test]
    fn reading_back_leaves_out_the_epochs_after_the_last_checkpoint() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("metrics.jsonl");
        std::fs::write(&file, history(&[3.0, 2.0, 1.0]).to_jsonl()).unwrap();
        assert_eq!(History::read(&file, 2).unwrap(), history(&[3.0, 2.0]));
    }
}
