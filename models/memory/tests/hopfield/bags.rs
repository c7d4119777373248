//! Classifiers of bags: order and padding change nothing, poolings worked by hand.

use burn::tensor::{Bool, Device, Int, Tensor, TensorData, Tolerance, activation::sigmoid};
use pyrarium_layers::{
    BagClassifier,
    hopfield::{HopfieldConfig, HopfieldPoolingConfig},
    seeded,
};
use pyrarium_memory::hopfield::{
    AttentionPoolingConfig, BagNet, BagNetConfig, InstancesConfig, PlainPooling, PoolConfig,
};

use crate::{distance, random};

fn nets(device: &Device) -> Vec<BagNet> {
    let instances = || InstancesConfig::Dense(6, 8);
    let hopfield = HopfieldConfig::new(8).with_num_heads(2).with_update_steps_max(Some(2));
    let base = BagNetConfig::new(
        instances(),
        PoolConfig::Hopfield(HopfieldPoolingConfig::new(hopfield).with_quantity(2)),
    );
    let configs = [
        base.clone(),
        base.clone().with_attention(false),
        base.clone().with_attention(true),
        base.clone().with_pool(PoolConfig::Mean),
        base.with_pool(PoolConfig::Max),
    ];
    configs.iter().map(|config| seeded::fill_uniform(config.init(device).unwrap(), 1, 0.5)).collect()
}

#[test]
fn the_order_of_instances_does_not_matter() {
    let device = Device::flex();
    let bags = random([3, 5, 6], 2, &device);
    let order = Tensor::<1, Int>::from_data([4, 1, 3, 0, 2], &device);
    for net in nets(&device) {
        let score = net.score(bags.clone(), None);
        assert_eq!(score.dims(), [3]);
        assert!(distance(net.score(bags.clone().select(1, order.clone()), None), score) < 1e-5, "{net}");
    }
}

#[test]
fn padded_bags_score_as_they_do_alone() {
    let device = Device::flex();
    let (long, short) = (random([1, 5, 6], 2, &device), random([1, 3, 6], 3, &device));
    let padded = Tensor::cat(vec![short.clone(), random([1, 2, 6], 4, &device)], 1);
    let padding = Tensor::<2, Bool>::from_data([[false; 5], [false, false, false, true, true]], &device);
    for net in nets(&device) {
        let both = net.score(Tensor::cat(vec![long.clone(), padded.clone()], 0), Some(padding.clone()));
        let alone = Tensor::cat(vec![net.score(long.clone(), None), net.score(short.clone(), None)], 0);
        assert!(distance(both, alone) < 1e-5, "{net}");
    }
}

#[test]
fn mean_and_maximum_worked_by_hand() {
    let device = Device::flex();
    let x = Tensor::<3>::from_data([[[1.0, -4.0], [3.0, -2.0], [9.0, 9.0]]], &device);
    let padding = Tensor::<2, Bool>::from_data([[false, false, true]], &device);
    let mean = PlainPooling::mean().forward(x.clone(), Some(padding.clone())).into_data();
    mean.assert_eq(&TensorData::from([[2.0_f32, -3.0]]), true);
    let maximum = PlainPooling::maximum().forward(x.clone(), Some(padding)).into_data();
    maximum.assert_eq(&TensorData::from([[3.0_f32, -2.0]]), true);
    let all = PlainPooling::mean().forward(x, None).into_data();
    all.assert_approx_eq::<f32>(&TensorData::from([[13.0 / 3.0, 1.0]]), Tolerance::absolute(1e-6));
}

/// Equations 8 and 9 of the paper in loops.
#[test]
fn attention_pooling_is_that_of_its_equations() {
    let device = Device::flex();
    for gated in [false, true] {
        let config = AttentionPoolingConfig::new(3).with_hidden(2).with_gated(gated);
        let pool = seeded::fill_uniform(config.init(&device).unwrap(), 3, 1.0);
        let x = random::<3>([1, 4, 3], 5, &device);
        let instances: Tensor<2> = x.clone().squeeze_dim(0);
        let mut scores = Vec::new();
        for k in 0..4 {
            let h = instances.clone().narrow(0, k, 1);
            let v = pool.hidden.forward(h.clone()).tanh();
            let v = match &pool.gate {
                Some(gate) => v * sigmoid(gate.forward(h)),
                None => v,
            };
            scores.push(pool.score.forward(v).into_scalar::<f64>().exp());
        }
        let total: f64 = scores.iter().sum();
        let mut expected = Tensor::<2>::zeros([1, 3], &device);
        for (k, score) in scores.iter().enumerate() {
            expected = expected + instances.clone().narrow(0, k, 1) * (score / total);
        }
        assert!(distance(pool.forward(x, None), expected) < 1e-6);
    }
}

#[test]
fn associations_are_those_of_hopfield_pooling_alone() {
    let device = Device::flex();
    let bags = random([3, 5, 6], 2, &device);
    let found: Vec<_> =
        nets(&device).iter().map(|net| net.associations(bags.clone(), None).map(|a| a.dims())).collect();
    assert_eq!(found, [Some([3, 2, 2, 5]), None, None, None, None]);
}
