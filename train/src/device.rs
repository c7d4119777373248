//! The one place that knows compute backends: names, devices, and what this build holds.
//!
//! ```
//! let device = pyrarium_train::device::parse("flex").unwrap();
//! ```

use burn::tensor::Device;

use crate::Error;

/// A compute backend that can be chosen by name.
pub struct Backend {
    /// The name given to `--device`.
    pub name: &'static str,
    /// What it is, in one line.
    pub description: &'static str,
    /// How to make its device; absent when the build does not hold it.
    open: Option<fn() -> Device>,
}

impl Backend {
    /// Whether the build holds this backend.
    pub fn is_built(&self) -> bool {
        self.open.is_some()
    }
}

/// The backends, the default first.
pub const BACKENDS: &[Backend] =
    &[Backend { name: "flex", description: "Burn's portable CPU backend, in pure Rust", open: FLEX }];

#[cfg(feature = "flex")]
const FLEX: Option<fn() -> Device> = Some(Device::flex);
#[cfg(not(feature = "flex"))]
const FLEX: Option<fn() -> Device> = None;

/// The device of the backend called `name`.
///
/// # Errors
/// An unknown name, or a backend that the build does not hold.
pub fn parse(name: &str) -> Result<Device, Error> {
    let backend = BACKENDS
        .iter()
        .find(|backend| backend.name == name)
        .ok_or_else(|| Error::unknown("device", name, BACKENDS.iter().map(|backend| backend.name)))?;
    let open = backend.open.ok_or_else(|| {
        Error::Device(format!("device {name:?} is not in this build: build with `--features {name}`"))
    })?;
    Ok(open())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typo_names_the_nearest_device() {
        let message = parse("flx").unwrap_err().to_string();
        assert_eq!(message, "unknown device \"flx\": did you mean \"flex\"?");
    }
}
