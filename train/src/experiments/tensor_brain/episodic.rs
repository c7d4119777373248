//! Episodes of Kinships: learnt by heart, stored in one shot, and recent ones that help a clouded view.

use std::sync::Arc;

use pyrarium_datasets::scenes::episodes;
use pyrarium_datasets::{KnowledgeGraph, Scenes};
use pyrarium_memory::Triple;
use pyrarium_memory::tensor_brain::{Choice, Order, Senses, TensorBrain};

use super::episodes::{blank_brain, memorised};
use super::events::{Events, Viewing, facts};
use super::network::{Network, sizes};
use super::perception::percent_equal;
use super::tasks::Decoding;
use super::training::{Recipe, trained};
use crate::Error;
use crate::loader::BatchSource;
use crate::parallel::run_all;
use crate::registry::{Budget, ClaimText, Reproduction};
use crate::report::{Report, Summary};
use crate::run::Run;

/// By training.
pub const TRAINED: ClaimText = ClaimText {
    id: "trained-episodes-are-recalled",
    statement: "Of 200 events of one to three facts each, trained for 200 epochs, an instance of time brings back at least 95 % of the facts.",
    paper: "episodic memory is decoding from the index of an instance of time (conceptual; no figures)",
    relation: "recall >= 95 %",
};
/// In one shot.
pub const ONE_SHOT: ClaimText = ClaimText {
    id: "one-shot-episodes-are-recalled",
    statement: "Copying the representation of a scene (sigma = 1) in one shot recalls its fact at least 3 times as often as semantic memory alone, which is counted as at least one of 200.",
    paper: "an episode can be stored in one shot (conceptual; no figures)",
    relation: "recall >= 3 max(semantic, 0.5 %)",
};
/// With what is seen.
pub const BLENDED: ClaimText = ClaimText {
    id: "recent-memory-helps-perception",
    statement: "Seen again at sigma = 4, events that were stored at sigma = 1 are decoded better with recent memory than by perception alone, beyond the spread over seeds.",
    paper: "recent episodic memory supports perception (conceptual; no figures)",
    relation: "blended > perception alone, by more than either standard deviation",
};

/// Events that are stored.
const EVENTS: usize = 200;
/// Noise when an event is stored, and when it is seen again.
const CLEAR: f64 = 1.0;
const CLOUDED: f64 = 4.0;
/// Features of a region.
const FEATURES: usize = 32;
/// How the brain learns to see: often there is nothing but the scene, as when an episode is recalled.
const VIEWING: Viewing = Viewing {
    features: FEATURES,
    sigma_from: CLEAR,
    sigma: CLOUDED,
    scene: true,
    dropout: 0.3,
    scene_only: 0.3,
    blind: 0.1,
};
/// Times each stored event is seen again.
const VIEWS: usize = 5;

/// Tests the claims.
pub fn test(run: &Run, what: Reproduction, report: &mut Report) -> Result<(), Error> {
    let graph = KnowledgeGraph::open(if what.budget == Budget::Smoke { "nations" } else { "kinships" })?;
    let mut jobs = Vec::new();
    for seed in 0..what.seeds as u64 {
        let events = episodes(&graph.train, EVENTS, seed)?;
        let events: Vec<Vec<Triple>> = events.iter().map(|event| facts(event)).collect();
        jobs.push((
            seed,
            events,
            blank_brain(run, sizes(&graph), EVENTS, seed)?,
            blind_brain(run, &graph, seed)?,
        ));
    }
    let figures = run_all(jobs, |(seed, events, blank, blind)| {
        let epochs = what.budget.pick(1, 200, 200);
        let recipe = Recipe { batch_size: 32, ..Recipe::new(epochs, 1e-2, seed) };
        let recalled = memorised(run, blank, &events, recipe)?;
        let focus: Vec<Triple> = events.iter().filter_map(|event| event.first().copied()).collect();
        let seen = seen_and_stored(run, what, &graph, (blind, seed), focus)?;
        Ok([recalled.recall, recalled.precision, seen.one_shot, seen.semantic, seen.alone, seen.blended])
    })?;
    let [recall, precision, one_shot, semantic, alone, blended] =
        [0, 1, 2, 3, 4, 5].map(|place| figures.iter().map(|row| row[place]).collect::<Vec<f64>>());
    let recall = report.add("episodes, trained: recall %", &recall).mean;
    report.add("episodes, trained: precision %", &precision);
    let one_shot = report.add("episodes, one shot: recall %", &one_shot).mean;
    let semantic = report.add("episodes, semantic memory alone: recall %", &semantic).mean;
    let alone = report.add("sigma 4, perception alone: triples right %", &alone);
    let blended = report.add("sigma 4, with recent memory: triples right %", &blended);
    report.claims.push(TRAINED.tested(format!("{recall:.1} %"), recall >= 95.0));
    let measured = format!("one shot {one_shot:.1} %, semantic memory {semantic:.1} %");
    let floor = semantic.max(100.0 / EVENTS as f64);
    report.claims.push(ONE_SHOT.tested(measured, one_shot >= 3.0 * floor));
    let spread = |of: Summary| format!("{:.2} ± {:.2} %", of.mean, of.std);
    let measured = format!("with recent memory {}, alone {}", spread(blended), spread(alone));
    let line = format!(
        "episodes: trained {recall:.1} %, one shot {one_shot:.1} % (semantic {semantic:.1} %); {measured} at sigma 4"
    );
    run.display.line(&line);
    let clear = blended.mean > alone.mean + blended.std.max(alone.std);
    report.claims.push(BLENDED.tested(measured, clear));
    Ok(())
}

struct Figures {
    one_shot: f64,
    semantic: f64,
    alone: f64,
    blended: f64,
}

/// A brain that has learnt to see at all noises between the two stores one view of each fact, and then goes without the senses, or
/// sees the facts again.
fn seen_and_stored(
    run: &Run,
    what: Reproduction,
    graph: &KnowledgeGraph,
    (blind, seed): (TensorBrain, u64),
    focus: Vec<Triple>,
) -> Result<Figures, Error> {
    let scenes = Arc::new(Scenes::new(graph, FEATURES, seed)?);
    let brain = seeing_brain(run, what, graph, scenes.clone(), (blind, seed))?;
    let view = |triples: Vec<Triple>, sigma, seed| -> Result<Senses, Error> {
        let events = Events::fixed(triples.clone(), scenes.clone(), VIEWING.opened(sigma), seed);
        let samples: Vec<usize> = (0..triples.len()).collect();
        let batch = events.upload(events.assemble(0, 0, &samples), &run.device);
        batch.senses.ok_or_else(|| Error::Training("an event without a scene".to_string()))
    };
    let percent = |found: &[Triple], expected: &[Triple]| percent_equal(found, expected);

    let stored = brain.perception(view(focus.clone(), CLEAR, seed)?).start;
    let (remembering, times) = brain.clone().store(stored);
    let times: Vec<usize> = times.collect();
    let recalled = remembering.recall(&times, Order::SOP, Choice::Argmax)?;
    let known = brain.decode_triple(&brain.semantic_drive(focus.len()), Order::SOP, Choice::Argmax)?;

    let again = focus.repeat(VIEWS);
    let clouded = view(again.clone(), CLOUDED, seed + (1 << 32))?;
    let alone = brain.decode_triple(&brain.perception(clouded.clone()), Order::SOP, Choice::Argmax)?;
    let blended = remembering.decode_triple(&remembering.blended(clouded)?, Order::SOP, Choice::Argmax)?;
    Ok(Figures {
        one_shot: percent(&recalled.triples, &focus),
        semantic: percent(&known.triples, &focus),
        alone: percent(&alone.triples, &again),
        blended: percent(&blended.triples, &again),
    })
}

fn blind_brain(run: &Run, graph: &KnowledgeGraph, seed: u64) -> Result<TensorBrain, Error> {
    Ok(Network::default().brain((sizes(graph), FEATURES), seed, &run.device.clone().autodiff())?)
}

fn seeing_brain(
    run: &Run,
    what: Reproduction,
    graph: &KnowledgeGraph,
    scenes: Arc<Scenes>,
    (brain, seed): (TensorBrain, u64),
) -> Result<TensorBrain, Error> {
    let train = Events::fresh(facts(&graph.train), scenes.clone(), VIEWING, seed);
    let valid = Events::fixed(facts(&graph.valid[..128]), scenes, VIEWING, seed);
    let recipe = Recipe::new(what.budget.pick(1, 20, 100), 1e-2, seed);
    Ok(trained(run, Decoding::new(brain, Order::SOP), (train, valid), recipe)?.brain)
}
