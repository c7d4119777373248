//! Bringing every channel to mean 0 and variance 1 by what was observed in the training part.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::Series;
use crate::DataError;

/// Mean and standard deviation (biased, as scikit-learn's `StandardScaler` has it) of each channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scaler {
    /// Mean of each channel.
    pub mean: Vec<f64>,
    /// Standard deviation of each channel; 1 for one that never changes.
    pub deviation: Vec<f64>,
}

impl Scaler {
    /// By the observed values of these rows.
    ///
    /// # Errors
    ///
    /// [`DataError::Inconsistent`] if a channel has none.
    pub fn fit(series: &Series, rows: Range<usize>) -> Result<Self, DataError> {
        let width = series.channels().len();
        let (values, observed) = (series.values(rows.clone()), series.observed(rows));
        let (mut mean, mut deviation) = (Vec::new(), Vec::new());
        for (channel, name) in series.channels().iter().enumerate() {
            let column = || {
                let cells = values.iter().zip(observed).skip(channel).step_by(width);
                cells.filter(|(_, observed)| **observed).map(|(value, _)| f64::from(*value))
            };
            let count = column().count() as f64;
            if count == 0.0 {
                let problem = format!("channel `{name}` has no value in the training part");
                return Err(DataError::Inconsistent { place: series.name().into(), problem });
            }
            let middle = column().sum::<f64>() / count;
            let spread = (column().map(|value| (value - middle).powi(2)).sum::<f64>() / count).sqrt();
            mean.push(middle);
            deviation.push(if spread > 0.0 { spread } else { 1.0 });
        }
        Ok(Self { mean, deviation })
    }

    /// The series in standard deviations from the mean. A value missing before the first of its channel becomes the mean.
    pub fn apply(&self, series: &Series) -> Series {
        let width = self.mean.len();
        let mut values = series.values(0..series.rows()).to_vec();
        for (index, value) in values.iter_mut().enumerate() {
            let channel = index % width;
            *value = ((f64::from(*value) - self.mean[channel]) / self.deviation[channel]) as f32;
        }
        let observed = series.observed(0..series.rows()).to_vec();
        let time = (series.time_column(), series.time().clone());
        // What was carried forward is so again; what was 0 for want of a value is 0, the mean.
        Series::new(series.name(), time, series.channels().to_vec(), values, observed)
    }

    /// Values `[rows, channels]` in the units of the series again.
    pub fn restore(&self, values: &mut [f32]) {
        let width = self.mean.len();
        for (index, value) in values.iter_mut().enumerate() {
            let channel = index % width;
            *value = (f64::from(*value) * self.deviation[channel] + self.mean[channel]) as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn series(text: &str) -> Series {
        Series::parse("t", text.as_bytes(), Path::new("t.csv"), &[]).unwrap()
    }

    #[test]
    fn rows_after_the_training_part_do_not_change_the_scale() {
        let text = "t,a,b\n0,1,5\n1,3,5\n2,,5\n3,5,5\n4,1000,-7\n";
        let found = Scaler::fit(&series(text), 0..4).unwrap();
        assert_eq!((found.mean[0], found.mean[1], found.deviation[1]), (3.0, 5.0, 1.0));
        assert!((found.deviation[0] - (8.0_f64 / 3.0).sqrt()).abs() < 1e-12);
        let scaled = found.apply(&series(text));
        assert_eq!(scaled.values(1..3), [0.0, 0.0, 0.0, 0.0]);
        assert_eq!(scaled.observed(1..3), [true, true, false, true]);
        let mut back = scaled.values(0..5).to_vec();
        found.restore(&mut back);
        // There and back in single precision: within a rounding of the last digit.
        for (found, expected) in back.iter().zip([1.0, 5.0, 3.0, 5.0, 3.0, 5.0, 5.0, 5.0, 1000.0, -7.0_f32]) {
            assert!((found / expected - 1.0).abs() < 2e-7, "{found} {expected}");
        }
    }

    #[test]
    fn a_channel_without_values_is_refused_and_a_late_one_begins_at_its_mean() {
        let late = series("t,a,b\n0,1,\n1,3,4\n2,5,6\n");
        let message = Scaler::fit(&late, 0..1).unwrap_err().to_string();
        assert_eq!(message, "t: channel `b` has no value in the training part");
        let scaled = Scaler::fit(&late, 0..3).unwrap().apply(&late);
        assert_eq!(scaled.values(0..1)[1], 0.0);
    }
}
