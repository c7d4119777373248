//! The residual MLP of inverted bottlenecks, the paper's main network.
//!
//! "Scaling MLPs: A Tale of Inductive Bias", arXiv 2306.13575:
//! `z = Lin_in(x)`; for each block `z = z + W_c act(W_e norm(z) + b_e) + b_c`; `logits = Lin_out(z)`.
//! There is no activation after the input layer and no norm before the head.

use burn::{
    config::Config,
    module::Module,
    nn::{Linear, LinearConfig, norm::Normalization},
    tensor::{Device, Tensor},
};
use pyrarium_layers::{Activation, ConfigError, NormKind, check_range};

use crate::{Block, Network, limits};

/// The expansion of the paper's networks, which their names leave out.
pub(crate) const DEFAULT_EXPANSION: usize = 4;

/// Configuration of a [`BottleneckMlp`].
#[derive(Config, Debug, PartialEq)]
pub struct BottleneckMlpConfig {
    /// Values of one flattened image: channels x height x width.
    pub input_dim: usize,
    /// Outputs of the head.
    pub num_classes: usize,
    /// Features of the residual stream (the paper's "Wi").
    #[config(default = 1024)]
    pub width: usize,
    /// Residual blocks (the paper's "B").
    #[config(default = 6)]
    pub blocks: usize,
    /// Features inside a block, in multiples of the width.
    #[config(default = "DEFAULT_EXPANSION")]
    pub expansion: usize,
    /// Normalisation at the start of each block.
    #[config(default = "NormKind::Layer")]
    pub norm: NormKind,
    /// Activation inside each block.
    #[config(default = "Activation::Gelu")]
    pub activation: Activation,
}

impl BottleneckMlpConfig {
    /// The paper's B_6-Wi_512.
    pub fn b6_wi_512(input_dim: usize, num_classes: usize) -> Self {
        Self::new(input_dim, num_classes).with_blocks(6).with_width(512)
    }

    /// The paper's B_12-Wi_512.
    pub fn b12_wi_512(input_dim: usize, num_classes: usize) -> Self {
        Self::new(input_dim, num_classes).with_blocks(12).with_width(512)
    }

    /// The paper's B_6-Wi_1024.
    pub fn b6_wi_1024(input_dim: usize, num_classes: usize) -> Self {
        Self::new(input_dim, num_classes).with_blocks(6).with_width(1024)
    }

    /// The paper's B_12-Wi_1024.
    pub fn b12_wi_1024(input_dim: usize, num_classes: usize) -> Self {
        Self::new(input_dim, num_classes).with_blocks(12).with_width(1024)
    }

    /// Checks every size.
    ///
    /// # Errors
    ///
    /// Names the first field that is zero or too large, its value and its range.
    pub fn validate(&self) -> Result<(), ConfigError> {
        check_range("input_dim", self.input_dim, limits::INPUT_DIM)?;
        check_range("num_classes", self.num_classes, limits::CLASSES)?;
        check_range("width", self.width, limits::WIDTH)?;
        check_range("blocks", self.blocks, limits::DEPTH)?;
        check_range("expansion", self.expansion, limits::EXPANSION)
    }

    /// A network with Burn's default initialisation: every weight and bias of a linear layer uniform
    /// in ±1/sqrt(its inputs), every norm scale 1 and shift 0. The official code uses the same.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn init(&self, device: &Device) -> Result<BottleneckMlp, ConfigError> {
        self.validate()?;
        let inside = self.expansion * self.width;
        let block = || BottleneckBlock {
            norm: self.norm.init(self.width, device),
            expand: LinearConfig::new(self.width, inside).init(device),
            activation: self.activation,
            contract: LinearConfig::new(inside, self.width).init(device),
        };
        Ok(BottleneckMlp {
            input: LinearConfig::new(self.input_dim, self.width).init(device),
            blocks: (0..self.blocks).map(|_| block()).collect(),
            head: LinearConfig::new(self.width, self.num_classes).init(device),
        })
    }

    /// The parameters of the network as Burn counts them, for sizes that pass [`validate`](Self::validate).
    pub fn num_params(&self) -> usize {
        let Self { input_dim, num_classes, width, blocks, expansion, .. } = *self;
        let block = 2 * expansion * width * width + (expansion + 1) * width + self.norm.num_params(width);
        (input_dim + 1) * width + blocks * block + (width + 1) * num_classes
    }

    /// Multiply-adds of the matrix products in the forward pass of one image.
    ///
    /// Biases, norms and activations are not counted. Training costs three times as much an image
    /// in the paper's accounting, whose counter adds `5 * width` for each norm.
    pub fn flops(&self) -> u64 {
        let Self { input_dim, num_classes, width, blocks, expansion, .. } = *self;
        (input_dim * width + blocks * 2 * expansion * width * width + width * num_classes) as u64
    }
}

/// The residual MLP of inverted bottlenecks; see [`BottleneckMlpConfig`].
pub type BottleneckMlp = Network<BottleneckBlock>;

/// A residual block: normalise, expand, activate, contract, add.
#[derive(Module, Debug)]
pub struct BottleneckBlock {
    /// Normalises the input of the block, not the residual stream.
    pub norm: Normalization,
    /// From the width to the inside.
    pub expand: Linear,
    #[module(skip)]
    activation: Activation,
    /// From the inside back to the width.
    pub contract: Linear,
}

impl Block for BottleneckBlock {
    fn forward(&self, z: Tensor<2>) -> Tensor<2> {
        let inside = self.expand.forward(self.norm.forward(z.clone())); // [B, kW]
        z + self.contract.forward(self.activation.forward(inside))
    }
}
