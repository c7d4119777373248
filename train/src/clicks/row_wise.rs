//! A training step of a click model whose cost depends on the rows of the table that the batch touches, and not on the table.
//!
//! The table is held in host memory. Of each batch its rows `[u, d]` are brought to the device as a leaf of their own, the ids of the batch
//! become positions in them, and their gradient updates the host's rows. All other parameters are updated by Burn's optimizer.

use burn::module::{Module, ModuleMapper, Param};
use burn::optim::decay::WeightDecayConfig;
use burn::optim::{AdamConfig, GradientsParams, ModuleOptimizer, SgdConfig};
use burn::store::ModuleRecord;
use burn::tensor::{Bytes, Device, Tensor, TensorData};
use pyrarium_datasets::tabular::{Encoded, Layout};
use pyrarium_layers::{ClickModel, ConfigError, FieldEmbedding};

use super::batch::{ClickBatch, fields};
use super::penalty::{MiniBatchAwareL2, penalty};
use super::rows::{RowFinder, Touched};
use super::settings::{ClickFit, RowRule};
use super::table::{HostTable, RowUpdate};
use crate::Error;
use crate::workload::{Values, gradients_of};

const BETA_1: f32 = 0.9;
const BETA_2: f32 = 0.999;
const EPSILON: f32 = 1e-8;

/// A click model in training.
pub struct RowWise<M> {
    /// On a device with autodiff, with one row in place of the table.
    network: M,
    /// The embedding of that one row, which knows where the fields begin in the whole table.
    embedding: FieldEmbedding,
    table: HostTable,
    finder: RowFinder,
    optimizer: ModuleOptimizer,
    layout: Layout,
    rate: f64,
    coupled: f32,
    aware: Option<MiniBatchAwareL2>,
    device: Device,
}

impl<M: ClickModel> RowWise<M> {
    /// Takes the table out of `model`, which is on a device with autodiff and made for samples of this layout; `counts` are those of
    /// the training samples ([`Layout::counts`]).
    ///
    /// # Errors
    /// A setting that is outside its range, or a table that is not of the layout.
    pub fn new(model: M, layout: &Layout, counts: &[Vec<u32>], fit: &ClickFit) -> Result<Self, Error> {
        fit.validate()?;
        let whole = model.embedding();
        let (rows, dim) = (whole.num_rows(), whole.dim());
        if rows != layout.num_entries() {
            let allowed = format!("{}, the entries of all vocabularies", layout.num_entries());
            return Err(ConfigError::new("rows of the embedding", rows, allowed).into());
        }
        let device = model.devices().into_iter().next().unwrap_or_default();
        let values = whole.table().try_into_data()?.convert::<f32>().iter::<f32>().collect();
        let aware = match fit.mini_batch_aware_l2 {
            0.0 => None,
            lambda => Some(MiniBatchAwareL2::new(lambda, counts.concat())?),
        };
        let finder = RowFinder::new(layout, whole.offsets(), rows);
        let embedding = with_table(whole.clone(), vec![0.0; dim], dim);
        Ok(Self {
            network: model.with_embedding(embedding.clone()),
            embedding,
            table: HostTable::new(values, dim, row_update(fit.optimizer)),
            finder,
            optimizer: optimizer(fit),
            layout: layout.clone(),
            rate: fit.learning_rate,
            coupled: fit.embedding_l2 as f32,
            aware,
            device,
        })
    }

    /// What the samples are made of.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Forward, backward and update on a batch; returns its loss before the step, without penalties.
    ///
    /// # Errors
    /// When a tensor cannot be read from its device, or a row occurs that no training sample has.
    pub fn step(&mut self, batch: Encoded) -> Result<f64, Error> {
        let Pass { touched, loss, mut gradients, .. } = self.backward(batch)?;
        let of_rows = gradients.remove::<2>(self.embedding.id());
        self.network = self.optimizer.step(self.rate, self.network.clone(), gradients);
        if let Some(of_rows) = of_rows {
            let of_rows = of_rows.try_into_data()?.convert::<f32>();
            let of_rows = of_rows.as_slice::<f32>().map_err(|error| Error::Training(format!("{error:?}")))?;
            let Touched { rows, occurring } = touched;
            let dim = self.table.dim();
            self.table.step(&rows[..occurring], &of_rows[..occurring * dim], self.rate);
        }
        Ok(loss.try_into_scalar::<f64>()?)
    }

    fn backward(&mut self, mut batch: Encoded) -> Result<Pass<M>, Error> {
        let local = fields(&batch.categorical, &self.layout, &self.device);
        let touched = self.finder.compact(&mut batch);
        let shape = [touched.rows.len(), self.table.dim()];
        let rows = TensorData::new(self.table.gather(&touched.rows), shape);
        let embedding = self.embedding.with_rows(Tensor::from_data(rows, &self.device));
        let model = self.network.clone().with_embedding(embedding);
        let mut batch = ClickBatch::upload(&batch, &self.layout, &self.device);
        batch.features.local = Some(local);
        let loss = batch.losses(model.forward(&batch.features)).mean();
        let objective = match self.penalties(&touched)? {
            Some(weights) => loss.clone() + penalty(model.embedding().table(), &weights),
            None => loss.clone(),
        };
        let gradients = GradientsParams::from_grads(objective.backward(), &model);
        Ok(Pass { touched, loss, gradients, model })
    }

    /// The weight of each touched row in the penalty, where there is one.
    fn penalties(&self, touched: &Touched) -> Result<Option<Vec<f32>>, Error> {
        if self.coupled == 0.0 && self.aware.is_none() {
            return Ok(None);
        }
        let mut weights = vec![self.coupled; touched.occurring];
        if let Some(aware) = &self.aware {
            let aware = aware.weights(&touched.rows[..touched.occurring])?;
            weights.iter_mut().zip(aware).for_each(|(weight, aware)| *weight += aware);
        }
        // Rows of padding are not penalised.
        weights.resize(touched.rows.len(), 0.0);
        Ok(Some(weights))
    }

    /// The gradient of the objective with respect to each parameter, that of the table being of the rows that the batch touches.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    pub fn gradients(&mut self, batch: Encoded) -> Result<Vec<Values>, Error> {
        let Pass { gradients, model, .. } = self.backward(batch)?;
        gradients_of(&model, &gradients)
    }

    /// The model as it is now, without autodiff, with the whole table.
    pub fn model(&self) -> M {
        self.assemble(self.network.clone(), self.table.values().to_vec())
    }

    /// What [`restored`](Self::restored) makes a model of: the table and all other parameters.
    ///
    /// # Errors
    /// When a tensor cannot be read from its device.
    pub fn snapshot(&self) -> Result<Snapshot, Error> {
        Ok(Snapshot { table: self.table.values().to_vec(), network: record(&self.network)? })
    }

    /// The model of a snapshot, without autodiff.
    ///
    /// # Errors
    /// What is wrong with the snapshot.
    pub fn restored(&self, snapshot: &Snapshot) -> Result<M, String> {
        let network = load(self.network.clone(), &snapshot.network)?;
        Ok(self.assemble(network, snapshot.table.clone()))
    }

    fn assemble(&self, network: M, table: Vec<f32>) -> M {
        network.with_embedding(with_table(self.embedding.clone(), table, self.table.dim())).valid()
    }

    /// Everything the next step depends on: the table with its moments, the other parameters, the optimizer.
    ///
    /// # Errors
    /// When a tensor cannot be read from its device.
    pub fn state(&self) -> Result<[Vec<u8>; 3], Error> {
        let optimizer = self.optimizer.into_bytes().map_err(|error| Error::Training(error.to_string()))?;
        Ok([self.table.to_bytes(), record(&self.network)?, optimizer.to_vec()])
    }

    /// Goes on from a [`state`](Self::state).
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn restore(&mut self, [table, network, optimizer]: [&[u8]; 3]) -> Result<(), String> {
        self.table.restore(table)?;
        self.network = load(self.network.clone(), network)?;
        let optimizer = self.optimizer.clone().from_bytes(Bytes::from_bytes_vec(optimizer.to_vec()));
        self.optimizer = optimizer.map_err(|error| error.to_string())?;
        Ok(())
    }
}

/// The table and all other parameters.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The table, row-major.
    pub table: Vec<f32>,
    /// The record of all other parameters.
    pub network: Vec<u8>,
}

/// A forward and a backward pass.
struct Pass<M> {
    touched: Touched,
    loss: Tensor<1>,
    gradients: GradientsParams,
    model: M,
}

fn row_update(rule: RowRule) -> RowUpdate {
    match rule {
        RowRule::Adam => RowUpdate::Adam { beta_1: BETA_1, beta_2: BETA_2, epsilon: EPSILON },
        RowRule::Sgd => RowUpdate::Sgd,
    }
}

fn optimizer(fit: &ClickFit) -> ModuleOptimizer {
    let decay = (fit.network_l2 > 0.0).then(|| WeightDecayConfig::new(fit.network_l2 as f32));
    match fit.optimizer {
        RowRule::Adam => AdamConfig::new()
            .with_beta_1(BETA_1)
            .with_beta_2(BETA_2)
            .with_epsilon(EPSILON)
            .with_weight_decay(decay)
            .init(),
        RowRule::Sgd => SgdConfig::new().with_weight_decay(decay).init(),
    }
}

fn record<M: Module>(network: &M) -> Result<Vec<u8>, Error> {
    let bytes = network.clone().into_record().into_bytes();
    bytes.map(|bytes| bytes.to_vec()).map_err(|error| Error::Training(error.to_string()))
}

fn load<M: Module>(network: M, bytes: &[u8]) -> Result<M, String> {
    let record = ModuleRecord::from_bytes(Bytes::from_bytes_vec(bytes.to_vec()));
    record.and_then(|record| network.try_load_record(record)).map_err(|error| error.to_string())
}

/// The embedding with another table of rows of `dim` numbers.
fn with_table(embedding: FieldEmbedding, values: Vec<f32>, dim: usize) -> FieldEmbedding {
    struct Replace(TensorData);
    impl ModuleMapper for Replace {
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            let (id, device) = (param.id, param.lazy_device());
            param.transform_for_load(Tensor::from_data(self.0.clone(), &device), id)
        }
    }
    let rows = values.len() / dim.max(1);
    embedding.map(&mut Replace(TensorData::new(values, [rows, dim])))
}
