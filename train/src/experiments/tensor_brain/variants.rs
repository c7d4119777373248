//! The networks on which backends are compared, and the brains whose speed is measured.

use burn::tensor::Device;
use pyrarium_layers::seeded::{fill_uniform, tensor_data};
use pyrarium_memory::Triple;
use pyrarium_memory::knowledge_graph::{KgModelConfig, KgModelKind};
use pyrarium_memory::tensor_brain::{Order, Senses, TensorBrainConfig, TripleTensors, VARIANTS};

use super::events::EventBatch;
use super::tasks::{Decoding, RankingObjects};
use crate::Error;
use crate::registry::{Benchmark, Variant};
use crate::workload::{Workload, workload};

/// Rows of a batch that backends are compared on.
const SMALL_BATCH: usize = 4;
/// Rows of a batch whose speed is measured.
const BATCH: usize = 128;
/// Features of a region in the named brains.
const FEATURES: usize = 32;

/// The named brains, and the factorisations for Kinships.
pub fn variants() -> Vec<Variant> {
    let brain = |variant: &'static pyrarium_memory::tensor_brain::Variant| Variant {
        name: format!("tensor brain, {}", variant.name),
        parameters: variant.num_params,
        small: Box::new(move |device| brain(&variant.small(), [6, 4], 5, SMALL_BATCH, device)),
    };
    let factors = |kind: KgModelKind| Variant {
        name: format!("{kind}, kinships"),
        parameters: KgModelConfig::new(kind, 104, 25).num_params(),
        small: Box::new(move |device| {
            let model = fill_uniform(KgModelConfig::new(kind, 6, 4).with_dim(8).init(device)?, 0, 0.7);
            let batch = |device: &Device| events([6, 4], 0, SMALL_BATCH, device);
            Ok(workload(RankingObjects { model }, batch, device))
        }),
    };
    VARIANTS.iter().map(brain).chain(KgModelKind::ALL.into_iter().map(factors)).collect()
}

/// The brains of the three graphs.
pub fn benchmarks() -> Vec<Benchmark> {
    let describe = |variant: &'static pyrarium_memory::tensor_brain::Variant| Benchmark {
        name: format!("tensor brain, {}", variant.name),
        samples: BATCH,
        unit: "events",
        specimen: Box::new(move |device| brain(&variant.config(), variant.sizes, FEATURES, BATCH, device)),
    };
    VARIANTS[..3].iter().map(describe).collect()
}

/// A brain with seeded weights, and events in turn.
fn brain(
    config: &TensorBrainConfig,
    sizes: [usize; 2],
    features: usize,
    rows: usize,
    device: &Device,
) -> Result<Box<dyn Workload>, Error> {
    let brain = fill_uniform(config.init(device)?, 0, 0.3);
    let batch = move |device: &Device| events(sizes, features, rows, device);
    Ok(workload(Decoding::new(brain, Order::SOP), batch, device))
}

/// Facts in turn, with noise for regions; without regions for no features.
fn events([entities, predicates]: [usize; 2], features: usize, rows: usize, device: &Device) -> EventBatch {
    let triples: Vec<Triple> = (0..rows)
        .map(|row| Triple::new(row % entities, row % predicates, (2 * row + 1) % entities))
        .collect();
    let region = |seed| burn::tensor::Tensor::from_data(tensor_data([rows, features], seed, 1.0), device);
    let senses = (features > 0).then(|| Senses {
        scene: region(1),
        subject: region(2),
        predicate: region(3),
        object: region(4),
        open: None,
    });
    EventBatch { senses, triples: TripleTensors::new(&triples, device) }
}
