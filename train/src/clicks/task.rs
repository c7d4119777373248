//! A click model as a task with a dense table: the comparison of backends, and whatever trains small tables.

use burn::module::Module;
use burn::tensor::Tensor;
use burn::tensor::activation::sigmoid;
use burn::train::RegressionOutput;
use pyrarium_layers::ClickModel;

use super::batch::ClickBatch;
use crate::task::Task;

/// A click model with what it is trained for: the sum over tasks of the mean binary cross-entropy of the labels there are.
#[derive(Module, Debug)]
pub struct ClickTask<M: Module> {
    /// The model.
    pub model: M,
}

impl<M: ClickModel + 'static> Task for ClickTask<M> {
    type Batch = ClickBatch;
    type Output = RegressionOutput;

    fn training_output(&self, batch: ClickBatch) -> RegressionOutput {
        self.output(batch)
    }

    fn output(&self, batch: ClickBatch) -> RegressionOutput {
        let logits = self.model.forward(&batch.features);
        RegressionOutput::new(batch.losses(logits.clone()), sigmoid(logits), batch.labels)
    }

    fn losses(output: &RegressionOutput) -> Tensor<1> {
        output.loss.clone()
    }

    fn predictions(output: &RegressionOutput) -> Tensor<2> {
        output.output.clone()
    }
}
