//! The network of the DIN authors' demonstration (zhougr1993/DeepInterestNetwork, read for its sizes; it has no licence). It differs from
//! the paper: scores go through a softmax, hidden units are sigmoids, the user's interest is normalised and projected, and there is a bias
//! of each item. Batch normalisation here keeps running statistics; the original never updated them, which its authors call a mistake.

use burn::{
    config::Config,
    module::{Initializer, Module},
    nn::{BatchNorm, BatchNormConfig, Embedding, EmbeddingConfig, Linear},
    tensor::{Device, Tensor},
};
use pyrarium_layers::{
    ClickModel, ConfigError, Features, FieldEmbedding, HiddenActivation, HiddenConfig, MlpBlock,
    MlpBlockConfig, Normalize, xavier_linear,
};

use crate::{InputConfig, InputLayer, InputSpec, InterestConfig, Pooling};

/// Configuration of a [`DinDemo`].
#[derive(Config, Debug, PartialEq)]
pub struct DinDemoConfig {
    /// The columns: one sequence, whose first part is the item that has a bias. Other fields are not read.
    pub input: InputSpec,
    /// Numbers in an embedding.
    #[config(default = 64)]
    pub embedding_dim: usize,
    /// Widths of the hidden layers of the local activation unit, whose units are sigmoids.
    #[config(default = "vec![80, 40]")]
    pub unit: Vec<usize>,
    /// Widths of the hidden layers of the head.
    #[config(default = "vec![80, 40]")]
    pub head: Vec<usize>,
    /// Their activation: sigmoid, or Dice.
    #[config(default = "HiddenActivation::Sigmoid")]
    pub activation: HiddenActivation,
    /// Standard deviation of the initial embeddings.
    #[config(default = 1e-4)]
    pub init_std: f64,
}

impl DinDemoConfig {
    /// Features of an item, H.
    fn width(&self) -> usize {
        self.input.sequences.first().map_or(0, |sequence| sequence.fields.len()) * self.embedding_dim
    }

    fn inputs(&self) -> InputConfig {
        let scale = (self.width() as f64).powf(-0.5);
        let interest = InterestConfig::new()
            .with_widths(self.unit.clone())
            .with_activation(HiddenActivation::Sigmoid)
            .with_normalize(Normalize::Softmax { scale });
        InputConfig::new(self.input.clone(), self.embedding_dim)
            .with_pooling(Pooling::Attention)
            .with_interest(interest)
            .with_init_std(self.init_std)
    }

    fn mlp(&self) -> MlpBlockConfig {
        let hidden = HiddenConfig::new().with_activation(self.activation);
        MlpBlockConfig::new(3 * self.width(), self.head.clone()).with_output(Some(1)).with_hidden(hidden)
    }

    /// Checks every field.
    ///
    /// # Errors
    ///
    /// If there is not one sequence, there are numbers, or a field of the configuration cannot be.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let sequences = self.input.sequences.len();
        if sequences != 1 {
            return Err(ConfigError::new("sequences", sequences, "one sequence of past behaviour"));
        }
        if self.input.num_numeric > 0 {
            return Err(ConfigError::new(
                "num_numeric",
                self.input.num_numeric,
                "0, since it reads no numbers",
            ));
        }
        self.inputs().validate()?;
        self.mlp().validate()
    }

    /// Items that have a bias.
    fn items(&self) -> usize {
        let field = self.input.sequences.first().and_then(|sequence| sequence.fields.first());
        field.map_or(0, |&field| self.input.fields[field].vocab_size)
    }

    /// The parameters as Burn counts them, running statistics included.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn num_params(&self) -> Result<usize, ConfigError> {
        self.validate()?;
        let h = self.width();
        let norms = 4 * h + 4 * 3 * h;
        Ok(self.inputs().num_params()? + norms + (h + 1) * h + self.mlp().num_params()? + self.items())
    }

    /// The model: weights Xavier-normal, biases 0.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn init(&self, device: &Device) -> Result<DinDemo, ConfigError> {
        self.validate()?;
        let h = self.width();
        let bias = EmbeddingConfig::new(self.items(), 1).with_initializer(Initializer::Zeros);
        Ok(DinDemo {
            input: self.inputs().init(device)?,
            interest_norm: BatchNormConfig::new(h).init(device),
            interest: xavier_linear(h, h, device),
            norm: BatchNormConfig::new(3 * h).init(device),
            head: self.mlp().init(device)?,
            item_bias: bias.init(device),
            item: self.input.sequences[0].fields[0],
        })
    }
}

/// The model; see [`DinDemoConfig`].
#[derive(Module, Debug)]
pub struct DinDemo {
    /// Embeddings, and the past as the candidate sees it.
    pub input: InputLayer,
    /// Of the user's interest.
    pub interest_norm: BatchNorm,
    /// Of the normalised interest.
    pub interest: Linear,
    /// Of interest, candidate and their product.
    pub norm: BatchNorm,
    /// From them to the logit.
    pub head: MlpBlock,
    /// Added to the logit of an item, a table of its own.
    pub item_bias: Embedding,
    item: usize,
}

impl ClickModel for DinDemo {
    fn num_tasks(&self) -> usize {
        1
    }

    fn forward(&self, features: &Features) -> Tensor<2> {
        let candidate = self.input.candidate(&self.input.plain(features), 0); // [B, H]
        let behaviours = &features.sequences[0];
        let (pooled, _) = self.input.pools[0].forward(
            candidate.clone(),
            self.input.items(0, behaviours),
            behaviours.mask.clone(),
        );
        let user = self.interest.forward(self.interest_norm.forward(pooled));
        let x = Tensor::cat(vec![user.clone(), candidate.clone(), user * candidate], 1);
        let bias = self.item_bias.forward(features.local_ids().narrow(1, self.item, 1)).squeeze_dim(2);
        self.head.forward(self.norm.forward(x)) + bias
    }

    fn embedding(&self) -> &FieldEmbedding {
        &self.input.fields
    }

    fn with_embedding(mut self, embedding: FieldEmbedding) -> Self {
        self.input.fields = embedding;
        self
    }
}
