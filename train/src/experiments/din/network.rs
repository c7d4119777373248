//! Which network: DIN or the base model, by the settings of a job.

use burn::tensor::Device;
use pyrarium_datasets::tabular::{self, Layout, PartSizes};
use pyrarium_datasets::tabular_directory;
use pyrarium_layers::{HiddenActivation, HiddenConfig, Normalize};
use pyrarium_recsys::{Din, DinConfig, InterestConfig, Pooling};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::clicks::input_spec;
use crate::clicks::job::ClickNetwork;
use crate::clicks::source::{NamedData, NamedSamples};
use crate::run::Run;

/// The drawn samples of the main job.
pub const MULTI_INTEREST: &str = "multi-interest";
/// The real samples.
pub const MOVIELENS: &str = "ml-100k";

/// Settings of a network.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// `attention` is DIN; `mean` and `sum` are the base model.
    pub pooling: Pooling,
    /// Numbers in an embedding.
    pub embedding_dim: usize,
    /// Widths of the hidden layers of the local activation unit.
    pub unit: Vec<usize>,
    /// Widths of the hidden layers behind the embeddings.
    pub head: Vec<usize>,
    /// What stands behind hidden layers: `dice`, `prelu`, `relu` or `sigmoid`.
    pub activation: HiddenActivation,
    /// Whether the weights of past items go through a softmax, as in the authors' code; in the paper they do not.
    pub softmax: bool,
}

impl Default for Network {
    /// Embeddings of 8 and the paper's unit of 36 under a head that suits tens of thousands of samples.
    fn default() -> Self {
        Self {
            pooling: Pooling::Attention,
            embedding_dim: 8,
            unit: vec![36],
            head: vec![64, 32],
            activation: HiddenActivation::Dice,
            softmax: false,
        }
    }
}

impl Network {
    /// The model's configuration for samples of a layout.
    pub fn config(&self, layout: &Layout) -> DinConfig {
        let items = layout.sequences.iter().map(|sequence| sequence.fields.len()).max().unwrap_or(1);
        let normalize = match self.softmax {
            true => Normalize::Softmax { scale: ((items * self.embedding_dim) as f64).powf(-0.5) },
            false => Normalize::None,
        };
        let interest = InterestConfig::new()
            .with_widths(self.unit.clone())
            .with_activation(self.activation)
            .with_normalize(normalize);
        DinConfig::new(input_spec(layout))
            .with_embedding_dim(self.embedding_dim)
            .with_pooling(self.pooling)
            .with_interest(interest)
            .with_head(self.head.clone())
            .with_hidden(HiddenConfig::new().with_activation(self.activation))
    }
}

impl ClickNetwork for Network {
    type Model = Din;
    const SLUG: &'static str = "din";
    const DATA: &'static [NamedData] = &[
        NamedData { name: MULTI_INTEREST, open: multi_interest },
        NamedData { name: MOVIELENS, open: movielens },
    ];

    fn init(&self, layout: &Layout, device: &Device) -> Result<Din, Error> {
        Ok(self.config(layout).init(device)?)
    }
}

fn multi_interest(_: &Run, seed: u64, samples: usize) -> Result<NamedSamples, Error> {
    let held_out = (samples / 8).max(1);
    let sizes = PartSizes { train: samples, valid: held_out, test: held_out };
    Ok(NamedSamples { data: tabular::multi_interest(sizes, seed)?.data, encoder: None })
}

/// MovieLens-100K below the data directory of the run.
pub fn movielens(run: &Run, _: u64, _: usize) -> Result<NamedSamples, Error> {
    let (encoder, data) = tabular::movielens::din(&tabular_directory(MOVIELENS, &run.data_dir)?)?;
    Ok(NamedSamples { data, encoder: Some(encoder) })
}
