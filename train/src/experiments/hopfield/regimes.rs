//! The three kinds of fixed points: the mean of all patterns, the mean of a group, a single pattern.

use std::collections::BTreeMap;

use burn::tensor::{Device, Tensor, TensorData};
use pyrarium_datasets::patterns::{clustered, on_sphere};
use pyrarium_inspect::{metastable::MASS, metastable_k};
use pyrarium_memory::hopfield::ModernHopfield;

use crate::Error;
use crate::registry::{ClaimText, Reproduction};
use crate::report::{Curve, Report};
use crate::run::Run;

/// What is tested here.
pub const CLAIM: ClaimText = ClaimText {
    id: "three-kinds-of-fixed-points",
    statement: "Five groups of ten patterns: states end as the mean of all at beta <= 0.02, of their group at 0.1 to 0.3, as one pattern at >= 1; without groups there is no plateau between.",
    paper: "global average, metastable states, single patterns (section 2)",
    relation: "patterns with 90 % of the weight: >= 40, 5 to 15, 1; without groups never 5 to 15",
};

const CENTRES: usize = 5;
const EACH: usize = 10;
const DIM: usize = 64;
const RADIUS: f64 = 8.0;
/// Standard deviation of a coordinate around its centre: a variance of 0.25.
const SPREAD: f64 = 0.5;

/// Tests [`CLAIM`] and draws the plateau.
pub fn test(run: &Run, what: Reproduction, report: &mut Report) -> Result<(), Error> {
    let updates = what.budget.pick(50, 200, 200);
    let mut held = true;
    let mut measured = Vec::new();
    let mut by_beta: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for seed in 0..what.seeds as u64 {
        let groups = clustered(CENTRES, EACH, DIM, RADIUS, SPREAD, seed);
        let alone = on_sphere(CENTRES * EACH, DIM, RADIUS, seed);
        let count = |patterns: &[f32], beta: f64| median_count(patterns, beta, updates, &run.device);
        let of = |patterns: &[f32], betas: &[f64]| -> Result<Vec<usize>, Error> {
            betas.iter().map(|&beta| count(patterns, beta)).collect()
        };
        let hot = of(&groups, &[0.01, 0.02])?;
        let warm = of(&groups, &[0.1, 0.2, 0.3])?;
        let cold = of(&groups, &[1.0, 2.0])?;
        let grid: Vec<f64> = (0..=40).map(|step| 10_f64.powf(-2.5 + f64::from(step) / 12.0)).collect();
        let plain = of(&alone, &grid)?;
        held &= hot.iter().all(|&k| k >= 40)
            && warm.iter().all(|&k| (5..=15).contains(&k))
            && cold.iter().all(|&k| k == 1)
            && plain.iter().all(|k| !(5..=15).contains(k));
        if seed == 0 {
            measured.push(format!("groups {hot:?}, {warm:?}, {cold:?}"));
            let grouped = of(&groups, &grid)?;
            for (name, counts) in [("five groups of ten", &grouped), ("no groups", &plain)] {
                let points = grid.iter().zip(counts).map(|(beta, &k)| (beta.log10(), k as f64)).collect();
                let curve = Curve::line("logarithm (10) of beta", "patterns with 90 % of the weight", points);
                report.curves.insert(name.to_string(), curve);
            }
            let mut values = plain.clone();
            values.dedup();
            measured.push(format!("without groups {values:?}"));
        }
        for (beta, counts) in [0.02, 0.1, 0.3, 1.0].into_iter().zip([&hot[1], &warm[0], &warm[2], &cold[0]]) {
            by_beta.entry(format!("{beta}")).or_default().push(*counts as f64);
        }
    }
    for (beta, counts) in by_beta {
        report.add(format!("groups, beta {beta}: patterns with 90 % of the weight"), &counts);
    }
    report.claims.push(CLAIM.tested(measured.join("; "), held));
    Ok(())
}

/// How many patterns hold 90 % of the association of a state that began at a pattern; the median over all patterns.
fn median_count(patterns: &[f32], beta: f64, updates: usize, device: &Device) -> Result<usize, Error> {
    let stored = TensorData::new(patterns.to_vec(), [patterns.len() / DIM, DIM]);
    let memory = ModernHopfield::new(Tensor::from_data(stored, device), beta)?;
    let (states, _) = memory.retrieve(memory.patterns(), updates, 0.0)?;
    let association: Tensor<4> = memory.association(states).unsqueeze();
    let counts = metastable_k(association, MASS).try_into_data();
    let mut counts: Vec<i64> = counts?.iter::<i64>().collect();
    counts.sort_unstable();
    Ok(counts[counts.len() / 2].unsigned_abs() as usize)
}
