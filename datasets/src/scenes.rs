//! Scenes and episodes over the facts of a knowledge graph: perception made exactly and with a seed.
//!
//! Every entity and every predicate has a prototype `f ~ N(0, I_U)`. An event shows one triple: its regions are
//! `u_s = f_s + sigma eps`, `u_p = f_p + sigma eps` and `u_o = f_o + sigma eps` with fresh noise `eps ~ N(0, I_U)`, the scene as a
//! whole is their mean.

use rand::RngExt;
use rand::seq::index;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use crate::triples::{KnowledgeGraph, Triple};
use crate::{Purpose, RandomKey, SettingError};

/// Stream of the prototypes, apart from those of the events.
const PROTOTYPES: u64 = u64::MAX;

/// What a region of each concept looks like, without noise.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenes {
    features: usize,
    entities: Vec<f32>,
    predicates: Vec<f32>,
}

/// What an event shows: four vectors of features.
#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    /// The mean of the three regions.
    pub whole: Vec<f32>,
    /// The region of the subject.
    pub subject: Vec<f32>,
    /// The region that shows both, which tells the predicate.
    pub predicate: Vec<f32>,
    /// The region of the object.
    pub object: Vec<f32>,
}

impl Scenes {
    /// Prototypes of `features` values for all names of a graph, from a seed.
    ///
    /// # Errors
    ///
    /// If there is no feature, or more than 65,536.
    pub fn new(graph: &KnowledgeGraph, features: usize, seed: u64) -> Result<Self, SettingError> {
        if !(1..=1 << 16).contains(&features) {
            let allowed = "between 1 and 65536";
            return Err(SettingError { setting: "features", value: features.to_string(), allowed });
        }
        let mut rng = RandomKey { seed, epoch: PROTOTYPES, index: 0 }.rng(Purpose::Sampling);
        let mut draw = |names: usize| normal(names * features, &mut rng);
        Ok(Self { features, entities: draw(graph.entities.len()), predicates: draw(graph.predicates.len()) })
    }

    /// Features of a region.
    pub fn features(&self) -> usize {
        self.features
    }

    /// The prototype of an entity.
    pub fn entity(&self, number: usize) -> &[f32] {
        &self.entities[number * self.features..][..self.features]
    }

    /// The prototype of a predicate.
    pub fn predicate(&self, number: usize) -> &[f32] {
        &self.predicates[number * self.features..][..self.features]
    }

    /// The event that shows `triple` with noise of standard deviation `sigma`: a function of the key.
    pub fn scene(&self, triple: Triple, sigma: f32, key: RandomKey) -> Scene {
        let mut rng = key.rng(Purpose::Sampling);
        let mut region = |prototype: &[f32]| -> Vec<f32> {
            let noise = normal(self.features, &mut rng);
            prototype.iter().zip(noise).map(|(value, noise)| value + sigma * noise).collect()
        };
        let subject = region(self.entity(triple.subject));
        let predicate = region(self.predicate(triple.predicate));
        let object = region(self.entity(triple.object));
        let whole = (0..self.features).map(|i| (subject[i] + predicate[i] + object[i]) / 3.0).collect();
        Scene { whole, subject, predicate, object }
    }
}

/// `events` events of one to three different triples each, drawn from `triples` without repetition; the number of triples of an
/// event is uniform, as long as enough are left.
///
/// # Errors
///
/// If there is no event, or fewer triples than events.
pub fn episodes(triples: &[Triple], events: usize, seed: u64) -> Result<Vec<Vec<Triple>>, SettingError> {
    if events == 0 || events > triples.len() {
        let allowed = "at least 1 and at most the number of triples";
        return Err(SettingError { setting: "events", value: events.to_string(), allowed });
    }
    let mut rng = RandomKey { seed, epoch: PROTOTYPES, index: 1 }.rng(Purpose::Sampling);
    let mut order = index::sample(&mut rng, triples.len(), triples.len()).into_iter().map(|at| triples[at]);
    let draw = |event: usize| {
        // Every event that is still to come needs a triple of its own.
        let spare = order.len() - (events - event);
        let count = 1 + rng.random_range(0..3usize).min(spare);
        order.by_ref().take(count).collect()
    };
    Ok((0..events).map(draw).collect())
}

fn normal(count: usize, rng: &mut ChaCha8Rng) -> Vec<f32> {
    (0..count).map(|_| rng.sample::<f32, _>(StandardNormal)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nations() -> KnowledgeGraph {
        KnowledgeGraph::open("nations").unwrap()
    }

    fn key(index: u64) -> RandomKey {
        RandomKey { seed: 3, epoch: 0, index }
    }

    #[test]
    fn a_scene_is_prototypes_with_noise_and_their_mean() {
        let graph = nations();
        let scenes = Scenes::new(&graph, 32, 0).unwrap();
        let triple = graph.train[5];
        let clean = scenes.scene(triple, 0.0, key(0));
        assert_eq!(clean.subject, scenes.entity(triple.subject));
        assert_eq!(clean.predicate, scenes.predicate(triple.predicate));
        assert_eq!(clean.object, scenes.entity(triple.object));
        let noisy = scenes.scene(triple, 2.0, key(0));
        for (i, whole) in noisy.whole.iter().enumerate() {
            assert!((whole - (noisy.subject[i] + noisy.predicate[i] + noisy.object[i]) / 3.0).abs() < 1e-6);
        }
        assert_eq!(noisy, scenes.scene(triple, 2.0, key(0)));
        assert_ne!(noisy, scenes.scene(triple, 2.0, key(1)));
        assert_ne!(scenes, Scenes::new(&graph, 32, 1).unwrap());
    }

    #[test]
    fn prototypes_and_noise_are_normal() {
        let graph = nations();
        let scenes = Scenes::new(&graph, 500, 0).unwrap();
        let moments = |values: &[f32]| {
            let n = values.len() as f32;
            let mean = values.iter().sum::<f32>() / n;
            (mean, values.iter().map(|value| (value - mean).powi(2)).sum::<f32>() / n)
        };
        // Of 7,000 values: standard deviations 0.012 and 0.017.
        let (mean, variance) = moments(&scenes.entities);
        assert!(mean.abs() < 0.06 && (variance - 1.0).abs() < 0.08, "{mean} {variance}");
        let triple = graph.train[0];
        let noise: Vec<f32> = (0..20)
            .flat_map(|index| {
                let scene = scenes.scene(triple, 3.0, key(index));
                let prototype = scenes.entity(triple.object).to_vec();
                scene.object.into_iter().zip(prototype).map(|(value, clean)| value - clean)
            })
            .collect();
        // Of 10,000 values with standard deviation 3: standard deviations 0.03 and 0.13.
        let (mean, variance) = moments(&noise);
        assert!(mean.abs() < 0.15 && (variance - 9.0).abs() < 0.6, "{mean} {variance}");
    }

    #[test]
    fn episodes_have_one_to_three_triples_of_their_own() {
        let graph = nations();
        let episodes = episodes(&graph.train, 200, 0).unwrap();
        assert_eq!(episodes.len(), 200);
        let counts = [1, 2, 3].map(|count| episodes.iter().filter(|event| event.len() == count).count());
        // A third of 200 each, with a standard deviation of 7.
        assert!(counts.iter().sum::<usize>() == 200 && counts.iter().all(|count| (35..=100).contains(count)));
        let all: std::collections::BTreeSet<_> = episodes.iter().flatten().collect();
        assert_eq!(all.len(), episodes.iter().map(Vec::len).sum::<usize>());
        assert_eq!(episodes, super::episodes(&graph.train, 200, 0).unwrap());
        assert_ne!(episodes, super::episodes(&graph.train, 200, 1).unwrap());
        let tight = super::episodes(&graph.train[..10], 9, 0).unwrap();
        assert!(tight.len() == 9 && tight.iter().all(|event| !event.is_empty()));
    }

    #[test]
    fn sizes_that_cannot_be_are_refused_by_name() {
        let graph = nations();
        let message = Scenes::new(&graph, 0, 0).unwrap_err().to_string();
        assert_eq!(message, "features = 0: must be between 1 and 65536");
        for events in [0, 3] {
            let message = episodes(&graph.train[..2], events, 0).unwrap_err().to_string();
            let expected = format!("events = {events}: must be at least 1 and at most the number of triples");
            assert_eq!(message, expected);
        }
    }
}
