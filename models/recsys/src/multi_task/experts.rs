//! Networks side by side, and the mixtures that gates make of what they say.

use burn::{
    module::Module,
    tensor::{Device, Tensor, activation::softmax},
};
use pyrarium_layers::{ConfigError, MlpBlock, MlpBlockConfig};

/// Networks of one shape.
#[derive(Module, Debug)]
pub struct Experts {
    /// The networks.
    pub networks: Vec<MlpBlock>,
}

impl Experts {
    pub(super) fn new(count: usize, config: &MlpBlockConfig, device: &Device) -> Result<Self, ConfigError> {
        Ok(Self { networks: (0..count).map(|_| config.init(device)).collect::<Result<_, _>>()? })
    }

    /// What each of them says: `[batch, inputs]` to `[batch, outputs]` each.
    pub fn forward(&self, x: &Tensor<2>) -> Vec<Tensor<2>> {
        self.networks.iter().map(|network| network.forward(x.clone())).collect()
    }
}

/// The experts' outputs, mixed by the softmax of a gate.
///
/// # Shapes
///
/// - logits: `[batch, experts]`
/// - experts: `[batch, features]` each
/// - output: the mixture `[batch, features]` and the weights `[batch, experts]`
pub fn mix(logits: Tensor<2>, experts: Vec<Tensor<2>>) -> (Tensor<2>, Tensor<2>) {
    let weights = softmax(logits, 1);
    let experts: Tensor<3> = Tensor::stack(experts, 1); // [B, K, D]
    (weights.clone().unsqueeze_dim::<3>(1).matmul(experts).squeeze_dim(1), weights)
}
