//! The gated feed-forward layer of LLaMA-like models.

use burn::{
    module::Module,
    nn::Linear,
    tensor::{Device, Tensor, activation::silu},
};

use crate::projection;

/// `down(silu(gate x) * up x)`, without biases.
///
/// "GLU Variants Improve Transformer", arXiv 2002.05202.
#[derive(Module, Debug)]
pub struct SwiGluMlp {
    /// From the features to the gate.
    pub gate: Linear,
    /// From the features to the inside.
    pub up: Linear,
    /// From the inside back to the features.
    pub down: Linear,
}

impl SwiGluMlp {
    /// A layer for `d_model` features with `inner` features inside, weights normal with standard deviation 0.02.
    pub fn new(d_model: usize, inner: usize, device: &Device) -> Self {
        Self {
            gate: projection(d_model, inner, device),
            up: projection(d_model, inner, device),
            down: projection(inner, d_model, device),
        }
    }

    /// `8/3 d_model`, rounded up to a multiple of 256, as flash-linear-attention and LLaMA choose the inner width.
    pub fn default_inner(d_model: usize) -> usize {
        (d_model * 8 / 3).next_multiple_of(256)
    }

    /// `[.., d_model]` to `[.., d_model]`.
    pub fn forward<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        self.down.forward(silu(self.gate.forward(x.clone())) * self.up.forward(x))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seeded;

    #[test]
    fn the_inner_width_is_that_of_the_reference() {
        for (d_model, inner) in [(1, 256), (64, 256), (96, 256), (128, 512), (1024, 2816), (2048, 5632)] {
            assert_eq!(SwiGluMlp::default_inner(d_model), inner);
        }
    }

    #[test]
    fn one_row_by_hand() {
        let device = Device::flex();
        let mlp = seeded::fill_uniform(SwiGluMlp::new(2, 3, &device), 1, 1.0);
        let x = [0.7_f64, -1.3];
        let weight = |linear: &Linear| -> Vec<f64> { linear.weight.to_data().iter::<f64>().collect() };
        let (gate, up, down) = (weight(&mlp.gate), weight(&mlp.up), weight(&mlp.down));
        let inside: Vec<f64> = (0..3)
            .map(|j| {
                let gate = x[0] * gate[j] + x[1] * gate[3 + j];
                gate / (1.0 + (-gate).exp()) * (x[0] * up[j] + x[1] * up[3 + j])
            })
            .collect();
        let output = mlp.forward(Tensor::<2>::from_data([[0.7_f32, -1.3]], &device)).into_data();
        for (j, value) in output.iter::<f64>().enumerate() {
            let expected: f64 = (0..3).map(|i| inside[i] * down[2 * i + j]).sum();
            assert!((value - expected).abs() < 1e-6, "{value} {expected}");
        }
    }
}
