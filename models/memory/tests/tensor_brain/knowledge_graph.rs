//! The factorisations against their formulas, and ranking against brute force.

use burn::{
    module::{Module, Param},
    tensor::{Device, Int, Tensor},
};
use pyrarium_layers::seeded;
use pyrarium_memory::{
    KgScorer, Triple,
    knowledge_graph::{DistMult, KgModel, KgModelConfig, KgModelKind, Rescal, evaluate_ranking},
    tensor_brain::EvolutionKind,
};

use crate::{ENTITIES, PREDICATES, brain, distance, random};

const DIM: usize = 6;

fn model(kind: KgModelKind, device: &Device) -> KgModel {
    let config = KgModelConfig::new(kind, ENTITIES, PREDICATES).with_dim(DIM);
    let model = seeded::fill_uniform(config.init(device).unwrap(), 2, 1.0);
    assert_eq!(model.num_params(), config.num_params(), "{kind}");
    model
}

fn queries(device: &Device) -> (Tensor<1, Int>, Tensor<1, Int>) {
    (Tensor::from_data([0, 5, 3, 3], device), Tensor::from_data([1, 0, 3, 2], device))
}

fn values<const D: usize>(tensor: &Param<Tensor<D>>) -> Vec<f64> {
    tensor.val().into_data().iter::<f64>().collect()
}

/// The score of one triple, in double precision and plain loops.
fn by_formula(model: &KgModel, s: usize, p: usize, o: usize) -> f64 {
    let row = |table: &[f64], index: usize| table[index * DIM..][..DIM].to_vec();
    match model {
        KgModel::Rescal(model) => {
            let (entities, relations) = (values(&model.entities), values(&model.relations));
            let (a, b) = (row(&entities, s), row(&entities, o));
            let r = |i: usize, j: usize| relations[(p * DIM + i) * DIM + j];
            (0..DIM).map(|i| (0..DIM).map(|j| a[i] * r(i, j) * b[j]).sum::<f64>()).sum()
        }
        KgModel::DistMult(model) => {
            let entities = values(&model.entities);
            let (a, r, b) = (row(&entities, s), row(&values(&model.relations), p), row(&entities, o));
            (0..DIM).map(|d| a[d] * r[d] * b[d]).sum()
        }
        KgModel::ComplEx(model) => {
            let entities = values(&model.entities);
            let (a, r, b) = (row(&entities, s), row(&values(&model.relations), p), row(&entities, o));
            let half = DIM / 2;
            // The real part of (x + iy)(u + iv)(c - id).
            (0..half)
                .map(|d| {
                    let (x, y, u, v, c, e) = (a[d], a[half + d], r[d], r[half + d], b[d], b[half + d]);
                    (x * u - y * v) * c + (x * v + y * u) * e
                })
                .sum()
        }
        KgModel::Cp(model) => {
            let (a, b) = (row(&values(&model.subjects), s), row(&values(&model.objects), o));
            let r = row(&values(&model.relations), p);
            (0..DIM).map(|d| a[d] * r[d] * b[d]).sum()
        }
        KgModel::ErMlp(model) => {
            let (entities, hidden) = (values(&model.entities), values(&model.hidden));
            let parts = [row(&entities, s), row(&values(&model.relations), p), row(&entities, o)];
            let inside = |h: usize| -> f64 {
                let part = |(k, part): (usize, &Vec<f64>)| -> f64 {
                    (0..DIM).map(|d| part[d] * hidden[(k * DIM + d) * DIM + h]).sum()
                };
                parts.iter().enumerate().map(part).sum::<f64>().tanh()
            };
            values(&model.output).iter().enumerate().map(|(h, w)| w * inside(h)).sum()
        }
    }
}

#[test]
fn scores_are_those_of_the_formulas() {
    let device = Device::flex();
    for kind in KgModelKind::ALL {
        let model = model(kind, &device);
        let (subjects, predicates) = queries(&device);
        let scores: Vec<f64> = model.tail_scores(subjects, predicates).into_data().iter::<f64>().collect();
        let expected = [(0, 1), (5, 0), (3, 3), (3, 2)]
            .into_iter()
            .flat_map(|(s, p)| (0..ENTITIES).map(move |o| (s, p, o)))
            .map(|(s, p, o)| by_formula(&model, s, p, o));
        for (found, expected) in scores.into_iter().zip(expected) {
            assert!((found - expected).abs() < 1e-5, "{kind}: {found} {expected}");
        }
    }
}

#[test]
fn rescal_with_diagonal_relations_is_distmult() {
    let device = Device::flex();
    let (entities, relations) = (random([ENTITIES, DIM], 1, &device), random([PREDICATES, DIM], 2, &device));
    let identity = Tensor::<2>::eye(DIM, &device).unsqueeze_dim::<3>(0);
    let rescal = Rescal {
        entities: Param::from_tensor(entities.clone()),
        relations: Param::from_tensor(relations.clone().unsqueeze_dim::<3>(1) * identity),
    };
    let dist_mult =
        DistMult { entities: Param::from_tensor(entities), relations: Param::from_tensor(relations) };
    let (subjects, predicates) = queries(&device);
    let scores = rescal.tail_scores(subjects.clone(), predicates.clone());
    assert!(distance(scores, dist_mult.tail_scores(subjects, predicates)) < 1e-6);
}

#[test]
fn distmult_cannot_tell_the_direction_of_a_relation_and_complex_can() {
    let device = Device::flex();
    for (kind, symmetric) in [
        (KgModelKind::DistMult, true),
        (KgModelKind::ComplEx, false),
        (KgModelKind::Rescal, false),
        (KgModelKind::Cp, false),
    ] {
        let model = model(kind, &device);
        let (there, back) = (by_formula(&model, 1, 2, 4), by_formula(&model, 4, 2, 1));
        assert_eq!((there - back).abs() < 1e-9, symmetric, "{kind}");
    }
}

/// Ranks once more: every candidate triple is scored alone, and all are sorted.
fn brute_force(model: &impl KgScorer, queries: &[Triple], known: &[Triple], device: &Device) -> [f64; 4] {
    let mut sums = [0.0; 4];
    for query in queries {
        let mut candidates: Vec<(f64, usize)> = (0..ENTITIES)
            .filter(|&object| {
                object == query.object
                    || !known.contains(&Triple::new(query.subject, query.predicate, object))
            })
            .map(|object| {
                let subject = Tensor::from_data([query.subject], device);
                let scores = model.tail_scores(subject, Tensor::from_data([query.predicate], device));
                (f64::from(scores.narrow(1, object, 1).into_scalar::<f32>()), object)
            })
            .collect();
        candidates.sort_by(|one, other| other.0.total_cmp(&one.0));
        let rank = 1 + candidates.iter().position(|&(_, object)| object == query.object).unwrap();
        sums[0] += 1.0 / rank as f64;
        for (sum, places) in sums[1..].iter_mut().zip([1, 3, 10]) {
            *sum += f64::from(u8::from(rank <= places));
        }
    }
    sums.map(|sum| sum / queries.len() as f64)
}

#[test]
fn ranking_is_that_of_a_brute_force_evaluator() {
    let device = Device::flex();
    let queries: Vec<Triple> =
        (0..20).map(|i| Triple::new(i % ENTITIES, i % PREDICATES, (i * i + 1) % ENTITIES)).collect();
    let known: Vec<Triple> = queries
        .iter()
        .copied()
        .chain((0..36).map(|i| Triple::new(i % ENTITIES, i % PREDICATES, (i + i / 12) % ENTITIES)))
        .collect();
    let close = |ranking: pyrarium_memory::knowledge_graph::Ranking, expected: [f64; 4]| {
        let found = [ranking.mrr, ranking.hits_1, ranking.hits_3, ranking.hits_10];
        found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12)
    };
    for kind in KgModelKind::ALL {
        let model = model(kind, &device);
        let ranking = evaluate_ranking(&model, &queries, &known, &device);
        assert!(close(ranking, brute_force(&model, &queries, &known, &device)), "{kind}");
        let unfiltered = evaluate_ranking(&model, &queries, &[], &device);
        assert!(close(unfiltered, brute_force(&model, &queries, &[], &device)), "{kind}");
        assert!(unfiltered.mrr < ranking.mrr, "{kind}: filtering can only help");
    }
    let brain = brain(EvolutionKind::Original, &device);
    let ranking = evaluate_ranking(&brain, &queries, &known, &device);
    assert!(close(ranking, brute_force(&brain, &queries, &known, &device)));
}

#[test]
fn a_brain_scores_objects_as_its_semantic_memory_does() {
    let device = Device::flex();
    let brain = brain(EvolutionKind::Original, &device);
    let scores = brain.tail_scores(Tensor::from_data([3], &device), Tensor::from_data([2], &device));
    let scores: Vec<f64> = scores.into_data().iter::<f64>().collect();
    let semantic = brain.semantic(3, 2).unwrap();
    assert!(scores.iter().zip(semantic).all(|(score, p)| (score.exp() - p).abs() < 1e-6));
}
