//! Which rows of a file are for training, validation and test.

use rand::RngExt;
use serde::{Deserialize, Serialize};

use super::{CsvRows, CsvSource, Schema};
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

/// A split of one file.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Assignment {
    Random { valid: f64, test: f64, seed: u64 },
    Order { first_valid: usize, first_test: usize },
}

impl CsvSplit {
    /// The split of a file, whose rows are counted if need be.
    pub(crate) fn assign(&self, source: &CsvSource, schema: &Schema) -> Result<Assignment, DataError> {
        let Self { valid, test, by, seed } = *self;
        if !(valid > 0.0 && test > 0.0 && valid + test < 1.0) {
            let problem = format!("shares {valid} and {test}: both must be above 0, their sum below 1");
            return Err(DataError::Inconsistent { place: "split into validation and test".into(), problem });
        }
        if by == SplitBy::Random {
            return Ok(Assignment::Random { valid, test, seed });
        }
        let mut rows = CsvRows::open(source, schema)?;
        let mut count = 0;
        while rows.next_row()?.is_some() {
            count += 1;
        }
        let share = |share: f64| (count as f64 * share).round() as usize;
        let first_test = count - share(test);
        Ok(Assignment::Order { first_valid: first_test.saturating_sub(share(valid)), first_test })
    }
}

impl Assignment {
    /// The part of a row, which are numbered from 0.
    pub(crate) fn part(self, row: usize) -> Part {
        match self {
            Self::Random { valid, test, seed } => {
                let key = RandomKey { seed, epoch: 0, index: row as u64 };
                match key.rng(Purpose::Sampling).random::<f64>() {
                    u if u < test => Part::Test,
                    u if u < test + valid => Part::Valid,
                    _ => Part::Train,
                }
            }
            Self::Order { first_test, .. } if row >= first_test => Part::Test,
            Self::Order { first_valid, .. } if row >= first_valid => Part::Valid,
            Self::Order { .. } => Part::Train,
        }
    }
}
