//! Configurations that cannot be are refused by name; so are windows of another shape.

use burn::tensor::{Device, Tensor};
use pyrarium_time_series::{
    Backbone, ForecastOutput, MaskConfig, MaskKind, NormKind, PatchTstConfig, Reconcile, Scaling,
    TsMixerConfig,
};

use crate::{forecaster, random, tiny};

fn message(config: TsMixerConfig) -> String {
    config.init_forecaster(&Device::flex()).unwrap_err().to_string()
}

#[test]
fn windows_that_cannot_be() {
    assert_eq!(message(tiny().with_context_length(5)), "context_length = 5: must be between 6 and 16777216");
    assert_eq!(message(tiny().with_patch_stride(0)), "patch_stride = 0: must be between 1 and 65536");
    assert_eq!(message(tiny().with_patch_length(0)), "patch_length = 0: must be between 1 and 65536");
    assert_eq!(message(TsMixerConfig::new(0)), "num_channels = 0: must be between 1 and 65536");
}

#[test]
fn blocks_that_cannot_be() {
    assert_eq!(message(tiny().with_dropout(1.0)), "dropout = 1: must be 0 or above, and below 1");
    assert_eq!(
        message(tiny().with_head_dropout(f64::NAN)),
        "head_dropout = NaN: must be 0 or above, and below 1"
    );
    assert_eq!(message(tiny().with_norm(NormKind::None)), "norm = none: must be one of layer, batch");
    assert_eq!(message(tiny().with_norm_eps(0.0)), "norm_eps = 0: must be positive");
    for heads in [0, 4, 12] {
        let expected = format!("attention_heads = {heads}: must be a divisor of d_model = 6");
        assert_eq!(message(tiny().with_attention_heads(Some(heads))), expected);
    }
    assert_eq!(message(tiny().with_num_layers(0)), "num_layers = 0: must be between 1 and 1024");
}

#[test]
fn heads_that_cannot_be() {
    let hierarchical = Reconcile::new().with_hierarchical(true);
    assert_eq!(
        message(tiny().with_horizon(8).with_reconcile(hierarchical.clone())),
        "horizon = 8: must be a multiple of patch_length = 5 with hierarchical reconciliation"
    );
    assert_eq!(
        message(tiny().with_horizon(5).with_output(ForecastOutput::Normal).with_reconcile(hierarchical)),
        "output = normal: must be point where forecasts are reconciled"
    );
    for channels in [vec![], vec![3], vec![1, 0], vec![1, 1]] {
        let expected =
            format!("target_channels = {channels:?}: must be ascending channels below num_channels = 3");
        assert_eq!(message(tiny().with_target_channels(Some(channels))), expected);
    }
    assert_eq!(
        message(tiny().with_output_range(Some([1.0, 1.0]))),
        "output_range = [1, 1]: must be a lower and a higher value"
    );
}

#[test]
fn masks_that_cannot_be() {
    let with = |kind| message(tiny().with_mask(MaskConfig::new().with_kind(kind)));
    for ratio in [1.0, -0.1] {
        let expected = format!("mask.ratio = {ratio}: must be 0 or above, and below 1");
        assert_eq!(with(MaskKind::Random { ratio }), expected);
    }
    for patches in [0, 6] {
        let expected =
            format!("mask.patches = {patches}: must be above 0 and below the 6 patches of a window");
        assert_eq!(with(MaskKind::Forecast { patches: vec![2, patches] }), expected);
    }
    assert_eq!(
        with(MaskKind::Forecast { patches: vec![] }),
        "mask.patches = []: must be above 0 and below the 6 patches of a window"
    );
    let unmasked = tiny().with_mask(MaskConfig::new().with_unmasked_channels(vec![3]));
    assert_eq!(message(unmasked), "mask.unmasked_channels = 3: must be below num_channels = 3");
}

#[test]
fn names_that_are_unknown() {
    assert_eq!(
        "flatten".parse::<Backbone>().unwrap_err().to_string(),
        "backbone = flatten: must be one of v, ci, ic"
    );
    assert_eq!(
        "mae".parse::<ForecastOutput>().unwrap_err().to_string(),
        "output = mae: must be one of point, student_t, normal, negative_binomial"
    );
    assert_eq!(
        "robust".parse::<Scaling>().unwrap_err().to_string(),
        "scaling = robust: must be one of none, mean, std"
    );
}

#[test]
fn counts_below_zero_have_no_likelihood() {
    let error = ForecastOutput::NegativeBinomial.check_targets([0.0, 3.0, -1.0]).unwrap_err();
    assert_eq!(error.to_string(), "target = -1: must be 0 or above for output = negative_binomial");
    assert!(ForecastOutput::NegativeBinomial.check_targets([0.0, 3.0]).is_ok());
    assert!(ForecastOutput::StudentT.check_targets([-1.0]).is_ok());
}

#[test]
fn baselines_that_cannot_be() {
    let error = PatchTstConfig::new(64, 8, 1).with_heads(5).init(&Device::flex()).unwrap_err();
    assert_eq!(error.to_string(), "heads = 5: must be a divisor of d_model = 32");
    let error = PatchTstConfig::new(16, 8, 1).init(&Device::flex()).unwrap_err();
    assert_eq!(error.to_string(), "context_length = 16: must be between 17 and 16777216");
}

#[test]
#[should_panic(expected = "windows of shape [2, 20, 3], but the model needs [batch, 21, 3]")]
fn windows_of_another_length_are_refused() {
    let _ = forecaster(&tiny()).forward(random([2, 20, 3], 1), None);
}

#[test]
#[should_panic(expected = "windows of shape [2, 21, 4], but the model needs [batch, 21, 3]")]
fn another_number_of_channels_is_refused_where_they_are_mixed() {
    let _ = forecaster(&tiny().with_backbone(Backbone::Ic)).forward(random([2, 21, 4], 1), None);
}

#[test]
#[should_panic(expected = "windows of shape [2, 21, 4], but the model needs [batch, 21, 3]")]
fn another_number_of_channels_is_refused_by_heads_over_all_of_them() {
    let model = tiny().init_classifier(&Device::flex()).unwrap();
    let _: Tensor<2> = model.forward(random([2, 21, 4], 1), None);
}
