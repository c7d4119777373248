//! What fitting does to the weights.

use burn::tensor::Device;
use pyrarium_train::evaluate::{augmented_accuracy, evaluate};
use pyrarium_train::fit::FitConfig;
use pyrarium_train::optimizer::{OptimizerConfig, OptimizerKind};

use crate::support::{body, digits, fit, network, source, values};

fn one_epoch(batch_size: usize) -> FitConfig {
    FitConfig { epochs: 1, batch_size, workers: 0, ..FitConfig::default() }
}

fn sgd(learning_rate: f64) -> OptimizerConfig {
    OptimizerConfig { kind: OptimizerKind::Sgd, learning_rate, beta_1: 0.0, ..OptimizerConfig::default() }
}

/// The largest difference of two lists of values.
fn difference(one: &[f32], other: &[f32]) -> f32 {
    one.iter().zip(other).map(|(one, other)| (one - other).abs()).fold(0.0, f32::max)
}

#[test]
fn every_optimizer_learns() {
    let data = digits(256);
    let before = evaluate(&network(), source(&data, &data.train), &Device::flex()).unwrap().loss;
    for (kind, learning_rate) in [
        (OptimizerKind::Adam, 1e-2),
        (OptimizerKind::AdamW, 1e-2),
        (OptimizerKind::Adan, 1e-2),
        (OptimizerKind::AdaGrad, 1e-1),
        (OptimizerKind::Lamb, 1e-2),
        (OptimizerKind::Lion, 3e-3),
        (OptimizerKind::RmsProp, 1e-3),
        (OptimizerKind::Sgd, 1e-1),
    ] {
        let optimizer = OptimizerConfig { kind, learning_rate, ..OptimizerConfig::default() };
        let fitted = fit(&data, &FitConfig { epochs: 3, ..one_epoch(32) }, &optimizer);
        let after = evaluate(&fitted.model, source(&data, &data.train), &Device::flex()).unwrap().loss;
        assert!(after < 0.8 * before, "{kind:?}: {before} to {after}");
    }
}

#[test]
fn a_body_without_a_learning_rate_stays_as_it_is() {
    let data = digits(64);
    let optimizer = OptimizerConfig { body_factor: 0.0, ..OptimizerConfig::default() };
    let trained = fit(&data, &one_epoch(32), &optimizer).model;
    assert_eq!(body(&trained), body(&network()));
    assert!(difference(&values(&trained.head.weight.val()), &values(&network().head.weight.val())) > 1e-4);
}

#[test]
fn accumulated_batches_step_like_one_large_batch() {
    let data = digits(64);
    let whole = fit(&data, &one_epoch(64), &sgd(0.1)).model;
    let parts = fit(&data, &FitConfig { accumulation: 4, ..one_epoch(16) }, &sgd(0.1)).model;
    // The sums are taken in another order: 1e-6 is ten roundings of weights of this size.
    assert!(difference(&body(&whole), &body(&parts)) < 1e-6);
    assert!(difference(&body(&whole), &body(&network())) > 1e-4, "the step is larger than the tolerance");
}

#[test]
fn clipping_bounds_the_step_over_all_parameters() {
    let data = digits(64);
    let config = FitConfig { clip_norm: 0.01, ..one_epoch(64) };
    let trained = fit(&data, &config, &sgd(1.0)).model;
    let step: f32 =
        body(&trained).iter().zip(body(&network())).map(|(after, before)| (after - before).powi(2)).sum();
    assert!(step.sqrt() <= 0.0101 && step > 0.0, "{}", step.sqrt());
}

#[test]
fn the_average_of_the_weights_lags_behind_them() {
    let data = digits(64);
    let last = fit(&data, &one_epoch(64), &sgd(0.1)).model;
    let averaged = fit(&data, &FitConfig { average_decay: 0.75, ..one_epoch(64) }, &sgd(0.1)).model;
    let expected: Vec<f32> =
        body(&network()).iter().zip(body(&last)).map(|(start, end)| 0.75 * start + 0.25 * end).collect();
    assert!(difference(&body(&averaged), &expected) < 1e-6);
}

#[test]
fn the_history_has_every_epoch_of_both_splits() {
    let fitted = fit(&digits(64), &FitConfig { epochs: 3, ..one_epoch(32) }, &sgd(0.1));
    for (split, metric) in
        [("train", "Loss"), ("train", "Accuracy"), ("valid", "Loss"), ("valid", "Accuracy")]
    {
        let epochs: Vec<f64> = fitted.history.curve(split, metric).iter().map(|point| point.0).collect();
        assert_eq!(epochs, [1.0, 2.0, 3.0], "{split} {metric}");
    }
    let last = fitted.history.curve("valid", "Accuracy")[2].1;
    let data = digits(64);
    let tested = evaluate(&fitted.model, source(&data, &data.test), &Device::flex()).unwrap();
    assert!((last - tested.accuracy).abs() < 1e-9, "{last} {}", tested.accuracy);
}

#[test]
fn copies_of_an_image_that_is_not_augmented_change_nothing_and_none_are_refused() {
    let data = digits(64);
    let (model, device) = (network(), Device::flex().autodiff());
    let plain = evaluate(&model, source(&data, &data.test), &device).unwrap().accuracy;
    assert_eq!(augmented_accuracy(&model, source(&data, &data.test), 3, &device).unwrap(), plain);
    let error = augmented_accuracy(&model, source(&data, &data.test), 0, &device).unwrap_err();
    assert_eq!(error.to_string(), "augmented copies = 0: must be at least 1");
}
