//! Windows of a series as patches.

use burn::tensor::Tensor;

/// The last `patches` patches of `length` steps, each `stride` steps after the one before; the first steps of a window may be in none.
///
/// # Shapes
///
/// - series: `[batch, channels, steps]`
/// - output: `[batch, channels, patches, length]`
///
/// # Panics
///
/// If the steps are too few; the message has the shape.
pub fn patchify(series: Tensor<3>, patches: usize, length: usize, stride: usize) -> Tensor<4> {
    let [batch, channels, steps] = series.dims();
    let used = length + stride * (patches - 1);
    assert!(
        used <= steps,
        "a series of shape {:?} has fewer than {used} steps for {patches} patches",
        series.dims()
    );
    let series = series.narrow(2, steps - used, used);
    if stride == length {
        return series.reshape([batch, channels, patches, length]);
    }
    series.unfold(2, length, stride)
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::{Device, Int, TensorData};

    fn patches(steps: i64, patches: usize, length: usize, stride: usize) -> TensorData {
        let series = Tensor::<1, Int>::arange(0..2 * steps, &Device::flex()).float();
        let series = series.reshape([1, 2, steps as usize]);
        patchify(series, patches, length, stride).into_data()
    }

    #[test]
    fn the_last_steps_are_taken() {
        let expected = [[[[1.0_f32, 2.0], [3.0, 4.0]], [[6.0, 7.0], [8.0, 9.0]]]];
        patches(5, 2, 2, 2).assert_eq(&TensorData::from(expected), true);
    }

    #[test]
    fn patches_overlap_or_leave_gaps() {
        let overlap = [[[[1.0_f32, 2.0, 3.0], [2.0, 3.0, 4.0]], [[6.0, 7.0, 8.0], [7.0, 8.0, 9.0]]]];
        patches(5, 2, 3, 1).assert_eq(&TensorData::from(overlap), true);
        let gaps = [[[[1.0_f32], [4.0]], [[6.0], [9.0]]]];
        patches(5, 2, 1, 3).assert_eq(&TensorData::from(gaps), true);
    }
}
