//! Facts as batches: seen as scenes, partly or not at all.

use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};
use pyrarium_datasets::{KnowledgeGraph, Purpose, RandomKey, Scenes};
use pyrarium_layers::ConfigError;
use pyrarium_memory::Triple;
use pyrarium_memory::tensor_brain::{Drive, Senses, TensorBrain, TripleTensors};
use rand::RngExt;
use serde::{Deserialize, Serialize};

use crate::checks::{in_unit_interval, non_negative};
use crate::loader::BatchSource;

/// Epoch of the scenes that never change: those that are watched or tested.
const FIXED: u64 = u64::MAX - 1;

/// How facts are shown.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Viewing {
    /// Features of a region.
    pub features: usize,
    /// Smallest standard deviation of the noise.
    pub sigma_from: f64,
    /// Largest standard deviation of the noise; each event has one of its own, uniform between the two.
    pub sigma: f64,
    /// Whether the scene as a whole is seen before the regions, of which it is the mean.
    pub scene: bool,
    /// Probability that the scene, or a region, is not seen; each on its own.
    pub dropout: f64,
    /// Probability that of an event only the scene is seen.
    pub scene_only: f64,
    /// Probability that nothing of an event is seen, so that semantic memory is trained.
    pub blind: f64,
}

impl Default for Viewing {
    /// The scene tells nothing that its regions do not tell, and what it tells of the object is noise to who looks for the subject.
    fn default() -> Self {
        Self {
            features: 32,
            sigma_from: 3.0,
            sigma: 3.0,
            scene: false,
            dropout: 0.3,
            scene_only: 0.0,
            blind: 0.1,
        }
    }
}

impl Viewing {
    /// The same view with this noise, and nothing hidden by chance.
    pub fn opened(self, sigma: f64) -> Self {
        Self { sigma_from: sigma, sigma, dropout: 0.0, scene_only: 0.0, blind: 0.0, ..self }
    }

    /// Checks every value.
    pub fn validate(&self) -> Result<(), ConfigError> {
        non_negative("view.sigma_from", self.sigma_from)?;
        non_negative("view.sigma", self.sigma)?;
        if self.sigma_from > self.sigma {
            return Err(ConfigError::new("view.sigma_from", self.sigma_from, "at most view.sigma"));
        }
        in_unit_interval("view.dropout", self.dropout)?;
        in_unit_interval("view.scene_only", self.scene_only)?;
        in_unit_interval("view.blind", self.blind)?;
        in_unit_interval("view.scene_only + view.blind", self.scene_only + self.blind)
    }
}

/// Facts and what is seen of them.
#[derive(Clone, Debug)]
pub struct EventBatch {
    /// What is seen; absent where nothing ever is.
    pub senses: Option<Senses>,
    /// The facts.
    pub triples: TripleTensors,
}

impl EventBatch {
    /// What drives a brain that is shown these events: the senses, or semantic memory where nothing is ever seen.
    pub fn drive(&self, brain: &TensorBrain) -> Drive {
        match &self.senses {
            Some(senses) => brain.perception(senses.clone()),
            None => brain.semantic_drive(self.triples.subject.dims()[0]),
        }
    }
}

/// Facts of a graph as events.
pub struct Events {
    triples: Vec<Triple>,
    shown: Option<(Arc<Scenes>, Viewing)>,
    seed: u64,
    fixed: bool,
}

impl Events {
    /// Facts without scenes, for semantic memory.
    pub fn unseen(triples: Vec<Triple>) -> Arc<Self> {
        Arc::new(Self { triples, shown: None, seed: 0, fixed: true })
    }

    /// Facts in scenes that are new in each epoch.
    pub fn fresh(triples: Vec<Triple>, scenes: Arc<Scenes>, viewing: Viewing, seed: u64) -> Arc<Self> {
        Arc::new(Self { triples, shown: Some((scenes, viewing)), seed, fixed: false })
    }

    /// Facts in scenes that are always the same, and other ones than in training.
    pub fn fixed(triples: Vec<Triple>, scenes: Arc<Scenes>, viewing: Viewing, seed: u64) -> Arc<Self> {
        Arc::new(Self { triples, shown: Some((scenes, viewing)), seed, fixed: true })
    }

    /// The facts.
    pub fn triples(&self) -> &[Triple] {
        &self.triples
    }

    fn key(&self, epoch: u64, sample: usize) -> RandomKey {
        let epoch = if self.fixed { FIXED } else { epoch };
        RandomKey { seed: self.seed, epoch, index: sample as u64 }
    }
}

/// A batch in host memory.
pub struct HostEvents {
    triples: Vec<Triple>,
    /// Rows of scene, subject, predicate and object, and what of them is seen.
    shown: Option<([Vec<f32>; 4], Vec<f32>)>,
}

impl BatchSource for Events {
    type Host = HostEvents;
    type Batch = EventBatch;

    fn num_samples(&self) -> usize {
        self.triples.len()
    }

    fn assemble(&self, epoch: u64, _batch: usize, samples: &[usize]) -> HostEvents {
        let triples = samples.iter().map(|&sample| self.triples[sample]).collect();
        let Some((scenes, viewing)) = &self.shown else { return HostEvents { triples, shown: None } };
        let mut regions: [Vec<f32>; 4] = Default::default();
        let mut open = Vec::with_capacity(4 * samples.len());
        for &sample in samples {
            let key = self.key(epoch, sample);
            let mut rng = key.rng(Purpose::Augment);
            let sigma = viewing.sigma_from + (viewing.sigma - viewing.sigma_from) * rng.random::<f64>();
            let scene = scenes.scene(shown(self.triples[sample]), sigma as f32, key);
            for (all, one) in
                regions.iter_mut().zip([scene.whole, scene.subject, scene.predicate, scene.object])
            {
                all.extend(one);
            }
            let kind = rng.random::<f64>();
            for part in 0..4 {
                let absent = part == 0 && !viewing.scene;
                let hidden =
                    absent || kind < viewing.blind || (kind < viewing.blind + viewing.scene_only && part > 0);
                let dropped = rng.random::<f64>() < viewing.dropout;
                open.push(if hidden || dropped { 0.0 } else { 1.0 });
            }
        }
        HostEvents { triples, shown: Some((regions, open)) }
    }

    fn upload(&self, HostEvents { triples, shown }: HostEvents, device: &Device) -> EventBatch {
        let rows = triples.len();
        let matrix = |values: Vec<f32>| {
            let columns = values.len() / rows.max(1);
            Tensor::from_data(TensorData::new(values, [rows, columns]), device)
        };
        let senses = shown.map(|([scene, subject, predicate, object], open)| Senses {
            scene: matrix(scene),
            subject: matrix(subject),
            predicate: matrix(predicate),
            object: matrix(object),
            // Nothing to multiply where everything is seen.
            open: open.contains(&0.0).then(|| matrix(open)),
        });
        EventBatch { senses, triples: TripleTensors::new(&triples, device) }
    }
}

/// The facts of a part of a graph, for the model.
pub fn facts(triples: &[pyrarium_datasets::Triple]) -> Vec<Triple> {
    triples.iter().map(|triple| Triple::new(triple.subject, triple.predicate, triple.object)).collect()
}

/// The facts of all parts of a graph: what is true as far as is known.
pub fn all_facts(graph: &KnowledgeGraph) -> Vec<Triple> {
    [&graph.train, &graph.valid, &graph.test].into_iter().flat_map(|part| facts(part)).collect()
}

/// A fact of the model, for the scenes.
fn shown(Triple { subject, predicate, object }: Triple) -> pyrarium_datasets::Triple {
    pyrarium_datasets::Triple { subject, predicate, object }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(viewing: Viewing, fixed: bool) -> Arc<Events> {
        let graph = KnowledgeGraph::open("nations").unwrap();
        let scenes = Arc::new(Scenes::new(&graph, viewing.features, 0).unwrap());
        let make = if fixed { Events::fixed } else { Events::fresh };
        make(facts(&graph.train), scenes, viewing, 3)
    }

    fn open(events: &Events) -> Vec<f32> {
        let samples: Vec<usize> = (0..1500).collect();
        events.assemble(1, 0, &samples).shown.unwrap().1
    }

    #[test]
    fn inputs_are_hidden_as_often_as_told() {
        let viewing =
            Viewing { scene: true, dropout: 0.3, scene_only: 0.2, blind: 0.1, ..Viewing::default() };
        let open = open(&events(viewing, false));
        let share = |part: usize| open.iter().skip(part).step_by(4).sum::<f32>() / 1500.0;
        // Seen are 0.9 * 0.7 of the scenes and 0.7 * 0.7 of the regions, with standard deviations of 0.013.
        assert!((share(0) - 0.63).abs() < 0.05, "{}", share(0));
        assert!((1..4).all(|part| (share(part) - 0.49).abs() < 0.05));
        assert!(self::open(&events(viewing.opened(1.0), false)).iter().all(|&gate| gate == 1.0));
        let regions = self::open(&events(Viewing::default().opened(1.0), false));
        assert!(regions.iter().enumerate().all(|(place, &gate)| (gate == 1.0) == (place % 4 > 0)));
    }

    #[test]
    fn scenes_change_from_epoch_to_epoch_unless_fixed() {
        let batch = |fixed, epoch| {
            let events = events(Viewing::default(), fixed);
            events.assemble(epoch, 0, &[7, 3]).shown.unwrap()
        };
        assert_eq!(batch(false, 1), batch(false, 1));
        assert_ne!(batch(false, 1), batch(false, 2));
        assert_eq!(batch(true, 1), batch(true, 2));
        assert_ne!(batch(true, 1), batch(false, 1));
    }

    #[test]
    fn views_that_cannot_be_are_refused() {
        let message = |viewing: Viewing| viewing.validate().unwrap_err().to_string();
        let viewing = Viewing { sigma_from: 4.0, ..Viewing::default() };
        assert_eq!(message(viewing), "view.sigma_from = 4: must be at most view.sigma");
        let viewing = Viewing { scene_only: 0.6, blind: 0.5, ..Viewing::default() };
        assert_eq!(message(viewing), "view.scene_only + view.blind = 1.1: must be between 0 and 1");
    }
}
