//! The operations, one by one.

use burn::{
    module::Module,
    tensor::{Device, Int, Tensor, activation::softmax},
};
use pyrarium_layers::seeded;
use pyrarium_memory::{
    Triple,
    tensor_brain::{Choice, EvolutionKind, Order, TensorBrainConfig, TripleTensors},
};

use crate::{ENTITIES, PREDICATES, STATE, brain, config, distance, random, seeded_brain, senses, triples};

/// Nations has 14 entities and 55 predicates.
#[test]
fn probabilities_of_all_triples_of_nations_sum_to_one() {
    let device = Device::flex();
    let brain = seeded_brain(TensorBrainConfig::triples(14, 55), &device);
    let all: Vec<Triple> =
        (0..14 * 55 * 14).map(|index| Triple::new(index / (55 * 14), index / 14 % 55, index % 14)).collect();
    let tensors = TripleTensors::new(&all, &device);
    for order in [Order::SOP, Order::SPO, "pos".parse().unwrap()] {
        let log_probs = brain.log_prob(&tensors, &brain.semantic_drive(all.len()), order);
        let sum: f64 = log_probs.into_data().iter::<f64>().map(f64::exp).sum();
        // The sum of 10,780 terms of single precision; measured: 3e-7.
        assert!((sum - 1.0).abs() < 1e-5, "{order}: {sum}");
    }
}

#[test]
fn a_teacher_is_a_measurement_with_a_forced_outcome() {
    let device = Device::flex();
    for evolution in [EvolutionKind::Original, EvolutionKind::None] {
        let brain = brain(evolution, &device);
        let drive = brain.perception(senses(3, 1, &device));
        let forced = brain.decode_triple(&drive, Order::SOP, Choice::Teacher(&triples())).unwrap();
        assert_eq!(forced.triples, triples());
        let tensors = TripleTensors::new(&triples(), &device);
        let taught = brain.taught(&drive, &tensors, Order::SOP);
        for (step, log_probabilities) in forced.steps.iter().zip(taught) {
            assert!(distance(step.index.clone(), log_probabilities.exp()) < 1e-6);
        }
        let log_probs = brain.log_prob(&tensors, &drive, Order::SOP);
        for (one, other) in forced.log_probabilities.iter().zip(log_probs.into_data().iter::<f64>()) {
            assert!((one - other).abs() < 1e-5);
        }
        // What argmax and sampling choose, they would have been taught: nothing else depends on who chooses.
        let mut numbers = [0.3, 0.9, 0.1, 0.5, 0.7, 0.2, 0.6, 0.4, 0.8].into_iter();
        let mut draw = || numbers.next().unwrap();
        let sampled = brain.decode_triple(&drive, Order::SOP, Choice::Sample(&mut draw)).unwrap();
        for chosen in [sampled, brain.decode_triple(&drive, Order::SOP, Choice::Argmax).unwrap()] {
            let again = brain.decode_triple(&drive, Order::SOP, Choice::Teacher(&chosen.triples)).unwrap();
            assert_eq!(again.log_probabilities, chosen.log_probabilities);
        }
    }
}

#[test]
fn the_likeliest_and_the_drawn_follow_the_probabilities() {
    let device = Device::flex();
    let brain = brain(EvolutionKind::Original, &device);
    let q = random([200, STATE], 3, &device) * 5.0;
    let measured = brain.measure(q.clone(), "entities", &mut Choice::Argmax).unwrap();
    let rows: Vec<f32> = measured.probabilities.into_data().iter::<f32>().collect();
    for (row, &place) in rows.chunks(ENTITIES).zip(&measured.places) {
        assert!(row.iter().all(|&other| other <= row[place]));
    }
    // The same row 2,000 times, against evenly spaced numbers: counts are exact to one.
    let row = q.narrow(0, 0, 1).expand([2000, STATE]);
    let mut index = 0;
    let mut even = || {
        index += 1;
        (f64::from(index) - 0.5) / 2000.0
    };
    let measured = brain.measure(row, "entities", &mut Choice::Sample(&mut even)).unwrap();
    let shares: Vec<f64> = measured.probabilities.narrow(0, 0, 1).into_data().iter::<f64>().collect();
    for (place, share) in shares.into_iter().enumerate() {
        let count = measured.places.iter().filter(|&&chosen| chosen == place).count() as f64;
        assert!((count - 2000.0 * share).abs() <= 1.01, "{place}: {count} {share}");
    }
}

#[test]
fn feedback_adds_exactly_the_embedding() {
    let device = Device::flex();
    let brain = brain(EvolutionKind::Original, &device);
    let q = random([3, STATE], 3, &device);
    let places = Tensor::<1, Int>::from_data([1, 0, 3], &device);
    let written = brain.write(q.clone(), "predicates", places).unwrap();
    let rows = Tensor::<1, Int>::from_data([ENTITIES + 1, ENTITIES, ENTITIES + 3], &device);
    let expected = q.clone() + brain.index.embedding.val().select(0, rows);
    written.clone().into_data().assert_eq(&expected.into_data(), true);
    let measured = brain.measure(q, "predicates", &mut Choice::Teacher(&[1, 0, 3])).unwrap();
    measured.representation.into_data().assert_eq(&written.into_data(), true);
}

#[test]
fn gates_of_feedback() {
    let device = Device::flex();
    let q = random([1, STATE], 3, &device);
    let written = |config| {
        let brain = seeded_brain(config, &device);
        let embedding = brain.index.embedding.val().narrow(0, 2, 1);
        let written = brain.write(q.clone(), "entities", Tensor::from_data([2], &device)).unwrap();
        (written, embedding)
    };
    let (reset, embedding) = written(config().with_retain_gate(0.0));
    assert!(distance(reset, embedding) < 1e-7);
    let (half, embedding) = written(config().with_retain_gate(0.5));
    assert!(distance(half, q.clone() * 0.5 + embedding) < 1e-6);
    let (without, _) = written(config().with_feedback(false));
    assert!(distance(without, q.clone()) == 0.0);
    let untied = seeded_brain(config().with_tied(false), &device);
    let top_down = untied.index.top_down.as_ref().unwrap().val().narrow(0, 2, 1);
    let written = untied.write(q.clone(), "entities", Tensor::from_data([2], &device)).unwrap();
    assert!(distance(written, q + top_down) < 1e-6);
}

#[test]
fn soft_feedback_is_the_mean_of_the_hard_one() {
    let device = Device::flex();
    let brain = brain(EvolutionKind::Original, &device);
    let q = random([1, STATE], 3, &device);
    let probabilities: Vec<f32> =
        softmax(brain.scores(q.clone(), "entities").unwrap(), 1).into_data().iter::<f32>().collect();
    let mut mean = Tensor::zeros([1, STATE], &device);
    for (place, probability) in probabilities.into_iter().enumerate() {
        let hard = brain.write(q.clone(), "entities", Tensor::from_data([place], &device)).unwrap();
        mean = mean + hard * probability;
    }
    assert!(distance(mean, brain.attend(q, "entities").unwrap()) < 1e-6);
}

#[test]
fn with_the_gate_closed_nothing_seen_matters() {
    let device = Device::flex();
    let triples = TripleTensors::new(&triples(), &device);
    for (gate, matters) in [(0.0, false), (1.0, true)] {
        let brain = seeded_brain(config().with_input_gate(gate), &device);
        let log_prob =
            |seed| brain.log_prob(&triples, &brain.perception(senses(3, seed, &device)), Order::SOP);
        let blind = brain.log_prob(&triples, &brain.semantic_drive(3), Order::SOP);
        assert_eq!(distance(log_prob(1), log_prob(2)) > 0.01, matters);
        assert_eq!(distance(log_prob(1), blind) > 0.01, matters);
    }
    // Row by row: what a row does not see does not matter to it.
    let brain = seeded_brain(config(), &device);
    let open = Tensor::from_data([[0.0, 0.0, 0.0, 0.0], [1.0, 1.0, 1.0, 1.0], [0.0, 1.0, 0.0, 1.0]], &device);
    let mut masked = senses(3, 1, &device);
    masked.open = Some(open.clone());
    let found = brain.log_prob(&triples, &brain.perception(masked), Order::SOP);
    let mut zeroed = senses(3, 1, &device);
    for (column, region) in
        [&mut zeroed.scene, &mut zeroed.subject, &mut zeroed.predicate, &mut zeroed.object]
            .into_iter()
            .enumerate()
    {
        *region = region.clone() * open.clone().narrow(1, column, 1);
    }
    let expected = brain.log_prob(&triples, &brain.perception(zeroed), Order::SOP);
    assert!(distance(found.clone(), expected) < 1e-6);
    let blind = brain.log_prob(&triples, &brain.semantic_drive(3), Order::SOP);
    assert!(distance(found.narrow(0, 0, 1), blind.narrow(0, 0, 1)) < 1e-6);
}

#[test]
fn scores_are_linear_in_the_activation() {
    let device = Device::flex();
    let brain = seeded_brain(config().with_beta(3.0), &device);
    let q = random([4, STATE], 3, &device);
    let embedding = brain.index.embedding.val().narrow(0, ENTITIES, PREDICATES);
    let bias = brain.index.bias.as_ref().unwrap().val().narrow(0, ENTITIES, PREDICATES);
    let gamma = (q.clone().neg().exp() + 1.0).recip();
    let expected = (gamma.matmul(embedding.transpose()) + bias.unsqueeze_dim(0)) * 3.0;
    assert!(distance(brain.scores(q, "predicates").unwrap(), expected) < 1e-5);
    assert!(config().with_score_bias(false).init(&device).unwrap().index.bias.is_none());
}

#[test]
fn without_working_memory_the_representation_stays() {
    let device = Device::flex();
    let brain = brain(EvolutionKind::None, &device);
    let state = brain.begin(&brain.perception(senses(3, 1, &device)));
    let evolved = brain.evolve(state.clone());
    assert_eq!(distance(evolved.representation, state.representation), 0.0);
    // Subject and object leave one sum of embeddings, whichever came first: the predicate cannot know who did it to whom.
    let predicate = |subject, object| {
        let triples = TripleTensors::new(&[Triple::new(subject, 0, object)], &device);
        let [_, _, predicate] = brain.taught(&brain.semantic_drive(1), &triples, Order::SOP);
        predicate
    };
    assert!(distance(predicate(1, 4), predicate(4, 1)) < 1e-5);
    let remembering = crate::brain(EvolutionKind::Original, &device);
    let predicate = |subject, object| {
        let triples = TripleTensors::new(&[Triple::new(subject, 0, object)], &device);
        let [_, _, predicate] = remembering.taught(&remembering.semantic_drive(1), &triples, Order::SOP);
        predicate
    };
    assert!(distance(predicate(1, 4), predicate(4, 1)) > 1e-3);
}

#[test]
fn groups_need_not_be_consecutive() {
    let device = Device::flex();
    let mut scattered = config();
    scattered.groups[0].members = vec![9, 1, 4, 0, 7, 5];
    scattered.groups[1].members = vec![2, 3, 8, 6];
    let scattered = seeded_brain(scattered, &device);
    let members = Tensor::<1, Int>::from_data([9, 1, 4, 0, 7, 5, 2, 3, 8, 6], &device);
    // The same brain with its index units in the order of the groups.
    let mut ordered = seeded::fill_uniform(config().init(&device).unwrap(), 1, 0.7);
    ordered.index.embedding = scattered.index.embedding.clone().map(|a| a.select(0, members.clone()));
    ordered.index.bias = scattered.index.bias.clone().map(|bias| bias.map(|b| b.select(0, members)));
    let log_prob = |brain: &pyrarium_memory::tensor_brain::TensorBrain| {
        let drive = brain.perception(senses(3, 1, &device));
        brain.log_prob(&TripleTensors::new(&triples(), &device), &drive, Order::SOP)
    };
    assert!(distance(log_prob(&scattered), log_prob(&ordered)) < 1e-6);
}

#[test]
fn the_formula_counts_the_parameters() {
    let device = Device::flex();
    for evolution in
        [EvolutionKind::Original, EvolutionKind::Gru, EvolutionKind::FeedForward, EvolutionKind::None]
    {
        for (tied, feedback, bias) in
            [(true, true, true), (false, true, true), (false, false, true), (true, true, false)]
        {
            let config = config()
                .with_evolution(evolution)
                .with_tied(tied)
                .with_feedback(feedback)
                .with_score_bias(bias)
                .with_times(3);
            assert_eq!(config.init(&device).unwrap().num_params(), config.num_params(), "{evolution}");
        }
    }
    // D K + K + U D + D Hm + Hm^2 + Hm D + D, by hand.
    let by_hand = 8 * 10 + 10 + 5 * 8 + 8 * 7 + 7 * 7 + 7 * 8 + 8;
    assert_eq!(config().num_params(), by_hand);
}
