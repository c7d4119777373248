//! Every named variant: the checks of the house, and the parameter counts of the reference.

use std::ops::Range;

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use pyrarium_layers::{seeded, testing};
use pyrarium_time_series::{Backbone, Forecaster, TsMixerConfig, TsMixerForecaster, VARIANTS, Variant};

struct Checked(Variant);

impl testing::Variant for Checked {
    type Module = TsMixerForecaster;
    type Input = Tensor<3>;

    fn name(&self) -> &str {
        self.0.name
    }

    fn expected_params(&self) -> usize {
        self.0.num_params
    }

    fn full_size(&self, device: &Device) -> TsMixerForecaster {
        (self.0.config)().init_forecaster(device).unwrap()
    }

    fn small(&self, seed: u64, device: &Device) -> TsMixerForecaster {
        seeded::fill_uniform(self.0.small().init_forecaster(device).unwrap(), seed, 0.5)
    }

    fn input(&self, rows: Range<usize>, device: &Device) -> Tensor<3> {
        Tensor::from_data(seeded::tensor_data([8, 20, 3], 3, 1.0), device).slice([rows])
    }

    fn forward(&self, model: &TsMixerForecaster, past: Tensor<3>) -> Tensor<2> {
        model.forecast(past, None).flatten(1, 2)
    }

    fn outputs(&self) -> usize {
        24
    }

    fn overfit(&self) -> testing::Overfit {
        // Behind the hierarchical head, the last layer sees a patch divided by its length, and larger steps go back and forth in the end.
        let (steps, learning_rate) =
            if (self.0.config)().reconcile.hierarchical { (800, 3e-3) } else { (200, 1e-2) };
        testing::Overfit { rows: 2, steps, learning_rate, ..testing::Overfit::default() }
    }
}

#[test]
fn every_variant_passes_the_checks() {
    for variant in VARIANTS {
        testing::check_all(&Checked(variant), &Device::flex()).unwrap_or_else(|message| panic!("{message}"));
    }
}

/// Backbone, with the head for forecasting, and with the head for pretraining.
fn counts(config: &TsMixerConfig) -> [usize; 3] {
    let device = Device::flex();
    [
        config.init_model(&device).unwrap().num_params(),
        config.init_forecaster(&device).unwrap().num_params(),
        config.init_pretraining(&device).unwrap().num_params(),
    ]
}

#[test]
fn parameter_counts_are_those_of_transformers() {
    assert_eq!(counts(&TsMixerConfig::new(3)), [1_512, 2_040, 1_584]);
    assert_eq!(counts(&TsMixerConfig::etth1(7)), [137_088, 432_096, 137_480]);
    assert_eq!(counts(&TsMixerConfig::electricity(321)), [177_296, 275_696, 177_432]);
    let mixing = TsMixerConfig::etth1(7).with_backbone(Backbone::Ic);
    assert_eq!(counts(&mixing), [138_510, 433_518, 138_902]);
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
