//! Gradient clipping by the norm over all parameters together, as PyTorch's `clip_grad_norm_` (Burn clips each tensor alone).

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::Tensor;

/// Scales all gradients by `min(1, max_norm / norm)`, where `norm` is the L2 norm over all of them.
pub fn clip_by_global_norm<M: Module>(
    module: &M,
    mut gradients: GradientsParams,
    max_norm: f64,
) -> GradientsParams {
    let mut squares = SumOfSquares { gradients: &gradients, total: None };
    module.visit(&mut squares);
    if let Some(total) = squares.total {
        let factor = (total.sqrt() + 1e-6).recip().mul_scalar(max_norm).clamp_max(1.0);
        module.visit(&mut Scale { gradients: &mut gradients, factor });
    }
    gradients
}

struct SumOfSquares<'a> {
    gradients: &'a GradientsParams,
    total: Option<Tensor<1>>,
}

impl ModuleVisitor for SumOfSquares<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = self.gradients.get::<D>(param.id) {
            let square = gradient.square().sum();
            self.total = Some(match self.total.take() {
                Some(total) => total + square,
                None => square,
            });
        }
    }
}

struct Scale<'a> {
    gradients: &'a mut GradientsParams,
    factor: Tensor<1>,
}

impl ModuleVisitor for Scale<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = self.gradients.remove::<D>(param.id) {
            self.gradients.register(param.id, gradient * self.factor.clone().unsqueeze());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::nn::LinearConfig;
    use burn::tensor::Device;

    /// Weight gradient (3, 0) and bias gradient 4: global norm 5.
    fn gradients_of_norm_5(max_norm: f64) -> (Vec<f32>, Vec<f32>) {
        let device = Device::flex().autodiff();
        let layer = LinearConfig::new(2, 1).init(&device);
        let bias = layer.bias.clone().unwrap();
        let x = Tensor::<2>::from_data([[0.75, 0.0]], &device);
        let gradients =
            GradientsParams::from_grads(layer.forward(x).sum().mul_scalar(4.0).backward(), &layer);
        let clipped = clip_by_global_norm(&layer, gradients, max_norm);
        let weight = clipped.get::<2>(layer.weight.id).unwrap().into_data().try_into_vec().unwrap();
        (weight, clipped.get::<1>(bias.id).unwrap().into_data().try_into_vec().unwrap())
    }

    #[test]
    fn a_larger_norm_is_scaled_down_as_a_whole() {
        let (weight, bias) = gradients_of_norm_5(1.0);
        assert!((weight[0] - 0.6).abs() < 1e-6 && weight[1] == 0.0 && (bias[0] - 0.8).abs() < 1e-6);
    }

    #[test]
    fn a_smaller_norm_is_left_alone() {
        assert_eq!(gradients_of_norm_5(10.0), (vec![3.0, 0.0], vec![4.0]));
    }
}
