//! Layer norms whose scale and shift depend on the task and the kind of behaviour (a reconstruction, as all of this module).
//!
//! A hypernetwork maps the pair of their embeddings to `(gamma - 1, beta)` of every norm; its last layer begins at 0, so training begins
//! with ordinary layer norms.

use burn::{
    config::Config,
    module::{Initializer, Module, Param},
    nn::{Linear, LinearConfig},
    tensor::{Device, Tensor, activation::relu},
};
use pyrarium_layers::{ConfigError, check_range, xavier_linear};

/// Added to the variance.
const EPSILON: f64 = 1e-5;

/// `gamma (z - mean) / sqrt(var + 1e-5) + beta` over the last axis.
///
/// # Shapes
///
/// - z: `[.., d]`
/// - gamma, beta: of any shape that broadcasts with z
pub fn conditional_layer_norm<const D: usize>(z: Tensor<D>, gamma: Tensor<D>, beta: Tensor<D>) -> Tensor<D> {
    let centred = z.clone() - z.mean_dim(D - 1);
    let variance = centred.clone().square().mean_dim(D - 1);
    centred / (variance + EPSILON).sqrt() * gamma + beta
}

/// Configuration of a [`HyperNorm`].
#[derive(Config, Debug, PartialEq)]
pub struct HyperNormConfig {
    /// Tasks.
    pub tasks: usize,
    /// Kinds of behaviour, that is sequences.
    pub behaviours: usize,
    /// Layer norms.
    pub norms: usize,
    /// Features of a norm.
    pub dim: usize,
    /// Numbers in the embedding of a task, and of a kind of behaviour.
    #[config(default = 16)]
    pub cond_dim: usize,
    /// Units of the hidden layer.
    #[config(default = 64)]
    pub hidden: usize,
}

impl HyperNormConfig {
    fn outputs(&self) -> usize {
        2 * self.norms * self.dim
    }

    /// Checks every field.
    ///
    /// # Errors
    ///
    /// Names the first size that cannot be, its value and what is allowed.
    pub fn validate(&self) -> Result<(), ConfigError> {
        check_range("tasks", self.tasks, 1..=1 << 10)?;
        check_range("behaviours", self.behaviours, 1..=1 << 10)?;
        check_range("norms", self.norms, 1..=1 << 10)?;
        check_range("dim", self.dim, 1..=1 << 16)?;
        check_range("cond_dim", self.cond_dim, 1..=1 << 12)?;
        check_range("hidden", self.hidden, 1..=1 << 16)
    }

    /// The parameters: those of the pairs grow with tasks plus kinds of behaviour, not with their product.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn num_params(&self) -> Result<usize, ConfigError> {
        self.validate()?;
        let network = (2 * self.cond_dim + 1) * self.hidden + (self.hidden + 1) * self.outputs();
        Ok(network + (self.tasks + self.behaviours) * self.cond_dim)
    }

    /// The hypernetwork: embeddings standard normal, the last layer 0.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn init(&self, device: &Device) -> Result<HyperNorm, ConfigError> {
        self.validate()?;
        let normal = Initializer::Normal { mean: 0.0, std: 1.0 };
        let last = LinearConfig::new(self.hidden, self.outputs()).with_initializer(Initializer::Zeros);
        Ok(HyperNorm {
            task: normal.init([self.tasks, self.cond_dim], device),
            behaviour: normal.init([self.behaviours, self.cond_dim], device),
            hidden: xavier_linear(2 * self.cond_dim, self.hidden, device),
            output: last.init(device),
            norms: self.norms,
        })
    }
}

/// The hypernetwork; see [`HyperNormConfig`].
#[derive(Module, Debug)]
pub struct HyperNorm {
    /// The embedding of each task, `[tasks, cond_dim]`.
    pub task: Param<Tensor<2>>,
    /// The embedding of each kind of behaviour, `[behaviours, cond_dim]`.
    pub behaviour: Param<Tensor<2>>,
    /// From the embeddings of a pair.
    pub hidden: Linear,
    /// To the scales and shifts of all norms.
    pub output: Linear,
    norms: usize,
}

impl HyperNorm {
    /// Scale and shift of each norm for every pair: `[tasks, behaviours, 1, dim]` each.
    pub fn all(&self) -> Vec<(Tensor<4>, Tensor<4>)> {
        let ([tasks, width], [behaviours, _]) =
            (self.task.lazy_shape().dims(), self.behaviour.lazy_shape().dims());
        let shape = [tasks, behaviours, width];
        let task = self.task.val().unsqueeze_dim::<3>(1).expand(shape);
        let behaviour = self.behaviour.val().unsqueeze_dim::<3>(0).expand(shape);
        let hidden = relu(self.hidden.forward(Tensor::cat(vec![task, behaviour], 2)));
        let output = self.output.forward(hidden); // [T, S, norms * 2 * d]
        let dim = output.dims()[2] / (2 * self.norms);
        let parts = output.reshape([tasks, behaviours, 2 * self.norms, dim]);
        let part = |index| parts.clone().narrow(2, index, 1);
        (0..self.norms).map(|norm| (part(2 * norm) + 1.0, part(2 * norm + 1))).collect()
    }

    /// Scale and shift of each norm for one pair, `[dim]` each.
    ///
    /// # Errors
    ///
    /// If there is no such task or kind of behaviour.
    pub fn forward(&self, task: usize, behaviour: usize) -> Result<Vec<(Tensor<1>, Tensor<1>)>, ConfigError> {
        let below = |key: &str, index: usize, count: usize| {
            let error = || ConfigError::new(key, index, format!("below {count}"));
            if index < count { Ok(()) } else { Err(error()) }
        };
        below("task", task, self.task.lazy_shape()[0])?;
        below("behaviour", behaviour, self.behaviour.lazy_shape()[0])?;
        let one = |x: Tensor<4>| x.narrow(0, task, 1).narrow(1, behaviour, 1).flatten(0, 3);
        Ok(self.all().into_iter().map(|(gamma, beta)| (one(gamma), one(beta))).collect())
    }
}
