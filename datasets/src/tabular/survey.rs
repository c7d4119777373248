//! A pass over training rows: which values there are, and how numbers are spread.

use std::borrow::Cow;
use std::collections::HashMap;

use csv::StringRecord;
use serde::{Deserialize, Serialize};

use super::row::{Columns, Labels};
use super::schema::Schema;
use super::{CsvRows, CsvSource, Layout, Vocabulary};
use crate::DataError;

/// Which rows of a file are meant, by number from 0.
pub(crate) type Chosen<'a> = dyn Fn(usize) -> bool + 'a;

/// How a number is standardised.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scale {
    mean: f64,
    deviation: f64,
}

impl Scale {
    /// 0 for a missing number and for one that is the same in all training rows.
    pub(crate) fn apply(self, number: Option<f64>) -> f32 {
        match number {
            Some(number) if self.deviation > 0.0 => ((number - self.mean) / self.deviation) as f32,
            _ => 0.0,
        }
    }
}

/// The vocabularies, those of fields that share empty, and the scales of the numbers.
pub(crate) fn survey(
    schema: &Schema,
    layout: &Layout,
    source: &CsvSource,
    chosen: &Chosen,
) -> Result<(Vec<Vocabulary>, Vec<Scale>), DataError> {
    let mut rows = CsvRows::open(source, schema)?;
    let columns = Columns::find(schema, &rows, Labels::Required)?;
    let mut values = vec![HashMap::new(); layout.fields.len()];
    let mut moments = vec![Moments::default(); layout.numeric.len()];
    let (mut row, mut record) = (0, StringRecord::new());
    while rows.next_row_into(&mut record)? {
        row += 1;
        if !chosen(row - 1) {
            continue;
        }
        for field in 0..layout.fields.len() {
            if let Some(value) = columns.value(&rows, &record, field)? {
                count(&mut values[layout.owner(field)], value);
            }
        }
        for (at, sequence) in layout.sequences.iter().enumerate() {
            for (items, &field) in columns.sequence(&rows, &record, at)?.into_iter().zip(&sequence.fields) {
                items.into_iter().for_each(|item| count(&mut values[layout.owner(field)], item.into()));
            }
        }
        for (moments, &column) in moments.iter_mut().zip(&columns.numbers) {
            if let Some(number) = columns.number(&rows, &record, column)? {
                moments.add(number);
            }
        }
    }
    let vocabularies = values.into_iter().zip(schema.categories());
    let vocabularies = vocabularies.map(|(values, field)| Vocabulary::new(values, field.min_count()));
    Ok((vocabularies.collect(), moments.into_iter().map(Moments::scale).collect()))
}

fn count(values: &mut HashMap<String, u32>, value: Cow<str>) {
    match values.get_mut(value.as_ref()) {
        Some(count) => *count = count.saturating_add(1),
        None => {
            values.insert(value.into_owned(), 1);
        }
    }
}

/// Mean and sum of squared distances to it, updated number by number (Welford).
#[derive(Debug, Clone, Copy, Default)]
struct Moments {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Moments {
    fn add(&mut self, number: f64) {
        self.count += 1.0;
        let distance = number - self.mean;
        self.mean += distance / self.count;
        self.squares += distance * (number - self.mean);
    }

    fn scale(self) -> Scale {
        Scale { mean: self.mean, deviation: (self.squares / self.count.max(1.0)).sqrt() }
    }
}
