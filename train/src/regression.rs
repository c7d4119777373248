//! Fitting functions as a task: the mean squared error over the outputs of each sample.

use std::sync::Arc;

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use burn::train::RegressionOutput;
use pyrarium_datasets::functions::FunctionSamples;
use pyrarium_layers::{Regressor, seeded};

use crate::loader::BatchSource;
use crate::task::Task;

/// Points with their values.
#[derive(Clone, Debug)]
pub struct PointBatch {
    /// Arguments, `[B, inputs]`.
    pub x: Tensor<2>,
    /// Values, `[B, outputs]`.
    pub y: Tensor<2>,
}

impl PointBatch {
    /// Arguments and values uniform in -1..1: the same on every device.
    pub fn noise([rows, inputs, outputs]: [usize; 3], device: &Device) -> Self {
        let tensor =
            |columns, seed| Tensor::from_data(seeded::tensor_data([rows, columns], seed, 1.0), device);
        Self { x: tensor(inputs, 0), y: tensor(outputs, 1) }
    }
}

/// A model that fits functions, with what it is trained for.
#[derive(Module, Debug)]
pub struct Regression<M: Module> {
    /// The model.
    pub model: M,
}

impl<M: Regressor + 'static> Task for Regression<M> {
    type Batch = PointBatch;
    type Output = RegressionOutput;

    fn training_output(&self, batch: PointBatch) -> RegressionOutput {
        self.output(batch)
    }

    fn output(&self, batch: PointBatch) -> RegressionOutput {
        let output = self.model.predict(batch.x);
        let loss = (output.clone() - batch.y.clone()).square().mean_dim(1).squeeze_dim(1);
        RegressionOutput::new(loss, output, batch.y)
    }

    fn losses(output: &RegressionOutput) -> Tensor<1> {
        output.loss.clone()
    }

    fn predictions(output: &RegressionOutput) -> Tensor<2> {
        output.output.clone()
    }
}

/// All points at once, several times an epoch: gradient descent without batches.
pub struct FullBatch {
    x: TensorData,
    y: TensorData,
    steps: usize,
}

impl FullBatch {
    /// The samples, `steps` times an epoch.
    pub fn new(samples: FunctionSamples, steps: usize) -> Arc<Self> {
        let rows = samples.y.len();
        Arc::new(Self {
            x: TensorData::new(samples.x, [rows, samples.inputs]),
            y: TensorData::new(samples.y, [rows, 1]),
            steps,
        })
    }
}

impl BatchSource for FullBatch {
    type Host = ();
    type Batch = PointBatch;

    fn num_samples(&self) -> usize {
        self.steps
    }

    fn assemble(&self, _epoch: u64, _batch: usize, _samples: &[usize]) {}

    fn upload(&self, (): (), device: &Device) -> PointBatch {
        PointBatch {
            x: Tensor::from_data(self.x.clone(), device),
            y: Tensor::from_data(self.y.clone(), device),
        }
    }
}
