//! Click models beside each other on the same samples: each gets its settings from the validation part, then all seeds.

use std::collections::BTreeMap;

use burn::module::Module;
use pyrarium_datasets::DataError;
use pyrarium_datasets::tabular::{ClickData, Encoded};
use pyrarium_recsys::{Model, ModelConfig};

use super::fit::{VALID_AUC, fit_clicks};
use super::score::{TaskScores, evaluate, mean_auc};
use super::settings::ClickFit;
use super::source::NamedSamples;
use crate::Error;
use crate::parallel::run_all;
use crate::run::Run;
use crate::weights::initialise;

/// A network with how it is fitted: one of the settings among which a contender has its own.
#[derive(Clone, Debug)]
pub struct Attempt<S> {
    /// What is chosen, a width for example.
    pub setting: S,
    /// The network with it.
    pub network: ModelConfig,
    /// How it is fitted.
    pub fit: ClickFit,
}

/// What a contender reached with the setting that was best on the validation part with seed 0.
#[derive(Clone, Debug)]
pub struct Compared<S> {
    /// That setting.
    pub setting: S,
    /// Parameters of the network with it.
    pub parameters: usize,
    /// On the test samples: for each seed, for each task.
    pub scores: Vec<Vec<TaskScores>>,
    /// The epoch that was best on the validation part, for each seed.
    pub epochs: Vec<f64>,
    /// The trained networks of each seed, without autodiff.
    pub models: Vec<Model>,
}

impl<S> Compared<S> {
    /// The test AUC of each seed, the mean over tasks, in percent.
    pub fn areas(&self) -> Vec<f64> {
        self.scores.iter().map(|scores| 100.0 * mean_auc(scores)).collect()
    }

    /// The test AUC of a task with each seed, in percent.
    pub fn areas_of(&self, task: usize) -> Vec<f64> {
        self.scores.iter().filter_map(|scores| scores.get(task)).map(|scores| 100.0 * scores.auc).collect()
    }

    /// The test log loss of each seed, the sum over tasks, in nats.
    pub fn log_losses(&self) -> Vec<f64> {
        self.scores.iter().map(|scores| scores.iter().map(|scores| scores.log_loss).sum()).collect()
    }
}

/// One training and what came of it.
struct Trial<C> {
    contender: C,
    /// The place of the attempt among those of the contender.
    attempt: usize,
    seed: u64,
    fit: ClickFit,
    model: Model,
}

struct Outcome<C> {
    contender: C,
    attempt: usize,
    valid_auc: f64,
    epoch: f64,
    scores: Vec<TaskScores>,
    model: Model,
}

/// Trains every contender: all its attempts with seed 0, and the one with the best validation AUC with all further seeds. Test
/// samples choose nothing.
///
/// # Errors
/// A network that cannot be, or a failure of a training.
pub fn compare<C: Copy + Ord + Send + Sync, S: Clone>(
    run: &Run,
    data: &ClickData,
    contenders: &BTreeMap<C, Vec<Attempt<S>>>,
    seeds: usize,
) -> Result<BTreeMap<C, Compared<S>>, Error> {
    compare_adapted(run, data, contenders, seeds, |_, model| model)
}

/// As [`compare`], with initial networks that `adapt` has changed: ablations that no configuration says.
///
/// # Errors
/// As [`compare`].
pub fn compare_adapted<C: Copy + Ord + Send + Sync, S: Clone>(
    run: &Run,
    data: &ClickData,
    contenders: &BTreeMap<C, Vec<Attempt<S>>>,
    seeds: usize,
    adapt: impl Fn(C, Model) -> Model,
) -> Result<BTreeMap<C, Compared<S>>, Error> {
    let trial = |(contender, attempt, seed): (C, usize, u64)| {
        let trial = trial(run, (contender, attempt, seed), &contenders[&contender][attempt])?;
        Ok::<_, Error>(Trial { model: adapt(contender, trial.model), ..trial })
    };
    let mut first = Vec::new();
    for (&contender, attempts) in contenders {
        for attempt in 0..attempts.len() {
            first.push(trial((contender, attempt, 0))?);
        }
    }
    let mut chosen: BTreeMap<C, Outcome<C>> = BTreeMap::new();
    for outcome in run_all(first, |trial| outcome(run, data, trial))? {
        let is_better =
            chosen.get(&outcome.contender).is_none_or(|before| outcome.valid_auc > before.valid_auc);
        if is_better {
            chosen.insert(outcome.contender, outcome);
        }
    }
    let mut further = Vec::new();
    for (&contender, best) in &chosen {
        for seed in 1..seeds as u64 {
            further.push(trial((contender, best.attempt, seed))?);
        }
    }
    let further = run_all(further, |trial| outcome(run, data, trial))?;
    let mut compared = BTreeMap::new();
    for outcome in chosen.into_values().chain(further) {
        let entry = compared.entry(outcome.contender).or_insert_with(|| Compared {
            setting: contenders[&outcome.contender][outcome.attempt].setting.clone(),
            parameters: Module::num_params(&outcome.model),
            scores: Vec::new(),
            epochs: Vec::new(),
            models: Vec::new(),
        });
        entry.scores.push(outcome.scores);
        entry.epochs.push(outcome.epoch);
        entry.models.push(outcome.model);
    }
    Ok(compared)
}

fn trial<C, S>(
    run: &Run,
    (contender, attempt, seed): (C, usize, u64),
    Attempt { network, fit, .. }: &Attempt<S>,
) -> Result<Trial<C>, Error> {
    let device = run.device.clone().autodiff();
    let model = initialise(&device, seed, |device| network.init(device))?;
    Ok(Trial { contender, attempt, seed, fit: fit.clone(), model })
}

fn outcome<C>(run: &Run, data: &ClickData, trial: Trial<C>) -> Result<Outcome<C>, Error> {
    let Trial { contender, attempt, seed, fit, model } = trial;
    let fitted = fit_clicks(run, data, model, &fit, seed, None)?;
    let valid_auc = fitted.curve(VALID_AUC).into_iter().fold(f64::NEG_INFINITY, f64::max);
    let scores = evaluate(&fitted.model, &data.layout, &data.test)?;
    Ok(Outcome {
        contender,
        attempt,
        valid_auc,
        epoch: fitted.best_epoch as f64,
        scores,
        model: fitted.model,
    })
}

/// The samples of a data set, or nothing where its files have not been fetched.
///
/// # Errors
/// Whatever else is wrong with them.
pub fn where_present(
    run: &Run,
    name: &str,
    samples: Result<NamedSamples, Error>,
) -> Result<Option<ClickData>, Error> {
    match samples {
        Ok(samples) => Ok(Some(samples.data)),
        Err(Error::Data(error @ DataError::NotFetched { .. })) => {
            run.display.line(&format!("without {name}: {error}"));
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// About so many samples of each part, evenly spread over it.
pub fn thinned(mut data: ClickData, samples: usize) -> ClickData {
    for part in [&mut data.train, &mut data.valid, &mut data.test] {
        let step = part.len().div_ceil(samples.max(1)).max(1);
        *part = part.select(&(0..part.len()).step_by(step).collect::<Vec<_>>());
    }
    data.counts = data.layout.counts(&data.train);
    data
}

/// The samples with the label of one task alone.
pub fn of_task(data: &ClickData, task: usize) -> ClickData {
    let tasks = data.layout.tasks.len();
    let part = |samples: &Encoded| {
        let mut samples = samples.clone();
        samples.labels = samples.labels.into_iter().skip(task).step_by(tasks.max(1)).collect();
        samples
    };
    let mut layout = data.layout.clone();
    layout.tasks = layout.tasks.into_iter().skip(task).take(1).collect();
    ClickData {
        layout,
        counts: data.counts.clone(),
        train: part(&data.train),
        valid: part(&data.valid),
        test: part(&data.test),
    }
}

/// The width, up to `most`, with which a network has most nearly as many parameters as are wanted.
///
/// # Errors
/// A network that cannot be.
pub fn matched(
    parameters: usize,
    most: usize,
    network: impl Fn(usize) -> ModelConfig,
) -> Result<usize, Error> {
    let mut best = (usize::MAX, 1);
    for width in 1..=most {
        let distance = network(width).num_params()?.abs_diff(parameters);
        if distance < best.0 {
            best = (distance, width);
        }
    }
    Ok(best.1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clicks::input_spec;
    use crate::progress::Display;
    use pyrarium_datasets::tabular::{Field, Layout, PartSizes, bilinear_ctr, conflicting_tasks};
    use pyrarium_recsys::CtrMlpConfig;

    const FEW: PartSizes = PartSizes { train: 96, valid: 40, test: 30 };

    fn network(data: &ClickData, width: usize) -> ModelConfig {
        let mlp = CtrMlpConfig::single(input_spec(&data.layout), vec![width]).with_embedding_dim(4);
        ModelConfig::CtrMlp(mlp)
    }

    #[test]
    fn the_setting_is_chosen_by_the_validation_part_with_the_first_seed() {
        let run = Run::new("flex", "nowhere".into(), Display::Silent).unwrap();
        let data = parities();
        let attempt = |rate: f64| {
            let fit = ClickFit { epochs: 20, batch_size: 32, learning_rate: rate, ..ClickFit::default() };
            Attempt { setting: rate, network: network(&data, 8), fit }
        };
        // The first learns nothing, wherever it stands.
        let contenders = [
            ("slow first", vec![attempt(1e-9), attempt(0.03)]),
            ("slow last", vec![attempt(0.03), attempt(1e-9)]),
        ];
        for (name, compared) in compare(&run, &data, &contenders.into(), 2).unwrap() {
            assert_eq!(compared.setting, 0.03, "{name}");
            assert_eq!((compared.scores.len(), compared.epochs.len(), compared.models.len()), (2, 2, 2));
            assert!(compared.areas().iter().all(|area| *area > 95.0), "{name}: {:?}", compared.areas());
            assert_eq!(compared.areas(), compared.areas_of(0));
        }
    }

    /// A field of 16 entries, of which the odd ones are clicked: untrained networks order them by chance.
    fn parities() -> ClickData {
        let layout = Layout {
            fields: vec![Field { name: "number".to_string(), vocab_size: 16, shares: None }],
            numeric: Vec::new(),
            sequences: Vec::new(),
            tasks: vec!["odd".to_string()],
        };
        let part = |samples: u32| {
            let numbers: Vec<u32> = (0..samples).map(|at| at % 16).collect();
            let labels = numbers.iter().map(|number| (number % 2) as f32).collect();
            Encoded::new(samples as usize, numbers, Vec::new(), Vec::new(), labels, Vec::new())
        };
        ClickData::new(layout, part(128), part(32), part(32)).unwrap()
    }

    #[test]
    fn one_task_keeps_its_own_labels() {
        let data = conflicting_tasks(0, FEW, 1).unwrap().data;
        let second = of_task(&data, 1);
        assert_eq!(second.layout.tasks, ["task2"]);
        second.layout.check(&second.train, "train").unwrap();
        let expected: Vec<f32> = data.test.labels.chunks(2).map(|labels| labels[1]).collect();
        assert_eq!(second.test.labels, expected);
        let few = thinned(data, 10);
        assert_eq!((few.train.len(), few.valid.len(), few.test.len()), (10, 10, 10));
        few.layout.check(&few.train, "train").unwrap();
    }

    #[test]
    fn the_matched_width_has_the_nearest_number_of_parameters() {
        let data = bilinear_ctr(FEW, 0).unwrap().data;
        let exact = network(&data, 17).num_params().unwrap();
        assert_eq!(matched(exact + 3, 40, |width| network(&data, width)).unwrap(), 17);
    }
}
