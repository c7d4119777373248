//! What a trainer may ask of a model that labels bags of instances.

use burn::{
    module::{Module, ModuleDisplay},
    tensor::{Bool, Tensor},
};

/// A model that says whether a bag is positive, whatever the order of its instances.
pub trait BagClassifier: Module + ModuleDisplay {
    /// The logit of each bag's being positive.
    ///
    /// # Shapes
    ///
    /// - bags: `[batch, instances, features]`
    /// - padding: `[batch, instances]`, true for instances to ignore, at least one of each bag being false
    /// - output: `[batch]`
    fn score(&self, bags: Tensor<3>, padding: Option<Tensor<2, Bool>>) -> Tensor<1>;
}
