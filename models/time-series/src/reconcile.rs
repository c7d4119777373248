//! The reconciliation heads of the paper (section 4): forecasts corrected by sums over patches, and by other channels.
//!
//! Neither is in transformers. The cross-channel head follows the released `ForecastChannelHeadMixer` of granite-tsfm with zeros around the
//! forecast; no code of the hierarchical head was released, and its form here is that of the paper as far as it is known.

use burn::{
    module::Module,
    nn::Linear,
    tensor::{Device, Tensor},
};
use pyrarium_layers::{Future, observed_mse};

use crate::{
    TsMixerConfig,
    parts::{GatedAttention, linear},
};

/// Adds to each step a linear layer of a gated window of the forecasts of all channels.
#[derive(Module, Debug)]
pub struct CrossChannelHead {
    /// Over the window.
    pub gate: GatedAttention,
    /// From the window to the channels.
    pub linear: Linear,
    context: usize,
}

impl CrossChannelHead {
    /// A head that sees `context` steps before and after each step.
    pub(crate) fn new(config: &TsMixerConfig, context: usize, device: &Device) -> Self {
        let window = config.num_channels * (2 * context + 1);
        Self {
            gate: GatedAttention::new(window, config.init_std, device),
            linear: linear(window, config.num_channels, config.init_std, device),
            context,
        }
    }

    /// `[batch, horizon, channels]` to the same; beyond both ends of the forecast there are zeros.
    pub fn forward(&self, forecast: Tensor<3>) -> Tensor<3> {
        let [batch, horizon, channels] = forecast.dims();
        let windows = if self.context == 0 {
            forecast.clone()
        } else {
            let zeros = Tensor::zeros([batch, self.context, channels], &forecast.device());
            let padded = Tensor::cat(vec![zeros.clone(), forecast.clone(), zeros], 1);
            let steps = (0..=2 * self.context).map(|at| padded.clone().narrow(1, at, horizon));
            Tensor::cat(steps.collect(), 2)
        };
        self.linear.forward(self.gate.forward(windows)) + forecast
    }
}

/// Predicts the sum over each patch of the horizon, and corrects the patch by a linear layer of both, gated.
#[derive(Module, Debug)]
pub struct HierarchicalHead {
    /// From the features of all patches of a channel to the sums.
    pub aggregate: Linear,
    /// Over the steps of a patch and its sum.
    pub gate: GatedAttention,
    /// From these to the steps.
    pub linear: Linear,
    patch_length: usize,
}

impl HierarchicalHead {
    pub(crate) fn new(config: &TsMixerConfig, device: &Device) -> Self {
        let (patch, std) = (config.patch_length, config.init_std);
        let features = config.num_patches() * config.d_model;
        Self {
            aggregate: linear(features, config.horizon / patch, std, device),
            gate: GatedAttention::new(patch + 1, std, device),
            linear: linear(patch + 1, patch, std, device),
            patch_length: patch,
        }
    }

    /// The corrected forecast, and the sums.
    ///
    /// # Shapes
    ///
    /// - features: `[batch, channels, patches * d_model]`
    /// - forecast: `[batch, channels, horizon]`
    /// - output: `[batch, channels, horizon]` and `[batch, channels, horizon / patch_length]`
    pub fn forward(&self, features: Tensor<3>, forecast: Tensor<3>) -> (Tensor<3>, Tensor<3>) {
        let [batch, channels, horizon] = forecast.dims();
        let (patch, patches) = (self.patch_length, horizon / self.patch_length);
        let sums = self.aggregate.forward(features);
        let with_sum = Tensor::cat(
            vec![forecast.reshape([batch, channels, patches, patch]), sums.clone().unsqueeze_dim(3)],
            3,
        );
        let refined = self.linear.forward(self.gate.forward(with_sum));
        (refined.reshape([batch, channels, horizon]), sums)
    }
}

/// The sum over each `patch` steps: `[batch, horizon, channels]` to `[batch, horizon / patch, channels]`.
pub fn patch_sums(series: Tensor<3>, patch: usize) -> Tensor<3> {
    let [batch, horizon, channels] = series.dims();
    let patches = series.reshape([batch, horizon / patch, patch, channels]);
    patches.sum_dim(2).squeeze_dim(2)
}

/// The loss of the hierarchical head: the squared error of the forecast, and, each over `patch^2`, that of the sums, and the disagreement
/// between the sums of the forecast and the predicted ones. A patch with missing values has no sum.
///
/// # Shapes
///
/// - forecast: `[batch, horizon, channels]`
/// - sums: `[batch, horizon / patch, channels]`
pub fn hierarchical_loss(forecast: Tensor<3>, sums: Tensor<3>, future: &Future, patch: usize) -> Tensor<1> {
    let weight = 1.0 / (patch * patch) as f64;
    let future_sums = Future {
        values: patch_sums(future.values.clone(), patch),
        observed: future
            .observed
            .clone()
            .map(|observed| patch_sums(observed, patch).greater_equal_elem(patch as f64 - 0.5).float()),
    };
    let agreement = (patch_sums(forecast.clone(), patch) - sums.clone()).square().mean();
    observed_mse(forecast, future) + (observed_mse(sums, &future_sums) + agreement) * weight
}
