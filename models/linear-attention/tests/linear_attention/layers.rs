//! What every layer promises: it can be cut anywhere, and no token sees a later one.

use burn::tensor::{Device, Tensor};
use pyrarium_layers::TokenMixer;
use pyrarium_linear_attention::{MixerConfig, MixerState};

use crate::{distance, mixers, random, seeded_mixer};

const LENGTH: usize = 21;

#[test]
fn parts_that_hand_on_the_state_are_the_whole() {
    let device = Device::flex();
    let x = random([2, LENGTH, 16], 2, &device);
    for (name, config) in mixers() {
        let mixer = seeded_mixer(&config, &device);
        let (whole, _) = mixer.forward(x.clone(), None);
        for cut in [1, 2, 3, 8, 9, 20] {
            let (left, state) = mixer.forward(x.clone().narrow(1, 0, cut), None);
            let (right, _) = mixer.forward(x.clone().narrow(1, cut, LENGTH - cut), Some(state));
            let error = distance(Tensor::cat(vec![left, right], 1), whole.clone());
            assert!(error < 2e-5, "{name} cut at {cut}: {error:e}");
        }
    }
}

#[test]
fn steps_are_the_whole() {
    let device = Device::flex();
    let x = random([2, LENGTH, 16], 2, &device);
    for (name, config) in mixers() {
        let mixer = seeded_mixer(&config, &device);
        let (whole, _) = mixer.forward(x.clone(), None);
        let mut state = None;
        for token in 0..LENGTH {
            let (y, after) = mixer.step(x.clone().narrow(1, token, 1).squeeze_dim(1), state);
            state = Some(after);
            let error = distance(y, whole.clone().narrow(1, token, 1).squeeze_dim(1));
            assert!(error < 2e-5, "{name}, token {token}: {error:e}");
        }
    }
}

#[test]
fn no_token_sees_a_later_one() {
    let device = Device::flex();
    let x = random([1, LENGTH, 16], 2, &device);
    for (name, config) in mixers() {
        let mixer = seeded_mixer(&config, &device);
        let (before, _) = mixer.forward(x.clone(), None);
        for changed in [1, 8, 20] {
            let other = random([1, 1, 16], 9, &device);
            let y = x.clone().slice_assign([0..1, changed..changed + 1, 0..16], other);
            let (after, _) = mixer.forward(y, None);
            let error = distance(after.clone().narrow(1, 0, changed), before.clone().narrow(1, 0, changed));
            // Sums over all tokens round differently where a later one differs.
            assert!(error < 1e-6, "{name}, token {changed}: {error:e}");
            let effect = distance(after.narrow(1, changed, 1), before.clone().narrow(1, changed, 1));
            assert!(effect > 1e-4, "{name}: token {changed} has no effect on itself");
        }
    }
}

#[test]
fn the_state_of_linear_attention_does_not_grow() {
    let device = Device::flex();
    for (name, config) in mixers() {
        let mixer = seeded_mixer(&config, &device);
        let size = |length: usize| match mixer.forward(random([1, length, 16], 3, &device), None).1 {
            MixerState::Recurrent(state) => {
                assert_eq!(state.position, length);
                let tails =
                    state.conv.map_or(0, |tails| tails.iter().map(|x| x.shape().num_elements()).sum());
                state.s.shape().num_elements() + tails
            }
            MixerState::Cache(cache) => cache.k.shape().num_elements() + cache.v.shape().num_elements(),
        };
        match &config {
            MixerConfig::Attention(config) => match config.window {
                Some(window) => assert_eq!(size(20), 2 * (window - 1) * 8, "{name}"),
                None => assert_eq!(size(20), 2 * size(10), "{name}"),
            },
            _ => assert_eq!(size(20), size(10), "{name}"),
        }
    }
}

#[test]
fn a_layer_has_as_many_parameters_as_its_configuration_says() {
    use burn::module::Module;
    for (name, config) in mixers() {
        let mixer = config.init(&Device::flex()).unwrap();
        assert_eq!(mixer.num_params(), config.num_params().unwrap(), "{name}");
    }
}

#[test]
fn decays_and_gates_are_between_0_and_1() {
    use pyrarium_linear_attention::{GlaConfig, Mixer, RetentionConfig};
    let device = Device::flex();
    let retention = RetentionConfig::new(64).init(&device).unwrap();
    let decays = retention.decays();
    assert_eq!(decays[..3], [1.0 - 1.0 / 32.0, 1.0 - 1.0 / 64.0, 1.0 - 1.0 / 128.0]);
    assert!(decays.iter().all(|&decay| decay > 0.0 && decay < 1.0));
    let config = MixerConfig::Gla(GlaConfig::new(16).with_n_heads(2));
    let Mixer::Gla(gla) = seeded_mixer(&config, &device) else { panic!("not gated attention") };
    let gates = gla.log_gates(random([2, 5, 16], 4, &device)).exp().into_data();
    assert_eq!(gates.shape().to_vec(), [2, 2, 5, 4]);
    assert!(gates.iter::<f32>().all(|gate| gate > 0.0 && gate < 1.0));
}
