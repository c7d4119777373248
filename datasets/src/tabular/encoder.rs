//! From rows of a file to numbers: what is learnt of the training rows for it.

use serde::{Deserialize, Serialize};

use super::chunks::Chunks;
use super::row::Labels;
use super::schema::{Category, SequenceSchema};
use super::schema_check::check;
use super::survey::{Chosen, Scale, survey};
use super::{CsvSource, Encoded, Field, Layout, Schema, SequenceField, Vocabulary};
use crate::DataError;

/// Rows that are held at once while counting.
pub(crate) const ROWS_AT_ONCE: usize = 1 << 14;

/// A schema with the vocabularies, means and deviations of the training rows: it encodes further rows in the same way, and is saved
/// with a run for that.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Parts", into = "Parts")]
pub struct Encoder {
    schema: Schema,
    layout: Layout,
    vocabularies: Vec<Vocabulary>,
    scales: Vec<Scale>,
    counts: Vec<Vec<u32>>,
}

/// What is saved of an encoder; the layout follows from it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts {
    schema: Schema,
    vocabularies: Vec<Vocabulary>,
    scales: Vec<Scale>,
    counts: Vec<Vec<u32>>,
}

impl From<Encoder> for Parts {
    fn from(encoder: Encoder) -> Self {
        let Encoder { schema, vocabularies, scales, counts, .. } = encoder;
        Self { schema, vocabularies, scales, counts }
    }
}

impl TryFrom<Parts> for Encoder {
    type Error = String;

    fn try_from(parts: Parts) -> Result<Self, String> {
        let Parts { schema, vocabularies, scales, counts } = parts;
        if let Some(problem) = check(&schema) {
            return Err(problem);
        }
        if vocabularies.len() != schema.categories().count() || scales.len() != schema.numbers().count() {
            return Err("its vocabularies and scales are not those of its schema".into());
        }
        let layout = layout(&schema, &vocabularies);
        let sizes = |counts: &[Vec<u32>]| counts.iter().map(Vec::len).collect::<Vec<_>>();
        match sizes(&counts) == sizes(&layout.no_counts()) {
            true => Ok(Self { schema, layout, vocabularies, scales, counts }),
            false => Err("its counts are not those of its vocabularies".into()),
        }
    }
}

impl Encoder {
    /// Learns from all rows of a file, in two passes, whatever its size; in memory are the vocabularies and 16,384 rows.
    ///
    /// # Errors
    /// [`DataError::Schema`] for a schema that does not fit together; what [`chunks`](Self::chunks) refuses.
    pub fn fit(schema: Schema, source: impl Into<CsvSource>) -> Result<Self, DataError> {
        Self::fit_chosen(schema, &source.into(), &|_| true)
    }

    /// Learns from the chosen rows.
    pub(crate) fn fit_chosen(schema: Schema, source: &CsvSource, chosen: &Chosen) -> Result<Self, DataError> {
        let mut encoder = Self::uncounted(schema, source, chosen)?;
        let mut counts = encoder.layout.no_counts();
        for samples in Chunks::open(&encoder, source, ROWS_AT_ONCE, Labels::Required, Box::new(chosen))? {
            encoder.layout.count(&samples?, &mut counts);
        }
        encoder.counts = counts;
        Ok(encoder)
    }

    /// As [`fit_chosen`](Self::fit_chosen), in one pass, all counts 0.
    pub(crate) fn uncounted(schema: Schema, source: &CsvSource, chosen: &Chosen) -> Result<Self, DataError> {
        if let Some(problem) = check(&schema) {
            return Err(DataError::Schema { place: "schema".into(), problem });
        }
        let (vocabularies, scales) = survey(&schema, &outline(&schema), source, chosen)?;
        let layout = layout(&schema, &vocabularies);
        let counts = layout.no_counts();
        Ok(Self { schema, layout, vocabularies, scales, counts })
    }

    /// Takes the counts from all training samples.
    pub(crate) fn count(&mut self, training: &Encoded) {
        self.counts = self.layout.counts(training);
    }

    /// The schema.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// What the encoded samples are made of.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// In how many training rows each entry occurs, as [`Layout::counts`].
    pub fn counts(&self) -> &[Vec<u32>] {
        &self.counts
    }

    /// The vocabulary that a field of the layout uses.
    ///
    /// # Panics
    /// If there is no such field.
    pub fn vocabulary(&self, field: usize) -> &Vocabulary {
        &self.vocabularies[self.layout.owner(field)]
    }

    /// How each number is standardised.
    pub(crate) fn scales(&self) -> &[Scale] {
        &self.scales
    }

    /// Encodes a file, `rows` rows at a time.
    ///
    /// Users and other groups are numbered in the order in which they come in the file, so that new ones stay apart.
    ///
    /// # Errors
    /// [`DataError::Io`]; [`DataError::MissingColumn`]; each item of the iterator may be [`DataError::Cell`] for a number that is none and
    /// a label that is neither 0 nor 1, or [`DataError::MalformedLine`] for other damage and a file without rows; it is then the last one.
    pub fn chunks(&self, source: impl Into<CsvSource>, rows: usize) -> Result<Chunks<'_>, DataError> {
        Chunks::open(self, &source.into(), rows, Labels::Required, Box::new(|_| true))
    }

    /// As [`chunks`](Self::chunks), for a file of which labels are to be predicted: no label is read, and neither are groups.
    ///
    /// # Errors
    /// As [`chunks`](Self::chunks).
    pub fn chunks_without_labels(
        &self,
        source: impl Into<CsvSource>,
        rows: usize,
    ) -> Result<Chunks<'_>, DataError> {
        Chunks::open(self, &source.into(), rows, Labels::NotRead, Box::new(|_| true))
    }

    /// Encodes a whole file.
    ///
    /// # Errors
    /// As [`chunks`](Self::chunks).
    pub fn read(&self, source: impl Into<CsvSource>) -> Result<Encoded, DataError> {
        let mut all = Encoded::empty(self.layout.sequences.len());
        for samples in self.chunks(source, ROWS_AT_ONCE)? {
            all.append(&samples?);
        }
        Ok(all)
    }
}

/// The layout of a checked schema, with vocabularies that have no entry yet but entry 0.
fn outline(schema: &Schema) -> Layout {
    let names: Vec<&str> = schema.categories().map(Category::name).collect();
    // The names have been checked, so each is found.
    let position = |name: &str| names.iter().position(|other| *other == name).unwrap_or_default();
    let field = |category: Category| Field {
        name: category.name().into(),
        vocab_size: 1,
        shares: category.shares().map(position),
    };
    let sequence = |sequence: &SequenceSchema| SequenceField {
        name: sequence.name.clone(),
        length: sequence.length,
        fields: sequence.uses.iter().map(|name| position(name)).collect(),
    };
    Layout {
        fields: schema.categories().map(field).collect(),
        numeric: schema.numbers().map(|number| number.name.clone()).collect(),
        sequences: schema.sequences().map(sequence).collect(),
        tasks: schema.labels().map(|label| label.name.clone()).collect(),
    }
}

/// The layout of a checked schema with these vocabularies.
fn layout(schema: &Schema, vocabularies: &[Vocabulary]) -> Layout {
    let mut layout = outline(schema);
    for field in 0..layout.fields.len() {
        layout.fields[field].vocab_size = vocabularies[layout.owner(field)].size();
    }
    layout
}
