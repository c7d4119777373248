//! The layer of Wav-KAN against its formula and the derivatives of that, in double precision.

use std::f64::consts::PI;

use burn::{
    module::Param,
    tensor::{Device, Tensor},
};
use pyrarium_kan::WavKanLinearConfig;
use pyrarium_layers::seeded;

use crate::random;

const ROWS: usize = 3;
const D_IN: usize = 4;
const D_OUT: usize = 5;

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
    tensor.into_data().iter::<f64>().collect()
}

fn assert_close(actual: Vec<f64>, expected: &[f64], what: &str) {
    assert_eq!(actual.len(), expected.len());
    for (actual, expected) in actual.iter().zip(expected) {
        assert!((actual - expected).abs() < 1e-5, "{what}: {actual} {expected}");
    }
}

#[test]
fn outputs_and_gradients_are_those_of_the_formula() {
    let device = Device::flex().autodiff();
    let mut layer = seeded::fill_uniform(WavKanLinearConfig::new(D_IN, D_OUT).init(&device).unwrap(), 1, 0.8);
    layer.scale = Param::from_tensor((layer.scale.val().abs() + 0.5).detach());
    let x = random([ROWS, D_IN], 2, &device).require_grad();
    let cotangent = random([ROWS, D_OUT], 3, &device);
    let y = layer.forward(x.clone());
    let gradients = (y.clone() * cotangent.clone()).sum().backward();

    let [shift, scale, weight] = [&layer.shift, &layer.scale, &layer.weight].map(|p| values(p.val()));
    let (input, given) = (values(x.clone()), values(cotangent));
    let height = 2.0 / (3.0_f64.sqrt() * PI.powf(0.25));
    let mut expected = vec![0.0; ROWS * D_OUT];
    let mut of_input = vec![0.0; ROWS * D_IN];
    let [mut of_shift, mut of_scale, mut of_weight] = [(); 3].map(|()| vec![0.0; D_OUT * D_IN]);
    for row in 0..ROWS {
        for out in 0..D_OUT {
            for i in 0..D_IN {
                let edge = out * D_IN + i;
                let z = (input[row * D_IN + i] - shift[edge]) / scale[edge];
                let bell = height * (-z * z / 2.0).exp();
                let (psi, slope) = ((z * z - 1.0) * bell, (3.0 * z - z * z * z) * bell);
                let upstream = given[row * D_OUT + out];
                expected[row * D_OUT + out] += weight[edge] * psi;
                let along = upstream * weight[edge] * slope / scale[edge];
                of_input[row * D_IN + i] += along;
                of_shift[edge] -= along;
                of_scale[edge] -= along * z;
                of_weight[edge] += upstream * psi;
            }
        }
    }
    assert_close(values(y), &expected, "outputs");
    assert_close(values(x.grad(&gradients).unwrap()), &of_input, "input");
    assert_close(values(layer.shift.grad(&gradients).unwrap()), &of_shift, "shift");
    assert_close(values(layer.scale.grad(&gradients).unwrap()), &of_scale, "scale");
    assert_close(values(layer.weight.grad(&gradients).unwrap()), &of_weight, "weight");
}

#[test]
fn a_layer_needs_inputs_and_outputs() {
    let error = WavKanLinearConfig::new(0, 1).init(&Device::flex()).unwrap_err();
    assert_eq!(error.to_string(), "d_in = 0: must be between 1 and 1048576");
}

#[test]
#[should_panic(expected = "an input of shape [2, 3] in a layer of 4 inputs")]
fn an_input_of_another_width_is_refused() {
    let device = Device::flex();
    let layer = WavKanLinearConfig::new(4, 2).init(&device).unwrap();
    let _ = layer.forward(Tensor::zeros([2, 3], &device));
}
