//! The jobs of the command line: train, evaluate, generate, reproduce.

use std::path::{Path, PathBuf};
use std::time::Instant;

use pyrarium_layers::ConfigError;
use toml::{Table, Value};

use crate::Error;
use crate::files::write_atomic;
use crate::registry::{Continuation, Inputs, Job, Prompt, Reproduction, System, find};
use crate::report::Report;
use crate::run::{Run, RunDirectory, Runs, State};
use crate::settings;

/// What `train` is asked for.
pub struct TrainRequest {
    /// The system.
    pub slug: String,
    /// A TOML file of settings.
    pub config: Option<PathBuf>,
    /// Settings as `key=value`, after the file's.
    pub set: Vec<String>,
    /// Passes of the training, whatever the system's setting for them is called; after all other settings.
    pub epochs: Option<usize>,
    /// The run's directory; by default the next number below `runs/<slug>`.
    pub out: Option<PathBuf>,
    /// Go on with the run in `out`, or with the newest one.
    pub resume: bool,
}

impl TrainRequest {
    /// `settings`, overridden by what is asked for.
    fn resolve(&self, system: &System, settings: Table) -> Result<Table, Error> {
        let passes = self.epochs.map(|epochs| format!("{}={epochs}", system.passes));
        let pairs: Vec<String> = self.set.iter().cloned().chain(passes).collect();
        settings::resolve(settings, self.config.as_deref(), &pairs)
    }
}

/// A finished job and where it left its files.
pub struct Finished {
    /// What was found.
    pub report: Report,
    /// The run's directory.
    pub directory: PathBuf,
}

/// Trains a system in a new run directory, or goes on with a run that was interrupted.
///
/// # Errors
/// Any [`Error`]. One in the settings or the data leaves nothing behind; a run that was started can be resumed.
pub fn train(run: &Run, request: &TrainRequest) -> Result<Finished, Error> {
    let system = find(&request.slug)?;
    let (mut directory, job) = if request.resume {
        let (directory, settings) = resumable(run, system, request)?;
        if directory.manifest().state == State::Complete && directory.settings() == &settings {
            return already_complete(run, &directory);
        }
        go_on(run, system, directory, settings)?
    } else {
        start(run, system, request)?
    };
    let path = directory.path().to_path_buf();
    run.display.line(&format!("run directory {}", path.display()));
    Ok(Finished { report: job(&mut directory)?, directory: path })
}

fn start<'a>(
    run: &'a Run,
    system: &System,
    request: &TrainRequest,
) -> Result<(RunDirectory, Job<'a>), Error> {
    let settings = request.resolve(system, (system.settings)()?)?;
    let path = request.out.clone().unwrap_or_else(|| Runs::of(system.slug, "train").next());
    RunDirectory::check_free(&path)?;
    let job = (system.train)(run, &settings)?;
    let seed = seed_of(&settings);
    Ok((RunDirectory::create(&path, system.slug, &run.device_name, seed, settings)?, job))
}

/// Opens the run to go on with, and its settings. They may be given again if they are the same; the passes may become more.
fn resumable(run: &Run, system: &System, request: &TrainRequest) -> Result<(RunDirectory, Table), Error> {
    let newest = || Runs::of(system.slug, "train").newest();
    let path = request.out.clone().or_else(newest).ok_or_else(|| {
        Error::Usage(format!("no run of {} to resume: start one without --resume", system.slug))
    })?;
    let directory = RunDirectory::open(&path)?;
    let (slug, device) = (&directory.manifest().slug, &directory.manifest().device);
    if slug != system.slug {
        return Err(Error::Usage(format!("{} is a run of {slug}, not of {}", path.display(), system.slug)));
    }
    if *device != run.device_name {
        run.display.line(&format!("the run was started on {device} and goes on on {}", run.device_name));
    }
    let settings = request.resolve(system, directory.settings().clone())?;
    let passes = system.passes;
    let changed = settings::differences(directory.settings(), &settings);
    if let Some(key) = changed.iter().find(|key| *key != passes) {
        return Err(Error::Usage(format!(
            "setting {key} differs from that of the run in {}: only {passes} may change on --resume",
            path.display()
        )));
    }
    let count = |settings| settings::lookup(settings, passes).and_then(Value::as_integer);
    let (before, after) = (count(directory.settings()), count(&settings));
    if after < before {
        let allowed = format!("at least the {} of the run in {}", before.unwrap_or(0), path.display());
        return Err(ConfigError::new(passes, after.unwrap_or(0), allowed).into());
    }
    Ok((directory, settings))
}

fn go_on<'a>(
    run: &'a Run,
    system: &System,
    mut directory: RunDirectory,
    settings: Table,
) -> Result<(RunDirectory, Job<'a>), Error> {
    let job = (system.train)(run, &settings)?;
    if *directory.settings() != settings {
        directory.update_settings(settings)?;
    }
    Ok((directory, job))
}

fn already_complete(run: &Run, directory: &RunDirectory) -> Result<Finished, Error> {
    let path = directory.path().to_path_buf();
    run.display.line(&format!("{} is complete already", path.display()));
    let report = serde_json::from_slice(&directory.read("report.json")?)
        .map_err(|error| Error::Damaged { path: path.join("report.json"), reason: error.to_string() })?;
    Ok(Finished { report, directory: path })
}

/// Tests the weights of a finished run.
///
/// # Errors
/// When the directory holds no finished run or a file of it is damaged.
pub fn evaluate(run: &Run, path: &Path) -> Result<Report, Error> {
    let directory = finished(path)?;
    (find(&directory.manifest().slug)?.evaluate)(run, &directory)
}

/// Continues a prompt with the model of a finished run; `say` takes the bytes as they come.
///
/// # Errors
/// When the directory holds no finished run of a language model, a file of it is damaged, or the prompt cannot be.
pub fn generate(run: &Run, path: &Path, prompt: &Prompt, say: Continuation<'_>) -> Result<(), Error> {
    let directory = finished(path)?;
    let slug = &directory.manifest().slug;
    match find(slug)?.generate {
        Some(generate) => generate(run, &directory, prompt, say),
        None => {
            Err(Error::Usage(format!("{} is a run of {slug}, which is no language model", path.display())))
        }
    }
}

/// The files that `predict` wrote.
pub struct Written {
    /// Number of predictions.
    pub rows: usize,
    /// The csv file, and the plot where there is one.
    pub files: Vec<PathBuf>,
}

/// Predicts what a csv file does not say, with the model of a finished run; writes the predictions to `out`, and a plot beside it.
///
/// # Errors
/// When the directory holds no finished run of a system that predicts, a file of it is damaged, or the data does not fit it.
pub fn predict(run: &Run, path: &Path, inputs: &Inputs, out: &Path) -> Result<Written, Error> {
    let directory = finished(path)?;
    let slug = &directory.manifest().slug;
    let Some(predict) = find(slug)?.predict else {
        return Err(Error::Usage(format!(
            "{} is a run of {slug}, which does not predict from files",
            path.display()
        )));
    };
    let predictions = predict(run, &directory, inputs)?;
    let mut files = vec![out.to_path_buf()];
    write_atomic(out, predictions.csv.as_bytes())?;
    if let Some(plot) = &predictions.plot {
        let path = out.with_extension("svg");
        write_atomic(&path, plot.as_bytes())?;
        files.push(path);
    }
    Ok(Written { rows: predictions.rows, files })
}

fn finished(path: &Path) -> Result<RunDirectory, Error> {
    let directory = RunDirectory::open(path)?;
    match directory.manifest().state {
        State::Complete => Ok(directory),
        State::Started => {
            Err(Error::Usage(format!("{} is not complete: go on with train --resume", path.display())))
        }
    }
}

/// Tests the claims of a system and leaves the report in a run directory.
///
/// # Errors
/// An error of the job itself; a claim that does not hold is a result.
pub fn reproduce(run: &Run, slug: &str, what: Reproduction, out: Option<PathBuf>) -> Result<Finished, Error> {
    let start = Instant::now();
    let system = find(slug)?;
    let path = out.unwrap_or_else(|| Runs::of(slug, "reproduce").next());
    let settings: Table = [
        ("reproduce".to_string(), Value::from(what.budget.name())),
        ("seeds".to_string(), Value::Integer(what.seeds as i64)),
    ]
    .into_iter()
    .collect();
    let mut directory = RunDirectory::create(&path, slug, &run.device_name, 0, settings)?;
    let report = (system.reproduce)(run, what)?;
    let report = report.complete(&mut directory, start)?;
    Ok(Finished { report, directory: path })
}

fn seed_of(settings: &Table) -> u64 {
    settings.get("seed").and_then(Value::as_integer).map_or(0, |seed| seed.unsigned_abs())
}
