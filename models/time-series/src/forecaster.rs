//! TSMixer as a forecaster: one linear layer from the features of all patches of a channel to its future, shared by the channels, and the
//! heads that correct what it says.

use burn::{
    module::Module,
    nn::{Dropout, DropoutConfig, Linear},
    tensor::{Device, Tensor},
};
use pyrarium_layers::{Forecaster, Future, dropout, select_channels};

use crate::{
    ForecastOutput, Predicted, TsMixerConfig, TsMixerModel,
    headed::impl_backbone,
    parts::linear,
    reconcile::{CrossChannelHead, HierarchicalHead, hierarchical_loss},
};

/// A backbone with a head for forecasting; see [`TsMixerConfig::init_forecaster`].
#[derive(Module, Debug)]
pub struct TsMixerForecaster {
    /// The backbone.
    pub model: TsMixerModel,
    /// From the features of a channel, `patches * d_model`, to the parameters of its future values, `horizon` each.
    pub head: Vec<Linear>,
    /// Correction by sums over patches.
    pub hierarchical: Option<HierarchicalHead>,
    /// Correction by other channels.
    pub cross_channel: Option<CrossChannelHead>,
    dropout: Dropout,
}

impl_backbone!(TsMixerForecaster);

impl TsMixerForecaster {
    pub(crate) fn new(config: &TsMixerConfig, device: &Device) -> Self {
        let features = config.num_patches() * config.d_model;
        let projection = |_| linear(features, config.horizon, config.init_std, device);
        Self {
            model: TsMixerModel::new(config, device),
            head: (0..config.output.num_parameters()).map(projection).collect(),
            hierarchical: config.reconcile.hierarchical.then(|| HierarchicalHead::new(config, device)),
            cross_channel: config
                .reconcile
                .cross_channel
                .map(|context| CrossChannelHead::new(config, context, device)),
            dropout: DropoutConfig::new(config.head_dropout).init(),
        }
    }

    /// The expected future: the forecast, or the mean of the predicted distribution.
    ///
    /// # Shapes
    ///
    /// - past: `[batch, context_length, num_channels]`, finite
    /// - observed: 1 where a value of `past` was observed and 0 where it is missing, of the same shape
    /// - output: `[batch, horizon, targets]`
    ///
    /// # Panics
    ///
    /// If the shape is another one; the message has both.
    pub fn forward(&self, past: Tensor<3>, observed: Option<Tensor<3>>) -> Tensor<3> {
        self.predict(past, observed).mean()
    }

    /// The distribution of each future value, `[batch, horizon, targets]`.
    pub fn predict(&self, past: Tensor<3>, observed: Option<Tensor<3>>) -> Predicted<3> {
        self.pass(past, observed).predicted
    }

    fn pass(&self, past: Tensor<3>, observed: Option<Tensor<3>>) -> Pass {
        let config = self.config();
        let all_channels = self.cross_channel.is_some() || config.target_channels.is_some();
        self.model.assert_windows(&past, all_channels);
        let output = self.model.forward(past, observed);
        let features = dropout(&self.dropout, output.hidden.flatten::<3>(2, 3)); // [B, C, P * D]
        let mut unbounded: Vec<Tensor<3>> =
            self.head.iter().map(|head| head.forward(features.clone())).collect();
        let mut sums = None;
        if let (Some(head), [forecast]) = (&self.hierarchical, unbounded.as_mut_slice()) {
            let (refined, predicted) = head.forward(features, forecast.clone());
            *forecast = refined;
            sums = Some(predicted.swap_dims(1, 2));
        }
        let mut unbounded: Vec<Tensor<3>> = unbounded.into_iter().map(|x| x.swap_dims(1, 2)).collect(); // [B, H, C]
        if let (Some(head), [forecast]) = (&self.cross_channel, unbounded.as_mut_slice()) {
            *forecast = head.forward(forecast.clone());
        }
        let (loc, scale) = (output.loc, output.scale);
        let sums = sums.map(|sums| {
            // The sum of as many values as the patch has steps, each scaled and shifted.
            sums * scale.clone() + loc.clone() * config.patch_length as f64
        });
        let targets = |x: Tensor<3>| self.select(x);
        let affine = Some([targets(loc), targets(scale)]);
        let unbounded = unbounded.into_iter().map(targets).collect();
        Pass { predicted: config.output.predicted(unbounded, affine), sums: sums.map(targets) }
    }

    /// The target channels of a tensor with all channels.
    fn select(&self, x: Tensor<3>) -> Tensor<3> {
        match &self.config().target_channels {
            Some(channels) => select_channels(x, channels),
            None => x,
        }
    }
}

/// What one pass gives.
struct Pass {
    predicted: Predicted<3>,
    /// Of the hierarchical head: sums over patches of the horizon, `[batch, horizon / patch_length, targets]`.
    sums: Option<Tensor<3>>,
}

impl Forecaster for TsMixerForecaster {
    fn forecast(&self, past: Tensor<3>, observed: Option<Tensor<3>>) -> Tensor<3> {
        self.forward(past, observed)
    }

    fn context_length(&self) -> usize {
        self.config().context_length
    }

    fn horizon(&self) -> usize {
        self.config().horizon
    }

    fn num_channels(&self) -> usize {
        self.config().num_channels
    }

    fn target_channels(&self) -> Option<Vec<usize>> {
        self.config().target_channels.clone()
    }

    /// The loss is the mean squared error; with the hierarchical head, the terms for its sums are added. A predicted distribution has the
    /// negative log likelihood of a step, summed over the channels, instead, averaged over batch and horizon.
    fn forecast_and_loss(
        &self,
        past: Tensor<3>,
        observed: Option<Tensor<3>>,
        future: Future,
    ) -> (Tensor<3>, Tensor<1>) {
        let config = self.config();
        let future = match &config.target_channels {
            Some(channels) => future.select(channels),
            None => future,
        };
        let Pass { predicted, sums } = self.pass(past, observed);
        let forecast = predicted.mean();
        assert!(
            forecast.dims() == future.values.dims(),
            "a forecast of shape {:?} for a future of shape {:?}",
            forecast.dims(),
            future.values.dims()
        );
        let loss = match (sums, config.output) {
            (Some(sums), _) => hierarchical_loss(forecast.clone(), sums, &future, config.patch_length),
            (None, ForecastOutput::Point) => {
                future.mean_of((forecast.clone() - future.values.clone()).square())
            }
            (None, _) => {
                let targets = forecast.dims()[2] as f64;
                future.mean_of(predicted.loss(future.values.clone())) * targets
            }
        };
        (forecast, loss)
    }
}
