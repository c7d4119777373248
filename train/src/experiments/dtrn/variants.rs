//! The networks on which backends are compared, and those whose training steps are measured.

use burn::tensor::Device;
use pyrarium_datasets::tabular::{Field, Layout, SequenceField};
use pyrarium_layers::seeded::fill_uniform;

use super::network::Network;
use crate::Error;
use crate::clicks::named::named;
use crate::clicks::specimen::{in_turn, row_wise};
use crate::registry::{Benchmark, Variant};
use crate::workload::Workload;

/// Samples of the batch of a benchmark.
const SAMPLES: usize = 256;
/// The items of the measured networks.
const ITEMS: usize = 1000;
/// What the modules are put under, or what stands alone.
const HEADS: [&str; 4] = ["single-task", "shared-bottom", "mmoe", "ple"];

/// DTRN and the multi-task networks it is compared with.
pub fn variants() -> Vec<Variant> {
    named(|name| name.starts_with("dtrn") || HEADS.iter().any(|head| name.starts_with(head)))
}

/// DTRN and the shared bottom alone, with three histories of ten items.
pub fn benchmarks() -> Vec<Benchmark> {
    let describe = |(name, modules): (&str, bool)| Benchmark {
        name: format!("{name}, 3 histories of 10"),
        samples: SAMPLES,
        unit: "samples",
        specimen: Box::new(move |device| network(modules, device)),
    };
    [("dtrn", true), ("shared bottom", false)].into_iter().map(describe).collect()
}

fn network(modules: bool, device: &Device) -> Result<Box<dyn Workload>, Error> {
    let sequence = |name: &str| SequenceField { name: name.to_string(), length: 10, fields: vec![0] };
    let layout = Layout {
        fields: vec![Field { name: "item".to_string(), vocab_size: ITEMS, shares: None }],
        numeric: Vec::new(),
        sequences: ["click", "purchase", "favourite"].map(sequence).to_vec(),
        tasks: vec!["click".to_string(), "purchase".to_string()],
    };
    let network = Network {
        interest_module: modules,
        refinement_module: modules,
        widths: vec![64; 3],
        tower: vec![64],
        ..Network::default()
    };
    let model = fill_uniform(network.config(&layout).init(device)?, 0, 0.05);
    row_wise(model, &layout, in_turn(&layout, SAMPLES), device)
}
