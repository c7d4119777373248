//! A file encoded piece by piece.

use std::collections::HashMap;

use csv::StringRecord;

use super::row::{Columns, Labels};
use super::{CsvRows, CsvSource, Encoded, Encoder};
use crate::DataError;

/// An iterator over the rows of a file, encoded, some at a time.
pub struct Chunks<'a> {
    encoder: &'a Encoder,
    rows: CsvRows,
    columns: Columns<'a>,
    size: usize,
    groups: HashMap<String, u32>,
    ended: bool,
}

impl<'a> Chunks<'a> {
    pub(crate) fn open(
        encoder: &'a Encoder,
        source: &CsvSource,
        size: usize,
        labels: Labels,
    ) -> Result<Self, DataError> {
        let rows = CsvRows::open(source, encoder.schema())?;
        let columns = Columns::find(encoder.schema(), &rows, labels)?;
        Ok(Self { encoder, rows, columns, size: size.max(1), groups: HashMap::new(), ended: false })
    }

    fn chunk(&mut self) -> Result<Encoded, DataError> {
        let mut samples = Encoded::empty(self.encoder.layout().sequences.len());
        let mut record = StringRecord::new();
        while samples.len() < self.size {
            if !self.rows.next_row_into(&mut record)? {
                self.ended = true;
                break;
            }
            self.encode(&record, &mut samples)?;
        }
        Ok(samples)
    }

    /// Adds a row to the samples.
    fn encode(&mut self, record: &StringRecord, samples: &mut Encoded) -> Result<(), DataError> {
        let (columns, rows, layout) = (&self.columns, &self.rows, self.encoder.layout());
        for field in 0..layout.fields.len() {
            let value = columns.value(rows, record, field)?;
            samples.categorical.push(value.map_or(0, |value| self.encoder.vocabulary(field).id(&value)));
        }
        for (&column, scale) in columns.numbers.iter().zip(self.encoder.scales()) {
            samples.numeric.push(scale.apply(columns.number(rows, record, column)?));
        }
        for (at, sequence) in layout.sequences.iter().enumerate() {
            let parts = columns.sequence(rows, record, at)?;
            let length = parts.first().map_or(0, Vec::len);
            let ids = &mut samples.sequences[at].ids;
            for item in 0..length {
                let part = |(part, &field): (&Vec<&str>, &usize)| self.encoder.vocabulary(field).id(part[item]);
                ids.extend(parts.iter().zip(&sequence.fields).map(part));
            }
            ids.extend(std::iter::repeat_n(0, (sequence.length - length) * sequence.fields.len()));
            samples.sequences[at].lengths.push(length as u32);
        }
        samples.labels.extend(columns.labels(rows, record, layout)?);
        if let Some(column) = columns.group {
            let next = self.groups.len() as u32;
            let name = record.get(column).unwrap_or_default();
            let group = match self.groups.get(name) {
                Some(&group) => group,
                None => *self.groups.entry(name.to_string()).or_insert(next),
            };
            samples.groups.push(group);
        }
        samples.count += 1;
        Ok(())
    }
}

impl Iterator for Chunks<'_> {
    type Item = Result<Encoded, DataError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        match self.chunk() {
            Ok(samples) if samples.is_empty() => None,
            Err(error) => {
                self.ended = true;
                Some(Err(error))
            }
            samples => Some(samples),
        }
    }
}
