//! What makes features of the instances of a bag.

use burn::{
    config::Config,
    module::Module,
    nn::{
        Linear, LinearConfig,
        conv::{Conv2d, Conv2dConfig},
        pool::{MaxPool2d, MaxPool2dConfig},
    },
    tensor::{Device, Tensor, activation::relu},
};
use pyrarium_layers::{ConfigError, check_range};
use serde::{Deserialize, Serialize};

/// How instances become features.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum InstancesConfig {
    /// As they are, with this many features.
    Raw(usize),
    /// By a linear layer and ReLU: from this many values to this many features.
    Dense(usize, usize),
    /// Images of 28x28 by two convolutions.
    LeNet(LeNetConfig),
}

impl InstancesConfig {
    /// Values of an instance.
    pub fn inputs(&self) -> usize {
        match self {
            Self::Raw(inputs) | Self::Dense(inputs, _) => *inputs,
            Self::LeNet(_) => SIDE * SIDE,
        }
    }

    /// Features of an instance.
    pub fn features(&self) -> usize {
        match self {
            Self::Raw(features) | Self::Dense(_, features) => *features,
            Self::LeNet(config) => config.features,
        }
    }

    /// The parameters of the encoder.
    pub fn num_params(&self) -> usize {
        match self {
            Self::Raw(_) => 0,
            Self::Dense(inputs, features) => (inputs + 1) * features,
            Self::LeNet(config) => config.num_params(),
        }
    }

    /// The encoder, if there is anything to encode.
    ///
    /// # Errors
    ///
    /// If a size cannot be.
    pub fn init(&self, device: &Device) -> Result<Option<InstanceEncoder>, ConfigError> {
        check_range("instances.inputs", self.inputs(), 1..=1 << 20)?;
        check_range("instances.features", self.features(), 1..=1 << 20)?;
        Ok(match self {
            Self::Raw(_) => None,
            Self::Dense(inputs, features) => {
                Some(InstanceEncoder::Dense(LinearConfig::new(*inputs, *features).init(device)))
            }
            Self::LeNet(config) => Some(InstanceEncoder::LeNet(config.init(device)?)),
        })
    }
}

/// Makes features of instances.
#[derive(Module, Debug)]
#[allow(clippy::large_enum_variant)]
pub enum InstanceEncoder {
    /// A linear layer and ReLU.
    Dense(Linear),
    /// Two convolutions.
    LeNet(LeNet),
}

impl InstanceEncoder {
    /// `[B, S, inputs]` to `[B, S, features]`.
    pub fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        match self {
            Self::Dense(linear) => relu(linear.forward(x)),
            Self::LeNet(net) => {
                let [batch, instances, _] = x.dims();
                let features = net.forward(x.reshape([batch * instances, 1, SIDE, SIDE]));
                let width = features.dims()[1];
                features.reshape([batch, instances, width])
            }
        }
    }
}

/// Rows and columns of an image.
const SIDE: usize = 28;
/// Of a convolution.
const KERNEL: usize = 5;
/// Rows and columns after two convolutions and two poolings.
const LEFT: usize = convolved_and_pooled(convolved_and_pooled(SIDE));

const fn convolved_and_pooled(side: usize) -> usize {
    (side - (KERNEL - 1)) / 2
}

/// Configuration of a [`LeNet`].
#[derive(Config, Debug, PartialEq)]
pub struct LeNetConfig {
    /// Channels after each convolution.
    #[config(default = "[20, 50]")]
    pub channels: [usize; 2],
    /// Features of an image.
    #[config(default = 500)]
    pub features: usize,
}

impl LeNetConfig {
    /// The parameters of the network.
    pub fn num_params(&self) -> usize {
        let [first, second] = self.channels;
        let area = KERNEL * KERNEL;
        (area + 1) * first + (first * area + 1) * second + (second * LEFT * LEFT + 1) * self.features
    }

    /// The network.
    ///
    /// # Errors
    ///
    /// If a size cannot be.
    pub fn init(&self, device: &Device) -> Result<LeNet, ConfigError> {
        let [first, second] = self.channels;
        check_range("channels", first, 1..=1 << 12)?;
        check_range("channels", second, 1..=1 << 12)?;
        let conv = |channels| Conv2dConfig::new(channels, [KERNEL, KERNEL]).init(device);
        Ok(LeNet {
            first: conv([1, first]),
            second: conv([first, second]),
            linear: LinearConfig::new(second * LEFT * LEFT, self.features).init(device),
            pool: MaxPool2dConfig::new([2, 2]).with_strides([2, 2]).init(),
        })
    }
}

/// Convolution of 5x5, ReLU, pooling; again; linear layer, ReLU.
#[derive(Module, Debug)]
pub struct LeNet {
    /// From one channel.
    pub first: Conv2d,
    /// From the first's channels.
    pub second: Conv2d,
    /// To the features.
    pub linear: Linear,
    /// The maximum of 2x2.
    pub pool: MaxPool2d,
}

impl LeNet {
    /// `[N, 1, 28, 28]` to `[N, features]`.
    pub fn forward(&self, images: Tensor<4>) -> Tensor<2> {
        let x = self.pool.forward(relu(self.first.forward(images)));
        let x = self.pool.forward(relu(self.second.forward(x)));
        relu(self.linear.forward(x.flatten(1, 3)))
    }
}
