//! The one place that knows compute backends: their names, their devices, and what this build and this machine hold.
//!
//! ```
//! let device = pyrarium_train::device::parse("flex").unwrap();
//! ```

use burn::tensor::{Device, FloatDType};
use serde::Serialize;

use crate::Error;

/// The device of a backend, or what the machine lacks for it.
type Opened = Result<Device, String>;

/// A compute backend that can be chosen by name.
pub struct Backend {
    /// The name given to `--device`; also the feature of the build that holds it.
    pub name: &'static str,
    /// What it is, in one line.
    pub description: &'static str,
    /// Whether Burn has a fast Fourier transform on it.
    pub fft: bool,
    /// How to open its device; absent when the build does not hold it.
    open: Option<fn() -> Opened>,
}

/// What stands in the table of backends when the build does not hold the feature.
macro_rules! built {
    ($feature:literal, $open:path) => {{
        #[cfg(feature = $feature)]
        {
            Some($open as fn() -> Opened)
        }
        #[cfg(not(feature = $feature))]
        {
            None
        }
    }};
}

/// The backends, the default first.
pub const BACKENDS: &[Backend] = &[
    Backend {
        name: "flex",
        description: "Burn's portable CPU backend, in pure Rust",
        fft: true,
        open: built!("flex", open::flex),
    },
    Backend {
        name: "ndarray",
        description: "Burn's older CPU backend, on the ndarray crate",
        fft: false,
        open: built!("ndarray", open::ndarray),
    },
    Backend {
        name: "wgpu",
        description: "any GPU, through Vulkan, Metal, DirectX 12 or OpenGL",
        fft: true,
        open: built!("wgpu", open::wgpu),
    },
    Backend {
        name: "tch",
        description: "LibTorch on the CPU, the library below PyTorch",
        fft: true,
        open: built!("tch", open::tch),
    },
    Backend {
        name: "cuda",
        description: "an NVIDIA GPU, through CUDA",
        fft: true,
        open: built!("cuda", open::cuda),
    },
];

/// What this build and this machine have of one backend.
#[derive(Clone, Debug, Serialize)]
pub struct State {
    /// The backend's name.
    pub name: &'static str,
    /// What it is.
    pub description: &'static str,
    /// Whether the build holds it.
    pub built: bool,
    /// What it computes on; absent when it cannot be used.
    pub adapter: Option<String>,
    /// Why it cannot be used.
    pub problem: Option<String>,
    /// Whether it computes in half precision.
    pub f16: bool,
    /// Whether Burn has a fast Fourier transform on it.
    pub fft: bool,
}

impl Backend {
    /// Whether the build holds this backend.
    pub fn is_built(&self) -> bool {
        self.open.is_some()
    }

    /// Its device.
    ///
    /// # Errors
    /// When the build does not hold it, or the machine lacks what it needs.
    pub fn device(&self) -> Result<Device, Error> {
        let Self { name, .. } = self;
        let open = self.open.ok_or_else(|| {
            Error::Device(format!(
                "device {name:?} is not in this build: build with `--features {name}` \
                 (in this workspace `cargo xtask-{name}` in place of `cargo xtask`)"
            ))
        })?;
        open().map_err(|problem| Error::Device(format!("device {name:?} cannot be used: {problem}")))
    }

    /// What this build and this machine have of it.
    pub fn state(&self) -> State {
        let opened = self.device();
        State {
            name: self.name,
            description: self.description,
            built: self.is_built(),
            adapter: opened.as_ref().ok().map(adapter),
            problem: opened.as_ref().err().map(ToString::to_string),
            f16: opened.is_ok_and(|device| device.supports_dtype(FloatDType::F16)),
            fft: self.fft,
        }
    }
}

/// The device of the backend called `name`.
///
/// # Errors
/// An unknown name, a backend that the build does not hold, or one that this machine lacks something for.
pub fn parse(name: &str) -> Result<Device, Error> {
    find(name)?.device()
}

/// The backend called `name`.
///
/// # Errors
/// An unknown name, with the nearest known one.
pub fn find(name: &str) -> Result<&'static Backend, Error> {
    BACKENDS
        .iter()
        .find(|backend| backend.name == name)
        .ok_or_else(|| Error::unknown("device", name, BACKENDS.iter().map(|backend| backend.name)))
}

/// The device on which initial weights are drawn, so that they are the same for every device: flex, where the build
/// holds it.
pub fn reference(device: &Device) -> Device {
    let flex = BACKENDS.iter().find(|backend| backend.name == "flex").and_then(|flex| flex.device().ok());
    match flex {
        Some(flex) if device.is_autodiff() => flex.autodiff(),
        Some(flex) => flex,
        None => device.clone(),
    }
}

/// The name of the part that computes.
fn adapter(device: &Device) -> String {
    #[cfg(any(feature = "wgpu", feature = "cuda"))]
    if let Some(identity) = device.identity() {
        return identity.name;
    }
    let _ = device;
    format!("CPU, {} threads", std::thread::available_parallelism().map_or(1, usize::from))
}

/// How each backend's device is opened.
mod open {
    #[allow(unused_imports)]
    use std::sync::OnceLock;

    #[allow(unused_imports)]
    use burn::tensor::{Device, DeviceKind};

    #[allow(unused_imports)]
    use super::Opened;

    #[cfg(feature = "flex")]
    pub fn flex() -> Opened {
        Ok(Device::flex())
    }

    #[cfg(feature = "ndarray")]
    #[allow(deprecated)] // deprecated by Burn, asked for by users of this workspace
    pub fn ndarray() -> Opened {
        Ok(Device::ndarray())
    }

    /// The best GPU, else a software renderer; wgpu's runtime can be opened once in a process.
    #[cfg(feature = "wgpu")]
    pub fn wgpu() -> Opened {
        static DEVICE: OnceLock<Opened> = OnceLock::new();
        let open = || {
            let adapters = Device::enumerate(burn::tensor::DeviceType::Wgpu);
            let software = Device::wgpu(DeviceKind::Cpu);
            let kind = match adapters.iter().all(|adapter| *adapter == software) {
                _ if adapters.is_empty() => {
                    return Err(
                        "no graphics adapter was found: install a driver for Vulkan, Metal or DirectX 12"
                            .to_string(),
                    );
                }
                true => DeviceKind::Cpu,
                false => DeviceKind::DefaultDevice,
            };
            Device::wgpu_options().device_kind(kind).init().map_err(|error| error.to_string())
        };
        DEVICE.get_or_init(open).clone()
    }

    #[cfg(feature = "tch")]
    #[allow(deprecated)] // deprecated by Burn, asked for by users of this workspace
    pub fn tch() -> Opened {
        Ok(Device::libtorch())
    }

    #[cfg(feature = "cuda")]
    pub fn cuda() -> Opened {
        match Device::enumerate(burn::tensor::DeviceType::Cuda).is_empty() {
            true => Err("no NVIDIA GPU with a driver was found (`nvidia-smi` should list one)".to_string()),
            false => Ok(Device::cuda(0)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typo_names_the_nearest_device() {
        let message = parse("flx").unwrap_err().to_string();
        assert_eq!(message, "unknown device \"flx\": did you mean \"flex\"?");
    }

    #[test]
    fn a_backend_that_is_not_built_says_how_to_build_it() {
        for backend in BACKENDS.iter().filter(|backend| !backend.is_built()) {
            let State { built, adapter, problem, .. } = backend.state();
            assert!(!built && adapter.is_none());
            assert!(problem.unwrap().contains(&format!("--features {}", backend.name)));
        }
    }

    #[test]
    fn a_backend_that_can_be_opened_computes() {
        for backend in BACKENDS.iter().filter(|backend| ["flex", "ndarray", "tch"].contains(&backend.name)) {
            if let Ok(device) = backend.device() {
                let sum = burn::tensor::Tensor::<1>::from_data([1.0, 2.0], &device).sum();
                assert_eq!(sum.into_scalar::<f32>(), 3.0, "{}", backend.name);
            }
        }
    }
}
