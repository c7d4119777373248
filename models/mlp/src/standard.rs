//! The plain MLP without residual connections, the paper's baseline.
//!
//! "Scaling MLPs: A Tale of Inductive Bias", arXiv 2306.13575, with all widths equal:
//! `z = Lin_in(x)`; for each further layer `z = Lin(act(LN(z)))`; `logits = Lin_out(z)`.

use burn::{
    config::Config,
    module::Module,
    nn::{LayerNorm, LayerNormConfig, Linear, LinearConfig},
    tensor::{Device, Tensor},
};
use pyrarium_layers::{Activation, ConfigError, NormKind, check_range};

use crate::{Block, Network, limits};

/// Configuration of a [`StandardMlp`].
#[derive(Config, Debug, PartialEq)]
pub struct StandardMlpConfig {
    /// Values of one flattened image: channels x height x width.
    pub input_dim: usize,
    /// Outputs of the head.
    pub num_classes: usize,
    /// Features of each layer.
    #[config(default = 1024)]
    pub width: usize,
    /// Layers before the head, the input layer among them.
    #[config(default = 6)]
    pub layers: usize,
    /// Activation before each layer but the first.
    #[config(default = "Activation::Gelu")]
    pub activation: Activation,
}

impl StandardMlpConfig {
    /// Checks every size.
    ///
    /// # Errors
    ///
    /// Names the first field that is zero or too large, its value and its range.
    pub fn validate(&self) -> Result<(), ConfigError> {
        check_range("input_dim", self.input_dim, limits::INPUT_DIM)?;
        check_range("num_classes", self.num_classes, limits::CLASSES)?;
        check_range("width", self.width, limits::WIDTH)?;
        check_range("layers", self.layers, limits::DEPTH)
    }

    /// A network with Burn's default initialisation: every weight and bias of a linear layer uniform
    /// in ±1/sqrt(its inputs), every norm scale 1 and shift 0. The official code uses the same.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn init(&self, device: &Device) -> Result<StandardMlp, ConfigError> {
        self.validate()?;
        let block = || StandardBlock {
            norm: LayerNormConfig::new(self.width).init(device),
            activation: self.activation,
            linear: LinearConfig::new(self.width, self.width).init(device),
        };
        Ok(StandardMlp {
            input: LinearConfig::new(self.input_dim, self.width).init(device),
            blocks: (1..self.layers).map(|_| block()).collect(),
            head: LinearConfig::new(self.width, self.num_classes).init(device),
        })
    }

    /// The parameters of the network, for sizes that pass [`validate`](Self::validate).
    pub fn num_params(&self) -> usize {
        let Self { input_dim, num_classes, width, layers, .. } = *self;
        let block = (width + 1) * width + NormKind::Layer.num_params(width);
        (input_dim + 1) * width + (layers - 1) * block + (width + 1) * num_classes
    }

    /// Multiply-adds of the matrix products in the forward pass of one image.
    ///
    /// Biases, norms and activations are not counted. Training costs three times as much an image
    /// in the paper's accounting, whose counter adds `5 * width` for each norm.
    pub fn flops(&self) -> u64 {
        let Self { input_dim, num_classes, width, layers, .. } = *self;
        (input_dim * width + (layers - 1) * width * width + width * num_classes) as u64
    }
}

/// The plain MLP; see [`StandardMlpConfig`].
pub type StandardMlp = Network<StandardBlock>;

/// One layer of a [`StandardMlp`] after the first: normalise, activate, map.
#[derive(Module, Debug)]
pub struct StandardBlock {
    /// Normalises the output of the layer before.
    pub norm: LayerNorm,
    #[module(skip)]
    activation: Activation,
    /// From width to width.
    pub linear: Linear,
}

impl Block for StandardBlock {
    fn forward(&self, z: Tensor<2>) -> Tensor<2> {
        self.linear.forward(self.activation.forward(self.norm.forward(z)))
    }
}
