//! DTRN: task-specific interests, task-specific weights of embeddings, and any multi-task head.

use burn::{
    config::Config,
    module::Module,
    tensor::{Device, Tensor},
};
use pyrarium_layers::{
    ClickModel, ConfigError, FeatureRefine, FeatureRefineConfig, Features, FieldEmbedding,
};

use super::{TaskInterest, TaskInterestConfig, interest::InterestSizes};
use crate::{
    Head, HeadConfig, InputConfig, InputLayer, InputSpec, InterestConfig, Pooling, SharedBottomConfig,
    TaskInputs,
};

/// Configuration of a [`Dtrn`]. Without both modules it is the plain head, [`MultiTask`](crate::MultiTask).
#[derive(Config, Debug, PartialEq)]
pub struct DtrnConfig {
    /// The columns.
    pub input: InputSpec,
    /// Tasks, at least one.
    pub tasks: usize,
    /// From the tasks' representations to logits.
    #[config(default = "HeadConfig::SharedBottom(SharedBottomConfig::new())")]
    pub head: HeadConfig,
    /// Numbers in an embedding.
    #[config(default = 16)]
    pub embedding_dim: usize,
    /// Whether behaviour is encoded for each task (the interest module, TIM).
    #[config(default = true)]
    pub use_tim: bool,
    /// Whether embeddings are weighted for each task (the refinement module, TRM).
    #[config(default = true)]
    pub use_trm: bool,
    /// The interest module.
    #[config(default = "TaskInterestConfig::new()")]
    pub tim: TaskInterestConfig,
    /// The hidden layer of the refinement has as many units as there are embeddings, divided by this.
    #[config(default = 4)]
    pub reduction: usize,
    /// Whether the weights of the refinement are `2 sigmoid` instead of `sigmoid`.
    #[config(default = true)]
    pub doubled: bool,
    /// How a sequence becomes one item without the interest module.
    #[config(default = "Pooling::Mean")]
    pub pooling: Pooling,
    /// The local activation units, where that pooling is by attention.
    #[config(default = "InterestConfig::new()")]
    pub interest: InterestConfig,
    /// Standard deviation of the initial embeddings.
    #[config(default = 1e-4)]
    pub init_std: f64,
}

impl DtrnConfig {
    fn inputs(&self) -> InputConfig {
        // The interest module takes the place of the pooling, which then needs no parameters.
        let pooling = if self.use_tim { Pooling::Mean } else { self.pooling };
        InputConfig::new(self.input.clone(), self.embedding_dim)
            .with_pooling(pooling)
            .with_interest(self.interest.clone())
            .with_init_std(self.init_std)
    }

    fn sizes(&self) -> InterestSizes {
        let sequences = &self.input.sequences;
        InterestSizes {
            tasks: self.tasks,
            behaviours: sequences.len(),
            dim: sequences.first().map_or(0, |sequence| sequence.fields.len()) * self.embedding_dim,
            length: sequences.iter().map(|sequence| sequence.length).max().unwrap_or(0),
        }
    }

    fn refinement(&self) -> FeatureRefineConfig {
        FeatureRefineConfig::new(self.input.num_embeddings(), self.embedding_dim)
            .with_reduction(self.reduction)
            .with_doubled(self.doubled)
    }

    /// Checks every field.
    ///
    /// # Errors
    ///
    /// If the interest module has no sequences or some whose items differ in their number of parts, or another field cannot be.
    pub fn validate(&self) -> Result<(), ConfigError> {
        self.inputs().validate()?;
        self.head.validate(self.inputs().features(), self.tasks)?;
        if self.use_trm {
            self.refinement().validate()?;
        }
        if !self.use_tim {
            return Ok(());
        }
        let Some(first) = self.input.sequences.first() else {
            return Err(ConfigError::new("sequences", "[]", "at least one for the interest module"));
        };
        let parts = first.fields.len();
        if let Some(other) = self.input.sequences.iter().find(|sequence| sequence.fields.len() != parts) {
            let allowed = format!("{parts} as in the first sequence, for the interest module");
            return Err(ConfigError::new("sequences.fields", other.fields.len(), allowed));
        }
        self.tim.validate(self.sizes())
    }

    /// The parameters as Burn counts them, running statistics included.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn num_params(&self) -> Result<usize, ConfigError> {
        self.validate()?;
        let inputs = self.inputs();
        let tim = if self.use_tim { self.tim.num_params(self.sizes())? } else { 0 };
        let trm = if self.use_trm { self.tasks * self.refinement().num_params()? } else { 0 };
        Ok(inputs.num_params()? + tim + trm + self.head.num_params(inputs.features(), self.tasks)?)
    }

    /// The model: weights Xavier-normal, biases 0, layer norms ordinary.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn init(&self, device: &Device) -> Result<Dtrn, ConfigError> {
        self.validate()?;
        let inputs = self.inputs();
        let refinements = if self.use_trm { self.tasks } else { 0 };
        let refinement = self.refinement();
        Ok(Dtrn {
            input: inputs.init(device)?,
            interest: if self.use_tim { Some(self.tim.init(self.sizes(), device)?) } else { None },
            refinements: (0..refinements).map(|_| refinement.init(device)).collect::<Result<_, _>>()?,
            head: self.head.init(inputs.features(), self.tasks, device)?,
        })
    }
}

/// The model; see [`DtrnConfig`].
#[derive(Module, Debug)]
pub struct Dtrn {
    /// From columns to embeddings.
    pub input: InputLayer,
    /// Encodes behaviour for each task.
    pub interest: Option<TaskInterest>,
    /// Weighs the embeddings of each task, or nothing does.
    pub refinements: Vec<FeatureRefine>,
    /// From the tasks' representations to logits.
    pub head: Head,
}

impl Dtrn {
    /// The interest of each task in each sequence, `[tasks, sequences, batch, K * d]`, if there is an interest module.
    pub fn interests(&self, features: &Features) -> Option<Tensor<4>> {
        let plain = self.input.plain(features);
        self.interest.as_ref().map(|interest| self.encode(interest, &plain, features))
    }

    /// The weights that each task gives to the embeddings, `[batch, embeddings]`; none without the refinement module.
    pub fn refinement_weights(&self, features: &Features) -> Vec<Tensor<2>> {
        let embeddings = self.embeddings(features);
        let each = self.refinements.iter().zip(embeddings.iter().cycle());
        each.map(|(refinement, embeddings)| refinement.forward(embeddings.clone()).1).collect()
    }

    fn encode(&self, interest: &TaskInterest, plain: &Tensor<3>, features: &Features) -> Tensor<4> {
        let sequences = features.sequences.iter().enumerate();
        let (items, targets) = sequences
            .map(|(index, behaviours)| {
                let items = (self.input.items(index, behaviours), behaviours.mask.clone());
                (items, self.input.candidate(plain, index))
            })
            .unzip();
        interest.forward(items, targets)
    }

    /// The embeddings `[batch, m, d]` of each task, or those of all tasks.
    fn embeddings(&self, features: &Features) -> Vec<Tensor<3>> {
        let Some(interest) = &self.interest else {
            return vec![self.input.forward(features)];
        };
        let plain = self.input.plain(features);
        let interests = self.encode(interest, &plain, features);
        let [tasks, kinds, batch, width] = interests.dims();
        let dim = plain.dims()[2];
        let of_task = |task: usize| {
            let own = interests.clone().narrow(0, task, 1).reshape([kinds, batch, width]).swap_dims(0, 1);
            Tensor::cat(vec![plain.clone(), own.reshape([batch, kinds * width / dim, dim])], 1)
        };
        (0..tasks).map(of_task).collect()
    }
}

impl ClickModel for Dtrn {
    fn num_tasks(&self) -> usize {
        self.head.tasks()
    }

    fn forward(&self, features: &Features) -> Tensor<2> {
        let embeddings = self.embeddings(features);
        let flat = |x: Tensor<3>| x.flatten::<2>(1, 2);
        let inputs = if self.refinements.is_empty() {
            match <[Tensor<3>; 1]>::try_from(embeddings) {
                Ok([shared]) => TaskInputs::Shared(flat(shared)),
                Err(each) => TaskInputs::PerTask(each.into_iter().map(flat).collect()),
            }
        } else {
            let each = self.refinements.iter().zip(embeddings.into_iter().cycle());
            TaskInputs::PerTask(each.map(|(refinement, x)| flat(refinement.forward(x).0)).collect())
        };
        self.head.forward(&inputs)
    }

    fn embedding(&self) -> &FieldEmbedding {
        &self.input.fields
    }

    fn with_embedding(mut self, embedding: FieldEmbedding) -> Self {
        self.input.fields = embedding;
        self
    }
}
