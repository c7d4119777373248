//! The chunked form of the delta rule against its recurrence: time of a forward and a backward pass.

use std::time::Instant;

use burn::tensor::activation::sigmoid;
use burn::tensor::{Device, Tensor};
use pyrarium_layers::ops::{delta_rule_chunked, delta_rule_recurrent};
use pyrarium_layers::seeded;

use crate::Error;
use crate::registry::{ClaimText, Reproduction};
use crate::report::Report;
use crate::run::Run;

/// What is tested here.
pub const CLAIM: ClaimText = ClaimText {
    id: "chunks-are-faster",
    statement: "Forward and backward over 4 heads of 64 features, chunks of 64 tokens are faster than the recurrence at 512 and 2048 tokens, and the more so at 2048.",
    paper: "The chunkwise form is faster, the more the longer the sequence and the wider the heads (figure, unconfirmed)",
    relation: "recurrent > chunked at both lengths, ratio at 2048 > ratio at 512",
};

const HEADS: usize = 4;
const DIM: usize = 64;
const CHUNK: usize = 64;

/// Tests [`CLAIM`].
pub fn test(run: &Run, what: Reproduction, report: &mut Report) -> Result<(), Error> {
    let lengths = [what.budget.pick(32, 512, 512), what.budget.pick(128, 2048, 2048)];
    let repeats = what.budget.pick(1, 3, 5);
    let mut ratios = Vec::new();
    for length in lengths {
        let recurrent = median(repeats, &run.device, length, |[q, k, v], beta, scale| {
            delta_rule_recurrent(q, k, v, beta, None, scale).0
        })?;
        let chunked = median(repeats, &run.device, length, |[q, k, v], beta, scale| {
            delta_rule_chunked(q, k, v, beta, None, scale, CHUNK).0
        })?;
        report.add(format!("time, {length} tokens, recurrent, ms"), &[recurrent]);
        report.add(format!("time, {length} tokens, chunked, ms"), &[chunked]);
        ratios.push(recurrent / chunked);
        run.display.line(&format!("{length} tokens: recurrent {recurrent:.1} ms, chunked {chunked:.1} ms"));
    }
    let held = ratios.iter().all(|&ratio| ratio > 1.0) && ratios[1] > ratios[0];
    let measured =
        format!("{:.1} times faster at {}, {:.1} times at {}", ratios[0], lengths[0], ratios[1], lengths[1]);
    report.claims.push(CLAIM.tested(measured, held));
    Ok(())
}

/// Milliseconds of the median of `repeats` forward and backward passes, after one that does not count.
fn median(
    repeats: usize,
    device: &Device,
    length: usize,
    form: impl Fn([Tensor<4>; 3], Tensor<3>, f64) -> Tensor<4>,
) -> Result<f64, Error> {
    let device = device.clone().autodiff();
    let draw = |seed| -> Tensor<4> {
        Tensor::from_data(seeded::tensor_data([1, HEADS, length, DIM], seed, 1.0), &device)
    };
    let unit = |x: Tensor<4>| x.clone() / x.square().sum_dim(3).sqrt();
    let vectors = [unit(draw(1)), unit(draw(2)), draw(3)];
    let beta: Tensor<3> = Tensor::from_data(seeded::tensor_data([1, HEADS, length], 4, 1.0), &device);
    let beta = sigmoid(beta);
    let mut times = Vec::new();
    for _ in 0..=repeats {
        let leaves = vectors.clone().map(|x| x.detach().require_grad());
        let beta = beta.clone().detach().require_grad();
        let start = Instant::now();
        let _gradients = form(leaves, beta, (DIM as f64).powf(-0.5)).square().sum().backward();
        device.sync()?;
        times.push(start.elapsed().as_secs_f64() * 1000.0);
    }
    times.remove(0);
    times.sort_by(f64::total_cmp);
    Ok(times[times.len() / 2])
}
