//! The group-rational layer: what it starts as, and how it keeps the variance.

use burn::{
    module::Module,
    tensor::{Device, Tensor, activation::silu},
};
use pyrarium_kan::{GrKanConfig, GrKanInit};
use pyrarium_layers::{bases::RationalInit, seeded};

use crate::{distance, random};

#[test]
fn it_starts_as_linear_activation_linear() {
    let device = Device::flex();
    let layer = GrKanConfig::new(16, 32, 8).init(&device).unwrap();
    assert_eq!(layer.num_params(), 2 * 38 + (16 + 1) * 32 + (32 + 1) * 8);
    let x = random([2, 5, 16], 1, &device);
    let expected = layer.contract.forward(silu(layer.expand.forward(x.clone())));
    // The fit of swish is good to 1e-5 within [-3, 3].
    assert!(distance(layer.forward(x), expected) < 1e-4);
}

/// Values of the standard normal distribution: sums of 12 uniform ones.
fn normal(shape: [usize; 2], seed: u64, device: &Device) -> Tensor<2> {
    let [rows, columns] = shape;
    let uniform = Tensor::<3>::from_data(seeded::tensor_data([12, rows, columns], seed, 0.5), device);
    uniform.sum_dim(0).squeeze_dim(0)
}

/// The layer's weights drawn from the host, of the variance that its initialisation has.
fn drawn(config: &GrKanConfig, seed: u64, device: &Device) -> pyrarium_kan::GrKan {
    let mut layer = config.init(device).unwrap();
    let spread = |linear: &burn::nn::Linear| linear.weight.val().var(0).mean().sqrt().into_scalar::<f32>();
    let (expand, contract) = (spread(&layer.expand), spread(&layer.contract));
    layer.expand.weight = layer.expand.weight.map(|w| normal(w.dims(), 2 * seed, device) * expand);
    layer.contract.weight = layer.contract.weight.map(|w| normal(w.dims(), 2 * seed + 1, device) * contract);
    layer
}

#[test]
fn the_variance_of_one_layer_stays() {
    let device = Device::flex();
    for activation in [RationalInit::Gelu, RationalInit::Swish] {
        let layer = drawn(&GrKanConfig::new(256, 1024, 256).with_activation(activation), 1, &device);
        let x = normal([256, 1024], 5, &device);
        // Over the weights, too, whose mean is zero: the mean of the squares.
        let outputs = layer.contract.forward(layer.second.forward(x));
        let variance = outputs.square().mean().into_scalar::<f32>();
        // 65,536 values that share 256 weight columns: the estimate itself spreads by 1 %.
        assert!((variance - 1.0).abs() < 0.05, "{activation}: {variance}");
    }
}

#[test]
fn a_stack_keeps_the_variance_where_small_weights_lose_it() {
    let device = Device::flex();
    let after_stack = |weights| {
        let config = GrKanConfig::new(256, 256, 256).with_weights(weights);
        let variance = |seed: u64| {
            let mut x = normal([64, 256], 100 + seed, &device);
            for layer in 0..12 {
                x = drawn(&config, 20 * seed + layer, &device).forward(x);
            }
            x.square().mean().into_scalar::<f32>()
        };
        (0..8).map(variance).sum::<f32>() / 8.0
    };
    let kept = after_stack(GrKanInit::VariancePreserving);
    assert!((0.25..=4.0).contains(&kept), "{kept}");
    let lost = after_stack(GrKanInit::TruncNormal);
    assert!(lost < 1e-3, "{lost}");
}
