//! The same network, weights and batch on two devices: how far apart are the outputs, the gradients and three steps of Adam?

mod record;

use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::device::{self, BACKENDS};
use crate::registry::{System, Variant};
use crate::workload::Values;

pub use record::{Record, page};

/// The largest difference of an output that is accepted, as an absolute value.
pub const FORWARD_BOUND: f64 = 1e-4;
/// The largest difference of a gradient that is accepted, relative to the largest value of that parameter's gradient.
pub const GRADIENT_BOUND: f64 = 1e-3;
/// The largest difference of a parameter after three steps that is accepted: one step of Adam at 1e-3. Adam divides a gradient by
/// its size, so where it is nearly zero its relative error becomes part of a step (measured: 4e-4).
pub const STEPS_BOUND: f64 = 1e-3;

/// The device the others are compared with.
pub const REFERENCE: &str = "flex";
/// Steps of Adam before the parameters are compared.
const STEPS: usize = 3;
/// Gradients are not compared more finely than this, relative to the largest gradient of the whole network: what is
/// zero but for rounding has no relative error. Rounding leaves 5e-7 of that largest gradient (measured on tch, in the key bias of a
/// softmax association, whose gradient is zero in exact arithmetic), and the bound times this floor is 1e-6 of it.
const GRADIENT_FLOOR: f64 = 1e-3;

/// What one device computed.
struct Observation {
    outputs: Vec<f32>,
    gradients: Vec<Values>,
    parameters: Vec<Values>,
}

/// How far one device is from the reference on one variant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The system.
    pub slug: String,
    /// The variant, in its small form.
    pub variant: String,
    /// The device compared with the reference.
    pub device: String,
    /// Largest absolute difference of an output.
    pub forward: f64,
    /// Largest relative difference of a gradient.
    pub gradient: f64,
    /// The parameter with that gradient.
    pub gradient_of: String,
    /// Largest absolute difference of a parameter after three steps.
    pub steps: f64,
}

impl Row {
    /// Whether all three differences are within their bounds.
    pub fn is_green(&self) -> bool {
        self.forward <= FORWARD_BOUND && self.gradient <= GRADIENT_BOUND && self.steps <= STEPS_BOUND
    }
}

/// The backends in the build that can be compared with the reference on this machine, by name.
pub fn comparable() -> Vec<&'static str> {
    let others = BACKENDS.iter().filter(|backend| backend.name != REFERENCE);
    others.filter(|backend| backend.device().is_ok()).map(|backend| backend.name).collect()
}

/// Compares every variant of a system on one device with the reference.
///
/// # Errors
/// When a device cannot be used or a tensor cannot be read; a difference is a result.
pub fn compare(system: &System, device_name: &str) -> Result<Vec<Row>, Error> {
    let (reference, device) = (device::parse(REFERENCE)?, device::parse(device_name)?);
    (system.variants)()
        .iter()
        .map(|variant| row(system.slug, variant, device_name, &reference, &device))
        .collect()
}

fn row(
    slug: &str,
    variant: &Variant,
    device_name: &str,
    reference: &Device,
    device: &Device,
) -> Result<Row, Error> {
    let (expected, actual) = (observe(variant, reference)?, observe(variant, device)?);
    let (gradient, gradient_of) = gradient_error(&expected.gradients, &actual.gradients);
    Ok(Row {
        slug: slug.to_string(),
        variant: variant.name.clone(),
        device: device_name.to_string(),
        forward: largest_difference(&expected.outputs, &actual.outputs),
        gradient,
        gradient_of,
        steps: parameter_error(&expected.parameters, &actual.parameters).0,
    })
}

fn observe(variant: &Variant, device: &Device) -> Result<Observation, Error> {
    let mut workload = (variant.small)(device)?;
    let outputs = workload.forward()().try_into_data()?;
    let gradients = workload.gradients()?;
    for _ in 0..STEPS {
        workload.step();
    }
    Ok(Observation {
        outputs: outputs.iter::<f32>().collect(),
        gradients,
        parameters: workload.parameters()?,
    })
}

/// Infinite when the lists differ in length or a value is not finite.
fn largest_difference(expected: &[f32], actual: &[f32]) -> f64 {
    if expected.len() != actual.len() {
        return f64::INFINITY;
    }
    let differences = expected.iter().zip(actual).map(|(one, other)| f64::from((one - other).abs()));
    differences.fold(0.0, |largest, value| if value.is_nan() { f64::INFINITY } else { largest.max(value) })
}

fn gradient_error(expected: &[Values], actual: &[Values]) -> (f64, String) {
    let floor = GRADIENT_FLOOR * expected.iter().map(|values| magnitude(&values.values)).fold(0.0, f64::max);
    over_parameters(expected, actual, |expected, actual| {
        largest_difference(expected, actual) / magnitude(expected).max(floor)
    })
}

fn parameter_error(expected: &[Values], actual: &[Values]) -> (f64, String) {
    over_parameters(expected, actual, largest_difference)
}

/// The largest error over the parameters and where it is; infinite when they are not the same ones.
fn over_parameters(
    expected: &[Values],
    actual: &[Values],
    error: impl Fn(&[f32], &[f32]) -> f64,
) -> (f64, String) {
    let same_paths = expected.iter().map(|values| &values.path).eq(actual.iter().map(|values| &values.path));
    if !same_paths || expected.is_empty() {
        return (f64::INFINITY, "other parameters".to_string());
    }
    let errors =
        expected.iter().zip(actual).map(|(one, other)| (error(&one.values, &other.values), &one.path));
    let worst = errors.max_by(|(one, _), (other, _)| one.total_cmp(other));
    worst.map_or((f64::INFINITY, String::new()), |(error, path)| (error, path.clone()))
}

fn magnitude(values: &[f32]) -> f64 {
    values.iter().map(|value| f64::from(value.abs())).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::SYSTEMS;

    fn values(path: &str, values: &[f32]) -> Values {
        Values { path: path.to_string(), values: values.to_vec() }
    }

    #[test]
    fn a_gradient_error_is_relative_to_the_parameter_but_not_below_the_floor() {
        let expected = [values("a", &[2.0, 1.0]), values("b", &[1e-9])];
        let close = [values("a", &[2.0, 1.002]), values("b", &[2e-9])];
        let (error, parameter) = gradient_error(&expected, &close);
        assert!((error - 1e-3).abs() < 1e-5 && parameter == "a", "{error} {parameter}");
        let wrong = [values("a", &[2.0, 1.0]), values("b", &[1e-2])];
        assert!(gradient_error(&expected, &wrong).0 > 1.0);
    }

    #[test]
    fn what_cannot_be_compared_is_infinitely_far_apart() {
        assert_eq!(largest_difference(&[1.0], &[1.0, 2.0]), f64::INFINITY);
        assert_eq!(largest_difference(&[1.0], &[f32::NAN]), f64::INFINITY);
        assert_eq!(parameter_error(&[values("a", &[1.0])], &[values("b", &[1.0])]).0, f64::INFINITY);
        assert_eq!(parameter_error(&[], &[]).0, f64::INFINITY);
    }

    /// Every registered variant, on every backend that needs no driver.
    #[test]
    fn the_cpu_backends_agree() {
        let devices = comparable().into_iter().filter(|name| ["ndarray", "tch"].contains(name));
        for device in devices {
            for row in SYSTEMS.iter().flat_map(|system| compare(system, device).unwrap()) {
                assert!(row.is_green(), "{row:?}");
            }
        }
    }
}
