//! From a name or a directory to a data set.

use std::path::{Path, PathBuf};

use crate::catalog::{CATALOG, Content, Entry, Source, find};
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
    if let Some(entry) = find(name_or_directory).filter(|entry| holds_images(entry)) {
        return open_entry(entry, data_dir);
    }
    let directory = Path::new(name_or_directory);
    if directory.is_dir() {
        return open_directory(directory);
    }
    Err(unknown(name_or_directory, holds_images))
}

fn holds_images(entry: &Entry) -> bool {
    matches!(entry.content, Content::Images { .. })
}

/// The entry of the catalogue called `name`.
///
/// # Errors
/// [`DataError::UnknownDataset`] with the nearest name.
pub(crate) fn known(name: &str) -> Result<&'static Entry, DataError> {
    find(name).ok_or_else(|| unknown(name, |_| true))
}

fn unknown(name: &str, possible: fn(&Entry) -> bool) -> DataError {
    let names = || CATALOG.iter().filter(|entry| possible(entry)).map(|entry| entry.name);
    DataError::UnknownDataset {
        name: name.into(),
        nearest: nearest(name, names()).map(String::from),
        known: names().map(String::from).collect(),
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
        Some(directory) => match entry.content {
            Content::Images { shape, .. } if folder::is_image_folder(directory) => {
                folder::load(directory, entry.name, Some(shape))
            }
            _ => load(directory),
        },
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
