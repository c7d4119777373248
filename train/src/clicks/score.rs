//! What a trained click model says about samples, and how good that is.

use burn::tensor::activation::sigmoid;
use pyrarium_datasets::tabular::{Encoded, Layout};
use pyrarium_layers::ClickModel;

use super::batch::features;
use super::metrics::{auc, gauc, log_loss};
use crate::Error;
use crate::report::Report;

/// Samples that are scored together.
const BATCH: usize = 1024;

/// How well a model predicts one task.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TaskScores {
    /// Area under the ROC curve; NaN where there are not both labels.
    pub auc: f64,
    /// The same within users; NaN where samples have none, or no user has both labels.
    pub gauc: f64,
    /// Mean negative log likelihood, in nats.
    pub log_loss: f64,
}

/// The probability of each task, sample by sample, `n * T`. `model` is without autodiff.
///
/// # Errors
/// When a tensor cannot be read from its device.
pub fn score<M: ClickModel>(model: &M, layout: &Layout, samples: &Encoded) -> Result<Vec<f32>, Error> {
    let device = model.devices().into_iter().next().unwrap_or_default();
    let numbers: Vec<usize> = (0..samples.len()).collect();
    let mut probabilities = Vec::with_capacity(samples.len() * layout.tasks.len());
    for batch in numbers.chunks(BATCH) {
        let features = features(&samples.select(batch), layout, &device);
        probabilities
            .extend(sigmoid(model.forward(&features)).try_into_data()?.convert::<f32>().iter::<f32>());
    }
    Ok(probabilities)
}

/// How well a model (without autodiff) predicts each task.
///
/// # Errors
/// When a tensor cannot be read from its device.
pub fn evaluate<M: ClickModel>(
    model: &M,
    layout: &Layout,
    samples: &Encoded,
) -> Result<Vec<TaskScores>, Error> {
    Ok(task_scores(&score(model, layout, samples)?, layout, samples))
}

/// How good probabilities `n * T` are, task by task.
pub fn task_scores(probabilities: &[f32], layout: &Layout, samples: &Encoded) -> Vec<TaskScores> {
    let tasks = layout.tasks.len();
    let column =
        |values: &[f32], task: usize| values.iter().copied().skip(task).step_by(tasks).collect::<Vec<f32>>();
    let scores = |task| {
        let (probabilities, labels) = (column(probabilities, task), column(&samples.labels, task));
        TaskScores {
            auc: auc(&probabilities, &labels),
            gauc: gauc(&probabilities, &labels, &samples.groups),
            log_loss: log_loss(&probabilities, &labels),
        }
    };
    (0..tasks).map(scores).collect()
}

/// The mean AUC over tasks.
pub fn mean_auc(scores: &[TaskScores]) -> f64 {
    scores.iter().map(|scores| scores.auc).sum::<f64>() / scores.len() as f64
}

/// Adds the scores of each task on a part ("test") to a report; with several tasks their names and the mean AUC, too.
pub fn add_scores(report: &mut Report, part: &str, layout: &Layout, scores: &[TaskScores]) {
    for (task, scores) in layout.tasks.iter().zip(scores) {
        let name = |metric: &str| match layout.tasks.len() {
            1 => format!("{part} {metric}"),
            _ => format!("{part} {metric}, {task}"),
        };
        report.add(name("AUC"), &[scores.auc]);
        report.add(name("log loss"), &[scores.log_loss]);
        if !scores.gauc.is_nan() {
            report.add(name("GAUC"), &[scores.gauc]);
        }
    }
    if layout.tasks.len() > 1 {
        report.add(format!("{part} AUC, mean"), &[mean_auc(scores)]);
    }
}
