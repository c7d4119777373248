//! Writing that survives a kill: every file appears whole under its name or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::Error;

/// Writes `bytes` to `path` through a temporary file, fsync and rename.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let directory = parent_of(path);
    let mut file = tempfile::Builder::new()
        .prefix(".tmp-")
        .tempfile_in(directory)
        .map_err(without_path)
        .map_err(Error::io("write", path))?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(Error::io("write", path))?;
    readable_by_all(file.as_file());
    file.persist(path).map_err(|error| Error::io("write", path)(error.error))?;
    sync_directory(directory)
}

/// Creates the directory `path` with the given files in one step: it appears complete or not at all.
///
/// # Errors
/// When `path` exists and is not an empty directory, or cannot be written.
pub fn create_directory(path: &Path, files: &[(&str, &[u8])]) -> Result<(), Error> {
    let parent = parent_of(path);
    fs::create_dir_all(parent).map_err(Error::io("create", parent))?;
    let staging = tempfile::Builder::new()
        .prefix(".tmp-")
        .tempdir_in(parent)
        .map_err(without_path)
        .map_err(Error::io("create", path))?;
    for (name, bytes) in files {
        let file = staging.path().join(name);
        let mut handle = File::create(&file).map_err(Error::io("write", &file))?;
        handle.write_all(bytes).and_then(|()| handle.sync_all()).map_err(Error::io("write", &file))?;
    }
    sync_directory(staging.path())?;
    listable_by_all(staging.path());
    fs::rename(staging.path(), path).map_err(Error::io("create", path))?;
    sync_directory(parent)
}

/// The directory of `path`, which is the current one for a bare name.
fn parent_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Removes what a killed process left unfinished in `directory`.
pub fn remove_leftovers(directory: &Path) -> Result<(), Error> {
    let entries = fs::read_dir(directory).map_err(Error::io("read", directory))?;
    for entry in entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with(".tmp-")) {
        let path = entry.path();
        let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        removed.map_err(Error::io("remove", &path))?;
    }
    Ok(())
}

/// Reads a text file.
pub fn read_text(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(Error::io("read", path))
}

/// The SHA-256 of `bytes` in lower-case hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The error without the temporary name that `tempfile` adds to it.
fn without_path(error: io::Error) -> io::Error {
    error.kind().into()
}

/// Makes a rename inside `directory` durable.
fn sync_directory(directory: &Path) -> Result<(), Error> {
    if cfg!(unix) {
        File::open(directory).and_then(|handle| handle.sync_all()).map_err(Error::io("write", directory))?;
    }
    Ok(())
}

/// Temporary files are private to their owner; a finished one gets the usual permissions.
#[cfg(unix)]
fn readable_by_all(file: &File) {
    use std::os::unix::fs::PermissionsExt;
    let _ = file.set_permissions(fs::Permissions::from_mode(0o644));
}

#[cfg(not(unix))]
fn readable_by_all(_: &File) {}

#[cfg(unix)]
fn listable_by_all(directory: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let _ = fs::set_permissions(directory, fs::Permissions::from_mode(0o755));
}

#[cfg(not(unix))]
fn listable_by_all(_: &Path) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_replaces_the_file_and_leaves_nothing_else() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("report.json");
        write_atomic(&path, b"first").unwrap();
        write_atomic(&path, b"second").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"second");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_directory_is_not_written_over_another() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("set");
        create_directory(&path, &[("a", b"1"), ("b", b"2")]).unwrap();
        assert!(create_directory(&path, &[("a", b"3")]).is_err());
        assert_eq!(fs::read(path.join("a")).unwrap(), b"1");
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1, "a failed attempt leaves nothing behind");
    }

    #[test]
    fn leftovers_are_removed_and_the_rest_stays() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join(".tmp-set")).unwrap();
        fs::write(root.path().join(".tmp-file"), "x").unwrap();
        fs::write(root.path().join("kept"), "x").unwrap();
        remove_leftovers(root.path()).unwrap();
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
    }

    #[test]
    fn sha256_of_the_empty_string() {
        assert_eq!(sha256(b""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }
}
