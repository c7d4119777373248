//! The feature gate, the bilinear fusion and the gate over embeddings: their equations.

use burn::{
    module::{Module, ModuleMapper, Param},
    tensor::{Device, Int, Tensor},
};
use pyrarium_layers::{
    BilinearFusion, BilinearFusionConfig, FeatureGate, FeatureGateConfig, FeatureRefineConfig, seeded,
};

use crate::{distance, fields, random};

/// Sets all parameters to 0.
struct Zeros;

impl ModuleMapper for Zeros {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        param.map(|tensor| tensor.zeros_like())
    }
}

fn gate(context: Vec<usize>, device: &Device) -> FeatureGate {
    let config = FeatureGateConfig::new(fields(), 2, 6).with_context(context).with_widths(vec![5]);
    let gate = config.init(device).unwrap();
    assert_eq!(gate.num_params(), config.num_params().unwrap());
    seeded::fill_uniform(gate, 1, 1.0)
}

fn ids(device: &Device) -> Tensor<2, Int> {
    Tensor::from_data([[0, 3], [2, 1], [1, 1]], device)
}

#[test]
fn a_gate_of_zeros_is_open_at_exactly_one() {
    let device = Device::flex();
    let x: Tensor<2> = random([3, 6], 2, &device);
    for context in [vec![], vec![1], vec![0, 1]] {
        let gate = gate(context, &device).map(&mut Zeros);
        gate.forward(&ids(&device), x.clone()).into_data().assert_eq(&x.to_data(), true);
    }
}

#[test]
fn without_context_all_samples_have_one_gate() {
    let device = Device::flex();
    let x: Tensor<2> = random([1, 6], 2, &device);
    let same = x.clone().expand([3, 6]);
    let gates = gate(vec![], &device).forward(&ids(&device), same.clone());
    let first = gates.clone().narrow(0, 0, 1).expand([3, 6]);
    assert_eq!(distance(gates.clone(), first), 0.0);
    assert!(distance(gates, same.clone()) > 1e-2);
    // By the second field, samples 1 and 2 have one gate and sample 0 has another.
    let gates = gate(vec![1], &device).forward(&ids(&device), same);
    let row = |index| gates.clone().narrow(0, index, 1);
    assert_eq!(distance(row(1), row(2)), 0.0);
    assert!(distance(row(0), row(1)) > 1e-3);
}

#[test]
fn one_head_is_the_product_with_a_matrix() {
    let device = Device::flex();
    let (x, y) = (random([3, 4], 2, &device), random([3, 6], 3, &device));
    let fusion = seeded::fill_uniform(BilinearFusionConfig::new(4, 6).init(&device).unwrap(), 1, 1.0);
    let w: Tensor<2> = fusion.xy.val().squeeze_dim(0);
    let expected = linear(&fusion, &x, &y) + (x.clone().matmul(w) * y.clone()).sum_dim(1);
    assert!(distance(fusion.forward(x, y), expected) < 1e-6);
}

#[test]
fn heads_are_blocks_on_the_diagonal() {
    let device = Device::flex();
    let (x, y) = (random([3, 4], 2, &device), random([3, 6], 3, &device));
    let config = BilinearFusionConfig::new(4, 6).with_heads(2).with_out_dim(2);
    let fusion = seeded::fill_uniform(config.init(&device).unwrap(), 1, 1.0);
    assert_eq!(fusion.num_params(), config.num_params().unwrap());
    let zero = Tensor::<2>::zeros([2, 3], &device);
    let dense = |output: usize| {
        let block = |head: usize| -> Tensor<2> {
            fusion.xy.val().narrow(0, head, 1).squeeze_dim::<2>(0).narrow(1, 3 * output, 3)
        };
        let w = Tensor::cat(
            vec![Tensor::cat(vec![block(0), zero.clone()], 1), Tensor::cat(vec![zero.clone(), block(1)], 1)],
            0,
        );
        (x.clone().matmul(w) * y.clone()).sum_dim(1)
    };
    let expected = linear(&fusion, &x, &y) + Tensor::cat(vec![dense(0), dense(1)], 1);
    assert!(distance(fusion.forward(x, y), expected) < 1e-5);
}

/// The linear terms of a fusion.
fn linear(fusion: &BilinearFusion, x: &Tensor<2>, y: &Tensor<2>) -> Tensor<2> {
    fusion.x.forward(x.clone()) + fusion.y.forward(y.clone())
}

#[test]
fn embeddings_are_weighted_whole() {
    let device = Device::flex();
    let x: Tensor<3> = random([3, 8, 2], 2, &device);
    let config = FeatureRefineConfig::new(8, 2);
    // m d (m / 4) + m / 4 + (m / 4) m + m
    assert_eq!(config.num_params().unwrap(), 8 * 2 * 2 + 2 + 2 * 8 + 8);
    let refine = seeded::fill_uniform(config.init(&device).unwrap(), 1, 1.0);
    assert_eq!(refine.num_params(), config.num_params().unwrap());
    let (refined, weights) = refine.forward(x.clone());
    assert!(distance(refined, x.clone() * weights.clone().unsqueeze_dim(2)) < 1e-7);
    let plain = config.clone().with_doubled(false).init(&device).unwrap();
    let plain = seeded::fill_uniform(plain, 1, 1.0);
    assert!(distance(plain.forward(x.clone()).1 * 2.0, weights) < 1e-6);
    let open = config.init(&device).unwrap().map(&mut Zeros);
    open.forward(x.clone()).0.into_data().assert_eq(&x.to_data(), true);
    // A quarter of three embeddings is still one unit.
    assert_eq!(FeatureRefineConfig::new(3, 2).num_params().unwrap(), 6 + 1 + 3 + 3);
}
