//! What holds for any weights.

use burn::tensor::{Device, Int, Tensor};
use pyrarium_time_series::{Backbone, MaskConfig, NormKind, Positions, Scaling, TsMixerConfig};

use crate::{BACKBONES, distance, forecaster, random, tiny};

fn past(seed: u64) -> Tensor<3> {
    random([2, 21, 3], seed)
}

#[test]
fn forecasts_shift_and_scale_with_each_channel() {
    let device = Device::flex();
    let factor = Tensor::<3>::from_data([[[2.0, 0.5, 30.0]]], &device);
    let shift = Tensor::<3>::from_data([[[5.0, -1.0, 10.0]]], &device);
    for backbone in BACKBONES {
        let model = forecaster(&tiny().with_backbone(backbone));
        let plain = model.forward(past(1), None) * factor.clone() + shift.clone();
        let moved = model.forward(past(1) * factor.clone() + shift.clone(), None);
        // The variance of each channel is about 0.3, so that the added 1e-5 alone changes a unit of forecast by up to 7e-5; 30 units.
        let error = distance(plain / factor.clone(), moved / factor.clone());
        assert!(error < 2e-4, "{backbone}: {error:e}");
    }
}

#[test]
fn the_mean_scaler_scales_only() {
    let model = forecaster(&tiny().with_scaling(Scaling::Mean));
    let plain = model.forward(past(1), None) * 7.0;
    assert!(distance(plain, model.forward(past(1) * 7.0, None)) < 1e-5);
    let model = forecaster(&tiny().with_scaling(Scaling::None));
    let plain = model.forward(past(1), None) * 7.0;
    assert!(distance(plain, model.forward(past(1) * 7.0, None)) > 1e-2);
}

#[test]
fn channels_are_alike_and_independent_without_a_mixer_over_them() {
    let order = Tensor::<1, Int>::from_data([2, 0, 1], &Device::flex());
    let model = forecaster(&tiny());
    let permuted = model.forward(past(1).select(2, order.clone()), None);
    assert!(distance(permuted, model.forward(past(1), None).select(2, order.clone())) < 1e-6);

    let first = |x: Tensor<3>| x.narrow(2, 0, 1);
    let other = Tensor::cat(vec![first(past(1)), past(2).narrow(2, 1, 2)], 2);
    for backbone in BACKBONES {
        let model = forecaster(&tiny().with_backbone(backbone));
        let change = distance(first(model.forward(past(1), None)), first(model.forward(other.clone(), None)));
        let independent = change < 1e-6;
        assert_eq!(independent, backbone == Backbone::Ci, "{backbone}: {change:e}");
    }
}

#[test]
fn a_channel_independent_model_takes_any_number_of_channels() {
    let model = forecaster(&tiny());
    let alone = model.forward(past(1).narrow(2, 1, 1), None);
    assert!(distance(alone, model.forward(past(1), None).narrow(2, 1, 1)) < 1e-6);
}

#[test]
fn patches_are_the_last_ones() {
    let config = |context, patch, stride| {
        TsMixerConfig::new(1).with_context_length(context).with_patch_length(patch).with_patch_stride(stride)
    };
    for (context, patch, stride, patches) in [
        (32, 8, 8, 4),
        (512, 8, 8, 64),
        (21, 5, 3, 6),
        (9, 8, 8, 1),
        (16, 8, 8, 2),
        (512, 16, 8, 63),
        (20, 3, 7, 3),
    ] {
        assert_eq!(config(context, patch, stride).num_patches(), patches);
    }
    let model = forecaster(&tiny().with_scaling(Scaling::None));
    let output = model.model.forward(past(1), None);
    for patch in 0..6 {
        let expected = past(1).narrow(1, 1 + 3 * patch, 5).swap_dims(1, 2);
        let actual = output.patches.clone().narrow(2, patch, 1).squeeze_dim::<3>(2);
        assert_eq!(distance(actual, expected), 0.0);
    }
}

#[test]
fn unobserved_steps_change_no_statistics() {
    let observed = random([2, 21, 3], 3).greater_elem(-0.5).float();
    let other = past(1) * observed.clone() + past(2) * (observed.clone() * -1.0 + 1.0);
    for scaling in [Scaling::Mean, Scaling::Std] {
        let model = forecaster(&tiny().with_scaling(scaling));
        let statistics = |past| {
            let output = model.model.forward(past, Some(observed.clone()));
            Tensor::cat(vec![output.loc, output.scale], 1)
        };
        assert!(distance(statistics(past(1)), statistics(other.clone())) < 1e-6, "{scaling}");
        let unmasked = model.model.forward(past(1), None);
        let without = Tensor::cat(vec![unmasked.loc, unmasked.scale], 1);
        assert!(distance(statistics(past(1)), without) > 1e-3, "{scaling}");
    }
}

#[test]
fn hidden_patches_are_not_seen() {
    let device = Device::flex();
    let mut config = tiny().with_scaling(Scaling::None).with_patch_length(3);
    config.mask = MaskConfig::new().with_value(0.25);
    let model = pyrarium_layers::seeded::fill_uniform(config.init_pretraining(&device).unwrap(), 1, 0.5);
    let mask = Tensor::<1>::from_data([0.0, 1.0, 0.0, 0.0, 1.0, 1.0, 0.0], &device).reshape([1, 1, 7]);
    let mask = mask.expand([2, 3, 7]);
    let steps = mask.clone().unsqueeze_dim::<4>(3).expand([2, 3, 7, 3]).reshape([2, 3, 21]).swap_dims(1, 2);
    let other = past(1) + past(2) * steps;
    let restored = |past| model.forward(past, None, mask.clone());
    assert_eq!(distance(restored(past(1)), restored(other.clone())), 0.0);
    // The targets are the patches themselves, so that the loss does see the difference.
    let loss = |past| model.loss(past, None, mask.clone());
    assert!(distance(loss(past(1)), loss(other)) > 1e-3);
}

#[test]
fn the_gate_of_the_channel_mixer_comes_first() {
    // An MLP of zeros gives nothing whatever the gate does; a gate behind an MLP with a bias would give a share of the bias.
    let model = tiny().with_backbone(Backbone::Ic).init_model(&Device::flex()).unwrap();
    let mixer = model.layers[0].channel_mixer.clone().unwrap();
    let mut mlp = mixer.mlp.clone();
    mlp.fc2.weight = mlp.fc2.weight.map(|weight| weight.zeros_like());
    mlp.fc2.bias = mlp.fc2.bias.map(|bias| bias.map(|bias| bias.ones_like()));
    let mixer = pyrarium_time_series::ChannelMixer { mlp, ..mixer };
    let x = random([2, 3, 6, 6], 1);
    assert!(distance(mixer.forward(x.clone()), x + 1.0) < 1e-6);
}

#[test]
fn encodings_have_mean_zero_and_deviation_a_tenth() {
    let config = tiny().with_positions(Positions::SinCos);
    let model = config.init_model(&Device::flex().autodiff()).unwrap();
    let positions = model.positions.unwrap();
    assert!(!positions.is_require_grad());
    let values = crate::numbers(positions.val().into_data());
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (values.len() - 1) as f64;
    assert!(mean.abs() < 1e-7 && (variance.sqrt() - 0.1).abs() < 1e-7, "{mean} {variance}");
    // sin 0 = 0 and cos 0 = 1, both shifted by the same and scaled by the same as sin 1.
    let unit = values[1] - values[0];
    assert!(((values[6] - values[0]) / unit - 1.0_f64.sin()).abs() < 1e-6);

    let learnt = tiny().with_positions(Positions::Random).init_model(&Device::flex().autodiff()).unwrap();
    assert!(learnt.positions.unwrap().is_require_grad());
}

#[test]
fn batch_normalisation_takes_all_patches_of_all_channels_together() {
    let device = Device::flex().autodiff();
    let model = tiny().with_norm(NormKind::Batch).init_model(&device).unwrap();
    let x = Tensor::<4>::from_data(pyrarium_layers::seeded::tensor_data([2, 3, 6, 6], 1, 1.0), &device);
    let normed = model.layers[0].patch_mixer.norm.forward(x * 3.0 + 2.0).reshape([36, 6]);
    let mean = crate::numbers(normed.clone().mean_dim(0).into_data());
    let square = crate::numbers(normed.square().mean_dim(0).into_data());
    assert!(mean.iter().all(|mean| mean.abs() < 1e-5), "{mean:?}");
    assert!(square.iter().all(|square| (square - 1.0).abs() < 1e-4), "{square:?}");
}
