//! The baselines as forecasters.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use pyrarium_layers::{seeded, testing};
use pyrarium_time_series::{
    DLinearConfig, Forecaster, LastValue, PatchTst, PatchTstConfig, SeasonalNaive, TsMixerConfig,
};

use crate::{distance, random};

struct Attention;

impl testing::Variant for Attention {
    type Module = PatchTst;
    type Input = Tensor<3>;

    fn name(&self) -> &str {
        "patch-tst"
    }

    /// Embedding, positions, norm, head; a block has 4 projections, an MLP and 2 norms.
    fn expected_params(&self) -> usize {
        let (d, patches, horizon): (usize, usize, usize) = (32, 31, 48);
        let linear = |inputs: usize, outputs: usize| inputs * outputs + outputs;
        let block = 4 * linear(d, d) + linear(d, 2 * d) + linear(2 * d, d) + 4 * d;
        linear(16, d) + patches * d + 3 * block + 2 * d + linear(patches * d, horizon)
    }

    fn full_size(&self, device: &Device) -> PatchTst {
        PatchTstConfig::new(256, 48, 5).init(device).unwrap()
    }

    fn small(&self, seed: u64, device: &Device) -> PatchTst {
        let config = PatchTstConfig::new(20, 4, 3).with_patch_length(4).with_patch_stride(4).with_d_model(8);
        let config = config.with_num_layers(2).with_heads(2).with_dropout(0.0).with_head_dropout(0.0);
        seeded::fill_uniform(config.init(device).unwrap(), seed, 0.5)
    }

    fn input(&self, rows: std::ops::Range<usize>, device: &Device) -> Tensor<3> {
        Tensor::from_data(seeded::tensor_data([8, 20, 3], 3, 1.0), device).slice([rows])
    }

    fn forward(&self, model: &PatchTst, past: Tensor<3>) -> Tensor<2> {
        model.forecast(past, None).flatten(1, 2)
    }

    fn outputs(&self) -> usize {
        12
    }

    fn overfit(&self) -> testing::Overfit {
        testing::Overfit { rows: 2, ..testing::Overfit::default() }
    }
}

#[test]
fn attention_passes_the_checks() {
    // The biases of the keys shift all scores of a query alike, so that their gradient is rounding noise and not zero.
    testing::check_all(&Attention, &Device::flex()).unwrap_or_else(|message| panic!("{message}"));
}

fn check(model: &impl Forecaster) {
    let (steps, horizon, channels) = (model.context_length(), model.horizon(), model.num_channels());
    assert_eq!((steps, horizon, channels), (64, 12, 3));
    for rows in [1, 2] {
        let forecast = model.forecast(random([rows, steps, channels], 1), None);
        assert_eq!(forecast.dims(), [rows, horizon, channels]);
        assert!(forecast.into_data().iter::<f32>().all(f32::is_finite));
    }
    let observed = random([2, steps, channels], 2).greater_elem(0.0).float();
    assert_eq!(
        model.forecast(random([2, steps, channels], 1), Some(observed)).dims(),
        [2, horizon, channels]
    );
    assert_eq!(model.target_channels(), None);
}

#[test]
fn every_baseline_forecasts() {
    let device = Device::flex();
    check(&LastValue::new(64, 12, 3).unwrap());
    check(&SeasonalNaive::new(64, 12, 3, 24).unwrap());
    check(&DLinearConfig::new(64, 12, 3).init(&device).unwrap());
    check(&PatchTstConfig::new(64, 12, 3).init(&device).unwrap());
    let config = TsMixerConfig::new(3).with_context_length(64).with_horizon(12);
    check(&config.init_forecaster(&device).unwrap());
}

#[test]
fn attention_shifts_and_scales_with_each_channel() {
    let model = testing::Variant::small(&Attention, 0, &Device::flex());
    let past = random([2, 20, 3], 1);
    let plain = model.forecast(past.clone(), None) * 3.0 - 2.0;
    // As for TSMixer: 1e-5 is added to variances of about 0.3.
    assert!(distance(plain, model.forecast(past * 3.0 - 2.0, None)) < 3e-4);
}

#[test]
fn parameters_of_d_linear() {
    let model = DLinearConfig::new(64, 12, 3).init(&Device::flex()).unwrap();
    assert_eq!(model.num_params(), 2 * (64 * 12 + 12));
}
