//! The checks that every variant must pass, and the table of the model card.

use std::ops::Range;

use burn::tensor::{Device, Tensor};
use pyrarium_kan::{
    ConvKan, ConvKanConfig, GrKan, GrKanConfig, Kan, KanConfig, Mask, Pruning, Regressor, VARIANTS, Variant,
    VariantKind,
};
use pyrarium_layers::{seeded, testing};

use crate::{all_families, random};

/// A variant; its small form has three outputs.
struct Checked(Variant);

impl Checked {
    fn network(&self, dims: Vec<usize>, device: &Device) -> Kan {
        let config = KanConfig { dims, ..self.0.config().unwrap() };
        let network = config.init(device).unwrap();
        if self.0.kind != VariantKind::Pruned {
            assert_eq!(burn::module::Module::num_params(&network), config.num_params());
            return network;
        }
        // Families going round the nodes.
        let masks: Vec<Mask> = config.dims[1..]
            .iter()
            .map(|&nodes| {
                Mask::new([5, 1, nodes], (0..5 * nodes).map(|i| i / nodes == i % nodes % 5).collect())
                    .unwrap()
            })
            .collect();
        let prunings: Vec<Pruning> = masks.into_iter().map(|mask| Pruning { mask, edges: None }).collect();
        network.pruned(&prunings).unwrap()
    }
}

impl testing::Variant for Checked {
    type Module = Kan;
    type Input = Tensor<2>;

    fn name(&self) -> &str {
        self.0.name
    }

    fn expected_params(&self) -> usize {
        self.0.num_params
    }

    fn full_size(&self, device: &Device) -> Kan {
        self.network(self.0.dims.to_vec(), device)
    }

    fn small(&self, seed: u64, device: &Device) -> Kan {
        seeded::fill_uniform(self.network(vec![4, 6, 3], device), seed, 0.5)
    }

    fn input(&self, rows: Range<usize>, device: &Device) -> Tensor<2> {
        random([8, 4], 5, device).slice([rows])
    }

    fn forward(&self, network: &Kan, x: Tensor<2>) -> Tensor<2> {
        network.predict(x)
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

/// The image network of the paper's kind, 1 -> 8 -> 16 channels.
struct Images;

impl testing::Variant for Images {
    type Module = ConvKan;
    type Input = Tensor<4>;

    fn name(&self) -> &str {
        "S-ConvKAN"
    }

    fn expected_params(&self) -> usize {
        // Each layer 41 functions an edge and 5 scores a node; batch norm 4 a channel.
        (9 * 8 + 72 * 16 + 16 * 10) * 41 + 5 * (8 + 16 + 10) + 4 * (8 + 16)
    }

    fn full_size(&self, device: &Device) -> ConvKan {
        ConvKanConfig::new([1, 28, 28], 10, all_families()).init(device).unwrap()
    }

    fn small(&self, seed: u64, device: &Device) -> ConvKan {
        let config = ConvKanConfig::new([2, 6, 6], 3, all_families()).with_channels(vec![4, 6]);
        seeded::fill_uniform(config.init(device).unwrap(), seed, 0.3)
    }

    fn input(&self, rows: Range<usize>, device: &Device) -> Tensor<4> {
        random([8, 2, 6, 6], 5, device).slice([rows])
    }

    fn forward(&self, network: &ConvKan, x: Tensor<4>) -> Tensor<2> {
        network.forward(x)
    }

    fn outputs(&self) -> usize {
        3
    }
}

#[test]
fn the_image_network_passes_the_checks() {
    testing::check_all(&Images, &Device::flex()).unwrap();
}

/// The group-rational layer of a transformer of width 192.
struct Rational;

impl testing::Variant for Rational {
    type Module = GrKan;
    type Input = Tensor<2>;

    fn name(&self) -> &str {
        "GR-KAN"
    }

    fn expected_params(&self) -> usize {
        // An MLP of the same sizes and 76 more.
        193 * 768 + 769 * 192 + 76
    }

    fn full_size(&self, device: &Device) -> GrKan {
        GrKanConfig::new(192, 768, 192).init(device).unwrap()
    }

    fn small(&self, seed: u64, device: &Device) -> GrKan {
        seeded::fill_uniform(GrKanConfig::new(8, 16, 3).init(device).unwrap(), seed, 0.4)
    }

    fn input(&self, rows: Range<usize>, device: &Device) -> Tensor<2> {
        random([8, 8], 5, device).slice([rows])
    }

    fn forward(&self, layer: &GrKan, x: Tensor<2>) -> Tensor<2> {
        layer.forward(x)
    }

    fn outputs(&self) -> usize {
        3
    }
}

#[test]
fn the_group_rational_layer_passes_the_checks() {
    testing::check_all(&Rational, &Device::flex()).unwrap();
}

#[test]
fn the_model_card_lists_every_variant() {
    let card = include_str!("../../README.md");
    for Variant { name, num_params, source, .. } in VARIANTS {
        let row = format!("| {name} | [2, 5, 1] | {num_params} | {source} |");
        assert!(card.contains(&row), "the model card lacks {row}");
    }
}
