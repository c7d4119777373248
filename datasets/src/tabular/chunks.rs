//! A file encoded piece by piece.

use std::collections::HashMap;

use csv::StringRecord;

use super::row::{Columns, Labels};
use super::survey::Chosen;
use super::{CsvRows, CsvSource, Encoded, Encoder};
use crate::DataError;

/// An iterator over rows of a file, encoded, some at a time.
pub struct Chunks<'a> {
    encoder: &'a Encoder,
    rows: CsvRows,
    columns: Columns<'a>,
    size: usize,
    chosen: Box<Chosen<'a>>,
    /// Rows read so far.
    row: usize,
    /// The numbers of the rows of the last chunk.
    numbers: Vec<usize>,
    groups: HashMap<String, u32>,
    ended: bool,
}

impl<'a> Chunks<'a> {
    /// Opens a file for the chosen rows.
    pub(crate) fn open(
        encoder: &'a Encoder,
        source: &CsvSource,
        size: usize,
        labels: Labels,
        chosen: Box<Chosen<'a>>,
    ) -> Result<Self, DataError> {
        let rows = CsvRows::open(source, encoder.schema())?;
        let columns = Columns::find(encoder.schema(), &rows, labels)?;
        let (groups, numbers) = (HashMap::new(), Vec::new());
        Ok(Self { encoder, rows, columns, size: size.max(1), chosen, row: 0, numbers, groups, ended: false })
    }

    /// The numbers, from 0, of the rows of the last chunk.
    pub(crate) fn numbers(&self) -> &[usize] {
        &self.numbers
    }

    /// The number of rows read so far, chosen or not.
    pub(crate) fn rows_read(&self) -> usize {
        self.row
    }

    fn chunk(&mut self) -> Result<Encoded, DataError> {
        let mut samples = Encoded::empty(self.encoder.layout().sequences.len());
        let mut record = StringRecord::new();
        self.numbers.clear();
        while samples.len() < self.size {
            if !self.rows.next_row_into(&mut record)? {
                self.ended = true;
                break;
            }
            // Groups are numbered over all rows, so that their numbers do not hang on which are chosen.
            let group = self.group(&record);
            if (self.chosen)(self.row) {
                self.encode(&record, &mut samples)?;
                samples.groups.extend(group);
                self.numbers.push(self.row);
            }
            self.row += 1;
        }
        Ok(samples)
    }

    fn group(&mut self, record: &StringRecord) -> Option<u32> {
        let name = record.get(self.columns.group?).unwrap_or_default();
        let next = self.groups.len() as u32;
        Some(match self.groups.get(name) {
            Some(&group) => group,
            None => *self.groups.entry(name.to_string()).or_insert(next),
        })
    }

    /// Adds a row to the samples.
    fn encode(&self, record: &StringRecord, samples: &mut Encoded) -> Result<(), DataError> {
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
                let part =
                    |(part, &field): (&Vec<&str>, &usize)| self.encoder.vocabulary(field).id(part[item]);
                ids.extend(parts.iter().zip(&sequence.fields).map(part));
            }
            ids.extend(std::iter::repeat_n(0, (sequence.length - length) * sequence.fields.len()));
            samples.sequences[at].lengths.push(length as u32);
        }
        samples.labels.extend(columns.labels(rows, record, layout)?);
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
