//! The learning rate at known steps.

use burn::module::ParamId;
use pyrarium_train::optimizer::{OptimizerConfig, ScheduleKind};

/// Learning rates of the body and of the head at each of `steps` steps.
fn rates(config: &OptimizerConfig, steps: usize) -> Vec<(f64, f64)> {
    let mut schedule = config.schedule(steps).unwrap();
    let id = ParamId::new();
    let rate = |path: &str, step: &burn::optim::lr_scheduler::module_lr_scheduler::ModuleLearningRate| {
        step.lr_from_param(id, Some(path))
    };
    let next = |_| {
        let step = schedule.step();
        (rate("model.Bottleneck.blocks.0.expand.weight", &step), rate("model.Bottleneck.head.weight", &step))
    };
    (0..steps).map(next).collect()
}

fn config(schedule: ScheduleKind) -> OptimizerConfig {
    OptimizerConfig { learning_rate: 0.8, schedule, ..OptimizerConfig::default() }
}

fn assert_rates(actual: impl IntoIterator<Item = f64>, expected: &[f64]) {
    let actual: Vec<f64> = actual.into_iter().collect();
    assert_eq!(actual.len(), expected.len());
    assert!(actual.iter().zip(expected).all(|(one, other)| (one - other).abs() < 1e-9), "{actual:?}");
}

#[test]
fn the_body_has_its_factor_of_the_head() {
    let config = OptimizerConfig { body_factor: 0.25, ..config(ScheduleKind::Linear) };
    let rates = rates(&config, 5);
    assert_rates(rates.iter().map(|rate| rate.1), &[0.8, 0.64, 0.48, 0.32, 0.16]);
    assert_rates(rates.iter().map(|rate| rate.0), &[0.2, 0.16, 0.12, 0.08, 0.04]);
}

#[test]
fn a_parameter_whose_name_only_contains_head_belongs_to_the_body() {
    let config = OptimizerConfig { body_factor: 0.0, ..config(ScheduleKind::Constant) };
    let step = config.schedule(1).unwrap().step();
    assert_eq!(step.lr_from_param(ParamId::new(), Some("model.multihead.query.weight")), 0.0);
    assert_eq!(step.lr_from_param(ParamId::new(), Some("head.weight")), 0.8);
}

#[test]
fn schedules_have_their_shapes() {
    let head = |config: &OptimizerConfig, steps| rates(config, steps).into_iter().map(|rate| rate.1);
    assert_rates(head(&config(ScheduleKind::Constant), 3), &[0.8, 0.8, 0.8]);
    // (1 + cos(pi t / 4)) / 2 at t = 0..3
    let cosine = [1.0, 0.853_553_390_6, 0.5, 0.146_446_609_4].map(|factor| 0.8 * factor);
    assert_rates(head(&config(ScheduleKind::Cosine), 4), &cosine);
    assert_rates(head(&config(ScheduleKind::Step), 6), &[0.8, 0.8, 0.08, 0.08, 0.008, 0.008]);
    let halved = OptimizerConfig { final_factor: 0.25, ..config(ScheduleKind::Exponential) };
    assert_rates(head(&halved, 2), &[0.8, 0.4]);
}

#[test]
fn warm_up_rises_linearly_to_the_schedule() {
    let config = OptimizerConfig { warmup_steps: 4, ..config(ScheduleKind::Constant) };
    let head: Vec<f64> = rates(&config, 6).into_iter().map(|rate| rate.1).collect();
    assert_rates(head, &[0.2, 0.35, 0.5, 0.65, 0.8, 0.8]);
}
