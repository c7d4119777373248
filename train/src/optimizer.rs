//! Optimizers and learning-rate schedules by name, over Burn's own, with one rate for the head and one for the body.

use burn::module::ParamGroup;
use burn::optim::decay::WeightDecayConfig;
use burn::optim::lr_scheduler::LrSchedulerConfig;
use burn::optim::lr_scheduler::composed::ComposedLrSchedulerConfig;
use burn::optim::lr_scheduler::cosine::CosineAnnealingLrSchedulerConfig;
use burn::optim::lr_scheduler::exponential::ExponentialLrSchedulerConfig;
use burn::optim::lr_scheduler::linear::LinearLrSchedulerConfig;
use burn::optim::lr_scheduler::module_lr_scheduler::{ModuleLrScheduler, ModuleLrSchedulerConfig};
use burn::optim::lr_scheduler::step::StepLrSchedulerConfig;
use burn::optim::momentum::MomentumConfig;
use burn::optim::{
    AdaGradConfig, AdamConfig, AdamWConfig, AdanConfig, LambConfig, LionConfig, ModuleOptimizer,
    RmsPropConfig, SgdConfig,
};
use pyrarium_layers::ConfigError;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::checks::{below_one, in_unit_interval, non_negative, positive};

/// The update rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum OptimizerKind {
    Adam,
    AdamW,
    Adan,
    AdaGrad,
    Lamb,
    Lion,
    RmsProp,
    Sgd,
}

/// How the learning rate goes from its start to `final_factor` of it over the whole run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum ScheduleKind {
    Constant,
    Cosine,
    Exponential,
    Linear,
    /// Ten times smaller after each third of the run.
    Step,
}

/// Optimizer and schedule.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OptimizerConfig {
    /// The update rule.
    pub kind: OptimizerKind,
    /// The learning rate of the head, and of all parameters while `body_factor` is 1.
    pub learning_rate: f64,
    /// What the learning rate is multiplied with for all parameters outside the module named `head`.
    pub body_factor: f64,
    /// Decoupled for AdamW, Adan, LAMB and Lion; added to the gradient for the others.
    pub weight_decay: f64,
    /// First decay rate: of the moment (Adam, Adan, LAMB, Lion) or the momentum (SGD, RMSprop; 0 is none).
    pub beta_1: f64,
    /// Second decay rate, of those that have one.
    pub beta_2: f64,
    /// Added to the denominator by those that divide.
    pub epsilon: f64,
    /// Shape of the learning rate over the run.
    pub schedule: ScheduleKind,
    /// Steps over which the learning rate rises linearly from zero; 0 is no warm-up.
    pub warmup_steps: usize,
    /// Where the schedule ends, as a factor of the learning rate (exponential needs more than 0).
    pub final_factor: f64,
}

impl Default for OptimizerConfig {
    /// Adam with a constant rate of 1e-3.
    fn default() -> Self {
        Self {
            kind: OptimizerKind::Adam,
            learning_rate: 1e-3,
            body_factor: 1.0,
            weight_decay: 0.0,
            beta_1: 0.9,
            beta_2: 0.999,
            epsilon: 1e-8,
            schedule: ScheduleKind::Constant,
            warmup_steps: 0,
            final_factor: 0.0,
        }
    }
}

impl OptimizerConfig {
    /// Checks every value.
    pub fn validate(&self) -> Result<(), ConfigError> {
        positive("optimizer.learning_rate", self.learning_rate)?;
        if self.learning_rate > 1.0 {
            return Err(ConfigError::new("optimizer.learning_rate", self.learning_rate, "at most 1"));
        }
        in_unit_interval("optimizer.body_factor", self.body_factor)?;
        non_negative("optimizer.weight_decay", self.weight_decay)?;
        below_one("optimizer.beta_1", self.beta_1)?;
        below_one("optimizer.beta_2", self.beta_2)?;
        positive("optimizer.epsilon", self.epsilon)?;
        in_unit_interval("optimizer.final_factor", self.final_factor)?;
        if self.schedule == ScheduleKind::Exponential {
            positive("optimizer.final_factor", self.final_factor)?;
        }
        Ok(())
    }

    /// The optimizer.
    pub fn optimizer(&self) -> ModuleOptimizer {
        let (beta_1, beta_2, epsilon) = (self.beta_1 as f32, self.beta_2 as f32, self.epsilon as f32);
        let weight_decay = self.weight_decay as f32;
        let decay = (weight_decay > 0.0).then(|| WeightDecayConfig::new(weight_decay));
        match self.kind {
            OptimizerKind::Adam => AdamConfig::new()
                .with_beta_1(beta_1)
                .with_beta_2(beta_2)
                .with_epsilon(epsilon)
                .with_weight_decay(decay)
                .init(),
            OptimizerKind::AdamW => AdamWConfig::new()
                .with_beta_1(beta_1)
                .with_beta_2(beta_2)
                .with_epsilon(epsilon)
                .with_weight_decay(weight_decay)
                .init(),
            OptimizerKind::Adan => AdanConfig::new()
                .with_beta_1(beta_1)
                .with_epsilon(epsilon)
                .with_weight_decay(weight_decay)
                .init(),
            OptimizerKind::AdaGrad => {
                AdaGradConfig::new().with_epsilon(epsilon).with_weight_decay(decay).init()
            }
            OptimizerKind::Lamb => LambConfig::new()
                .with_beta_1(beta_1)
                .with_beta_2(beta_2)
                .with_epsilon(epsilon)
                .with_weight_decay(weight_decay)
                .init(),
            OptimizerKind::Lion => LionConfig::new()
                .with_beta_1(beta_1)
                .with_beta_2(beta_2)
                .with_weight_decay(weight_decay)
                .init(),
            OptimizerKind::RmsProp => RmsPropConfig::new()
                .with_alpha(beta_2)
                .with_momentum(beta_1)
                .with_epsilon(epsilon)
                .with_weight_decay(decay)
                .init(),
            OptimizerKind::Sgd => {
                let momentum = MomentumConfig { momentum: self.beta_1, dampening: 0.0, nesterov: false };
                SgdConfig::new()
                    .with_momentum((beta_1 > 0.0).then_some(momentum))
                    .with_weight_decay(decay)
                    .init()
            }
        }
    }

    /// The schedule of a run of `steps` optimizer steps, with the head's group on top of the body's.
    ///
    /// # Errors
    /// When Burn's scheduler refuses the values.
    pub fn schedule(&self, steps: usize) -> Result<ModuleLrScheduler, Error> {
        let head = ParamGroup::from_regex(r"(^|\.)head\.")
            .map_err(|error| Error::Training(format!("parameter group of the head: {error:?}")))?;
        ModuleLrSchedulerConfig::new(self.rate(self.learning_rate * self.body_factor, steps))
            .with_group(head, self.rate(self.learning_rate, steps))
            .init()
            .map_err(Error::Training)
    }

    fn rate(&self, start: f64, steps: usize) -> LrSchedulerConfig {
        let steps = steps.max(1);
        let end = start * self.final_factor;
        // A frozen body has rate 0, which Burn's decaying schedulers refuse.
        let main = if start == 0.0 {
            LrSchedulerConfig::Constant(0.0)
        } else {
            match self.schedule {
                ScheduleKind::Constant => LrSchedulerConfig::Constant(start),
                ScheduleKind::Cosine => {
                    CosineAnnealingLrSchedulerConfig::new(start, steps).with_min_lr(end).into()
                }
                ScheduleKind::Exponential => {
                    ExponentialLrSchedulerConfig::new(start, self.final_factor.powf(1.0 / steps as f64))
                        .into()
                }
                ScheduleKind::Linear => LinearLrSchedulerConfig::new(start, end, steps).into(),
                ScheduleKind::Step => StepLrSchedulerConfig::new(start, steps.div_ceil(3)).into(),
            }
        };
        if self.warmup_steps == 0 {
            return main;
        }
        let warmup = LinearLrSchedulerConfig::new(1.0 / self.warmup_steps as f64, 1.0, self.warmup_steps);
        ComposedLrSchedulerConfig::new().with_schedulers(vec![main, warmup.into()]).into()
    }
}
