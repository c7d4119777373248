//! Which network: FinalMLP or what it is compared with, by the settings of a job.

use burn::tensor::Device;
use pyrarium_datasets::tabular::{self, Layout, PartSizes};
use pyrarium_datasets::tabular_directory;
use pyrarium_layers::{ConfigError, HiddenConfig, impl_names};
use pyrarium_recsys::{
    CtrMlpConfig, FinalMlpConfig, GatesConfig, LogisticRegressionConfig, Model, ModelConfig,
};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::clicks::input_spec;
use crate::clicks::job::ClickNetwork;
use crate::clicks::source::{NamedData, NamedSamples};
use crate::run::Run;

/// The drawn samples of the main job.
pub const BILINEAR: &str = "bilinear-ctr";
/// The real samples.
pub const MOVIELENS: &str = "ml-100k";
/// The other real samples.
pub const ADULT: &str = "adult";

/// Which network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NetworkKind {
    /// Two gated streams and a bilinear fusion.
    #[default]
    FinalMlp,
    /// The sum of two plain networks.
    DualMlp,
    /// One plain network.
    Mlp,
    /// A weight for each entry.
    Logistic,
}

impl_names!(NetworkKind, "model.kind", FinalMlp => "final_mlp", DualMlp => "dual_mlp", Mlp => "mlp", Logistic => "logistic");

/// Settings of a network.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// Which network.
    pub kind: NetworkKind,
    /// Numbers in an embedding.
    pub embedding_dim: usize,
    /// Widths of the hidden layers of each stream or network.
    pub widths: Vec<usize>,
    /// Dropout behind hidden layers.
    pub dropout: f64,
    /// Whether batch normalisation stands before the activations.
    pub batch_norm: bool,
    /// Whether each stream of FinalMLP sees the embeddings through a gate.
    pub gates: bool,
    /// Widths of the hidden layers of the gates.
    pub gate_widths: Vec<usize>,
    /// The fields that the gate of the first stream sees, by name; none is one learnt vector.
    pub context1: Vec<String>,
    /// The same of the second stream.
    pub context2: Vec<String>,
    /// Heads of the fusion.
    pub heads: usize,
}

impl Default for Network {
    /// FinalMLP with embeddings of 8 and streams of 128, 128 that suit tens of thousands of samples.
    fn default() -> Self {
        Self {
            kind: NetworkKind::FinalMlp,
            embedding_dim: 8,
            widths: vec![128, 128],
            dropout: 0.0,
            batch_norm: false,
            gates: true,
            gate_widths: vec![64],
            context1: Vec::new(),
            context2: Vec::new(),
            heads: 1,
        }
    }
}

impl Network {
    /// The model's configuration for samples of a layout.
    ///
    /// # Errors
    /// The name of a context that is no field.
    pub fn config(&self, layout: &Layout) -> Result<ModelConfig, Error> {
        let (input, dim) = (input_spec(layout), self.embedding_dim);
        let hidden = HiddenConfig::new().with_batch_norm(self.batch_norm).with_dropout(self.dropout);
        let plain = |mlps: Vec<Vec<usize>>| {
            let mlps = CtrMlpConfig::new(input_spec(layout), mlps);
            ModelConfig::CtrMlp(mlps.with_embedding_dim(dim).with_hidden(hidden.clone()))
        };
        Ok(match self.kind {
            NetworkKind::DualMlp => plain(vec![self.widths.clone(); 2]),
            NetworkKind::Mlp => plain(vec![self.widths.clone()]),
            NetworkKind::Logistic => ModelConfig::Logistic(LogisticRegressionConfig::new(input)),
            NetworkKind::FinalMlp => {
                let gates = GatesConfig::new()
                    .with_context1(fields(layout, "model.context1", &self.context1)?)
                    .with_context2(fields(layout, "model.context2", &self.context2)?)
                    .with_widths(self.gate_widths.clone());
                let config = FinalMlpConfig::new(input)
                    .with_embedding_dim(dim)
                    .with_mlp1(self.widths.clone())
                    .with_mlp2(self.widths.clone())
                    .with_hidden1(hidden.clone())
                    .with_hidden2(hidden.clone())
                    .with_gates(self.gates.then_some(gates))
                    .with_heads(self.heads);
                ModelConfig::FinalMlp(config)
            }
        })
    }
}

/// The places of fields by their names.
fn fields(layout: &Layout, key: &str, names: &[String]) -> Result<Vec<usize>, ConfigError> {
    let place = |name: &String| {
        let known = || layout.fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>().join(", ");
        let place = layout.fields.iter().position(|field| field.name == *name);
        place.ok_or_else(|| ConfigError::new(key, name, format!("names of fields: {}", known())))
    };
    names.iter().map(place).collect()
}

impl ClickNetwork for Network {
    type Model = Model;
    const SLUG: &'static str = "finalmlp";
    const DATA: &'static [NamedData] = &[
        NamedData { name: BILINEAR, open: bilinear },
        NamedData { name: MOVIELENS, open: movielens },
        NamedData { name: ADULT, open: adult },
    ];

    fn init(&self, layout: &Layout, device: &Device) -> Result<Model, Error> {
        Ok(self.config(layout)?.init(device)?)
    }
}

fn bilinear(_: &Run, seed: u64, samples: usize) -> Result<NamedSamples, Error> {
    let held_out = (samples / 6).max(1);
    let sizes = PartSizes { train: samples, valid: held_out, test: held_out };
    Ok(NamedSamples { data: tabular::bilinear_ctr(sizes, seed)?.data, encoder: None })
}

/// MovieLens-100K below the data directory of the run.
pub fn movielens(run: &Run, _: u64, _: usize) -> Result<NamedSamples, Error> {
    let (encoder, data) = tabular::movielens::finalmlp(&tabular_directory(MOVIELENS, &run.data_dir)?)?;
    Ok(NamedSamples { data, encoder: Some(encoder) })
}

/// Adult below the data directory of the run.
pub fn adult(run: &Run, _: u64, _: usize) -> Result<NamedSamples, Error> {
    let (encoder, data) = tabular::adult(&tabular_directory(ADULT, &run.data_dir)?)?;
    Ok(NamedSamples { data, encoder: Some(encoder) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use pyrarium_datasets::tabular::bilinear_ctr;

    #[test]
    fn each_kind_is_the_network_of_its_name() {
        let sizes = PartSizes { train: 4, valid: 1, test: 1 };
        let layout = bilinear_ctr(sizes, 0).unwrap().data.layout;
        let config = |change: fn(&mut Network)| {
            let mut network = Network { widths: vec![64, 64, 64], ..Network::default() };
            change(&mut network);
            network.config(&layout)
        };
        // 200 rows of 8, then the counts of the paper's code for four fields.
        let parameters = |change| config(change).unwrap().num_params().unwrap() - 200 * 8;
        assert_eq!(parameters(|_| ()), 30_418);
        assert_eq!(parameters(|network| network.heads = 2), 28_370);
        assert_eq!(parameters(|network| network.kind = NetworkKind::DualMlp), 20_994);
        assert_eq!(parameters(|network| network.kind = NetworkKind::Mlp), 10_497);
        assert_eq!(parameters(|network| network.gates = false), 25_090);
        let logistic = config(|network| network.kind = NetworkKind::Logistic).unwrap();
        assert_eq!(logistic.num_params().unwrap(), 201);
        let message = config(|network| network.context2 = vec!["u3".into()]).unwrap_err().to_string();
        assert_eq!(message, "model.context2 = u3: must be names of fields: u1, u2, i1, i2");
    }
}
