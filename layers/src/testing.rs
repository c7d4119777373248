//! The checks that every registered variant of a model must pass (feature `testing`).
//!
//! A model crate implements [`Variant`] once, for its table of variants, and calls [`check_all`]
//! for each. The full-size model is only counted, never allocated; everything else runs on a small
//! model of the same structure, whose weights and data come from [`seeded`](crate::seeded).

mod values;

use std::ops::Range;

use burn::{
    module::{Module, ModuleVisitor, Param},
    nn::loss::{MseLoss, Reduction},
    optim::{AdamConfig, GradientsParams},
    store::ModuleRecord,
    tensor::{Device, Tensor},
};

use crate::seeded;

pub use values::{ValuesByPath, gradient_values, parameter_values};

/// How far a row of a batch may be from the same row computed alone.
const ROW_TOLERANCE: f32 = 1e-5;

/// A model variant, at full size and in a small form that tests can afford.
pub trait Variant {
    /// The model.
    type Module: Module;
    /// What the model's forward pass takes: one tensor or several.
    type Input;

    /// The variant's name, for messages.
    fn name(&self) -> &str;

    /// The parameter count of the full-size model according to its source.
    fn expected_params(&self) -> usize;

    /// The full-size model; its parameters are never initialised.
    fn full_size(&self, device: &Device) -> Self::Module;

    /// A small model of the same structure, its weights a function of the seed alone
    /// (see [`fill_uniform`](crate::seeded::fill_uniform)).
    fn small(&self, seed: u64, device: &Device) -> Self::Module;

    /// These rows of a fixed endless sequence of inputs to the small model.
    fn input(&self, rows: Range<usize>, device: &Device) -> Self::Input;

    /// The outputs of the small model, flattened to `[rows, outputs]`.
    fn forward(&self, module: &Self::Module, input: Self::Input) -> Tensor<2>;

    /// The outputs of the small model for one row.
    fn outputs(&self) -> usize;

    /// Whether the parameter at this path may have a gradient of zero throughout, as a bias added to all scores of a softmax has.
    fn is_idle(&self, _path: &str) -> bool {
        false
    }

    /// What [`check_overfit`] asks for.
    fn overfit(&self) -> Overfit {
        Overfit::default()
    }
}

/// One batch to be learnt by heart: after `steps` of Adam the mean squared error to targets drawn
/// uniformly from `[-1, 1)` (1/3 before training, about) must be below `loss`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Overfit {
    /// Rows of the batch.
    pub rows: usize,
    /// Steps of Adam with Burn's default moments.
    pub steps: usize,
    /// The learning rate.
    pub learning_rate: f64,
    /// The bound on the final loss.
    pub loss: f32,
}

impl Default for Overfit {
    fn default() -> Self {
        Self { rows: 4, steps: 200, learning_rate: 1e-2, loss: 1e-3 }
    }
}

/// Runs every check of this module on `device` (without autodiff), stopping at the first failure.
///
/// # Errors
///
/// Names the variant, the check's finding and the figure that was missed.
pub fn check_all<V: Variant>(variant: &V, device: &Device) -> Result<(), String> {
    let checks = [
        check_num_params,
        check_forward,
        check_gradients,
        check_batch_rows,
        check_record_round_trip,
        check_overfit,
    ];
    checks.iter().try_for_each(|check| check(variant, device)).map_err(|e| format!("{}: {e}", variant.name()))
}

/// The full-size model has exactly the expected number of parameters.
pub fn check_num_params<V: Variant>(variant: &V, device: &Device) -> Result<(), String> {
    let (actual, expected) = (variant.full_size(device).num_params(), variant.expected_params());
    require(actual == expected, || format!("{actual} parameters instead of {expected}"))
}

/// Batches of one and two rows give finite outputs of the right shape.
pub fn check_forward<V: Variant>(variant: &V, device: &Device) -> Result<(), String> {
    let module = variant.small(0, device);
    for rows in [1, 2] {
        let output = variant.forward(&module, variant.input(0..rows, device));
        let (actual, expected) = (output.dims(), [rows, variant.outputs()]);
        require(actual == expected, || format!("output of shape {actual:?} instead of {expected:?}"))?;
        let finite = output.into_data().iter::<f32>().all(f32::is_finite);
        require(finite, || format!("the output of {rows} row(s) is not finite"))?;
    }
    Ok(())
}

/// Every parameter that requires a gradient gets one that is finite and, unless [`Variant::is_idle`], not zero throughout.
pub fn check_gradients<V: Variant>(variant: &V, device: &Device) -> Result<(), String> {
    let device = device.clone().autodiff();
    let module = variant.small(0, &device);
    let loss = loss_to_random_targets(variant, &module, 4, &device);
    let gradients = GradientsParams::from_grads(loss.backward(), &module);
    let is_idle = |path: &str| variant.is_idle(path);
    let mut check =
        GradientCheck { gradients, is_idle: &is_idle, path: Vec::new(), trainable: 0, faults: Vec::new() };
    module.visit(&mut check);
    require(check.trainable > 0, || "no parameter requires a gradient".to_string())?;
    require(check.faults.is_empty(), || check.faults.join(", "))
}

/// Each row of a batch gives what the row gives alone, within 1e-5.
pub fn check_batch_rows<V: Variant>(variant: &V, device: &Device) -> Result<(), String> {
    const ROWS: usize = 3;
    let module = variant.small(0, device);
    let batch = variant.forward(&module, variant.input(0..ROWS, device));
    for row in 0..ROWS {
        let alone = variant.forward(&module, variant.input(row..row + 1, device));
        let distance = (batch.clone().narrow(0, row, 1) - alone).abs().max().into_scalar::<f32>();
        require(distance <= ROW_TOLERANCE, || {
            format!(
                "row {row} of a batch is {distance:e} away from the row alone (at most {ROW_TOLERANCE:e})"
            )
        })?;
    }
    Ok(())
}

/// A model of other weights, after loading a saved record, gives the same output bits.
pub fn check_record_round_trip<V: Variant>(variant: &V, device: &Device) -> Result<(), String> {
    let output = |module: &V::Module| variant.forward(module, variant.input(0..2, device)).into_data();
    let (saved, other) = (variant.small(0, device), variant.small(1, device));
    let expected = output(&saved);
    require(output(&other) != expected, || "the seed does not change the output".to_string())?;

    let bytes = saved.into_record().into_bytes().map_err(|error| error.to_string())?;
    let record = ModuleRecord::from_bytes(bytes).map_err(|error| error.to_string())?;
    let loaded = other.try_load_record(record).map_err(|error| error.to_string())?;
    require(output(&loaded) == expected, || {
        "a loaded model gives other outputs than the saved one".to_string()
    })
}

/// One batch can be learnt by heart, as [`Variant::overfit`] states.
pub fn check_overfit<V: Variant>(variant: &V, device: &Device) -> Result<(), String> {
    let Overfit { rows, steps, learning_rate, loss: bound } = variant.overfit();
    let device = device.clone().autodiff();
    let loss = |module: &V::Module| loss_to_random_targets(variant, module, rows, &device);

    let mut module = variant.small(0, &device);
    let first = loss(&module).into_scalar::<f32>();
    require(first > bound, || format!("the loss {first} is below {bound} before any training"))?;

    let mut optimizer = AdamConfig::new().init();
    for _ in 0..steps {
        let gradients = GradientsParams::from_grads(loss(&module).backward(), &module);
        module = optimizer.step(learning_rate, module, gradients);
    }
    let last = loss(&module).into_scalar::<f32>();
    require(last < bound, || format!("the loss {first} fell to {last} in {steps} steps, not below {bound}"))
}

fn require(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise()) }
}

fn loss_to_random_targets<V: Variant>(
    variant: &V,
    module: &V::Module,
    rows: usize,
    device: &Device,
) -> Tensor<1> {
    let targets = Tensor::from_data(seeded::tensor_data([rows, variant.outputs()], 2, 1.0), device);
    let output = variant.forward(module, variant.input(0..rows, device));
    MseLoss::new().forward(output, targets, Reduction::Mean)
}

struct GradientCheck<'a> {
    gradients: GradientsParams,
    is_idle: &'a dyn Fn(&str) -> bool,
    path: Vec<String>,
    trainable: usize,
    faults: Vec<String>,
}

impl ModuleVisitor for GradientCheck<'_> {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_string());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if !param.is_require_grad() {
            return;
        }
        self.trainable += 1;
        let path = self.path.join(".");
        let gradient = self.gradients.get::<D>(param.id).map(Tensor::into_data);
        let fault = match gradient {
            None => "has no gradient",
            Some(data) if !data.iter::<f32>().all(f32::is_finite) => "has a gradient that is not finite",
            Some(data) if data.iter::<f32>().all(|value| value == 0.0) && !(self.is_idle)(&path) => {
                "has a gradient of zero"
            }
            Some(_) => return,
        };
        self.faults.push(format!("{path} {fault}"));
    }
}

#[cfg(test)]
mod tests;
