//! The checks that every variant must pass, and the table of the model card.

use std::ops::Range;

use burn::tensor::{Device, Int, Tensor};
use pyrarium_layers::{LanguageModel, seeded, testing};
use pyrarium_linear_attention::{Lm, VARIANTS, Variant};

use crate::tokens;

const VOCAB: usize = 7;
const LENGTH: usize = 4;

/// A variant of the table, with its small form.
struct Checked(Variant);

impl testing::Variant for Checked {
    type Module = Lm;
    type Input = Tensor<2, Int>;

    fn name(&self) -> &str {
        self.0.name
    }

    fn expected_params(&self) -> usize {
        self.0.num_params
    }

    fn full_size(&self, device: &Device) -> Lm {
        (self.0.config)().init(device).unwrap()
    }

    fn small(&self, seed: u64, device: &Device) -> Lm {
        seeded::fill_uniform(self.0.small().init(device).unwrap(), seed, 0.4)
    }

    fn input(&self, rows: Range<usize>, device: &Device) -> Tensor<2, Int> {
        tokens(rows, LENGTH, VOCAB, device)
    }

    fn forward(&self, model: &Lm, tokens: Tensor<2, Int>) -> Tensor<2> {
        model.logits(tokens).flatten(1, 2)
    }

    fn outputs(&self) -> usize {
        LENGTH * VOCAB
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

/// The count written out once more, from the sizes alone.
#[test]
fn the_counts_are_those_of_the_paper_s_layers() {
    let count = |d: usize, heads: usize, inner: usize| {
        let layer = 4 * d * d + d * heads + 4 * 3 * d + d / heads + 3 * d * inner + 2 * d;
        24 * layer + d + 2 * 32_000 * d
    };
    assert_eq!(count(2048, 16, 5632), 1_365_677_056);
    assert_eq!(count(1024, 8, 2816), 374_362_112);
    assert_eq!(count(1024, 4, 2816), 374_266_880);
    for (name, params) in [("1.3b", 1_365_677_056), ("340m", 374_362_112), ("340m-4-heads", 374_266_880)] {
        let variant = VARIANTS.iter().find(|variant| variant.name == format!("deltanet-{name}")).unwrap();
        assert_eq!(variant.num_params, params);
    }
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
