//! The multi-task baselines: a head over the same embeddings for all tasks.

use burn::{
    config::Config,
    module::Module,
    tensor::{Device, Tensor},
};
use pyrarium_layers::{ClickModel, ConfigError, Features, FieldEmbedding};

use super::{Head, HeadConfig, MmoeConfig, PleConfig, SharedBottomConfig, TaskInputs};
use crate::{InputConfig, InputLayer, InputSpec, InterestConfig, Pooling};

/// Configuration of a [`MultiTask`].
#[derive(Config, Debug, PartialEq)]
pub struct MultiTaskConfig {
    /// The columns.
    pub input: InputSpec,
    /// Tasks, at least one.
    pub tasks: usize,
    /// From embeddings to logits.
    pub head: HeadConfig,
    /// Numbers in an embedding.
    #[config(default = 10)]
    pub embedding_dim: usize,
    /// How a sequence becomes one item, where there are sequences.
    #[config(default = "Pooling::Mean")]
    pub pooling: Pooling,
    /// The local activation units, where the pooling is by attention.
    #[config(default = "InterestConfig::new()")]
    pub interest: InterestConfig,
    /// Standard deviation of the initial embeddings.
    #[config(default = 1e-4)]
    pub init_std: f64,
}

impl MultiTaskConfig {
    /// One network for all tasks, widths 64, 64, 64, under towers of 64.
    pub fn shared_bottom(input: InputSpec, tasks: usize) -> Self {
        Self::new(input, tasks, HeadConfig::SharedBottom(SharedBottomConfig::new()))
    }

    /// Four experts of widths 512, 256, 128.
    pub fn mmoe(input: InputSpec, tasks: usize) -> Self {
        Self::new(input, tasks, HeadConfig::Mmoe(MmoeConfig::new()))
    }

    /// One layer of one shared expert and one of each task.
    pub fn ple(input: InputSpec, tasks: usize) -> Self {
        Self::new(input, tasks, HeadConfig::Ple(PleConfig::new()))
    }

    /// The shared bottom of a single task.
    pub fn single_task(input: InputSpec) -> Self {
        Self::shared_bottom(input, 1)
    }

    fn inputs(&self) -> InputConfig {
        InputConfig::new(self.input.clone(), self.embedding_dim)
            .with_pooling(self.pooling)
            .with_interest(self.interest.clone())
            .with_init_std(self.init_std)
    }

    /// Checks every field.
    ///
    /// # Errors
    ///
    /// Names the first field that cannot be, its value and what is allowed.
    pub fn validate(&self) -> Result<(), ConfigError> {
        self.inputs().validate()?;
        self.head.validate(self.inputs().features(), self.tasks)
    }

    /// The parameters as Burn counts them, running statistics included.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn num_params(&self) -> Result<usize, ConfigError> {
        let inputs = self.inputs();
        Ok(inputs.num_params()? + self.head.num_params(inputs.features(), self.tasks)?)
    }

    /// The model: weights Xavier-normal, biases 0.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn init(&self, device: &Device) -> Result<MultiTask, ConfigError> {
        let inputs = self.inputs();
        Ok(MultiTask {
            input: inputs.init(device)?,
            head: self.head.init(inputs.features(), self.tasks, device)?,
        })
    }
}

/// The model; see [`MultiTaskConfig`].
#[derive(Module, Debug)]
pub struct MultiTask {
    /// From columns to embeddings.
    pub input: InputLayer,
    /// From embeddings to logits.
    pub head: Head,
}

impl ClickModel for MultiTask {
    fn num_tasks(&self) -> usize {
        self.head.tasks()
    }

    fn forward(&self, features: &Features) -> Tensor<2> {
        self.head.forward(&TaskInputs::Shared(self.input.flat(features)))
    }

    fn embedding(&self) -> &FieldEmbedding {
        &self.input.fields
    }

    fn with_embedding(mut self, embedding: FieldEmbedding) -> Self {
        self.input.fields = embedding;
        self
    }
}
