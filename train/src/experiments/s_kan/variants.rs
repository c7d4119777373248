//! The networks on which backends are compared, and the layers whose speed is measured.

use burn::tensor::Device;
use pyrarium_kan::{
    ConvKanConfig, Family, KanConfig, KanLayerConfig, Mask, Pruning, VARIANTS, VariantKind, pool,
};
use pyrarium_layers::seeded::fill_uniform;

use super::mlp::TanhMlp;
use crate::Error;
use crate::classification::Classification;
use crate::images::ImageBatch;
use crate::registry::{Benchmark, Variant};
use crate::regression::{PointBatch, Regression};
use crate::workload::{Workload, workload};

/// Rows of a batch that backends are compared on.
const SMALL_BATCH: usize = 4;
/// Rows of a batch whose speed is measured.
const BATCH: usize = 256;
/// Widths of the measured layers.
const WIDTHS: [usize; 2] = [64, 256];

/// The named networks, and S-ConvKAN for 28x28 images.
pub fn variants() -> Vec<Variant> {
    let describe = |variant: &'static pyrarium_kan::Variant| Variant {
        name: format!("{} {:?}", variant.name, variant.dims),
        parameters: variant.num_params,
        small: Box::new(move |device| {
            let mut network = variant.config()?.init(device)?;
            if variant.kind == VariantKind::Pruned {
                network = network.pruned(&going_round(&variant.dims)?)?;
            }
            let model = fill_uniform(network, 0, 0.5);
            let sizes = [SMALL_BATCH, variant.dims[0], variant.dims[2]];
            Ok(workload(Regression { model }, |device| PointBatch::noise(sizes, device), device))
        }),
    };
    VARIANTS.iter().map(describe).chain([s_conv_kan()]).collect()
}

fn s_conv_kan() -> Variant {
    let config = |image, classes| {
        Ok::<_, Error>(ConvKanConfig::new(image, classes, KanLayerConfig::selectable(pool(8)?)))
    };
    Variant {
        name: "S-ConvKAN, 28x28x1, 10 classes".to_string(),
        parameters: config([1, 28, 28], 10).map_or(0, |config| config.num_params()),
        small: Box::new(move |device| {
            let model = config([1, 6, 6], 3)?.with_channels(vec![4, 6]).init(device)?;
            let task = Classification::new(fill_uniform(model, 0, 0.3), 0.0, false);
            Ok(workload(task, |device| ImageBatch::noise([SMALL_BATCH, 1, 6, 6], 3, device), device))
        }),
    }
}

/// Prunings that give the families to the nodes in turn.
fn going_round(dims: &[usize]) -> Result<Vec<Pruning>, Error> {
    let members = Family::ALL.len();
    let pruning = |&nodes: &usize| {
        let kept = (0..members * nodes).map(|index| index / nodes == index % nodes % members).collect();
        Ok(Pruning { mask: Mask::new([members, 1, nodes], kept)?, edges: None })
    };
    dims[1..].iter().map(pruning).collect()
}

/// A layer of each family, the linear layer of as many parameters, and a layer with all families.
pub fn benchmarks() -> Vec<Benchmark> {
    WIDTHS.into_iter().flat_map(of_width).collect()
}

fn of_width(width: usize) -> Vec<Benchmark> {
    let benchmark = |name: String, specimen| Benchmark { name, samples: BATCH, unit: "rows", specimen };
    let kan = move |device: &Device, layer: KanLayerConfig| {
        let model = fill_uniform(KanConfig::new(vec![width, width], layer).init(device)?, 0, 0.1);
        Ok(measured(Regression { model }, [width, width], device))
    };
    let single = |&family: &Family| {
        let specimen = move |device: &Device| kan(device, KanLayerConfig::single(family.basis(8)?));
        benchmark(format!("{family} {width} -> {width}"), Box::new(specimen))
    };
    let linear = move |device: &Device| {
        let model = fill_uniform(TanhMlp::new(&[9 * width, width], device), 0, 0.1);
        Ok(measured(Regression { model }, [9 * width, width], device))
    };
    let all = move |device: &Device| kan(device, KanLayerConfig::selectable(pool(8)?));
    let mut benchmarks: Vec<Benchmark> = Family::ALL.iter().map(single).collect();
    benchmarks.push(benchmark(format!("linear {} -> {width}", 9 * width), Box::new(linear)));
    benchmarks.push(benchmark(format!("all families {width} -> {width}"), Box::new(all)));
    benchmarks
}

fn measured<M: pyrarium_layers::Regressor + 'static>(
    task: Regression<M>,
    [inputs, outputs]: [usize; 2],
    device: &Device,
) -> Box<dyn Workload> {
    workload(task, |device| PointBatch::noise([BATCH, inputs, outputs], device), device)
}
