//! Element-wise loops in plain memory, for what CPU backends do slowly.

use burn::tensor::{Device, Tensor, TensorData};
use pulp::Arch;
use rayon::prelude::*;

/// Values that a thread takes at a time.
const PIECE: usize = 1 << 14;

/// Whether a tensor of the device is plain memory of this process: on flex and ndarray.
pub fn is_host(device: &Device) -> bool {
    // Which variants the device's type has depends on features of the program, which this crate does not know.
    let name = format!("{device:?}");
    name.contains("Flex(") || name.contains("NdArray(")
}

/// Values made piece by piece on all threads, with the widest vectors of the machine where `fill` is inlined; it gets the
/// place of its piece.
pub fn filled(len: usize, fill: impl Fn(usize, &mut [f32]) + Sync) -> Vec<f32> {
    let arch = Arch::new();
    let mut values = vec![0.0; len];
    if len <= PIECE {
        arch.dispatch(|| fill(0, &mut values));
    } else {
        let pieces = values.par_chunks_mut(PIECE).enumerate();
        pieces.for_each(|(index, piece)| arch.dispatch(|| fill(index * PIECE, piece)));
    }
    values
}

/// Such values as a tensor of the shape of `x`, which has no history.
pub fn constant<const D: usize>(x: &Tensor<D>, values: Vec<f32>) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values, x.shape()), &x.device().inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flex_is_host_memory_with_and_without_autodiff() {
        assert!(is_host(&Device::flex()));
        assert!(is_host(&Device::flex().autodiff()));
    }

    #[test]
    fn every_piece_knows_its_place() {
        for len in [0, 1, PIECE, PIECE + 1, 3 * PIECE + 5] {
            let counted = filled(len, |start, piece| {
                for (index, value) in piece.iter_mut().enumerate() {
                    *value = (start + index) as f32;
                }
            });
            assert_eq!(counted, (0..len).map(|index| index as f32).collect::<Vec<_>>());
        }
    }
}
