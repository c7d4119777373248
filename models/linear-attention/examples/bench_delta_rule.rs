//! Times the delta rule by its recurrence and by chunks, forward and with the backward pass, and text generation after contexts of
//! several lengths. Prints medians.
//!
//! Run with `cargo run --package pyrarium-linear-attention --example bench_delta_rule [LENGTH ..]`; `scripts/bench_pytorch/delta_rule.py`
//! times the same sums in PyTorch.
#![allow(clippy::print_stdout)]

use std::{env, time::Instant};

use burn::tensor::{Device, Int, Tensor, activation::sigmoid};
use pyrarium_layers::{
    ops::{delta_rule_chunked, delta_rule_recurrent},
    seeded,
};
use pyrarium_linear_attention::{ConfigError, DeltaNetConfig, LmConfig, MixerConfig};

const HEADS: usize = 4;
const DIM: usize = 64;
const CHUNK: usize = 64;
const REPEATS: usize = 7;

fn main() -> Result<(), ConfigError> {
    let lengths: Vec<usize> = env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let lengths = if lengths.is_empty() { vec![512, 1024, 2048, 4096, 8192] } else { lengths };
    println!("batch 1, {HEADS} heads of {DIM} features, chunks of {CHUNK} tokens");
    for length in lengths {
        report(length, "chunked", REPEATS, |x, scale| {
            let [q, k, v] = x.vectors;
            delta_rule_chunked(q, k, v, x.beta, None, scale, CHUNK)
        });
        if length <= 2048 {
            report(length, "recurrent", 3, |x, scale| {
                let [q, k, v] = x.vectors;
                delta_rule_recurrent(q, k, v, x.beta, None, scale)
            });
        }
    }
    generation()
}

#[derive(Clone)]
struct Inputs {
    vectors: [Tensor<4>; 3],
    beta: Tensor<3>,
}

fn inputs(length: usize, device: &Device) -> Inputs {
    let draw = |seed| -> Tensor<4> {
        Tensor::from_data(seeded::tensor_data([1, HEADS, length, DIM], seed, 1.0), device)
    };
    let unit = |x: Tensor<4>| x.clone() / x.square().sum_dim(3).sqrt();
    let beta: Tensor<3> = Tensor::from_data(seeded::tensor_data([1, HEADS, length], 4, 1.0), device);
    Inputs { vectors: [unit(draw(1)), unit(draw(2)), draw(3)], beta: sigmoid(beta) }
}

type Outputs = (Tensor<4>, Tensor<4>);

fn report(length: usize, form: &str, repeats: usize, run: impl Fn(Inputs, f64) -> Outputs) {
    let scale = (DIM as f64).powf(-0.5);
    let plain = inputs(length, &Device::flex());
    let forward = median(repeats, || {
        let (o, _) = run(plain.clone(), scale);
        let _: f32 = o.narrow(2, 0, 1).sum().into_scalar();
    });
    let tracked = inputs(length, &Device::flex().autodiff());
    let both = median(repeats, || {
        let x = tracked.clone();
        let leaves = Inputs { vectors: x.vectors.map(Tensor::require_grad), beta: x.beta.require_grad() };
        let (o, _) = run(leaves, scale);
        let _gradients = o.square().sum().backward();
    });
    println!(
        "T {length:5} {form:9} forward {forward:9.2} ms  forward+backward {both:9.2} ms  peak {} MiB",
        peak_mebibytes()
    );
}

/// Milliseconds of the median run, after one that does not count.
fn median(repeats: usize, mut run: impl FnMut()) -> f64 {
    run();
    let mut times: Vec<f64> = (0..repeats)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[repeats / 2]
}

/// The most memory that this process has had, where Linux tells.
fn peak_mebibytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}

fn generation() -> Result<(), ConfigError> {
    let device = Device::flex();
    let mixer = MixerConfig::DeltaNet(DeltaNetConfig::new(128).with_n_heads(2));
    let model = seeded::fill_uniform(LmConfig::new(256, 4, mixer).init(&device)?, 1, 0.05);
    // Reads the weights, so that no later time includes that.
    let _ = model.step(Tensor::<1, Int>::zeros([1], &device), None);
    for context in [128, 512, 2048] {
        let prompt: Vec<usize> = (0..context).map(|token| token * 7 % 256).collect();
        let mut text = model.generate(&prompt, 0.0, || 0.5)?;
        let _first = text.next();
        let start = Instant::now();
        let tokens = text.take(256).count();
        let rate = tokens as f64 / start.elapsed().as_secs_f64();
        println!("generation after {context:4} tokens: {rate:8.1} tokens/s");
    }
    Ok(())
}
