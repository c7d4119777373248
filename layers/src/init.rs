//! Initialisation of the layers of language models.

use burn::{
    module::Initializer,
    nn::{Linear, LinearConfig},
    tensor::Device,
};

/// The normal distribution of mean 0 and standard deviation 0.02.
pub fn small_normal() -> Initializer {
    Initializer::Normal { mean: 0.0, std: 0.02 }
}

/// A linear layer without bias, its weights from [`small_normal`].
pub fn projection(inputs: usize, outputs: usize, device: &Device) -> Linear {
    LinearConfig::new(inputs, outputs).with_bias(false).with_initializer(small_normal()).init(device)
}

/// A linear layer whose weights are from [`small_normal`] and whose biases are 0.
pub fn biased_projection(inputs: usize, outputs: usize, device: &Device) -> Linear {
    let bias = Some(Initializer::Zeros.init([outputs], device));
    Linear { bias, ..projection(inputs, outputs, device) }
}

/// A linear layer as FuxiCTR starts one: weights Xavier-normal, biases 0.
pub fn xavier_linear(inputs: usize, outputs: usize, device: &Device) -> Linear {
    let weights = Initializer::XavierNormal { gain: 1.0 };
    let linear = LinearConfig::new(inputs, outputs).with_bias(false).with_initializer(weights).init(device);
    Linear { bias: Some(Initializer::Zeros.init([outputs], device)), ..linear }
}
