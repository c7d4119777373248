//! The layer of S-KAN (arXiv 2408.08338): each node has a pool of families and learns how much of each to use.
//!
//! `phi_{o,i}(x) = b_{i,o} silu(x) + sum_m w_{o,m} sum_q c^m_{i,q,o} B^m_q(x)` with `w_o = softmax(s_o)`; a member that
//! has been removed has a score so low that its weight is exactly zero.

use burn::{
    config::Config,
    module::{Module, Param},
    tensor::{Device, Tensor, activation::softmax},
};
use pyrarium_layers::{ConfigError, bases::Basis, check_range};

use crate::{
    features::{EdgeMap, Features, Source, constant, host, indices, tensor},
    limits,
    mask::{Contributions, Granularity, Mask, Pruning},
    pruned::{GroupedKanLinear, SparseKanLinear, strong_edges},
};

/// The score of a removed member. Finite, so that no arithmetic on parameters can turn it into NaN.
const REMOVED: f64 = -1e9;

/// Configuration of a [`SelectableKanLinear`].
#[derive(Config, Debug, PartialEq)]
pub struct SelectableKanLinearConfig {
    /// Inputs.
    pub d_in: usize,
    /// Outputs.
    pub d_out: usize,
    /// The families to choose from.
    pub pool: Vec<Basis>,
    /// What chooses.
    #[config(default = "Granularity::Node")]
    pub granularity: Granularity,
    /// Whether each edge has a multiple of `silu`, whatever is chosen.
    #[config(default = true)]
    pub base: bool,
}

impl SelectableKanLinearConfig {
    /// The layer with all members active and equal, the rest as [`KanLinearConfig::init`](crate::KanLinearConfig::init).
    ///
    /// # Errors
    ///
    /// If a size is zero or too large, the pool is empty or a basis is invalid.
    pub fn init(&self, device: &Device) -> Result<SelectableKanLinear, ConfigError> {
        let Self { d_in, d_out, granularity, base, .. } = *self;
        check_range("d_in", d_in, limits::WIDTH)?;
        check_range("d_out", d_out, limits::WIDTH)?;
        let features = Features { base, pool: self.pool.clone() };
        features.validate()?;
        let shape = granularity.shape(features.pool.len(), d_in, d_out);
        Ok(SelectableKanLinear {
            weight: features.init(d_in, d_out, device),
            scores: burn::nn::Initializer::Zeros.init(shape, device),
            features,
        })
    }
}

/// A layer whose nodes (or edges) choose among families.
#[derive(Module, Debug)]
pub struct SelectableKanLinear {
    /// Coefficients by function, then input: `[functions * d_in, d_out]`, as in [`KanLinear`](crate::KanLinear).
    pub weight: Param<Tensor<2>>,
    /// Scores of the members: `[members, d_in or 1, d_out or 1]`.
    pub scores: Param<Tensor<3>>,
    #[module(skip)]
    pub(crate) features: Features,
}

impl SelectableKanLinear {
    /// # Shapes
    ///
    /// - x: `[batch, d_in]`
    /// - output: `[batch, d_out]`
    ///
    /// # Panics
    ///
    /// If `x` has another number of columns.
    pub fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        self.edge_map().linear(x)
    }

    /// The families to choose from.
    pub fn pool(&self) -> &[Basis] {
        &self.features.pool
    }

    /// The weights of the members, which sum to 1: in the shape of the scores.
    pub fn selection(&self) -> Tensor<3> {
        softmax(self.scores.val(), 0)
    }

    pub(crate) fn edge_map(&self) -> EdgeMap {
        EdgeMap {
            terms: vec![(Source::Families(self.features.clone()), self.effective_weight())],
            order: None,
        }
    }

    /// The coefficients times the weights of their members: `[functions * d_in, d_out]`.
    fn effective_weight(&self) -> Tensor<2> {
        let [rows, outputs] = self.weight.dims();
        let factors = self.factors();
        let by_input = self.weight.val().reshape([self.features.len(), rows / self.features.len(), outputs]);
        (by_input * factors).reshape([rows, outputs])
    }

    /// The weight of the member that each function belongs to, 1 for the base path: `[functions, d_in or 1, d_out or 1]`.
    fn factors(&self) -> Tensor<3> {
        let selection = self.selection();
        let [_, inputs, outputs] = selection.dims();
        let device = selection.device();
        let factors = selection.select(0, indices(&self.features.members(), &device));
        match self.features.base {
            true => Tensor::cat(vec![Tensor::ones([1, inputs, outputs], &device), factors], 0),
            false => factors,
        }
    }

    /// How much each member contributes on a batch `[batch, d_in]`, which must have two rows at least.
    ///
    /// A layer that chooses as a whole takes the mean over its outputs.
    ///
    /// # Errors
    ///
    /// If there are fewer than two rows.
    pub fn contributions(&self, x: Tensor<2>) -> Result<Contributions, ConfigError> {
        let [rows, inputs] = x.dims();
        if rows < 2 {
            return Err(ConfigError::new("batch", rows, "two rows at least, to measure contributions"));
        }
        let [_, outputs] = self.weight.dims();
        let shape @ [_, chosen_by_input, chosen_by_output] = self.scores.dims();
        let weight = self.effective_weight();
        let mut row = if self.features.base { inputs } else { 0 };
        let mut values = Vec::new();
        for basis in &self.features.pool {
            let (functions, count) = (basis.functions(x.clone()), basis.len());
            let weight = weight.clone().narrow(0, row, count * inputs);
            row += count * inputs;
            let deviation = if chosen_by_input > 1 {
                let functions = Tensor::stack::<3>(functions, 0).permute([2, 1, 0]); // [in, B, G]
                let weight = weight.reshape([count, inputs, outputs]).permute([1, 0, 2]); // [in, G, out]
                functions.matmul(weight).var_bias(1).sqrt().reshape([inputs, outputs])
            } else {
                Tensor::cat(functions, 1).matmul(weight).var_bias(0).sqrt() // [1, out]
            };
            values.extend(host(if chosen_by_output > 1 { deviation } else { deviation.mean_dim(1) }));
        }
        Ok(Contributions::new(shape, values))
    }

    /// Removes the members outside the mask. The coefficients of the others are multiplied by what their weight
    /// loses, so that the function changes by the removed contributions only.
    ///
    /// # Errors
    ///
    /// If the mask is of another shape or keeps, at some place, only members that were removed before.
    pub fn select(mut self, mask: &Mask) -> Result<Self, ConfigError> {
        self.check(mask)?;
        let [members, inputs, outputs] = mask.shape;
        let (selection, device) = (host(self.selection()), self.scores.device());
        let mut remaining = vec![0.0; mask.places()];
        for (place, sum) in remaining.iter_mut().enumerate() {
            *sum = mask.members(place).map(|member| selection[member * inputs * outputs + place]).sum();
            if *sum == 0.0 {
                return Err(ConfigError::new(
                    "mask",
                    "only removed members",
                    "such that each node keeps an active one",
                ));
            }
        }
        let scores = host(self.scores.val()).into_iter().zip(&mask.kept);
        let scores: Vec<f64> = scores.map(|(score, &kept)| if kept { score } else { REMOVED }).collect();
        let scores = tensor(&scores, [members, inputs, outputs], &device);
        let functions = self.features.members().len();
        let ones = || Tensor::ones([1, inputs, outputs], &device);
        let remaining = tensor(&remaining, [1, inputs, outputs], &device).repeat_dim(0, functions);
        let factors = if self.features.base { Tensor::cat(vec![ones(), remaining], 0) } else { remaining };
        let [rows, columns] = self.weight.dims();
        self.scores = replace(self.scores, scores);
        let weight =
            constant(self.weight.val()).reshape([-1, (rows / self.features.len()) as i32, columns as i32]);
        let weight = (weight * factors).reshape([rows, columns]);
        self.weight = replace(self.weight, weight);
        Ok(self)
    }

    /// The members that have not been removed.
    pub fn mask(&self) -> Mask {
        let kept = host(self.scores.val()).into_iter().map(|score| score > REMOVED / 2.0).collect();
        Mask { shape: self.scores.dims(), kept }
    }

    /// What pruning removes: the members that are removed already, and the edges whose L1 norm (the mean of `|phi|` over
    /// the batch `x`, `[batch, d_in]`) is below `threshold` times the layer's largest. A threshold of 0 keeps all edges.
    ///
    /// # Errors
    ///
    /// If the threshold is not in `[0, 1)`.
    pub fn pruning(&self, threshold: f64, x: Tensor<2>) -> Result<Pruning, ConfigError> {
        if !(0.0..1.0).contains(&threshold) {
            return Err(ConfigError::new("threshold", threshold, "in [0, 1)"));
        }
        let edges =
            (threshold > 0.0).then(|| strong_edges(&self.features, self.effective_weight(), x, threshold));
        Ok(Pruning { mask: self.mask(), edges })
    }

    /// The same function without the removed coefficients and without selection weights, which the remaining
    /// coefficients absorb: one block of weights for each set of families that nodes have chosen.
    ///
    /// # Errors
    ///
    /// If the choice is by edge, or the mask is of another shape.
    pub fn grouped(&self, mask: &Mask) -> Result<GroupedKanLinear, ConfigError> {
        self.check(mask)?;
        GroupedKanLinear::of(&self.features, mask, constant(self.effective_weight()))
    }

    /// The same as [`grouped`](Self::grouped), for any pruning: edge by edge.
    ///
    /// # Errors
    ///
    /// If the pruning is of another shape.
    pub fn sparse(&self, pruning: &Pruning) -> Result<SparseKanLinear, ConfigError> {
        self.check(&pruning.mask)?;
        SparseKanLinear::of(&self.features, pruning, constant(self.effective_weight()))
    }

    /// Checks that a mask is of the shape of the scores and keeps something everywhere.
    fn check(&self, mask: &Mask) -> Result<(), ConfigError> {
        let shape = self.scores.dims();
        if mask.shape != shape {
            return Err(ConfigError::new(
                "mask",
                format!("of shape {:?}", mask.shape),
                format!("of shape {shape:?}"),
            ));
        }
        Mask::new(shape, mask.kept.clone()).map(|_| ())
    }
}

/// A parameter of the same identity with another value.
fn replace<const D: usize>(param: Param<Tensor<D>>, value: Tensor<D>) -> Param<Tensor<D>> {
    let id = param.id;
    param.transform_for_load(value, id)
}
