//! How exact the elementary functions of a device are, measured against the standard library in double precision.

use std::f64::consts::PI;

use burn::tensor::{Device, Tensor};

use crate::Error;

/// A function on tensors and on numbers, with the interval on which the two are compared.
struct Function {
    name: &'static str,
    on_tensors: fn(Tensor<1>) -> Tensor<1>,
    on_numbers: fn(f64) -> f64,
    interval: [f64; 2],
}

const FUNCTIONS: [Function; 6] = [
    Function { name: "sin", on_tensors: Tensor::sin, on_numbers: f64::sin, interval: [-PI, PI] },
    Function { name: "cos", on_tensors: Tensor::cos, on_numbers: f64::cos, interval: [-PI, PI] },
    Function { name: "tanh", on_tensors: Tensor::tanh, on_numbers: f64::tanh, interval: [-4.0, 4.0] },
    Function { name: "exp", on_tensors: Tensor::exp, on_numbers: f64::exp, interval: [-8.0, 0.0] },
    Function { name: "log", on_tensors: Tensor::log, on_numbers: f64::ln, interval: [0.125, 8.0] },
    Function { name: "sqrt", on_tensors: Tensor::sqrt, on_numbers: f64::sqrt, interval: [0.0, 4.0] },
];

/// Points of each interval.
const POINTS: usize = 4001;

/// The names of the functions that [`errors`] measures.
pub fn names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().map(|function| function.name)
}

/// The largest absolute error of each function on a device.
///
/// # Errors
/// When a tensor cannot be read from the device.
pub fn errors(device: &Device) -> Result<Vec<f64>, Error> {
    FUNCTIONS.iter().map(|function| error(function, device)).collect()
}

fn error(function: &Function, device: &Device) -> Result<f64, Error> {
    let [low, high] = function.interval;
    let point = |index: usize| (low + (high - low) * index as f64 / (POINTS - 1) as f64) as f32;
    let points: Vec<f32> = (0..POINTS).map(point).collect();
    let values = (function.on_tensors)(Tensor::from_data(points.as_slice(), device));
    let values = values.try_into_data()?;
    let exact = points.iter().map(|&x| (function.on_numbers)(f64::from(x)));
    let differences = values.iter::<f64>().zip(exact).map(|(value, exact)| (value - exact).abs());
    Ok(differences
        .fold(0.0, |largest, value| if value.is_nan() { f64::INFINITY } else { largest.max(value) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_of_the_reference_are_good_to_single_precision() {
        for (name, error) in names().zip(errors(&Device::flex()).unwrap()) {
            assert!(error < 1e-6, "{name}: {error:e}");
        }
    }

    #[test]
    fn a_wrong_function_is_seen() {
        let wrong = Function { on_numbers: |x| x.sin() + 1e-3, ..FUNCTIONS[0] };
        assert!((error(&wrong, &Device::flex()).unwrap() - 1e-3).abs() < 1e-6);
    }
}
