//! Unpacking a `.tar.gz` under guards: only plain files, only inside the folder, only so many bytes.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use flate2::read::GzDecoder;
use tar::{Archive, EntryType};

use crate::DataError;
use crate::bounded::MAX_BYTES;

/// Unpacks the archive read from `source` into the folder `into` and returns the paths of the files, relative
/// to it. `archive` names the source in errors.
///
/// # Errors
/// [`DataError::UnsafeArchive`] for an entry that is neither a file nor a folder, whose path leaves `into`,
/// or that takes the total above 1 GiB; [`DataError::Decode`] for a corrupt archive; [`DataError::Truncated`]
/// for one cut off; [`DataError::Io`] if writing fails.
pub fn unpack(source: impl Read, archive: &Path, into: &Path) -> Result<Vec<PathBuf>, DataError> {
    let corrupt = |error: io::Error| DataError::Decode { path: archive.into(), reason: error.to_string() };
    // Room for the headers of a few thousand entries, so that nothing in the archive can decode to more.
    let mut tar = Archive::new(GzDecoder::new(source).take(MAX_BYTES + (1 << 22)));
    let mut files = Vec::new();
    let mut total = 0u64;
    for entry in tar.entries().map_err(corrupt)? {
        let mut entry = entry.map_err(corrupt)?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let refuse =
            |reason| DataError::UnsafeArchive { archive: archive.into(), entry: name.clone(), reason };
        let path = inside(Path::new(&name)).ok_or_else(|| refuse("its path leaves the folder"))?;
        match entry.header().entry_type() {
            EntryType::Directory => continue,
            EntryType::Regular => {}
            _ => return Err(refuse("it is neither a file nor a folder")),
        }
        let size = entry.size();
        total = total.saturating_add(size);
        if total > MAX_BYTES {
            return Err(refuse("the archive holds more than 1 GiB"));
        }
        let target = into.join(&path);
        let found = write(&mut entry, &target).map_err(|error| match error.kind() {
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => {
                corrupt(error)
            }
            _ => DataError::io(&target)(error),
        })?;
        if found < size {
            return Err(DataError::Truncated { path: archive.join(path), expected: size, found });
        }
        files.push(path);
    }
    Ok(files)
}

/// The path without `.` parts, if all other parts are plain names and there is one.
fn inside(path: &Path) -> Option<PathBuf> {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => plain.push(name),
            Component::CurDir => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(plain).filter(|plain| !plain.as_os_str().is_empty())
}

fn write(entry: &mut dyn Read, target: &Path) -> io::Result<u64> {
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = File::create(target)?;
    let written = io::copy(entry, &mut file)?;
    file.sync_all()?;
    Ok(written)
}
