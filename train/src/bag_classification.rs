//! Labelling bags as a task: binary cross-entropy, accuracy, and the area under the ROC curve.

use std::sync::Arc;

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use burn::train::metric::AccuracyMetric;
use burn::train::{ClassificationOutput, SupervisedTraining};
use pyrarium_layers::BagClassifier;

use crate::Error;
use crate::bags::{BagBatch, BagSource};
use crate::clicks::metrics::auc;
use crate::loader::{Loader, Order};
use crate::loss::classified;
use crate::task::{Task, Trainee};

/// Bags that are scored together.
const BATCH: usize = 64;

/// A classifier of bags with what it is trained for.
#[derive(Module, Debug)]
pub struct BagClassification<M: Module> {
    /// The classifier.
    pub model: M,
}

impl<M: BagClassifier + 'static> Task for BagClassification<M> {
    type Batch = BagBatch;
    type Output = ClassificationOutput;

    fn training_output(&self, batch: BagBatch) -> ClassificationOutput {
        self.output(batch)
    }

    fn output(&self, batch: BagBatch) -> ClassificationOutput {
        let score: Tensor<2> = self.model.score(batch.bags, batch.padding).unsqueeze_dim(1); // [B, 1]
        // The cross-entropy of two classes with scores 0 and z is the binary cross-entropy of the logit z.
        classified(Tensor::cat(vec![score.zeros_like(), score], 1), batch.labels)
    }

    fn losses(output: &ClassificationOutput) -> Tensor<1> {
        output.loss.clone()
    }

    fn predictions(output: &ClassificationOutput) -> Tensor<2> {
        output.output.clone()
    }

    fn with_metrics(&self, training: SupervisedTraining<Trainee<Self>>) -> SupervisedTraining<Trainee<Self>> {
        training.metric_valid_numeric(AccuracyMetric::new()).metric_train_numeric(AccuracyMetric::new())
    }
}

/// How well a classifier labels bags.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BagEvaluation {
    /// Share of the bags labelled rightly, in percent.
    pub accuracy: f64,
    /// Area under the ROC curve, 0.5 for chance.
    pub auc: f64,
}

/// Evaluates `model` (without autodiff) on all bags of a source.
///
/// # Errors
/// When a tensor cannot be read from its device.
pub fn evaluate_bags<M: BagClassifier>(
    model: &M,
    source: Arc<BagSource>,
    device: &Device,
) -> Result<BagEvaluation, Error> {
    let mut scores = Vec::new();
    for batch in Loader::new(source.clone(), BATCH, Order::Sequential, device).epoch() {
        let batch = batch.map_err(|error| Error::Training(error.to_string()))?;
        scores.extend(model.score(batch.bags, batch.padding).try_into_data()?.iter::<f32>());
    }
    let labels = source.labels();
    let right = scores.iter().zip(labels).filter(|(score, label)| (**score > 0.0) == **label).count();
    Ok(BagEvaluation {
        accuracy: 100.0 * right as f64 / labels.len().max(1) as f64,
        auc: area_under_roc(&scores, labels),
    })
}

/// The [area under the ROC curve](auc) of finite scores; 0.5 without bags of both kinds, and 0 where a score is NaN.
pub fn area_under_roc(scores: &[f32], labels: &[bool]) -> f64 {
    if scores.iter().any(|score| score.is_nan()) {
        return 0.0;
    }
    let labels: Vec<f32> = labels.iter().map(|label| f32::from(*label)).collect();
    let area = auc(scores, &labels);
    if area.is_nan() { 0.5 } else { area }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_worked_by_hand() {
        let labels = [true, false, true, false];
        assert_eq!(area_under_roc(&[4.0, 1.0, 3.0, 2.0], &labels), 1.0);
        assert_eq!(area_under_roc(&[1.0, 4.0, 2.0, 3.0], &labels), 0.0);
        assert_eq!(area_under_roc(&[1.0; 4], &labels), 0.5);
        // Pairs (4, 3), (4, 2), (2, 3), (2, 2): one, one, none, half.
        assert_eq!(area_under_roc(&[4.0, 3.0, 2.0, 2.0], &labels), 2.5 / 4.0);
        assert_eq!(area_under_roc(&[1.0], &[true]), 0.5);
        assert_eq!(area_under_roc(&[f32::NAN, 1.0], &labels[..2]), 0.0);
    }
}
