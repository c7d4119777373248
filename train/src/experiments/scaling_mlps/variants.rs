//! The networks of the paper: their small forms, on which backends are compared, and those whose speed is measured.

use burn::tensor::Device;
use pyrarium_layers::seeded::fill_uniform;
use pyrarium_mlp::{ConfigError, MlpConfig, VARIANTS};

use crate::classification::Classification;
use crate::images::ImageBatch;
use crate::registry::{Benchmark, Variant};
use crate::workload::{Workload, workload};

/// Images of a batch that backends are compared on.
const SMALL_BATCH: usize = 4;
/// Images of a batch whose speed is measured.
const BATCH: usize = 64;

/// Every named size of the paper.
pub fn variants() -> Vec<Variant> {
    let describe = |variant: &'static pyrarium_mlp::Variant| Variant {
        name: name(variant),
        parameters: variant.num_params,
        small: Box::new(move |device| {
            let images = [SMALL_BATCH, 3, 2, 2];
            Ok(classification(variant.small()?, images, 3, 0.3, device)?)
        }),
    };
    VARIANTS.iter().map(describe).collect()
}

/// The sizes for 32x32 images.
pub fn benchmarks() -> Vec<Benchmark> {
    let describe = |variant: &'static pyrarium_mlp::Variant| Benchmark {
        name: name(variant),
        samples: BATCH,
        unit: "images",
        specimen: Box::new(move |device| {
            let [channels, height, width] = variant.image_shape;
            let images = [BATCH, channels, height, width];
            Ok(classification(variant.config()?, images, variant.num_classes, 0.02, device)?)
        }),
    };
    VARIANTS.iter().filter(|variant| variant.image_shape == [3, 32, 32]).map(describe).collect()
}

/// A network with seeded weights in ±`bound` and a batch of noise.
fn classification(
    config: MlpConfig,
    images: [usize; 4],
    num_classes: usize,
    bound: f32,
    device: &Device,
) -> Result<Box<dyn Workload>, ConfigError> {
    let model = fill_uniform(config.init(device)?, 0, bound);
    let task = Classification::new(model, 0.0, false);
    Ok(workload(task, |device| ImageBatch::noise(images, num_classes, device), device))
}

fn name(variant: &pyrarium_mlp::Variant) -> String {
    let [channels, height, width] = variant.image_shape;
    let (name, kind, classes) = (variant.name, variant.kind, variant.num_classes);
    format!("{kind} {name}, {height}x{width}x{channels}, {classes} classes")
}
