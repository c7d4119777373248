//! From a name or a directory to a data set.

use std::path::{Path, PathBuf};

use crate::catalog::{CATALOG, Entry, Source, TABULAR, find, find_tabular};
use crate::cifar::{self, Variant};
use crate::{DataError, Splits, folder, idx, nearest};

/// Opens a data set by its name in the [catalogue](CATALOG) or by its directory. A name goes before a
/// directory of the same name, which `./name` means.
///
/// A name that needs files is looked for in `data_dir/<name>` and where operating systems install it, in the published
/// format or as image folders. A directory may hold IDX files ([`idx`]), CIFAR files ([`cifar`]) or image folders ([`folder`]).
///
/// # Errors
/// [`DataError::UnknownDataset`] with the nearest name, [`DataError::NotFetched`] for a known data set
/// without files, [`DataError::UnrecognisedDirectory`], and what the format's loader refuses.
pub fn open(name_or_directory: &str, data_dir: Option<&Path>) -> Result<Splits, DataError> {
    if let Some(entry) = find(name_or_directory) {
        return open_entry(entry, data_dir);
    }
    let directory = Path::new(name_or_directory);
    if directory.is_dir() {
        return open_directory(directory);
    }
    Err(unknown(name_or_directory, images()))
}

/// The entry of the catalogue called `name`; errors name the tables, too.
///
/// # Errors
/// [`DataError::UnknownDataset`] with the nearest name.
pub(crate) fn known(name: &str) -> Result<&'static Entry, DataError> {
    let tables = || TABULAR.iter().map(|entry| entry.name);
    find(name).ok_or_else(|| unknown(name, images().chain(tables())))
}

/// The directory of a [table](TABULAR) in `data_dir`.
///
/// # Errors
/// [`DataError::UnknownDataset`] with the nearest name, [`DataError::NotFetched`] if it is not there.
pub fn tabular_directory(name: &str, data_dir: &Path) -> Result<PathBuf, DataError> {
    let entry = find_tabular(name).ok_or_else(|| unknown(name, TABULAR.iter().map(|entry| entry.name)))?;
    let directory = data_dir.join(entry.name);
    match directory.is_dir() {
        true => Ok(directory),
        false => Err(DataError::NotFetched { name: name.into(), looked_in: vec![directory] }),
    }
}

fn images() -> impl Iterator<Item = &'static str> + Clone {
    CATALOG.iter().map(|entry| entry.name)
}

fn unknown<'a>(name: &str, known: impl Iterator<Item = &'a str> + Clone) -> DataError {
    DataError::UnknownDataset {
        name: name.into(),
        nearest: nearest(name, known.clone()).map(String::from),
        known: known.map(String::from).collect(),
    }
}

fn open_entry(entry: &Entry, data_dir: Option<&Path>) -> Result<Splits, DataError> {
    let (installed, load) = match entry.source {
        Source::Embedded { load } => return load(),
        Source::Remote { installed, load, .. } => (installed, load),
    };
    let own = data_dir.map(|directory| directory.join(entry.name));
    let candidates: Vec<PathBuf> = own.into_iter().chain(installed.iter().map(PathBuf::from)).collect();
    match candidates.iter().find(|candidate| candidate.is_dir()) {
        Some(directory) if folder::is_image_folder(directory) => {
            folder::load(directory, entry.name, Some(entry.shape))
        }
        Some(directory) => load(directory),
        None => Err(DataError::NotFetched { name: entry.name.into(), looked_in: candidates }),
    }
}

fn open_directory(directory: &Path) -> Result<Splits, DataError> {
    let name = directory.file_name().unwrap_or(directory.as_os_str()).to_string_lossy();
    if idx::is_idx(directory) {
        idx::load(directory, &name, None)
    } else if let Some(variant) = Variant::detect(directory) {
        cifar::load(directory, variant)
    } else if folder::is_image_folder(directory) {
        folder::load(directory, &name, None)
    } else {
        Err(DataError::UnrecognisedDirectory { path: directory.into() })
    }
}
