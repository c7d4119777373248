//! FinalMLP as two plain networks, and with gates that are open.

use burn::{
    module::{Module, ModuleMapper, Param},
    tensor::{Device, Tensor},
};
use pyrarium_recsys::{ClickModel, CtrMlpConfig, FinalMlpConfig, GatesConfig};

use crate::{distance, features, pairs, seeded};

fn config() -> FinalMlpConfig {
    FinalMlpConfig::new(pairs()).with_embedding_dim(3).with_mlp1(vec![5, 4]).with_mlp2(vec![5, 4])
}

/// Sets all parameters to 0.
struct Zeros;

impl ModuleMapper for Zeros {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        param.map(|tensor| tensor.zeros_like())
    }
}

#[test]
fn without_gates_and_bilinear_term_it_is_dualmlp() {
    let device = Device::flex();
    let mut model = seeded(config().with_gates(None).init(&device).unwrap());
    model.fusion.xy = model.fusion.xy.map(|xy| xy.zeros_like());
    let dual = CtrMlpConfig::dual(pairs(), vec![5, 4], vec![5, 4]).with_embedding_dim(3);
    let mut dual = dual.init(&device).unwrap();
    dual.input = model.input.clone();
    dual.mlps[0].layers = model.mlp1.layers.clone();
    dual.mlps[1].layers = model.mlp2.layers.clone();
    dual.mlps[0].output = Some(model.fusion.x.clone());
    dual.mlps[1].output = Some(model.fusion.y.clone());
    let batch = features(&pairs(), 0..6, &device);
    let logits = model.forward(&batch);
    assert!(distance(logits.clone(), dual.forward(&batch)) < 1e-6);
    assert!(logits.abs().max().into_scalar::<f32>() > 1e-2);
}

#[test]
fn open_gates_are_none() {
    let device = Device::flex();
    let contexts = GatesConfig::new().with_context1(vec![0]).with_context2(vec![1, 3]);
    for gates in [GatesConfig::new(), contexts] {
        let gated = seeded(config().with_gates(Some(gates)).init(&device).unwrap());
        let mut plain = config().with_gates(None).init(&device).unwrap();
        plain.input = gated.input.clone();
        (plain.mlp1, plain.mlp2, plain.fusion) =
            (gated.mlp1.clone(), gated.mlp2.clone(), gated.fusion.clone());
        let batch = features(&pairs(), 0..6, &device);
        assert!(distance(gated.forward(&batch), plain.forward(&batch)) > 1e-4);
        let mut open = gated;
        open.gates = open.gates.into_iter().map(|gate| gate.map(&mut Zeros)).collect();
        open.forward(&batch).into_data().assert_eq(&plain.forward(&batch).into_data(), true);
    }
}

#[test]
fn dualmlp_is_the_sum_of_its_networks() {
    let device = Device::flex();
    let config = CtrMlpConfig::dual(pairs(), vec![5], vec![4, 3]).with_embedding_dim(3);
    let dual = seeded(config.init(&device).unwrap());
    let batch = features(&pairs(), 0..6, &device);
    let single = |index: usize| {
        let mut one = dual.clone();
        one.mlps = vec![dual.mlps[index].clone()];
        one.forward(&batch)
    };
    assert!(distance(dual.forward(&batch), single(0) + single(1)) < 1e-6);
}
