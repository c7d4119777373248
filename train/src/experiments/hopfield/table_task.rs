//! Classifying the rows of a small table as a task, all rows at once.

use std::sync::Arc;

use burn::module::{Module, ModuleDisplay};
use burn::tensor::{Device, Int, Tensor, TensorData};
use burn::train::ClassificationOutput;
use pyrarium_datasets::Table;
use pyrarium_layers::{Regressor, seeded};
use pyrarium_memory::hopfield::LookupClassifier;
use pyrarium_mlp::StandardMlp;

use crate::Error;
use crate::loader::BatchSource;
use crate::loss::classified;
use crate::task::Task;

/// A classifier of rows.
pub trait RowClassifier: Module + ModuleDisplay {
    /// Scores of all training rows, in their order, to be trained on: `[rows, features]` to `[rows, classes]`.
    fn training_scores(&self, x: Tensor<2>) -> Tensor<2>;

    /// Scores of any rows.
    fn scores(&self, x: Tensor<2>) -> Tensor<2>;
}

impl RowClassifier for LookupClassifier {
    fn training_scores(&self, x: Tensor<2>) -> Tensor<2> {
        self.leave_one_out(x)
    }

    fn scores(&self, x: Tensor<2>) -> Tensor<2> {
        self.predict(x)
    }
}

impl RowClassifier for StandardMlp {
    fn training_scores(&self, x: Tensor<2>) -> Tensor<2> {
        self.forward(x)
    }

    fn scores(&self, x: Tensor<2>) -> Tensor<2> {
        self.forward(x)
    }
}

/// Rows with their classes.
#[derive(Clone, Debug)]
pub struct RowBatch {
    /// `[rows, features]`.
    pub x: Tensor<2>,
    /// `[rows]`.
    pub labels: Tensor<1, Int>,
}

impl RowBatch {
    /// The rows of a table.
    pub fn of(table: &Table, device: &Device) -> Self {
        let rows = table.len();
        let labels: Vec<i64> = table.labels().iter().map(|&label| label.into()).collect();
        let values = TensorData::new(table.values().to_vec(), [rows, table.features()]);
        Self {
            x: Tensor::from_data(values, device),
            labels: Tensor::from_data(TensorData::new(labels, [rows]), device),
        }
    }

    /// Features uniform in -1..1, classes in turn: the same on every device.
    pub fn noise([rows, features, classes]: [usize; 3], device: &Device) -> Self {
        let labels: Vec<i64> = (0..rows).map(|row| (row % classes) as i64).collect();
        Self {
            x: Tensor::from_data(seeded::tensor_data([rows, features], 0, 1.0), device),
            labels: Tensor::from_data(TensorData::new(labels, [rows]), device),
        }
    }

    /// The classes as rows with one 1.
    pub fn one_hot(&self, classes: usize) -> Tensor<2> {
        self.labels.clone().one_hot::<2>(classes).float()
    }
}

/// A classifier of rows with what it is trained for.
#[derive(Module, Debug)]
pub struct RowClassification<M: Module> {
    /// The classifier.
    pub model: M,
}

impl<M: RowClassifier + 'static> Task for RowClassification<M> {
    type Batch = RowBatch;
    type Output = ClassificationOutput;

    fn training_output(&self, batch: RowBatch) -> ClassificationOutput {
        classified(self.model.training_scores(batch.x), batch.labels)
    }

    fn output(&self, batch: RowBatch) -> ClassificationOutput {
        classified(self.model.scores(batch.x), batch.labels)
    }

    fn losses(output: &ClassificationOutput) -> Tensor<1> {
        output.loss.clone()
    }

    fn predictions(output: &ClassificationOutput) -> Tensor<2> {
        output.output.clone()
    }
}

/// Percent of the rows of a table that `model` (without autodiff) classifies rightly.
pub fn accuracy<M: RowClassifier>(model: &M, table: &Table, device: &Device) -> Result<f64, Error> {
    let RowBatch { x, labels } = RowBatch::of(table, device);
    let predicted: Tensor<1, Int> = model.scores(x).argmax(1).squeeze_dim(1);
    Ok(100.0 * predicted.equal(labels).float().mean().try_into_scalar::<f64>()?)
}

/// All rows, several times an epoch.
pub struct WholeTable {
    table: Table,
    steps: usize,
}

impl WholeTable {
    /// The rows of a table, `steps` times an epoch.
    pub fn new(table: Table, steps: usize) -> Arc<Self> {
        Arc::new(Self { table, steps })
    }
}

impl BatchSource for WholeTable {
    type Host = ();
    type Batch = RowBatch;

    fn num_samples(&self) -> usize {
        self.steps
    }

    fn assemble(&self, _epoch: u64, _batch: usize, _samples: &[usize]) {}

    fn upload(&self, (): (), device: &Device) -> RowBatch {
        RowBatch::of(&self.table, device)
    }
}
