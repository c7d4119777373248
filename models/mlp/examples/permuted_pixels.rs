//! Trains a network on striped images and its twin on the same images with their pixels shuffled.
//!
//! The twin starts with its input rows shuffled alike. Both learn at the same pace, to the last digits:
//! to an MLP the order of the pixels means nothing.
//!
//! Run with `cargo run --package pyrarium-mlp --example permuted_pixels`.
#![allow(clippy::print_stdout)]

use burn::{
    nn::loss::CrossEntropyLossConfig,
    optim::{AdamConfig, GradientsParams, ModuleOptimizer},
    tensor::{Device, Int, Tensor},
};
use pyrarium_layers::seeded;
use pyrarium_mlp::{BottleneckMlp, BottleneckMlpConfig, ConfigError};

const SIDE: usize = 8;
const PIXELS: usize = SIDE * SIDE;
const IMAGES: usize = 64;

fn main() -> Result<(), ConfigError> {
    let device = Device::flex().autodiff();
    device.seed(0);
    let permutation: Vec<usize> = (0..PIXELS).map(|pixel| (27 * pixel + 5) % PIXELS).collect();
    let (images, labels) = stripes(&device);
    let shuffled = images.clone().select(1, indices(&permutation, &device));

    let config = BottleneckMlpConfig::new(PIXELS, 2).with_width(32).with_blocks(2);
    let mut network = config.init(&device)?;
    let mut twin = network.clone().permute_inputs(&permutation)?;
    let (mut optimizer, mut twin_optimizer) = (AdamConfig::new().init(), AdamConfig::new().init());

    println!("step   loss      loss with shuffled pixels");
    for step in 0..=30 {
        let (loss, twin_loss);
        (network, loss) = train_step(network, &mut optimizer, &images, &labels);
        (twin, twin_loss) = train_step(twin, &mut twin_optimizer, &shuffled, &labels);
        if step % 5 == 0 {
            println!("{step:4}   {loss:.6}  {twin_loss:.6}");
        }
    }
    Ok(())
}

/// Horizontal stripes (class 0) and vertical ones (class 1) under noise: `[images, pixels]` and `[images]`.
fn stripes(device: &Device) -> (Tensor<2>, Tensor<1, Int>) {
    let labels: Vec<usize> = (0..IMAGES).map(|image| image % 2).collect();
    let stripe = |label: usize, pixel: usize| if label == 0 { pixel / SIDE } else { pixel % SIDE };
    let brightness = |label, pixel| if stripe(label, pixel).is_multiple_of(2) { 1.0 } else { -1.0 };
    let values: Vec<f32> = (0..IMAGES * PIXELS).map(|i| brightness(labels[i / PIXELS], i % PIXELS)).collect();
    let clean = Tensor::<1>::from_data(values.as_slice(), device).reshape([IMAGES, PIXELS]);
    let noise = Tensor::from_data(seeded::tensor_data([IMAGES, PIXELS], 1, 4.0), device);
    (clean + noise, indices(&labels, device))
}

fn indices(values: &[usize], device: &Device) -> Tensor<1, Int> {
    let values: Vec<i64> = values.iter().map(|&value| value as i64).collect();
    Tensor::from_data(values.as_slice(), device)
}

fn train_step(
    network: BottleneckMlp,
    optimizer: &mut ModuleOptimizer,
    images: &Tensor<2>,
    labels: &Tensor<1, Int>,
) -> (BottleneckMlp, f32) {
    let logits = network.forward(images.clone());
    let loss = CrossEntropyLossConfig::new().init(&images.device()).forward(logits, labels.clone());
    let gradients = GradientsParams::from_grads(loss.backward(), &network);
    (optimizer.step(1e-3, network, gradients), loss.into_scalar())
}
