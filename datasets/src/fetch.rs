//! Downloading data sets: resumed where it stopped, checked against a pinned SHA-256, put in place whole.
//!
//! Everything is gathered in `DATA_DIR/.NAME.partial`, which takes its final name `DATA_DIR/NAME` in one step
//! when all of it is there and checked.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use ureq::http::StatusCode;

use crate::catalog::{self, Entry, RemoteFile, Source};
use crate::{DataError, archive, checksum, open};

/// Is told a file's name, how many of its bytes are here, and how many it has.
pub type Progress<'a> = dyn FnMut(&str, u64, u64) + 'a;

/// How long the server may be silent.
const PATIENCE: Duration = Duration::from_secs(60);

/// Downloads the data set called `name` into `data_dir/<name>` and returns that directory. If it is there
/// already, it is [verified](verify) instead.
///
/// # Errors
/// [`DataError::UnknownDataset`], [`DataError::Embedded`], [`DataError::Network`] (what has arrived is kept,
/// and the next call goes on from there), [`DataError::Checksum`] (what has arrived is removed),
/// [`DataError::UnsafeArchive`], [`DataError::Io`].
pub fn fetch(name: &str, data_dir: &Path, progress: &mut Progress) -> Result<PathBuf, DataError> {
    let (name, files) = known(name)?;
    fetch_files(name, files, data_dir, progress)
}

/// As [`fetch`], for an entry that need not be in the catalogue.
///
/// # Errors
/// As [`fetch`].
pub fn fetch_entry(entry: &Entry, data_dir: &Path, progress: &mut Progress) -> Result<PathBuf, DataError> {
    fetch_files(entry.name, remote_files(entry)?, data_dir, progress)
}

fn fetch_files(
    name: &str,
    files: &[RemoteFile],
    data_dir: &Path,
    progress: &mut Progress,
) -> Result<PathBuf, DataError> {
    let target = data_dir.join(name);
    if target.is_dir() {
        verify_files(name, files, data_dir)?;
        return Ok(target);
    }
    let partial = data_dir.join(format!(".{name}.partial"));
    fs::create_dir_all(&partial).map_err(DataError::io(&partial))?;
    let mut unpacked = Vec::new();
    for file in files {
        let path = partial.join(file.name());
        download(file, &path, progress)?;
        if file.is_archive() {
            let source = File::open(&path).map_err(DataError::io(&path))?;
            unpacked.extend(archive::unpack(source, &path, &partial)?);
        }
    }
    if !unpacked.is_empty() {
        checksum::write_list(&partial, &unpacked)?;
    }
    for path in files.iter().filter(|file| file.is_archive()).map(|file| partial.join(file.name())) {
        fs::remove_file(&path).map_err(DataError::io(&path))?;
    }
    fs::rename(&partial, &target).map_err(DataError::io(&target))?;
    Ok(target)
}

/// Checks the files of the data set called `name` in `data_dir/<name>` and returns how many there are:
/// downloaded files against the pinned SHA-256, unpacked ones against the list written when the checked
/// archive was unpacked.
///
/// # Errors
/// [`DataError::UnknownDataset`], [`DataError::Embedded`], [`DataError::NotFetched`], [`DataError::Missing`],
/// [`DataError::Checksum`], [`DataError::Io`].
pub fn verify(name: &str, data_dir: &Path) -> Result<usize, DataError> {
    let (name, files) = known(name)?;
    verify_files(name, files, data_dir)
}

/// As [`verify`], for an entry that need not be in the catalogue.
///
/// # Errors
/// As [`verify`].
pub fn verify_entry(entry: &Entry, data_dir: &Path) -> Result<usize, DataError> {
    verify_files(entry.name, remote_files(entry)?, data_dir)
}

fn verify_files(name: &str, files: &[RemoteFile], data_dir: &Path) -> Result<usize, DataError> {
    let directory = data_dir.join(name);
    if !directory.is_dir() {
        return Err(DataError::NotFetched { name: name.into(), looked_in: vec![directory] });
    }
    let (archives, plain): (Vec<&RemoteFile>, Vec<_>) = files.iter().partition(|file| file.is_archive());
    for file in &plain {
        checksum::check(&directory.join(file.name()), file.sha256)?;
    }
    let unpacked = if archives.is_empty() { 0 } else { checksum::check_list(&directory)? };
    Ok(plain.len() + unpacked)
}

/// The files of a data set of either catalogue.
fn known(name: &str) -> Result<(&'static str, &'static [RemoteFile]), DataError> {
    match catalog::find_tabular(name) {
        Some(entry) => Ok((entry.name, entry.files)),
        None => {
            let entry = open::known(name)?;
            Ok((entry.name, remote_files(entry)?))
        }
    }
}

fn remote_files(entry: &Entry) -> Result<&'static [RemoteFile], DataError> {
    match entry.source {
        Source::Remote { files, .. } => Ok(files),
        Source::Embedded { .. } => Err(DataError::Embedded { name: entry.name.into() }),
    }
}

/// Brings the file at `path` to its full length, going on from what is there, and checks it.
fn download(file: &RemoteFile, path: &Path, progress: &mut Progress) -> Result<(), DataError> {
    let network = |reason: String| DataError::Network { url: file.url.into(), reason };
    let mut done = fs::metadata(path).map_or(0, |metadata| metadata.len());
    if done < file.bytes {
        let response = request(file.url, done).map_err(|error| network(error.to_string()))?;
        let resumed = done > 0 && response.status() == StatusCode::PARTIAL_CONTENT;
        let mut output = OpenOptions::new()
            .create(true)
            .write(true)
            .append(resumed)
            .truncate(!resumed)
            .open(path)
            .map_err(DataError::io(path))?;
        if !resumed {
            done = 0;
        }
        // One byte more than expected is enough to make the checksum wrong.
        let mut body = response.into_body().into_reader().take(file.bytes + 1 - done);
        let mut buffer = vec![0; 1 << 16];
        loop {
            progress(file.name(), done, file.bytes);
            let interrupted = |error: io::Error| {
                network(format!(
                    "{error} after {done} of {} bytes; the next fetch goes on from there",
                    file.bytes
                ))
            };
            let count = body.read(&mut buffer).map_err(interrupted)?;
            if count == 0 {
                break;
            }
            output.write_all(&buffer[..count]).map_err(DataError::io(path))?;
            done += count as u64;
        }
        output.sync_all().map_err(DataError::io(path))?;
        if done < file.bytes {
            return Err(network(format!("the connection ended after {done} of {} bytes", file.bytes)));
        }
    }
    checksum::check(path, file.sha256).inspect_err(|_| {
        // A file with the wrong content must not be resumed; if removing fails, the next check fails again.
        let _ = fs::remove_file(path);
    })
}

/// Asks for the bytes from `start` on.
fn request(url: &str, start: u64) -> Result<ureq::http::Response<ureq::Body>, ureq::Error> {
    let agent = ureq::Agent::new_with_config(
        ureq::Agent::config_builder()
            .timeout_connect(Some(PATIENCE))
            .timeout_recv_response(Some(PATIENCE))
            .timeout_per_read(Some(PATIENCE))
            // The files are compressed already, and are hashed as they are.
            .accept_encoding("identity")
            .build(),
    );
    let request = agent.get(url);
    if start > 0 { request.header("Range", format!("bytes={start}-")).call() } else { request.call() }
}
