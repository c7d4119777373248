//! What classification and regression put on the backbone: the statistics of the scaler, pooling, one linear layer.

use burn::{
    module::Module,
    nn::{Dropout, DropoutConfig, Linear},
    tensor::{Device, Tensor},
};

use pyrarium_layers::dropout;

use crate::{Pooling, Scaling, TsMixerConfig, TsMixerModel, TsMixerOutput, parts::linear};

/// The inside of both pairs of layers is this many times wider.
const EXPANSION: usize = 2;

/// Gives the features back what scaling took: location and scale of the window, through linear layers without activation.
#[derive(Module, Debug)]
pub struct InjectStatistics {
    /// From location and scale.
    pub statistics_up: Linear,
    /// Back to two values.
    pub statistics_down: Linear,
    /// From the features and these two.
    pub features_up: Linear,
    /// Back to the features.
    pub features_down: Linear,
}

impl InjectStatistics {
    fn new(config: &TsMixerConfig, device: &Device) -> Self {
        let (d_model, std) = (config.d_model, config.init_std);
        Self {
            statistics_up: linear(2, 2 * EXPANSION, std, device),
            statistics_down: linear(2 * EXPANSION, 2, std, device),
            features_up: linear(d_model + 2, EXPANSION * d_model, std, device),
            features_down: linear(EXPANSION * d_model, d_model, std, device),
        }
    }

    /// `hidden` of the output, with the statistics in it: `[batch, channels, patches, d_model]`.
    fn forward(&self, output: TsMixerOutput) -> Tensor<4> {
        let [batch, channels, patches, _] = output.hidden.dims();
        let statistics = Tensor::cat(vec![output.loc, output.scale], 1).swap_dims(1, 2); // [B, C, 2]
        let statistics = self.statistics_down.forward(self.statistics_up.forward(statistics));
        let statistics = statistics.unsqueeze_dim::<4>(2).expand([batch, channels, patches, 2]);
        let both = Tensor::cat(vec![output.hidden, statistics], 3);
        self.features_down.forward(self.features_up.forward(both))
    }
}

/// From the features of all channels to a few values.
#[derive(Module, Debug)]
pub struct LinearHead {
    /// The statistics of the scaler, where there is one.
    pub inject: Option<InjectStatistics>,
    /// From the pooled features of all channels to the parameters of the targets.
    pub projections: Vec<Linear>,
    dropout: Dropout,
    #[module(skip)]
    pooling: Pooling,
}

impl LinearHead {
    /// A head with `parameters` values for each target.
    pub(crate) fn new(config: &TsMixerConfig, parameters: usize, device: &Device) -> Self {
        let pooled = if config.pooling == Pooling::None { config.num_patches() } else { 1 };
        let features = config.num_channels * config.d_model * pooled;
        let projection = |_| linear(features, config.num_targets, config.init_std, device);
        Self {
            inject: (config.scaling != Scaling::None).then(|| InjectStatistics::new(config, device)),
            projections: (0..parameters).map(projection).collect(),
            dropout: DropoutConfig::new(config.head_dropout).init(),
            pooling: config.pooling,
        }
    }

    /// The parameters of the targets, `[batch, num_targets]` each, from windows as [`TsMixerModel::forward`] takes them.
    pub fn forward(
        &self,
        model: &TsMixerModel,
        past: Tensor<3>,
        observed: Option<Tensor<3>>,
    ) -> Vec<Tensor<2>> {
        model.assert_windows(&past, true);
        let output = model.forward(past, observed);
        let hidden = match &self.inject {
            Some(inject) => inject.forward(output),
            None => output.hidden,
        };
        let patches = hidden.dims()[2];
        let features: Tensor<2> = match self.pooling {
            // One feature after the other, each with all its patches.
            Pooling::None => hidden.swap_dims(2, 3).flatten(1, 3),
            Pooling::Last => hidden.narrow(2, patches - 1, 1).flatten(1, 3),
            Pooling::Max => hidden.max_dim(2).flatten(1, 3),
            Pooling::Mean => hidden.mean_dim(2).flatten(1, 3),
        };
        let features = dropout(&self.dropout, features);
        self.projections.iter().map(|projection| projection.forward(features.clone())).collect()
    }
}
