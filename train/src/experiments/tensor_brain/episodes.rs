//! Episodes that are learnt by heart: an instance of time, and the facts that it is to bring back, in their order.

use std::collections::BTreeSet;
use std::sync::Arc;

use burn::module::Module;
use burn::tensor::{Device, Int, Tensor, TensorData};
use pyrarium_memory::Triple;
use pyrarium_memory::tensor_brain::{Order, Stop, TensorBrain, TripleTensors};

use super::network::Network;
use super::tasks::Likelihood;
use super::training::{Recipe, trained};
use crate::Error;
use crate::loader::BatchSource;
use crate::run::Run;
use crate::task::Task;
use crate::weights::initialise;

/// Times that are recalled together.
const BATCH: usize = 512;

/// Instances of time with their facts.
#[derive(Clone, Debug)]
pub struct EpisodeBatch {
    times: Tensor<1, Int>,
    parts: Vec<TripleTensors>,
    weights: Tensor<2>,
}

/// Events, one for each instance of time.
pub struct Episodes {
    events: Vec<Vec<Triple>>,
    stop: Stop,
}

impl BatchSource for Episodes {
    type Host = Vec<usize>;
    type Batch = EpisodeBatch;

    fn num_samples(&self) -> usize {
        self.events.len()
    }

    fn assemble(&self, _epoch: u64, _batch: usize, samples: &[usize]) -> Vec<usize> {
        samples.to_vec()
    }

    fn upload(&self, times: Vec<usize>, device: &Device) -> EpisodeBatch {
        let longest = times.iter().map(|&time| self.events[time].len()).max().unwrap_or(0);
        let stop = Triple::new(self.stop.0, 0, 0);
        let part = |part: usize| {
            let triples: Vec<Triple> =
                times.iter().map(|&time| self.events[time].get(part).copied().unwrap_or(stop)).collect();
            TripleTensors::new(&triples, device)
        };
        let weight = |time: usize, part: usize| match part.cmp(&self.events[time].len()) {
            std::cmp::Ordering::Less => 2.0_f32,
            std::cmp::Ordering::Equal => 1.0,
            std::cmp::Ordering::Greater => 0.0,
        };
        let weights: Vec<f32> =
            times.iter().flat_map(|&time| (0..=longest).map(move |part| weight(time, part))).collect();
        let rows = times.len();
        let places: Vec<i64> = times.iter().map(|&time| time as i64).collect();
        EpisodeBatch {
            parts: (0..=longest).map(part).collect(),
            weights: Tensor::from_data(TensorData::new(weights, [rows, longest + 1]), device),
            times: Tensor::from_data(TensorData::new(places, [rows]), device),
        }
    }
}

/// A brain that brings back the facts of instances of time.
#[derive(Module, Debug)]
pub struct Remembering {
    /// The brain.
    pub brain: TensorBrain,
}

impl Task for Remembering {
    type Batch = EpisodeBatch;
    type Output = Likelihood;

    fn training_output(&self, batch: EpisodeBatch) -> Likelihood {
        self.output(batch)
    }

    fn output(&self, EpisodeBatch { times, parts, weights }: EpisodeBatch) -> Likelihood {
        let drive = self.brain.recollect(times);
        let losses = self.brain.sequence_loss(&drive, &parts, weights, Order::SOP);
        Likelihood { log_probabilities: losses.clone().neg().unsqueeze_dim(1), losses }
    }

    fn losses(output: &Likelihood) -> Tensor<1> {
        output.losses.clone()
    }

    fn predictions(output: &Likelihood) -> Tensor<2> {
        output.log_probabilities.clone()
    }
}

/// What came back of episodes.
pub struct Recalled {
    /// The facts that came back for each time.
    pub events: Vec<Vec<Triple>>,
    /// Share of the stored facts that came back at their time, in percent.
    pub recall: f64,
    /// Share of what came back that was stored at that time, in percent.
    pub precision: f64,
}

/// A brain with an instance of time for each event, and one entity behind the graph's that stands for the stop.
pub fn blank_brain(
    run: &Run,
    [entities, predicates]: [usize; 2],
    events: usize,
    seed: u64,
) -> Result<(TensorBrain, Stop), Error> {
    let device = run.device.clone().autodiff();
    let config = Network::default().config([entities + 1, predicates], 1)?.with_times(events);
    let brain = initialise(&device, seed, |device| config.init(device))?;
    Ok((brain, Stop(entities)))
}

/// Trains a brain, its embeddings of time among it, to bring back events, and asks it for all of them.
pub fn memorised(
    run: &Run,
    (brain, stop): (TensorBrain, Stop),
    events: &[Vec<Triple>],
    recipe: Recipe,
) -> Result<Recalled, Error> {
    let source = Arc::new(Episodes { events: events.to_vec(), stop });
    let watched = Arc::new(Episodes { events: events[..events.len().min(128)].to_vec(), stop });
    let brain = trained(run, Remembering { brain }, (source, watched), recipe)?.brain;
    let longest = events.iter().map(Vec::len).max().unwrap_or(0);
    let times: Vec<usize> = (0..events.len()).collect();
    let mut recalled = Vec::with_capacity(events.len());
    for times in times.chunks(BATCH) {
        let drive = brain.recollection(times)?;
        recalled.extend(brain.decode_sequence(&drive, Order::SOP, stop, longest + 1)?);
    }
    Ok(compared(recalled, events))
}

fn compared(recalled: Vec<Vec<Triple>>, events: &[Vec<Triple>]) -> Recalled {
    let total = |events: &[Vec<Triple>]| events.iter().map(Vec::len).sum::<usize>().max(1) as f64;
    let right = |found: &Vec<Triple>, stored: &Vec<Triple>| {
        let found: BTreeSet<&Triple> = found.iter().collect();
        stored.iter().filter(|triple| found.contains(triple)).count()
    };
    let right: usize = recalled.iter().zip(events).map(|(found, stored)| right(found, stored)).sum();
    let percent = |of: f64| 100.0 * right as f64 / of;
    Recalled { recall: percent(total(events)), precision: percent(total(&recalled)), events: recalled }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recall_and_precision_count_facts_at_their_time() {
        let [a, b, c] = [1, 2, 3].map(|place| Triple::new(place, place, place));
        let recalled = compared(vec![vec![a, c], vec![b, b]], &[vec![a, b], vec![b]]);
        assert!((recalled.recall - 200.0 / 3.0).abs() < 1e-9);
        assert!((recalled.precision - 50.0).abs() < 1e-9);
    }

    #[test]
    fn batches_end_each_event_with_a_stop() {
        let event = |length| (0..length).map(|place| Triple::new(place, 1, 2)).collect::<Vec<_>>();
        let source = Episodes { events: vec![event(1), event(3), event(2)], stop: Stop(9) };
        let device = Device::flex();
        let batch = source.upload(vec![2, 0], &device);
        assert_eq!(batch.parts.len(), 3);
        let weights: Vec<f32> = batch.weights.into_data().iter::<f32>().collect();
        assert_eq!(weights, [2.0, 2.0, 1.0, 2.0, 1.0, 0.0]);
        let subjects: Vec<i64> = batch.parts[1].subject.to_data().iter::<i64>().collect();
        assert_eq!(subjects, [1, 9]);
    }
}
