//! The networks in their small forms, on which backends are compared, and training steps whose time must not depend on the table.

use burn::tensor::Device;
use pyrarium_datasets::tabular::{Encoded, EncodedSequence, Field, Layout, SequenceField};
use pyrarium_layers::{HiddenActivation, seeded::fill_uniform};

use super::network::Network;
use crate::Error;
use crate::clicks::named::named;
use crate::clicks::specimen::row_wise;
use crate::registry::{Benchmark, Variant};
use crate::workload::Workload;

/// Samples of the batch of a benchmark.
const SAMPLES: usize = 4096;
/// Past items of each of them.
const HISTORY: usize = 10;
/// Items that occur in the batch, however many rows there are.
const POOL: usize = 5000;

/// Every named model.
pub fn variants() -> Vec<Variant> {
    named(|name| name.starts_with("din"))
}

/// The row-wise training step with tables of 10 thousand, 100 thousand and a million rows, of which the batch touches as many, and once
/// with a batch whose items are all different.
pub fn benchmarks() -> Vec<Benchmark> {
    let sizes = [(10_000, false), (100_000, false), (1_000_000, false), (1_000_000, true)];
    let describe = |(rows, spread): (usize, bool)| Benchmark {
        name: format!("din, {rows} rows{}", if spread { ", other items in each sample" } else { "" }),
        samples: SAMPLES,
        unit: "samples",
        specimen: Box::new(move |device| network(rows, spread, device)),
    };
    sizes.into_iter().map(describe).collect()
}

/// Embeddings of 16, half of the rows for users and half for items, the paper's unit and head with PReLU.
fn network(rows: usize, spread: bool, device: &Device) -> Result<Box<dyn Workload>, Error> {
    let table = rows / 2;
    let field = |name: &str| Field { name: name.to_string(), vocab_size: table, shares: None };
    let layout = Layout {
        fields: vec![field("user"), field("item")],
        numeric: Vec::new(),
        sequences: vec![SequenceField { name: "history".to_string(), length: HISTORY, fields: vec![1] }],
        tasks: vec!["click".to_string()],
    };
    let network = Network {
        embedding_dim: 16,
        head: vec![200, 80],
        activation: HiddenActivation::Prelu,
        ..Network::default()
    };
    let model = fill_uniform(network.config(&layout).init(device)?, 0, 0.05);
    row_wise(model, &layout, batch(table, spread), device)
}

/// A user of its own for each sample, and items from a pool that is spread over the table.
fn batch(table: usize, spread: bool) -> Encoded {
    let pool = if spread { table } else { POOL };
    let item = |sample: usize, at: usize| ((sample * (1 + HISTORY) + at) % pool * (table / pool)) as u32;
    let user = |sample: usize| (sample * (table / SAMPLES)) as u32;
    let history = EncodedSequence {
        ids: (0..SAMPLES).flat_map(|sample| (1..=HISTORY).map(move |at| item(sample, at))).collect(),
        lengths: vec![HISTORY as u32; SAMPLES],
    };
    Encoded::new(
        SAMPLES,
        (0..SAMPLES).flat_map(|sample| [user(sample), item(sample, 0)]).collect(),
        Vec::new(),
        vec![history],
        (0..SAMPLES).map(|sample| (sample % 3 % 2) as f32).collect(),
        Vec::new(),
    )
}
