//! What the models take: categorical fields, numbers, and sequences of past behaviour, all turned into embeddings of one width.

use burn::{
    config::Config,
    module::{Initializer, Module, Param},
    tensor::{Device, Tensor},
};
use pyrarium_layers::{
    Behaviours, ConfigError, Features, FieldEmbedding, FieldEmbeddingConfig, FieldSpec, check_range,
};
use serde::{Deserialize, Serialize};

use crate::pooling::{InterestConfig, Pooling, SequencePool};

/// The columns of a sample.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputSpec {
    /// The categorical fields.
    pub fields: Vec<FieldSpec>,
    /// How many numbers there are.
    pub num_numeric: usize,
    /// The sequences of past behaviour.
    pub sequences: Vec<SequenceSpec>,
}

/// A sequence of past items. The candidate item that they are compared with is what the sample has in the same fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SequenceSpec {
    /// The field, by index, whose vocabulary each part of an item is from.
    pub fields: Vec<usize>,
    /// The items of the longest sequence.
    pub length: usize,
}

impl InputSpec {
    /// Categorical fields alone.
    pub fn of_fields(fields: Vec<FieldSpec>) -> Self {
        Self { fields, num_numeric: 0, sequences: Vec::new() }
    }

    /// Embeddings of a sample: one for each field, each number and each part of each sequence.
    pub fn num_embeddings(&self) -> usize {
        self.fields.len() + self.num_numeric + self.sequences.iter().map(|s| s.fields.len()).sum::<usize>()
    }

    /// Checks every column.
    ///
    /// # Errors
    ///
    /// If a sequence has no part, no length, or a part from a field that is not there.
    pub fn validate(&self) -> Result<(), ConfigError> {
        for (index, sequence) in self.sequences.iter().enumerate() {
            let key = |part| format!("sequences.{index}.{part}");
            check_range(&key("length"), sequence.length, 1..=1 << 20)?;
            if sequence.fields.is_empty() {
                return Err(ConfigError::new(key("fields"), "[]", "at least one field"));
            }
            if let Some(field) = sequence.fields.iter().find(|&&field| field >= self.fields.len()) {
                let allowed = format!("below the {} fields", self.fields.len());
                return Err(ConfigError::new(key("fields"), field, allowed));
            }
        }
        Ok(())
    }

    /// Refuses features of another make.
    fn check(&self, features: &Features) {
        let numbers = features.numeric.as_ref().map_or(0, |numeric| numeric.dims()[1]);
        assert!(numbers == self.num_numeric, "{numbers} numbers for a model of {}", self.num_numeric);
        let (given, taken) = (features.sequences.len(), self.sequences.len());
        assert!(given == taken, "{given} sequences for a model of {taken}");
        for sequence in &features.sequences {
            let (ids, mask) = (sequence.ids.dims(), sequence.mask.dims());
            let expected = [features.batch(), ids[1]];
            assert!(
                ids[0] == expected[0] && mask == expected,
                "behaviours of shape {ids:?} with a mask of shape {mask:?} in a batch of {}",
                expected[0]
            );
        }
    }
}

/// Configuration of an [`InputLayer`].
#[derive(Config, Debug, PartialEq)]
pub struct InputConfig {
    /// The columns.
    pub spec: InputSpec,
    /// Numbers in an embedding.
    pub embedding_dim: usize,
    /// How a sequence becomes one item.
    #[config(default = "Pooling::Mean")]
    pub pooling: Pooling,
    /// The local activation units, where the pooling is by attention.
    #[config(default = "InterestConfig::new()")]
    pub interest: InterestConfig,
    /// Standard deviation of the initial embeddings of categorical fields; 1e-4 as in FuxiCTR.
    #[config(default = 1e-4)]
    pub init_std: f64,
}

impl InputConfig {
    fn embedding(&self) -> FieldEmbeddingConfig {
        FieldEmbeddingConfig::new(self.spec.fields.clone(), self.embedding_dim).with_init_std(self.init_std)
    }

    /// The widths of the items of each sequence.
    fn items(&self) -> impl Iterator<Item = usize> {
        self.spec.sequences.iter().map(|sequence| sequence.fields.len() * self.embedding_dim)
    }

    /// All embeddings of a sample side by side.
    pub fn features(&self) -> usize {
        self.spec.num_embeddings() * self.embedding_dim
    }

    /// Checks every field.
    ///
    /// # Errors
    ///
    /// Names the first field that cannot be, its value and what is allowed.
    pub fn validate(&self) -> Result<(), ConfigError> {
        self.embedding().validate()?;
        self.spec.validate()?;
        self.items().try_for_each(|dim| self.interest.num_params(self.pooling, dim).map(drop))
    }

    /// The parameters of the layer as Burn counts them.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn num_params(&self) -> Result<usize, ConfigError> {
        self.validate()?;
        let pools = self.items().map(|dim| self.interest.num_params(self.pooling, dim));
        let pools = pools.sum::<Result<usize, _>>()?;
        Ok(self.embedding().num_params()? + self.spec.num_numeric * self.embedding_dim + pools)
    }

    /// The layer: embeddings normal with standard deviation `init_std`, the vectors of numbers Xavier-normal.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn init(&self, device: &Device) -> Result<InputLayer, ConfigError> {
        self.validate()?;
        let (numbers, dim) = (self.spec.num_numeric, self.embedding_dim);
        let xavier = Initializer::XavierNormal { gain: 1.0 };
        let numeric = (numbers > 0).then(|| xavier.init_with([numbers, dim], Some(1), Some(dim), device));
        let pools = self.items().map(|dim| self.interest.init(self.pooling, dim, device));
        Ok(InputLayer {
            fields: self.embedding().init(device)?,
            numeric,
            pools: pools.collect::<Result<_, _>>()?,
            spec: self.spec.clone(),
        })
    }
}

/// From columns to embeddings; see [`InputConfig`].
#[derive(Module, Debug)]
pub struct InputLayer {
    /// The embeddings of categorical fields, which items of sequences share.
    pub fields: FieldEmbedding,
    /// The vector that each number multiplies, `[numbers, d]`.
    pub numeric: Option<Param<Tensor<2>>>,
    /// How each sequence becomes one item.
    pub pools: Vec<SequencePool>,
    #[module(skip)]
    spec: InputSpec,
}

impl InputLayer {
    /// The embeddings of fields, then of numbers, then the pooled parts of sequences.
    ///
    /// # Shapes
    ///
    /// - output: `[batch, embeddings, d]`
    ///
    /// # Panics
    ///
    /// If the features are not those of the specification; the message has both.
    pub fn forward(&self, features: &Features) -> Tensor<3> {
        let fields = self.fields(features);
        let parts = self.pooled(&fields, features).into_iter().map(|(pooled, _)| self.as_embeddings(pooled));
        let plain = self.with_numbers(fields.clone(), features);
        Tensor::cat(std::iter::once(plain).chain(parts).collect(), 1)
    }

    /// The same with the embeddings of a sample side by side, `[batch, embeddings * d]`.
    pub fn flat(&self, features: &Features) -> Tensor<2> {
        self.forward(features).flatten(1, 2)
    }

    /// The embeddings of fields and numbers, `[batch, fields + numbers, d]`.
    pub(crate) fn plain(&self, features: &Features) -> Tensor<3> {
        self.with_numbers(self.fields(features), features)
    }

    /// The pooled items of each sequence `[batch, K * d]`, and the weights of its items `[batch, length]`.
    pub fn interests(&self, features: &Features) -> Vec<(Tensor<2>, Tensor<2>)> {
        self.pooled(&self.fields(features), features)
    }

    /// The candidate that a sequence is compared with, its parts side by side: `[batch, K * d]`.
    pub(crate) fn candidate(&self, fields: &Tensor<3>, sequence: usize) -> Tensor<2> {
        let part = |&field: &usize| fields.clone().narrow(1, field, 1);
        Tensor::cat(self.spec.sequences[sequence].fields.iter().map(part).collect(), 1).flatten(1, 2)
    }

    /// The items of a sequence, their parts side by side: `[batch, length, K * d]`.
    pub(crate) fn items(&self, sequence: usize, behaviours: &Behaviours) -> Tensor<3> {
        self.fields.lookup(&self.spec.sequences[sequence].fields, behaviours.ids.clone())
    }

    /// Parts side by side as embeddings: `[batch, K * d]` to `[batch, K, d]`.
    pub(crate) fn as_embeddings(&self, pooled: Tensor<2>) -> Tensor<3> {
        let ([batch, width], dim) = (pooled.dims(), self.fields.dim());
        pooled.reshape([batch, width / dim, dim])
    }

    fn fields(&self, features: &Features) -> Tensor<3> {
        self.spec.check(features);
        self.fields.forward(features.categorical.clone())
    }

    fn with_numbers(&self, fields: Tensor<3>, features: &Features) -> Tensor<3> {
        match (&self.numeric, &features.numeric) {
            (Some(vectors), Some(numbers)) => {
                let numbers = numbers.clone().unsqueeze_dim::<3>(2) * vectors.val().unsqueeze_dim(0); // [B, N, d]
                Tensor::cat(vec![fields, numbers], 1)
            }
            _ => fields,
        }
    }

    fn pooled(&self, fields: &Tensor<3>, features: &Features) -> Vec<(Tensor<2>, Tensor<2>)> {
        let pool = |(index, (pool, behaviours)): (usize, (&SequencePool, &Behaviours))| {
            let candidate = self.candidate(fields, index);
            pool.forward(candidate, self.items(index, behaviours), behaviours.mask.clone())
        };
        self.pools.iter().zip(&features.sequences).enumerate().map(pool).collect()
    }
}
