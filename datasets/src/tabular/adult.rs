//! The Adult census table of the UCI repository (B. Becker and R. Kohavi, 1996): does a person earn above 50,000 dollars a year?

use std::io::{BufRead, BufReader};
use std::path::Path;

use super::schema::{CategoricalSchema, FieldSchema, LabelSchema, NumericSchema, Schema};
use super::{ClickData, CsvSource, CsvSplit, Encoder, SplitBy, split_csv};
use crate::DataError;
use crate::bounded::open;

const COLUMNS: [&str; 15] = [
    "age",
    "workclass",
    "fnlwgt",
    "education",
    "education-num",
    "marital-status",
    "occupation",
    "relationship",
    "race",
    "sex",
    "capital-gain",
    "capital-loss",
    "hours-per-week",
    "native-country",
    "income",
];

const NUMBERS: [&str; 5] = ["age", "education-num", "capital-gain", "capital-loss", "hours-per-week"];

/// Not of the person, but how many people the row stands for.
const WEIGHT: &str = "fnlwgt";

/// The share of rows, in the order of the file, that are for validation and testing.
const SPLIT: CsvSplit = CsvSplit { valid: 0.1, test: 0.2, by: SplitBy::Order, seed: 0 };

/// Reads `adult.data` in `directory`, with or without a line of column names: eight categorical fields, five numbers (the weight `fnlwgt`
/// is left out) and the task `income`. The last 20 % of the rows are for testing, the 10 % before them for validation; the file has no
/// order.
///
/// # Errors
/// [`DataError::Missing`] if the file is not there; as [`split_csv`].
pub fn adult(directory: &Path) -> Result<(Encoder, ClickData), DataError> {
    let path = directory.join("adult.data");
    if !path.is_file() {
        return Err(DataError::Missing { what: "the table of Adult".into(), looked_for: vec![path] });
    }
    let mut line = Vec::new();
    let mut start = std::io::Read::take(BufReader::new(open(&path)?), 4096);
    start.read_until(b'\n', &mut line).map_err(DataError::io(&path))?;
    let line = String::from_utf8_lossy(&line).into_owned();
    let names: Vec<&str> = line.split(',').map(str::trim).collect();
    let named = names[0] == COLUMNS[0];
    let label = if named { names[names.len() - 1] } else { "income" };
    let header = (!named).then(|| COLUMNS.map(String::from).to_vec());
    let schema = Schema { header, missing: vec!["?".into()], ..Schema::new(fields(label)) };
    split_csv(CsvSource::File(path), schema, &SPLIT)
}

fn fields(label: &str) -> Vec<FieldSchema> {
    let texts = |texts: [&str; 2]| texts.map(String::from).to_vec();
    let field = |name: &&str| match NUMBERS.contains(name) {
        true => NumericSchema::named(name),
        false => CategoricalSchema::named(name),
    };
    let mut fields: Vec<FieldSchema> =
        COLUMNS[..14].iter().filter(|name| **name != WEIGHT).map(field).collect();
    fields.push(FieldSchema::Label(LabelSchema {
        name: "income".into(),
        column: Some(label.into()),
        // The published test file writes a full stop behind each.
        positive: texts([">50K", ">50K."]),
        negative: texts(["<=50K", "<=50K."]),
    }));
    fields
}
