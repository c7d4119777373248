//! Settings of the heads, with the defaults of FuxiCTR's models of the same names.

use burn::config::Config;
use pyrarium_layers::{ConfigError, HiddenConfig, MlpBlockConfig, check_range, impl_names};
use serde::{Deserialize, Serialize};

use super::cgc::CgcSizes;

/// Which head stands on the representations of the tasks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeadConfig {
    /// One network for all tasks under a tower for each.
    SharedBottom(SharedBottomConfig),
    /// Multi-gate mixture of experts.
    Mmoe(MmoeConfig),
    /// Progressive layered extraction.
    Ple(PleConfig),
}

/// One network for all tasks under a tower for each.
#[derive(Config, Debug, PartialEq)]
pub struct SharedBottomConfig {
    /// Widths of the shared network; without any the towers stand on the features.
    #[config(default = "vec![64, 64, 64]")]
    pub bottom: Vec<usize>,
    /// Widths of the hidden layers of a tower.
    #[config(default = "vec![64]")]
    pub tower: Vec<usize>,
    /// What stands behind each hidden layer.
    #[config(default = "HiddenConfig::new()")]
    pub hidden: HiddenConfig,
}

/// Experts that all tasks share, and a gate and a tower for each task (MMoE, KDD 2018).
#[derive(Config, Debug, PartialEq)]
pub struct MmoeConfig {
    /// Experts.
    #[config(default = 4)]
    pub experts: usize,
    /// Widths of an expert.
    #[config(default = "vec![512, 256, 128]")]
    pub expert: Vec<usize>,
    /// Widths of the hidden layers of a gate; without any it is one linear layer, as in the original.
    #[config(default = "vec![128, 64]")]
    pub gate: Vec<usize>,
    /// Widths of the hidden layers of a tower.
    #[config(default = "vec![128, 64]")]
    pub tower: Vec<usize>,
    /// What stands behind each hidden layer.
    #[config(default = "HiddenConfig::new()")]
    pub hidden: HiddenConfig,
}

/// Which experts the shared gate of [`PleConfig`] mixes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SharedGate {
    /// Those of every task and the shared ones (the paper).
    #[default]
    All,
    /// The shared ones alone (FuxiCTR).
    SharedOnly,
}

impl_names!(SharedGate, "shared_gate", All => "all", SharedOnly => "shared_only");

/// Layers of experts of each task and shared ones, whose gates mix them anew for the next layer (PLE, RecSys 2020).
#[derive(Config, Debug, PartialEq)]
pub struct PleConfig {
    /// Layers of experts.
    #[config(default = 1)]
    pub layers: usize,
    /// Experts that all tasks share, in a layer.
    #[config(default = 1)]
    pub shared_experts: usize,
    /// Experts of each task alone, in a layer.
    #[config(default = 1)]
    pub specific_experts: usize,
    /// Widths of an expert.
    #[config(default = "vec![512, 256, 128]")]
    pub expert: Vec<usize>,
    /// Widths of the hidden layers of a gate.
    #[config(default = "vec![128, 64]")]
    pub gate: Vec<usize>,
    /// Widths of the hidden layers of a tower.
    #[config(default = "vec![128, 64]")]
    pub tower: Vec<usize>,
    /// What stands behind each hidden layer.
    #[config(default = "HiddenConfig::new()")]
    pub hidden: HiddenConfig,
    /// Which experts the shared gate mixes; the last layer has no shared gate, since nothing reads it.
    #[config(default = "SharedGate::All")]
    pub shared_gate: SharedGate,
}

impl SharedBottomConfig {
    /// The shared network over `input` features, if there is one.
    pub(super) fn bottom(&self, input: usize) -> Option<MlpBlockConfig> {
        let config = MlpBlockConfig::new(input, self.bottom.clone()).with_hidden(self.hidden.clone());
        (!self.bottom.is_empty()).then_some(config)
    }

    pub(super) fn tower(&self, input: usize) -> MlpBlockConfig {
        let input = self.bottom.last().copied().unwrap_or(input);
        MlpBlockConfig::new(input, self.tower.clone()).with_output(Some(1)).with_hidden(self.hidden.clone())
    }
}

impl MmoeConfig {
    pub(super) fn expert(&self, input: usize) -> MlpBlockConfig {
        MlpBlockConfig::new(input, self.expert.clone()).with_hidden(self.hidden.clone())
    }

    pub(super) fn gate(&self, input: usize) -> MlpBlockConfig {
        MlpBlockConfig::new(input, self.gate.clone())
            .with_output(Some(self.experts))
            .with_hidden(self.hidden.clone())
    }

    pub(super) fn tower(&self, input: usize) -> MlpBlockConfig {
        let input = self.expert(input).outputs();
        MlpBlockConfig::new(input, self.tower.clone()).with_output(Some(1)).with_hidden(self.hidden.clone())
    }
}

impl PleConfig {
    /// The sizes of layer `layer` over `input` features for `tasks` tasks.
    pub(super) fn layer(&self, layer: usize, input: usize, tasks: usize) -> CgcSizes<'_> {
        let first = layer == 0;
        let input = if first { input } else { self.expert.last().copied().unwrap_or(input) };
        CgcSizes { config: self, input, tasks, shared_gate: layer + 1 < self.layers }
    }

    pub(super) fn tower(&self, input: usize) -> MlpBlockConfig {
        let input = self.expert.last().copied().unwrap_or(input);
        MlpBlockConfig::new(input, self.tower.clone()).with_output(Some(1)).with_hidden(self.hidden.clone())
    }

    fn validate(&self) -> Result<(), ConfigError> {
        check_range("layers", self.layers, 1..=1 << 8)?;
        check_range("specific_experts", self.specific_experts, 0..=1 << 10)?;
        check_range("shared_experts", self.shared_experts, 0..=1 << 10)?;
        let experts = self.shared_experts + self.specific_experts;
        if experts == 0 {
            return Err(ConfigError::new(
                "shared_experts",
                0,
                "at least 1 where a task has no expert of its own",
            ));
        }
        if self.layers > 1 && self.shared_gate == SharedGate::SharedOnly && self.shared_experts == 0 {
            let allowed = "at least 1 where the shared gate mixes shared experts alone";
            return Err(ConfigError::new("shared_experts", 0, allowed));
        }
        Ok(())
    }
}

impl HeadConfig {
    /// Checks the head for `tasks` tasks over `input` features.
    ///
    /// # Errors
    ///
    /// If there is no task or no expert, or a width cannot be.
    pub fn validate(&self, input: usize, tasks: usize) -> Result<(), ConfigError> {
        check_range("tasks", tasks, 1..=1 << 10)?;
        match self {
            Self::SharedBottom(config) => {
                config.bottom(input).map_or(Ok(()), |bottom| bottom.validate())?;
                config.tower(input).validate()
            }
            Self::Mmoe(config) => {
                check_range("experts", config.experts, 1..=1 << 10)?;
                config.expert(input).validate()?;
                config.gate(input).validate()?;
                config.tower(input).validate()
            }
            Self::Ple(config) => {
                config.validate()?;
                config.layer(0, input, tasks).num_params()?;
                config.tower(input).validate()
            }
        }
    }

    /// The parameters as Burn counts them, running statistics included.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn num_params(&self, input: usize, tasks: usize) -> Result<usize, ConfigError> {
        self.validate(input, tasks)?;
        match self {
            Self::SharedBottom(config) => {
                let bottom = config.bottom(input).map_or(Ok(0), |bottom| bottom.num_params())?;
                Ok(bottom + tasks * config.tower(input).num_params()?)
            }
            Self::Mmoe(config) => {
                let each = config.gate(input).num_params()? + config.tower(input).num_params()?;
                Ok(config.experts * config.expert(input).num_params()? + tasks * each)
            }
            Self::Ple(config) => {
                let layers = (0..config.layers).map(|layer| config.layer(layer, input, tasks).num_params());
                Ok(layers.sum::<Result<usize, _>>()? + tasks * config.tower(input).num_params()?)
            }
        }
    }
}
