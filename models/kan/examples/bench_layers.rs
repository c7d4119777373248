//! Times a layer of each family, and `Linear` layers of as many parameters, on the default CPU backend.
//!
//! Run with `cargo run --package pyrarium-kan --example bench_layers`; `cargo xtask bench s-kan --against pytorch` compares with PyTorch. Prints one
//! JSON line a case: medians in milliseconds over rounds in which all cases take their turn.
#![allow(clippy::print_stdout)]

use std::time::Instant;

use burn::{
    module::Module,
    nn::LinearConfig,
    optim::{AdamConfig, GradientsParams, ModuleOptimizer},
    tensor::{Device, Tensor},
};
use pyrarium_kan::{ConfigError, Family, KanLayer, KanLayerConfig, pool};
use pyrarium_layers::seeded;

const BATCH: usize = 256;
const ROUNDS: usize = 60;
/// Rounds that are not counted.
const WARM_UP: usize = 5;

/// A layer, its optimizer and its input; `forward` has no gradients to record, `step` has, for the input, too.
struct Case<M> {
    name: String,
    module: M,
    optimizer: ModuleOptimizer,
    x: Tensor<2>,
    times: [Vec<f64>; 2],
}

impl<M: Module> Case<M> {
    fn new(name: String, module: M, d_in: usize, device: &Device) -> Self {
        let x = Tensor::from_data(seeded::tensor_data([BATCH, d_in], 1, 1.0), device);
        let module = seeded::fill_uniform(module, 2, 0.1);
        Self { name, module, optimizer: AdamConfig::new().init(), x, times: Default::default() }
    }

    fn round(mut self, forward: fn(&M, Tensor<2>) -> Tensor<2>) -> Self {
        let inference = self.module.clone().valid();
        let x = self.x.clone().inner();
        let start = Instant::now();
        let _ = forward(&inference, x).into_data();
        self.times[0].push(start.elapsed().as_secs_f64());
        let x = self.x.clone().require_grad();
        let start = Instant::now();
        let loss = forward(&self.module, x).square().mean();
        let gradients = GradientsParams::from_grads(loss.backward(), &self.module);
        self.module = self.optimizer.step(1e-3, self.module, gradients);
        self.times[1].push(start.elapsed().as_secs_f64());
        self
    }

    fn print(mut self) {
        let [forward, step] = &mut self.times;
        println!(
            "{{\"layer\": \"{}\", \"forward_ms\": {:.4}, \"step_ms\": {:.4}, \"parameters\": {}}}",
            self.name,
            median(forward),
            median(step),
            self.module.num_params()
        );
    }
}

fn median(times: &mut [f64]) -> f64 {
    let counted = &mut times[WARM_UP..];
    counted.sort_by(f64::total_cmp);
    1e3 * counted[counted.len() / 2]
}

fn main() -> Result<(), ConfigError> {
    let device = Device::flex().autodiff();
    for width in [64, 256] {
        let mut layers = Vec::new();
        for family in Family::ALL {
            let layer = KanLayerConfig::single(family.basis(8)?).init(width, width, &device)?;
            layers.push(Case::new(format!("{family} {width}"), layer, width, &device));
        }
        let selectable = KanLayerConfig::selectable(pool(8)?).init(width, width, &device)?;
        layers.push(Case::new(format!("selectable {width}"), selectable, width, &device));
        // As many parameters as a layer of one family, and as the selectable layer (but for its scores).
        let mut linears: Vec<_> = [9, 41]
            .map(|functions| {
                let linear = LinearConfig::new(functions * width, width).with_bias(false).init(&device);
                Case::new(format!("linear {functions} x {width}"), linear, functions * width, &device)
            })
            .into();
        for _ in 0..WARM_UP + ROUNDS {
            layers = layers.into_iter().map(|case| case.round(KanLayer::forward)).collect();
            linears = linears.into_iter().map(|case| case.round(|linear, x| linear.forward(x))).collect();
        }
        layers.into_iter().for_each(Case::print);
        linears.into_iter().for_each(Case::print);
    }
    Ok(())
}
