//! SIGNATURES (being filled in)
use std::path::Path;

use pyrarium_datasets::{ClickData, Encoded};
use pyrarium_layers::ClickModel;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::history::History;
use crate::run::Run;

/// The update rule of embedding rows and of all other parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RowRule { Adam, Sgd }

/// How to fit a click model.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClickFit {
    pub epochs: usize,            // default 10
    pub batch_size: usize,        // default 256
    /// Epochs without a better validation AUC (mean over tasks) after which training stops; 0 never stops.
    pub patience: usize,          // default 0
    pub optimizer: RowRule,       // default Adam
    pub learning_rate: f64,       // default 1e-3
    /// Coupled L2 of the embedding rows a batch touches (added to the loss), 0 is none.
    pub embedding_l2: f64,
    /// Mini-batch aware L2 of the embedding rows (DIN), 0 is none.
    pub mini_batch_aware_l2: f64,
    /// Coupled L2 of all other parameters, 0 is none.
    pub network_l2: f64,
}

pub struct ClickFitted<M> {
    /// The model (without autodiff) of the epoch with the best validation AUC.
    pub model: M,
    /// The model (without autodiff) after the last epoch.
    pub last: M,
    /// Counted from 1.
    pub best_epoch: usize,
    /// Split "epoch"; metrics "train loss", "valid loss", "valid AUC" (of several tasks "valid AUC, NAME" and their mean "valid AUC").
    pub history: History,
}

/// `model` is on a device with autodiff (weights::initialise(&run.device.clone().autodiff(), seed, |device| config.init(device))).
pub fn fit_clicks<M: ClickModel + 'static>(run: &Run, data: &ClickData, model: M, fit: &ClickFit, seed: u64, directory: Option<&Path>) -> Result<ClickFitted<M>, Error>;

/// Probabilities n*T of `model` (without autodiff).
pub fn score<M: ClickModel>(model: &M, samples: &Encoded) -> Result<Vec<f32>, Error>;

/// Per task: AUC, log loss, GAUC (NaN without groups).
pub struct TaskScores { pub auc: f64, pub gauc: f64, pub log_loss: f64 }
pub fn evaluate<M: ClickModel>(model: &M, samples: &Encoded) -> Result<Vec<TaskScores>, Error>;

/// The one place where a data layout becomes the models' InputSpec.
pub fn input_spec(layout: &pyrarium_datasets::Layout) -> pyrarium_recsys::InputSpec;

// clicks/job.rs
/// The network settings of a system; `[model]` of its job's settings (serde, deny_unknown_fields).
pub trait ClickNetwork: Clone + Serialize + serde::de::DeserializeOwned {
    type Model: ClickModel + 'static;
    const SLUG: &'static str;
    fn init(&self, layout: &pyrarium_datasets::Layout, device: &burn::tensor::Device) -> Result<Self::Model, Error>;
}
// The registry entry of a system:
//   settings: job::default_settings  (fn() -> settings::to_table(&ClickJob { data: "bilinear-ctr".into(), fit: ..., model: Network::default(), ..ClickJob::new(Network) }))
//   train: clicks::job::train::<Network>, evaluate: clicks::job::evaluate::<Network>, predict: Some(clicks::job::predict::<Network>), passes: EPOCHS ("fit.epochs")

// clicks/task.rs: ClickTask<M> { pub model: M } implements Task with Batch = ClickBatch { features: Features, labels: Tensor<2> [B, T], NaN-free, present: Tensor<2> [B, T] 1 where labelled }
//   ClickBatch::in_turn(&InputSpec, rows, length, tasks, device): ids in turn, for variants and benchmarks
// clicks/workload.rs: row_wise_workload(model: M (no autodiff), batch: HostBatch, device) -> Box<dyn Workload>: forward, and the row-wise training step
