//! Multi-query associative recall: which layer finds the values of many keys in a state of one size.

use pyrarium_datasets::{Mqar, MqarConfig};

use super::networks::{Hybrid, MixerKind, Network};
use crate::Error;
use crate::fit::FitConfig;
use crate::optimizer::{OptimizerConfig, OptimizerKind, ScheduleKind};
use crate::parallel::run_all;
use crate::progress::Display;
use crate::registry::{Budget, ClaimText, Reproduction};
use crate::report::Report;
use crate::run::Run;
use crate::text_job::{fit, score};
use crate::tokens::RecallSource;
use crate::weights::initialise;

/// With fewer pairs than a head has key features.
pub const SOLVED: ClaimText = ClaimText {
    id: "delta-rule-recalls-16-pairs",
    statement: "Recalling 16 pairs, two blocks of DeltaNet (2 heads of 32 features) reach 95 %; softmax attention does, too.",
    paper: "DeltaNet is near 100 % in the hardest settings (figure, unconfirmed)",
    relation: "both >= 95 %",
};

/// With as many pairs as a head has key features.
pub const AHEAD: ClaimText = ClaimText {
    id: "delta-rule-recalls-more",
    statement: "Recalling 32 pairs, DeltaNet is at least 10 points ahead of additive linear attention, RetNet and GLA at equal width, state, steps, seed and choice of learning rates.",
    paper: "Mamba, GLA and RetNet fall behind at small width (figure, unconfirmed)",
    relation: "DeltaNet >= each of them + 10 points",
};

/// Optimizer steps of each training in the quick budget, for each pair to be recalled.
const STEPS_A_PAIR: usize = 30;
/// Of these every mixer gets the learning rate that recalls best, on 16 pairs in sequences that are not tested.
const LEARNING_RATES: [f64; 2] = [3e-3, 1e-2];

const MIXERS: [MixerKind; 5] =
    [MixerKind::DeltaNet, MixerKind::Linear, MixerKind::Retention, MixerKind::Gla, MixerKind::Attention];

/// One training.
#[derive(Clone, Copy)]
struct Trial {
    mixer: MixerKind,
    pairs: usize,
    learning_rate: f64,
}

/// The accuracy in percent on sequences to choose by and on those of the test.
struct Recalled {
    trial: Trial,
    chosen_by: f64,
    test: f64,
}

/// Tests [`SOLVED`] and [`AHEAD`]: one seed, as these trainings take most of the budget.
pub fn test(run: &Run, what: Reproduction, report: &mut Report) -> Result<(), Error> {
    let tried = MIXERS
        .iter()
        .flat_map(|&mixer| LEARNING_RATES.map(|learning_rate| Trial { mixer, pairs: 16, learning_rate }));
    let tried = recall(run, what.budget, tried.collect())?;
    let best: Vec<&Recalled> = tried
        .chunks(LEARNING_RATES.len())
        .filter_map(|tried| tried.iter().max_by(|a, b| a.chosen_by.total_cmp(&b.chosen_by)))
        .collect();
    let more = best.iter().map(|recalled| Trial { pairs: 32, ..recalled.trial }).collect();
    let more = recall(run, what.budget, more)?;

    for recalled in best.iter().copied().chain(&more) {
        let Recalled { trial: Trial { mixer, pairs, learning_rate }, test, .. } = recalled;
        report.add(format!("recall of {pairs} pairs, {mixer}, accuracy %"), &[*test]);
        report.add(format!("recall, {mixer}, learning rate x 1000"), &[1000.0 * learning_rate]);
        run.display.line(&format!("recall of {pairs} pairs, {mixer} at {learning_rate}: {test:.1} %"));
    }
    let accuracy = |recalled: &[&Recalled]| -> Vec<f64> { recalled.iter().map(|it| it.test).collect() };
    if let [delta_net, .., attention] = accuracy(&best)[..] {
        let measured = format!("DeltaNet {delta_net:.1} %, softmax attention {attention:.1} %");
        report.claims.push(SOLVED.tested(measured, delta_net >= 95.0 && attention >= 95.0));
    }
    if let [delta_net, linear, retention, gla, attention] = accuracy(&more.iter().collect::<Vec<_>>())[..] {
        let measured = format!(
            "DeltaNet {delta_net:.1} %, linear {linear:.1} %, RetNet {retention:.1} %, GLA {gla:.1} %; softmax attention {attention:.1} %"
        );
        let best = linear.max(retention).max(gla);
        report.claims.push(AHEAD.tested(measured, delta_net >= best + 10.0));
    }
    Ok(())
}

/// Trains and tests, several side by side.
fn recall(run: &Run, budget: Budget, trials: Vec<Trial>) -> Result<Vec<Recalled>, Error> {
    let device = run.device.clone().autodiff();
    let model = |trial: Trial| {
        let task = task(trial.pairs)?;
        let config = network(trial.mixer).config(task.config().vocab)?;
        let model = initialise(&device, 0, |device| config.init(device))?;
        Ok::<_, Error>((trial, task, model))
    };
    let models = trials.into_iter().map(model).collect::<Result<Vec<_>, _>>()?;
    run_all(models, |(trial, task, model)| {
        const BATCH: usize = 16;
        let steps = budget.pick(2, STEPS_A_PAIR * trial.pairs, 10 * STEPS_A_PAIR * trial.pairs);
        let how =
            FitConfig { epochs: 1, batch_size: BATCH, clip_norm: 1.0, workers: 0, ..FitConfig::default() };
        let optimizer = OptimizerConfig {
            kind: OptimizerKind::AdamW,
            learning_rate: trial.learning_rate,
            weight_decay: 0.01,
            schedule: ScheduleKind::Cosine,
            warmup_steps: steps.min(20),
            ..OptimizerConfig::default()
        };
        let count = budget.pick(4, 512, 3000);
        let train = RecallSource::new(task.clone(), 1, steps * BATCH);
        let valid = RecallSource::new(task.clone(), 3, count);
        let test = RecallSource::new(task, 2, count);
        let fitted = fit(run, (&how, &optimizer, 0), (train, valid.clone()), model, None, &Display::Silent)?;
        let accuracy = |source| Ok::<_, Error>(score(&fitted.model, source, &run.device)?.accuracy);
        Ok(Recalled { trial, chosen_by: accuracy(valid)?, test: accuracy(test)? })
    })
}

/// As short as the task allows, and hardly more tokens in the vocabulary than in a sequence.
fn task(pairs: usize) -> Result<Mqar, Error> {
    let length = 4 * pairs;
    Ok(Mqar::new(MqarConfig { vocab: length + 8, length, pairs, ..MqarConfig::default() })?)
}

fn network(mixer: MixerKind) -> Network {
    Network {
        mixer,
        d_model: 64,
        n_heads: 2,
        n_layers: 2,
        inner: 128,
        chunk_size: 32,
        hybrid: Hybrid::None,
        window: 1,
        tied: false,
    }
}
