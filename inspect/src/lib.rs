//! What people do with trained models: laws, comparisons, pictures.
//!
//! - [`power_law`]: how an error falls with compute, fitted to measurements.
//! - [`regime`](mod@regime): whether an associative memory retrieves one pattern, several in order, or all alike.

pub mod power_law;
pub mod regime;

pub use power_law::{PowerLaw, PowerLawError, fit_power_law};
pub use regime::{Regime, regime};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
