//! What a unit passes on.

use burn::tensor::{Tensor, activation::sigmoid};
use pyrarium_layers::impl_names;
use serde::{Deserialize, Serialize};

/// What the weights between layers are multiplied with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// `sigmoid(x)`, as in the papers. At rest every unit passes on 1/2, hence half the sum of its weights, and gradient descent mostly moves
    /// these sums: three weight matrices deep, little is learnt.
    Sigmoid,
    /// `sigmoid(x) - 1/2` (our choice): a unit at rest passes on nothing.
    #[default]
    Centred,
}

impl_names!(Activation, "activation", Sigmoid => "sigmoid", Centred => "centred");

impl Activation {
    /// The activation of each value.
    pub fn forward<const D: usize>(self, x: Tensor<D>) -> Tensor<D> {
        match self {
            Self::Sigmoid => sigmoid(x),
            Self::Centred => sigmoid(x) - 0.5,
        }
    }
}
