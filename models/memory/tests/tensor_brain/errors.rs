//! What cannot be is refused by name.

use burn::tensor::{Device, Tensor};
use pyrarium_memory::{
    Triple,
    knowledge_graph::{KgModelConfig, KgModelKind},
    tensor_brain::{Choice, EvolutionKind, Group, Order, Role, Stop, TensorBrainConfig},
};

use crate::{ENTITIES, FEATURES, STATE, brain, config, random, senses};

fn message(config: TensorBrainConfig) -> String {
    config.init(&Device::flex()).unwrap_err().to_string()
}

#[test]
fn groups_that_cannot_be() {
    let with = |groups: Vec<Group>| message(TensorBrainConfig::new(groups));
    assert_eq!(with(vec![]), "groups = 0: must be between 1 and 1024");
    assert_eq!(
        with(vec![Group::range("a", 0..3), Group::range("b", 3..3)]),
        "groups.b = no index: must be of at least one index"
    );
    assert_eq!(
        with(vec![Group::range("a", 0..3), Group::range("b", 2..4)]),
        "groups = index 2 in a and in b: must be disjoint"
    );
    assert_eq!(
        with(vec![Group::range("a", 0..3), Group::range("b", 5..6)]),
        "groups.b = 5: must be of indices below 4, the number of all members"
    );
    assert_eq!(
        with(vec![Group::range("a", 0..3), Group::range("a", 3..6)]),
        "groups = a twice: must be of different names"
    );
}

#[test]
fn sizes_and_gates_that_cannot_be() {
    assert_eq!(message(config().with_beta(0.0)), "beta = 0: must be greater than 0");
    assert_eq!(message(config().with_beta(-1.0)), "beta = -1: must be greater than 0");
    assert_eq!(message(config().with_beta(f64::NAN)), "beta = NaN: must be greater than 0");
    assert_eq!(message(config().with_embedding_gain(0.0)), "embedding_gain = 0: must be greater than 0");
    assert_eq!(message(config().with_state_dim(0)), "state_dim = 0: must be between 1 and 1048576");
    assert_eq!(message(config().with_working_dim(0)), "working_dim = 0: must be between 1 and 1048576");
    assert_eq!(message(config().with_sensory_dim(0)), "sensory_dim = 0: must be between 1 and 1048576");
    assert_eq!(message(config().with_input_gate(-0.5)), "input_gate = -0.5: must be 0 or more");
    assert_eq!(message(config().with_retain_gate(f64::INFINITY)), "retain_gate = inf: must be 0 or more");
}

#[test]
fn orders_that_lack_a_role() {
    let twice = Order::new([Role::Subject, Role::Object, Role::Subject]).unwrap_err();
    assert_eq!(twice.to_string(), "order = sos: must be of s, p and o; p is missing");
    for letters in ["so", "sopp", "sox", ""] {
        let message = letters.parse::<Order>().unwrap_err().to_string();
        assert_eq!(message, format!("order = {letters}: must be three letters of s, p and o, each once"));
    }
    assert_eq!("pso".parse::<Order>().unwrap().to_string(), "pso");
    assert_eq!(Order::default(), Order::SOP);
}

#[test]
fn concepts_outside_their_group() {
    let device = Device::flex();
    let brain = brain(EvolutionKind::Original, &device);
    let drive = brain.semantic_drive(1);
    let taught =
        |triple| brain.decode_triple(&drive, Order::SOP, Choice::Teacher(&[triple])).unwrap_err().to_string();
    assert_eq!(
        taught(Triple::new(ENTITIES, 0, 0)),
        "entities = 6: must be a place below 6, the size of the group"
    );
    assert_eq!(
        taught(Triple::new(0, 4, 0)),
        "predicates = 4: must be a place below 4, the size of the group"
    );
    let too_few = brain.decode_triple(&drive, Order::SOP, Choice::Teacher(&[])).unwrap_err();
    assert_eq!(too_few.to_string(), "teacher = 0 choices: must be one for each of 1 rows");
    let semantic = brain.semantic(0, 9).unwrap_err().to_string();
    assert_eq!(semantic, "predicates = 9: must be a place below 4, the size of the group");
    let unknown = brain.scores(drive.start.clone(), "times").unwrap_err().to_string();
    assert_eq!(unknown, "group = times: must be one of entities, predicates");
    assert!(brain.clone().add_index("classes", random([STATE], 0, &device)).is_err());
    let order: Order = "pso".parse().unwrap();
    let sequence = brain.decode_sequence(&drive, order, Stop(0), 2).unwrap_err().to_string();
    assert_eq!(sequence, "order = pso: must be one that begins with s, where a sequence can stop");
}

#[test]
fn times_that_were_not_stored() {
    let device = Device::flex();
    let brain = brain(EvolutionKind::Original, &device);
    let message = brain.recollection(&[0]).unwrap_err().to_string();
    assert_eq!(message, "time = any: must be stored before it is recalled");
    assert!(brain.blended(senses(1, 1, &device)).is_err());
    let (brain, _) = brain.store(random([2, STATE], 3, &device));
    let message = brain.recall(&[1, 2], Order::SOP, Choice::Argmax).unwrap_err().to_string();
    assert_eq!(message, "time = 2: must be below 2, the number of stored times");
}

#[test]
#[should_panic(expected = "sensory input of shape [2, 6], but the weights of the senses are [5, 8]")]
fn senses_of_another_size() {
    let device = Device::flex();
    let q = random([2, STATE], 3, &device);
    let _ = brain(EvolutionKind::Original, &device).input(q, Tensor::zeros([2, FEATURES + 1], &device));
}

#[test]
#[should_panic(expected = "embeddings of shape [1, 9], but those of the brain are [10, 8]")]
fn embeddings_of_another_size() {
    let device = Device::flex();
    let brain = brain(EvolutionKind::Original, &device);
    let _ = brain.add_index("entities", Tensor::zeros([STATE + 1], &device));
}

#[test]
fn factorisations_that_cannot_be() {
    let message = |config: KgModelConfig| config.init(&Device::flex()).unwrap_err().to_string();
    let config = KgModelConfig::new(KgModelKind::ComplEx, 3, 2);
    assert_eq!(message(config.clone().with_dim(5)), "dim = 5: must be even for complex");
    assert_eq!(message(config.with_dim(0)), "dim = 0: must be between 1 and 65536");
    let none = KgModelConfig::new(KgModelKind::Cp, 0, 2);
    assert_eq!(message(none), "entities = 0: must be between 1 and 16777216");
}
