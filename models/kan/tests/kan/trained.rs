//! A trained network fits its function, and its edges read as what they have learned.

use burn::{
    nn::loss::{MseLoss, Reduction},
    optim::{AdamConfig, GradientsParams},
    tensor::{Device, Tensor},
};
use pyrarium_kan::{Family, Kan, KanLayerConfig, picture, read_edge};

use crate::{network, random};

fn trained(mut network: Kan, x: &Tensor<2>, y: &Tensor<2>, steps: usize) -> (Kan, f32) {
    let mut optimizer = AdamConfig::new().init();
    let mut last = 0.0;
    for step in 0..steps {
        let loss = MseLoss::new().forward(network.forward(x.clone()), y.clone(), Reduction::Mean);
        last = loss.clone().into_scalar::<f32>();
        let gradients = GradientsParams::from_grads(loss.backward(), &network);
        let rate = 2e-2 * (1.0 + (std::f64::consts::PI * step as f64 / steps as f64).cos()) / 2.0;
        network = optimizer.step(rate, network, gradients);
    }
    (network, last)
}

#[test]
fn a_sum_of_functions_is_learned_and_read() {
    let device = Device::flex().autodiff();
    let x = random([256, 2], 1, &device);
    let (a, b) = (x.clone().narrow(1, 0, 1), x.clone().narrow(1, 1, 1));
    let y = (a * std::f64::consts::PI).sin() + b.square();
    let layer = KanLayerConfig::single(Family::BSpline.basis(11).unwrap());
    let (network, loss) = trained(network(&[2, 1], layer, &device), &x, &y, 800);
    assert!(loss < 1e-4, "{loss}");
    let curves = network.curves(x).unwrap();
    let readings: Vec<_> = curves[0].edges.iter().map(read_edge).collect();
    assert_eq!(readings.iter().map(|reading| reading.function.name).collect::<Vec<_>>(), ["sin", "x^2"]);
    assert!(readings.iter().all(|reading| reading.r2 > 0.999), "{readings:?}");
    assert!((readings[0].b - std::f64::consts::PI).abs() < 0.05, "{}", readings[0]);
    assert!(curves[0].edges.iter().all(|edge| edge.family == Some(Family::BSpline)));
    assert_eq!(picture::draw(&curves).matches("<polyline").count(), 2);
}

#[test]
fn the_curves_of_a_layer_add_up_to_its_outputs() {
    let device = Device::flex();
    let x = random([20, 2], 1, &device);
    for layer in [crate::all_families(), KanLayerConfig::single(Family::Fourier.basis(8).unwrap())] {
        let network = network(&[2, 3], layer, &device);
        let curves = &network.curves(x.clone()).unwrap()[0];
        // The ends of all curves: the point at which every input takes its least value.
        let least: Vec<f32> = (0..2).map(|input| curves.edges[input * 3].x[0] as f32).collect();
        let point = Tensor::<1>::from_data(least.as_slice(), &device).reshape([1, 2]);
        let outputs: Vec<f64> = network.forward(point).into_data().iter::<f64>().collect();
        for (output, expected) in outputs.iter().enumerate() {
            let sum: f64 =
                curves.edges.iter().filter(|edge| edge.output == output).map(|edge| edge.y[0]).sum();
            assert!((sum - expected).abs() < 1e-5, "{sum} {expected}");
        }
    }
}
