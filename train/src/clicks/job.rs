//! The training job that every click model shares: samples, fit, test, weights, report, and the probabilities of a further file.

use std::fmt::Write;
use std::time::Instant;

use burn::module::Module;
use burn::tensor::Device;
use pyrarium_datasets::tabular::{CsvSplit, Encoded, Encoder, Layout, SplitBy};
use pyrarium_layers::ClickModel;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use toml::Table;

use super::score::{add_scores, evaluate as evaluate_model, score};
use super::settings::ClickFit;
use super::source::{NamedData, Source, Wanted};
use crate::Error;
use crate::checks::at_least_one;
use crate::registry::{Inputs, Job, Predictions};
use crate::report::Report;
use crate::run::{Run, RunDirectory, WEIGHTS};
use crate::settings;
use crate::weights::{self, initialise};

/// What encodes further files, in the directory of a run.
const ENCODER: &str = "encoder.json";
/// Rows of a file that are encoded and scored at once.
const SCORED: usize = 1 << 14;

/// The settings of a system's networks, the table `model` of its job.
pub trait ClickNetwork: Clone + Serialize + DeserializeOwned {
    /// The model they are of.
    type Model: ClickModel + 'static;
    /// The system.
    const SLUG: &'static str;
    /// The data sets that the system knows by name.
    const DATA: &'static [NamedData];

    /// A model for samples of a layout.
    ///
    /// # Errors
    /// A setting that is outside its range or does not fit the samples.
    fn init(&self, layout: &Layout, device: &Device) -> Result<Self::Model, Error>;
}

/// Settings of a job; `N` are those of the network.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClickJob<N> {
    /// Seed of the samples that are drawn, the split of a file, the initial weights and the order.
    pub seed: u64,
    /// A data set of the system by name, or a csv file.
    pub data: String,
    /// Training samples of a data set that is drawn.
    pub samples: usize,
    /// A TOML file that says what the columns of a csv file are; empty for a data set by name.
    pub schema: String,
    /// Share of the rows of a csv file that are watched.
    pub valid: f64,
    /// Share of the rows of a csv file that are the test.
    pub test: f64,
    /// Whether rows are held out at random, or the last ones ("order").
    pub split: SplitBy,
    /// Training rows of a csv file that are held in memory at once, and among which the order is shuffled; a file with more is read
    /// again in each epoch.
    pub chunk_rows: usize,
    /// How to fit.
    pub fit: ClickFit,
    /// Which network.
    pub model: N,
}

impl<N: ClickNetwork> ClickJob<N> {
    /// A job on a data set by name, of so many training samples where it is drawn, with the defaults of everything else.
    pub fn new(data: &str, samples: usize, fit: ClickFit, model: N) -> Self {
        Self {
            seed: 0,
            data: data.to_string(),
            samples,
            schema: String::new(),
            valid: 0.1,
            test: 0.1,
            split: SplitBy::Random,
            chunk_rows: 2_000_000,
            fit,
            model,
        }
    }

    fn of(table: &Table) -> Result<Self, Error> {
        let job: Self = settings::from_table(table)?;
        job.fit.validate()?;
        at_least_one("chunk_rows", job.chunk_rows)?;
        Ok(job)
    }

    fn wanted(&self) -> Wanted<'_> {
        let Self { seed, data, samples, schema, valid, test, split, chunk_rows, .. } = self;
        let split = CsvSplit { valid: *valid, test: *test, by: *split, seed: *seed };
        Wanted { data, seed: *seed, samples: *samples, schema, split, chunk_rows: *chunk_rows }
    }

    fn tested(&self, run: &Run, source: &Source, model: &N::Model) -> Result<Report, Error> {
        let start = Instant::now();
        let mut report = Report::new(N::SLUG, &run.device_name, self.seed, "train");
        report.add("parameters", &[Module::num_params(model) as f64]);
        report.add("test samples", &[source.test().len() as f64]);
        let scores = evaluate_model(model, source.layout(), source.test())?;
        add_scores(&mut report, "test", source.layout(), &scores);
        report.seconds = start.elapsed().as_secs_f64();
        Ok(report)
    }
}

/// Opens the samples and makes the model; the job trains and tests it.
///
/// # Errors
/// What is wrong with the settings or the samples.
pub fn train<'a, N: ClickNetwork + 'static>(run: &'a Run, table: &Table) -> Result<Job<'a>, Error> {
    let job = ClickJob::<N>::of(table)?;
    let source = Source::open(run, N::DATA, job.wanted())?;
    let device = run.device.clone().autodiff();
    let model = initialise(&device, job.seed, |device| job.model.init(source.layout(), device))?;
    Ok(Box::new(move |directory| {
        let start = Instant::now();
        if let Some(encoder) = source.encoder() {
            directory.write(ENCODER, &to_json(encoder)?)?;
        }
        let path = directory.path().to_path_buf();
        let fitted = source.fit(run, model, &job.fit, job.seed, &path)?;
        directory.write(WEIGHTS, &weights::to_safetensors(&fitted.model).map_err(Error::Training)?)?;
        let mut report = job.tested(run, &source, &fitted.model)?;
        fitted.describe(run, &mut report);
        report.complete(directory, start)
    }))
}

/// Tests the weights of a finished run.
///
/// # Errors
/// What is wrong with a file of the run or with the samples.
pub fn evaluate<N: ClickNetwork>(run: &Run, directory: &RunDirectory) -> Result<Report, Error> {
    let job = ClickJob::<N>::of(directory.settings())?;
    let source = Source::reopen(run, N::DATA, job.wanted(), encoder(directory)?)?;
    let model = load(run, directory, &job.model, source.layout())?;
    job.tested(run, &source, &model)
}

/// The probabilities of the rows of a csv file that has the columns of the training data, those of the labels and groups not needed.
///
/// # Errors
/// What is wrong with a file of the run or with the rows; a run on drawn samples, which no file can be encoded for.
pub fn predict<N: ClickNetwork>(
    run: &Run,
    directory: &RunDirectory,
    inputs: &Inputs,
) -> Result<Predictions, Error> {
    if let Some(horizon) = inputs.horizon {
        return Err(Error::Usage(format!("--horizon {horizon}: clicks have none, only time series do")));
    }
    let job = ClickJob::<N>::of(directory.settings())?;
    let encoder = encoder(directory)?.ok_or_else(|| {
        let path = directory.path().display();
        Error::Usage(format!(
            "{path} was trained on {}, not on a file: there is no schema for {}",
            job.data,
            inputs.data.display()
        ))
    })?;
    let model = load(run, directory, &job.model, encoder.layout())?;
    let mut predictions = Predictions { rows: 0, csv: header(encoder.layout()), plot: None };
    for samples in encoder.chunks_without_labels(inputs.data.as_path(), SCORED)? {
        add_rows(&mut predictions, &model, encoder.layout(), &samples?)?;
    }
    Ok(predictions)
}

/// The columns of predictions: the number of the row, counted from 1 below the header, and a probability for each task.
fn header(layout: &Layout) -> String {
    let tasks = layout.tasks.iter().map(|task| format!(",{}", quoted(task)));
    format!("row{}\n", tasks.collect::<String>())
}

fn quoted(name: &str) -> String {
    match name.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", name.replace('"', "\"\"")),
        false => name.to_string(),
    }
}

fn add_rows<M: ClickModel>(
    predictions: &mut Predictions,
    model: &M,
    layout: &Layout,
    samples: &Encoded,
) -> Result<(), Error> {
    for probabilities in score(model, layout, samples)?.chunks(layout.tasks.len().max(1)) {
        predictions.rows += 1;
        let _ = write!(predictions.csv, "{}", predictions.rows);
        for probability in probabilities {
            let _ = write!(predictions.csv, ",{probability:.6}");
        }
        predictions.csv.push('\n');
    }
    Ok(())
}

/// The model of a finished run, without autodiff.
fn load<N: ClickNetwork>(
    run: &Run,
    directory: &RunDirectory,
    network: &N,
    layout: &Layout,
) -> Result<N::Model, Error> {
    weights::from_safetensors(network.init(layout, &run.device)?, directory.read(WEIGHTS)?)
        .map_err(|reason| Error::Damaged { path: directory.path().join(WEIGHTS), reason })
}

fn encoder(directory: &RunDirectory) -> Result<Option<Encoder>, Error> {
    let path = directory.path().join(ENCODER);
    if !path.exists() {
        return Ok(None);
    }
    let encoder = serde_json::from_slice(&directory.read(ENCODER)?);
    encoder.map(Some).map_err(|error| Error::Damaged { path, reason: error.to_string() })
}

fn to_json(encoder: &Encoder) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(encoder).map_err(|error| Error::Training(error.to_string()))
}
