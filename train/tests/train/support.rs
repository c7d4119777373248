//! A small network on the digits, with weights that do not come from Burn's generator.

use std::sync::Arc;

use burn::tensor::{Device, Tensor};
use pyrarium_datasets::{ImageDataset, Splits, open};
use pyrarium_layers::seeded::fill_uniform;
use pyrarium_mlp::{BottleneckMlp, BottleneckMlpConfig};
use pyrarium_train::classification::Classification;
use pyrarium_train::fit::{Fit, FitConfig, Fitted};
use pyrarium_train::images::{ImageSource, Preparation};
use pyrarium_train::loader::{Loader, Order};
use pyrarium_train::optimizer::OptimizerConfig;
use pyrarium_train::progress::Display;

/// The first `count` training digits, and 50 test digits.
pub fn digits(count: usize) -> Splits {
    let data = open("digits", None).unwrap();
    let first = |images: &ImageDataset, count: usize| images.select(&(0..count).collect::<Vec<_>>());
    Splits { train: first(&data.train, count), test: first(&data.test, 50), ..data }
}

/// B_1-Wi_16 with seeded weights.
pub fn network() -> BottleneckMlp {
    let device = Device::flex().autodiff();
    let config = BottleneckMlpConfig::new(64, 10).with_blocks(1).with_width(16);
    fill_uniform(config.init(&device).unwrap(), 1, 0.2)
}

/// Trains [`network`] on `data`.
pub fn fit(data: &Splits, config: &FitConfig, optimizer: &OptimizerConfig) -> Fitted<BottleneckMlp> {
    let device = Device::flex();
    let Fitted { model, history, throughput } = Fit {
        task: Classification::new(network(), 0.0, false),
        config,
        optimizer,
        train: Loader::new(
            source(data, &data.train),
            config.batch_size,
            Order::Shuffled { seed: 3 },
            &device,
        ),
        valid: Loader::new(source(data, &data.test), config.batch_size, Order::Sequential, &device),
        directory: None,
        display: &Display::Silent,
        profile: Arc::default(),
    }
    .run()
    .unwrap();
    Fitted { model: model.model, history, throughput }
}

/// Images of `data`, normalised and nothing else.
pub fn source(data: &Splits, images: &ImageDataset) -> Arc<ImageSource> {
    ImageSource::new(images.clone(), Preparation::plain(data.normalization.clone())).unwrap()
}

/// The values of a parameter.
pub fn values<const D: usize>(tensor: &Tensor<D>) -> Vec<f32> {
    tensor.clone().into_data().try_into_vec().unwrap()
}

/// All parameters of the body, in a fixed order.
pub fn body(network: &BottleneckMlp) -> Vec<f32> {
    let block = &network.blocks[0];
    let weights = [&network.input.weight, &block.expand.weight, &block.contract.weight];
    weights.into_iter().flat_map(|weight| values(&weight.val())).collect()
}
