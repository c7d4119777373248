//! The one error type of this crate; every variant prints a single clear message.

use std::path::{Path, PathBuf};

use burn::tensor::{ExecutionError, TensorReadError};
use pyrarium_datasets::{DataError, SettingError};
use pyrarium_layers::ConfigError;

/// What can go wrong while preparing, running, saving or reading a job.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A name that is not in a fixed list: a system, a device, a setting.
    #[error("unknown {kind} {name:?}{}", suggestion(.nearest, .known))]
    Unknown {
        /// What the name should have named.
        kind: &'static str,
        /// The name as given.
        name: String,
        /// The nearest valid name, where one is near.
        nearest: Option<String>,
        /// All valid names.
        known: Vec<String>,
    },
    /// A setting whose value is of the wrong type or outside its range.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A setting of the data that is outside its range.
    #[error(transparent)]
    DataSetting(#[from] SettingError),
    /// A request that contradicts itself or the state on disk.
    #[error("{0}")]
    Usage(String),
    /// A device that this build or this machine does not have.
    #[error("{0}")]
    Device(String),
    /// A data set that is missing or damaged.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A file that could not be read or written.
    #[error("cannot {action} {}: {cause}", path.display())]
    Io {
        /// What was attempted: "read", "write", "create".
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// The operating system's reason.
        cause: std::io::Error,
    },
    /// A file of a run that is not what was written.
    #[error("{} is damaged: {reason}", path.display())]
    Damaged {
        /// The file or checkpoint directory.
        path: PathBuf,
        /// What does not agree.
        reason: String,
    },
    /// Training stopped on an error of the backend, the data or the disk.
    #[error("training stopped: {0}")]
    Training(String),
}

impl Error {
    /// An [`Error::Unknown`] with the nearest of `known` filled in.
    pub fn unknown(
        kind: &'static str,
        name: &str,
        known: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let known: Vec<String> = known.into_iter().map(Into::into).collect();
        let nearest = pyrarium_datasets::nearest(name, known.iter().map(String::as_str)).map(str::to_string);
        Self::Unknown { kind, name: name.to_string(), nearest, known }
    }

    /// Turns an I/O error into one that names the action and the path; for `map_err`.
    pub fn io(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_path_buf();
        move |cause| Self::Io { action, path, cause }
    }

    /// Whether the request itself was wrong (exit code 2), rather than its execution (exit code 1).
    pub fn is_usage(&self) -> bool {
        let wrong_name = matches!(self, Self::Data(DataError::UnknownDataset { .. }));
        wrong_name
            || matches!(self, Self::Unknown { .. } | Self::Config(_) | Self::DataSetting(_) | Self::Usage(_))
    }
}

impl From<ExecutionError> for Error {
    fn from(error: ExecutionError) -> Self {
        Self::Training(error.to_string())
    }
}

impl From<TensorReadError> for Error {
    fn from(error: TensorReadError) -> Self {
        Self::Training(error.to_string())
    }
}

fn suggestion(nearest: &Option<String>, known: &[String]) -> String {
    match nearest {
        Some(name) => format!(": did you mean {name:?}?"),
        None => format!(": must be one of {}", known.join(", ")),
    }
}
