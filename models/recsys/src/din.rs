//! Deep Interest Network (arXiv 1706.06978): the user's past as the candidate item sees it, beside everything else that is known, under a
//! plain network. With another pooling it is the paper's base model.

use burn::{
    config::Config,
    module::Module,
    tensor::{Device, Tensor},
};
use pyrarium_layers::{
    ClickModel, ConfigError, Features, FieldEmbedding, HiddenActivation, HiddenConfig, MlpBlock,
    MlpBlockConfig,
};

use crate::{InputConfig, InputLayer, InputSpec, InterestConfig, Pooling};

/// Configuration of a [`Din`].
#[derive(Config, Debug, PartialEq)]
pub struct DinConfig {
    /// The columns, with at least one sequence.
    pub input: InputSpec,
    /// Numbers in an embedding.
    #[config(default = 8)]
    pub embedding_dim: usize,
    /// How a sequence becomes one item; `Mean` or `Sum` make the base model.
    #[config(default = "Pooling::Attention")]
    pub pooling: Pooling,
    /// The local activation units.
    #[config(default = "InterestConfig::new()")]
    pub interest: InterestConfig,
    /// Widths of the hidden layers of the head.
    #[config(default = "vec![200, 80]")]
    pub head: Vec<usize>,
    /// What stands behind each of them.
    #[config(default = "HiddenConfig::new().with_activation(HiddenActivation::Dice)")]
    pub hidden: HiddenConfig,
    /// Standard deviation of the initial embeddings.
    #[config(default = 1e-4)]
    pub init_std: f64,
}

impl DinConfig {
    /// The same with this activation in the units and in the head.
    pub fn with_activation(mut self, activation: HiddenActivation) -> Self {
        self.interest.activation = activation;
        self.hidden.activation = activation;
        self
    }

    fn inputs(&self) -> InputConfig {
        InputConfig::new(self.input.clone(), self.embedding_dim)
            .with_pooling(self.pooling)
            .with_interest(self.interest.clone())
            .with_init_std(self.init_std)
    }

    fn mlp(&self) -> MlpBlockConfig {
        MlpBlockConfig::new(self.inputs().features(), self.head.clone())
            .with_output(Some(1))
            .with_hidden(self.hidden.clone())
    }

    /// Checks every field.
    ///
    /// # Errors
    ///
    /// If there is no sequence, or a field of the configuration cannot be.
    pub fn validate(&self) -> Result<(), ConfigError> {
        if self.input.sequences.is_empty() {
            return Err(ConfigError::new("sequences", "[]", "at least one sequence of past behaviour"));
        }
        self.inputs().validate()?;
        self.mlp().validate()
    }

    /// The parameters as Burn counts them, running statistics included.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn num_params(&self) -> Result<usize, ConfigError> {
        self.validate()?;
        Ok(self.inputs().num_params()? + self.mlp().num_params()?)
    }

    /// The model: weights Xavier-normal, biases 0.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn init(&self, device: &Device) -> Result<Din, ConfigError> {
        self.validate()?;
        Ok(Din { input: self.inputs().init(device)?, head: self.mlp().init(device)? })
    }
}

/// The model; see [`DinConfig`].
#[derive(Module, Debug)]
pub struct Din {
    /// Embeddings, and the past as the candidate sees it.
    pub input: InputLayer,
    /// From all of them to the logit.
    pub head: MlpBlock,
}

impl Din {
    /// The weight of each past item, `[batch, length]` for each sequence.
    pub fn attention_weights(&self, features: &Features) -> Vec<Tensor<2>> {
        self.input.interests(features).into_iter().map(|(_, weights)| weights).collect()
    }
}

impl ClickModel for Din {
    fn num_tasks(&self) -> usize {
        1
    }

    fn forward(&self, features: &Features) -> Tensor<2> {
        self.head.forward(self.input.flat(features))
    }

    fn embedding(&self) -> &FieldEmbedding {
        &self.input.fields
    }

    fn with_embedding(mut self, embedding: FieldEmbedding) -> Self {
        self.input.fields = embedding;
        self
    }
}
