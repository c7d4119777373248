//! Multi-query associative recall: which layer finds the values of many keys in a state of one size.

use pyrarium_datasets::{Mqar, MqarConfig};

use super::networks::{Hybrid, MixerKind, Network};
use super::reproduce::by_budget;
use crate::Error;
use crate::fit::FitConfig;
use crate::optimizer::{OptimizerConfig, OptimizerKind, ScheduleKind};
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
    statement: "Recalling 32 pairs, DeltaNet is at least 10 points ahead of additive linear attention, RetNet and GLA at equal width, state, steps and seed.",
    paper: "Mamba, GLA and RetNet fall behind at small width (figure, unconfirmed)",
    relation: "DeltaNet >= each of them + 10 points",
};

/// Optimizer steps of each training in the quick budget, for each pair to be recalled.
const STEPS_A_PAIR: usize = 30;

const MIXERS: [MixerKind; 5] =
    [MixerKind::DeltaNet, MixerKind::Linear, MixerKind::Retention, MixerKind::Gla, MixerKind::Attention];

/// Tests [`SOLVED`] and [`AHEAD`]: one seed, as ten trainings take most of the budget.
pub fn test(run: &Run, what: Reproduction, report: &mut Report) -> Result<(), Error> {
    let mut accuracies = [[0.0; MIXERS.len()]; 2];
    for (pairs, accuracies) in [16, 32].into_iter().zip(&mut accuracies) {
        for (mixer, accuracy) in MIXERS.into_iter().zip(accuracies) {
            *accuracy = recall(run, what.budget, mixer, pairs)?;
            report.add(format!("recall of {pairs} pairs, {mixer}, accuracy %"), &[*accuracy]);
            run.display.line(&format!("recall of {pairs} pairs, {mixer}: {accuracy:.1} %"));
        }
    }
    let [delta_net, .., attention] = accuracies[0];
    let measured = format!("DeltaNet {delta_net:.1} %, softmax attention {attention:.1} %");
    report.claims.push(SOLVED.tested(measured, delta_net >= 95.0 && attention >= 95.0));

    let [delta_net, linear, retention, gla, _] = accuracies[1];
    let measured =
        format!("DeltaNet {delta_net:.1} %, linear {linear:.1} %, RetNet {retention:.1} %, GLA {gla:.1} %");
    let best = linear.max(retention).max(gla);
    report.claims.push(AHEAD.tested(measured, delta_net >= best + 10.0));
    Ok(())
}

/// The accuracy on fresh sequences, in percent.
fn recall(run: &Run, budget: Budget, mixer: MixerKind, pairs: usize) -> Result<f64, Error> {
    const BATCH: usize = 16;
    let steps = by_budget(budget, 2, STEPS_A_PAIR * pairs, 10 * STEPS_A_PAIR * pairs);
    // As short as the task allows, and hardly more tokens in the vocabulary than in a sequence.
    let length = 4 * pairs;
    let config = MqarConfig { vocab: length + 8, length, pairs, ..MqarConfig::default() };
    let task = Mqar::new(config)?;
    let network = Network {
        mixer,
        d_model: 64,
        n_heads: 2,
        n_layers: 2,
        inner: 128,
        chunk_size: 32,
        hybrid: Hybrid::None,
        window: 1,
        tied: false,
    };
    let config = network.config(config.vocab)?;
    let device = run.device.clone().autodiff();
    let model = initialise(&device, 0, |device| config.init(device))?;
    let how = FitConfig { epochs: 1, batch_size: BATCH, clip_norm: 1.0, ..FitConfig::default() };
    let optimizer = OptimizerConfig {
        kind: OptimizerKind::AdamW,
        learning_rate: 3e-3,
        weight_decay: 0.01,
        schedule: ScheduleKind::Cosine,
        warmup_steps: steps.min(20),
        ..OptimizerConfig::default()
    };
    let train = RecallSource::new(task.clone(), 1, steps * BATCH);
    let test = RecallSource::new(task, 2, by_budget(budget, 4, 512, 3000));
    let fitted = fit(run, (&how, &optimizer, 0), (train, test.clone()), model, None, &Display::Silent)?;
    Ok(score(&fitted.model, test, &run.device)?.accuracy)
}
