//! A run: the device, seed and data of a job, and the directory that holds all it leaves behind.
//!
//! ```text
//! config.toml      the settings, fully resolved
//! manifest.json    system, device, seed, versions, state, and the SHA-256 of each finished file
//! checkpoints/     the newest checkpoint sets
//! metrics.jsonl    one line for each split of each epoch
//! weights.safetensors, report.json, report.md, *.svg
//! network.json, huggingface/    of forecasters: the network, and the weights as transformers reads them
//! ```

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use burn::tensor::Device;
use serde::{Deserialize, Serialize};
use toml::Table;

use crate::Error;
use crate::device;
use crate::environment::Environment;
use crate::files::{create_directory, read_text, remove_leftovers, sha256, write_atomic};
use crate::progress::Display;

/// Where and how a job runs.
pub struct Run {
    /// The device, without autodiff.
    pub device: Device,
    /// Its name, as given to `--device`.
    pub device_name: String,
    /// Where named data sets lie, beside those that are embedded.
    pub data_dir: PathBuf,
    /// What a person sees meanwhile.
    pub display: Display,
    /// Whether the clock waits for the device, for an exact split of the time.
    pub profile: bool,
}

impl Run {
    /// A run on the named device.
    ///
    /// # Errors
    /// See [`device::parse`].
    pub fn new(device_name: &str, data_dir: PathBuf, display: Display) -> Result<Self, Error> {
        let device = device::parse(device_name)?;
        Ok(Self { device, device_name: device_name.to_string(), data_dir, display, profile: false })
    }
}

/// Whether a run has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It is running, or was killed.
    Started,
    /// All its files are written.
    Complete,
}

/// `manifest.json` of a run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// The system.
    pub slug: String,
    /// The device's name.
    pub device: String,
    /// The seed.
    pub seed: u64,
    /// Whether the run has ended.
    pub state: State,
    /// The machine and the versions.
    pub environment: Environment,
    /// SHA-256 by file name.
    pub files: BTreeMap<String, String>,
}

/// The directory of a run.
#[derive(Debug)]
pub struct RunDirectory {
    path: PathBuf,
    manifest: Manifest,
    settings: Table,
}

const CONFIG: &str = "config.toml";
const MANIFEST: &str = "manifest.json";
/// The trained weights of a run.
pub const WEIGHTS: &str = "weights.safetensors";

impl RunDirectory {
    /// Refuses a path that holds a run already.
    pub fn check_free(path: &Path) -> Result<(), Error> {
        match path.join(CONFIG).exists() {
            true => Err(Error::Usage(format!(
                "{} already holds a run: go on with --resume or choose another --out",
                path.display()
            ))),
            false => Ok(()),
        }
    }

    /// Creates the directory of a new run, which must not exist or be empty.
    pub fn create(path: &Path, slug: &str, device: &str, seed: u64, settings: Table) -> Result<Self, Error> {
        Self::check_free(path)?;
        let config = render(&settings);
        let manifest = Manifest {
            slug: slug.to_string(),
            device: device.to_string(),
            seed,
            state: State::Started,
            environment: Environment::current(),
            files: [(CONFIG.to_string(), sha256(config.as_bytes()))].into(),
        };
        create_directory(path, &[(CONFIG, config.as_bytes()), (MANIFEST, &to_json(&manifest)?)])?;
        Ok(Self { path: path.to_path_buf(), manifest, settings })
    }

    /// Opens the directory of a run that was started before.
    ///
    /// # Errors
    /// When it holds no run, or its configuration is not what was written.
    pub fn open(path: &Path) -> Result<Self, Error> {
        if !path.join(CONFIG).exists() {
            return Err(Error::Usage(format!("{} holds no run: there is no {CONFIG} in it", path.display())));
        }
        remove_leftovers(path)?;
        let damaged = |reason: String| Error::Damaged { path: path.join(MANIFEST), reason };
        let manifest: Manifest = serde_json::from_str(&read_text(&path.join(MANIFEST))?)
            .map_err(|error| damaged(error.to_string()))?;
        let mut directory = Self { path: path.to_path_buf(), manifest, settings: Table::new() };
        let config = String::from_utf8(directory.read(CONFIG)?)
            .map_err(|_| damaged(format!("{CONFIG} is not text")))?;
        directory.settings = config.parse().map_err(|error| damaged(format!("{CONFIG}: {error}")))?;
        Ok(directory)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the manifest says.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The settings, as resolved when the run was started.
    pub fn settings(&self) -> &Table {
        &self.settings
    }

    /// Replaces the settings, for a run that goes on with more epochs.
    pub fn update_settings(&mut self, settings: Table) -> Result<(), Error> {
        let config = render(&settings);
        self.settings = settings;
        self.manifest.state = State::Started;
        // The manifest first: a configuration without its hash would be refused for ever.
        self.manifest.files.remove(CONFIG);
        self.write_manifest()?;
        self.write(CONFIG, config.as_bytes())?;
        self.write_manifest()
    }

    /// Reads a finished file and checks it against the manifest.
    pub fn read(&self, name: &str) -> Result<Vec<u8>, Error> {
        let path = self.path.join(name);
        let bytes = std::fs::read(&path).map_err(Error::io("read", &path))?;
        match self.manifest.files.get(name) {
            Some(expected) if *expected != sha256(&bytes) => {
                Err(Error::Damaged { path, reason: format!("it does not match its SHA-256 in {MANIFEST}") })
            }
            _ => Ok(bytes),
        }
    }

    /// Writes a file; its hash is in the manifest once the run is complete.
    pub fn write(&mut self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        write_atomic(&self.path.join(name), bytes)?;
        self.manifest.files.insert(name.to_string(), sha256(bytes));
        Ok(())
    }

    /// Marks the run complete.
    pub fn finish(&mut self) -> Result<(), Error> {
        self.manifest.state = State::Complete;
        self.write_manifest()
    }

    fn write_manifest(&self) -> Result<(), Error> {
        write_atomic(&self.path.join(MANIFEST), &to_json(&self.manifest)?)
    }
}

/// The numbered runs of one job of a system below the current directory: `runs/<slug>/<job>-<number>`.
pub struct Runs {
    directory: PathBuf,
    job: &'static str,
}

impl Runs {
    /// The runs of a job, "train" for example.
    pub fn of(slug: &str, job: &'static str) -> Self {
        Self { directory: Path::new("runs").join(slug), job }
    }

    /// The directory of a new run.
    pub fn next(&self) -> PathBuf {
        self.path(self.newest_number().map_or(1, |number| number + 1))
    }

    /// The directory of the newest run.
    pub fn newest(&self) -> Option<PathBuf> {
        self.newest_number().map(|number| self.path(number))
    }

    fn path(&self, number: usize) -> PathBuf {
        self.directory.join(format!("{}-{number:03}", self.job))
    }

    fn newest_number(&self) -> Option<usize> {
        let entries = std::fs::read_dir(&self.directory).into_iter().flatten().flatten();
        let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
        names.filter_map(|name| name.strip_prefix(self.job)?.strip_prefix('-')?.parse().ok()).max()
    }
}

fn render(settings: &Table) -> String {
    toml::to_string_pretty(settings).unwrap_or_default()
}

fn to_json(manifest: &Manifest) -> Result<Vec<u8>, Error> {
    serde_json::to_vec_pretty(manifest).map_err(|error| Error::Training(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn created(root: &Path) -> RunDirectory {
        let settings = "epochs = 3".parse().unwrap();
        RunDirectory::create(&root.join("run"), "scaling-mlps", "flex", 0, settings).unwrap()
    }

    #[test]
    fn a_run_is_opened_with_the_settings_it_was_created_with() {
        let root = tempfile::tempdir().unwrap();
        let directory = created(root.path());
        let opened = RunDirectory::open(directory.path()).unwrap();
        assert_eq!(opened.settings(), directory.settings());
        assert_eq!(opened.manifest().state, State::Started);
    }

    #[test]
    fn a_changed_file_is_refused() {
        let root = tempfile::tempdir().unwrap();
        let mut directory = created(root.path());
        directory.write(WEIGHTS, b"weights").unwrap();
        directory.finish().unwrap();
        std::fs::write(directory.path().join(WEIGHTS), b"weightz").unwrap();
        let message = directory.read(WEIGHTS).unwrap_err().to_string();
        assert!(message.contains(WEIGHTS) && message.contains("SHA-256"), "{message}");
    }

    #[test]
    fn a_directory_that_holds_a_run_is_not_used_for_another() {
        let root = tempfile::tempdir().unwrap();
        let directory = created(root.path());
        let again = RunDirectory::create(directory.path(), "scaling-mlps", "flex", 0, Table::new());
        assert!(again.unwrap_err().to_string().contains("--resume"));
        assert!(RunDirectory::open(root.path()).unwrap_err().to_string().contains("holds no run"));
    }
}
