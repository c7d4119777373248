//! The exponential moving average of a module's parameters (Polyak averaging with a decay).

use std::any::Any;
use std::collections::VecDeque;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::tensor::Tensor;

/// A copy of `module` with parameters of its own that are not trained: where an average starts.
pub fn detached_copy<M: Module>(module: &M) -> M {
    module.clone().map(&mut Detach)
}

/// Moves each parameter of `average` towards that of `module`: `decay * average + (1 - decay) * module`.
pub fn update<M: Module>(average: M, module: &M, decay: f64) -> M {
    let mut latest = Collect::default();
    module.visit(&mut latest);
    average.map(&mut Blend { latest: latest.0, decay })
}

struct Detach;

impl ModuleMapper for Detach {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        Param::initialized(ParamId::new(), param.val().detach()).set_require_grad(false)
    }
}

/// The tensors of a module in visiting order; their ranks differ, so each is held as `Any`.
#[derive(Default)]
struct Collect(VecDeque<Box<dyn Any>>);

impl ModuleVisitor for Collect {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.0.push_back(Box::new(param.val().detach()));
    }
}

struct Blend {
    latest: VecDeque<Box<dyn Any>>,
    decay: f64,
}

impl ModuleMapper for Blend {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let latest = self.latest.pop_front().and_then(|tensor| tensor.downcast::<Tensor<D>>().ok());
        match latest {
            Some(latest) => param.map(|tensor| {
                (tensor * self.decay + *latest * (1.0 - self.decay)).detach().set_require_grad(false)
            }),
            None => param,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::nn::{Initializer, LinearConfig};
    use burn::tensor::Device;

    #[test]
    fn moves_towards_the_module_by_one_minus_decay() {
        let device = Device::flex().autodiff();
        let constant =
            |value| LinearConfig::new(2, 2).with_initializer(Initializer::Constant { value }).init(&device);
        let average = detached_copy(&constant(1.0));
        let updated = update(update(average, &constant(2.0), 0.9), &constant(2.0), 0.9);
        let weight: Vec<f32> = updated.weight.val().into_data().try_into_vec().unwrap();
        assert!(weight.iter().all(|value| (value - 1.19).abs() < 1e-6), "{weight:?}");
        assert!(!updated.weight.is_require_grad());
    }
}
