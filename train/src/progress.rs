//! What a person sees while a job runs: burn-train's dashboard, one plain line an epoch, or nothing.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Instant;

use burn::train::Interrupter;
use burn::train::logger::{EvaluationProgressLogger, TrainingProgressLogger};
use burn::train::metric::{MetricDefinition, MetricId, NumericEntry};
use burn::train::renderer::tui::TuiMetricsRendererWrapper;
use burn::train::renderer::{
    EvaluationName, MetricState, MetricsRenderer, MetricsRendererEvaluation, MetricsRendererTraining,
};

/// Where lines for a person go.
pub type Lines = Arc<dyn Fn(&str) + Send + Sync>;

/// How the progress of a job is shown.
#[derive(Clone)]
pub enum Display {
    /// burn-train's dashboard, for a terminal; lines outside of training go to the given place.
    Dashboard(Lines),
    /// One line an epoch.
    Plain(Lines),
    /// Nothing.
    Silent,
}

impl Display {
    /// Shows one line.
    pub fn line(&self, text: &str) {
        match self {
            Self::Dashboard(lines) | Self::Plain(lines) => lines(text),
            Self::Silent => {}
        }
    }

    /// The renderer for one training.
    pub fn renderer(&self, interrupter: Interrupter, resumed: Option<usize>) -> Box<dyn MetricsRenderer> {
        match self {
            Self::Dashboard(_) => Box::new(TuiMetricsRendererWrapper::new(interrupter, resumed)),
            Self::Plain(lines) => Box::new(PlainRenderer::new(lines.clone())),
            Self::Silent => Box::new(PlainRenderer::new(Arc::new(|_| {}))),
        }
    }
}

/// Writes one line after each epoch: the metrics of both splits, and about how long the rest will take.
struct PlainRenderer {
    lines: Lines,
    names: HashMap<MetricId, String>,
    metrics: BTreeMap<String, f64>,
    total_epochs: usize,
    epochs_before: usize,
    start: Instant,
}

impl PlainRenderer {
    fn new(lines: Lines) -> Self {
        Self {
            lines,
            names: HashMap::new(),
            metrics: BTreeMap::new(),
            total_epochs: 0,
            epochs_before: 0,
            start: Instant::now(),
        }
    }

    fn update(&mut self, split: &str, state: MetricState) {
        if let MetricState::Numeric(entry, Some(NumericEntry::Final(value))) = state
            && let Some(name) = self.names.get(&entry.metric_id)
        {
            self.metrics.insert(format!("{split} {}", name.to_lowercase()), value);
        }
    }
}

impl MetricsRendererTraining for PlainRenderer {
    fn update_train(&mut self, state: MetricState) {
        self.update("train", state);
    }

    fn update_valid(&mut self, state: MetricState) {
        self.update("valid", state);
    }
}

impl TrainingProgressLogger for PlainRenderer {
    fn start(
        &mut self,
        total_epochs: usize,
        starting_epoch: usize,
        _items: Option<usize>,
        _label: Option<&str>,
    ) {
        self.total_epochs = total_epochs;
        self.epochs_before = starting_epoch - 1;
        self.start = Instant::now();
    }

    fn update_epoch(&mut self, epoch: usize) {
        let done = (epoch - self.epochs_before).max(1) as f64;
        let left = self.start.elapsed().as_secs_f64() / done * (self.total_epochs - epoch) as f64;
        let metrics: String =
            self.metrics.iter().map(|(name, value)| format!("  {name} {value:.4}")).collect();
        (self.lines)(&format!("epoch {epoch}/{}{metrics}  {left:.0} s left", self.total_epochs));
    }

    fn start_split(&mut self, _split: &str, _total_items: usize) {}
    fn update_split(&mut self, _items_processed: usize) {}
    fn end_split(&mut self) {}
    fn end(&mut self) {}
    fn log_event_training(&mut self, _event: String) {}
}

impl MetricsRenderer for PlainRenderer {
    fn manual_close(&mut self) {}

    fn register_metric(&mut self, definition: MetricDefinition) {
        self.names.insert(definition.metric_id, definition.name.to_string());
    }
}

impl MetricsRendererEvaluation for PlainRenderer {
    fn update_test(&mut self, _name: EvaluationName, _state: MetricState) {}
}

impl EvaluationProgressLogger for PlainRenderer {
    fn start_global_progress(&mut self, _total_tests: usize) {}
    fn start_test(&mut self, _name: &str, _total_items: usize) {}
    fn update_test_progress(&mut self, _items_processed: usize) {}
    fn end_test(&mut self) {}
    fn end_global_progress(&mut self) {}
    fn log_event_evaluation(&mut self, _event: String) {}
}
