//! The sizes that configurations accept, chosen such that every parameter and FLOP count stays below 2^64.

use std::ops::RangeInclusive;

/// Values of one flattened image.
pub(crate) const INPUT_DIM: RangeInclusive<usize> = 1..=1 << 31;
/// Outputs of the head.
pub(crate) const CLASSES: RangeInclusive<usize> = 1..=1 << 24;
/// Features of the residual stream or of a hidden layer.
pub(crate) const WIDTH: RangeInclusive<usize> = 1..=1 << 20;
/// Blocks or layers.
pub(crate) const DEPTH: RangeInclusive<usize> = 1..=1 << 12;
/// Factor from the width to the inside of a block.
pub(crate) const EXPANSION: RangeInclusive<usize> = 1..=1 << 10;
