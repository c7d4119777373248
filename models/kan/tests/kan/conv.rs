//! Convolutions are their layer on every patch, padding included, before and after selection.

use burn::tensor::{Device, Tensor};
use pyrarium_kan::{
    ConvKan, ConvKanConfig, Family, ImageClassifier, KanConv2d, KanConv2dConfig, KanLayerConfig, Mask,
};
use pyrarium_layers::seeded;

use crate::{all_families, distance, random};

fn conv(layer: KanLayerConfig, device: &Device) -> KanConv2d {
    let config = KanConv2dConfig::new([2, 3], [3, 2], layer).with_stride([2, 1]).with_padding([1, 2]);
    assert_eq!(config.output_size([5, 4]).unwrap(), [3, 7]);
    seeded::fill_uniform(config.init(device).unwrap(), 1, 0.5)
}

#[test]
fn a_convolution_is_the_layer_on_every_patch() {
    let device = Device::flex();
    let x = random([2, 2, 5, 4], 2, &device);
    let singles = Family::ALL.map(|family| KanLayerConfig::single(family.basis(8).unwrap()));
    for layer in singles.into_iter().chain([all_families()]) {
        let conv = conv(layer, &device);
        let y = conv.forward(x.clone());
        assert_eq!(y.dims(), [2, 3, 3, 7]);
        assert!(distance(y, conv.naive(x.clone())) < 1e-5);
    }
}

#[test]
fn padding_is_of_the_input_not_of_the_functions() {
    let device = Device::flex();
    let x = random([2, 2, 5, 4], 2, &device);
    let conv = conv(KanLayerConfig::single(Family::Fourier.basis(8).unwrap()), &device);
    let mut larger = Tensor::zeros([2, 2, 7, 8], &device);
    larger = larger.slice_assign([0..2, 0..2, 1..6, 2..6], x.clone());
    let config =
        KanConv2dConfig::new([2, 3], [3, 2], KanLayerConfig::single(Family::Fourier.basis(8).unwrap()));
    let unpadded = seeded::fill_uniform(config.with_stride([2, 1]).init(&device).unwrap(), 1, 0.5);
    assert!(distance(conv.forward(x), unpadded.forward(larger)) < 1e-6);
}

#[test]
fn gradients_are_those_of_the_definition() {
    let device = Device::flex().autodiff();
    let conv = conv(all_families(), &device);
    let gradient = |forward: fn(&KanConv2d, Tensor<4>) -> Tensor<4>| {
        let x = random([2, 2, 5, 4], 2, &device).require_grad();
        let gradients = forward(&conv, x.clone()).square().sum().backward();
        x.grad(&gradients).unwrap()
    };
    let (fast, naive) = (gradient(KanConv2d::forward), gradient(KanConv2d::naive));
    let scale = naive.clone().abs().max().into_scalar::<f32>();
    assert!(distance(fast, naive) < 1e-5 * scale.max(1.0));
}

#[test]
fn selecting_and_pruning_keep_convolution_and_definition_together() {
    let device = Device::flex();
    let x = random([2, 2, 5, 4], 2, &device);
    let conv = conv(all_families(), &device);
    let mask = conv.contributions(x.clone()).unwrap().strongest(1).unwrap();
    let selected = conv.select(&mask).unwrap();
    let expected = selected.naive(x.clone());
    assert!(distance(selected.forward(x.clone()), expected.clone()) < 1e-5);
    for threshold in [0.0, 1e-9] {
        let pruned = selected.pruned(&selected.pruning(threshold, x.clone()).unwrap()).unwrap();
        assert!(distance(pruned.forward(x.clone()), expected.clone()) < 1e-5);
        assert!(distance(pruned.naive(x.clone()), expected.clone()) < 1e-5);
    }
}

fn digits_net(layer: KanLayerConfig, device: &Device) -> ConvKan {
    let config = ConvKanConfig::new([1, 8, 8], 10, layer);
    let network = config.init(device).unwrap();
    assert_eq!(burn::module::Module::num_params(&network), config.num_params());
    seeded::fill_uniform(network, 1, 0.3)
}

#[test]
fn the_network_selects_and_prunes_to_the_size_of_one_family() {
    let device = Device::flex();
    let images = random([6, 1, 8, 8], 2, &device);
    let full = digits_net(all_families(), &device);
    assert_eq!(full.classify(images.clone()).dims(), [6, 10]);
    let masks: Vec<Mask> =
        full.contributions(images.clone()).unwrap().iter().map(|layer| layer.strongest(1).unwrap()).collect();
    let selected = full.select(&masks).unwrap();
    assert_eq!(selected.masks().unwrap(), masks);
    let pruned = selected.pruned(&selected.prunings(0.0, images.clone()).unwrap()).unwrap();
    assert!(distance(pruned.forward(images.clone()), selected.forward(images.clone())) < 1e-4);
    let single = digits_net(KanLayerConfig::single(Family::Rbf.basis(8).unwrap()), &device);
    assert_eq!(burn::module::Module::num_params(&pruned), burn::module::Module::num_params(&single));
    assert!(full.select(&masks[..2]).is_err());
}
