//! What a trainer may ask of a model that predicts clicks, or several such outcomes at once.

use burn::{
    module::{Module, ModuleDisplay},
    tensor::{Int, Tensor},
};

use crate::FieldEmbedding;

/// What a click model is given of a batch of samples.
#[derive(Debug, Clone)]
pub struct Features {
    /// Ids of the categorical fields, `[batch, fields]`.
    pub categorical: Tensor<2, Int>,
    /// Numbers, `[batch, numbers]`, if there are any.
    pub numeric: Option<Tensor<2>>,
    /// Sequences of past behaviour.
    pub sequences: Vec<Behaviours>,
    /// The ids as their fields count them, where `categorical` holds positions in gathered rows instead
    /// (see [`FieldEmbedding::with_rows`]). Models with small tables of their own read these.
    pub local: Option<Tensor<2, Int>>,
}

/// A sequence of past items for each sample, padded to one length.
#[derive(Debug, Clone)]
pub struct Behaviours {
    /// Ids of the K parts of each item, `[batch, length, K]`.
    pub ids: Tensor<3, Int>,
    /// 1 where there is an item, 0 where there is padding, `[batch, length]`.
    pub mask: Tensor<2>,
}

impl Features {
    /// Features whose `categorical` are ids as their fields count them.
    pub fn new(categorical: Tensor<2, Int>, numeric: Option<Tensor<2>>, sequences: Vec<Behaviours>) -> Self {
        Self { categorical, numeric, sequences, local: None }
    }

    /// The ids as their fields count them, `[batch, fields]`.
    pub fn local_ids(&self) -> Tensor<2, Int> {
        self.local.clone().unwrap_or_else(|| self.categorical.clone())
    }

    /// Samples.
    pub fn batch(&self) -> usize {
        self.categorical.dims()[0]
    }
}

/// A model of the probability of one or several outcomes, such as a click and a purchase.
///
/// It is in training where the device has autodiff, as Burn's batch normalisation is.
pub trait ClickModel: Module + ModuleDisplay {
    /// How many outcomes it predicts.
    fn num_tasks(&self) -> usize;

    /// The logit of each outcome's probability, `[batch, tasks]`.
    ///
    /// # Panics
    ///
    /// If the features are not those that the model is made for; the message has both shapes.
    fn forward(&self, features: &Features) -> Tensor<2>;

    /// Its embeddings of categorical fields.
    fn embedding(&self) -> &FieldEmbedding;

    /// The same model with other embeddings of the same fields.
    fn with_embedding(self, embedding: FieldEmbedding) -> Self;
}
