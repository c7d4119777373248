//! Seven functions, fitted by each single family, by S-KAN and by MLPs of as many parameters.

use std::collections::BTreeMap;
use std::sync::Arc;

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use pyrarium_datasets::functions::{FUNCTIONS, FunctionSamples, TargetFunction};
use pyrarium_kan::{FUNCTIONS as BASIS_SIZE, Family, Kan, KanConfig, Pruning, picture, pool};
use pyrarium_layers::Regressor;

use super::mlp::TanhMlp;
use crate::Error;
use crate::fit::{Fit, FitConfig};
use crate::loader::{Loader, Order};
use crate::methods::select_and_prune::{Phase, SelectAndPrune};
use crate::optimizer::{OptimizerConfig, ScheduleKind};
use crate::parallel::run_all;
use crate::progress::Display;
use crate::regression::{FullBatch, Regression};
use crate::run::Run;
use crate::weights::initialise;

/// Points to train on and points to test on.
const POINTS: usize = 1000;
/// Hidden nodes of the networks.
const HIDDEN: usize = 5;
/// Seed of the points; that of the weights varies.
const DATA_SEED: u64 = 0;

/// How long to train.
#[derive(Clone, Copy)]
pub struct Steps {
    /// Gradient steps an epoch; the unit of the phases.
    pub per_epoch: usize,
    /// Epochs of full training of an S-KAN.
    pub full: usize,
    /// Epochs of every network.
    pub total: usize,
}

/// A network of the comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Contender {
    /// A KAN of one family.
    Single(Family),
    /// An S-KAN, pruned to the size of the above.
    Selected,
    /// An MLP with this many hidden layers, of as many parameters.
    Mlp(usize),
}

impl Contender {
    /// The six that are ranked.
    pub fn ranked() -> impl Iterator<Item = Self> {
        Family::ALL.into_iter().map(Self::Single).chain([Self::Selected])
    }

    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::ranked().chain([Self::Mlp(1), Self::Mlp(2)])
    }
}

impl std::fmt::Display for Contender {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Single(family) => write!(formatter, "{family}"),
            Self::Selected => formatter.write_str("S-KAN"),
            Self::Mlp(layers) => write!(formatter, "MLP, {layers} hidden"),
        }
    }
}

/// What one training left.
pub struct Outcome {
    /// Root mean square error on the test points.
    pub rmse: f64,
    /// Parameters of the trained network.
    pub parameters: usize,
    /// A pruned network's choices and its picture.
    pub selected: Option<(Vec<Pruning>, String)>,
}

/// All outcomes: by function (its place in [`FUNCTIONS`]), contender, then seed.
pub type Outcomes = BTreeMap<(usize, Contender), Vec<Outcome>>;

/// Trains every contender on every function for every seed.
pub fn outcomes(run: &Run, steps: Steps, seeds: usize) -> Result<Outcomes, Error> {
    let device = run.device.clone().autodiff();
    let mut trials = Vec::new();
    for (function, TargetFunction { inputs, .. }) in FUNCTIONS.iter().enumerate() {
        for contender in Contender::all() {
            for seed in 0..seeds as u64 {
                let network = Network::new(contender, *inputs, seed, &device)?;
                trials.push(((function, contender), network));
            }
        }
    }
    let results =
        run_all(trials, |(key, network)| Ok((key, trained(run, &FUNCTIONS[key.0], network, steps)?)))?;
    let mut outcomes = Outcomes::new();
    for (key, outcome) in results {
        outcomes.entry(key).or_default().push(outcome);
    }
    Ok(outcomes)
}

/// A network before training.
enum Network {
    Single(Kan),
    Selectable(Kan),
    Mlp(TanhMlp),
}

impl Network {
    fn new(contender: Contender, inputs: usize, seed: u64, device: &Device) -> Result<Self, Error> {
        let dims = [inputs, HIDDEN, 1];
        Ok(match contender {
            Contender::Single(family) => {
                let config = KanConfig::single(dims, family.basis(BASIS_SIZE)?);
                Self::Single(initialise(device, seed, |device| config.init(device))?)
            }
            Contender::Selected => {
                let config = KanConfig::selectable(dims, pool(BASIS_SIZE)?);
                Self::Selectable(initialise(device, seed, |device| config.init(device))?)
            }
            Contender::Mlp(hidden_layers) => {
                let size = KanConfig::single(dims, Family::default().basis(BASIS_SIZE)?).num_params();
                let dims = TanhMlp::matched(inputs, hidden_layers, size);
                let init = |device: &Device| Ok::<_, Error>(TanhMlp::new(&dims, device));
                Self::Mlp(initialise(device, seed, init)?)
            }
        })
    }
}

/// Trains on the function's points and tests on others.
fn trained(run: &Run, function: &TargetFunction, network: Network, steps: Steps) -> Result<Outcome, Error> {
    let [train, test] = [0, 1].map(|stream| function.sample(POINTS, DATA_SEED, stream));
    let trial = Trial { run, steps, train, test };
    match network {
        Network::Single(kan) => trial.outcome(&trial.fit(kan, steps.total)?),
        Network::Mlp(mlp) => trial.outcome(&trial.fit(mlp, steps.total)?),
        Network::Selectable(kan) => {
            let schedule = SelectAndPrune {
                full_epochs: steps.full,
                select_epochs: steps.total - steps.full,
                ..SelectAndPrune::default()
            };
            let batch = arguments(&trial.train, &run.device);
            let fit = |phase: Phase, kan| trial.fit(kan, phase.epochs);
            let selected = schedule.run(kan, steps.total, batch, fit)?;
            let kan = selected.model;
            let picture = picture::draw(&kan.curves(arguments(&trial.test, &run.device))?);
            Ok(Outcome { selected: Some((selected.prunings, picture)), ..trial.outcome(&kan)? })
        }
    }
}

struct Trial<'a> {
    run: &'a Run,
    steps: Steps,
    train: FunctionSamples,
    test: FunctionSamples,
}

impl Trial<'_> {
    /// Adam at 1e-2, going to zero by a cosine, on all points at once.
    fn fit<M: Regressor + 'static>(&self, model: M, epochs: usize) -> Result<M, Error> {
        let config = FitConfig { epochs, batch_size: 1, workers: 0, ..FitConfig::default() };
        let schedule = ScheduleKind::Cosine;
        let optimizer = OptimizerConfig { learning_rate: 1e-2, schedule, ..OptimizerConfig::default() };
        let loader = |samples: &FunctionSamples, steps| {
            let source = FullBatch::new(samples.clone(), steps);
            Loader::new(source, 1, Order::Sequential, &self.run.device)
        };
        let fit = Fit {
            task: Regression { model },
            config: &config,
            optimizer: &optimizer,
            train: loader(&self.train, self.steps.per_epoch),
            valid: loader(&self.test, 1),
            directory: None,
            display: &Display::Silent,
            profile: Arc::default(),
        };
        Ok(fit.run()?.model.model)
    }

    /// Tests a model without autodiff.
    fn outcome<M: Regressor>(&self, model: &M) -> Result<Outcome, Error> {
        let device = &self.run.device;
        let y = Tensor::from_data(TensorData::new(self.test.y.clone(), [self.test.y.len(), 1]), device);
        let error = (model.predict(arguments(&self.test, device)) - y).square().mean().sqrt();
        let rmse = error.try_into_scalar::<f64>()?;
        Ok(Outcome { rmse, parameters: Module::num_params(model), selected: None })
    }
}

/// The points of samples, `[rows, inputs]`.
fn arguments(samples: &FunctionSamples, device: &Device) -> Tensor<2> {
    Tensor::from_data(TensorData::new(samples.x.clone(), [samples.y.len(), samples.inputs]), device)
}
