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
    held_out: HeldOut,
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
        let held_out = HeldOut::read(&encoder, &source, &|row| assignment.part(row))?;
        Ok(Self { source, encoder, assignment, held_out })
    }

    /// What encodes the rows.
    pub fn encoder(&self) -> &Encoder {
        &self.encoder
    }

    /// The rows for watching a training and choosing settings.
    pub fn valid(&self) -> &Encoded {
        &self.held_out.valid
    }

    /// The rows for testing.
    pub fn test(&self) -> &Encoded {
        &self.held_out.test
    }

    /// The number of training rows.
    pub fn train_rows(&self) -> usize {
        self.held_out.train_rows
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
    let encoder = Encoder::fit_chosen(schema, source, &|row| part_of(row) == Part::Train)?;
    let HeldOut { valid, test, .. } = HeldOut::read(&encoder, source, part_of)?;
    let mut train = Encoded::empty(encoder.layout().sequences.len());
    let chosen = Box::new(|row| part_of(row) == Part::Train);
    for samples in Chunks::open(&encoder, source, ROWS_AT_ONCE, Labels::Required, chosen)? {
        train.append(&samples?);
    }
    let (layout, counts) = (encoder.layout().clone(), encoder.counts().to_vec());
    Ok((encoder, ClickData { layout, counts, train, valid, test }))
}

/// The rows that are not for training.
#[derive(Debug, Clone)]
struct HeldOut {
    valid: Encoded,
    test: Encoded,
    train_rows: usize,
}

impl HeldOut {
    fn read(
        encoder: &Encoder,
        source: &CsvSource,
        part_of: &dyn Fn(usize) -> Part,
    ) -> Result<Self, DataError> {
        let none = Encoded::empty(encoder.layout().sequences.len());
        let (mut valid, mut test) = (none.clone(), none);
        let chosen = Box::new(|row| part_of(row) != Part::Train);
        let mut chunks = Chunks::open(encoder, source, ROWS_AT_ONCE, Labels::Required, chosen)?;
        while let Some(samples) = chunks.next() {
            let samples = samples?;
            let (tested, watched): (Vec<usize>, Vec<usize>) =
                (0..samples.len()).partition(|&at| part_of(chunks.numbers()[at]) == Part::Test);
            valid.append(&samples.select(&watched));
            test.append(&samples.select(&tested));
        }
        let rows = chunks.rows_read();
        let train_rows = rows - valid.len() - test.len();
        let parts = [(train_rows, "training"), (valid.len(), "validation"), (test.len(), "test")];
        match parts.iter().find(|(count, _)| *count == 0) {
            None => Ok(Self { valid, test, train_rows }),
            Some((_, name)) => Err(DataError::Inconsistent {
                place: "split into training, validation and test".into(),
                problem: format!("no row of {rows} is for {name}"),
            }),
        }
    }
}
