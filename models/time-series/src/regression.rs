//! TSMixer as a regressor of windows.

use burn::{
    module::Module,
    tensor::{Device, Tensor, activation::sigmoid},
};

use crate::{
    ForecastOutput, Predicted, TsMixerConfig, TsMixerModel, headed::impl_backbone, linear_head::LinearHead,
};

/// A backbone with a head for regression; see [`TsMixerConfig::init_regressor`].
#[derive(Module, Debug)]
pub struct TsMixerForRegression {
    /// The backbone.
    pub model: TsMixerModel,
    /// From features to the parameters of the targets.
    pub head: LinearHead,
}

impl_backbone!(TsMixerForRegression);

impl TsMixerForRegression {
    pub(crate) fn new(config: &TsMixerConfig, device: &Device) -> Self {
        let parameters = config.output.num_parameters();
        Self { model: TsMixerModel::new(config, device), head: LinearHead::new(config, parameters, device) }
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
