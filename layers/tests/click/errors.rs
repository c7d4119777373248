//! What the parts of click models refuse.

use burn::tensor::Device;
use pyrarium_layers::{
    BilinearFusionConfig, ConfigError, FeatureGateConfig, FeatureRefineConfig, LocalActivationUnitConfig,
    Normalize,
};

use crate::{fields, random};

fn message<T>(result: Result<T, ConfigError>) -> String {
    result.err().unwrap().to_string()
}

#[test]
fn fusions_that_cannot_be() {
    let with = |config: BilinearFusionConfig| message(config.init(&Device::flex()));
    let both = "must be a divisor of both 4 and 6";
    assert_eq!(with(BilinearFusionConfig::new(4, 6).with_heads(4)), format!("heads = 4: {both}"));
    assert_eq!(with(BilinearFusionConfig::new(4, 6).with_heads(3)), format!("heads = 3: {both}"));
    assert_eq!(with(BilinearFusionConfig::new(4, 6).with_heads(0)), format!("heads = 0: {both}"));
    assert_eq!(with(BilinearFusionConfig::new(0, 6)), "x_dim = 0: must be between 1 and 1048576");
}

#[test]
fn gates_that_cannot_be() {
    let gate = || FeatureGateConfig::new(fields(), 2, 6);
    let with = |config: FeatureGateConfig| message(config.init(&Device::flex()));
    assert_eq!(with(gate().with_context(vec![2])), "context = 2: must be below the 2 fields");
    assert_eq!(with(gate().with_widths(vec![0])), "widths = 0: must be between 1 and 1048576");
    assert_eq!(with(FeatureGateConfig::new(fields(), 2, 0)), "features = 0: must be between 1 and 16777216");
    let refine = FeatureRefineConfig::new(3, 2).with_reduction(0);
    assert_eq!(message(refine.init(&Device::flex())), "reduction = 0: must be between 1 and 65536");
}

#[test]
fn units_that_cannot_be() {
    let unit = || LocalActivationUnitConfig::new(2);
    let with = |config: LocalActivationUnitConfig| message(config.init(&Device::flex()));
    assert_eq!(with(LocalActivationUnitConfig::new(0)), "dim = 0: must be between 1 and 1048576");
    let scale = Normalize::Softmax { scale: f64::NAN };
    assert_eq!(with(unit().with_normalize(scale)), "normalize.scale = NaN: must be finite");
    assert_eq!(with(unit().with_widths(vec![4, 0])), "widths = 0: must be between 1 and 1048576");
}

#[test]
#[should_panic(expected = "a mask of shape [2, 3] for keys of shape [2, 4, 3]")]
fn a_mask_of_another_length_is_refused() {
    let device = Device::flex();
    let unit = LocalActivationUnitConfig::new(3).init(&device).unwrap();
    let _ =
        unit.forward(random([2, 3], 1, &device), random([2, 4, 3], 2, &device), random([2, 3], 3, &device));
}

#[test]
#[should_panic(expected = "a query of shape [2, 2] for keys of shape [2, 4, 3]")]
fn a_candidate_of_another_width_is_refused() {
    let device = Device::flex();
    let unit = LocalActivationUnitConfig::new(3).init(&device).unwrap();
    let _ =
        unit.forward(random([2, 2], 1, &device), random([2, 4, 3], 2, &device), random([2, 4], 3, &device));
}
