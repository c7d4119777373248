//! Cells of a row as a schema reads them: values, numbers, lists and labels, not yet numbered.

use std::borrow::Cow;

use csv::StringRecord;

use super::schema::{Category, LabelSchema, Schema, Take};
use super::{CsvRows, Layout};
use crate::DataError;

/// Where the fields of a schema stand in the rows of a file.
pub(crate) struct Columns<'a> {
    schema: &'a Schema,
    pub(crate) fields: Vec<(usize, Category<'a>)>,
    pub(crate) numbers: Vec<usize>,
    pub(crate) sequences: Vec<SequenceColumns>,
    labels: Vec<(usize, &'a LabelSchema)>,
    pub(crate) group: Option<usize>,
}

/// Where the parts of a sequence stand.
pub(crate) struct SequenceColumns {
    pub(crate) columns: Vec<usize>,
    separator: char,
    length: usize,
}

/// Whether a file must have labels and groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Labels {
    Required,
    NotRead,
}

impl<'a> Columns<'a> {
    /// Finds the columns of a schema.
    pub(crate) fn find(schema: &'a Schema, rows: &CsvRows, labels: Labels) -> Result<Self, DataError> {
        let (mut fields, mut numbers, mut sequences) = (Vec::new(), Vec::new(), Vec::new());
        for category in schema.categories() {
            fields.push((rows.column(category.column())?, category));
        }
        for number in schema.numbers() {
            numbers.push(rows.column(number.column())?);
        }
        for sequence in schema.sequences() {
            let columns: Result<_, _> =
                sequence.columns().into_iter().map(|name| rows.column(name)).collect();
            let (separator, length) = (sequence.separator, sequence.length);
            sequences.push(SequenceColumns { columns: columns?, separator, length });
        }
        let (mut found, mut group) = (Vec::new(), None);
        if labels == Labels::Required {
            for label in schema.labels() {
                found.push((rows.column(label.column())?, label));
            }
            group = schema.group.as_deref().map(|name| rows.column(name)).transpose()?;
        }
        Ok(Self { schema, fields, numbers, sequences, labels: found, group })
    }

    /// A cell's text, none if it is missing.
    pub(crate) fn cell<'r>(&self, record: &'r StringRecord, column: usize) -> Option<&'r str> {
        let cell = record.get(column).unwrap_or_default();
        (!cell.is_empty() && !self.schema.missing.iter().any(|missing| missing == cell)).then_some(cell)
    }

    /// The value of categorical field `field`.
    pub(crate) fn value<'r>(
        &self,
        rows: &CsvRows,
        record: &'r StringRecord,
        field: usize,
    ) -> Result<Option<Cow<'r, str>>, DataError> {
        let (column, category) = self.fields[field];
        let Some(cell) = self.cell(record, column) else { return Ok(None) };
        match category {
            Category::Value(field) => match field.take {
                None => Ok(Some(cell.into())),
                Some(take) => match taken(cell, take) {
                    Some(value) => Ok(Some(value.to_string().into())),
                    None => Err(rows.bad_cell(record, column, "a point in time as YYMMDDHH".into())),
                },
            },
            Category::Bucket(number) => {
                let x = self.finite(rows, record, column, cell)?;
                let bucket = match &number.bounds {
                    Some(bounds) => bounds.partition_point(|bound| *bound <= x) as f64,
                    None if x > 2.0 => x.ln().powi(2).floor(),
                    None => x.trunc(),
                };
                // Adding 0 makes -0, which truncating may give, 0.
                Ok(Some((bucket + 0.0).to_string().into()))
            }
        }
    }

    /// The number in `column`.
    pub(crate) fn number(
        &self,
        rows: &CsvRows,
        record: &StringRecord,
        column: usize,
    ) -> Result<Option<f64>, DataError> {
        self.cell(record, column).map(|cell| self.finite(rows, record, column, cell)).transpose()
    }

    fn finite(
        &self,
        rows: &CsvRows,
        record: &StringRecord,
        column: usize,
        cell: &str,
    ) -> Result<f64, DataError> {
        let number = cell.parse::<f64>().ok().filter(|number| number.is_finite());
        number.ok_or_else(|| rows.bad_cell(record, column, "a finite number".into()))
    }

    /// For each part of sequence `at` the values of the items that are kept, equally many.
    pub(crate) fn sequence<'r>(
        &self,
        rows: &CsvRows,
        record: &'r StringRecord,
        at: usize,
    ) -> Result<Vec<Vec<&'r str>>, DataError> {
        let SequenceColumns { columns, separator, length } = &self.sequences[at];
        let mut parts = Vec::with_capacity(columns.len());
        for &column in columns {
            let list = self.cell(record, column);
            let mut items: Vec<&str> =
                list.map(|list| list.split(*separator).map(str::trim).collect()).unwrap_or_default();
            let first = parts.first().map_or(items.len(), |(total, _)| *total);
            if items.len() != first {
                let allowed =
                    format!("a list of {first} items, as in column `{}`", rows.columns()[columns[0]]);
                return Err(rows.bad_cell(record, column, allowed));
            }
            let total = items.len();
            items.drain(..total.saturating_sub(*length));
            parts.push((total, items));
        }
        Ok(parts.into_iter().map(|(_, items)| items).collect())
    }

    /// The labels: NaN where one is missing, and everywhere if labels are not read.
    pub(crate) fn labels(
        &self,
        rows: &CsvRows,
        record: &StringRecord,
        layout: &Layout,
    ) -> Result<Vec<f32>, DataError> {
        if self.labels.is_empty() {
            return Ok(vec![f32::NAN; layout.tasks.len()]);
        }
        let mut labels = Vec::with_capacity(self.labels.len());
        for &(column, label) in &self.labels {
            let is_in = |cells: &[String], cell: &str| cells.iter().any(|other| other == cell);
            labels.push(match self.cell(record, column) {
                None => f32::NAN,
                Some(cell) if is_in(&label.positive, cell) => 1.0,
                Some(cell) if is_in(&label.negative, cell) => 0.0,
                Some(_) => {
                    let allowed = [label.negative.join(", "), label.positive.join(", ")].join(" (for 0), ");
                    return Err(rows.bad_cell(record, column, format!("{allowed} (for 1) or nothing")));
                }
            });
        }
        Ok(labels)
    }
}

/// A part of a point in time written `YYMMDDHH`.
fn taken(cell: &str, take: Take) -> Option<u32> {
    if cell.len() != 8 || !cell.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |at: usize| cell[at..at + 2].parse::<u32>().ok();
    let (year, month, day, hour) = (2000 + part(0)?, part(2)?, part(4)?, part(6)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 {
        return None;
    }
    Some(match take {
        Take::Hour => hour,
        Take::Weekday => weekday(year, month, day),
    })
}

/// The day of the week, 0 for Monday (Sakamoto's method).
fn weekday(year: u32, month: u32, day: u32) -> u32 {
    const SHIFTS: [u32; 12] = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4];
    let year = if month < 3 { year - 1 } else { year };
    let from_sunday = year + year / 4 - year / 100 + year / 400 + SHIFTS[month as usize - 1] + day;
    (from_sunday + 6) % 7
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_in_time_have_an_hour_and_a_day_of_the_week() {
        // The first hour of Avazu's data, a Tuesday; a leap day, a Thursday; the first day of a century, a Saturday.
        assert_eq!(taken("14102100", Take::Weekday), Some(1));
        assert_eq!(taken("14102123", Take::Hour), Some(23));
        assert_eq!(taken("24022907", Take::Weekday), Some(3));
        assert_eq!(taken("00010100", Take::Weekday), Some(5));
        for wrong in ["1410210", "14132100", "14103200", "14102124", "14-02-10", "1410210é"] {
            assert_eq!(taken(wrong, Take::Hour), None, "{wrong}");
        }
    }
}
