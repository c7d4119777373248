//! The inverse of unit lower-triangular matrices, by forward substitution in blocks.

use burn::tensor::{Device, Tensor};

/// Rows that are substituted one after the other; larger matrices are put together from blocks of this size.
const BASE: usize = 16;

/// Ones on and below (`diagonal = 0`) or strictly below (`diagonal = -1`) the diagonal.
pub(super) fn lower_ones(size: usize, diagonal: i64, device: &Device) -> Tensor<2> {
    Tensor::ones([size, size], device).tril(diagonal)
}

/// `(I + a)^-1` for strictly lower-triangular `a` of shape `[.., .., c, c]`, where `c` is a power of two.
///
/// The gradient is that of the inverse, `-X^T dX X^T`, at the cost of four products of matrices: the substitution runs outside of
/// autodiff, and the linear term `-X a X` is recorded in its place.
pub(super) fn unit_lower_inverse(a: Tensor<4>) -> Tensor<4> {
    if !a.is_autodiff() {
        return substitute(a);
    }
    let inverse = substitute(a.clone().inner());
    let linear = -inverse.clone().matmul(a).matmul(inverse.clone());
    inverse + (linear.clone() - linear.detach())
}

/// Blocks `[x1 0; x21 x2]` of the inverse, where `x21 = -x2 a21 x1`.
///
/// Each product has true entries of an inverse as its factors. The shorter way by powers of `a`,
/// `(I - a)(I + a^2)(I + a^4)..`, is exact on paper, but its factors grow like binomials where keys are alike.
fn substitute(a: Tensor<4>) -> Tensor<4> {
    let [_, _, size, _] = a.dims();
    if size <= BASE {
        return substitute_rows(a);
    }
    let half = size / 2;
    let block =
        |row: usize, column: usize| a.clone().narrow(2, row * half, half).narrow(3, column * half, half);
    // Both diagonal blocks in one go, side by side in the first axis.
    let [n, ..] = a.dims();
    let both = substitute(Tensor::cat(vec![block(0, 0), block(1, 1)], 0));
    let (x1, x2) = (both.clone().narrow(0, 0, n), both.narrow(0, n, n));
    let x21 = -x2.clone().matmul(block(1, 0)).matmul(x1.clone());
    let top = Tensor::cat(vec![x1.clone(), x1.zeros_like()], 3);
    Tensor::cat(vec![top, Tensor::cat(vec![x21, x2], 3)], 2)
}

/// Forward substitution by columns: once row `i` of the inverse is final, its multiples leave all rows below.
fn substitute_rows(a: Tensor<4>) -> Tensor<4> {
    let [_, _, size, _] = a.dims();
    let mut x = Tensor::eye(size, &a.device()).unsqueeze::<4>().expand(a.shape());
    for row in 0..size - 1 {
        x = x.clone() - a.clone().narrow(3, row, 1) * x.narrow(2, row, 1);
    }
    x
}
