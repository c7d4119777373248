//! DIN: its parts put together by hand, its base models, its attention.

use burn::tensor::{Device, Tensor};
use pyrarium_recsys::{
    ClickModel, DinConfig, DinDemoConfig, Features, HiddenActivation, InterestConfig, Normalize, Pooling,
};

use crate::{distance, features, histories, seeded};

fn config() -> DinConfig {
    DinConfig::new(histories(4, 0)).with_embedding_dim(3).with_head(vec![5, 4])
}

#[test]
fn it_is_the_head_over_profile_candidate_and_interest() {
    let device = Device::flex();
    let model = seeded(config().init(&device).unwrap());
    let batch = features(&histories(4, 0), 0..5, &device);
    let fields = model.input.fields.forward(batch.categorical.clone()).flatten::<2>(1, 2);
    let history = &batch.sequences[0];
    let items = model.input.fields.lookup(&[0, 1], history.ids.clone());
    let unit = model.input.pools[0].attention.as_ref().unwrap();
    // The candidate is the sample's item and category, here all fields.
    let (interest, weights) = unit.forward(fields.clone(), items, history.mask.clone());
    let expected = model.head.forward(Tensor::cat(vec![fields, interest], 1));
    assert!(distance(model.forward(&batch), expected) < 1e-6);
    assert!(distance(model.attention_weights(&batch).remove(0), weights) < 1e-7);
}

#[test]
fn the_candidate_changes_the_interest_but_not_the_pooled_past() {
    let device = Device::flex();
    let spec = histories(4, 0);
    let mut batch = features(&spec, 0..5, &device);
    let other = features(&spec, 1..6, &device);
    for pooling in [Pooling::Attention, Pooling::Mean, Pooling::Sum] {
        let model = seeded(config().with_pooling(pooling).init(&device).unwrap());
        let interest = |batch: &Features| model.input.interests(batch).remove(0).0;
        let before = interest(&batch);
        batch.categorical = other.categorical.clone();
        let change = distance(before, interest(&batch));
        assert_eq!(change > 1e-3, pooling == Pooling::Attention, "{pooling}: {change}");
        batch.categorical = features(&spec, 0..5, &device).categorical;
    }
}

#[test]
fn padding_changes_no_logit() {
    let device = Device::flex();
    let spec = histories(4, 0);
    let batch = features(&spec, 0..5, &device);
    let mut other = batch.clone();
    let padding = other.sequences[0].mask.clone().equal_elem(0.0).int().unsqueeze_dim::<3>(2);
    other.sequences[0].ids = other.sequences[0].ids.clone() + padding.expand([5, 4, 2]) * 3;
    assert!(other.sequences[0].ids.to_data() != batch.sequences[0].ids.to_data());
    let softmax = InterestConfig::new().with_normalize(Normalize::Softmax { scale: 1.0 });
    let mut configs = vec![config(), config().with_interest(softmax)];
    configs.extend([Pooling::Mean, Pooling::Sum].map(|pooling| config().with_pooling(pooling)));
    for config in configs {
        for activation in [HiddenActivation::Dice, HiddenActivation::Prelu] {
            for device in [Device::flex(), Device::flex().autodiff()] {
                let model = seeded(config.clone().with_activation(activation).init(&device).unwrap());
                let batch = features(&spec, 0..5, &device);
                let mut other = other.clone();
                other.sequences[0].ids = other.sequences[0].ids.clone().to_device(&device);
                other = Features { categorical: batch.categorical.clone(), ..other };
                other.sequences[0].mask = batch.sequences[0].mask.clone();
                assert!(distance(model.forward(&batch), model.forward(&other)) < 1e-6, "{config:?}");
            }
        }
    }
    let demo = seeded(DinDemoConfig::new(spec).with_embedding_dim(2).init(&device).unwrap());
    assert!(distance(demo.forward(&batch), demo.forward(&other)) < 1e-6);
}

#[test]
fn an_empty_past_gives_no_nan() {
    let device = Device::flex();
    let spec = histories(4, 0);
    let mut batch = features(&spec, 0..2, &device);
    batch.sequences[0].mask = batch.sequences[0].mask.zeros_like();
    let softmax = InterestConfig::new().with_normalize(Normalize::Softmax { scale: 1.0 });
    for config in [config(), config().with_interest(softmax), config().with_pooling(Pooling::Mean)] {
        let model = seeded(config.init(&device).unwrap());
        let (interest, _) = model.input.interests(&batch).remove(0);
        assert_eq!(interest.abs().max().into_scalar::<f32>(), 0.0);
        assert!(model.forward(&batch).into_data().iter::<f32>().all(f32::is_finite));
    }
}

#[test]
fn the_demonstration_adds_the_bias_of_the_item() {
    let device = Device::flex();
    let spec = histories(4, 0);
    let demo = seeded(DinDemoConfig::new(spec.clone()).with_embedding_dim(2).init(&device).unwrap());
    let batch = features(&spec, 0..3, &device);
    let bias =
        demo.item_bias.weight.val().select(0, batch.categorical.clone().narrow(1, 0, 1).squeeze_dim(1));
    let mut without = demo.clone();
    without.item_bias.weight = without.item_bias.weight.map(|weight| weight.zeros_like());
    assert!(distance(demo.forward(&batch), without.forward(&batch) + bias) < 1e-6);
}
