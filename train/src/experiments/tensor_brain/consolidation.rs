//! Episodes become knowledge: semantic memory trained on nothing but what episodic memory brings back.

use pyrarium_datasets::KnowledgeGraph;
use pyrarium_datasets::scenes::episodes;
use pyrarium_memory::Triple;
use pyrarium_memory::knowledge_graph::evaluate_ranking;
use pyrarium_memory::tensor_brain::{Order, Stop, TensorBrain};

use super::episodes::{blank_brain, memorised};
use super::events::{Events, all_facts, facts};
use super::network::{Network, sizes};
use super::tasks::Decoding;
use super::training::{Recipe, trained};
use crate::Error;
use crate::parallel::run_all;
use crate::registry::{Budget, ClaimText, Reproduction};
use crate::report::Report;
use crate::run::Run;

/// What is tested here.
pub const CLAIM: ClaimText = ClaimText {
    id: "replay-consolidates",
    statement: "All training facts of UMLS are episodes (one to three facts each). Semantic memory trained on what episodic memory recalls of them reaches at least 90 % of the MRR of one trained on the facts.",
    paper: "semantic memory arises from episodic memory by consolidation (conceptual; no figures)",
    relation: "MRR by replay >= 0.9 MRR by the facts",
};

/// Facts of an event, on average.
const FACTS_AN_EVENT: usize = 2;

/// Tests [`CLAIM`]: one seed, as the episodes of a whole graph take long to learn.
pub fn test(run: &Run, what: Reproduction, report: &mut Report) -> Result<(), Error> {
    let graph = KnowledgeGraph::open(if what.budget == Budget::Smoke { "nations" } else { "umls" })?;
    let events = episodes(&graph.train, graph.train.len() / FACTS_AN_EVENT, 0)?;
    let events: Vec<Vec<Triple>> = events.iter().map(|event| facts(event)).collect();
    let memory = blank_brain(run, sizes(&graph), events.len(), 0)?;
    let ways = vec![
        (Way::Replay(Box::new(memory)), fresh_brain(run, &graph)?),
        (Way::Facts, fresh_brain(run, &graph)?),
    ];
    let outcomes = run_all(ways, |(way, brain)| {
        let (learnt, recalled) = match way {
            Way::Facts => (events.iter().flatten().copied().collect(), None),
            Way::Replay(memory) => {
                let recipe = Recipe::new(what.budget.pick(1, 60, 400), 3e-2, 0);
                let recalled = memorised(run, *memory, &events, recipe)?;
                // A stop in the place of an object is nothing that semantic memory knows.
                let known = |triple: &Triple| triple.object < graph.entities.len();
                let replayed: Vec<Triple> = recalled.events.into_iter().flatten().filter(known).collect();
                (replayed, Some((recalled.recall, recalled.precision)))
            }
        };
        Ok((semantic_mrr(run, what, &graph, brain, learnt)?, recalled))
    })?;
    let mrr = |replayed: bool| {
        let of_way = outcomes.iter().filter(|(_, recalled)| recalled.is_some() == replayed);
        of_way.map(|(mrr, _)| *mrr).sum::<f64>()
    };
    let (by_facts, by_replay) = (mrr(false), mrr(true));
    let (recall, precision) = outcomes.iter().find_map(|(_, recalled)| *recalled).unwrap_or_default();
    report.add("consolidation, episodes: recall %", &[recall]);
    report.add("consolidation, episodes: precision %", &[precision]);
    report.add("consolidation, trained on facts: MRR x 100", &[100.0 * by_facts]);
    report.add("consolidation, trained by replay: MRR x 100", &[100.0 * by_replay]);
    let measured = format!("replay {by_replay:.3}, facts {by_facts:.3}; {recall:.1} % of the facts recalled");
    run.display.line(&format!("consolidation: {measured}"));
    report.claims.push(CLAIM.tested(measured, by_replay >= 0.9 * by_facts));
    Ok(())
}

/// How semantic memory learns.
enum Way {
    /// From the facts themselves.
    Facts,
    /// From what this episodic memory recalls.
    Replay(Box<(TensorBrain, Stop)>),
}

fn fresh_brain(run: &Run, graph: &KnowledgeGraph) -> Result<TensorBrain, Error> {
    Ok(Network::default().brain((sizes(graph), 1), 0, &run.device.clone().autodiff())?)
}

fn semantic_mrr(
    run: &Run,
    what: Reproduction,
    graph: &KnowledgeGraph,
    brain: TensorBrain,
    learnt: Vec<Triple>,
) -> Result<f64, Error> {
    if learnt.is_empty() {
        return Ok(0.0);
    }
    let sources = (Events::unseen(learnt), Events::unseen(facts(&graph.valid[..128])));
    let recipe = Recipe::new(what.budget.pick(1, 24, 200), 2e-2, 0);
    let brain = trained(run, Decoding::new(brain, Order::SPO), sources, recipe)?.brain;
    let known = all_facts(graph);
    Ok(evaluate_ranking(&brain, &facts(&graph.test), &known, &run.device).mrr)
}
