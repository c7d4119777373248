//! FinalMLP ("An Enhanced Two-Stream MLP Model for CTR Prediction", arXiv 2304.00902): two plain networks see the same embeddings through
//! gates of their own, and a bilinear layer makes one logit of what they say.

use burn::{
    config::Config,
    module::Module,
    tensor::{Device, Tensor},
};
use pyrarium_layers::{
    BilinearFusion, BilinearFusionConfig, ClickModel, ConfigError, FeatureGate, FeatureGateConfig, Features,
    FieldEmbedding, HiddenConfig, MlpBlock, MlpBlockConfig,
};

use crate::{InputConfig, InputLayer, InputSpec, Pooling};

/// The gates of a [`FinalMlp`].
#[derive(Config, Debug, PartialEq)]
pub struct GatesConfig {
    /// The fields, by index, whose embeddings are the context of the first stream's gate; without any the context is one learnt vector.
    #[config(default = "Vec::new()")]
    pub context1: Vec<usize>,
    /// The same for the second stream.
    #[config(default = "Vec::new()")]
    pub context2: Vec<usize>,
    /// Widths of the hidden layers of the gates.
    #[config(default = "vec![64]")]
    pub widths: Vec<usize>,
}

/// Configuration of a [`FinalMlp`].
#[derive(Config, Debug, PartialEq)]
pub struct FinalMlpConfig {
    /// The columns.
    pub input: InputSpec,
    /// Numbers in an embedding.
    #[config(default = 10)]
    pub embedding_dim: usize,
    /// How a sequence becomes one item, where there are sequences.
    #[config(default = "Pooling::Mean")]
    pub pooling: Pooling,
    /// Widths of the first stream.
    #[config(default = "vec![64, 64, 64]")]
    pub mlp1: Vec<usize>,
    /// Widths of the second stream.
    #[config(default = "vec![64, 64, 64]")]
    pub mlp2: Vec<usize>,
    /// What stands behind each layer of the first stream.
    #[config(default = "HiddenConfig::new()")]
    pub hidden1: HiddenConfig,
    /// What stands behind each layer of the second stream.
    #[config(default = "HiddenConfig::new()")]
    pub hidden2: HiddenConfig,
    /// The gates, or none.
    #[config(default = "Some(GatesConfig::new())")]
    pub gates: Option<GatesConfig>,
    /// Heads of the bilinear fusion; must divide the last width of both streams.
    #[config(default = 1)]
    pub heads: usize,
    /// Standard deviation of the initial embeddings.
    #[config(default = 1e-4)]
    pub init_std: f64,
}

impl FinalMlpConfig {
    fn inputs(&self) -> InputConfig {
        InputConfig::new(self.input.clone(), self.embedding_dim)
            .with_pooling(self.pooling)
            .with_init_std(self.init_std)
    }

    fn streams(&self) -> [MlpBlockConfig; 2] {
        let features = self.inputs().features();
        let stream = |widths: &[usize], hidden: &HiddenConfig| {
            MlpBlockConfig::new(features, widths.to_vec()).with_hidden(hidden.clone())
        };
        [stream(&self.mlp1, &self.hidden1), stream(&self.mlp2, &self.hidden2)]
    }

    fn gate(&self, gates: &GatesConfig, context: &[usize]) -> FeatureGateConfig {
        FeatureGateConfig::new(self.input.fields.clone(), self.embedding_dim, self.inputs().features())
            .with_context(context.to_vec())
            .with_widths(gates.widths.clone())
            .with_init_std(self.init_std)
    }

    /// The gates of both streams, or none.
    fn gates(&self) -> Vec<FeatureGateConfig> {
        let both =
            |gates: &GatesConfig| vec![self.gate(gates, &gates.context1), self.gate(gates, &gates.context2)];
        self.gates.as_ref().map_or_else(Vec::new, both)
    }

    fn fusion(&self) -> BilinearFusionConfig {
        let [first, second] = self.streams();
        BilinearFusionConfig::new(first.outputs(), second.outputs()).with_heads(self.heads)
    }

    /// Checks every field.
    ///
    /// # Errors
    ///
    /// If a stream has no layer, the heads do not divide the streams, or another field of the configuration cannot be.
    pub fn validate(&self) -> Result<(), ConfigError> {
        for (key, widths) in [("mlp1", &self.mlp1), ("mlp2", &self.mlp2)] {
            if widths.is_empty() {
                return Err(ConfigError::new(key, "[]", "at least one width"));
            }
        }
        self.inputs().validate()?;
        self.streams().iter().try_for_each(MlpBlockConfig::validate)?;
        self.gates().iter().try_for_each(FeatureGateConfig::validate)?;
        self.fusion().validate()
    }

    /// The parameters as Burn counts them, running statistics included.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn num_params(&self) -> Result<usize, ConfigError> {
        self.validate()?;
        let [first, second] = self.streams();
        let gates = self.gates().iter().map(FeatureGateConfig::num_params).sum::<Result<usize, _>>()?;
        let streams = first.num_params()? + second.num_params()?;
        Ok(self.inputs().num_params()? + gates + streams + self.fusion().num_params()?)
    }

    /// The model: weights Xavier-normal, biases and learnt contexts 0.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn init(&self, device: &Device) -> Result<FinalMlp, ConfigError> {
        self.validate()?;
        let [first, second] = self.streams();
        Ok(FinalMlp {
            input: self.inputs().init(device)?,
            gates: self.gates().iter().map(|gate| gate.init(device)).collect::<Result<_, _>>()?,
            mlp1: first.init(device)?,
            mlp2: second.init(device)?,
            fusion: self.fusion().init(device)?,
        })
    }
}

/// The model; see [`FinalMlpConfig`].
#[derive(Module, Debug)]
pub struct FinalMlp {
    /// From columns to embeddings.
    pub input: InputLayer,
    /// The gates of both streams, or none.
    pub gates: Vec<FeatureGate>,
    /// The first stream.
    pub mlp1: MlpBlock,
    /// The second stream.
    pub mlp2: MlpBlock,
    /// From what both say to the logit.
    pub fusion: BilinearFusion,
}

impl ClickModel for FinalMlp {
    fn num_tasks(&self) -> usize {
        1
    }

    fn forward(&self, features: &Features) -> Tensor<2> {
        let flat = self.input.flat(features);
        let (x1, x2) = match self.gates.as_slice() {
            [first, second] => {
                let ids = features.local_ids();
                (first.forward(&ids, flat.clone()), second.forward(&ids, flat))
            }
            _ => (flat.clone(), flat),
        };
        self.fusion.forward(self.mlp1.forward(x1), self.mlp2.forward(x2))
    }

    fn embedding(&self) -> &FieldEmbedding {
        &self.input.fields
    }

    fn with_embedding(mut self, embedding: FieldEmbedding) -> Self {
        self.input.fields = embedding;
        self
    }
}
