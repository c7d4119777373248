//! One file read as training, validation and test part.

use super::chunks::Chunks;
use super::encoder::ROWS_AT_ONCE;
use super::row::Labels;
use super::split::{Assignment, Part};
use super::{ClickData, CsvSource, CsvSplit, Encoded, Encoder, Schema};
use crate::DataError;

/// A file of any size, split: what is held out is in memory, training rows are read anew in each pass.
#[derive(Debug, Clone)]
pub struct CsvParts {
    source: CsvSource,
    encoder: Encoder,
    assignment: Assignment,
    valid: Encoded,
    test: Encoded,
    train_rows: usize,
}

impl CsvParts {
    /// Splits a file and learns its encoding from the training rows.
    ///
    /// # Errors
    /// [`DataError::Inconsistent`] for shares that cannot be and if a part has no row; otherwise as [`Encoder::fit`] and
    /// [`Encoder::chunks`].
    pub fn open(source: impl Into<CsvSource>, schema: Schema, split: &CsvSplit) -> Result<Self, DataError> {
        let source = source.into();
        let assignment = split.assign(&source, &schema)?;
        let encoder = Encoder::fit_chosen(schema, &source, &|row| assignment.part(row) == Part::Train)?;
        Self::new(source, encoder, assignment)
    }

    /// Splits a file whose encoding has been learnt before.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn with_encoder(
        source: impl Into<CsvSource>,
        encoder: Encoder,
        split: &CsvSplit,
    ) -> Result<Self, DataError> {
        let source = source.into();
        let assignment = split.assign(&source, encoder.schema())?;
        Self::new(source, encoder, assignment)
    }

    fn new(source: CsvSource, encoder: Encoder, assignment: Assignment) -> Result<Self, DataError> {
        let part_of = |row| assignment.part(row);
        let (parts, train_rows) = read_parts(&encoder, &source, &part_of, &[Part::Valid, Part::Test])?;
        let [_, valid, test] = parts;
        Ok(Self { source, encoder, assignment, valid, test, train_rows })
    }

    /// What encodes the rows.
    pub fn encoder(&self) -> &Encoder {
        &self.encoder
    }

    /// The rows for watching a training and choosing settings.
    pub fn valid(&self) -> &Encoded {
        &self.valid
    }

    /// The rows for testing.
    pub fn test(&self) -> &Encoded {
        &self.test
    }

    /// The number of training rows.
    pub fn train_rows(&self) -> usize {
        self.train_rows
    }

    /// Reads the training rows, `rows` at a time.
    ///
    /// # Errors
    /// As [`Encoder::chunks`].
    pub fn train_chunks(&self, rows: usize) -> Result<Chunks<'_>, DataError> {
        let chosen = Box::new(|row| self.assignment.part(row) == Part::Train);
        Chunks::open(&self.encoder, &self.source, rows, Labels::Required, chosen)
    }
}

/// Splits a file, learns its encoding from the training rows and encodes all rows.
///
/// # Errors
/// As [`CsvParts::open`].
pub fn split_csv(
    source: impl Into<CsvSource>,
    schema: Schema,
    split: &CsvSplit,
) -> Result<(Encoder, ClickData), DataError> {
    let source = source.into();
    let assignment = split.assign(&source, &schema)?;
    split_by(&source, schema, &|row| assignment.part(row))
}

/// As [`split_csv`], by the numbers of the rows, from 0.
pub(crate) fn split_by(
    source: &CsvSource,
    schema: Schema,
    part_of: &dyn Fn(usize) -> Part,
) -> Result<(Encoder, ClickData), DataError> {
    let mut encoder = Encoder::uncounted(schema, source, &|row| part_of(row) == Part::Train)?;
    let all = [Part::Train, Part::Valid, Part::Test];
    let ([train, valid, test], _) = read_parts(&encoder, source, part_of, &all)?;
    encoder.count(&train);
    let (layout, counts) = (encoder.layout().clone(), encoder.counts().to_vec());
    Ok((encoder, ClickData { layout, counts, train, valid, test }))
}

/// The rows of the wanted parts, and the number of training rows, wanted or not.
fn read_parts(
    encoder: &Encoder,
    source: &CsvSource,
    part_of: &dyn Fn(usize) -> Part,
    wanted: &[Part],
) -> Result<([Encoded; 3], usize), DataError> {
    let mut parts = [Part::Train, Part::Valid, Part::Test]
        .map(|part| (part, Encoded::empty(encoder.layout().sequences.len())));
    let mut counts = [0; 3];
    let chosen = Box::new(|row| wanted.contains(&part_of(row)));
    let mut chunks = Chunks::open(encoder, source, ROWS_AT_ONCE, Labels::Required, chosen)?;
    while let Some(samples) = chunks.next() {
        let samples = samples?;
        for ((part, all), count) in parts.iter_mut().zip(&mut counts) {
            let is_in = |&at: &usize| part_of(chunks.numbers()[at]) == *part;
            let rows: Vec<usize> = (0..samples.len()).filter(is_in).collect();
            all.append(&samples.select(&rows));
            *count += rows.len();
        }
    }
    let (rows, [_, valid, test]) = (chunks.rows_read(), counts);
    let train = rows - valid - test;
    let named = [(train, "training"), (valid, "validation"), (test, "test")];
    match named.iter().find(|(count, _)| *count == 0) {
        None => Ok((parts.map(|(_, samples)| samples), train)),
        Some((_, name)) => Err(DataError::Inconsistent {
            place: "split into training, validation and test".into(),
            problem: format!("no row of {rows} is for {name}"),
        }),
    }
}
