//! The feature gate of FinalMLP ("FinalMLP: An Enhanced Two-Stream MLP Model for CTR Prediction", arXiv 2304.00902): a stream sees the
//! features times `2 sigmoid(MLP(context))`, where the context is one learnt vector or the embeddings of some fields.

use burn::{
    config::Config,
    module::{Initializer, Module, Param},
    tensor::{Device, Int, Tensor, activation::sigmoid},
};

use crate::{
    ConfigError, FieldEmbedding, FieldEmbeddingConfig, FieldSpec, MlpBlock, MlpBlockConfig, check_range,
};

/// Configuration of a [`FeatureGate`].
#[derive(Config, Debug, PartialEq)]
pub struct FeatureGateConfig {
    /// The categorical fields of a sample.
    pub fields: Vec<FieldSpec>,
    /// Numbers in the embedding of a context field.
    pub embedding_dim: usize,
    /// The features that are gated.
    pub features: usize,
    /// The fields, by index, whose embeddings are the context; without any it is one learnt vector, the same for all samples.
    #[config(default = "Vec::new()")]
    pub context: Vec<usize>,
    /// Widths of the hidden layers.
    #[config(default = "vec![64]")]
    pub widths: Vec<usize>,
    /// Standard deviation of the initial embeddings of the context.
    #[config(default = 1e-4)]
    pub init_std: f64,
}

impl FeatureGateConfig {
    fn mlp(&self) -> MlpBlockConfig {
        let input = self.embedding_dim * self.context.len().max(1);
        MlpBlockConfig::new(input, self.widths.clone()).with_output(Some(self.features))
    }

    /// The table of the context fields, which is not that of the model.
    fn embedding(&self) -> FieldEmbeddingConfig {
        let own = |&index: &usize| FieldSpec { shares: None, ..self.fields[index].clone() };
        FieldEmbeddingConfig::new(self.context.iter().map(own).collect(), self.embedding_dim)
            .with_init_std(self.init_std)
    }

    /// Checks every field.
    ///
    /// # Errors
    ///
    /// If a context field is not there, or a size cannot be.
    pub fn validate(&self) -> Result<(), ConfigError> {
        check_range("embedding_dim", self.embedding_dim, 1..=1 << 16)?;
        check_range("features", self.features, 1..=1 << 24)?;
        if let Some(index) = self.context.iter().find(|&&index| index >= self.fields.len()) {
            return Err(ConfigError::new(
                "context",
                index,
                format!("below the {} fields", self.fields.len()),
            ));
        }
        if !self.context.is_empty() {
            self.embedding().validate()?;
        }
        self.mlp().validate()
    }

    /// The parameters of the gate.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn num_params(&self) -> Result<usize, ConfigError> {
        self.validate()?;
        let context =
            if self.context.is_empty() { self.embedding_dim } else { self.embedding().num_params()? };
        Ok(context + self.mlp().num_params()?)
    }

    /// The gate: weights Xavier-normal, biases and the learnt context 0.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn init(&self, device: &Device) -> Result<FeatureGate, ConfigError> {
        self.validate()?;
        let context = if self.context.is_empty() {
            GateContext::Learnt(Initializer::Zeros.init([1, self.embedding_dim], device))
        } else {
            GateContext::Embedded(self.embedding().init(device)?)
        };
        Ok(FeatureGate { context, mlp: self.mlp().init(device)?, fields: self.context.clone() })
    }
}

/// What a gate depends on.
#[derive(Module, Debug)]
pub enum GateContext {
    /// One vector for all samples, `[1, embedding_dim]`.
    Learnt(Param<Tensor<2>>),
    /// The embeddings of the context fields, a table of its own.
    Embedded(FieldEmbedding),
}

/// The gate; see [`FeatureGateConfig`].
#[derive(Module, Debug)]
pub struct FeatureGate {
    /// What it depends on.
    pub context: GateContext,
    /// From the context to the logits of the gate.
    pub mlp: MlpBlock,
    #[module(skip)]
    fields: Vec<usize>,
}

impl FeatureGate {
    /// The factor of each feature, between 0 and 2.
    ///
    /// # Shapes
    ///
    /// - ids: those of all fields, as the fields count them, `[batch, fields]`
    /// - output: `[batch, features]`, or `[1, features]` where the context is the same for all samples
    pub fn gate(&self, ids: &Tensor<2, Int>) -> Tensor<2> {
        let context = match &self.context {
            GateContext::Learnt(vector) => vector.val(),
            GateContext::Embedded(embedding) => {
                let column = |&field: &usize| ids.clone().narrow(1, field, 1);
                embedding.forward(Tensor::cat(self.fields.iter().map(column).collect(), 1)).flatten(1, 2)
            }
        };
        sigmoid(self.mlp.forward(context)) * 2.0
    }

    /// The features times their factors.
    ///
    /// # Shapes
    ///
    /// - ids: as for [`gate`](Self::gate)
    /// - features: `[batch, features]`
    /// - output: `[batch, features]`
    pub fn forward(&self, ids: &Tensor<2, Int>, features: Tensor<2>) -> Tensor<2> {
        features * self.gate(ids)
    }
}
