//! From representations to the logits of several tasks: shared bottom, MMoE, PLE.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use pyrarium_layers::{ConfigError, MlpBlock, MlpBlockConfig};

use super::{CgcLayer, Experts, HeadConfig, mix};

/// What the tasks' branches see, `[batch, features]`.
#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant)] // there is one, for a moment
pub enum TaskInputs {
    /// The same for all tasks.
    Shared(Tensor<2>),
    /// A representation of each task's own.
    PerTask(Vec<Tensor<2>>),
}

impl TaskInputs {
    /// What each of `tasks` branches sees.
    fn each(&self, tasks: usize) -> Vec<Tensor<2>> {
        match self {
            Self::Shared(x) => vec![x.clone(); tasks],
            Self::PerTask(xs) => xs.clone(),
        }
    }

    /// What a branch that belongs to no task sees: the mean over tasks.
    fn mean(&self) -> Tensor<2> {
        match self {
            Self::Shared(x) => x.clone(),
            Self::PerTask(xs) => Tensor::stack::<3>(xs.clone(), 0).mean_dim(0).squeeze_dim(0),
        }
    }
}

/// A head; see [`HeadConfig`].
#[derive(Module, Debug)]
pub enum Head {
    /// One network for all tasks.
    SharedBottom(SharedBottomHead),
    /// Multi-gate mixture of experts.
    Mmoe(MmoeHead),
    /// Progressive layered extraction.
    Ple(PleHead),
}

/// One network for all tasks under a tower for each.
#[derive(Module, Debug)]
pub struct SharedBottomHead {
    /// The network, if there is one.
    pub bottom: Option<MlpBlock>,
    /// From its output to the logit of each task.
    pub towers: Vec<MlpBlock>,
}

/// Experts that all tasks share.
#[derive(Module, Debug)]
pub struct MmoeHead {
    /// The experts.
    pub experts: Experts,
    /// The gate of each task.
    pub gates: Vec<MlpBlock>,
    /// From the mixture to the logit of each task.
    pub towers: Vec<MlpBlock>,
}

/// Layers of experts.
#[derive(Module, Debug)]
pub struct PleHead {
    /// The layers.
    pub layers: Vec<CgcLayer>,
    /// From the last mixture to the logit of each task.
    pub towers: Vec<MlpBlock>,
}

impl HeadConfig {
    /// The head of `tasks` tasks over `input` features: weights Xavier-normal, biases 0.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn init(&self, input: usize, tasks: usize, device: &Device) -> Result<Head, ConfigError> {
        self.validate(input, tasks)?;
        let each = |config: MlpBlockConfig| -> Result<Vec<MlpBlock>, ConfigError> {
            (0..tasks).map(|_| config.init(device)).collect()
        };
        Ok(match self {
            Self::SharedBottom(config) => Head::SharedBottom(SharedBottomHead {
                bottom: config.bottom(input).map(|bottom| bottom.init(device)).transpose()?,
                towers: each(config.tower(input))?,
            }),
            Self::Mmoe(config) => Head::Mmoe(MmoeHead {
                experts: Experts::new(config.experts, &config.expert(input), device)?,
                gates: each(config.gate(input))?,
                towers: each(config.tower(input))?,
            }),
            Self::Ple(config) => {
                let layers = (0..config.layers).map(|layer| config.layer(layer, input, tasks).init(device));
                Head::Ple(PleHead {
                    layers: layers.collect::<Result<_, _>>()?,
                    towers: each(config.tower(input))?,
                })
            }
        })
    }
}

impl Head {
    /// How many tasks it has.
    pub fn tasks(&self) -> usize {
        self.towers().len()
    }

    /// The logits, `[batch, tasks]`.
    pub fn forward(&self, inputs: &TaskInputs) -> Tensor<2> {
        let seen = match self {
            Self::SharedBottom(head) => head.representations(inputs),
            Self::Mmoe(head) => head.mixtures(inputs).into_iter().map(|(mixture, _)| mixture).collect(),
            Self::Ple(head) => head.mixtures(inputs).into_iter().map(|(mixture, _)| mixture).collect(),
        };
        let logits = self.towers().iter().zip(seen).map(|(tower, x)| tower.forward(x)).collect();
        Tensor::cat(logits, 1)
    }

    /// The weights that each task's gate gives to its experts, `[batch, experts]`; those of the last layer of PLE, none of a shared bottom.
    pub fn gate_weights(&self, inputs: &TaskInputs) -> Vec<Tensor<2>> {
        let mixtures = match self {
            Self::SharedBottom(_) => Vec::new(),
            Self::Mmoe(head) => head.mixtures(inputs),
            Self::Ple(head) => head.mixtures(inputs),
        };
        mixtures.into_iter().map(|(_, weights)| weights).collect()
    }

    fn towers(&self) -> &[MlpBlock] {
        match self {
            Self::SharedBottom(head) => &head.towers,
            Self::Mmoe(head) => &head.towers,
            Self::Ple(head) => &head.towers,
        }
    }
}

impl SharedBottomHead {
    fn representations(&self, inputs: &TaskInputs) -> Vec<Tensor<2>> {
        let bottom = |x: Tensor<2>| match &self.bottom {
            Some(bottom) => bottom.forward(x),
            None => x,
        };
        match inputs {
            TaskInputs::Shared(x) => vec![bottom(x.clone()); self.towers.len()],
            TaskInputs::PerTask(xs) => xs.iter().cloned().map(bottom).collect(),
        }
    }
}

impl MmoeHead {
    fn mixtures(&self, inputs: &TaskInputs) -> Vec<(Tensor<2>, Tensor<2>)> {
        let shared = match inputs {
            TaskInputs::Shared(x) => Some(self.experts.forward(x)),
            TaskInputs::PerTask(_) => None,
        };
        let mixture = |(gate, x): (&MlpBlock, Tensor<2>)| {
            let experts = shared.clone().unwrap_or_else(|| self.experts.forward(&x));
            mix(gate.forward(x), experts)
        };
        self.gates.iter().zip(inputs.each(self.gates.len())).map(mixture).collect()
    }
}

impl PleHead {
    fn mixtures(&self, inputs: &TaskInputs) -> Vec<(Tensor<2>, Tensor<2>)> {
        let (mut tasks, mut shared) = (inputs.each(self.towers.len()), inputs.mean());
        let mut mixtures = Vec::new();
        for layer in &self.layers {
            let output = layer.forward(&tasks, &shared);
            tasks = output.tasks.iter().map(|(mixture, _)| mixture.clone()).collect();
            mixtures = output.tasks;
            shared = output.shared.unwrap_or(shared);
        }
        mixtures
    }
}
