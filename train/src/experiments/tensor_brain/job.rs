//! `cargo xtask train tensor-brain`: a brain that sees the facts of a graph in noise, and knows them without seeing.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use burn::module::Module;
use pyrarium_datasets::{KnowledgeGraph, Scenes};
use pyrarium_memory::knowledge_graph::evaluate_ranking;
use pyrarium_memory::tensor_brain::{Order, TensorBrain};
use serde::{Deserialize, Serialize};
use toml::Table;

use super::events::{Events, Viewing, all_facts, facts};
use super::network::{Network, sizes};
use super::perception::seen_by_brain;
use super::tasks::Decoding;
use super::trace;
use crate::Error;
use crate::fit::{Fit, FitConfig, Fitted};
use crate::optimizer::{OptimizerConfig, ScheduleKind};
use crate::registry::Job;
use crate::report::Report;
use crate::run::{Run, RunDirectory, WEIGHTS};
use crate::settings;
use crate::weights;

/// Settings of the job.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    /// Seed of the prototypes, the initial weights, the order and the noise.
    seed: u64,
    /// `nations`, `kinships` or `umls`, or a directory of `train.txt`, `valid.txt` and `test.txt`.
    data: String,
    /// The order of decoding, letters of s, p and o; objects are ranked only after `spo`.
    order: String,
    /// How to fit.
    fit: FitConfig,
    /// Optimizer and schedule.
    optimizer: OptimizerConfig,
    /// How facts are shown; tests hide nothing by chance, and have the largest noise.
    view: Viewing,
    /// Which brain.
    model: Network,
}

/// What a job has prepared.
struct Prepared {
    settings: Settings,
    order: Order,
    graph: KnowledgeGraph,
    scenes: Arc<Scenes>,
}

/// The main job: Kinships at sigma = 2, in about a minute on two cores.
pub fn default_settings() -> Result<Table, Error> {
    settings::to_table(&Settings {
        seed: 0,
        data: "kinships".to_string(),
        order: Order::SPO.to_string(),
        fit: FitConfig { epochs: 40, batch_size: 128, ..FitConfig::default() },
        optimizer: OptimizerConfig {
            learning_rate: 1e-2,
            schedule: ScheduleKind::Cosine,
            ..OptimizerConfig::default()
        },
        view: Viewing { sigma_from: 2.0, sigma: 2.0, ..Viewing::default() },
        model: Network::default(),
    })
}

/// Opens the facts and makes the brain; the job trains it.
pub fn train<'a>(run: &'a Run, table: &Table) -> Result<Job<'a>, Error> {
    let prepared = Prepared::new(table)?;
    let Settings { seed, view, model, .. } = &prepared.settings;
    let device = run.device.clone().autodiff();
    let brain = model.brain((sizes(&prepared.graph), view.features), *seed, &device)?;
    Ok(Box::new(move |directory| prepared.train(run, directory, brain)))
}

/// Tests the weights of a finished run.
pub fn evaluate(run: &Run, directory: &RunDirectory) -> Result<Report, Error> {
    let prepared = Prepared::new(directory.settings())?;
    let Settings { view, model, .. } = &prepared.settings;
    let brain = model.config(sizes(&prepared.graph), view.features)?.init(&run.device)?;
    let brain = weights::from_safetensors(brain, directory.read(WEIGHTS)?)
        .map_err(|reason| Error::Damaged { path: directory.path().join(WEIGHTS), reason })?;
    prepared.test(run, &brain)
}

impl Prepared {
    fn new(table: &Table) -> Result<Self, Error> {
        let settings: Settings = settings::from_table(table)?;
        settings.fit.validate()?;
        settings.optimizer.validate()?;
        settings.view.validate()?;
        let order = settings.order.parse()?;
        let graph = KnowledgeGraph::open(&settings.data)?;
        let scenes = Arc::new(Scenes::new(&graph, settings.view.features, settings.seed)?);
        Ok(Self { settings, order, graph, scenes })
    }

    fn fit(&self, run: &Run, brain: TensorBrain, directory: &Path) -> Result<Fitted<Decoding>, Error> {
        let Settings { seed, fit, optimizer, view, .. } = &self.settings;
        let train = Events::fresh(facts(&self.graph.train), self.scenes.clone(), *view, *seed);
        let valid = Events::fixed(facts(&self.graph.valid), self.scenes.clone(), *view, *seed);
        let task = Decoding::new(brain, self.order);
        Fit::new(run, task, (fit, optimizer, *seed), (train, valid), Some(directory), &run.display).run()
    }

    fn train(&self, run: &Run, directory: &mut RunDirectory, brain: TensorBrain) -> Result<Report, Error> {
        let start = Instant::now();
        let path = directory.path().to_path_buf();
        let fitted = self.fit(run, brain, &path)?.map(|task| task.brain);
        let brain = &fitted.model;
        directory.write(WEIGHTS, &weights::to_safetensors(brain).map_err(Error::Training)?)?;
        let mut report = self.test(run, brain)?;
        fitted.describe(run, "events", &mut report);
        let events = self.shown(&self.graph.test[..1]);
        let svg = trace::of_first(&self.graph, brain, events, self.order, &run.device)?;
        report.drawings.insert("decoded-scene.svg".to_string(), svg);
        report.complete(directory, start)
    }

    /// Facts in scenes that hide nothing, with the largest noise.
    fn shown(&self, triples: &[pyrarium_datasets::Triple]) -> Arc<Events> {
        let view = self.settings.view;
        // Other noise than that of the scenes that were watched.
        let seed = self.settings.seed.wrapping_add(1 << 32);
        Events::fixed(facts(triples), self.scenes.clone(), view.opened(view.sigma), seed)
    }

    fn test(&self, run: &Run, brain: &TensorBrain) -> Result<Report, Error> {
        let start = Instant::now();
        let mut report = Report::new(super::SYSTEM.slug, &run.device_name, self.settings.seed, "train");
        report.add("parameters", &[Module::num_params(brain) as f64]);
        let seen = seen_by_brain(brain, self.shown(&self.graph.test), self.order, &run.device)?;
        report.add("test triples seen rightly %", &[seen]);
        if self.order == Order::SPO {
            let known = all_facts(&self.graph);
            let ranking = evaluate_ranking(brain, &facts(&self.graph.test), &known, &run.device);
            report.add("test MRR of unseen objects", &[ranking.mrr]);
            report.add("test Hits@1 of unseen objects %", &[100.0 * ranking.hits_1]);
            report.add("test Hits@10 of unseen objects %", &[100.0 * ranking.hits_10]);
        }
        report.seconds = start.elapsed().as_secs_f64();
        Ok(report)
    }
}
