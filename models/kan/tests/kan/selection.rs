//! Selecting and pruning change what a network computes by nothing but the removed contributions.

use burn::{
    module::{Module, Param},
    store::ModuleRecord,
    tensor::{Device, Tensor},
};
use pyrarium_kan::{
    Family, Granularity, Kan, KanLayer, KanLayerConfig, KanLinearConfig, Mask, Pruning, SelectableKanLinear,
    SelectableKanLinearConfig, pool,
};
use pyrarium_layers::seeded;

use crate::{all_families, distance, network, random};

const GRANULARITIES: [Granularity; 3] = [Granularity::Node, Granularity::Edge, Granularity::Layer];

fn layer(granularity: Granularity, device: &Device) -> SelectableKanLinear {
    let config = SelectableKanLinearConfig::new(3, 4, pool(8).unwrap()).with_granularity(granularity);
    seeded::fill_uniform(config.init(device).unwrap(), 1, 0.5)
}

/// One family at each place, going round.
fn going_round(shape: [usize; 3]) -> Mask {
    let places = shape[1] * shape[2];
    let kept = (0..shape[0] * places).map(|i| i / places == (i % places) % shape[0]).collect();
    Mask::new(shape, kept).unwrap()
}

/// The layer with all coefficients of what the mask removes set to zero.
fn zeroed(layer: &SelectableKanLinear, mask: &Mask) -> SelectableKanLinear {
    let mut layer = layer.clone();
    let [members, inputs, outputs] = mask.shape;
    let [_, columns] = layer.weight.dims();
    let kept: Vec<f32> = mask.kept.iter().map(|&kept| f32::from(kept)).collect();
    let kept = Tensor::<1>::from_data(kept.as_slice(), &layer.weight.device());
    let kept = kept.reshape([members, 1, inputs, outputs]).expand([members, 8, 3, columns]);
    let kept = Tensor::cat(vec![Tensor::ones([3, columns], &kept.device()), kept.reshape([120, columns])], 0);
    layer.weight = layer.weight.map(|weight| weight * kept);
    layer
}

#[test]
fn one_member_is_the_ordinary_layer() {
    let device = Device::flex();
    let x = random([10, 3], 2, &device);
    for family in Family::ALL {
        let basis = family.basis(8).unwrap();
        let mut single = KanLinearConfig::new(3, 4, basis).init(&device).unwrap();
        single.weight = Param::from_tensor(random([27, 4], 7, &device));
        let config = SelectableKanLinearConfig::new(3, 4, vec![basis]);
        let mut selectable = seeded::fill_uniform(config.init(&device).unwrap(), 5, 0.5);
        selectable.weight = single.weight.clone();
        assert!(distance(single.forward(x.clone()), selectable.forward(x.clone())) < 1e-6, "{family}");
    }
}

#[test]
fn one_allowed_family_of_the_pool_is_that_family() {
    let device = Device::flex();
    let x = random([10, 3], 2, &device);
    let layer = layer(Granularity::Node, &device);
    for (member, family) in Family::ALL.into_iter().enumerate() {
        let mask = Mask::new([5, 1, 4], (0..20).map(|i| i / 4 == member).collect()).unwrap();
        let selected = layer.clone().select(&mask).unwrap();
        let mut single = KanLinearConfig::new(3, 4, family.basis(8).unwrap()).init(&device).unwrap();
        let weight = selected.weight.val();
        let own = weight.clone().narrow(0, 3 + 24 * member, 24);
        single.weight = Param::from_tensor(Tensor::cat(vec![weight.narrow(0, 0, 3), own], 0));
        assert!(distance(single.forward(x.clone()), selected.forward(x.clone())) < 1e-6, "{family}");
    }
}

#[test]
fn selecting_changes_the_function_by_the_removed_contributions_only() {
    let device = Device::flex();
    let x = random([20, 3], 2, &device);
    for granularity in GRANULARITIES {
        let layer = layer(granularity, &device);
        for keep in [1, 2, 3] {
            let mask = layer.contributions(x.clone()).unwrap().strongest(keep).unwrap();
            let selected = layer.clone().select(&mask).unwrap();
            let expected = zeroed(&layer, &mask).forward(x.clone());
            assert!(distance(selected.forward(x.clone()), expected) < 1e-5, "{granularity} {keep}");
            assert!(distance(selected.forward(x.clone()), layer.forward(x.clone())) > 1e-2);
            assert_eq!(selected.mask(), mask);
        }
    }
}

#[test]
fn pruning_after_a_selection_changes_nothing() {
    let device = Device::flex();
    let x = random([20, 3], 2, &device);
    for granularity in GRANULARITIES {
        let shape = layer(granularity, &device).scores.dims();
        let layer = layer(granularity, &device);
        let two = layer.contributions(x.clone()).unwrap().strongest(2).unwrap();
        for mask in [going_round(shape), two] {
            let selected = layer.clone().select(&mask).unwrap();
            let expected = selected.forward(x.clone());
            let pruning = selected.pruning(0.0, x.clone()).unwrap();
            assert_eq!(pruning, Pruning { mask: mask.clone(), edges: None });
            let sparse = selected.sparse(&pruning).unwrap();
            assert!(distance(sparse.forward(x.clone()), expected.clone()) < 1e-5, "{granularity}");
            if granularity != Granularity::Edge {
                let grouped = selected.grouped(&mask).unwrap();
                assert!(distance(grouped.forward(x.clone()), expected) < 1e-5, "{granularity}");
                assert_eq!(grouped.num_params(), sparse.num_params());
            }
            let kept = mask.kept.iter().filter(|&&kept| kept).count() * 12 / mask.places();
            assert_eq!(sparse.num_params(), 12 + 8 * kept, "{granularity}");
        }
    }
}

#[test]
fn a_selected_network_trains_only_what_it_keeps() {
    let device = Device::flex().autodiff();
    let layer = layer(Granularity::Node, &device);
    let layer = layer.select(&going_round([5, 1, 4])).unwrap();
    let gradients = layer.forward(random([10, 3], 2, &device)).square().sum().backward();
    let gradient = layer.weight.grad(&gradients).unwrap().reshape([41, 3, 4]).abs().sum_dim(1);
    let by_function: Vec<f32> = gradient.into_data().iter().collect();
    for (index, gradient) in by_function.into_iter().enumerate() {
        let (function, output) = (index / 4, index % 4);
        let kept = function == 0 || (function - 1) / 8 == output;
        assert_eq!(gradient > 0.0, kept, "function {function}, output {output}: {gradient}");
    }
    let scores = layer.scores.grad(&gradients).unwrap().abs().max().into_scalar::<f32>();
    assert!(scores < 1e-6, "nothing is left to choose: {scores}");
}

#[test]
fn contributions_are_deviations_of_the_members_parts() {
    let device = Device::flex();
    let x = random([50, 3], 2, &device);
    let layer = layer(Granularity::Node, &device);
    let contributions = layer.contributions(x.clone()).unwrap();
    let without = |member: usize| {
        let mask = Mask::new([5, 1, 4], (0..20).map(|i| i / 4 != member).collect()).unwrap();
        layer.forward(x.clone()) - zeroed(&layer, &mask).forward(x.clone())
    };
    for member in 0..5 {
        let expected: Vec<f64> = without(member).var_bias(0).sqrt().into_data().iter::<f64>().collect();
        for (output, expected) in expected.into_iter().enumerate() {
            assert!((contributions.get(member, output) - expected).abs() < 1e-5, "{member} {output}");
        }
    }
}

#[test]
fn by_edge_and_by_node_agree_where_a_node_has_one_edge() {
    let device = Device::flex();
    let x = random([50, 1], 2, &device);
    let of = |granularity| {
        let config = SelectableKanLinearConfig::new(1, 4, pool(8).unwrap()).with_granularity(granularity);
        let layer = seeded::fill_uniform(config.init(&device).unwrap(), 1, 0.5);
        let contributions = layer.contributions(x.clone()).unwrap();
        (0..20).map(|i| contributions.get(i / 4, i % 4)).collect::<Vec<_>>()
    };
    for (node, edge) in of(Granularity::Node).into_iter().zip(of(Granularity::Edge)) {
        assert!((node - edge).abs() < 1e-6);
    }
}

#[test]
fn weak_edges_are_dropped() {
    let device = Device::flex();
    let x = random([50, 3], 2, &device);
    let mut layer = layer(Granularity::Node, &device).select(&going_round([5, 1, 4])).unwrap();
    let weak: Vec<f32> =
        (0..41 * 3 * 4).map(|i| if (i / 4) % 3 == 1 && i % 4 == 2 { 1e-4 } else { 1.0 }).collect();
    let weak = Tensor::<1>::from_data(weak.as_slice(), &device).reshape([123, 4]);
    layer.weight = layer.weight.map(|weight| weight * weak);
    let pruning = layer.pruning(1e-2, x.clone()).unwrap();
    let sparse = layer.sparse(&pruning).unwrap();
    assert_eq!(sparse.num_params(), 11 * 9, "one edge of 12 has gone, with its base");
    let change = distance(sparse.forward(x.clone()), layer.forward(x));
    assert!(change > 0.0 && change < 1e-3, "{change}");
}

#[test]
fn a_record_of_a_pruned_network_is_refused_by_one_that_is_not_pruned() {
    let device = Device::flex();
    let x = random([20, 2], 2, &device);
    let full = network(&[2, 5, 1], all_families(), &device);
    let selected = full.select(&masks(&full, &x)).unwrap();
    let prunings = selected.prunings(0.0, x.clone()).unwrap();
    let pruned = selected.pruned(&prunings).unwrap();
    let record = |network: &Kan| {
        let bytes = network.clone().into_record().into_bytes().unwrap();
        ModuleRecord::from_bytes(bytes).unwrap()
    };
    let error = full.clone().try_load_record(record(&pruned)).unwrap_err().to_string();
    assert!(error.contains("Missing tensors") && error.contains("Selectable"), "{error}");
    assert!(pruned.clone().try_load_record(record(&full)).is_err());
    let again = full.pruned(&prunings).unwrap().try_load_record(record(&pruned)).unwrap();
    again.forward(x.clone()).into_data().assert_eq(&pruned.forward(x).into_data(), true);
}

#[test]
fn a_selection_is_part_of_the_record() {
    let device = Device::flex();
    let x = random([20, 2], 2, &device);
    let full = network(&[2, 5, 1], all_families(), &device);
    let selected = full.select(&masks(&full, &x)).unwrap();
    let loaded = full.try_load_record(selected.clone().into_record()).unwrap();
    assert_eq!(loaded.masks(), selected.masks());
    loaded.forward(x.clone()).into_data().assert_eq(&selected.forward(x).into_data(), true);
}

#[test]
fn prunings_round_trip_as_text() {
    let pruning = Pruning { mask: going_round([5, 1, 4]), edges: Some(vec![true, false]) };
    let text = serde_json::to_string(&pruning).unwrap();
    assert_eq!(serde_json::from_str::<Pruning>(&text).unwrap(), pruning);
}

#[test]
fn single_networks_have_nothing_to_select() {
    let device = Device::flex();
    let layer = KanLayerConfig::single(Family::Rbf.basis(8).unwrap());
    let network = network(&[2, 1], layer, &device);
    assert!(network.masks().is_none() && matches!(network.layers[0], KanLayer::Single(_)));
    let error = network.contributions(random([5, 2], 1, &device)).unwrap_err().to_string();
    assert_eq!(error, "layer = without a pool: must be selectable");
}

fn masks(network: &Kan, x: &Tensor<2>) -> Vec<Mask> {
    let contributions = network.contributions(x.clone()).unwrap();
    contributions.iter().map(|layer| layer.strongest(1).unwrap()).collect()
}
