//! The checks that every variant must pass, and the table of the model card.

use std::ops::Range;

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use pyrarium_layers::{BagClassifier, Regressor, seeded, testing};
use pyrarium_memory::hopfield::{BagNet, LookupClassifier, NetworkConfig, VARIANTS, Variant};

use crate::random;

/// Rows of the fixed sequence of inputs.
const ROWS: usize = 8;
/// Instances of a bag.
const SIZE: usize = 3;

/// A network of the table, in its small form.
#[derive(Module, Debug)]
#[allow(clippy::large_enum_variant)]
enum Network {
    Bag(BagNet),
    Lookup(LookupClassifier),
}

fn network(config: &NetworkConfig, device: &Device) -> Network {
    match config {
        NetworkConfig::Bag(config) => Network::Bag(config.init(device).unwrap()),
        NetworkConfig::Lookup(config) => Network::Lookup(config.init(device).unwrap()),
    }
}

struct Checked(Variant);

impl testing::Variant for Checked {
    type Module = Network;
    type Input = Tensor<3>;

    fn name(&self) -> &str {
        self.0.name
    }

    fn expected_params(&self) -> usize {
        self.0.num_params
    }

    fn full_size(&self, device: &Device) -> Network {
        network(&(self.0.config)(), device)
    }

    fn small(&self, seed: u64, device: &Device) -> Network {
        let filled = seeded::fill_uniform(network(&self.0.small(), device), seed, 0.5);
        match (filled, self.0.small()) {
            // Labels are probabilities, not weights.
            (Network::Lookup(net), NetworkConfig::Lookup(config)) => {
                let label =
                    |at: usize| f32::from(at / config.classes % config.classes == at % config.classes);
                let labels: Vec<f32> = (0..config.quantity * config.classes).map(label).collect();
                let labels = Tensor::<1>::from_data(labels.as_slice(), device);
                let samples = random([config.quantity, config.features], seed + 7, device);
                Network::Lookup(net.with_samples(samples, labels.reshape([config.quantity, config.classes])))
            }
            (filled, _) => filled,
        }
    }

    fn input(&self, rows: Range<usize>, device: &Device) -> Tensor<3> {
        let shape = match self.0.small() {
            NetworkConfig::Bag(config) => [ROWS, SIZE, config.instances.inputs()],
            NetworkConfig::Lookup(config) => [ROWS, 1, config.features],
        };
        random(shape, 5, device).slice([rows])
    }

    fn forward(&self, network: &Network, x: Tensor<3>) -> Tensor<2> {
        match network {
            Network::Bag(net) => net.score(x, None).unsqueeze_dim(1),
            // One column: the scores of two classes cannot be any two numbers.
            Network::Lookup(net) => {
                let scores = net.predict(x.squeeze_dim(1));
                scores.clone().narrow(1, 0, 1) - scores.narrow(1, 1, 1)
            }
        }
    }

    fn outputs(&self) -> usize {
        1
    }
}

#[test]
fn every_variant_passes_the_checks() {
    for variant in VARIANTS {
        testing::check_all(&Checked(variant), &Device::flex()).unwrap();
    }
}

#[test]
fn the_formula_counts_the_parameters_of_every_variant() {
    for variant in VARIANTS {
        assert_eq!((variant.config)().num_params().unwrap(), variant.num_params, "{}", variant.name);
    }
}

/// The count written out once more, layer by layer.
#[test]
fn the_counts_are_those_of_the_official_networks() {
    let front = (25 + 1) * 20 + (25 * 20 + 1) * 50 + (800 + 1) * 500;
    let pooling = 3 * 2 * 500 + 3 * (500 + 1) * 32 + (32 + 1) * 500 + 500;
    assert_eq!(front + pooling + 501, 494_667);
    let bits = 3 * 2 * 8 + 3 * (8 + 1) * 64 + (64 + 1) * 8 + 8 + 9;
    assert_eq!(bits, 2_313);
    let counts: Vec<usize> = VARIANTS[..2].iter().map(|variant| variant.num_params).collect();
    assert_eq!(counts, [2_313, 494_667]);
}

#[test]
fn the_model_card_lists_every_variant() {
    let card = include_str!("../../README.md");
    for Variant { name, num_params, .. } in VARIANTS {
        let row = format!("| {name} | {} |", grouped(num_params));
        assert!(card.contains(&row), "the model card lacks {row}");
    }
}

/// 1234567 as "1,234,567".
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).unwrap()).collect();
    groups.join(",")
}
