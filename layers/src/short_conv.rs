//! The short causal convolution that linear attention layers put after their projections.

use burn::{
    module::{Module, Param},
    tensor::{Device, Tensor},
};

use crate::{ConfigError, check_range, small_normal};

/// Each channel by itself: `y_t = sum_j w_j x_{t - size + 1 + j}`, tokens before the start being zero.
#[derive(Module, Debug)]
pub struct ShortConv {
    /// One kernel a channel, the weight of the current token last: `[channels, 1, size]`.
    pub weight: Param<Tensor<3>>,
}

impl ShortConv {
    /// A convolution over the current token and the `size - 1` before it, without bias.
    ///
    /// # Errors
    ///
    /// If `size` is zero or above 64.
    pub fn new(channels: usize, size: usize, device: &Device) -> Result<Self, ConfigError> {
        check_range("conv_size", size, 1..=64)?;
        Ok(Self { weight: small_normal().init([channels, 1, size], device) })
    }

    /// Convolves a sequence that follows on the inputs `tail`, zeros if there are none.
    ///
    /// # Shapes
    ///
    /// - x: `[batch, length, channels]`
    /// - tail: `[batch, size - 1, channels]`
    /// - output: `[batch, length, channels]`, and the last `size - 1` inputs
    ///
    /// # Panics
    ///
    /// If the channels or the tail do not fit; the message has both shapes.
    pub fn forward(&self, x: Tensor<3>, tail: Option<Tensor<3>>) -> (Tensor<3>, Tensor<3>) {
        let ([batch, length, channels], [own, _, size]) = (x.dims(), self.weight.dims());
        assert!(channels == own, "a sequence of shape {:?} in a convolution of {own} channels", x.dims());
        let expected = [batch, size - 1, channels];
        let tail = tail.unwrap_or_else(|| Tensor::zeros(expected, &x.device()));
        assert!(
            tail.dims() == expected,
            "a tail of shape {:?}, but this sequence needs {expected:?}",
            tail.dims()
        );
        let x = if size == 1 { x } else { Tensor::cat(vec![tail.clone(), x], 1) };
        let weights = self.weight.val().permute([2, 1, 0]); // [size, 1, channels]
        let tap = |j: usize| x.clone().narrow(1, j, length) * weights.clone().narrow(0, j, 1);
        let y = (1..size).fold(tap(0), |y, j| y + tap(j));
        let tail = if size == 1 { tail } else { x.narrow(1, length, size - 1) };
        (y, tail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seeded;

    fn distance(a: Tensor<3>, b: Tensor<3>) -> f32 {
        (a - b).abs().max().into_scalar()
    }

    fn sequence(length: usize, device: &Device) -> Tensor<3> {
        Tensor::from_data(seeded::tensor_data([2, length, 3], 5, 1.0), device)
    }

    fn conv(size: usize, device: &Device) -> ShortConv {
        seeded::fill_uniform(ShortConv::new(3, size, device).unwrap(), 1, 1.0)
    }

    #[test]
    fn it_is_the_sum_over_the_last_tokens() {
        let device = Device::flex();
        for size in [1, 2, 4] {
            let conv = conv(size, &device);
            let x = sequence(6, &device);
            let (y, _) = conv.forward(x.clone(), None);
            let (x, w): (Vec<f64>, Vec<f64>) =
                (x.into_data().iter::<f64>().collect(), conv.weight.to_data().iter::<f64>().collect());
            for (index, value) in y.into_data().iter::<f64>().enumerate() {
                let (batch, token, channel) = (index / 18, index / 3 % 6, index % 3);
                let expected: f64 = (0..size.min(token + 1))
                    .map(|back| {
                        w[channel * size + size - 1 - back] * x[batch * 18 + (token - back) * 3 + channel]
                    })
                    .sum();
                assert!((value - expected).abs() < 1e-6, "size {size} at {index}: {value} {expected}");
            }
        }
    }

    #[test]
    fn parts_that_hand_on_the_tail_are_the_whole() {
        let device = Device::flex();
        for size in [1, 4] {
            let conv = conv(size, &device);
            let x = sequence(9, &device);
            let (whole, last) = conv.forward(x.clone(), None);
            for cut in 1..9 {
                let (left, tail) = conv.forward(x.clone().narrow(1, 0, cut), None);
                let (right, tail) = conv.forward(x.clone().narrow(1, cut, 9 - cut), Some(tail));
                assert_eq!(distance(Tensor::cat(vec![left, right], 1), whole.clone()), 0.0);
                assert_eq!(tail.dims(), [2, size - 1, 3]);
                if size > 1 {
                    assert_eq!(distance(tail, last.clone()), 0.0);
                }
            }
        }
    }

    #[test]
    fn a_size_must_be_positive() {
        let error = ShortConv::new(3, 0, &Device::flex()).unwrap_err();
        assert_eq!(error.to_string(), "conv_size = 0: must be between 1 and 64");
    }

    #[test]
    #[should_panic(expected = "a tail of shape [2, 2, 3], but this sequence needs [2, 3, 3]")]
    fn a_tail_of_another_length_is_refused() {
        let device = Device::flex();
        let _ = conv(4, &device).forward(sequence(5, &device), Some(sequence(2, &device)));
    }
}
