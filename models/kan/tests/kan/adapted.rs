//! Knots that follow the data leave the functions what they were, and refine them.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use pyrarium_kan::{Family, KanLayer, KanLayerConfig, KanLinear, KanLinearConfig};
use pyrarium_layers::seeded;

use crate::{distance, network, random};

fn layer(device: &Device) -> KanLinear {
    let config = KanLinearConfig::new(3, 4, Family::BSpline.basis(8).unwrap());
    seeded::fill_uniform(config.init(device).unwrap(), 1, 0.5)
}

/// Values that crowd around -0.5, within the range of the grid.
fn crowded(rows: usize, seed: u64, device: &Device) -> Tensor<2> {
    random([rows, 3], seed, device).powi_scalar(3) * 0.5 - 0.4
}

#[test]
fn a_finer_grid_keeps_the_functions() {
    let device = Device::flex();
    let (layer, x) = (layer(&device), crowded(500, 2, &device));
    let before = layer.forward(x.clone());
    let scale = before.clone().abs().max().into_scalar::<f32>();
    let mut last = f32::INFINITY;
    for intervals in [5, 20, 60] {
        let adapted = layer.adapted(x.clone(), intervals).unwrap();
        assert_eq!(adapted.num_params(), 3 * 4 * (1 + intervals + 3) + 3 * (intervals + 7));
        let error = distance(adapted.forward(x.clone()), before.clone()) / scale;
        assert!(error < last, "{intervals} intervals: {error}");
        last = error;
    }
    // Cubic pieces do not fall on the old knots, but at 60 intervals their bends hardly matter.
    assert!(last < 2e-3, "{last}");
}

#[test]
fn adapting_twice_to_the_same_data_changes_nothing() {
    let device = Device::flex();
    let (layer, x) = (layer(&device), crowded(500, 2, &device));
    let once = layer.adapted(x.clone(), 8).unwrap();
    let twice = once.adapted(x.clone(), 8).unwrap();
    assert!(distance(once.knots.val(), twice.knots.val()) < 1e-6);
    assert!(distance(once.forward(x.clone()), twice.forward(x)) < 1e-4);
}

#[test]
fn knots_increase_and_crowd_where_the_data_do() {
    let device = Device::flex();
    let adapted = layer(&device).adapted(crowded(500, 2, &device), 10).unwrap();
    let knots: Vec<f32> = adapted.knots.val().narrow(1, 0, 1).into_data().iter().collect();
    let widths: Vec<f32> = knots.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(widths.iter().all(|&width| width > 0.0), "{widths:?}");
    assert!(widths[8] < 0.3 * widths[3], "{widths:?}");
}

#[test]
fn knots_are_not_trained() {
    let device = Device::flex().autodiff();
    let adapted = layer(&device).adapted(crowded(100, 2, &device), 8).unwrap();
    let gradients = adapted.forward(crowded(10, 3, &device)).sum().backward();
    assert!(adapted.weight.grad(&gradients).is_some() && !adapted.knots.is_require_grad());
}

#[test]
fn a_constant_input_is_no_obstacle() {
    let device = Device::flex();
    let x = Tensor::ones([50, 3], &device) * 0.3;
    let adapted = layer(&device).adapted(x.clone(), 8).unwrap();
    assert!(adapted.forward(x).into_data().iter::<f32>().all(f32::is_finite));
}

#[test]
fn a_network_adapts_layer_by_layer() {
    let device = Device::flex();
    let network = network(&[3, 4, 2], KanLayerConfig::single(Family::BSpline.basis(8).unwrap()), &device);
    let x = crowded(500, 2, &device);
    let adapted = network.adapted(x.clone(), 40).unwrap();
    assert!(matches!(adapted.layers[1], KanLayer::Adapted(_)));
    let scale = network.forward(x.clone()).abs().max().into_scalar::<f32>();
    let error = distance(adapted.forward(x.clone()), network.forward(x)) / scale;
    assert!(error < 1e-2, "{error}");
}

#[test]
fn what_cannot_adapt_is_refused() {
    let device = Device::flex();
    let message = |result: Result<pyrarium_kan::AdaptedKanLinear, pyrarium_kan::ConfigError>| {
        result.unwrap_err().to_string()
    };
    let x = crowded(100, 2, &device);
    let chebyshev = KanLinearConfig::new(3, 4, Family::Chebyshev.basis(8).unwrap()).init(&device).unwrap();
    assert_eq!(message(chebyshev.adapted(x.clone(), 8)), "basis = chebyshev: must be b_spline to have knots");
    let layer = layer(&device);
    assert_eq!(message(layer.adapted(x.clone(), 3)), "order = 3: must be below the number of intervals, 3");
    let few = message(layer.adapted(x.clone().narrow(0, 0, 10), 8));
    assert_eq!(few, "batch = 10: must be 11 rows at least, for as many functions");
    assert_eq!(message(layer.adapted(x / 0.0, 8)), "batch = not finite: must be finite");
}
