//! Does what a brain knows help it to see? Noisy scenes of Kinships, decoded by brains and by classifiers without memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use burn::tensor::{Device, Int, Tensor};
use pyrarium_datasets::{KnowledgeGraph, Scenes};
use pyrarium_memory::Triple;
use pyrarium_memory::tensor_brain::{Choice, EvolutionKind, Order, Role, TensorBrain};

use super::ceiling::seen_at_best;
use super::events::{Events, Viewing, all_facts, facts};
use super::network::{Network, sizes};
use super::tasks::{Decoding, Independent};
use super::trace;
use super::training::{Recipe, best_rates, trained};
use crate::Error;
use crate::loader::{Loader, Order as Sampling};
use crate::parallel::run_all;
use crate::registry::{Budget, ClaimText, Reproduction};
use crate::report::{Curve, Report, Summary};
use crate::run::Run;
use crate::weights::initialise;

const PAPER: &str = "semantic memory as a prior for perception (conceptual; no figures)";

/// The order of the paper.
pub const PRIOR: ClaimText = ClaimText {
    id: "prior-helps-perception",
    statement: "On held-out facts of Kinships at sigma = 3, decoding subject, object, predicate gets at least 5 points more triples right than independent classifiers; both see the three regions.",
    paper: PAPER,
    relation: "decoder (s,o,p) >= classifiers + 5 points",
};
/// The order in which the prior speaks about the object.
pub const ORDER: ClaimText = ClaimText {
    id: "prior-helps-predicate-first",
    statement: "The same in the order subject, predicate, object.",
    paper: PAPER,
    relation: "decoder (s,p,o) >= classifiers + 5 points",
};
/// The gap over the noise.
pub const GAP: ClaimText = ClaimText {
    id: "gap-grows-with-noise",
    statement: "The lead of the decoder (s,o,p) over independent classifiers, in points, grows from each sigma of 1, 2, 3, 4 to the next.",
    paper: PAPER,
    relation: "lead at 1 <= at 2 <= at 3 <= at 4",
};
/// The parts that are left out.
pub const ABLATION: ClaimText = ClaimText {
    id: "memory-and-feedback-help",
    statement: "At sigma = 3 the decoder (s,o,p) is at least as good as without working memory and as without feedback.",
    paper: "working memory and feedback are parts of the decoder (conceptual; no figures)",
    relation: "full >= each of them",
};

/// Noise of the comparisons.
const SIGMAS: [f64; 4] = [1.0, 2.0, 3.0, 4.0];
/// The noise at which claims are decided and rates chosen.
const DECISIVE: usize = 2;
/// Features of a region.
const FEATURES: usize = 32;
/// Views of each test fact.
const VIEWS: usize = 4;
/// Seed of the prototypes.
const WORLD: u64 = 0;

/// Who looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Contender {
    Full,
    PredicateFirst,
    NoWorkingMemory,
    NoFeedback,
    Untied,
    WithScene,
    Independent,
}

impl Contender {
    const ALL: [Self; 7] = [
        Self::Full,
        Self::PredicateFirst,
        Self::NoWorkingMemory,
        Self::NoFeedback,
        Self::Untied,
        Self::WithScene,
        Self::Independent,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Full => "decoder (s,o,p)",
            Self::PredicateFirst => "decoder (s,p,o)",
            Self::NoWorkingMemory => "no working memory",
            Self::NoFeedback => "no feedback",
            Self::Untied => "untied",
            Self::WithScene => "decoder (s,o,p) that sees the scene, too",
            Self::Independent => "independent classifiers",
        }
    }

    /// The places of the noises it is tried at; ablations at the decisive one alone.
    fn noises(self) -> std::ops::Range<usize> {
        match self {
            Self::Full | Self::PredicateFirst | Self::Independent => 0..SIGMAS.len(),
            _ => DECISIVE..DECISIVE + 1,
        }
    }

    /// What is seen at this noise.
    fn viewing(self, sigma: f64) -> Viewing {
        let scene = self == Self::WithScene;
        Viewing { features: FEATURES, sigma_from: sigma, sigma, scene, ..Viewing::default() }
    }

    fn order(self) -> Order {
        if self == Self::PredicateFirst { Order::SPO } else { Order::SOP }
    }

    /// With initial weights.
    fn looker(self, sizes: [usize; 2], seed: u64, device: &Device) -> Result<Looker, Error> {
        let base = Network::default();
        let network = match self {
            Self::Full | Self::PredicateFirst | Self::WithScene => base,
            Self::NoWorkingMemory => Network { evolution: EvolutionKind::None, ..base },
            Self::NoFeedback => Network { feedback: false, ..base },
            Self::Untied => Network { tied: false, ..base },
            Self::Independent => {
                let init = |device: &Device| Ok::<_, Error>(Independent::new(sizes, FEATURES, device));
                return Ok(Looker::Independent(Box::new(initialise(device, seed, init)?)));
            }
        };
        let brain = network.brain((sizes, FEATURES), seed, device)?;
        Ok(Looker::Brain(Box::new(Decoding::new(brain, self.order())), self.order()))
    }
}

enum Looker {
    Brain(Box<Decoding>, Order),
    Independent(Box<Independent>),
}

/// Kinships and how its concepts look.
struct World {
    graph: KnowledgeGraph,
    scenes: Arc<Scenes>,
    epochs: usize,
}

impl World {
    fn new(budget: Budget) -> Result<Self, Error> {
        let graph = KnowledgeGraph::open(if budget == Budget::Smoke { "nations" } else { "kinships" })?;
        let scenes = Arc::new(Scenes::new(&graph, FEATURES, WORLD)?);
        Ok(Self { graph, scenes, epochs: budget.pick(1, 10, 100) })
    }

    /// Trains a looker on noisy scenes of the training facts and counts the triples it sees rightly in scenes of `test`, in percent.
    fn accuracy(
        &self,
        run: &Run,
        looker: Looker,
        (viewing, rate, seed): (Viewing, f64, u64),
        test: &[Triple],
    ) -> Result<(f64, Option<TensorBrain>), Error> {
        let train = Events::fresh(facts(&self.graph.train), self.scenes.clone(), viewing, seed);
        let valid = Events::fixed(facts(&self.graph.valid[..128]), self.scenes.clone(), viewing, seed);
        let recipe = Recipe::new(self.epochs, rate, seed);
        let views = test.repeat(VIEWS);
        let shown =
            Events::fixed(views, self.scenes.clone(), viewing.opened(viewing.sigma), seed + (1 << 32));
        match looker {
            Looker::Brain(task, order) => {
                let brain = trained(run, *task, (train, valid), recipe)?.brain;
                Ok((seen_by_brain(&brain, shown, order, &run.device)?, Some(brain)))
            }
            Looker::Independent(task) => {
                let task = trained(run, *task, (train, valid), recipe)?;
                Ok((seen_by_classifiers(&task, shown, &run.device)?, None))
            }
        }
    }

    /// What is seen at best.
    fn ceiling(&self, run: &Run, test: &[Triple], report: &mut Report) -> Result<Curve, Error> {
        let known = all_facts(&self.graph);
        let mut points = Vec::new();
        for sigma in SIGMAS {
            let viewing = Contender::Full.viewing(sigma).opened(sigma);
            let shown = Events::fixed(test.repeat(VIEWS), self.scenes.clone(), viewing, 1 << 32);
            let best = seen_at_best(&self.scenes, sizes(&self.graph), shown, &known, &run.device)?;
            report.add(format!("perception, sigma {sigma}, who knows all facts: triples right %"), &[best]);
            points.push((sigma, best));
        }
        Ok(Curve::line("sigma", "triples seen rightly %", points))
    }
}

/// The share of the events whose triple a brain decodes rightly, in percent.
pub fn seen_by_brain(
    brain: &TensorBrain,
    events: Arc<Events>,
    order: Order,
    device: &Device,
) -> Result<f64, Error> {
    let mut decoded = Vec::new();
    for batch in Loader::new(events.clone(), 512, Sampling::Sequential, device).epoch() {
        let batch = batch.map_err(|error| Error::Training(error.to_string()))?;
        decoded.extend(brain.decode_triple(&batch.drive(brain), order, Choice::Argmax)?.triples);
    }
    Ok(percent_equal(&decoded, events.triples()))
}

fn seen_by_classifiers(task: &Independent, events: Arc<Events>, device: &Device) -> Result<f64, Error> {
    let mut decoded = Vec::new();
    for batch in Loader::new(events.clone(), 512, Sampling::Sequential, device).epoch() {
        let batch = batch.map_err(|error| Error::Training(error.to_string()))?;
        let Some(senses) = batch.senses else { continue };
        let named = |region: Tensor<2>, role: Role| -> Vec<usize> {
            let best: Tensor<1, Int> = task.log_probabilities(region, role).argmax(1).squeeze_dim(1);
            best.into_data().iter::<i64>().map(|place| place as usize).collect()
        };
        let subjects = named(senses.subject, Role::Subject);
        let predicates = named(senses.predicate, Role::Predicate);
        let objects = named(senses.object, Role::Object);
        let rows = subjects.into_iter().zip(predicates).zip(objects);
        decoded.extend(rows.map(|((subject, predicate), object)| Triple::new(subject, predicate, object)));
    }
    Ok(percent_equal(&decoded, events.triples()))
}

/// The share of the pairs that are equal, in percent.
pub fn percent_equal(found: &[Triple], expected: &[Triple]) -> f64 {
    let right = found.iter().zip(expected).filter(|(found, expected)| found == expected).count();
    100.0 * right as f64 / expected.len().max(1) as f64
}

/// Tests the claims about perception, and leaves the trace of a decoded scene.
pub fn test(run: &Run, what: Reproduction, report: &mut Report) -> Result<(), Error> {
    let world = World::new(what.budget)?;
    let device = run.device.clone().autodiff();
    let make = |contender: Contender, seed| contender.looker(sizes(&world.graph), seed, &device);
    let valid = facts(&world.graph.valid);
    let rates = best_rates(
        &Contender::ALL,
        what.budget,
        |contender| make(contender, 0),
        |contender, looker, rate| {
            let setting = (contender.viewing(SIGMAS[DECISIVE]), rate, 0);
            Ok(world.accuracy(run, looker, setting, &valid)?.0)
        },
    )?;
    let seeds = if what.budget == Budget::Quick { what.seeds.min(2) } else { what.seeds };
    let mut jobs = Vec::new();
    for contender in Contender::ALL {
        for place in contender.noises() {
            for seed in 0..seeds as u64 {
                jobs.push((
                    (contender, place, seed),
                    (contender.viewing(SIGMAS[place]), rates[&contender], seed),
                    make(contender, seed)?,
                ));
            }
        }
    }
    let test = facts(&world.graph.test);
    let outcomes =
        run_all(jobs, |(key, setting, looker)| Ok((key, world.accuracy(run, looker, setting, &test)?)))?;
    let mut values: BTreeMap<(Contender, usize), Vec<f64>> = BTreeMap::new();
    for ((contender, place, seed), (accuracy, brain)) in outcomes {
        values.entry((contender, place)).or_default().push(accuracy);
        if let Some(brain) = brain.filter(|_| (contender, place, seed) == (Contender::Full, 0, 0)) {
            let svg = decoded_scene(run, &world, &brain)?;
            report.drawings.insert("decoded-scene.svg".to_string(), svg);
        }
    }
    let mut mean = BTreeMap::new();
    for contender in Contender::ALL {
        let name = contender.name();
        report.add(format!("perception, {name}: learning rate"), &[rates[&contender]]);
        let mut points = Vec::new();
        for place in contender.noises() {
            let sigma = SIGMAS[place];
            let accuracies = &values[&(contender, place)];
            let summary: Summary =
                report.add(format!("perception, sigma {sigma}, {name}: triples right %"), accuracies);
            points.push((sigma, summary.mean));
            mean.insert((contender, place), summary.mean);
        }
        let line: Vec<String> = points.iter().map(|(_, accuracy)| format!("{accuracy:.1}")).collect();
        run.display.line(&format!("perception, {name}: {} %", line.join(", ")));
        if points.len() > 1 {
            report.curves.insert(name.to_string(), Curve::line("sigma", "triples seen rightly %", points));
        }
    }
    let ceiling = world.ceiling(run, &test, report)?;
    report.curves.insert("who knows all facts".to_string(), ceiling);
    decide(&mean, report);
    Ok(())
}

fn decide(mean: &BTreeMap<(Contender, usize), f64>, report: &mut Report) {
    let at = |contender| mean[&(contender, DECISIVE)];
    let (full, independent) = (at(Contender::Full), at(Contender::Independent));
    for (claim, decoder) in [(PRIOR, full), (ORDER, at(Contender::PredicateFirst))] {
        let measured = format!("decoder {decoder:.1} %, classifiers {independent:.1} %");
        report.claims.push(claim.tested(measured, decoder >= independent + 5.0));
    }
    let gaps: Vec<f64> = (0..SIGMAS.len())
        .map(|place| mean[&(Contender::Full, place)] - mean[&(Contender::Independent, place)])
        .collect();
    let shown: Vec<String> = gaps.iter().map(|gap| format!("{gap:+.1}")).collect();
    let grows = gaps.windows(2).all(|pair| pair[0] <= pair[1]);
    report.claims.push(GAP.tested(format!("{} points", shown.join(", ")), grows));
    let (memory, feedback) = (at(Contender::NoWorkingMemory), at(Contender::NoFeedback));
    let measured = format!("full {full:.1} %, no working memory {memory:.1} %, no feedback {feedback:.1} %");
    report.claims.push(ABLATION.tested(measured, full >= memory && full >= feedback));
}

/// The trace of the first test fact, seen with the least noise.
fn decoded_scene(run: &Run, world: &World, brain: &TensorBrain) -> Result<String, Error> {
    let fact = facts(&world.graph.test[..1]);
    let viewing = Contender::Full.viewing(SIGMAS[0]).opened(SIGMAS[0]);
    let events = Events::fixed(fact, world.scenes.clone(), viewing, 0);
    trace::of_first(&world.graph, brain, events, Order::SOP, &run.device)
}
