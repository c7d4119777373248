//! Tables of click logs, as recommendation reads them: categorical fields, numbers, sequences of behaviour, and labels of one or several
//! tasks, encoded as numbers.
//!
//! A [`Layout`] says what the numbers are, an [`Encoded`] holds them, and [`ClickData`] is both for training, validation and test.
//!
//! A file is read through a [`Schema`], which says what its columns are, and an [`Encoder`], which has learnt the vocabularies of the training
//! rows. Files may be larger than memory: [`CsvRows`] holds a row, [`Chunks`] as many as asked for.

mod adult;
mod chunks;
mod click_data;
mod csv_parts;
mod csv_rows;
mod encoded;
mod encoder;
pub mod formats;
mod layout;
pub mod movielens;
mod movielens_files;
mod row;
mod schema;
mod schema_check;
mod simulation;
mod split;
mod survey;
mod vocabulary;

mod bilinear_ctr;
mod conflicting_tasks;
mod multi_interest;

pub use adult::adult;
pub use bilinear_ctr::{BILINEAR_CTR_SIZES, bilinear_ctr};
pub use chunks::Chunks;
pub use click_data::ClickData;
pub use conflicting_tasks::{CONFLICTING_TASKS_SIZES, conflicting_tasks};
pub use csv_parts::{CsvParts, split_csv};
pub use csv_rows::{CsvRows, CsvSource};
pub use encoded::{Encoded, EncodedSequence};
pub use encoder::Encoder;
pub use layout::{Field, Layout, SequenceField};
pub use multi_interest::{MULTI_INTEREST_SIZES, multi_interest};
pub use schema::{CategoricalSchema, FieldSchema, LabelSchema, NumericSchema, Schema, SequenceSchema, Take};
pub use simulation::{PartSizes, Simulation};
pub use split::{CsvSplit, SplitBy};
pub use vocabulary::Vocabulary;
