//! Weights, inputs and other random numbers drawn on the host from a seed (ChaCha8), hence the same on every backend.
//!
//! Burn's own generator is global to the process and differs from backend to backend, so tests, comparisons between
//! backends and models whose dynamics are random draw from here.

use burn::{
    module::{Module, ModuleMapper, Param},
    tensor::{Shape, Tensor, TensorData},
};
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Random numbers one by one: a pure function of a seed and the number of the stream. Whoever opens a stream of its own
/// for each step can stop and go on at any step.
#[derive(Clone, Debug)]
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// Stream `number` of `seed`, from its beginning.
    pub fn new(seed: u64, number: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(number);
        Self(rng)
    }

    /// Uniform in `[0, 1)`.
    pub fn uniform(&mut self) -> f64 {
        self.0.random()
    }

    /// 1 or -1, equally likely.
    pub fn sign(&mut self) -> i8 {
        if self.0.random::<bool>() { 1 } else { -1 }
    }

    /// Brings the items into a random order, all orders equally likely.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        items.shuffle(&mut self.0);
    }
}

/// 32-bit values drawn uniformly from `[-bound, bound)`: a pure function of the shape, the seed and the bound.
pub fn tensor_data(shape: impl Into<Shape>, seed: u64, bound: f32) -> TensorData {
    draw(&mut ChaCha8Rng::seed_from_u64(seed), shape.into(), bound)
}

/// Replaces every float parameter by values drawn uniformly from `[-bound, bound)`, in module order.
///
/// Identities, devices and gradient settings of the parameters stay, and nothing is drawn from
/// Burn's generator. Running statistics of batch normalisation are no parameters and stay too.
pub fn fill_uniform<M: Module>(module: M, seed: u64, bound: f32) -> M {
    module.map(&mut UniformFill { rng: ChaCha8Rng::seed_from_u64(seed), bound, field: String::new() })
}

fn draw(rng: &mut ChaCha8Rng, shape: Shape, bound: f32) -> TensorData {
    let values: Vec<f32> =
        (0..shape.num_elements()).map(|_| bound * (2.0 * rng.random::<f32>() - 1.0)).collect();
    TensorData::new(values, shape)
}

struct UniformFill {
    rng: ChaCha8Rng,
    bound: f32,
    field: String,
}

impl ModuleMapper for UniformFill {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.field = name.to_string();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if self.field.starts_with("running_") {
            return param;
        }
        let data = draw(&mut self.rng, param.lazy_shape(), self.bound);
        let value = Tensor::from_data(data, &param.lazy_device());
        let id = param.id;
        param.transform_for_load(value, id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NormKind;
    use burn::{
        nn::{Linear, LinearConfig, norm::Normalization},
        tensor::Device,
    };

    fn linear(device: &Device) -> Linear {
        LinearConfig::new(3, 2).init(device)
    }

    #[test]
    fn values_depend_on_the_seed_alone_and_stay_in_bounds() {
        let data = tensor_data([100, 10], 7, 0.5);
        assert_eq!(data, tensor_data([100, 10], 7, 0.5));
        assert_ne!(data, tensor_data([100, 10], 8, 0.5));
        let (low, high) = data.iter::<f32>().fold((0.0_f32, 0.0_f32), |(l, h), v| (l.min(v), h.max(v)));
        assert!((-0.5..-0.49).contains(&low) && (0.49..0.5).contains(&high), "{low} {high}");
    }

    #[test]
    fn the_stream_is_pinned() {
        // A change of these values would silently change every seeded test and comparison.
        let values = tensor_data([3], 0, 1.0).try_to_vec::<f32>().unwrap();
        assert_eq!(values, [0.309_394_24, 0.418_150_78, 0.459_739_69]);
    }

    #[test]
    fn a_stream_depends_on_its_seed_and_its_number() {
        let draw = |seed, number| {
            let mut stream = Stream::new(seed, number);
            (stream.uniform(), stream.uniform())
        };
        assert_eq!(draw(1, 2), draw(1, 2));
        assert!(draw(1, 2) != draw(1, 3) && draw(1, 2) != draw(2, 2));
        let mut stream = Stream::new(0, 0);
        let mut order: Vec<usize> = (0..100).collect();
        stream.shuffle(&mut order);
        assert_ne!(order, (0..100).collect::<Vec<_>>());
        order.sort_unstable();
        assert_eq!(order, (0..100).collect::<Vec<_>>());
        // Standard deviation of the sum of 10,000 signs: 100.
        let sum: i32 = (0..10_000).map(|_| i32::from(stream.sign())).sum();
        assert!(sum.abs() < 300, "{sum}");
    }

    #[test]
    fn a_filled_module_keeps_its_identities_and_its_gradients() {
        let original = linear(&Device::flex().autodiff());
        let filled = fill_uniform(original.clone(), 1, 0.1);
        let again = fill_uniform(linear(&Device::flex()), 1, 0.1);
        assert_eq!(filled.weight.id, original.weight.id);
        assert!(filled.weight.is_require_grad());
        assert_eq!(filled.weight.to_data(), again.weight.to_data());
        let bias = filled.bias.unwrap();
        assert_eq!(bias.to_data(), again.bias.unwrap().to_data());
        assert_ne!(bias.to_data(), tensor_data([2], 1, 0.1), "parameters share one stream");
    }

    #[test]
    fn a_frozen_parameter_stays_frozen() {
        let frozen = fill_uniform(linear(&Device::flex().autodiff()).no_grad(), 1, 0.1);
        assert!(!frozen.weight.is_require_grad());
    }

    #[test]
    fn running_statistics_keep_their_values() {
        let norm = fill_uniform(NormKind::Batch.init(4, &Device::flex()), 1, 0.1);
        let Normalization::Batch(norm) = norm else { panic!("not a batch norm") };
        norm.running_var.value().into_data().assert_eq(&TensorData::from([1.0_f32; 4]), true);
        assert_ne!(norm.gamma.to_data(), TensorData::from([1.0_f32; 4]));
    }
}
