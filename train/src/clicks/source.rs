//! The samples of a job: a data set of the system by its name, or a csv file with a schema, streamed where it is large.

use std::borrow::Cow;
use std::path::Path;

use pyrarium_datasets::tabular::{ClickData, CsvParts, CsvSplit, Encoded, Encoder, Layout, Schema};
use pyrarium_layers::ConfigError;

use super::fit::{ChunkIter, ClickFitted, Training, fit_chunks, fit_clicks};
use super::settings::ClickFit;
use crate::Error;
use crate::run::Run;

/// A data set that a system knows by name.
pub struct NamedData {
    /// Its name.
    pub name: &'static str,
    /// Opens it, or draws it from a seed with so many training samples.
    pub open: fn(&Run, u64, usize) -> Result<NamedSamples, Error>,
}

/// The samples of a data set.
pub struct NamedSamples {
    /// The samples.
    pub data: ClickData,
    /// What encodes further files, where it comes from files itself.
    pub encoder: Option<Encoder>,
}

/// Which samples a job is on.
#[derive(Clone, Copy)]
pub struct Wanted<'a> {
    /// A name or a file.
    pub data: &'a str,
    /// Seed of samples that are drawn.
    pub seed: u64,
    /// Training samples that are drawn.
    pub samples: usize,
    /// The schema of a file; empty for a name.
    pub schema: &'a str,
    /// How a file is split.
    pub split: CsvSplit,
    /// Training rows of a file that are held in memory at once.
    pub chunk_rows: usize,
}

/// The samples of a job.
pub enum Source {
    /// All in memory.
    Held(Box<NamedSamples>),
    /// Training rows are read from their file in each epoch.
    Streamed {
        /// The file, and what of it is in memory.
        parts: Box<CsvParts>,
        /// Training rows in memory at once.
        chunk_rows: usize,
    },
}

impl Source {
    /// Opens what is wanted, one of `known` or a file.
    ///
    /// # Errors
    /// An unknown name, a file without a schema, and what is wrong with the file.
    pub fn open(run: &Run, known: &[NamedData], wanted: Wanted<'_>) -> Result<Self, Error> {
        let Wanted { data, seed, samples, schema, split, chunk_rows } = wanted;
        if let Some(known) = known.iter().find(|known| known.name == data) {
            return match schema {
                "" => Ok(Self::Held(Box::new((known.open)(run, seed, samples)?))),
                _ => {
                    Err(ConfigError::new("schema", schema, format!("empty for {data}, which has its own"))
                        .into())
                }
            };
        }
        let file = existing_file(known, data)?;
        if schema.is_empty() {
            return Err(Error::Usage(format!("{data} needs a --schema FILE that says what its columns are")));
        }
        let parts = CsvParts::open(file, Schema::read(Path::new(schema))?, &split)?;
        Self::of_parts(parts, chunk_rows)
    }

    /// The samples of a finished run again, encoded as they were when it was trained.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn reopen(
        run: &Run,
        known: &[NamedData],
        wanted: Wanted<'_>,
        encoder: Option<Encoder>,
    ) -> Result<Self, Error> {
        match encoder {
            Some(encoder) if !wanted.schema.is_empty() => {
                let file = existing_file(known, wanted.data)?;
                Self::of_parts(CsvParts::with_encoder(file, encoder, &wanted.split)?, wanted.chunk_rows)
            }
            _ => Self::open(run, known, wanted),
        }
    }

    fn of_parts(parts: CsvParts, chunk_rows: usize) -> Result<Self, Error> {
        if parts.train_rows() > chunk_rows {
            return Ok(Self::Streamed { parts: Box::new(parts), chunk_rows });
        }
        let layout = parts.encoder().layout().clone();
        let mut train = Encoded::empty(layout.sequences.len());
        for chunk in parts.train_chunks(chunk_rows)? {
            train.append(&chunk?);
        }
        let data = ClickData {
            layout,
            counts: parts.encoder().counts().to_vec(),
            train,
            valid: parts.valid().clone(),
            test: parts.test().clone(),
        };
        Ok(Self::Held(Box::new(NamedSamples { data, encoder: Some(parts.encoder().clone()) })))
    }

    /// What the samples are made of.
    pub fn layout(&self) -> &Layout {
        match self {
            Self::Held(samples) => &samples.data.layout,
            Self::Streamed { parts, .. } => parts.encoder().layout(),
        }
    }

    /// What encodes further files, where there is one.
    pub fn encoder(&self) -> Option<&Encoder> {
        match self {
            Self::Held(samples) => samples.encoder.as_ref(),
            Self::Streamed { parts, .. } => Some(parts.encoder()),
        }
    }

    /// The samples that nothing is chosen by.
    pub fn test(&self) -> &Encoded {
        match self {
            Self::Held(samples) => &samples.data.test,
            Self::Streamed { parts, .. } => parts.test(),
        }
    }

    /// Trains a model, which is on a device with autodiff, with checkpoints in the directory.
    ///
    /// # Errors
    /// As [`fit_chunks`].
    pub fn fit<M: pyrarium_layers::ClickModel>(
        &self,
        run: &Run,
        model: M,
        fit: &ClickFit,
        seed: u64,
        directory: &Path,
    ) -> Result<ClickFitted<M>, Error> {
        let (parts, rows) = match self {
            Self::Held(samples) => {
                return fit_clicks(run, &samples.data, model, fit, seed, Some(directory));
            }
            Self::Streamed { parts, chunk_rows } => (parts, *chunk_rows),
        };
        let chunks = || -> Result<ChunkIter<'_>, Error> {
            let chunks = parts.train_chunks(rows)?;
            Ok(Box::new(chunks.map(|chunk| Ok(Cow::Owned(chunk?)))))
        };
        let training = Training {
            layout: self.layout(),
            counts: parts.encoder().counts(),
            chunks: &chunks,
            valid: parts.valid(),
        };
        fit_chunks(run, &training, model, fit, seed, (Some(directory), &run.display))
    }
}

/// The file that is not one of the known names.
fn existing_file<'a>(known: &[NamedData], data: &'a str) -> Result<&'a Path, Error> {
    let path = Path::new(data);
    let looks_like_a_file = path.extension().is_some() || path.components().count() > 1;
    match path.is_file() || looks_like_a_file {
        true => Ok(path),
        false => Err(Error::unknown("data set", data, known.iter().map(|known| known.name))),
    }
}
