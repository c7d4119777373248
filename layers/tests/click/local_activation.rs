//! The local activation unit: order, padding, additivity, sums of weights, empty histories.

use burn::tensor::{Device, Int, Tensor};
use pyrarium_layers::{HiddenActivation, LocalActivationUnit, LocalActivationUnitConfig, Normalize, seeded};

use crate::{distance, random};

const SOFTMAX: Normalize = Normalize::Softmax { scale: 0.5 };

fn unit(activation: HiddenActivation, normalize: Normalize, device: &Device) -> LocalActivationUnit {
    let config = LocalActivationUnitConfig::new(3)
        .with_widths(vec![5, 4])
        .with_activation(activation)
        .with_normalize(normalize);
    seeded::fill_uniform(config.init(device).unwrap(), 1, 0.7)
}

/// Histories of 4, 2 and 0 items of 4.
fn mask(device: &Device) -> Tensor<2> {
    Tensor::from_data([[1.0, 1.0, 1.0, 1.0], [1.0, 1.0, 0.0, 0.0], [0.0; 4]], device)
}

/// Every unit on both kinds of device: with statistics of the batch and with running ones.
fn for_all(check: impl Fn(&LocalActivationUnit, Normalize, &Device)) {
    for device in [Device::flex(), Device::flex().autodiff()] {
        for activation in [HiddenActivation::Dice, HiddenActivation::Prelu, HiddenActivation::Sigmoid] {
            for normalize in [Normalize::None, SOFTMAX] {
                check(&unit(activation, normalize, &device), normalize, &device);
            }
        }
    }
}

#[test]
fn an_other_order_of_the_past_changes_nothing() {
    for_all(|unit, _, device| {
        let (query, keys) = (random([3, 3], 2, device), random([3, 4, 3], 3, device));
        let (pooled, weights) = unit.forward(query.clone(), keys.clone(), mask(device));
        let order = Tensor::<1, Int>::from_data([2, 0, 3, 1], device);
        let permuted = |x: Tensor<2>| x.select(1, order.clone());
        let (pooled2, weights2) = unit.forward(query, keys.select(1, order.clone()), permuted(mask(device)));
        assert!(distance(pooled, pooled2) < 1e-6);
        assert!(distance(permuted(weights), weights2) < 1e-6);
    });
}

#[test]
fn padding_changes_nothing() {
    for_all(|unit, _, device| {
        let (query, keys) = (random([3, 3], 2, device), random([3, 4, 3], 3, device));
        let mask = mask(device);
        let present = mask.clone().unsqueeze_dim::<3>(2);
        let other = keys.clone() * present.clone() + random([3, 4, 3], 4, device) * (present.neg() + 1.0);
        let (pooled, weights) = unit.forward(query.clone(), keys, mask.clone());
        let (pooled2, weights2) = unit.forward(query, other, mask.clone());
        assert!(distance(pooled, pooled2) < 1e-6);
        assert!(distance(weights.clone(), weights2) < 1e-6);
        let on_padding = (weights * (mask.neg() + 1.0)).abs().max().into_scalar::<f32>();
        assert_eq!(on_padding, 0.0);
    });
}

#[test]
fn padding_counts_in_the_statistics_only_where_asked_for() {
    let device = Device::flex().autodiff();
    let config = LocalActivationUnitConfig::new(3).with_padding_counts(true);
    let counting = seeded::fill_uniform(config.init(&device).unwrap(), 1, 0.7);
    let (query, keys) = (random([3, 3], 2, &device), random([3, 4, 3], 3, &device));
    let other = keys.clone() + mask(&device).neg().add_scalar(1.0).unsqueeze_dim(2);
    let (pooled, _) = counting.forward(query.clone(), keys, mask(&device));
    assert!(distance(pooled, counting.forward(query, other, mask(&device)).0) > 1e-3);
}

#[test]
fn without_softmax_pasts_add_up() {
    let device = Device::flex();
    for activation in [HiddenActivation::Prelu, HiddenActivation::Sigmoid, HiddenActivation::Relu] {
        let unit = unit(activation, Normalize::None, &device);
        let query = random([3, 3], 2, &device);
        let (first, second) = (random([3, 4, 3], 3, &device), random([3, 4, 3], 4, &device));
        let pooled = |keys, mask| unit.forward(query.clone(), keys, mask).0;
        let both = pooled(
            Tensor::cat(vec![first.clone(), second.clone()], 1),
            Tensor::cat(vec![mask(&device), mask(&device)], 1),
        );
        let sum = pooled(first, mask(&device)) + pooled(second, mask(&device));
        assert!(distance(both, sum) < 1e-6);
    }
}

#[test]
fn weights_of_a_softmax_sum_to_one_and_an_empty_past_is_zeros() {
    for_all(|unit, normalize, device| {
        let (query, keys) = (random([3, 3], 2, device), random([3, 4, 3], 3, device));
        let (pooled, weights) = unit.forward(query, keys, mask(device));
        assert_eq!(pooled.narrow(0, 2, 1).abs().max().into_scalar::<f32>(), 0.0);
        if normalize == SOFTMAX {
            let sums: Vec<f32> = weights.sum_dim(1).into_data().iter().collect();
            assert!(
                (sums[0] - 1.0).abs() < 1e-6 && (sums[1] - 1.0).abs() < 1e-6 && sums[2] == 0.0,
                "{sums:?}"
            );
        }
    });
}

#[test]
fn one_item_by_hand() {
    let device = Device::flex();
    let config =
        LocalActivationUnitConfig::new(1).with_widths(vec![1]).with_activation(HiddenActivation::Relu);
    let unit = seeded::fill_uniform(config.init(&device).unwrap(), 5, 1.0);
    let values = |x: Tensor<1>| -> Vec<f64> { x.into_data().iter::<f64>().collect() };
    let (layer, output) = (&unit.scores.layers[0].linear, unit.scores.output.as_ref().unwrap());
    let (w, b) = (values(layer.weight.val().flatten(0, 1)), values(layer.bias.as_ref().unwrap().val()));
    let (v, c) = (values(output.weight.val().flatten(0, 1)), values(output.bias.as_ref().unwrap().val()));
    for (q, e) in [(0.5, -2.0), (-0.5, 1.5), (2.0, 0.25)] {
        let inside: f64 = [q, e, q - e, q * e].iter().zip(&w).map(|(z, w)| z * w).sum::<f64>() + b[0];
        let expected = (inside.max(0.0) * v[0] + c[0]) * e;
        let tensor = |x: f64| Tensor::<2>::from_data([[x]], &device);
        let (pooled, _) = unit.forward(tensor(q), tensor(e).unsqueeze_dim(2), tensor(1.0));
        assert!((f64::from(pooled.into_scalar::<f32>()) - expected).abs() < 1e-6);
    }
}
