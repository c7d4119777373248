//! The task-specific interest module: one transformer for all tasks and sequences, with conditional layer norms behind its sums, and the
//! candidate's attention over what it gives (a reconstruction).

use burn::{
    config::Config,
    module::{Initializer, Module, Param},
    nn::Linear,
    tensor::{
        Device, Tensor,
        activation::{relu, softmax},
    },
};
use pyrarium_layers::{
    ConfigError, HiddenActivation, LocalActivationUnit, LocalActivationUnitConfig, check_range, impl_names,
    merge_heads, split_heads, xavier_linear,
};
use serde::{Deserialize, Serialize};

use super::{HyperNorm, HyperNormConfig, conditional_layer_norm};

/// Added to the scores of padding before a softmax.
const HIDDEN: f32 = -1e9;

/// How the candidate reads a sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InterestAttention {
    /// By a local activation unit as in DIN, with ReLU.
    #[default]
    Unit,
    /// By the softmax of scaled dot products.
    DotProduct,
}

impl_names!(InterestAttention, "interest", Unit => "unit", DotProduct => "dot_product");

/// Configuration of a [`TaskInterest`].
#[derive(Config, Debug, PartialEq)]
pub struct TaskInterestConfig {
    /// Layers of the transformer.
    #[config(default = 1)]
    pub layers: usize,
    /// Heads of its attention; must divide the features of an item.
    #[config(default = 2)]
    pub heads: usize,
    /// Units inside its feed-forward layers, as a multiple of the features of an item.
    #[config(default = 4)]
    pub expansion: usize,
    /// Numbers in the embedding of a task, and of a kind of behaviour.
    #[config(default = 16)]
    pub cond_dim: usize,
    /// Units of the hidden layer of the hypernetwork.
    #[config(default = 64)]
    pub hyper_hidden: usize,
    /// How the candidate reads a sequence.
    #[config(default = "InterestAttention::Unit")]
    pub attention: InterestAttention,
    /// Widths of the hidden layers of the local activation unit.
    #[config(default = "vec![36]")]
    pub unit: Vec<usize>,
}

/// The sizes that the rest of the model gives.
#[derive(Debug, Clone, Copy)]
pub(super) struct InterestSizes {
    pub(super) tasks: usize,
    pub(super) behaviours: usize,
    /// Features of an item.
    pub(super) dim: usize,
    /// Items of the longest sequence.
    pub(super) length: usize,
}

impl TaskInterestConfig {
    fn hyper(&self, sizes: InterestSizes) -> HyperNormConfig {
        HyperNormConfig::new(sizes.tasks, sizes.behaviours, 2 * self.layers, sizes.dim)
            .with_cond_dim(self.cond_dim)
            .with_hidden(self.hyper_hidden)
    }

    fn unit(&self, dim: usize) -> Option<LocalActivationUnitConfig> {
        let unit = LocalActivationUnitConfig::new(dim)
            .with_widths(self.unit.clone())
            .with_activation(HiddenActivation::Relu);
        (self.attention == InterestAttention::Unit).then_some(unit)
    }

    pub(super) fn validate(&self, sizes: InterestSizes) -> Result<(), ConfigError> {
        check_range("layers", self.layers, 1..=1 << 8)?;
        check_range("expansion", self.expansion, 1..=1 << 8)?;
        check_range("length", sizes.length, 1..=1 << 20)?;
        if self.heads == 0 || !sizes.dim.is_multiple_of(self.heads) {
            let allowed = format!("a divisor of {}, the features of an item", sizes.dim);
            return Err(ConfigError::new("heads", self.heads, allowed));
        }
        self.hyper(sizes).validate()?;
        self.unit(sizes.dim).map_or(Ok(()), |unit| unit.validate())
    }

    pub(super) fn num_params(&self, sizes: InterestSizes) -> Result<usize, ConfigError> {
        self.validate(sizes)?;
        let dim = sizes.dim;
        let attention = 4 * (dim + 1) * dim;
        let feed_forward = 2 * dim * dim * self.expansion + dim * self.expansion + dim;
        let unit = self.unit(dim).map_or(Ok(0), |unit| unit.num_params())?;
        let layers = self.layers * (attention + feed_forward);
        Ok(self.hyper(sizes).num_params()? + sizes.length * dim + layers + unit)
    }

    pub(super) fn init(&self, sizes: InterestSizes, device: &Device) -> Result<TaskInterest, ConfigError> {
        self.validate(sizes)?;
        let dim = sizes.dim;
        let square = || xavier_linear(dim, dim, device);
        let layer = || TransformerLayer {
            attention: SelfAttention {
                q: square(),
                k: square(),
                v: square(),
                o: square(),
                heads: self.heads,
            },
            up: xavier_linear(dim, dim * self.expansion, device),
            down: xavier_linear(dim * self.expansion, dim, device),
        };
        let small = Initializer::Normal { mean: 0.0, std: 0.02 };
        Ok(TaskInterest {
            hyper: self.hyper(sizes).init(device)?,
            positions: small.init([sizes.length, dim], device),
            layers: (0..self.layers).map(|_| layer()).collect(),
            unit: self.unit(dim).map(|unit| unit.init(device)).transpose()?,
        })
    }
}

/// Self-attention in which padding is not seen.
#[derive(Module, Debug)]
pub struct SelfAttention {
    /// To queries.
    pub q: Linear,
    /// To keys.
    pub k: Linear,
    /// To values.
    pub v: Linear,
    /// From the heads' outputs.
    pub o: Linear,
    heads: usize,
}

impl SelfAttention {
    /// `x` is `[batch, length, d]`, `mask` 1 for items and 0 for padding, `[batch, length]`.
    fn forward(&self, x: Tensor<3>, mask: &Tensor<2>) -> Tensor<3> {
        let split = |linear: &Linear| split_heads(linear.forward(x.clone()), self.heads); // [B, H, L, d / H]
        let (q, k, v) = (split(&self.q), split(&self.k), split(&self.v));
        let scale = (q.dims()[3] as f64).powf(-0.5);
        let hidden = ((mask.clone().neg() + 1.0) * HIDDEN).unsqueeze_dim::<3>(1).unsqueeze_dim::<4>(1);
        let weights = softmax(q.matmul(k.transpose()) * scale + hidden, 3);
        self.o.forward(merge_heads(weights.matmul(v)))
    }
}

/// The parts of a transformer's layer that all tasks and sequences share.
#[derive(Module, Debug)]
pub struct TransformerLayer {
    /// Among the items of a sequence.
    pub attention: SelfAttention,
    /// Into the feed-forward layer.
    pub up: Linear,
    /// Out of it.
    pub down: Linear,
}

/// The module; see [`TaskInterestConfig`].
#[derive(Module, Debug)]
pub struct TaskInterest {
    /// From task and kind of behaviour to layer norms.
    pub hyper: HyperNorm,
    /// Added to the items by their position, `[length, d]`.
    pub positions: Param<Tensor<2>>,
    /// The transformer.
    pub layers: Vec<TransformerLayer>,
    /// How the candidate reads a sequence, unless by dot products.
    pub unit: Option<LocalActivationUnit>,
}

impl TaskInterest {
    /// The interest of each task in each sequence, as the candidate sees it; zeros where a sequence is empty.
    ///
    /// # Shapes
    ///
    /// - sequences: items `[batch, length, d]` and mask `[batch, length]` each; lengths may differ
    /// - targets: the candidate as each sequence counts it, `[batch, d]` each
    /// - output: `[tasks, sequences, batch, d]`
    ///
    /// # Panics
    ///
    /// If a sequence is longer than there are positions, or there are more or fewer sequences than kinds of behaviour.
    pub fn forward(&self, sequences: Vec<(Tensor<3>, Tensor<2>)>, targets: Vec<Tensor<2>>) -> Tensor<4> {
        let kinds = self.hyper.behaviour.lazy_shape()[0];
        assert!(sequences.len() == kinds, "{} sequences for {kinds} kinds of behaviour", sequences.len());
        let tasks = self.hyper.task.lazy_shape()[0];
        let (items, mask) = stacked(sequences); // [S, B, L, d], [S, B, L]
        let [kinds, batch, length, dim] = items.dims();
        let known = self.positions.lazy_shape()[0];
        assert!(length <= known, "{length} items for {known} positions");
        let positions = self.positions.val().narrow(0, 0, length).unsqueeze::<4>();

        let x = self.encode(items + positions, &mask); // [T, S, B * L, d]
        let fold = |x: Tensor<3>| -> Tensor<4> { x.unsqueeze_dim::<4>(0).expand([tasks, kinds, batch, dim]) };
        let rows = tasks * kinds * batch;
        let targets = fold(Tensor::stack(targets, 0)).reshape([rows, dim]);
        let mask = mask.unsqueeze_dim::<4>(0).expand([tasks, kinds, batch, length]).reshape([rows, length]);
        self.read(targets, x.reshape([rows, length, dim]), mask).reshape([tasks, kinds, batch, dim])
    }

    /// The transformer, its tasks and sequences folded into the batch: `[S, B, L, d]` to `[T, S, B * L, d]`.
    fn encode(&self, items: Tensor<4>, mask: &Tensor<3>) -> Tensor<4> {
        let [kinds, batch, length, dim] = items.dims();
        // What comes before the first norm is the same for all tasks, so the first axis begins with 1.
        let mut x = items.reshape([1, kinds, batch * length, dim]);
        let norms = self.hyper.all();
        for (layer, norms) in self.layers.iter().zip(norms.chunks_exact(2)) {
            let tasks = x.dims()[0];
            let rows = tasks * kinds * batch;
            let seen = mask.clone().unsqueeze_dim::<4>(0).expand([tasks, kinds, batch, length]);
            let mixed = layer
                .attention
                .forward(x.clone().reshape([rows, length, dim]), &seen.reshape([rows, length]))
                .reshape([tasks, kinds, batch * length, dim]);
            let [(gamma1, beta1), (gamma2, beta2)] = [norms[0].clone(), norms[1].clone()];
            let h = conditional_layer_norm(x + mixed, gamma1, beta1);
            let inside = relu(layer.up.forward(h.clone()));
            x = conditional_layer_norm(h + layer.down.forward(inside), gamma2, beta2);
        }
        x
    }

    /// The candidate's attention: `[rows, d]` over `[rows, length, d]`.
    fn read(&self, targets: Tensor<2>, items: Tensor<3>, mask: Tensor<2>) -> Tensor<2> {
        if let Some(unit) = &self.unit {
            return unit.forward(targets, items, mask).0;
        }
        let scale = (targets.dims()[1] as f64).powf(-0.5);
        let scores = targets.unsqueeze_dim::<3>(1).matmul(items.clone().transpose()) * scale; // [R, 1, L]
        let hidden = (mask.clone().neg() + 1.0) * HIDDEN;
        let weights = softmax(scores + hidden.unsqueeze_dim(1), 2) * mask.unsqueeze_dim(1);
        weights.matmul(items).squeeze_dim(1)
    }
}

/// Sequences padded to the longest, one above the other: `[S, B, L, d]` and `[S, B, L]`.
fn stacked(sequences: Vec<(Tensor<3>, Tensor<2>)>) -> (Tensor<4>, Tensor<3>) {
    let longest = sequences.iter().map(|(items, _)| items.dims()[1]).max().unwrap_or(0);
    let pad = |(items, mask): (Tensor<3>, Tensor<2>)| {
        let [batch, length, dim] = items.dims();
        if length == longest {
            return (items, mask);
        }
        let device = items.device();
        let rest = longest - length;
        (
            Tensor::cat(vec![items, Tensor::zeros([batch, rest, dim], &device)], 1),
            Tensor::cat(vec![mask, Tensor::zeros([batch, rest], &device)], 1),
        )
    };
    let (items, masks): (Vec<_>, Vec<_>) = sequences.into_iter().map(pad).unzip();
    (Tensor::stack(items, 0), Tensor::stack(masks, 0))
}
