//! What remains of a selectable layer: only the coefficients of the chosen families.

use std::collections::BTreeMap;

use burn::{
    module::{Module, Param},
    tensor::Tensor,
};
use pyrarium_layers::ConfigError;

use crate::{
    features::{EdgeMap, Features, Source, host, indices},
    mask::{Mask, Pruning},
};

/// A layer whose nodes have chosen: nodes of the same families share a block of weights.
///
/// The cost is that of one family, however many the pool had: each node multiplies its own families only.
#[derive(Module, Debug)]
pub struct GroupedKanLinear {
    /// One block for each set of families: `[functions * d_in, nodes]`.
    pub groups: Vec<Param<Tensor<2>>>,
    #[module(skip)]
    features: Vec<Features>,
    #[module(skip)]
    order: Vec<usize>,
}

impl GroupedKanLinear {
    /// The kept part of `weight` (`[functions * d_in, d_out]`, selection included).
    pub(crate) fn of(features: &Features, mask: &Mask, weight: Tensor<2>) -> Result<Self, ConfigError> {
        let [rows, outputs] = weight.dims();
        let inputs = rows / features.len();
        if mask.shape[1] != 1 {
            return Err(ConfigError::new("granularity", "edge", "node or layer for groups of nodes"));
        }
        let mut nodes: BTreeMap<Vec<usize>, Vec<usize>> = BTreeMap::new();
        for output in 0..outputs {
            let place = if mask.places() == 1 { 0 } else { output };
            nodes.entry(mask.members(place).collect()).or_default().push(output);
        }
        let device = weight.device();
        let block = |(members, nodes): (&Vec<usize>, &Vec<usize>)| {
            let rows = indices(&rows_of(features, members, inputs), &device);
            Param::from_tensor(weight.clone().select(0, rows).select(1, indices(nodes, &device)))
        };
        let columns: Vec<usize> = nodes.values().flatten().copied().collect();
        let mut order = vec![0; outputs];
        for (column, &output) in columns.iter().enumerate() {
            order[output] = column;
        }
        Ok(Self {
            groups: nodes.iter().map(block).collect(),
            features: nodes.keys().map(|members| part(features, members)).collect(),
            order,
        })
    }

    /// # Shapes
    ///
    /// - x: `[batch, d_in]`
    /// - output: `[batch, d_out]`
    pub fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        self.edge_map().linear(x)
    }

    pub(crate) fn edge_map(&self) -> EdgeMap {
        let terms =
            self.features.iter().cloned().map(Source::Families).zip(self.groups.iter().map(Param::val));
        let in_order = self.order.is_sorted();
        EdgeMap { terms: terms.collect(), order: (!in_order).then(|| self.order.clone()) }
    }
}

/// A layer of which single edges remain: all their coefficients are one vector.
///
/// The product is computed as if the missing edges were zero; what is saved is parameters.
#[derive(Module, Debug)]
pub struct SparseKanLinear {
    /// The coefficients that remain.
    pub weight: Param<Tensor<1>>,
    #[module(skip)]
    features: Features,
    #[module(skip)]
    outputs: usize,
    /// For each entry of `[functions * d_in, d_out]` its place in the weight; the missing ones come after its end.
    #[module(skip)]
    places: Vec<usize>,
}

impl SparseKanLinear {
    /// The kept part of `weight` (`[functions * d_in, d_out]`, selection included).
    pub(crate) fn of(features: &Features, pruning: &Pruning, weight: Tensor<2>) -> Result<Self, ConfigError> {
        let Pruning { mask, edges } = pruning;
        let [rows, outputs] = weight.dims();
        let inputs = rows / features.len();
        if let Some(edges) = edges.as_ref().filter(|edges| edges.len() != inputs * outputs) {
            let expected = format!("{} values", inputs * outputs);
            return Err(ConfigError::new("edges", format!("{} values", edges.len()), expected));
        }
        let used: Vec<usize> = (0..features.pool.len()).filter(|&member| is_used(mask, member)).collect();
        let rows = rows_of(features, &used, inputs);
        let functions: Vec<Option<usize>> = features
            .base
            .then_some(None)
            .into_iter()
            .chain(features.members().into_iter().map(Some))
            .collect();
        let is_kept = |row: usize, output: usize| {
            let input = row % inputs;
            let chosen = functions[row / inputs].is_none_or(|member| {
                let [_, by_input, by_output] = mask.shape;
                let place = input.min(by_input - 1) * by_output + output.min(by_output - 1);
                mask.kept[member * mask.places() + place]
            });
            chosen && edges.as_ref().is_none_or(|edges| edges[input * outputs + output])
        };
        let (mut kept, mut places) = (Vec::new(), Vec::new());
        for &row in &rows {
            for output in 0..outputs {
                places.push(is_kept(row, output).then(|| {
                    kept.push(row * outputs + output);
                    kept.len() - 1
                }));
            }
        }
        let remaining = weight.clone().flatten::<1>(0, 1).select(0, indices(&kept, &weight.device()));
        Ok(Self {
            weight: Param::from_tensor(remaining),
            features: part(features, &used),
            outputs,
            places: places.into_iter().map(|place| place.unwrap_or(kept.len())).collect(),
        })
    }

    /// # Shapes
    ///
    /// - x: `[batch, d_in]`
    /// - output: `[batch, d_out]`
    pub fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        self.edge_map().linear(x)
    }

    pub(crate) fn edge_map(&self) -> EdgeMap {
        let weight = self.weight.val();
        let device = weight.device();
        let padded = Tensor::cat(vec![weight, Tensor::zeros([1], &device)], 0);
        let dense = padded.select(0, indices(&self.places, &device));
        let dense = dense.reshape([self.places.len() / self.outputs, self.outputs]);
        EdgeMap { terms: vec![(Source::Families(self.features.clone()), dense)], order: None }
    }
}

/// The edges that are not weak: whose L1 norm, the mean of `|phi|` over the batch `x`, is at least `threshold` times the
/// largest. By input, then output.
pub(crate) fn strong_edges(
    features: &Features,
    weight: Tensor<2>,
    x: Tensor<2>,
    threshold: f64,
) -> Vec<bool> {
    let [batch, inputs] = x.dims();
    let [_, outputs] = weight.dims();
    let functions = features.forward(x).reshape([batch, features.len(), inputs]).permute([2, 0, 1]); // [in, B, F]
    let weight = weight.reshape([features.len(), inputs, outputs]).permute([1, 0, 2]); // [in, F, out]
    let norms = host(functions.matmul(weight).abs().mean_dim(1));
    let least = threshold * norms.iter().fold(0.0_f64, |most, &norm| most.max(norm));
    norms.into_iter().map(|norm| norm >= least).collect()
}

fn is_used(mask: &Mask, member: usize) -> bool {
    let places = mask.places();
    mask.kept[member * places..(member + 1) * places].iter().any(|&kept| kept)
}

/// The base path, if there is one, and these members.
fn part(features: &Features, members: &[usize]) -> Features {
    let pool = members.iter().map(|&member| features.pool[member]).collect();
    Features { base: features.base, pool }
}

/// The rows of [`part`] in the weight of all features.
fn rows_of(features: &Features, members: &[usize], inputs: usize) -> Vec<usize> {
    let base = usize::from(features.base);
    let of_members = features.members();
    let functions = (0..features.len()).filter(|&f| f < base || members.contains(&of_members[f - base]));
    functions.flat_map(|f| f * inputs..(f + 1) * inputs).collect()
}
