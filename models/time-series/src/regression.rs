//! TSMixer as a regressor of windows.

use burn::{
    module::Module,
    tensor::{Device, Tensor, activation::sigmoid},
};
use pyrarium_layers::ConfigError;

use crate::{ForecastOutput, Predicted, TsMixerConfig, TsMixerModel, linear_head::LinearHead};

/// A backbone with a head for regression; see [`TsMixerConfig::init_regressor`].
#[derive(Module, Debug)]
pub struct TsMixerForRegression {
    /// The backbone.
    pub model: TsMixerModel,
    /// From features to the parameters of the targets.
    pub head: LinearHead,
}

impl TsMixerForRegression {
    pub(crate) fn new(config: &TsMixerConfig, device: &Device) -> Self {
        let parameters = config.output.num_parameters();
        Self { model: TsMixerModel::new(config, device), head: LinearHead::new(config, parameters, device) }
    }

    /// The configuration of the model.
    pub fn config(&self) -> &TsMixerConfig {
        self.model.config()
    }

    /// Takes the weights of a pretrained backbone, on the device of this model; the head stays as it is.
    ///
    /// # Errors
    ///
    /// Names a field of the configuration in which the backbones differ.
    pub fn load_backbone(mut self, pretrained: TsMixerModel) -> Result<Self, ConfigError> {
        self.model = self.model.adopt(pretrained)?;
        Ok(self)
    }

    /// Excludes the backbone from training: no gradients, no dropout and no new running statistics in it.
    pub fn freeze_backbone(mut self) -> Self {
        self.model = self.model.freeze();
        self
    }

    /// The expected targets.
    ///
    /// # Shapes
    ///
    /// - past, observed: as for [`TsMixerModel::forward`]; the channels are `num_channels`
    /// - output: `[batch, num_targets]`
    pub fn forward(&self, past: Tensor<3>, observed: Option<Tensor<3>>) -> Tensor<2> {
        self.predict(past, observed).mean()
    }

    /// The distribution of each target; points are brought into `output_range`.
    pub fn predict(&self, past: Tensor<3>, observed: Option<Tensor<3>>) -> Predicted<2> {
        let config = self.config();
        let mut unbounded = self.head.forward(&self.model, past, observed);
        if let (ForecastOutput::Point, Some([low, high])) = (config.output, config.output_range) {
            unbounded = unbounded.into_iter().map(|x| sigmoid(x) * (high - low) + low).collect();
        }
        config.output.predicted(unbounded, None)
    }

    /// The mean squared error; or the negative log likelihood of all targets of a window, averaged over the windows.
    ///
    /// # Shapes
    ///
    /// - targets: `[batch, num_targets]`
    pub fn loss(&self, past: Tensor<3>, observed: Option<Tensor<3>>, targets: Tensor<2>) -> Tensor<1> {
        let losses = self.predict(past, observed).loss(targets);
        match self.config().output {
            ForecastOutput::Point => losses.mean(),
            _ => losses.sum_dim(1).mean(),
        }
    }
}
