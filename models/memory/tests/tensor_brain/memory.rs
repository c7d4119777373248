//! Episodes: stored, recalled, blended with what is seen, and decoded in a row.

use burn::tensor::{Device, Tensor, TensorData, activation::softmax};
use pyrarium_memory::{
    Triple,
    tensor_brain::{Choice, EvolutionKind, Order, Stop, TIMES, TripleTensors},
};

use crate::{ENTITIES, PREDICATES, STATE, brain, config, distance, random, seeded_brain, senses};

#[test]
fn a_new_index_leaves_the_other_groups_as_they_are() {
    let device = Device::flex();
    let before = brain(EvolutionKind::Original, &device);
    let q = random([4, STATE], 3, &device);
    let scores = |brain: &pyrarium_memory::tensor_brain::TensorBrain, group: &str| {
        brain.scores(q.clone(), group).unwrap()
    };
    let (after, place) = before.clone().add_index("predicates", random([STATE], 9, &device)).unwrap();
    assert_eq!(place, PREDICATES);
    assert_eq!(distance(scores(&after, "entities"), scores(&before, "entities")), 0.0);
    // Among the old members of its own group, it changes no ratio.
    let old = scores(&after, "predicates").narrow(1, 0, PREDICATES);
    assert!(distance(old, scores(&before, "predicates")) < 1e-6);
    assert_eq!(scores(&after, "predicates").dims(), [4, PREDICATES + 1]);
    // Another one, behind a group that is no longer consecutive.
    let (after, place) = after.add_index("entities", random([STATE], 10, &device)).unwrap();
    assert_eq!(place, ENTITIES);
    let old = scores(&after, "entities").narrow(1, 0, ENTITIES);
    assert!(distance(old, scores(&before, "entities")) < 1e-6);
}

#[test]
fn what_was_stored_is_recalled_as_if_it_were_seen() {
    let device = Device::flex();
    let brain = brain(EvolutionKind::Original, &device);
    let seen = brain.perception(senses(5, 2, &device)).start;
    let (brain, times) = brain.store(seen.clone().narrow(0, 0, 2));
    assert_eq!(times, 0..2);
    let (brain, times) = brain.store(seen.clone().narrow(0, 2, 3));
    assert_eq!(times, 2..5);
    let drive = brain.recollection(&[4, 0]).unwrap();
    let expected = Tensor::cat(vec![seen.clone().narrow(0, 4, 1), seen.narrow(0, 0, 1)], 0);
    assert_eq!(distance(drive.start.clone(), expected), 0.0);
    let recalled = brain.recall(&[4, 0], Order::SOP, Choice::Argmax).unwrap();
    let decoded = brain.decode_triple(&drive, Order::SOP, Choice::Argmax).unwrap();
    assert_eq!(recalled.triples, decoded.triples);
    assert!(recalled.steps.iter().all(|step| step.sensory.is_none()));
}

#[test]
fn blending_is_attention_over_the_stored_times() {
    let device = Device::flex();
    let brain = brain(EvolutionKind::Original, &device);
    let stored = random([3, STATE], 4, &device) * 3.0;
    let (brain, _) = brain.store(stored.clone());
    let q = brain.perception(senses(2, 2, &device)).start;
    let gamma = (q.clone().neg().exp() + 1.0).recip();
    let weights = softmax(gamma.matmul(stored.clone().transpose()), 1);
    let blended = brain.blended(senses(2, 2, &device)).unwrap();
    assert!(distance(blended.start, q + weights.matmul(stored)) < 1e-5);
    assert!(blended.senses.is_some());
}

#[test]
fn times_can_be_trained_like_other_concepts() {
    let device = Device::flex();
    let brain = seeded_brain(config().with_times(3), &device);
    let rows = brain.index.embedding.val().narrow(0, ENTITIES + PREDICATES, 3);
    assert_eq!(distance(brain.recollection(&[0, 1, 2]).unwrap().start, rows), 0.0);
    assert_eq!(brain.members(TIMES).unwrap().len(), 3);
}

#[test]
fn semantic_memory_is_perception_of_nothing() {
    let device = Device::flex();
    let brain = brain(EvolutionKind::Original, &device);
    let found = brain.semantic(2, 1).unwrap();
    assert!((found.iter().sum::<f64>() - 1.0).abs() < 1e-5);
    let blind = seeded_brain(config().with_input_gate(0.0), &device);
    let drive = blind.perception(senses(1, 1, &device));
    let forced = blind.decode_triple(&drive, Order::SPO, Choice::Teacher(&[Triple::new(2, 1, 0)])).unwrap();
    let expected: Vec<f64> = forced.steps[2].index.to_data().iter::<f64>().collect();
    assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6));
}

#[test]
fn a_sequence_costs_its_triples_and_its_stop() {
    let device = Device::flex();
    let brain = brain(EvolutionKind::Original, &device);
    let stop = ENTITIES - 1;
    // Two events: one of two triples, one of a single triple.
    let ends = Triple::new(stop, 0, 0);
    let (a, b, c) = (Triple::new(0, 1, 2), Triple::new(3, 2, 1), Triple::new(4, 0, 0));
    let parts = [[a, c], [b, ends], [ends, ends]].map(|part| TripleTensors::new(&part, &device));
    let weights = Tensor::from_data([[2.0, 2.0, 1.0], [2.0, 1.0, 0.0]], &device);
    let q = random([2, STATE], 5, &device);
    let drive =
        |row| pyrarium_memory::tensor_brain::Drive { start: q.clone().narrow(0, row, 1), senses: None };
    let both = pyrarium_memory::tensor_brain::Drive { start: q.clone(), senses: None };
    let loss: Vec<f64> =
        brain.sequence_loss(&both, &parts, weights, Order::SOP).into_data().iter::<f64>().collect();
    // Each event alone, of its own length.
    let alone = |row, triples: &[Triple]| -> f64 {
        let parts: Vec<TripleTensors> =
            triples.iter().map(|&triple| TripleTensors::new(&[triple], &device)).collect();
        let mut weights = vec![2.0_f32; triples.len()];
        *weights.last_mut().unwrap() = 1.0;
        let weights = Tensor::from_data(TensorData::new(weights, [1, triples.len()]), &device);
        brain.sequence_loss(&drive(row), &parts, weights, Order::SOP).into_scalar::<f32>().into()
    };
    assert!((loss[0] - alone(0, &[a, b, ends])).abs() < 1e-5);
    assert!((loss[1] - alone(1, &[c, ends])).abs() < 1e-5);
    // A sequence begins as a triple does.
    let first = brain.log_prob(&TripleTensors::new(&[a], &device), &drive(0), Order::SOP);
    assert!(loss[0] > -f64::from(first.into_scalar::<f32>()));

    let events = brain.decode_sequence(&both, Order::SOP, Stop(stop), 3).unwrap();
    let decoded = brain.decode_triple(&both, Order::SOP, Choice::Argmax).unwrap();
    for (event, first) in events.iter().zip(decoded.triples) {
        match first.subject == stop {
            true => assert!(event.is_empty()),
            false => assert_eq!(event[0], first),
        }
        assert!(event.len() <= 3 && event.iter().all(|triple| triple.subject != stop));
    }
    // With the likeliest first subject as the stop, the event of the first row has ended before it began.
    let first = brain.decode_triple(&both, Order::SOP, Choice::Argmax).unwrap().triples[0].subject;
    assert!(brain.decode_sequence(&both, Order::SOP, Stop(first), 3).unwrap()[0].is_empty());
}
