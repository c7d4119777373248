//! SHA-256 of files, and lists of them in the form that `sha256sum --check` reads.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::{DataError, bounded};

/// The list's name in a data set's directory.
pub(crate) const LIST_NAME: &str = "SHA256SUMS";

/// The most bytes that a list may have.
const MAX_LIST_BYTES: u64 = 1 << 20;

/// Requires the file at `path` to have the SHA-256 `expected`, in hexadecimal.
pub(crate) fn check(path: &Path, expected: &str) -> Result<(), DataError> {
    let found = sha256(path)?;
    if found != expected {
        return Err(DataError::Checksum { path: path.into(), expected: expected.into(), found });
    }
    Ok(())
}

/// Writes the list of `files`, relative to `directory`, into it.
pub(crate) fn write_list(directory: &Path, files: &[PathBuf]) -> Result<(), DataError> {
    let mut list = String::new();
    for file in files {
        list += &format!("{}  {}\n", sha256(&directory.join(file))?, file.display());
    }
    let path = directory.join(LIST_NAME);
    fs::write(&path, list).map_err(DataError::io(&path))
}

/// Checks every file of the list in `directory` and returns how many there are.
pub(crate) fn check_list(directory: &Path) -> Result<usize, DataError> {
    let path = directory.join(LIST_NAME);
    if !path.is_file() {
        return Err(DataError::Missing { what: "list of checksums".into(), looked_for: vec![path] });
    }
    let bytes = bounded::read_at_most(&mut bounded::open(&path)?, MAX_LIST_BYTES, &path)?;
    let text = String::from_utf8_lossy(&bytes);
    for line in text.lines() {
        let Some((sha256, file)) = line.split_once("  ") else {
            let problem = format!("line `{line}` is not a checksum, two spaces and a path");
            return Err(DataError::Inconsistent { place: path.display().to_string(), problem });
        };
        check(&directory.join(file), sha256)?;
    }
    Ok(text.lines().count())
}

fn sha256(path: &Path) -> Result<String, DataError> {
    let mut source = bounded::open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let count = source.read(&mut buffer).map_err(DataError::io(path))?;
        if count == 0 {
            return Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect());
        }
        hash.update(&buffer[..count]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_checks_until_a_file_changes() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("abc.txt");
        fs::write(&file, "abc").unwrap();
        // The example of FIPS 180-4.
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256(&file).unwrap(), expected);
        write_list(directory.path(), &["abc.txt".into()]).unwrap();
        assert_eq!(check_list(directory.path()).unwrap(), 1);
        fs::write(&file, "abd").unwrap();
        let error = check_list(directory.path()).unwrap_err();
        assert!(matches!(error, DataError::Checksum { .. }), "{error}");
    }
}
