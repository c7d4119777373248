//! Masked pretraining: patches are hidden, and a linear layer restores their scaled values.

use burn::{
    module::Module,
    nn::{Dropout, DropoutConfig, Linear},
    tensor::{Device, Tensor},
};

use pyrarium_layers::dropout;

use crate::{TsMixerConfig, TsMixerModel, TsMixerOutput, headed::impl_backbone, parts::linear};

/// A backbone with the head that restores masked patches; see [`TsMixerConfig::init_pretraining`].
#[derive(Module, Debug)]
pub struct TsMixerForPretraining {
    /// The backbone.
    pub model: TsMixerModel,
    /// From the features of a patch to its steps.
    pub head: Linear,
    dropout: Dropout,
}

impl_backbone!(TsMixerForPretraining);

impl TsMixerForPretraining {
    pub(crate) fn new(config: &TsMixerConfig, device: &Device) -> Self {
        Self {
            model: TsMixerModel::new(config, device),
            head: linear(config.d_model, config.patch_length, config.init_std, device),
            dropout: DropoutConfig::new(config.head_dropout).init(),
        }
    }

    /// The scaled values of every patch.
    ///
    /// # Shapes
    ///
    /// - past, observed: as for [`TsMixerModel::forward`]
    /// - mask: 1 where a patch is hidden and 0 elsewhere, `[batch, channels, patches]`; [`MaskConfig::draw`](crate::MaskConfig::draw)
    ///   makes one
    /// - output: `[batch, channels, patches, patch_length]`
    pub fn forward(&self, past: Tensor<3>, observed: Option<Tensor<3>>, mask: Tensor<3>) -> Tensor<4> {
        self.pass(past, observed, mask).1
    }

    /// The mean squared error of the masked patches, or of all where the configuration says so.
    ///
    /// # Shapes
    ///
    /// As for [`forward`](Self::forward).
    pub fn loss(&self, past: Tensor<3>, observed: Option<Tensor<3>>, mask: Tensor<3>) -> Tensor<1> {
        let (output, restored) = self.pass(past, observed, mask.clone());
        let errors = (restored - output.patches).square();
        if !self.config().mask.masked_loss {
            return errors.mean();
        }
        let by_patch = errors.mean_dim(3).squeeze_dim::<3>(3);
        (by_patch * mask.clone()).sum() / (mask.sum() + 1e-10)
    }

    fn pass(
        &self,
        past: Tensor<3>,
        observed: Option<Tensor<3>>,
        mask: Tensor<3>,
    ) -> (TsMixerOutput, Tensor<4>) {
        let output = self.model.forward_masked(past, observed, mask);
        let restored = self.head.forward(dropout(&self.dropout, output.hidden.clone()));
        (output, restored)
    }
}
