//! Scoring next tokens as a task: cross-entropy at every position, or at the positions that are asked for.

use burn::module::Module;
use burn::tensor::{Int, Tensor};
use burn::train::metric::AccuracyMetric;
use burn::train::{ClassificationOutput, SupervisedTraining};
use pyrarium_layers::LanguageModel;

use crate::loss::smoothed_cross_entropy;
use crate::task::{Task, Trainee};
use crate::tokens::TokenBatch;

/// A language model with what it is trained for.
#[derive(Module, Debug)]
pub struct NextToken<M: Module> {
    /// The language model.
    pub model: M,
}

impl<M: LanguageModel> NextToken<M> {
    /// Scores of the positions that a batch asks for, `[targets, vocabulary]`.
    pub fn scores(&self, batch: &TokenBatch) -> Tensor<2> {
        let scores: Tensor<2> = self.model.logits(batch.tokens.clone()).flatten(0, 1); // [B T, V]
        match &batch.positions {
            Some(positions) => scores.select(0, positions.clone()),
            None => scores,
        }
    }
}

impl<M: LanguageModel + 'static> Task for NextToken<M> {
    type Batch = TokenBatch;
    type Output = ClassificationOutput;

    fn training_output(&self, batch: TokenBatch) -> ClassificationOutput {
        self.output(batch)
    }

    fn output(&self, batch: TokenBatch) -> ClassificationOutput {
        let scores = self.scores(&batch);
        let losses = smoothed_cross_entropy(scores.clone(), batch.targets.clone(), 0.0);
        ClassificationOutput::new(losses, scores, batch.targets)
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

/// How well a model scores the targets of a source.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scored {
    /// Mean cross-entropy of a target, in nats.
    pub loss: f64,
    /// Share of the targets with the highest score, in percent.
    pub accuracy: f64,
}

impl Scored {
    /// Bits that a target takes.
    pub fn bits(self) -> f64 {
        self.loss / std::f64::consts::LN_2
    }

    /// `e^loss`: as many equally likely tokens would leave the same doubt.
    pub fn perplexity(self) -> f64 {
        self.loss.exp()
    }
}

/// Sums over the batches of a source.
#[derive(Default)]
pub struct Tally {
    loss: f64,
    right: f64,
    targets: usize,
}

impl Tally {
    /// Adds the scores `[targets, vocabulary]` of a batch.
    ///
    /// # Errors
    /// When a tensor cannot be read from its device.
    pub fn add(
        &mut self,
        scores: Tensor<2>,
        targets: Tensor<1, Int>,
    ) -> Result<(), burn::tensor::TensorReadError> {
        let losses = smoothed_cross_entropy(scores.clone(), targets.clone(), 0.0).sum();
        let predicted: Tensor<1, Int> = scores.argmax(1).squeeze_dim(1);
        self.targets += targets.dims()[0];
        self.loss += losses.try_into_scalar::<f64>()?;
        self.right += predicted.equal(targets).int().sum().try_into_scalar::<f64>()?;
        Ok(())
    }

    /// The means.
    pub fn scored(&self) -> Scored {
        let targets = self.targets.max(1) as f64;
        Scored { loss: self.loss / targets, accuracy: 100.0 * self.right / targets }
    }
}
