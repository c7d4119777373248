//! The heads that correct forecasts.

use burn::tensor::{Device, Tensor};
use pyrarium_layers::seeded;
use pyrarium_time_series::{
    CrossChannelHead, Forecaster, Future, Reconcile, TsMixerConfig, TsMixerForecaster, hierarchical_loss,
    patch_sums,
};

use crate::{distance, forecaster, numbers, random, tiny};

fn cross_channel(context: usize) -> CrossChannelHead {
    let config = tiny().with_reconcile(Reconcile::new().with_cross_channel(Some(context)));
    forecaster(&config).cross_channel.unwrap()
}

fn hierarchical() -> TsMixerConfig {
    tiny().with_horizon(10).with_reconcile(Reconcile::new().with_hierarchical(true))
}

#[test]
fn a_cross_channel_head_of_zeros_is_the_identity() {
    for context in [0, 1, 3] {
        let mut head = cross_channel(context);
        head.linear.weight = head.linear.weight.map(|weight| weight.zeros_like());
        head.linear.bias = head.linear.bias.map(|bias| bias.map(|bias| bias.zeros_like()));
        let forecast = random([2, 4, 3], 1);
        assert_eq!(distance(head.forward(forecast.clone()), forecast), 0.0);
    }
}

#[test]
fn a_cross_channel_head_by_loops() {
    let (context, horizon, channels) = (1, 4, 3);
    let head = cross_channel(context);
    let forecast = random([1, horizon, channels], 1);
    let actual = numbers(head.forward(forecast.clone()).into_data());
    let y = numbers(forecast.into_data());
    let at = |step: i64, channel: usize| {
        let inside = (0..horizon as i64).contains(&step);
        if inside { y[step as usize * channels + channel] } else { 0.0 }
    };
    let gate =
        (numbers(head.gate.attention.weight.to_data()), numbers(head.gate.attention.bias.unwrap().to_data()));
    let linear = (numbers(head.linear.weight.to_data()), numbers(head.linear.bias.unwrap().to_data()));
    let size = channels * (2 * context + 1);
    for step in 0..horizon as i64 {
        let window: Vec<f64> = (-1..=1)
            .flat_map(|by| (0..channels).map(move |c| (by, c)))
            .map(|(by, c)| at(step + by, c))
            .collect();
        let scores: Vec<f64> = (0..size)
            .map(|to| gate.1[to] + (0..size).map(|from| window[from] * gate.0[from * size + to]).sum::<f64>())
            .collect();
        let total: f64 = scores.iter().map(|score| score.exp()).sum();
        for channel in 0..channels {
            let mixed: f64 = (0..size)
                .map(|from| window[from] * scores[from].exp() / total * linear.0[from * channels + channel])
                .sum();
            let expected = mixed + linear.1[channel] + at(step, channel);
            let actual = actual[step as usize * channels + channel];
            assert!((actual - expected).abs() < 1e-6, "{actual} {expected}");
        }
    }
}

#[test]
fn a_hierarchical_head_by_loops() {
    let model = forecaster(&hierarchical());
    let head = model.hierarchical.clone().unwrap();
    let (features, forecast) = (random([1, 1, 36], 1), random([1, 1, 10], 2));
    let (refined, sums) = head.forward(features.clone(), forecast.clone());
    assert!(distance(sums.clone(), head.aggregate.forward(features)) < 1e-6);
    let (y, sums) = (numbers(forecast.into_data()), numbers(sums.into_data()));
    for (patch, actual) in numbers(refined.into_data()).chunks(5).enumerate() {
        let with_sum: Vec<f32> =
            y[5 * patch..5 * patch + 5].iter().chain([&sums[patch]]).map(|&value| value as f32).collect();
        let with_sum = Tensor::<1>::from_data(with_sum.as_slice(), &Device::flex()).reshape([1, 6]);
        let expected = numbers(head.linear.forward(head.gate.forward(with_sum)).into_data());
        for (actual, expected) in actual.iter().zip(expected) {
            assert!((actual - expected).abs() < 1e-6);
        }
    }
}

#[test]
fn the_hierarchical_loss_is_zero_for_the_truth() {
    let future = Future { values: random([2, 10, 3], 1), observed: None };
    let sums = patch_sums(future.values.clone(), 5);
    let loss = |forecast: Tensor<3>, sums: Tensor<3>| -> f32 {
        hierarchical_loss(forecast, sums, &future, 5).into_scalar()
    };
    assert_eq!(loss(future.values.clone(), sums.clone()), 0.0);
    // A forecast that is 1 too high everywhere: 1, and sums that differ by 5 from the predicted ones: 25 / 5^2.
    let high = loss(future.values.clone() + 1.0, sums.clone());
    assert!((high - 2.0).abs() < 1e-5, "{high}");
    // Predicted sums that are 1 too high: (1 + 1) / 5^2.
    let wrong = loss(future.values.clone(), sums + 1.0);
    assert!((wrong - 2.0 / 25.0).abs() < 1e-6, "{wrong}");
}

#[test]
fn a_patch_with_missing_values_has_no_sum() {
    let mut observed = random([1, 10, 1], 1).ones_like();
    observed = observed.slice_assign([0..1, 7..8, 0..1], Tensor::zeros([1, 1, 1], &Device::flex()));
    let future = Future { values: random([1, 10, 1], 2), observed: Some(observed) };
    let sums = patch_sums(future.values.clone(), 5);
    let spoilt = sums.clone() + Tensor::<3>::from_data([[[0.0], [1.0]]], &Device::flex());
    let loss: f32 = hierarchical_loss(future.values.clone(), spoilt, &future, 5).into_scalar();
    // The second sum counts in the agreement with the forecast alone: 1 / 2 sums / 5^2.
    assert!((loss - 0.02).abs() < 1e-6, "{loss}");
}

#[test]
fn the_loss_of_a_model_is_that_of_its_forecast_and_its_sums() {
    let model = forecaster(&hierarchical());
    let (past, future) = (random([2, 21, 3], 1) * 4.0 + 2.0, random([2, 10, 3], 2));
    let (forecast, loss) =
        model.forecast_and_loss(past.clone(), None, Future { values: future.clone(), observed: None });
    assert!(distance(forecast.clone(), model.forward(past.clone(), None)) < 1e-6);
    // The sums in the units of the series: predicted for scaled values, each of them shifted.
    let output = model.model.forward(past, None);
    let sums = model.hierarchical.clone().unwrap().aggregate.forward(output.hidden.flatten::<3>(2, 3));
    let sums = sums.swap_dims(1, 2) * output.scale + output.loc * 5.0;
    let expected = hierarchical_loss(forecast, sums, &Future { values: future, observed: None }, 5);
    assert!(distance(loss, expected) < 1e-4);
}

#[test]
fn corrected_forecasts_still_shift_and_scale() {
    let both = Reconcile::new().with_hierarchical(true).with_cross_channel(Some(1));
    let model: TsMixerForecaster = forecaster(&hierarchical().with_reconcile(both));
    let past = random([2, 21, 3], 1);
    let plain = model.forward(past.clone(), None) * 2.0 + 5.0;
    assert!(distance(plain, model.forward(past * 2.0 + 5.0, None)) < 2e-4);
}

#[test]
fn corrections_see_all_channels_before_targets_are_chosen() {
    let config = tiny().with_reconcile(Reconcile::new().with_cross_channel(Some(1)));
    let all = forecaster(&config);
    let one = seeded::fill_uniform(
        config.with_target_channels(Some(vec![1])).init_forecaster(&Device::flex()).unwrap(),
        1,
        0.5,
    );
    let past = random([2, 21, 3], 1);
    let chosen = all.forward(past.clone(), None).narrow(2, 1, 1);
    assert_eq!(distance(one.forward(past, None), chosen), 0.0);
}
