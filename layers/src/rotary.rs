//! Rotary position embedding.
//!
//! "RoFormer", arXiv 2104.09864, in the layout of GPT-NeoX and LLaMA: feature `i` is paired with feature `i + d/2`.

use burn::tensor::{Device, Tensor, TensorData};

/// Turns each pair of features by an angle that grows with the position, so that products of two of them depend on
/// their distance.
///
/// # Shapes
///
/// - x: `[batch, heads, length, d]` with `d` even, at positions `start..start + length`
/// - output: as x
///
/// # Panics
///
/// If `d` is odd.
pub fn rotate(x: Tensor<4>, start: usize, theta: f64) -> Tensor<4> {
    let [_, _, length, d] = x.dims();
    assert!(d.is_multiple_of(2), "features of shape {:?} do not divide into pairs", x.dims());
    let half = d / 2;
    let (cos, sin) = angles(start, length, half, theta, &x.device());
    let (a, b) = (x.clone().narrow(3, 0, half), x.narrow(3, half, half));
    let turned_a = a.clone() * cos.clone() - b.clone() * sin.clone();
    let turned_b = b * cos + a * sin;
    Tensor::cat(vec![turned_a, turned_b], 3)
}

/// Cosines and sines, `[1, 1, length, half]`, from angles in double precision.
fn angles(start: usize, length: usize, half: usize, theta: f64, device: &Device) -> (Tensor<4>, Tensor<4>) {
    let angle = |position: usize, pair: usize| position as f64 * theta.powf(-(pair as f64) / half as f64);
    let table = |function: fn(f64) -> f64| {
        let values: Vec<f32> = (start..start + length)
            .flat_map(|position| (0..half).map(move |pair| function(angle(position, pair)) as f32))
            .collect();
        Tensor::from_data(TensorData::new(values, [1, 1, length, half]), device)
    };
    (table(f64::cos), table(f64::sin))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seeded;

    fn random(seed: u64) -> Tensor<4> {
        Tensor::from_data(seeded::tensor_data([1, 2, 1, 6], seed, 1.0), &Device::flex())
    }

    fn product(a: Tensor<4>, b: Tensor<4>) -> f32 {
        (a * b).sum().into_scalar()
    }

    #[test]
    fn products_depend_on_the_distance_alone() {
        let (q, k) = (random(1), random(2));
        let at = |i, j| product(rotate(q.clone(), i, 10_000.0), rotate(k.clone(), j, 10_000.0));
        for (i, j) in [(0, 0), (5, 3), (100, 90)] {
            assert!((at(i, j) - at(i + 1000, j + 1000)).abs() < 1e-4);
        }
        assert!((at(0, 0) - product(q.clone(), k.clone())).abs() < 1e-6, "position 0 is not turned");
        assert!((at(5, 3) - at(5, 4)).abs() > 1e-2, "the distance has no effect");
    }

    #[test]
    fn one_pair_by_hand() {
        let x = Tensor::<4>::from_data([[[[1.0_f32, 0.0, 0.0, 2.0]]]], &Device::flex());
        let turned = rotate(x, 3, 100.0).into_data();
        // Pairs (0, 2) at angle 3 and (1, 3) at angle 3 / 10.
        let expected = [3.0_f64.cos(), -2.0 * 0.3_f64.sin(), 3.0_f64.sin(), 2.0 * 0.3_f64.cos()];
        for (value, expected) in turned.iter::<f64>().zip(expected) {
            assert!((value - expected).abs() < 1e-6, "{value} {expected}");
        }
    }
}
