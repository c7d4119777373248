//! The machine and the versions a result was obtained with.

use serde::{Deserialize, Serialize};

/// What a reader needs to know about where a result comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Environment {
    /// Version of this workspace.
    pub pyrarium: String,
    /// Version of Burn.
    pub burn: String,
    /// Operating system.
    pub os: String,
    /// Processor architecture.
    pub arch: String,
    /// Threads the process may use.
    pub threads: usize,
    /// Whether the build checks debug assertions.
    pub debug_assertions: bool,
}

impl Environment {
    /// Of this process.
    pub fn current() -> Self {
        Self {
            pyrarium: env!("CARGO_PKG_VERSION").to_string(),
            burn: BURN.to_string(),
            os: std::env::consts::OS.to_string(),
            arch: std::env::consts::ARCH.to_string(),
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            debug_assertions: cfg!(debug_assertions),
        }
    }
}

/// The name of the processor, where the system tells; its architecture otherwise.
pub fn processor() -> String {
    let information = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = information.lines().find_map(|line| line.strip_prefix("model name")?.split(": ").nth(1));
    name.unwrap_or(std::env::consts::ARCH).to_string()
}

/// Today in UTC, as year-month-day.
pub fn today() -> String {
    time::OffsetDateTime::now_utc().date().to_string()
}

/// The version pinned in the workspace's manifest; `tidy` holds the two together.
pub const BURN: &str = "0.22.1";
