//! The checks that every variant must pass, and the table of the model card.

use std::ops::Range;

use burn::tensor::{Device, Tensor};
use pyrarium_layers::{seeded, testing};
use pyrarium_mlp::{Mlp, VARIANTS, Variant};

use crate::random;

/// A variant of the table; its small form has the same kind and depth, 16 features, 12 inputs, 3 classes.
struct Checked(Variant);

impl testing::Variant for Checked {
    type Module = Mlp;
    type Input = Tensor<2>;

    fn name(&self) -> &str {
        self.0.name
    }

    fn expected_params(&self) -> usize {
        self.0.num_params
    }

    fn full_size(&self, device: &Device) -> Mlp {
        self.0.config().unwrap().init(device).unwrap()
    }

    fn small(&self, seed: u64, device: &Device) -> Mlp {
        seeded::fill_uniform(self.0.small().unwrap().init(device).unwrap(), seed, 0.3)
    }

    fn input(&self, rows: Range<usize>, device: &Device) -> Tensor<2> {
        random([8, 12], 5, device).slice([rows])
    }

    fn forward(&self, network: &Mlp, x: Tensor<2>) -> Tensor<2> {
        network.forward(x)
    }

    fn outputs(&self) -> usize {
        3
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
        assert_eq!(variant.config().unwrap().num_params(), variant.num_params, "{variant:?}");
    }
}

#[test]
fn the_model_card_lists_every_variant() {
    let card = include_str!("../../README.md");
    for Variant { name, kind, image_shape: [channels, height, width], num_classes, num_params, .. } in
        VARIANTS
    {
        let row = format!(
            "| {name} | {kind} | {channels}x{height}x{width} | {} | {} |",
            grouped(num_classes),
            grouped(num_params)
        );
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
