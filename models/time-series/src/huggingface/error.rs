//! Why a directory of transformers was not read or written.

use std::path::{Path, PathBuf};

use pyrarium_layers::{ConfigError, LoadError};

use super::Architecture;

/// Why a directory of transformers was not read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HuggingFaceError {
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is not what its name says.
    #[error("{}: {message}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// The directory is that of another class.
    #[error("{}: a {found}, not a {expected}", path.display())]
    Architecture {
        /// The directory.
        path: PathBuf,
        /// The class that it is of.
        found: String,
        /// The class that was asked for.
        expected: String,
    },
    /// A setting that one of the two sides does not have.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The tensors do not fit the configuration.
    #[error(transparent)]
    Load(#[from] LoadError),
}

impl HuggingFaceError {
    pub(super) fn architecture(path: &Path, found: Architecture, expected: &str) -> Self {
        Self::Architecture { path: path.into(), found: found.to_string(), expected: expected.into() }
    }

    pub(super) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        |source| Self::Io { path, source }
    }

    pub(super) fn format(path: &Path, error: impl std::fmt::Display) -> Self {
        Self::Format { path: path.into(), message: error.to_string() }
    }
}
