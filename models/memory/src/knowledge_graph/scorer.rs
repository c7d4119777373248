//! What ranking asks of a model of a knowledge graph.

use burn::{
    module::{Module, ModuleDisplay},
    tensor::{Int, Tensor},
};

/// A model that scores triples; only the order of the scores of one query counts, and the differences where a softmax is taken.
pub trait KgScorer: Module + ModuleDisplay {
    /// The score of every entity as the object of a subject and a predicate.
    ///
    /// # Shapes
    ///
    /// - subjects, predicates: `[batch]`
    /// - output: `[batch, entities]`
    fn tail_scores(&self, subjects: Tensor<1, Int>, predicates: Tensor<1, Int>) -> Tensor<2>;
}
