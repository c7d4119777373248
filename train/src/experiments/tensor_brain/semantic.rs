//! What is known without seeing: `p(o | s, p)` of a brain against factorisations of the graph, by filtered ranking of objects.

use std::collections::BTreeMap;

use burn::tensor::Device;
use pyrarium_datasets::KnowledgeGraph;
use pyrarium_memory::knowledge_graph::{KgModel, KgModelConfig, KgModelKind, Ranking, evaluate_ranking};
use pyrarium_memory::tensor_brain::{Order, TensorBrain};
use pyrarium_memory::{KgScorer, Triple};

use super::events::{Events, all_facts, facts};
use super::network::{Network, sizes};
use super::tasks::{Decoding, RankingObjects};
use super::training::{Recipe, best_rates, trained};
use crate::Error;
use crate::parallel::run_all;
use crate::registry::{Budget, ClaimText, Reproduction};
use crate::report::Report;
use crate::run::Run;
use crate::weights::initialise;

/// Against DistMult on Kinships.
pub const KINSHIPS: ClaimText = ClaimText {
    id: "semantic-memory-kinships",
    statement: "On Kinships, the filtered MRR of objects of a brain's semantic memory (s,p,o) is above that of DistMult.",
    paper: "sequential decoding models p(s,p,o) without a three-way product (conceptual; no figures)",
    relation: "MRR of the brain > MRR of DistMult",
};
/// On UMLS.
pub const UMLS: ClaimText = ClaimText {
    id: "semantic-memory-umls",
    statement: "On UMLS, the filtered MRR of objects of a brain's semantic memory (s,p,o) is at least 0.5.",
    paper: "sequential decoding models p(s,p,o) without a three-way product (conceptual; no figures)",
    relation: "MRR of the brain >= 0.5",
};

/// Values of an embedding, in brains and factorisations.
const DIM: usize = 64;

/// Who is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Contender {
    Brain,
    Factors(KgModelKind),
}

impl Contender {
    /// The brain first, then the factorisations.
    fn nth(place: usize) -> Self {
        match place.checked_sub(1).and_then(|place| KgModelKind::ALL.get(place)) {
            Some(&kind) => Self::Factors(kind),
            None => Self::Brain,
        }
    }

    fn name(self) -> String {
        match self {
            Self::Brain => "tensor brain".to_string(),
            Self::Factors(kind) => kind.to_string(),
        }
    }
}

/// How many there are.
const CONTENDERS: usize = 1 + KgModelKind::ALL.len();

enum Model {
    Brain(Box<TensorBrain>),
    Factors(Box<KgModel>),
}

/// A graph as it is learnt and asked about.
struct Quiz {
    graph: KnowledgeGraph,
    known: Vec<Triple>,
    epochs: usize,
}

impl Quiz {
    fn new(name: &str, epochs: usize) -> Result<Self, Error> {
        let graph = KnowledgeGraph::open(name)?;
        let known = all_facts(&graph);
        Ok(Self { graph, known, epochs })
    }

    fn model(&self, contender: Contender, seed: u64, device: &Device) -> Result<Model, Error> {
        let [entities, predicates] = sizes(&self.graph);
        Ok(match contender {
            Contender::Brain => {
                let network = Network { state_dim: DIM, ..Network::default() };
                Model::Brain(Box::new(network.brain(([entities, predicates], 1), seed, device)?))
            }
            Contender::Factors(kind) => {
                let config = KgModelConfig::new(kind, entities, predicates).with_dim(DIM);
                Model::Factors(Box::new(initialise(device, seed, |device| config.init(device))?))
            }
        })
    }

    /// Trains on the training facts and ranks the objects of `asked`.
    fn ranking(
        &self,
        run: &Run,
        model: Model,
        (rate, seed): (f64, u64),
        asked: &[Triple],
    ) -> Result<Ranking, Error> {
        let sources =
            (Events::unseen(facts(&self.graph.train)), Events::unseen(facts(&self.graph.valid[..128])));
        let recipe = Recipe::new(self.epochs, rate, seed);
        Ok(match model {
            Model::Brain(brain) => {
                let brain = trained(run, Decoding::new(*brain, Order::SPO), sources, recipe)?.brain;
                self.asked(&brain, asked, &run.device)
            }
            Model::Factors(model) => {
                let model = trained(run, RankingObjects { model: *model }, sources, recipe)?.model;
                self.asked(&model, asked, &run.device)
            }
        })
    }

    /// The best learning rate of each contender.
    fn best_rates(&self, run: &Run, budget: Budget) -> Result<BTreeMap<usize, f64>, Error> {
        let device = run.device.clone().autodiff();
        let places: Vec<usize> = (0..CONTENDERS).collect();
        let valid = facts(&self.graph.valid);
        best_rates(
            &places,
            budget,
            |place| self.model(Contender::nth(place), 0, &device),
            |_, model, rate| Ok(self.ranking(run, model, (rate, 0), &valid)?.mrr),
        )
    }

    fn asked(&self, model: &impl KgScorer, asked: &[Triple], device: &Device) -> Ranking {
        evaluate_ranking(model, asked, &self.known, device)
    }
}

/// Tests both claims.
pub fn test(run: &Run, what: Reproduction, report: &mut Report) -> Result<(), Error> {
    let epochs = what.budget.pick(1, 20, 200);
    let names = if what.budget == Budget::Smoke { ["nations", "nations"] } else { ["kinships", "umls"] };
    let quiz = Quiz::new(names[0], epochs)?;
    let rates = quiz.best_rates(run, what.budget)?;
    let kinships = compare(run, what, &quiz, &rates, report)?;
    let umls = compare(run, what, &Quiz::new(names[1], epochs)?, &rates, report)?;
    let dist_mult = Contender::Factors(KgModelKind::DistMult).name();
    let brain = Contender::Brain.name();
    let measured = format!("brain {:.3}, DistMult {:.3}", kinships[&brain], kinships[&dist_mult]);
    report.claims.push(KINSHIPS.tested(measured, kinships[&brain] > kinships[&dist_mult]));
    let measured = format!("brain {:.3}, DistMult {:.3}", umls[&brain], umls[&dist_mult]);
    report.claims.push(UMLS.tested(measured, umls[&brain] >= 0.5));
    Ok(())
}

/// The mean MRR on the test facts by contender.
fn compare(
    run: &Run,
    what: Reproduction,
    quiz: &Quiz,
    rates: &BTreeMap<usize, f64>,
    report: &mut Report,
) -> Result<BTreeMap<String, f64>, Error> {
    let device = run.device.clone().autodiff();
    let seeds = if what.budget == Budget::Quick { what.seeds.min(2) } else { what.seeds };
    let mut jobs = Vec::new();
    for place in 0..CONTENDERS {
        for seed in 0..seeds as u64 {
            jobs.push((place, (rates[&place], seed), quiz.model(Contender::nth(place), seed, &device)?));
        }
    }
    let test = facts(&quiz.graph.test);
    let rankings =
        run_all(jobs, |(place, setting, model)| Ok((place, quiz.ranking(run, model, setting, &test)?)))?;
    let mut means = BTreeMap::new();
    for place in 0..CONTENDERS {
        let name = Contender::nth(place).name();
        let of: Vec<Ranking> =
            rankings.iter().filter(|(of, _)| *of == place).map(|(_, ranking)| *ranking).collect();
        let mut add = |what: &str, value: fn(&Ranking) -> f64| {
            let values: Vec<f64> = of.iter().map(value).collect();
            report.add(format!("{}, {name}: {what}", quiz.graph.name), &values)
        };
        add("Hits@1 %", |ranking| 100.0 * ranking.hits_1);
        add("Hits@3 %", |ranking| 100.0 * ranking.hits_3);
        add("Hits@10 %", |ranking| 100.0 * ranking.hits_10);
        let mrr = add("MRR x 100", |ranking| 100.0 * ranking.mrr);
        report.add(format!("{}, {name}: learning rate", quiz.graph.name), &[rates[&place]]);
        run.display.line(&format!(
            "{}, {name}: MRR {:.3} at rate {}",
            quiz.graph.name,
            mrr.mean / 100.0,
            rates[&place]
        ));
        means.insert(name, mrr.mean / 100.0);
    }
    Ok(means)
}
