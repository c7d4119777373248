//! Logistic regression over fields, numbers and the mean of past items: one weight for each id.

use burn::{
    config::Config,
    module::{Initializer, Module, Param},
    tensor::{Device, Tensor},
};
use pyrarium_layers::{ClickModel, ConfigError, Features, FieldEmbedding};

use crate::{InputConfig, InputLayer, InputSpec};

/// Configuration of a [`LogisticRegression`].
#[derive(Config, Debug, PartialEq)]
pub struct LogisticRegressionConfig {
    /// The columns.
    pub input: InputSpec,
    /// Standard deviation of the initial weights of ids.
    #[config(default = 1e-4)]
    pub init_std: f64,
}

impl LogisticRegressionConfig {
    fn inputs(&self) -> InputConfig {
        InputConfig::new(self.input.clone(), 1).with_init_std(self.init_std)
    }

    /// The parameters of the model.
    ///
    /// # Errors
    ///
    /// If a column cannot be.
    pub fn num_params(&self) -> Result<usize, ConfigError> {
        Ok(self.inputs().num_params()? + 1)
    }

    /// The model: the bias 0.
    ///
    /// # Errors
    ///
    /// If a column cannot be.
    pub fn init(&self, device: &Device) -> Result<LogisticRegression, ConfigError> {
        let bias = Initializer::Zeros.init([1], device);
        Ok(LogisticRegression { input: self.inputs().init(device)?, bias })
    }
}

/// The model; see [`LogisticRegressionConfig`].
#[derive(Module, Debug)]
pub struct LogisticRegression {
    /// The weights, as embeddings of one number.
    pub input: InputLayer,
    /// Added to their sum, `[1]`.
    pub bias: Param<Tensor<1>>,
}

impl ClickModel for LogisticRegression {
    fn num_tasks(&self) -> usize {
        1
    }

    fn forward(&self, features: &Features) -> Tensor<2> {
        self.input.flat(features).sum_dim(1) + self.bias.val().unsqueeze()
    }

    fn embedding(&self) -> &FieldEmbedding {
        &self.input.fields
    }

    fn with_embedding(mut self, embedding: FieldEmbedding) -> Self {
        self.input.fields = embedding;
        self
    }
}
