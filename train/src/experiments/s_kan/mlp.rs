//! The baseline of the function fits: a multi-layer perceptron with tanh.

use burn::module::Module;
use burn::nn::{Initializer, Linear, LinearConfig};
use burn::tensor::{Device, Tensor};
use pyrarium_layers::Regressor;

/// Linear layers with tanh between them.
#[derive(Module, Debug)]
pub struct TanhMlp {
    layers: Vec<Linear>,
}

impl TanhMlp {
    /// Layers of these sizes, the weights by Glorot's rule, the biases 0.
    pub fn new(dims: &[usize], device: &Device) -> Self {
        let layer = |dims: &[usize]| {
            let weight = Initializer::XavierNormal { gain: 1.0 };
            let mut linear = LinearConfig::new(dims[0], dims[1]).with_initializer(weight).init(device);
            linear.bias = Some(Initializer::Zeros.init([dims[1]], device));
            linear
        };
        Self { layers: dims.windows(2).map(layer).collect() }
    }

    /// The sizes of a network of this many hidden layers of one width, whose parameters are nearest to `num_params`.
    pub fn matched(inputs: usize, hidden_layers: usize, num_params: usize) -> Vec<usize> {
        let dims = |width: usize| [vec![inputs], vec![width; hidden_layers], vec![1]].concat();
        let distance = |width: usize| count(&dims(width)).abs_diff(num_params);
        let width = (1..=num_params).min_by_key(|&width| distance(width)).unwrap_or(1);
        dims(width)
    }
}

/// Weights and biases of linear layers of these sizes.
pub fn count(dims: &[usize]) -> usize {
    dims.windows(2).map(|dims| (dims[0] + 1) * dims[1]).sum()
}

impl Regressor for TanhMlp {
    fn predict(&self, x: Tensor<2>) -> Tensor<2> {
        let mut layers = self.layers.iter();
        let first = layers.next().map(|layer| layer.forward(x.clone()));
        layers.fold(first.unwrap_or(x), |x, layer| layer.forward(x.tanh()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_size_is_found() {
        // 133 parameters; 137 would be as near.
        assert_eq!(TanhMlp::matched(2, 1, 135), [2, 33, 1]);
        assert_eq!(TanhMlp::matched(2, 2, 135), [2, 9, 9, 1]);
        for hidden_layers in [1, 2] {
            let dims = TanhMlp::matched(4, hidden_layers, 225);
            assert_eq!(TanhMlp::new(&dims, &Device::flex()).num_params(), count(&dims));
        }
    }
}
