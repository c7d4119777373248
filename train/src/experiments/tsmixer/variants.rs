//! The networks in their small forms, on which backends are compared, and those whose speed is measured.

use burn::tensor::Device;
use pyrarium_layers::seeded::fill_uniform;
use pyrarium_time_series::{TsMixerConfig, VARIANTS};

use crate::Error;
use crate::forecasting::Forecasting;
use crate::registry::{Benchmark, Variant};
use crate::windows::WindowBatch;
use crate::workload::{Workload, workload};

/// Windows of a batch that backends are compared on.
const SMALL_BATCH: usize = 3;

/// Every named model.
pub fn variants() -> Vec<Variant> {
    let describe = |variant: &'static pyrarium_time_series::Variant| Variant {
        name: variant.name.to_string(),
        parameters: variant.num_params,
        small: Box::new(move |device| forecaster(&variant.small(), SMALL_BATCH, 0.3, device)),
    };
    VARIANTS.iter().map(describe).collect()
}

/// The notebook's network for ETTh1, and the default one.
pub fn benchmarks() -> Vec<Benchmark> {
    let describe = |variant: &'static pyrarium_time_series::Variant| {
        let samples = if variant.name == "etth1" { 32 } else { 64 };
        Benchmark {
            name: variant.name.to_string(),
            samples,
            unit: "windows",
            specimen: Box::new(move |device| forecaster(&(variant.config)(), samples, 0.1, device)),
        }
    };
    VARIANTS.iter().filter(|variant| ["etth1", "default"].contains(&variant.name)).map(describe).collect()
}

/// A forecaster with seeded weights in ±`bound` and a batch of noise.
fn forecaster(
    config: &TsMixerConfig,
    rows: usize,
    bound: f32,
    device: &Device,
) -> Result<Box<dyn Workload>, Error> {
    let model = fill_uniform(config.init_forecaster(device)?, 0, bound);
    let shape = [rows, config.context_length, config.horizon, config.num_channels];
    Ok(workload(Forecasting { model }, move |device| WindowBatch::noise(shape, device), device))
}
