//! A new head on an old body, and the linear probe.

use burn::{
    module::Module,
    optim::{AdamConfig, GradientsParams},
    tensor::Device,
};

use crate::{KINDS, random, reference::Parameters, tiny};

#[test]
fn a_new_head_leaves_the_features_bit_equal() {
    let device = Device::flex();
    let x = random([5, 12], 2, &device);
    for kind in KINDS {
        let network = tiny(kind, &device);
        let (features, params) = (network.features(x.clone()), network.num_params());
        let network = network.with_new_head(7).unwrap();
        network.features(x.clone()).into_data().assert_eq(&features.into_data(), true);
        assert_eq!(network.forward(x.clone()).dims(), [5, 7]);
        assert_eq!(network.num_params(), params + (7 - 3) * (8 + 1));
    }
}

#[test]
fn a_head_needs_classes() {
    for kind in KINDS {
        let error = tiny(kind, &Device::flex()).with_new_head(0).unwrap_err();
        assert_eq!(error.to_string(), "num_classes = 0: must be between 1 and 16777216");
    }
}

#[test]
fn a_linear_probe_trains_the_new_head_and_nothing_else() {
    let device = Device::flex().autodiff();
    for kind in KINDS {
        let probe = tiny(kind, &device).freeze_body().with_new_head(7).unwrap();
        let before = Parameters::of(&probe);
        let loss = probe.forward(random([5, 12], 2, &device)).square().sum();
        let gradients = GradientsParams::from_grads(loss.backward(), &probe);
        assert_eq!(gradients.len(), 2);
        let after = Parameters::of(&AdamConfig::new().init().step(1e-2, probe, gradients));
        for (path, values) in &before.0 {
            assert_eq!(values != &after.0[path], path.starts_with("head"), "{path}");
        }
    }
}
