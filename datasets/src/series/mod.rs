//! Multivariate time series: values of several channels at evenly spaced moments, some of them missing.
//!
//! [`Series::open`] reads the weather that ships with this crate (provenance in `data/README.md`), ETT, or any csv file with a column of
//! times; [`Parts`] cuts a series by time, [`Scaler`] brings it to mean 0 and variance 1 by the training part alone, and [`Windows`]
//! walks over it without copying. [`LaggedConfig`] generates channels that follow each other.

mod csv_file;
mod lagged;
mod parts;
mod scaler;
mod sources;
mod time_axis;
mod windows;

pub use lagged::LaggedConfig;
pub use parts::{Part, Parts, SplitRule};
pub use scaler::Scaler;
pub use sources::WEATHER;
pub use time_axis::{Step, TimeAxis};
pub use windows::{Window, Windows};

use std::ops::Range;
use std::sync::Arc;

/// Values of several channels at evenly spaced moments. Copies share the values.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    name: String,
    time_column: String,
    time: TimeAxis,
    channels: Vec<String>,
    /// Row by row, `[rows, channels]`.
    values: Arc<[f32]>,
    /// Whether each value was observed.
    observed: Arc<[bool]>,
}

impl Series {
    /// A series of these values and what was observed of them, both `[rows, channels]` row by row.
    ///
    /// A missing value becomes the last one of its channel that was observed, or 0 before the first: what a forecaster knows that does
    /// not look ahead.
    pub(crate) fn new(
        name: &str,
        (time_column, time): (&str, TimeAxis),
        channels: Vec<String>,
        mut values: Vec<f32>,
        observed: Vec<bool>,
    ) -> Self {
        carry_forward(&mut values, &observed, channels.len());
        Self {
            name: name.into(),
            time_column: time_column.into(),
            time,
            channels,
            values: values.into(),
            observed: observed.into(),
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name of the column with the times.
    pub fn time_column(&self) -> &str {
        &self.time_column
    }

    /// Its moments.
    pub fn time(&self) -> &TimeAxis {
        &self.time
    }

    /// Names of the channels.
    pub fn channels(&self) -> &[String] {
        &self.channels
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.values.len() / self.channels.len().max(1)
    }

    /// The values of some rows, row by row.
    pub fn values(&self, rows: Range<usize>) -> &[f32] {
        &self.values[rows.start * self.channels.len()..rows.end * self.channels.len()]
    }

    /// Which values of some rows were observed, row by row.
    pub fn observed(&self, rows: Range<usize>) -> &[bool] {
        &self.observed[rows.start * self.channels.len()..rows.end * self.channels.len()]
    }

    /// Whether no value is missing.
    pub fn is_complete(&self) -> bool {
        self.observed.iter().all(|&observed| observed)
    }
}

fn carry_forward(values: &mut [f32], observed: &[bool], channels: usize) {
    for index in 0..values.len() {
        if !observed[index] {
            values[index] = if index >= channels { values[index - channels] } else { 0.0 };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_value_is_the_last_one_observed() {
        let mut values = [9.0, 1.0, 2.0, 9.0, 9.0, 9.0, 5.0, 6.0];
        let observed = [false, true, true, false, false, false, true, true];
        carry_forward(&mut values, &observed, 2);
        assert_eq!(values, [0.0, 1.0, 2.0, 1.0, 2.0, 1.0, 5.0, 6.0]);
    }
}
