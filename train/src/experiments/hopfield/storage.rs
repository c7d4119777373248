//! How many random patterns are found again: the memory with continuous states, and the classical one.

use burn::tensor::{Device, Tensor, TensorData};
use pyrarium_datasets::patterns::{half_zeroed, noisy, on_sphere, signs, turned};
use pyrarium_memory::hopfield::{ClassicalHopfield, ModernHopfield};

use crate::Error;
use crate::registry::{Budget, ClaimText, Reproduction};
use crate::report::{Curve, Report};
use crate::run::Run;

/// One step is enough.
pub const MODERN: ClaimText = ClaimText {
    id: "finds-patterns-in-one-step",
    statement: "Of 1,000 random patterns (d = 64, radius 8, beta 1) with noise of 0.3 a coordinate, one update brings 99 % to a cosine above 0.99 of their pattern.",
    paper: "retrieval in one update, exponentially many patterns in d (theorems 3 to 5)",
    relation: ">= 99 %",
};

/// The classical network is full long before.
pub const CLASSICAL: ClaimText = ClaimText {
    id: "classical-network-is-full",
    statement: "The sign network of the same size, 10 % of the signs turned, finds 4 patterns (overlap above 0.98) but at most 1 % of 1,000.",
    paper: "the classical network stores about 0.14 d patterns",
    relation: ">= 95 % of 4, <= 1 % of 1,000",
};

const DIM: usize = 64;
const RADIUS: f64 = 8.0;
/// States that are looked for among many patterns.
const STATES: usize = 1000;

/// Tests [`MODERN`] and [`CLASSICAL`], and draws how the energy falls.
pub fn test(run: &Run, what: Reproduction, report: &mut Report) -> Result<(), Error> {
    let device = &run.device;
    let count = what.budget.pick(100, 1000, 1000);
    let mut cases = vec![(count, 0.3), (count, 1.0)];
    if what.budget != Budget::Smoke {
        cases.push((100_000, 0.3));
    }
    let mut first = None;
    for (count, noise) in cases {
        let found = found_by_seed(what, |seed| {
            let patterns = on_sphere(count, DIM, RADIUS, seed);
            let damaged = noisy(&patterns[..count.min(STATES) * DIM], noise, seed + 1000);
            modern(&patterns, &damaged, device)
        })?;
        let summary = report.add(format!("memory, {count} patterns, noise {noise}: found %"), &found);
        first.get_or_insert(summary.mean);
    }
    let halves = found_by_seed(what, |seed| {
        let patterns = on_sphere(count, DIM, RADIUS, seed);
        modern(&patterns, &half_zeroed(&patterns, DIM, seed + 1000), device)
    })?;
    report.add(format!("memory, {count} patterns, half of the coordinates lost: found %"), &halves);
    let found = first.unwrap_or(0.0);
    report.claims.push(MODERN.tested(format!("{found:.1} %"), found >= 99.0));

    let mut ends = Vec::new();
    for count in [4, 6, 9, 20, what.budget.pick(200, 1000, 1000)] {
        // Networks of few patterns say little each.
        let networks = what.budget.pick(5, 200_usize, 200).div_ceil(count) * what.seeds;
        let mut shares = Vec::new();
        for network in 0..networks as u64 {
            shares.push(classical(count, network, device)?);
        }
        let mean = report.add(format!("sign network, {count} patterns: found %"), &shares).mean;
        ends.push(mean);
    }
    let (few, many) = (ends[0], ends[ends.len() - 1]);
    let measured = format!("{few:.1} % of 4, {many:.1} % of the most");
    report.claims.push(CLASSICAL.tested(measured, few >= 95.0 && many <= 1.0));
    energies(device, report)
}

fn found_by_seed(what: Reproduction, found: impl Fn(u64) -> Result<f64, Error>) -> Result<Vec<f64>, Error> {
    (0..what.seeds as u64).map(found).collect()
}

fn matrix(values: &[f32], device: &Device) -> Tensor<2> {
    Tensor::from_data(TensorData::new(values.to_vec(), [values.len() / DIM, DIM]), device)
}

/// Percent of the damaged patterns, the first ones, that one update brings home.
fn modern(patterns: &[f32], damaged: &[f32], device: &Device) -> Result<f64, Error> {
    let memory = ModernHopfield::new(matrix(patterns, device), 1.0)?;
    let states = memory.update(matrix(damaged, device));
    let wanted = memory.patterns().narrow(0, 0, states.dims()[0]);
    let norms = states.clone().square().sum_dim(1).sqrt() * RADIUS;
    let cosines = (states * wanted).sum_dim(1) / norms;
    share_above(cosines, 0.99)
}

/// Percent of the patterns of one sign network that come back after a tenth of their signs was turned.
fn classical(count: usize, seed: u64, device: &Device) -> Result<f64, Error> {
    let patterns = signs(count, DIM, seed);
    let damaged = turned(&patterns, DIM, 0.1, seed + 1000);
    let stored = matrix(&patterns, device);
    let network = ClassicalHopfield::new(stored.clone())?;
    let (states, _) = network.retrieve(matrix(&damaged, device), 50)?;
    share_above((states * stored).mean_dim(1), 0.98)
}

fn share_above(values: Tensor<2>, bound: f64) -> Result<f64, Error> {
    let share = values.greater_elem(bound).float().mean().try_into_scalar::<f64>();
    Ok(100.0 * share?)
}

/// Mean energies of 50 random states, update by update, at three temperatures.
fn energies(device: &Device, report: &mut Report) -> Result<(), Error> {
    const UPDATES: usize = 12;
    let patterns = matrix(&on_sphere(100, DIM, RADIUS, 0), device);
    for beta in [0.02, 0.1, 1.0] {
        let memory = ModernHopfield::new(patterns.clone(), beta)?;
        let mut states = matrix(&on_sphere(50, DIM, RADIUS, 1), device);
        let mut points = Vec::new();
        for update in 0..=UPDATES {
            let energy = memory.energy(states.clone()).mean().try_into_scalar::<f64>();
            points.push((update as f64, energy?));
            states = memory.update(states);
        }
        let curve = Curve::line("update", "energy", points);
        report.curves.insert(format!("beta {beta}"), curve);
    }
    Ok(())
}
