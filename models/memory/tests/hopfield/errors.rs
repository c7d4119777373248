//! What cannot be is refused by name.

use burn::tensor::{Device, Tensor};
use pyrarium_memory::hopfield::{
    BagNetConfig, ClassicalHopfield, InstancesConfig, LookupClassifierConfig, ModernHopfield, PoolConfig,
    update_in_blocks,
};

use crate::random;

#[test]
fn memories_without_patterns_or_temperature_are_refused() {
    let device = Device::flex();
    let message = |patterns, beta| ModernHopfield::new(patterns, beta).unwrap_err().to_string();
    let stored = || random::<2>([3, 4], 1, &device);
    assert_eq!(message(stored(), 0.0), "beta = 0: must be greater than 0");
    assert_eq!(message(stored(), f64::NAN), "beta = NaN: must be greater than 0");
    let expected = "patterns = [0, 4]: must be at least one pattern of at least one feature";
    assert_eq!(message(Tensor::zeros([0, 4], &device), 1.0), expected);
    assert!(ClassicalHopfield::new(Tensor::zeros([0, 4], &device)).is_err());
}

#[test]
fn networks_whose_parts_do_not_fit_are_refused() {
    let device = Device::flex();
    let message = |config: BagNetConfig| config.init(&device).unwrap_err().to_string();
    let base = BagNetConfig::bit_patterns();
    let wrong = BagNetConfig { instances: InstancesConfig::Raw(7), ..base.clone() };
    assert_eq!(message(wrong), "pool.features = 8: must be instances.features = 7");
    let none =
        BagNetConfig { instances: InstancesConfig::Raw(0), ..base.clone() }.with_pool(PoolConfig::Mean);
    assert_eq!(message(none), "instances.inputs = 0: must be between 1 and 1048576");
    assert_eq!(message(base.with_dropout(1.0)), "dropout = 1: must be 0 or more and less than 1");
    let one = LookupClassifierConfig::new(4, 1, 3).init(&device).unwrap_err().to_string();
    assert_eq!(one, "classes = 1: must be between 2 and 1048576");
}

#[test]
#[should_panic(expected = "states of shape [2, 5] do not go with patterns of shape [3, 4]")]
fn states_of_another_size_panic_with_both_shapes() {
    let device = Device::flex();
    update_in_blocks(random([2, 5], 1, &device), random([3, 4], 1, &device), 1.0, 2);
}
