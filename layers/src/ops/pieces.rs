//! Cutting a sequence for a loop over its parts.

use burn::tensor::Tensor;

/// Pieces of `size` along `dim`, the last one shorter where the length is no multiple.
///
/// The tensor is cut in halves again and again: the backward pass of a cut writes a tensor of the size of what was cut,
/// so that cutting `n` pieces straight from the whole would cost `n` times its size, and this costs `log2(n)` times.
///
/// # Panics
///
/// If `size` is zero.
pub fn pieces<const D: usize>(x: Tensor<D>, dim: usize, size: usize) -> Vec<Tensor<D>> {
    assert!(size > 0, "pieces of size 0");
    let length = x.dims()[dim];
    let count = length.div_ceil(size);
    if count <= 1 {
        return vec![x];
    }
    let half = count / 2 * size;
    let mut left = pieces(x.clone().narrow(dim, 0, half), dim, size);
    left.extend(pieces(x.narrow(dim, half, length - half), dim, size));
    left
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    #[test]
    fn pieces_are_in_order_and_their_gradients_reach_the_whole() {
        let device = Device::flex().autodiff();
        let x = Tensor::<2>::from_data([[0.0_f32, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]], &device).require_grad();
        let parts = pieces(x.clone(), 1, 2);
        assert_eq!(parts.iter().map(|part| part.dims()[1]).collect::<Vec<_>>(), [2, 2, 2, 1]);
        let weighted = parts.iter().zip(1..).map(|(part, weight)| (part.clone() * weight).sum());
        let loss = weighted.reduce(|a, b| a + b).unwrap();
        assert_eq!(loss.clone().into_scalar::<f32>(), 1.0 + 2.0 * 5.0 + 3.0 * 9.0 + 4.0 * 6.0);
        let gradients = x.grad(&loss.backward()).unwrap().into_data();
        assert_eq!(gradients.iter::<f32>().collect::<Vec<_>>(), [1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0]);
    }

    #[test]
    #[should_panic(expected = "pieces of size 0")]
    fn pieces_have_a_size() {
        let _ = pieces(Tensor::<1>::zeros([3], &Device::flex()), 0, 0);
    }
}
