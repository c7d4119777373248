//! Times one retrieval from a large memory: the update in blocks against matmul, softmax, matmul over the whole matrix of
//! associations. Each case runs in a process of its own, so that its peak of memory is its own.
//!
//! Run with `cargo run --package pyrarium-memory --example bench_retrieval [PATTERNS [QUERIES]]`.
#![allow(clippy::print_stdout)]

use std::{env, process::Command, time::Instant};

use burn::tensor::{Device, Tensor};
use pyrarium_layers::{hopfield::dynamics, seeded};
use pyrarium_memory::hopfield::update_in_blocks;

const DIM: usize = 64;
const REPEATS: usize = 5;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let number =
        |at: usize, default: usize| arguments.get(at).and_then(|a| a.parse().ok()).unwrap_or(default);
    let (patterns, queries) = (number(0, 1_000_000), number(1, 64));
    if let Some(block) = arguments.get(2) {
        measure(patterns, queries, block.parse()?);
        return Ok(());
    }
    println!("{patterns} patterns of {DIM} features ({} MiB), {queries} queries", (patterns * DIM * 4) >> 20);
    println!("| form | ms | peak MiB beyond the patterns |\n|---|---:|---:|");
    for block in [0, 1024, 4096, 16384, 65536] {
        let sizes = [patterns, queries, block].map(|size| size.to_string());
        let output = Command::new(env::current_exe()?).args(sizes).output()?;
        print!("{}", String::from_utf8_lossy(&output.stdout));
    }
    Ok(())
}

/// One form, its patterns 0 for the whole matrix.
fn measure(patterns: usize, queries: usize, block: usize) {
    let device = Device::flex();
    // Radius sqrt(d) on average, as in the paper: uniform values of variance 1.
    let draw = |rows: usize, seed: u64| -> Tensor<2> {
        Tensor::from_data(seeded::tensor_data([rows, DIM], seed, 3_f32.sqrt()), &device)
    };
    let (stored, states) = (draw(patterns, 1), draw(queries, 2));
    let _: f32 = stored.clone().narrow(0, 0, 1).sum().into_scalar();
    let before = peak_mebibytes();
    let run = || {
        let start = Instant::now();
        let found = match block {
            0 => dynamics::update(states.clone(), stored.clone(), 1.0),
            block => update_in_blocks(states.clone(), stored.clone(), 1.0, block),
        };
        let _: f32 = found.sum().into_scalar();
        start.elapsed().as_secs_f64() * 1000.0
    };
    run();
    let mut times: Vec<f64> = (0..REPEATS).map(|_| run()).collect();
    times.sort_by(f64::total_cmp);
    let form = if block == 0 { "whole matrix".to_string() } else { format!("blocks of {block}") };
    println!("| {form} | {:.0} | {} |", times[REPEATS / 2], peak_mebibytes() - before);
}

/// The most memory that this process has had, where Linux tells.
fn peak_mebibytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}
