//! Heads against each other: a mixture of one expert is a shared bottom, PLE without experts of the tasks' own is MMoE.

use burn::tensor::Device;
use pyrarium_layers::seeded;
use pyrarium_recsys::{
    ClickModel, Experts, Head, HeadConfig, MmoeConfig, MmoeHead, MultiTask, MultiTaskConfig, PleConfig,
    PleHead, SharedBottomConfig, SharedBottomHead, SharedGate, TaskInputs,
};

use crate::{distance, features, histories, seeded as filled};

const TASKS: usize = 2;

fn model(head: HeadConfig) -> MultiTask {
    let config = MultiTaskConfig::new(histories(4, 1), TASKS, head).with_embedding_dim(3);
    filled(config.init(&Device::flex()).unwrap())
}

fn shared_bottom() -> HeadConfig {
    HeadConfig::SharedBottom(SharedBottomConfig::new().with_bottom(vec![6, 5]).with_tower(vec![4]))
}

fn mmoe(experts: usize) -> HeadConfig {
    let config = MmoeConfig::new().with_experts(experts).with_expert(vec![6, 5]);
    HeadConfig::Mmoe(config.with_gate(vec![3]).with_tower(vec![4]))
}

fn ple(layers: usize, shared: usize, specific: usize) -> PleConfig {
    PleConfig::new()
        .with_layers(layers)
        .with_shared_experts(shared)
        .with_specific_experts(specific)
        .with_expert(vec![6, 5])
        .with_gate(vec![3])
        .with_tower(vec![4])
}

#[test]
fn one_expert_is_a_shared_bottom() {
    let (single, mut shared) = (model(mmoe(1)), model(shared_bottom()));
    let Head::Mmoe(MmoeHead { experts, towers, .. }) = single.head.clone() else { panic!("no MMoE") };
    shared.input = single.input.clone();
    let bottom = experts.networks.into_iter().next();
    shared.head = Head::SharedBottom(SharedBottomHead { bottom, towers });
    let batch = features(&histories(4, 1), 0..6, &Device::flex());
    assert!(distance(single.forward(&batch), shared.forward(&batch)) < 1e-6);
}

#[test]
fn ple_without_experts_of_tasks_is_mmoe() {
    let (mut layered, mixed) = (model(HeadConfig::Ple(ple(1, 3, 0))), model(mmoe(3)));
    let Head::Mmoe(MmoeHead { experts, gates, towers }) = mixed.head.clone() else { panic!("no MMoE") };
    let Head::Ple(PleHead { mut layers, .. }) = layered.head.clone() else { panic!("no PLE") };
    (layers[0].shared, layers[0].gates) = (experts, gates);
    layered.input = mixed.input.clone();
    layered.head = Head::Ple(PleHead { layers, towers });
    let batch = features(&histories(4, 1), 0..6, &Device::flex());
    assert!(distance(layered.forward(&batch), mixed.forward(&batch)) < 1e-6);
}

#[test]
fn gates_sum_to_one_over_the_experts_that_they_see() {
    let batch = features(&histories(4, 1), 0..6, &Device::flex());
    for (head, experts) in [
        (mmoe(3), 3),
        (HeadConfig::Ple(ple(1, 2, 1)), 3),
        (HeadConfig::Ple(ple(2, 1, 3)), 4),
        (HeadConfig::Ple(ple(2, 2, 1).with_shared_gate(SharedGate::SharedOnly)), 3),
    ] {
        let model = model(head);
        let gates = model.head.gate_weights(&TaskInputs::Shared(model.input.flat(&batch)));
        assert_eq!(gates.len(), TASKS);
        for weights in gates {
            assert_eq!(weights.dims(), [6, experts]);
            let sums: Vec<f32> = weights.sum_dim(1).into_data().iter().collect();
            assert!(sums.iter().all(|sum| (sum - 1.0).abs() < 1e-6), "{sums:?}");
        }
    }
}

/// Handing every task the same representation is the same as sharing it.
#[test]
fn equal_inputs_of_the_tasks_are_a_shared_one() {
    let batch = features(&histories(4, 1), 0..6, &Device::flex());
    for head in [shared_bottom(), mmoe(3), HeadConfig::Ple(ple(2, 1, 1))] {
        let model = model(head);
        let x = model.input.flat(&batch);
        let shared = model.head.forward(&TaskInputs::Shared(x.clone()));
        let each = model.head.forward(&TaskInputs::PerTask(vec![x; TASKS]));
        assert!(distance(shared, each) < 1e-6);
    }
}

/// The shared gate of the first of two layers weighs the experts of all tasks, or the shared ones alone.
#[test]
fn the_shared_gate_is_that_of_the_paper_or_of_fuxictr() {
    let gates = |shared_gate| {
        let model = model(HeadConfig::Ple(ple(2, 2, 1).with_shared_gate(shared_gate)));
        let Head::Ple(PleHead { layers, .. }) = model.head else { panic!("no PLE") };
        assert!(layers[1].shared_gate.is_none());
        let gate = layers[0].shared_gate.clone().unwrap();
        gate.output.unwrap().weight.dims()[1]
    };
    assert_eq!(gates(SharedGate::All), 4);
    assert_eq!(gates(SharedGate::SharedOnly), 2);
}

#[test]
fn experts_are_independent_networks() {
    let device = Device::flex();
    let model = model(mmoe(2));
    let Head::Mmoe(MmoeHead { experts: Experts { networks }, .. }) = &model.head else { panic!("no MMoE") };
    let x = burn::tensor::Tensor::<2>::from_data(seeded::tensor_data([3, 15], 1, 1.0), &device);
    assert!(distance(networks[0].forward(x.clone()), networks[1].forward(x)) > 1e-3);
}
