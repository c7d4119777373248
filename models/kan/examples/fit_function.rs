//! Fits `exp(sin(pi x1) + x2^2)` with a network of two layers and reads the formula from its edges.
//!
//! Run with `cargo run --package pyrarium-kan --example fit_function [FILE.svg]`: prints the error and what each edge
//! has become, and writes a picture of the network.
#![allow(clippy::print_stdout)]

use std::{env, error::Error, f64::consts::PI, fs};

use burn::{
    module::Module,
    nn::loss::{MseLoss, Reduction},
    optim::{AdamConfig, GradientsParams},
    tensor::{Device, Tensor},
};
use pyrarium_kan::{Family, Kan, KanConfig, picture, read_edge};
use pyrarium_layers::seeded;

/// Steps before and after the knots move to where the data are.
const STEPS: [usize; 2] = [300, 900];

fn main() -> Result<(), Box<dyn Error>> {
    let device = Device::flex().autodiff();
    device.seed(0);
    let samples = |seed| {
        let x = Tensor::<2>::from_data(seeded::tensor_data([1000, 2], seed, 1.0), &device);
        let [x1, x2] = [0, 1].map(|column| x.clone().narrow(1, column, 1));
        (x, ((x1 * PI).sin() + x2.square()).exp())
    };
    let ((x, y), (test_x, test_y)) = (samples(1), samples(2));

    // Two inputs, one node that adds, one function of the sum.
    let network = KanConfig::single([2, 1, 1], Family::BSpline.basis(8)?).init(&device)?;
    let network = trained(network, &x, &y, STEPS[0]);
    let network = network.adapted(x.clone(), 8)?;
    let network = trained(network, &x, &y, STEPS[1]);

    let network = network.valid();
    let error = (network.forward(test_x.clone().inner()) - test_y.inner()).square().mean().sqrt();
    println!("root mean square error on 1000 other points: {:.4}", error.into_scalar::<f32>());
    let curves = network.curves(test_x.inner())?;
    for (index, layer) in curves.iter().enumerate() {
        for edge in &layer.edges {
            let reading = read_edge(edge);
            println!("layer {index}, {} -> {}: {reading}   (R2 {:.5})", edge.input, edge.output, reading.r2);
        }
    }
    let file = env::args().nth(1).unwrap_or_else(|| "kan.svg".to_string());
    fs::write(&file, picture::draw(&curves))?;
    println!("picture: {file}");
    Ok(())
}

/// Adam on all points at once, its rate going to zero by a cosine.
fn trained(mut network: Kan, x: &Tensor<2>, y: &Tensor<2>, steps: usize) -> Kan {
    let mut optimizer = AdamConfig::new().init();
    for step in 0..steps {
        let loss = MseLoss::new().forward(network.forward(x.clone()), y.clone(), Reduction::Mean);
        let gradients = GradientsParams::from_grads(loss.backward(), &network);
        let rate = 2e-2 * (1.0 + (PI * step as f64 / steps as f64).cos());
        network = optimizer.step(rate, network, gradients);
    }
    network
}
