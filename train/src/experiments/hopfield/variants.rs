//! The networks of the crate in their small forms, on which backends are compared, and those whose speed is measured.

use burn::tensor::Device;
use pyrarium_layers::seeded::fill_uniform;
use pyrarium_memory::hopfield::{BagNetConfig, LookupClassifierConfig, NetworkConfig, VARIANTS};

use super::table_task::{RowBatch, RowClassification};
use crate::Error;
use crate::bag_classification::BagClassification;
use crate::bags::BagBatch;
use crate::registry::{Benchmark, Variant};
use crate::workload::{Workload, workload};

/// Every named network.
pub fn variants() -> Vec<Variant> {
    let describe = |variant: &'static pyrarium_memory::hopfield::Variant| Variant {
        name: variant.name.to_string(),
        parameters: variant.num_params,
        small: Box::new(move |device| match variant.small() {
            NetworkConfig::Bag(config) => bag_net(&config, [3, 4], 0.5, device),
            NetworkConfig::Lookup(config) => lookup(&config, device),
        }),
    };
    VARIANTS.iter().map(describe).collect()
}

/// The official networks for bit patterns and for bags of digits.
pub fn benchmarks() -> Vec<Benchmark> {
    let describe = |name: &str, config: fn() -> BagNetConfig, [bags, instances]: [usize; 2]| Benchmark {
        name: format!("{name}, bags of {instances}"),
        samples: bags,
        unit: "bags",
        specimen: Box::new(move |device| bag_net(&config(), [bags, instances], 0.05, device)),
    };
    vec![
        describe("hopfield-bit-patterns", BagNetConfig::bit_patterns, [32, 16]),
        describe("hopfield-digit-bags", BagNetConfig::digit_bags, [4, 10]),
    ]
}

/// A network with seeded weights in ±`bound` and bags of noise.
fn bag_net(
    config: &BagNetConfig,
    [bags, instances]: [usize; 2],
    bound: f32,
    device: &Device,
) -> Result<Box<dyn Workload>, Error> {
    let model = fill_uniform(config.init(device)?, 0, bound);
    let dims = [bags, instances, config.instances.inputs()];
    Ok(workload(BagClassification { model }, move |device| BagBatch::noise(dims, device), device))
}

/// A table that holds the rows it is trained on.
fn lookup(config: &LookupClassifierConfig, device: &Device) -> Result<Box<dyn Workload>, Error> {
    let (dims, classes) = ([config.quantity, config.features, config.classes], config.classes);
    let rows = RowBatch::noise(dims, device);
    let model =
        fill_uniform(config.init(device)?, 0, 0.5).with_samples(rows.x.clone(), rows.one_hot(classes));
    Ok(workload(RowClassification { model }, move |device| RowBatch::noise(dims, device), device))
}
