//! The functions on the edges of a network as curves, for looking at them and for reading formulas from them.

use burn::tensor::{Device, Tensor};
use pyrarium_layers::{ConfigError, bases::Family};

use crate::{
    features::{EdgeMap, Source, constant, host, tensor},
    kan::Kan,
    layer::KanLayer,
};

/// Points of a curve.
const POINTS: usize = 101;

/// The function on one edge.
#[derive(Debug, Clone, PartialEq)]
pub struct EdgeCurve {
    /// Index of the node it comes from.
    pub input: usize,
    /// Index of the node it goes to.
    pub output: usize,
    /// Arguments, from the least to the most that the edge saw.
    pub x: Vec<f64>,
    /// Values.
    pub y: Vec<f64>,
    /// The standard deviation of its values on the batch: what it adds to its node.
    pub strength: f64,
    /// The family, or the strongest of several; `None` without coefficients.
    pub family: Option<Family>,
}

/// The functions on the edges of one layer.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerCurves {
    /// Nodes that the edges come from.
    pub inputs: usize,
    /// Nodes that the edges go to.
    pub outputs: usize,
    /// By input, then output.
    pub edges: Vec<EdgeCurve>,
}

impl Kan {
    /// The functions on all edges over the range that each node takes on a batch `[batch, inputs]`.
    ///
    /// # Errors
    ///
    /// If there are fewer than two rows or a value is not finite.
    pub fn curves(&self, x: Tensor<2>) -> Result<Vec<LayerCurves>, ConfigError> {
        let mut x = constant(x);
        let mut layers = Vec::new();
        for layer in &self.layers {
            layers.push(layer.curves(x.clone())?);
            x = constant(layer.forward(x));
        }
        Ok(layers)
    }
}

impl KanLayer {
    /// The functions on the edges of this layer; see [`Kan::curves`].
    ///
    /// # Errors
    ///
    /// If there are fewer than two rows or a value is not finite.
    pub fn curves(&self, x: Tensor<2>) -> Result<LayerCurves, ConfigError> {
        let ([batch, inputs], device) = (x.dims(), x.device());
        let values = host(x.clone());
        if batch < 2 || values.iter().any(|value| !value.is_finite()) {
            return Err(ConfigError::new("batch", format!("{batch} rows"), "two finite rows at least"));
        }
        let ranges: Vec<[f64; 2]> = (0..inputs)
            .map(|input| {
                let column = values.iter().skip(input).step_by(inputs);
                column.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], &x| [low.min(x), high.max(x)])
            })
            .collect();
        let at =
            |point: usize, [low, high]: [f64; 2]| low + (high - low) * point as f64 / (POINTS - 1) as f64;
        let points: Vec<f64> =
            (0..POINTS).flat_map(|point| ranges.iter().map(move |&range| at(point, range))).collect();
        let points = tensor(&points, [POINTS, inputs], &device);
        let map = self.edge_map();
        let (curves, outputs) = by_edge(&map, points, &device);
        let (samples, _) = by_edge(&map, x, &device);
        let families = families(&map, inputs);
        let edge = |index: usize| {
            let (input, output) = (index / outputs, index % outputs);
            EdgeCurve {
                input,
                output,
                x: (0..POINTS).map(|point| at(point, ranges[input])).collect(),
                y: (0..POINTS).map(|point| curves[point * inputs * outputs + index]).collect(),
                strength: deviation(samples.iter().skip(index).step_by(inputs * outputs)),
                family: families[index],
            }
        };
        Ok(LayerCurves { inputs, outputs, edges: (0..inputs * outputs).map(edge).collect() })
    }
}

/// `phi_{o,i}(x_i)` of all edges: values by row, input, output, and the number of outputs.
fn by_edge(map: &EdgeMap, x: Tensor<2>, device: &Device) -> (Vec<f64>, usize) {
    let [rows, inputs] = x.dims();
    let columns = map.terms.iter().map(|(source, weight)| {
        let functions = source.forward(x.clone()).reshape([rows, source.len(), inputs]).permute([2, 0, 1]);
        let weight = weight.clone().reshape([source.len() as i32, inputs as i32, -1]).permute([1, 0, 2]);
        functions.matmul(weight).permute([1, 0, 2]) // [rows, in, columns]
    });
    let edges = Tensor::cat(columns.collect(), 2);
    let edges = match &map.order {
        None => edges,
        Some(order) => edges.select(2, crate::features::indices(order, device)),
    };
    let [_, _, outputs] = edges.dims();
    (host(edges), outputs)
}

/// The family with the largest coefficients (sum of squares) on each edge, by input, then output.
fn families(map: &EdgeMap, inputs: usize) -> Vec<Option<Family>> {
    let mut columns: Vec<Vec<Option<Family>>> = Vec::new(); // by column, then input
    for (source, weight) in &map.terms {
        let [_, count] = weight.dims();
        let weight = host(weight.clone());
        let groups = groups(source);
        columns.extend((0..count).map(|column| {
            let of_input = |input: usize| {
                let square = |f: usize| weight[(f * inputs + input) * count + column].powi(2);
                let energies = groups
                    .iter()
                    .map(|(family, functions)| (*family, functions.clone().map(square).sum::<f64>()));
                let strongest =
                    energies.max_by(|a, b| a.1.total_cmp(&b.1)).filter(|(_, energy)| *energy > 0.0);
                strongest.map(|(family, _)| family)
            };
            (0..inputs).map(of_input).collect()
        }));
    }
    let column = |output: usize| map.order.as_ref().map_or(output, |order| order[output]);
    (0..inputs)
        .flat_map(|input| (0..columns.len()).map(|output| columns[column(output)][input]).collect::<Vec<_>>())
        .collect()
}

/// The functions of each family of a source.
fn groups(source: &Source) -> Vec<(Family, std::ops::Range<usize>)> {
    match source {
        Source::Knots { base, .. } => vec![(Family::BSpline, usize::from(*base)..source.len())],
        Source::Families(features) => {
            let mut next = usize::from(features.base);
            let group = features.pool.iter().map(|basis| {
                next += basis.len();
                (basis.family(), next - basis.len()..next)
            });
            group.collect()
        }
    }
}

fn deviation<'a>(values: impl Iterator<Item = &'a f64> + Clone) -> f64 {
    let count = values.clone().count() as f64;
    let mean = values.clone().sum::<f64>() / count;
    (values.map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt()
}
