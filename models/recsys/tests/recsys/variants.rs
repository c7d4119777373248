//! The checks that every variant must pass, and the table of the model card.

use std::ops::Range;

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use pyrarium_layers::{seeded, testing};
use pyrarium_recsys::{
    ClickModel, DinDemoConfig, Features, FieldSpec, InputSpec, Model, ModelConfig, SequenceSpec, VARIANTS,
    Variant,
};

use crate::features;

/// A variant of the table, with its small form.
struct Checked(Variant);

impl Checked {
    fn input(&self) -> InputSpec {
        match self.0.small() {
            ModelConfig::Din(config) => config.input,
            ModelConfig::DinDemo(config) => config.input,
            ModelConfig::FinalMlp(config) => config.input,
            ModelConfig::CtrMlp(config) => config.input,
            ModelConfig::Logistic(config) => config.input,
            ModelConfig::MultiTask(config) => config.input,
            ModelConfig::Dtrn(config) => config.input,
        }
    }
}

/// Whether scores go through a softmax.
fn softmax(variant: &Variant) -> bool {
    ["din-softmax", "din-demo"].contains(&variant.name)
}

impl testing::Variant for Checked {
    type Module = Model;
    type Input = Features;

    fn name(&self) -> &str {
        self.0.name
    }

    fn expected_params(&self) -> usize {
        self.0.num_params
    }

    fn full_size(&self, device: &Device) -> Model {
        (self.0.config)().init(device).unwrap()
    }

    /// What is added to all scores of a softmax, or to all keys, changes nothing.
    fn is_idle(&self, path: &str) -> bool {
        path.ends_with("k.bias") || (softmax(&self.0) && path.ends_with("scores.output.bias"))
    }

    fn small(&self, seed: u64, device: &Device) -> Model {
        seeded::fill_uniform(self.0.small().init(device).unwrap(), seed, 0.5)
    }

    fn input(&self, rows: Range<usize>, device: &Device) -> Features {
        features(&self.input(), rows, device)
    }

    fn forward(&self, model: &Model, features: Features) -> Tensor<2> {
        ClickModel::forward(model, &features)
    }

    fn outputs(&self) -> usize {
        match self.0.small() {
            ModelConfig::MultiTask(config) => config.tasks,
            ModelConfig::Dtrn(config) => config.tasks,
            _ => 1,
        }
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
        let small = variant.small();
        let model = small.init(&Device::flex()).unwrap();
        assert_eq!(model.num_params(), small.num_params().unwrap(), "{}, small", variant.name);
    }
}

#[test]
fn names_are_unique_and_configurations_survive_serde() {
    for (index, variant) in VARIANTS.iter().enumerate() {
        assert!(VARIANTS[..index].iter().all(|other| other.name != variant.name), "{}", variant.name);
        let config = (variant.config)();
        let json = serde_json::to_string(&config).unwrap();
        assert_eq!(serde_json::from_str::<ModelConfig>(&json).unwrap(), config, "{}", variant.name);
    }
}

/// The demonstration has 95,938 trainable parameters besides embeddings and the biases of items; the running statistics of its two batch
/// norms, of 128 and 384 features, are no parameters there.
#[test]
fn the_demonstration_has_the_parameters_of_its_authors_network() {
    let (items, categories) = (11, 3);
    let input = InputSpec {
        fields: vec![FieldSpec::new("item", items), FieldSpec::new("category", categories)],
        num_numeric: 0,
        sequences: vec![SequenceSpec { fields: vec![0, 1], length: 5 }],
    };
    let model = DinDemoConfig::new(input).init(&Device::flex()).unwrap();
    let embeddings = (items + categories) * 64 + items;
    assert_eq!(model.num_params() - embeddings - 2 * (128 + 384), 95_938);
}

/// What the reference counts for d = 8 and four fields: 30,418, with two heads 28,370, DualMLP 20,994.
#[test]
fn the_counts_of_finalmlp_are_those_of_the_reference() {
    let embeddings = 4 * 50 * 8;
    for (name, expected) in [("finalmlp", 30_418), ("finalmlp-2-heads", 28_370), ("dualmlp", 20_994)] {
        let variant = VARIANTS.iter().find(|variant| variant.name == name).unwrap();
        assert_eq!(variant.num_params - embeddings, expected, "{name}");
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
