//! What TSMixer is compared with.

mod d_linear;
mod naive;
mod patch_tst;

pub use d_linear::{DLinear, DLinearConfig};
pub use naive::{LastValue, SeasonalNaive};
pub use patch_tst::{PatchTst, PatchTstConfig, PatchTstLayer};

use burn::tensor::Tensor;
use pyrarium_layers::{ConfigError, check_range};

/// Checks the sizes that every forecaster has.
fn check_sizes(context_length: usize, horizon: usize, num_channels: usize) -> Result<(), ConfigError> {
    check_range("context_length", context_length, 1..=1 << 24)?;
    check_range("horizon", horizon, 1..=1 << 16)?;
    check_range("num_channels", num_channels, 1..=1 << 16)
}

/// Refuses windows of another size; `[batch, steps, channels]`.
fn assert_windows(past: &Tensor<3>, context_length: usize, num_channels: usize) {
    let [_, steps, channels] = past.dims();
    assert!(
        [steps, channels] == [context_length, num_channels],
        "windows of shape {:?}, but the model needs [batch, {context_length}, {num_channels}]",
        past.dims()
    );
}
