//! The initialisation of the official code: uniform in ±1/sqrt(inputs) for weights and biases alike.

use burn::tensor::Device;
use pyrarium_mlp::{BottleneckMlpConfig, StandardMlpConfig};

use crate::reference::Parameters;

#[test]
fn weights_and_biases_fill_plus_minus_one_over_the_root_of_the_inputs() {
    let device = Device::flex();
    let bottleneck = BottleneckMlpConfig::new(48, 200).with_width(128).with_blocks(2).init(&device).unwrap();
    let standard = StandardMlpConfig::new(48, 200).with_width(128).with_layers(3).init(&device).unwrap();
    for parameters in [Parameters::of(&bottleneck), Parameters::of(&standard)] {
        for (path, values) in &parameters.0 {
            let inputs: f64 = match path.as_str() {
                path if path.ends_with("gamma") => {
                    assert!(values.iter().all(|value| *value == 1.0), "{path}");
                    continue;
                }
                path if path.ends_with("beta") => {
                    assert!(values.iter().all(|value| *value == 0.0), "{path}");
                    continue;
                }
                path if path.starts_with("input") => 48.0,
                path if path.contains("contract") => 512.0,
                _ => 128.0,
            };
            // The largest of 128 uniform magnitudes is practically never below 0.7 of the bound (0.7^128 < 1e-19).
            let largest =
                values.iter().fold(0.0_f64, |largest, value| largest.max(value.abs())) * inputs.sqrt();
            assert!((0.7..=1.0 + 1e-6).contains(&largest), "{path}: {largest} of the bound");
        }
    }
}
