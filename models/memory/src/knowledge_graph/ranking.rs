//! Filtered ranking: where does the right object stand among the entities that would be wrong?

use std::collections::{BTreeMap, BTreeSet};

use burn::tensor::Device;

use super::scorer::KgScorer;
use crate::{Triple, tensor_brain::TripleTensors};

/// Queries that are scored together.
const BATCH: usize = 256;

/// Ranks of a set of queries.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Ranking {
    /// Mean of `1 / rank`.
    pub mrr: f64,
    /// Share of the queries with a rank of 1, in 0..=1.
    pub hits_1: f64,
    /// Share of the queries with a rank of at most 3.
    pub hits_3: f64,
    /// Share of the queries with a rank of at most 10.
    pub hits_10: f64,
}

impl Ranking {
    /// Of the ranks of at least one query; all 0 without one.
    pub fn of(ranks: &[f64]) -> Self {
        let mean = |value: &dyn Fn(f64) -> f64| {
            ranks.iter().map(|&rank| value(rank)).sum::<f64>() / ranks.len().max(1) as f64
        };
        let within = |places: f64| mean(&|rank| f64::from(u8::from(rank <= places)));
        Self {
            mrr: mean(&|rank| 1.0 / rank),
            hits_1: within(1.0),
            hits_3: within(3.0),
            hits_10: within(10.0),
        }
    }
}

/// The rank of a target among those that are not excluded: 1 and one more for each better score, a half for each equal one. A score
/// that is no number is never better than another.
pub fn rank(scores: &[f32], target: usize, excluded: &BTreeSet<usize>) -> f64 {
    let of_target = scores[target];
    let others = (0..scores.len()).filter(|entity| *entity != target && !excluded.contains(entity));
    let step = |entity: usize| match scores[entity].partial_cmp(&of_target) {
        Some(std::cmp::Ordering::Less) => 0.0,
        Some(std::cmp::Ordering::Equal) => 0.5,
        Some(std::cmp::Ordering::Greater) => 1.0,
        // Only a target without a number is behind everything.
        None => f64::from(u8::from(of_target.is_nan())),
    };
    1.0 + others.map(step).sum::<f64>()
}

/// Ranks the object of every query among all entities, leaving out those that are right answers according to `known`, which should
/// have the triples of all parts of the graph ("filtered").
pub fn evaluate_ranking<M: KgScorer>(
    model: &M,
    queries: &[Triple],
    known: &[Triple],
    device: &Device,
) -> Ranking {
    let mut right: BTreeMap<(usize, usize), BTreeSet<usize>> = BTreeMap::new();
    for triple in known {
        right.entry((triple.subject, triple.predicate)).or_default().insert(triple.object);
    }
    let none = BTreeSet::new();
    let mut ranks = Vec::with_capacity(queries.len());
    for batch in queries.chunks(BATCH) {
        let TripleTensors { subject, predicate, .. } = TripleTensors::new(batch, device);
        let scores = model.tail_scores(subject, predicate);
        let entities = scores.dims()[1];
        let scores: Vec<f32> = scores.into_data().iter::<f32>().collect();
        for (triple, scores) in batch.iter().zip(scores.chunks(entities)) {
            let excluded = right.get(&(triple.subject, triple.predicate)).unwrap_or(&none);
            ranks.push(rank(scores, triple.object, excluded));
        }
    }
    Ranking::of(&ranks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_by_hand() {
        let none = BTreeSet::new();
        let scores = [0.1, 0.9, 0.5, 0.5, 0.2];
        assert_eq!(rank(&scores, 1, &none), 1.0);
        assert_eq!(rank(&scores, 2, &none), 2.5);
        assert_eq!(rank(&scores, 0, &none), 5.0);
        // Excluding the target itself, which every known triple does, leaves it in.
        assert_eq!(rank(&scores, 0, &BTreeSet::from([0, 1, 4])), 3.0);
        assert_eq!(rank(&[f32::NAN, 0.0, -1.0], 0, &none), 3.0);
        assert_eq!(rank(&[f32::NAN, 0.0, -1.0], 1, &none), 1.0);
        let ranking = Ranking::of(&[1.0, 2.0, 4.0, 20.0]);
        assert_eq!(ranking, Ranking { mrr: 0.45, hits_1: 0.25, hits_3: 0.5, hits_10: 0.75 });
        assert_eq!(Ranking::of(&[]), Ranking::default());
    }
}
