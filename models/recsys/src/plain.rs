//! What FinalMLP is compared with: one plain network over the embeddings, and the sum of several (DualMLP, of two).

use burn::{
    config::Config,
    module::Module,
    tensor::{Device, Tensor},
};
use pyrarium_layers::{
    ClickModel, ConfigError, Features, FieldEmbedding, HiddenConfig, MlpBlock, MlpBlockConfig,
};

use crate::{InputConfig, InputLayer, InputSpec, Pooling};

/// Configuration of a [`CtrMlp`].
#[derive(Config, Debug, PartialEq)]
pub struct CtrMlpConfig {
    /// The columns.
    pub input: InputSpec,
    /// The widths of each network, of which there is at least one.
    pub mlps: Vec<Vec<usize>>,
    /// Numbers in an embedding.
    #[config(default = 10)]
    pub embedding_dim: usize,
    /// How a sequence becomes one item, where there are sequences.
    #[config(default = "Pooling::Mean")]
    pub pooling: Pooling,
    /// What stands behind each hidden layer.
    #[config(default = "HiddenConfig::new()")]
    pub hidden: HiddenConfig,
    /// Standard deviation of the initial embeddings.
    #[config(default = 1e-4)]
    pub init_std: f64,
}

impl CtrMlpConfig {
    /// One network.
    pub fn single(input: InputSpec, widths: Vec<usize>) -> Self {
        Self::new(input, vec![widths])
    }

    /// DualMLP: the sum of two networks, by default of the same widths as the streams of FinalMLP.
    pub fn dual(input: InputSpec, mlp1: Vec<usize>, mlp2: Vec<usize>) -> Self {
        Self::new(input, vec![mlp1, mlp2])
    }

    fn inputs(&self) -> InputConfig {
        InputConfig::new(self.input.clone(), self.embedding_dim)
            .with_pooling(self.pooling)
            .with_init_std(self.init_std)
    }

    fn networks(&self) -> impl Iterator<Item = MlpBlockConfig> {
        let features = self.inputs().features();
        self.mlps.iter().map(move |widths| {
            MlpBlockConfig::new(features, widths.clone())
                .with_output(Some(1))
                .with_hidden(self.hidden.clone())
        })
    }

    /// Checks every field.
    ///
    /// # Errors
    ///
    /// If there is no network or one without hidden layer, or another field of the configuration cannot be.
    pub fn validate(&self) -> Result<(), ConfigError> {
        if self.mlps.is_empty() {
            return Err(ConfigError::new("mlps", "[]", "at least one network"));
        }
        if self.mlps.iter().any(Vec::is_empty) {
            return Err(ConfigError::new("mlps", "[[]]", "networks of at least one width"));
        }
        self.inputs().validate()?;
        self.networks().try_for_each(|network| network.validate())
    }

    /// The parameters as Burn counts them, running statistics included.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn num_params(&self) -> Result<usize, ConfigError> {
        self.validate()?;
        let networks = self.networks().map(|network| network.num_params()).sum::<Result<usize, _>>()?;
        Ok(self.inputs().num_params()? + networks)
    }

    /// The model: weights Xavier-normal, biases 0.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn init(&self, device: &Device) -> Result<CtrMlp, ConfigError> {
        self.validate()?;
        Ok(CtrMlp {
            input: self.inputs().init(device)?,
            mlps: self.networks().map(|network| network.init(device)).collect::<Result<_, _>>()?,
        })
    }
}

/// The sum of plain networks; see [`CtrMlpConfig`].
#[derive(Module, Debug)]
pub struct CtrMlp {
    /// From columns to embeddings.
    pub input: InputLayer,
    /// From embeddings to logits, which are added.
    pub mlps: Vec<MlpBlock>,
}

impl ClickModel for CtrMlp {
    fn num_tasks(&self) -> usize {
        1
    }

    fn forward(&self, features: &Features) -> Tensor<2> {
        let flat = self.input.flat(features);
        let logits = self.mlps.iter().map(|mlp| mlp.forward(flat.clone())).collect();
        Tensor::cat(logits, 1).sum_dim(1)
    }

    fn embedding(&self) -> &FieldEmbedding {
        &self.input.fields
    }

    fn with_embedding(mut self, embedding: FieldEmbedding) -> Self {
        self.input.fields = embedding;
        self
    }
}
