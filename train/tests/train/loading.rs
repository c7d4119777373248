//! The order and content of batches.

use burn::data::dataloader::DataLoader;
use burn::tensor::Device;
use pyrarium_datasets::{AugmentConfig, Mixup, Splits};
use pyrarium_train::images::{ImageBatch, ImageSource, Preparation};
use pyrarium_train::loader::{Loader, Order};

use crate::support::{digits, source, values};

const SHUFFLED: Order = Order::Shuffled { seed: 5 };

/// Everything random is on.
fn random_source(data: &Splits) -> std::sync::Arc<ImageSource> {
    let preparation = Preparation {
        augment: AugmentConfig { shift: 1, flip: 0.5, ..AugmentConfig::default() },
        mixup: Mixup { alpha: 0.4 },
        seed: 5,
        ..Preparation::plain(data.normalization.clone())
    };
    ImageSource::new(data.train.clone(), preparation).unwrap()
}

type Contents = (Vec<f32>, Vec<i64>, Option<f64>);

fn contents(batch: ImageBatch) -> Contents {
    let labels = batch.labels.into_data().convert::<i64>().try_into_vec().unwrap();
    (values(&batch.images), labels, batch.mixed.map(|mixed| mixed.lambda))
}

fn epoch(loader: &Loader<ImageSource>) -> Vec<Contents> {
    loader.epoch().map(|batch| contents(batch.unwrap())).collect()
}

#[test]
fn batches_do_not_depend_on_the_number_of_workers() {
    let data = digits(150);
    let epochs = |workers| {
        let loader = Loader::new(random_source(&data), 16, SHUFFLED, &Device::flex()).with_workers(workers);
        [epoch(&loader), epoch(&loader)]
    };
    let alone = epochs(0);
    assert_ne!(alone[0], alone[1], "another epoch, another order");
    for workers in [1, 2, 3, 20] {
        assert!(epochs(workers) == alone, "{workers} workers");
    }
}

#[test]
fn a_loader_that_starts_later_gives_the_epochs_of_one_that_did_not_stop() {
    let data = digits(40);
    let loader = || Loader::new(random_source(&data), 16, SHUFFLED, &Device::flex());
    let whole = loader();
    let [_, _, third] = [epoch(&whole), epoch(&whole), epoch(&whole)];
    assert!(epoch(&loader().starting_at(3)) == third);
}

#[test]
fn an_epoch_visits_every_sample_once_and_the_last_batch_is_shorter() {
    let data = digits(70);
    let loader = Loader::new(source(&data, &data.train), 32, SHUFFLED, &Device::flex());
    let batches = epoch(&loader);
    assert_eq!(batches.iter().map(|batch| batch.1.len()).collect::<Vec<_>>(), [32, 32, 6]);
    assert_eq!(loader.num_batches(), 3);
    let mut seen: Vec<i64> = batches.into_iter().flat_map(|batch| batch.1).collect();
    let mut all: Vec<i64> = data.train.labels().iter().map(|&label| i64::from(label)).collect();
    assert_ne!(seen, all, "shuffled");
    seen.sort_unstable();
    all.sort_unstable();
    assert_eq!(seen, all);
}

#[test]
fn a_slice_holds_its_samples_alone() {
    let data = digits(40);
    let loader = Loader::new(source(&data, &data.train), 8, Order::Sequential, &Device::flex());
    let slice = loader.slice(10, 30);
    assert_eq!(slice.num_items(), 20);
    let labels: Vec<i64> = slice.iter().flat_map(|batch| contents(batch.unwrap()).1).collect();
    let expected: Vec<i64> = data.train.labels()[10..30].iter().map(|&label| i64::from(label)).collect();
    assert_eq!(labels, expected);
}

#[test]
fn leaving_an_epoch_early_stops_its_workers() {
    let data = digits(150);
    let loader = Loader::new(random_source(&data), 4, SHUFFLED, &Device::flex()).with_workers(2);
    for _ in 0..50 {
        assert!(loader.epoch().next().is_some());
    }
}
