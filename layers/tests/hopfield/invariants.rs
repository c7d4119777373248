//! What the equations promise: iteration, order of patterns, padding, masks, broadcasting, static and connected layers.

use burn::tensor::{Bool, Device, Int, Tensor, TensorData, activation::softmax};
use pyrarium_layers::{
    hopfield::{
        AssociationMask, HopfieldConfig, HopfieldLookupConfig, HopfieldPoolingConfig, Masks, Scaling,
        dynamics,
    },
    seeded,
};

use crate::{distance, layer, random};

fn config() -> HopfieldConfig {
    HopfieldConfig::new(6).with_num_heads(2).with_scaling(Scaling::PerHead(vec![0.7, 2.0]))
}

/// One row of a boolean mask.
fn mask(values: &[bool]) -> Tensor<2, Bool> {
    Tensor::from_data(TensorData::new(values.to_vec(), [1, values.len()]), &Device::flex())
}

#[test]
fn updates_are_the_explicit_iteration_of_the_layer_s_own_queries_and_keys() {
    let device = Device::flex();
    let (state, stored) = (random([2, 4, 6], 1, &device), random([2, 7, 6], 2, &device));
    let betas = Tensor::<4>::from_data([[[[0.7]], [[2.0]]]], &device);
    for updates in 0..6 {
        let layer = layer(&config().with_update_steps_max(Some(updates)).with_fixed_steps(true), &device);
        let (q, k) = (layer.queries(state.clone()), layer.keys(stored.clone()));
        let mut a = softmax(q.matmul(k.clone().swap_dims(2, 3)) * betas.clone(), 3);
        for _ in 0..updates {
            let q = a.matmul(k.clone());
            a = softmax(q.matmul(k.clone().swap_dims(2, 3)) * betas.clone(), 3);
        }
        let found = layer.association_matrix(stored.clone(), state.clone(), &Masks::none());
        assert!(distance(found, a) < 1e-5, "{updates} updates");
    }
}

#[test]
fn an_unlimited_iteration_ends_at_a_fixed_point_and_stops_head_by_head() {
    let device = Device::flex();
    let (state, stored) = (random([2, 4, 6], 1, &device), random([2, 7, 6], 2, &device));
    let settled = layer(&config().with_update_steps_max(None), &device);
    let a = settled.association_matrix(stored.clone(), state.clone(), &Masks::none());
    let k = settled.keys(stored.clone());
    let betas = Tensor::<4>::from_data([[[[0.7]], [[2.0]]]], &device);
    let again = softmax(a.clone().matmul(k.clone()).matmul(k.swap_dims(2, 3)) * betas, 3);
    // The last change was at most 1e-4, and updates contract near a fixed point.
    assert!(distance(a.clone(), again) < 1e-4);
    // With a generous epsilon a head stops after its first update, whatever is allowed.
    let lazy = |eps: f64| {
        let config = config().with_update_steps_max(Some(50)).with_update_steps_eps(eps);
        layer(&config, &device).association_matrix(stored.clone(), state.clone(), &Masks::none())
    };
    let once = layer(&config().with_update_steps_max(Some(1)), &device);
    let once = once.association_matrix(stored.clone(), state.clone(), &Masks::none());
    assert_eq!(lazy(100.0).into_data(), once.into_data());
    assert!(distance(lazy(1e-6), a) < 1e-3);
}

#[test]
fn the_order_of_states_is_kept_and_that_of_stored_patterns_does_not_matter() {
    let device = Device::flex();
    let (state, stored) = (random([2, 4, 6], 1, &device), random([2, 5, 6], 2, &device));
    let layer = layer(&config().with_update_steps_max(Some(3)).with_fixed_steps(true), &device);
    let y = layer.forward(stored.clone(), state.clone(), stored.clone(), &Masks::none());
    let order = |order: &[i64]| Tensor::<1, Int>::from_data(order, &device);
    let moved = stored.clone().select(1, order(&[4, 2, 0, 1, 3]));
    let same = layer.forward(moved.clone(), state.clone(), moved, &Masks::none());
    assert!(distance(same, y.clone()) < 1e-5);
    let turned = state.select(1, order(&[3, 2, 1, 0]));
    let moved = layer.forward(stored.clone(), turned, stored.clone(), &Masks::none());
    assert!(distance(moved, y.select(1, order(&[3, 2, 1, 0]))) < 1e-5);

    let pooling = HopfieldPoolingConfig::new(config()).with_quantity(2).init(&device).unwrap();
    let pooling = seeded::fill_uniform(pooling, 3, 0.5);
    let pooled = pooling.forward(stored.clone(), &Masks::none());
    assert_eq!(pooled.dims(), [2, 12]);
    let moved = pooling.forward(stored.select(1, order(&[1, 3, 0, 4, 2])), &Masks::none());
    assert!(distance(moved, pooled) < 1e-5);
}

#[test]
fn padding_changes_nothing() {
    let device = Device::flex();
    let (state, stored) = (random([1, 4, 6], 1, &device), random([1, 5, 6], 2, &device));
    let padded = Tensor::cat(vec![stored.clone(), random([1, 2, 6], 9, &device)], 1);
    let masks = Masks::padding(mask(&[false, false, false, false, false, true, true]));
    for bias in [false, true] {
        let config = config().with_update_steps_max(Some(2)).with_concat_bias_pattern(bias);
        let layer = layer(&config, &device);
        let plain = layer.forward(stored.clone(), state.clone(), stored.clone(), &Masks::none());
        let with = layer.forward(padded.clone(), state.clone(), padded.clone(), &masks);
        assert!(distance(plain, with) < 1e-5, "bias pattern {bias}");
    }
}

#[test]
fn masks_of_all_kinds_forbid_the_same() {
    let device = Device::flex();
    let (state, stored) = (random([2, 2, 6], 1, &device), random([2, 3, 6], 2, &device));
    let forbidden = [[false, true, false], [true, false, false]];
    let bools = Tensor::<2, Bool>::from_data(forbidden, &device);
    let floats = Tensor::<2>::zeros([2, 3], &device).mask_fill(bools.clone(), f32::NEG_INFINITY);
    let kinds = [
        AssociationMask::Forbid(bools.clone()),
        AssociationMask::ForbidByHead(bools.unsqueeze::<3>().repeat_dim(0, 4)),
        AssociationMask::Add(floats.clone()),
        AssociationMask::AddByHead(floats.unsqueeze::<3>().repeat_dim(0, 4)),
    ];
    for bias in [false, true] {
        let layer = layer(&config().with_concat_bias_pattern(bias).with_update_steps_max(Some(1)), &device);
        let results: Vec<Tensor<4>> = kinds
            .iter()
            .map(|kind| {
                let masks = Masks::association(kind.clone());
                masks.validate([2, 2, 2, 3]).unwrap();
                layer.association_matrix(stored.clone(), state.clone(), &masks)
            })
            .collect();
        let zeros = results[0].clone().narrow(2, 0, 1).narrow(3, 1, 1);
        assert_eq!(zeros.max().into_scalar::<f32>(), 0.0);
        assert!(results.iter().all(|other| distance(other.clone(), results[0].clone()) < 1e-6));
    }
}

#[test]
fn a_static_layer_is_the_update_of_the_memory() {
    let device = Device::flex();
    let (state, stored) = (random([1, 3, 6], 1, &device), random([1, 5, 6], 2, &device));
    let config = HopfieldConfig::associative(6).with_scaling(Scaling::All(1.7));
    let layer = config.init(&device).unwrap();
    let y = layer.forward(stored.clone(), state.clone(), stored.clone(), &Masks::none());
    let expected = dynamics::update(state.squeeze_dim(0), stored.squeeze_dim(0), 1.7);
    assert!(distance(y.squeeze_dim(0), expected) < 1e-6);
    assert_eq!(HopfieldConfig::associative(6).betas(), [1.0]);
}

#[test]
fn connected_values_go_through_the_keys_projection() {
    let device = Device::flex();
    let stored = random([2, 5, 6], 2, &device);
    let connected = layer(&config().with_pattern_projection_as_connected(true).without_norms(), &device);
    let key = connected.key.clone().unwrap();
    let by_hand = connected.value.clone().unwrap().forward(key.forward(stored.clone()));
    let found = connected.projected_patterns(stored.clone()).swap_dims(1, 2).reshape([2, 5, 6]);
    assert!(distance(found, by_hand) < 1e-6);
    // Static ones stop at the key's projection.
    let config = config().with_pattern_projection_as_connected(true).with_pattern_projection_as_static(true);
    let layer = layer(&config.without_norms(), &device);
    let found = layer.projected_patterns(stored.clone()).swap_dims(1, 2).reshape([2, 5, 6]);
    assert!(distance(found, layer.key.clone().unwrap().forward(stored)) < 1e-6);
}

#[test]
fn a_shared_batch_is_that_batch_repeated() {
    let device = Device::flex();
    let (state, stored) = (random([1, 2, 6], 1, &device), random([3, 5, 6], 2, &device));
    let layer = layer(&config(), &device);
    let shared = layer.forward(stored.clone(), state.clone(), stored.clone(), &Masks::none());
    let repeated = layer.forward(stored.clone(), state.repeat_dim(0, 3), stored, &Masks::none());
    assert!(distance(shared, repeated) < 1e-6);
}

#[test]
fn a_table_that_holds_samples_returns_their_targets() {
    let device = Device::flex();
    let config = HopfieldConfig {
        projection_size: Some(2),
        pattern_size: Some(2),
        ..HopfieldConfig::associative(6).with_scaling(Scaling::All(50.0))
    };
    let table = HopfieldLookupConfig::new(config, 4).with_lookup_weights_as_separated(true);
    assert_eq!(table.num_params().unwrap(), 4 * (6 + 2));
    let samples = random::<2>([4, 6], 5, &device);
    let samples = samples.clone() / samples.square().sum_dim(1).sqrt();
    let targets = Tensor::<2>::from_data([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.0, 0.0]], &device);
    let table = table.init(&device).unwrap().set_lookup(samples.clone(), Some(targets.clone()));
    let found = table.forward(samples.unsqueeze::<3>(), &Masks::none()).squeeze_dim(0);
    // The nearest rival of a unit vector is at least 0.3 away in inner product: exp(-15).
    assert!(distance(found, targets) < 1e-3);
}

#[test]
fn dropout_acts_in_training_alone() {
    let config = config().with_dropout(0.5);
    let plain = Device::flex();
    let x = random([1, 5, 6], 2, &plain);
    let evaluated = layer(&config, &plain).forward_self(x.clone(), &Masks::none());
    let without = layer(&config.clone().with_dropout(0.0), &plain).forward_self(x.clone(), &Masks::none());
    assert_eq!(evaluated.clone().into_data(), without.into_data());
    let training = plain.autodiff();
    let x = Tensor::from_data(x.into_data(), &training);
    let trained = layer(&config, &training).forward_self(x, &Masks::none());
    assert_ne!(trained.into_data(), evaluated.into_data());
}
