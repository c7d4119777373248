//! From inputs to the functions of the inputs, and from these to outputs.
//!
//! With `F` univariate functions, all edges of a layer together are one linear map of the `F * n_in` values
//! `f_q(x_i)`. Values are ordered by function, then by input: concatenating `F` tensors of the shape of `x` along
//! the channel axis needs no permutation, for vectors `[B, n_in]` as for maps `[B, C, H, W]`.

use burn::{
    module::{Param, ParamId},
    tensor::{Device, Distribution, Int, Tensor, activation::silu},
};
use pyrarium_layers::{
    ConfigError,
    bases::{BSpline, Basis},
};
use serde::{Deserialize, Serialize};

/// The functions that a layer offers to each of its edges: `silu`, if there is a base path, then those of each basis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Features {
    /// Whether `silu` is among them.
    pub base: bool,
    /// The families.
    pub pool: Vec<Basis>,
}

#[allow(clippy::len_without_is_empty)] // no valid features are empty
impl Features {
    /// Those of one basis.
    pub fn single(base: bool, basis: Basis) -> Self {
        Self { base, pool: vec![basis] }
    }

    /// The number of functions.
    pub fn len(&self) -> usize {
        usize::from(self.base) + self.pool.iter().map(Basis::len).sum::<usize>()
    }

    /// Checks every basis, and that there is one.
    ///
    /// # Errors
    ///
    /// If the pool is empty or a basis is invalid.
    pub fn validate(&self) -> Result<(), ConfigError> {
        if self.pool.is_empty() {
            return Err(ConfigError::new("pool", "empty", "one family at least"));
        }
        self.pool.iter().try_for_each(Basis::validate)
    }

    /// All functions of all elements, side by side on the channel axis.
    ///
    /// # Shapes
    ///
    /// - x: `[batch, channels, ..]`
    /// - output: `[batch, len * channels, ..]`
    pub fn forward<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        let mut functions = if self.base { vec![silu(x.clone())] } else { Vec::new() };
        functions.extend(self.pool.iter().flat_map(|basis| basis.functions(x.clone())));
        Tensor::cat(functions, 1)
    }

    /// For each function its member of the pool; the base path has none.
    pub(crate) fn members(&self) -> Vec<usize> {
        let members = self.pool.iter().enumerate();
        members.flat_map(|(member, basis)| vec![member; basis.len()]).collect()
    }

    /// Weights `[len * inputs, outputs]`: of the base path with variance `1 / inputs`, of the functions with
    /// variance `0.1^2 / inputs`, normally distributed.
    pub(crate) fn init(&self, inputs: usize, outputs: usize, device: &Device) -> Param<Tensor<2>> {
        let (rows, base_rows) = (self.len() * inputs, if self.base { inputs } else { 0 });
        let init = move |device: &Device, require_grad: bool| {
            let scale = (inputs as f64).sqrt().recip();
            let draw =
                |rows, scale| Tensor::random([rows, outputs], Distribution::Normal(0.0, scale), device);
            let functions = draw(rows - base_rows, 0.1 * scale);
            let weight = match base_rows {
                0 => functions,
                _ => Tensor::cat(vec![draw(base_rows, scale), functions], 0),
            };
            weight.set_require_grad(require_grad)
        };
        Param::uninitialized(ParamId::new(), init, device.clone(), true, [rows, outputs].into())
    }
}

/// Where the functions of a layer come from.
#[allow(clippy::large_enum_variant)] // there are few, for a moment
pub(crate) enum Source {
    /// From families that are the same for every input.
    Families(Features),
    /// From B-splines on other knots for each input: `[splines + order + 1, inputs]`.
    Knots { knots: Tensor<2>, order: usize, base: bool },
}

impl Source {
    /// As [`Features::forward`].
    pub fn forward<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        let (knots, order, base) = match self {
            Self::Families(features) => return features.forward(x),
            Self::Knots { knots, order, base } => (knots, *order, *base),
        };
        let mut shape = x.clone().swap_dims(1, D - 1).dims();
        let inputs = shape[D - 1];
        let rows = shape.iter().product::<usize>() / inputs;
        let x = x.swap_dims(1, D - 1).reshape([rows, inputs]);
        let splines = BSpline::on_knots(x.clone(), knots.clone(), order); // [S, rows, inputs]
        let functions = match base {
            true => Tensor::cat(vec![silu(x).unsqueeze_dim(0), splines], 0),
            false => splines,
        };
        shape[D - 1] = functions.dims()[0] * inputs;
        functions.swap_dims(0, 1).reshape(shape).swap_dims(1, D - 1)
    }

    /// The number of functions of each input.
    pub fn len(&self) -> usize {
        match self {
            Self::Families(features) => features.len(),
            Self::Knots { knots, order, base } => knots.dims()[0] - order - 1 + usize::from(*base),
        }
    }
}

/// What a layer is made of, whatever its parameters: functions with weights for some of the outputs each.
pub(crate) struct EdgeMap {
    /// Functions and `[len * inputs, columns]`.
    pub terms: Vec<(Source, Tensor<2>)>,
    /// For each output its column in the concatenated results of the terms; `None` if they are in order.
    pub order: Option<Vec<usize>>,
}

impl EdgeMap {
    /// Applies `project` to the features and the weight of each term and brings the outputs into their order.
    pub fn apply<const D: usize>(
        self,
        x: Tensor<D>,
        project: impl Fn(Tensor<D>, Tensor<2>) -> Tensor<D>,
    ) -> Tensor<D> {
        let device = x.device();
        let columns =
            self.terms.into_iter().map(|(source, weight)| project(source.forward(x.clone()), weight));
        let outputs = Tensor::cat(columns.collect(), 1);
        match self.order {
            None => outputs,
            Some(order) => outputs.select(1, indices(&order, &device)),
        }
    }

    /// `[batch, inputs]` to `[batch, outputs]`.
    pub fn linear(self, x: Tensor<2>) -> Tensor<2> {
        self.apply(x, |functions, weight| functions.matmul(weight))
    }
}

/// The values of a tensor without their history: `detach` would leave a parameter one.
pub(crate) fn constant<const D: usize>(tensor: Tensor<D>) -> Tensor<D> {
    tensor.set_require_grad(false)
}

/// Indices as a tensor.
pub(crate) fn indices(values: &[usize], device: &Device) -> Tensor<1, Int> {
    let values: Vec<i64> = values.iter().map(|&value| value as i64).collect();
    Tensor::from_data(values.as_slice(), device)
}

/// The values of a tensor in double precision.
pub(crate) fn host<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
    tensor.into_data().iter::<f64>().collect()
}

/// Double-precision values as a tensor.
pub(crate) fn tensor<const D: usize>(values: &[f64], shape: [usize; D], device: &Device) -> Tensor<D> {
    let values: Vec<f32> = values.iter().map(|&value| value as f32).collect();
    Tensor::<1>::from_data(values.as_slice(), device).reshape(shape)
}
