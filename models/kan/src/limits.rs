//! The sizes that configurations accept, chosen such that every parameter count stays below 2^64.

use std::ops::RangeInclusive;

/// Inputs or outputs of a layer, or channels of a map.
pub(crate) const WIDTH: RangeInclusive<usize> = 1..=1 << 20;
/// Layers of a network.
pub(crate) const DEPTH: RangeInclusive<usize> = 1..=1 << 10;
/// Side of a convolution's kernel, its stride and its padding.
pub(crate) const KERNEL: RangeInclusive<usize> = 1..=1 << 6;
