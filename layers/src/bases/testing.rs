//! The checks that every basis passes.

use std::collections::BTreeMap;

use burn::tensor::{DType, Device, Tensor, TensorData};

use super::Basis;

/// `count` values from `low` to `high`, away from the ends of round intervals.
pub fn values(count: usize, low: f64, high: f64, device: &Device, dtype: DType) -> Tensor<1> {
    let step = (high - low) / count as f64;
    let values: Vec<f64> = (0..count).map(|i| low + step * (i as f64 + 0.437)).collect();
    Tensor::from_data(values.as_slice(), (device, dtype))
}

/// No element differs by more than `tolerance`.
pub fn assert_close(actual: TensorData, expected: TensorData, tolerance: f64) {
    let shapes = (actual.shape(), expected.shape());
    assert_eq!(shapes.0, shapes.1);
    let pairs = actual.iter::<f64>().zip(expected.iter::<f64>());
    let error = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(error <= tolerance, "off by {error:e}, at most {tolerance:e}");
}

/// Values and gradients of the fast form, of the formula and of central differences agree.
pub fn check(basis: Basis) {
    basis.validate().unwrap();
    let device = Device::flex().autodiff();
    // In single precision the recurrences lose a digit or two; their gradients are larger, hence relative.
    for (dtype, tolerance) in [(DType::F32, 2e-5), (DType::F64, 1e-8)] {
        // Far away the rounding of the argument alone is more than the tolerance in single precision.
        let far = if dtype == DType::F64 { 50.0 } else { 3.1 };
        for x in [values(201, -3.1, 3.1, &device, dtype), values(7, -far, far, &device, dtype)] {
            let (fast, naive) = (basis.functions(x.clone()), basis.naive(x.clone()));
            assert_eq!((fast.len(), naive.len()), (basis.len(), basis.len()));
            for (fast, naive) in fast.into_iter().zip(naive) {
                assert_close(fast.into_data(), naive.into_data(), tolerance);
            }
            for q in 0..basis.len() {
                let gradient = |function: fn(&Basis, Tensor<1>) -> Vec<Tensor<1>>| {
                    let x = x.clone().require_grad();
                    // A constant function has no gradient: the second term makes it one of zeros.
                    let value = function(&basis, x.clone())[q].clone() + x.clone() * 0.0;
                    let gradients = value.sum().backward();
                    x.grad(&gradients).unwrap().into_data()
                };
                let (fast, naive) = (gradient(Basis::functions), gradient(Basis::naive));
                let scale = naive.iter::<f64>().fold(1.0, |most: f64, value| most.max(value.abs()));
                assert_close(fast.clone(), naive, tolerance * scale);
                if dtype == DType::F64 {
                    assert_close(fast, central_differences(basis, &x, q), 1e-6 * scale);
                }
            }
        }
    }
}

/// The step is far below the distance of any value of [`values`] to a knot.
fn central_differences(basis: Basis, x: &Tensor<1>, q: usize) -> TensorData {
    const STEP: f64 = 1e-5;
    let at = |x: Tensor<1>| basis.functions(x)[q].clone();
    ((at(x.clone() + STEP) - at(x.clone() - STEP)) / (2.0 * STEP)).into_data()
}

/// Each function against a formula of numbers: of the index and the argument.
pub fn each_value(basis: Basis, formula: impl Fn(usize, f64) -> f64) {
    let x = values(101, -1.6, 1.6, &Device::flex(), DType::F64);
    let arguments: Vec<f64> = x.to_data().iter::<f64>().collect();
    for (q, function) in basis.functions(x).into_iter().enumerate() {
        let expected: Vec<f64> = arguments.iter().map(|&x| formula(q, x)).collect();
        assert_close(function.into_data(), TensorData::from(expected.as_slice()), 1e-8);
    }
}

/// The tensors of a safetensors file in double precision.
pub fn fixture(bytes: &[u8]) -> BTreeMap<String, TensorData> {
    let file = safetensors::SafeTensors::deserialize(bytes).unwrap();
    let tensors = file.tensors().into_iter().map(|(name, view)| {
        let values = view.data().chunks_exact(8).map(|bytes| f64::from_le_bytes(bytes.try_into().unwrap()));
        (name, TensorData::new(values.collect::<Vec<f64>>(), view.shape().to_vec()))
    });
    tensors.collect()
}
