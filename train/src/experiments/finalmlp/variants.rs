//! The networks on which backends are compared, and those whose training steps are measured.

use burn::tensor::Device;
use pyrarium_datasets::tabular::{Field, Layout};
use pyrarium_layers::seeded::fill_uniform;

use super::network::{Network, NetworkKind};
use crate::Error;
use crate::clicks::named::named;
use crate::clicks::specimen::{in_turn, row_wise};
use crate::registry::{Benchmark, Variant};
use crate::workload::Workload;

/// Samples of the batch of a benchmark.
const SAMPLES: usize = 4096;
/// Fields of the measured networks, as many as Criteo has categorical ones, and the entries of each.
const FIELDS: usize = 26;
const ENTRIES: usize = 10_000;

/// FinalMLP and the networks it is compared with.
pub fn variants() -> Vec<Variant> {
    named(|name| {
        name.starts_with("finalmlp") || ["dualmlp", "ctr-mlp", "logistic-regression"].contains(&name)
    })
}

/// FinalMLP and DualMLP with the paper's streams of 64, 64, 64 and embeddings of 10.
pub fn benchmarks() -> Vec<Benchmark> {
    let describe = |(name, kind): (&str, NetworkKind)| Benchmark {
        name: format!("{name}, {FIELDS} fields of {ENTRIES}"),
        samples: SAMPLES,
        unit: "samples",
        specimen: Box::new(move |device| network(kind, device)),
    };
    [("finalmlp", NetworkKind::FinalMlp), ("dualmlp", NetworkKind::DualMlp)]
        .into_iter()
        .map(describe)
        .collect()
}

fn network(kind: NetworkKind, device: &Device) -> Result<Box<dyn Workload>, Error> {
    let field = |at: usize| Field { name: format!("field {at}"), vocab_size: ENTRIES, shares: None };
    let layout = Layout {
        fields: (0..FIELDS).map(field).collect(),
        numeric: Vec::new(),
        sequences: Vec::new(),
        tasks: vec!["click".to_string()],
    };
    let network = Network { kind, embedding_dim: 10, widths: vec![64; 3], ..Network::default() };
    let model = fill_uniform(network.config(&layout)?.init(device)?, 0, 0.05);
    row_wise(model, &layout, in_turn(&layout, SAMPLES), device)
}
