//! What people do with trained models: laws, comparisons, pictures.
//!
//! - [`power_law`]: how an error falls with compute, fitted to measurements.

pub mod power_law;

pub use power_law::{PowerLaw, PowerLawError, fit_power_law};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
