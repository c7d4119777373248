//! Checkpoint sets: all that one epoch (or other pass) leaves for the next, in one directory that appears whole or not at all.
//!
//! burn-train saves model, optimizer and schedule on three threads. Here they gather in memory until the set is complete, then the
//! directory `epoch-00012/` with its `manifest.json` (SHA-256 of each part) is renamed into place and older sets go.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use burn::tensor::Bytes;
use burn::train::checkpoint::{
    Checkpoint, Checkpointer, CheckpointerError, CheckpointingAction, CheckpointingStrategy,
};
use burn::train::metric::store::EventStoreClient;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::files::{create_directory, read_text, remove_leftovers, sha256};

/// The parts of a complete set of a fit.
pub const FIT: [&str; 3] = ["model.bpk", "optimizer.bpk", "schedule.bpk"];
/// Sets that are kept, the newest.
const KEPT: usize = 2;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    epoch: usize,
    /// SHA-256 by file name.
    parts: BTreeMap<String, String>,
}

/// The bytes of each part, by file name.
type Parts = BTreeMap<String, Vec<u8>>;

/// The checkpoint sets of a run.
#[derive(Clone)]
pub struct Checkpoints {
    directory: PathBuf,
    /// The files of a complete set.
    files: &'static [&'static str],
    /// Parts saved so far of sets that are not complete.
    gathering: Arc<Mutex<BTreeMap<usize, Parts>>>,
}

impl Checkpoints {
    /// The sets of these files in `directory`, which is created; what a killed process left unfinished is removed.
    pub fn open(directory: &Path, files: &'static [&'static str]) -> Result<Self, Error> {
        fs::create_dir_all(directory).map_err(Error::io("create", directory))?;
        remove_leftovers(directory)?;
        Ok(Self { directory: directory.to_path_buf(), files, gathering: Arc::default() })
    }

    /// The epoch of the newest set, after checking every byte of it.
    ///
    /// # Errors
    /// When the newest set is not what was written; the message names it.
    pub fn latest(&self) -> Result<Option<usize>, Error> {
        let latest = self.epochs()?.pop();
        if let Some(epoch) = latest {
            for file in self.files {
                self.read(epoch, file)?;
            }
        }
        Ok(latest)
    }

    /// burn-train's handle on one part.
    pub fn part(&self, name: &'static str) -> PartCheckpointer {
        PartCheckpointer { checkpoints: self.clone(), name }
    }

    fn set(&self, epoch: usize) -> PathBuf {
        self.directory.join(format!("epoch-{epoch:05}"))
    }

    /// The epochs of all sets, ascending.
    fn epochs(&self) -> Result<Vec<usize>, Error> {
        let entries = fs::read_dir(&self.directory).map_err(Error::io("read", &self.directory))?;
        let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
        let mut epochs: Vec<usize> =
            names.filter_map(|name| name.strip_prefix("epoch-")?.parse().ok()).collect();
        epochs.sort_unstable();
        Ok(epochs)
    }

    /// One file of the set of an epoch.
    ///
    /// # Errors
    /// When the set is not what was written; the message names it.
    pub fn read(&self, epoch: usize, file: &str) -> Result<Vec<u8>, Error> {
        let set = self.set(epoch);
        let damaged = |reason: String| Error::Damaged {
            path: set.clone(),
            reason: format!("{reason}; remove this directory to go on from an earlier checkpoint"),
        };
        let manifest: Manifest = serde_json::from_str(&read_text(&set.join("manifest.json"))?)
            .map_err(|error| damaged(format!("manifest.json: {error}")))?;
        if manifest.epoch != epoch {
            return Err(damaged(format!("manifest.json is of epoch {}", manifest.epoch)));
        }
        let expected =
            manifest.parts.get(file).ok_or_else(|| damaged(format!("manifest.json lacks {file}")))?;
        let bytes = fs::read(set.join(file)).map_err(Error::io("read", &set.join(file)))?;
        if sha256(&bytes) != *expected {
            return Err(damaged(format!("{file} does not match the SHA-256 in manifest.json")));
        }
        Ok(bytes)
    }

    /// Adds a file to the set of an epoch, which is written as soon as it has all of them.
    pub fn gather(&self, epoch: usize, file: &str, bytes: Vec<u8>) -> Result<(), Error> {
        let complete = {
            let mut gathering = self.gathering.lock().unwrap_or_else(PoisonError::into_inner);
            let set = gathering.entry(epoch).or_default();
            set.insert(file.to_string(), bytes);
            if set.len() == self.files.len() { gathering.remove(&epoch) } else { None }
        };
        complete.map_or(Ok(()), |parts| self.write(epoch, &parts))
    }

    fn write(&self, epoch: usize, parts: &Parts) -> Result<(), Error> {
        let hashes = parts.iter().map(|(name, bytes)| (name.clone(), sha256(bytes))).collect();
        let manifest = serde_json::to_vec_pretty(&Manifest { epoch, parts: hashes })
            .map_err(|error| Error::Training(error.to_string()))?;
        let mut files: Vec<(&str, &[u8])> =
            parts.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
        files.push(("manifest.json", &manifest));
        create_directory(&self.set(epoch), &files)?;
        let epochs = self.epochs()?;
        for old in &epochs[..epochs.len().saturating_sub(KEPT)] {
            // Renamed first, so that a kill leaves a leftover and never half a set.
            let (set, leftover) = (self.set(*old), self.directory.join(format!(".tmp-epoch-{old}")));
            fs::rename(&set, &leftover)
                .and_then(|()| fs::remove_dir_all(&leftover))
                .map_err(Error::io("remove", &set))?;
        }
        Ok(())
    }
}

/// One part of the sets, as burn-train saves and restores it.
pub struct PartCheckpointer {
    checkpoints: Checkpoints,
    name: &'static str,
}

impl<R: Checkpoint> Checkpointer<R> for PartCheckpointer {
    fn save(&self, epoch: usize, record: R) -> Result<(), CheckpointerError> {
        let bytes = record.checkpoint_into_bytes().map_err(CheckpointerError::Record)?;
        self.checkpoints.gather(epoch, self.name, bytes.to_vec()).map_err(unknown)
    }

    fn delete(&self, _epoch: usize) -> Result<(), CheckpointerError> {
        // Sets are removed whole when a newer one is complete.
        Ok(())
    }

    fn restore(&self, epoch: usize) -> Result<R, CheckpointerError> {
        let bytes = self.checkpoints.read(epoch, self.name).map_err(unknown)?;
        R::checkpoint_from_bytes(Bytes::from_bytes_vec(bytes)).map_err(CheckpointerError::Record)
    }
}

fn unknown(error: Error) -> CheckpointerError {
    CheckpointerError::Unknown(error.to_string())
}

/// Saves after every epoch.
pub struct EveryEpoch;

impl CheckpointingStrategy for EveryEpoch {
    fn checkpointing(&mut self, _epoch: usize, _store: &EventStoreClient) -> Vec<CheckpointingAction> {
        vec![CheckpointingAction::Save]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn saved(root: &Path, epochs: usize) -> Checkpoints {
        let checkpoints = Checkpoints::open(root, &FIT).unwrap();
        for epoch in 1..=epochs {
            for part in FIT {
                checkpoints.gather(epoch, part, format!("{part} of {epoch}").into_bytes()).unwrap();
            }
        }
        checkpoints
    }

    #[test]
    fn the_newest_two_complete_sets_are_kept() {
        let root = tempfile::tempdir().unwrap();
        let checkpoints = saved(root.path(), 4);
        checkpoints.gather(5, "model.bpk", b"incomplete".to_vec()).unwrap();
        assert_eq!(checkpoints.epochs().unwrap(), [3, 4]);
        assert_eq!(checkpoints.latest().unwrap(), Some(4));
    }

    #[test]
    fn every_flipped_byte_is_refused_by_name() {
        let root = tempfile::tempdir().unwrap();
        let checkpoints = saved(root.path(), 1);
        let set = root.path().join("epoch-00001");
        for file in ["model.bpk", "optimizer.bpk", "schedule.bpk", "manifest.json"] {
            let path = set.join(file);
            let good = fs::read(&path).unwrap();
            for position in 0..good.len() {
                let mut bad = good.clone();
                bad[position] ^= 1;
                fs::write(&path, &bad).unwrap();
                let message = checkpoints.latest().expect_err(&format!("{file} byte {position}")).to_string();
                assert!(message.contains("epoch-00001"), "{message}");
            }
            fs::write(&path, &good).unwrap();
        }
        assert_eq!(checkpoints.latest().unwrap(), Some(1));
    }

    #[test]
    fn a_run_without_checkpoints_has_no_latest() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(Checkpoints::open(&root.path().join("new"), &FIT).unwrap().latest().unwrap(), None);
    }
}
