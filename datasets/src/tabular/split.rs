//! One file split into training, validation and test.

use rand::RngExt;
use serde::{Deserialize, Serialize};

use super::encoder::ROWS_AT_ONCE;
use super::{ClickData, CsvRows, CsvSource, Encoded, Encoder, Schema};
use crate::{DataError, Purpose, RandomKey};

/// Which rows of a file are held out.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CsvSplit {
    /// The share of rows for validation, above 0.
    pub valid: f64,
    /// The share of rows for testing, above 0; both shares together below 1.
    pub test: f64,
    /// How rows are chosen.
    pub by: SplitBy,
    /// The seed of a random choice.
    pub seed: u64,
}

/// How rows are chosen for a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SplitBy {
    /// Each row falls into a part at random, by its number and the seed, so the shares are met only nearly.
    Random,
    /// The last rows are for testing, those before them for validation: for files in the order of time.
    Order,
}

/// A part of the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Train,
    Valid,
    Test,
}

/// Splits a file, learns its encoding from the training rows and encodes all rows.
///
/// # Errors
/// [`DataError::Inconsistent`] for shares that cannot be and if a part has no row; otherwise as [`Encoder::fit`].
pub fn split_csv(
    source: impl Into<CsvSource>,
    schema: Schema,
    split: &CsvSplit,
) -> Result<(Encoder, ClickData), DataError> {
    let source = source.into();
    let CsvSplit { valid, test, by, seed } = *split;
    if !(valid > 0.0 && test > 0.0 && valid + test < 1.0) {
        let problem = format!("shares {valid} and {test}: both must be above 0, their sum below 1");
        return Err(DataError::Inconsistent { place: "split into validation and test".into(), problem });
    }
    match by {
        SplitBy::Random => split_by(&source, schema, &|row| {
            let key = RandomKey { seed, epoch: 0, index: row as u64 };
            match key.rng(Purpose::Sampling).random::<f64>() {
                u if u < test => Part::Test,
                u if u < test + valid => Part::Valid,
                _ => Part::Train,
            }
        }),
        SplitBy::Order => {
            let rows = count_rows(&source, &schema)?;
            let share = |share: f64| (rows as f64 * share).round() as usize;
            split_by(&source, schema, &move |row| match rows - row.min(rows) {
                left if left <= share(test) => Part::Test,
                left if left <= share(test) + share(valid) => Part::Valid,
                _ => Part::Train,
            })
        }
    }
}

/// Splits a file by the numbers of its rows, from 0.
pub(crate) fn split_by(
    source: &CsvSource,
    schema: Schema,
    part_of: &dyn Fn(usize) -> Part,
) -> Result<(Encoder, ClickData), DataError> {
    let encoder = Encoder::fit_chosen(schema, source, &|row| part_of(row) == Part::Train)?;
    let mut parts = [Part::Train, Part::Valid, Part::Test]
        .map(|part| (part, Encoded::empty(encoder.layout().sequences.len())));
    let mut row = 0;
    for samples in encoder.chunks(source.clone(), ROWS_AT_ONCE)? {
        let samples = samples?;
        for (part, all) in &mut parts {
            let rows: Vec<usize> = (0..samples.len()).filter(|at| part_of(row + at) == *part).collect();
            all.append(&samples.select(&rows));
        }
        row += samples.len();
    }
    let [(_, train), (_, valid), (_, test)] = parts;
    for (part, name) in [(&train, "training"), (&valid, "validation"), (&test, "test")] {
        if part.is_empty() {
            let problem = format!("no row of {row} is for {name}");
            return Err(DataError::Inconsistent { place: "split into training, validation and test".into(), problem });
        }
    }
    let (layout, counts) = (encoder.layout().clone(), encoder.counts().to_vec());
    Ok((encoder, ClickData { layout, counts, train, valid, test }))
}

fn count_rows(source: &CsvSource, schema: &Schema) -> Result<usize, DataError> {
    let mut rows = CsvRows::open(source, schema)?;
    let mut count = 0;
    while rows.next_row()?.is_some() {
        count += 1;
    }
    Ok(count)
}
