//! TSMixer as a classifier of windows.

use burn::{
    module::Module,
    nn::loss::CrossEntropyLossConfig,
    tensor::{Device, Int, Tensor},
};

use crate::{TsMixerConfig, TsMixerModel, headed::impl_backbone, linear_head::LinearHead};

/// A backbone with a head for classification; see [`TsMixerConfig::init_classifier`].
#[derive(Module, Debug)]
pub struct TsMixerForClassification {
    /// The backbone.
    pub model: TsMixerModel,
    /// From features to scores.
    pub head: LinearHead,
}

impl_backbone!(TsMixerForClassification);

impl TsMixerForClassification {
    pub(crate) fn new(config: &TsMixerConfig, device: &Device) -> Self {
        Self { model: TsMixerModel::new(config, device), head: LinearHead::new(config, 1, device) }
    }

    /// Scores of each class, before any softmax.
    ///
    /// # Shapes
    ///
    /// - past, observed: as for [`TsMixerModel::forward`]; the channels are `num_channels`
    /// - output: `[batch, num_targets]`
    pub fn forward(&self, past: Tensor<3>, observed: Option<Tensor<3>>) -> Tensor<2> {
        let mut scores = self.head.forward(&self.model, past, observed);
        scores.swap_remove(0)
    }

    /// The cross entropy of the classes, `[batch]`, averaged.
    pub fn loss(&self, past: Tensor<3>, observed: Option<Tensor<3>>, classes: Tensor<1, Int>) -> Tensor<1> {
        let scores = self.forward(past, observed);
        CrossEntropyLossConfig::new().init(&scores.device()).forward(scores, classes)
    }
}
