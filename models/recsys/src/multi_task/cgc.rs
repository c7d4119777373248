//! A layer of customised gate control, of which PLE is made (RecSys 2020): experts of each task, shared experts, and a gate for each task
//! that mixes its own experts and the shared ones.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use pyrarium_layers::{ConfigError, MlpBlock, MlpBlockConfig};

use super::{Experts, PleConfig, SharedGate, mix};

/// The sizes of a layer.
pub(super) struct CgcSizes<'a> {
    pub(super) config: &'a PleConfig,
    pub(super) input: usize,
    pub(super) tasks: usize,
    pub(super) shared_gate: bool,
}

impl CgcSizes<'_> {
    fn expert(&self) -> MlpBlockConfig {
        MlpBlockConfig::new(self.input, self.config.expert.clone()).with_hidden(self.config.hidden.clone())
    }

    fn gate(&self, experts: usize) -> MlpBlockConfig {
        MlpBlockConfig::new(self.input, self.config.gate.clone())
            .with_output(Some(experts))
            .with_hidden(self.config.hidden.clone())
    }

    fn task_gate(&self) -> MlpBlockConfig {
        self.gate(self.config.specific_experts + self.config.shared_experts)
    }

    fn shared_gate(&self) -> Option<MlpBlockConfig> {
        let specific = match self.config.shared_gate {
            SharedGate::All => self.tasks * self.config.specific_experts,
            SharedGate::SharedOnly => 0,
        };
        self.shared_gate.then(|| self.gate(specific + self.config.shared_experts))
    }

    pub(super) fn num_params(&self) -> Result<usize, ConfigError> {
        let experts = self.tasks * self.config.specific_experts + self.config.shared_experts;
        let shared_gate = self.shared_gate().map_or(Ok(0), |gate| gate.num_params())?;
        Ok(experts * self.expert().num_params()? + self.tasks * self.task_gate().num_params()? + shared_gate)
    }

    pub(super) fn init(&self, device: &Device) -> Result<CgcLayer, ConfigError> {
        let (expert, gate) = (self.expert(), self.task_gate());
        let specific = || Experts::new(self.config.specific_experts, &expert, device);
        Ok(CgcLayer {
            specific: (0..self.tasks).map(|_| specific()).collect::<Result<_, _>>()?,
            shared: Experts::new(self.config.shared_experts, &expert, device)?,
            gates: (0..self.tasks).map(|_| gate.init(device)).collect::<Result<_, _>>()?,
            shared_gate: self.shared_gate().map(|gate| gate.init(device)).transpose()?,
            mixes_all: self.config.shared_gate == SharedGate::All,
        })
    }
}

/// The layer.
#[derive(Module, Debug)]
pub struct CgcLayer {
    /// The experts of each task.
    pub specific: Vec<Experts>,
    /// The experts that all tasks share.
    pub shared: Experts,
    /// The gate of each task, over its own experts and then the shared ones.
    pub gates: Vec<MlpBlock>,
    /// The gate of the shared branch, over the experts of all tasks and then the shared ones, or over the latter alone.
    pub shared_gate: Option<MlpBlock>,
    mixes_all: bool,
}

/// What a layer gives: for each task its mixture `[batch, features]` and the weights `[batch, experts]`, and the mixture of the shared
/// branch, if there is a gate for it.
pub(super) struct CgcOutput {
    pub(super) tasks: Vec<(Tensor<2>, Tensor<2>)>,
    pub(super) shared: Option<Tensor<2>>,
}

impl CgcLayer {
    /// Mixes anew; `tasks` is what each task's experts and gate see, `shared` what the shared ones see, `[batch, features]` each.
    pub(super) fn forward(&self, tasks: &[Tensor<2>], shared: &Tensor<2>) -> CgcOutput {
        let common = self.shared.forward(shared);
        let own: Vec<Vec<Tensor<2>>> =
            self.specific.iter().zip(tasks).map(|(experts, x)| experts.forward(x)).collect();
        let mixture = |((gate, x), own): ((&MlpBlock, &Tensor<2>), &Vec<Tensor<2>>)| {
            mix(gate.forward(x.clone()), own.iter().chain(&common).cloned().collect())
        };
        let mixed = self.gates.iter().zip(tasks).zip(&own).map(mixture).collect();
        let seen = if self.mixes_all { own.as_slice() } else { &[] };
        let all = || seen.iter().flatten().chain(&common).cloned().collect();
        let shared = self.shared_gate.as_ref().map(|gate| mix(gate.forward(shared.clone()), all()).0);
        CgcOutput { tasks: mixed, shared }
    }
}
