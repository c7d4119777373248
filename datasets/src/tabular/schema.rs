//! What the columns of a file of samples are, as their owner writes it down in `schema.toml`.
//!
//! ```toml
//! group = "user"                # column by which the area under the curve is taken in groups
//! missing = ["?"]               # cells that are no value, besides empty ones
//!
//! [[fields]]
//! kind = "categorical"
//! name = "item"
//! min_count = 2                 # rarer values are unseen
//!
//! [[fields]]
//! kind = "sequence"             # cells like `3|17|5`, oldest item first
//! name = "history"
//! uses = ["item"]               # the field whose vocabulary it uses
//! length = 50                   # the last 50 items are kept
//!
//! [[fields]]
//! kind = "numeric"
//! name = "age"
//! bounds = [18, 30, 50]         # four buckets; without it the number stays one
//!
//! [[fields]]
//! kind = "label"
//! name = "click"
//! ```

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::schema_check::check;
use crate::DataError;

/// What the columns of a file are; columns that it does not name are not read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schema {
    /// The character between the cells of a row; the default is a comma.
    #[serde(default = "comma")]
    pub delimiter: char,
    /// The names of the columns, for a file whose first row is not their names.
    #[serde(default)]
    pub header: Option<Vec<String>>,
    /// Cells that are no value; empty ones never are.
    #[serde(default)]
    pub missing: Vec<String>,
    /// The column by which the area under the curve is taken in groups, usually the user.
    #[serde(default)]
    pub group: Option<String>,
    /// The fields.
    pub fields: Vec<FieldSchema>,
}

/// One field: columns and what becomes of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum FieldSchema {
    /// Values without an order.
    Categorical(CategoricalSchema),
    /// A number, or the bucket in which it falls.
    Numeric(NumericSchema),
    /// A list of values.
    Sequence(SequenceSchema),
    /// 0 or 1, what a model predicts.
    Label(LabelSchema),
}

/// Values without an order, numbered by how frequent they are.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CategoricalSchema {
    /// The field's name.
    pub name: String,
    /// The column; the default is the field's name.
    #[serde(default)]
    pub column: Option<String>,
    /// Values that occur less often in the training rows are taken for unseen; the default is 1.
    #[serde(default)]
    pub min_count: Option<u32>,
    /// The field whose vocabulary it shares.
    #[serde(default)]
    pub shares: Option<String>,
    /// What of the cell is the value; the default is all of it.
    #[serde(default)]
    pub take: Option<Take>,
}

/// A part of a point in time written `YYMMDDHH`, as in Avazu's files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Take {
    /// The hour of the day, `0` to `23`.
    Hour,
    /// The day of the week, `0` (Monday) to `6`.
    Weekday,
}

/// A number. It stays one, unless there are `bounds` or `squared_log`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NumericSchema {
    /// The field's name.
    pub name: String,
    /// The column; the default is the field's name.
    #[serde(default)]
    pub column: Option<String>,
    /// Increasing bounds `b1, b2, ..` of buckets: below `b1`, from `b1` to below `b2`, .. The bucket is then a categorical value.
    #[serde(default)]
    pub bounds: Option<Vec<f64>>,
    /// Whether `floor(ln(x)^2)`, for `x` of at most 2 the integral part of `x`, is taken as a categorical value, as is usual for Criteo's files.
    #[serde(default)]
    pub squared_log: bool,
}

/// A list of values, oldest first, of one or several parts each.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SequenceSchema {
    /// The field's name.
    pub name: String,
    /// For each part the column with the lists; the default is the field's name, for one part.
    #[serde(default)]
    pub columns: Option<Vec<String>>,
    /// For each part the categorical field whose vocabulary it uses.
    pub uses: Vec<String>,
    /// The most items that are kept, the last ones.
    pub length: usize,
    /// The character between items; the default is `|`.
    #[serde(default = "bar")]
    pub separator: char,
}

/// A label; a missing one leaves the sample out of its task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabelSchema {
    /// The task's name.
    pub name: String,
    /// The column; the default is the task's name.
    #[serde(default)]
    pub column: Option<String>,
    /// Cells that mean 1; the default is `1` and `1.0`.
    #[serde(default = "positive")]
    pub positive: Vec<String>,
    /// Cells that mean 0; the default is `0` and `0.0`.
    #[serde(default = "negative")]
    pub negative: Vec<String>,
}

fn comma() -> char {
    ','
}

fn bar() -> char {
    '|'
}

fn positive() -> Vec<String> {
    ["1", "1.0"].map(String::from).to_vec()
}

fn negative() -> Vec<String> {
    ["0", "0.0"].map(String::from).to_vec()
}

impl Schema {
    /// A schema of these fields for a file with commas and a header.
    pub fn new(fields: Vec<FieldSchema>) -> Self {
        Self { delimiter: comma(), header: None, missing: Vec::new(), group: None, fields }
    }

    /// Reads a `schema.toml`.
    ///
    /// # Errors
    /// [`DataError::Io`] if there is no such file; [`DataError::Schema`] for unknown or missing keys, fields and columns that do
    /// not fit together.
    pub fn read(path: &Path) -> Result<Self, DataError> {
        let text = fs::read_to_string(path).map_err(DataError::io(path))?;
        Self::parse(&text, &path.display().to_string())
    }

    /// Reads the text of a `schema.toml`; `place` names it in errors.
    ///
    /// # Errors
    /// [`DataError::Schema`], as [`read`](Self::read).
    pub fn parse(text: &str, place: &str) -> Result<Self, DataError> {
        let refuse = |problem: String| DataError::Schema { place: place.into(), problem };
        let schema: Self = toml::from_str(text).map_err(|error| refuse(error.to_string()))?;
        match check(&schema) {
            Some(problem) => Err(refuse(problem)),
            None => Ok(schema),
        }
    }

    pub(crate) fn labels(&self) -> impl Iterator<Item = &LabelSchema> {
        self.fields.iter().filter_map(|field| match field {
            FieldSchema::Label(label) => Some(label),
            _ => None,
        })
    }

    pub(crate) fn sequences(&self) -> impl Iterator<Item = &SequenceSchema> {
        self.fields.iter().filter_map(|field| match field {
            FieldSchema::Sequence(sequence) => Some(sequence),
            _ => None,
        })
    }

    /// Numbers that stay numbers.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = &NumericSchema> {
        self.fields.iter().filter_map(|field| match field {
            FieldSchema::Numeric(number) if !number.is_bucketed() => Some(number),
            _ => None,
        })
    }

    /// The fields of the layout: values, and numbers in buckets.
    pub(crate) fn categories(&self) -> impl Iterator<Item = Category<'_>> {
        self.fields.iter().filter_map(|field| match field {
            FieldSchema::Categorical(value) => Some(Category::Value(value)),
            FieldSchema::Numeric(number) if number.is_bucketed() => Some(Category::Bucket(number)),
            _ => None,
        })
    }
}

/// A field of the layout.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Category<'a> {
    Value(&'a CategoricalSchema),
    Bucket(&'a NumericSchema),
}

impl<'a> Category<'a> {
    pub(crate) fn name(self) -> &'a str {
        match self {
            Self::Value(field) => &field.name,
            Self::Bucket(field) => &field.name,
        }
    }

    pub(crate) fn column(self) -> &'a str {
        match self {
            Self::Value(field) => field.column.as_deref().unwrap_or(&field.name),
            Self::Bucket(field) => field.column(),
        }
    }

    pub(crate) fn shares(self) -> Option<&'a str> {
        match self {
            Self::Value(field) => field.shares.as_deref(),
            Self::Bucket(_) => None,
        }
    }

    pub(crate) fn min_count(self) -> u32 {
        match self {
            Self::Value(field) => field.min_count.unwrap_or(1),
            Self::Bucket(_) => 1,
        }
    }
}

impl FieldSchema {
    /// The field's name.
    pub fn name(&self) -> &str {
        match self {
            Self::Categorical(field) => &field.name,
            Self::Numeric(field) => &field.name,
            Self::Sequence(field) => &field.name,
            Self::Label(field) => &field.name,
        }
    }
}

impl CategoricalSchema {
    /// The field of a column of the same name.
    pub fn named(name: &str) -> FieldSchema {
        FieldSchema::Categorical(Self { name: name.into(), ..Self::default() })
    }
}

impl NumericSchema {
    /// The field of a column of the same name, which stays a number.
    pub fn named(name: &str) -> FieldSchema {
        FieldSchema::Numeric(Self { name: name.into(), ..Self::default() })
    }

    pub(crate) fn is_bucketed(&self) -> bool {
        self.bounds.is_some() || self.squared_log
    }

    pub(crate) fn column(&self) -> &str {
        self.column.as_deref().unwrap_or(&self.name)
    }
}

impl SequenceSchema {
    /// The columns, one a part.
    pub(crate) fn columns(&self) -> Vec<&str> {
        match &self.columns {
            Some(columns) => columns.iter().map(String::as_str).collect(),
            None => vec![&self.name],
        }
    }
}

impl LabelSchema {
    /// The label of a column of the same name, of cells 0 and 1.
    pub fn named(name: &str) -> FieldSchema {
        FieldSchema::Label(Self {
            name: name.into(),
            column: None,
            positive: positive(),
            negative: negative(),
        })
    }

    pub(crate) fn column(&self) -> &str {
        self.column.as_deref().unwrap_or(&self.name)
    }
}
