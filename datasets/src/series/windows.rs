//! Sliding windows over a series: a window is a place in the shared values, nothing is copied.

use std::ops::Range;

use super::{Part, Parts, Series};
use crate::DataError;

/// Windows of a context and the horizon after it.
#[derive(Debug, Clone)]
pub struct Windows {
    series: Series,
    rows: Range<usize>,
    context: usize,
    horizon: usize,
    stride: usize,
}

/// One window, its values row by row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window<'a> {
    /// The row at which it begins.
    pub start: usize,
    /// `[context, channels]`.
    pub past: &'a [f32],
    /// Which values of the past were observed.
    pub past_observed: &'a [bool],
    /// `[horizon, channels]`.
    pub future: &'a [f32],
    /// Which values of the future were observed.
    pub future_observed: &'a [bool],
}

impl Windows {
    /// The windows of a part, one beginning every `stride` rows.
    ///
    /// # Errors
    ///
    /// [`DataError::TooShort`] if the part has no window; a length or stride of 0 counts as 1.
    pub fn of(
        series: &Series,
        (parts, part): (&Parts, Part),
        [context, horizon]: [usize; 2],
        stride: usize,
    ) -> Result<Self, DataError> {
        let rows = parts.rows(part, context);
        let (context, horizon, stride) = (context.max(1), horizon.max(1), stride.max(1));
        if rows.len() < context.saturating_add(horizon) {
            return Err(DataError::TooShort {
                place: series.name().into(),
                part: part.name(),
                rows: rows.len(),
                context,
                horizon,
            });
        }
        Ok(Self { series: series.clone(), rows, context, horizon, stride })
    }

    /// The series on which they lie.
    pub fn series(&self) -> &Series {
        &self.series
    }

    /// Rows of a context.
    pub fn context(&self) -> usize {
        self.context
    }

    /// Rows of a horizon.
    pub fn horizon(&self) -> usize {
        self.horizon
    }

    /// Rows from one window to the next.
    pub fn stride(&self) -> usize {
        self.stride
    }

    /// The number of windows.
    pub fn len(&self) -> usize {
        (self.rows.len() - self.context - self.horizon) / self.stride + 1
    }

    /// Always false: a part without windows is refused.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Window `index`, which must be below [`len`](Self::len).
    pub fn get(&self, index: usize) -> Window<'_> {
        let start = self.rows.start + index * self.stride;
        let (past, future) =
            (start..start + self.context, start + self.context..start + self.context + self.horizon);
        Window {
            start,
            past: self.series.values(past.clone()),
            past_observed: self.series.observed(past),
            future: self.series.values(future.clone()),
            future_observed: self.series.observed(future),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::series::LaggedConfig;

    fn series(rows: usize) -> Series {
        LaggedConfig { rows, ..LaggedConfig::default() }.generate(0).unwrap()
    }

    #[test]
    fn windows_are_places_in_the_series() {
        let series = series(100);
        let parts = series.parts().unwrap();
        let train = Windows::of(&series, (&parts, Part::Train), [10, 5], 1).unwrap();
        assert_eq!(train.len(), 56);
        for index in [0, 55] {
            let window = train.get(index);
            assert_eq!(window.past, series.values(index..index + 10));
            assert_eq!(window.future, series.values(index + 10..index + 15));
            assert_eq!(window.past.as_ptr_range().end, window.future.as_ptr(), "nothing is copied");
            assert_eq!(window.past.as_ptr(), series.values(index..index + 1).as_ptr(), "nothing is copied");
        }
        assert_eq!(train.get(55).start + 15, parts.train.end);
        // The first target of the test is its first row, the last one the last.
        let test = Windows::of(&series, (&parts, Part::Test), [10, 5], 3).unwrap();
        assert_eq!((test.len(), test.get(0).start + 10, test.get(5).start + 15), (6, 80, 100));
    }

    #[test]
    fn a_part_that_is_too_short_is_refused() {
        let series = series(100);
        let parts = series.parts().unwrap();
        let windows = |part, lengths| Windows::of(&series, (&parts, part), lengths, 1);
        assert_eq!(windows(Part::Valid, [60, 10]).unwrap().len(), 1);
        assert_eq!(
            windows(Part::Valid, [60, 11]).unwrap_err().to_string(),
            "lagged: its validation part has 70 rows with the context before it, but a window needs 60 + 11"
        );
        assert!(windows(Part::Train, [60, usize::MAX]).is_err());
    }
}
