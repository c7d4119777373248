//! Which network: DTRN or a plain multi-task head, by the settings of a job.

use burn::tensor::Device;
use pyrarium_datasets::tabular::{self, Layout, PartSizes};
use pyrarium_datasets::tabular_directory;
use pyrarium_layers::{HiddenActivation, impl_names};
use pyrarium_recsys::{
    Dtrn, DtrnConfig, HeadConfig, InterestAttention, InterestConfig, MmoeConfig, Normalize, PleConfig,
    Pooling, SharedBottomConfig, TaskInterestConfig,
};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::clicks::input_spec;
use crate::clicks::job::ClickNetwork;
use crate::clicks::source::{NamedData, NamedSamples};
use crate::run::Run;

/// The drawn samples of the main job.
pub const CONFLICTING: &str = "conflicting-tasks";
/// The real samples.
pub const MOVIELENS: &str = "ml-100k";

/// What stands on the embeddings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeadKind {
    /// One network under a tower for each task.
    #[default]
    SharedBottom,
    /// Experts that every task mixes with a gate of its own.
    Mmoe,
    /// The same with experts of each task beside the shared ones.
    Ple,
}

impl_names!(HeadKind, "model.head", SharedBottom => "shared_bottom", Mmoe => "mmoe", Ple => "ple");

/// Settings of a network. Without both modules it is the plain head.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// What stands on the embeddings.
    pub head: HeadKind,
    /// Whether behaviour is encoded for each task (TIM).
    pub interest_module: bool,
    /// Whether embeddings are weighed for each task (TRM).
    pub refinement_module: bool,
    /// Numbers in an embedding.
    pub embedding_dim: usize,
    /// How a sequence becomes one item without the interest module: `attention` (of the item in question), `mean` or `sum`.
    pub pooling: Pooling,
    /// Whether the weights of past items go through a softmax, so that they add up to 1; in the interest module they are scaled dot products
    /// then, without a unit.
    pub softmax: bool,
    /// Widths of the hidden layers of the shared network, or of each expert.
    pub widths: Vec<usize>,
    /// Widths of the hidden layers of each task's tower.
    pub tower: Vec<usize>,
    /// Experts: of MMoE all of them, of PLE those of each task and the shared ones, as many each.
    pub experts: usize,
}

impl Default for Network {
    /// DTRN with embeddings of 16 under a shared bottom.
    fn default() -> Self {
        Self {
            head: HeadKind::SharedBottom,
            interest_module: true,
            refinement_module: true,
            embedding_dim: 16,
            pooling: Pooling::Attention,
            softmax: false,
            widths: vec![32, 32],
            tower: vec![32],
            experts: 1,
        }
    }
}

/// Standard deviation of the initial embeddings: with FuxiCTR's 1e-4 the products of a candidate and past items that attention sees
/// begin at 1e-8.
const INIT_STD: f64 = 0.05;

impl Network {
    /// The model's configuration for samples of a layout.
    pub fn config(&self, layout: &Layout) -> DtrnConfig {
        let head = match self.head {
            HeadKind::SharedBottom => HeadConfig::SharedBottom(
                SharedBottomConfig::new().with_bottom(self.widths.clone()).with_tower(self.tower.clone()),
            ),
            HeadKind::Mmoe => HeadConfig::Mmoe(
                MmoeConfig::new()
                    .with_experts(self.experts)
                    .with_expert(self.widths.clone())
                    .with_gate(Vec::new())
                    .with_tower(self.tower.clone()),
            ),
            HeadKind::Ple => HeadConfig::Ple(
                PleConfig::new()
                    .with_shared_experts(self.experts)
                    .with_specific_experts(self.experts)
                    .with_expert(self.widths.clone())
                    .with_gate(Vec::new())
                    .with_tower(self.tower.clone()),
            ),
        };
        let (reading, normalize) = match self.softmax {
            true => {
                let items = layout.sequences.iter().map(|sequence| sequence.fields.len()).max().unwrap_or(1);
                let scale = ((items * self.embedding_dim) as f64).powf(-0.5);
                (InterestAttention::DotProduct, Normalize::Softmax { scale })
            }
            false => (InterestAttention::Unit, Normalize::None),
        };
        let unit = InterestConfig::new().with_activation(HiddenActivation::Relu).with_normalize(normalize);
        DtrnConfig::new(input_spec(layout), layout.tasks.len())
            .with_head(head)
            .with_embedding_dim(self.embedding_dim)
            .with_use_tim(self.interest_module)
            .with_tim(TaskInterestConfig::new().with_attention(reading))
            .with_use_trm(self.refinement_module)
            .with_pooling(self.pooling)
            .with_interest(unit)
            .with_init_std(INIT_STD)
    }
}

impl ClickNetwork for Network {
    type Model = Dtrn;
    const SLUG: &'static str = "dtrn";
    const DATA: &'static [NamedData] =
        &[NamedData { name: CONFLICTING, open: conflicting }, NamedData { name: MOVIELENS, open: movielens }];

    fn init(&self, layout: &Layout, device: &Device) -> Result<Dtrn, Error> {
        Ok(self.config(layout).init(device)?)
    }
}

fn conflicting(_: &Run, seed: u64, samples: usize) -> Result<NamedSamples, Error> {
    let held_out = (samples / 8).max(1);
    let sizes = PartSizes { train: samples, valid: held_out, test: held_out };
    Ok(NamedSamples { data: tabular::conflicting_tasks(0, sizes, seed)?.data, encoder: None })
}

/// MovieLens-100K below the data directory of the run.
pub fn movielens(run: &Run, _: u64, _: usize) -> Result<NamedSamples, Error> {
    let (encoder, data) = tabular::movielens::dtrn(&tabular_directory(MOVIELENS, &run.data_dir)?)?;
    Ok(NamedSamples { data, encoder: Some(encoder) })
}
