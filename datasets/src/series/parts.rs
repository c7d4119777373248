//! A series cut by time into what is learnt, what is watched and what is tested.

use std::ops::Range;

use super::{Series, Step};
use crate::DataError;

/// The channels of the Electricity Transformer data (H. Zhou and others, arXiv 2012.07436).
const ETT: [&str; 7] = ["HUFL", "HULL", "MUFL", "MULL", "LUFL", "LULL", "OT"];

/// How a series is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SplitRule {
    /// The first 70 % are learnt, the next 10 % watched, the last 20 % tested.
    Chronological,
    /// As papers cut ETT: 12, 4 and 4 months of 30 days, and the rest unused.
    Ett {
        /// 1 for ETTh1 and ETTh2, 4 for ETTm1 and ETTm2.
        rows_per_hour: usize,
    },
}

/// The parts of a series by their rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    /// For training.
    pub train: Range<usize>,
    /// For watching a training and choosing settings.
    pub valid: Range<usize>,
    /// For testing.
    pub test: Range<usize>,
}

/// One of the three.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// For training.
    Train,
    /// For watching.
    Valid,
    /// For testing.
    Test,
}

impl Part {
    /// Its name in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "training",
            Self::Valid => "validation",
            Self::Test => "test",
        }
    }
}

impl Series {
    /// The rule by which papers cut this series: ETT is known by its channels and its step.
    pub fn split_rule(&self) -> SplitRule {
        let is_ett = self.channels().len() == ETT.len()
            && self.channels().iter().zip(ETT).all(|(name, expected)| name == expected);
        match self.time().step() {
            Step::Seconds(3600) if is_ett => SplitRule::Ett { rows_per_hour: 1 },
            Step::Seconds(900) if is_ett => SplitRule::Ett { rows_per_hour: 4 },
            _ => SplitRule::Chronological,
        }
    }

    /// The parts by [`split_rule`](Self::split_rule).
    ///
    /// # Errors
    ///
    /// [`DataError::Inconsistent`] for ETT with fewer rows than its 20 months.
    pub fn parts(&self) -> Result<Parts, DataError> {
        let rows = self.rows();
        match self.split_rule() {
            SplitRule::Chronological => {
                let (learnt, tested) = (rows * 7 / 10, rows * 2 / 10);
                Ok(Parts { train: 0..learnt, valid: learnt..rows - tested, test: rows - tested..rows })
            }
            SplitRule::Ett { rows_per_hour } => {
                let month = 30 * 24 * rows_per_hour;
                if rows < 20 * month {
                    let problem = format!("{rows} rows, but the canonical split of ETT needs {}", 20 * month);
                    return Err(DataError::Inconsistent { place: self.name().into(), problem });
                }
                Ok(Parts {
                    train: 0..12 * month,
                    valid: 12 * month..16 * month,
                    test: 16 * month..20 * month,
                })
            }
        }
    }
}

impl Parts {
    /// The rows on which windows of a part lie: those of the later parts reach back by the context, so that their first target is
    /// the first row of the part.
    pub fn rows(&self, part: Part, context: usize) -> Range<usize> {
        match part {
            Part::Train => self.train.clone(),
            Part::Valid => self.valid.start.saturating_sub(context)..self.valid.end,
            Part::Test => self.test.start.saturating_sub(context)..self.test.end,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::series::LaggedConfig;
    use std::path::Path;

    #[test]
    fn seven_parts_of_ten_are_learnt_and_the_last_two_tested() {
        let series = LaggedConfig { rows: 1234, ..LaggedConfig::default() }.generate(0).unwrap();
        let parts = series.parts().unwrap();
        assert_eq!(parts, Parts { train: 0..863, valid: 863..988, test: 988..1234 });
        assert_eq!(parts.rows(Part::Train, 100), 0..863);
        assert_eq!(parts.rows(Part::Valid, 100), 763..988);
        assert_eq!(parts.rows(Part::Test, 1000), 0..1234);
    }

    #[test]
    fn ett_is_cut_as_papers_do() {
        let ett = |minutes: usize, rows: usize| {
            let mut text = format!("date,{}\n", ETT.join(","));
            for row in 0..rows {
                let (day, minute) = (row * minutes / 1440, row * minutes % 1440);
                let date = format!("{}-{:02}-{:02}", 2016 + day / 336, day % 336 / 28 + 1, day % 28 + 1);
                text += &format!("{date} {:02}:{:02}:00,1,2,3,4,5,6,7\n", minute / 60, minute % 60);
            }
            Series::parse("ett", text.as_bytes(), Path::new("ett.csv"), &[]).unwrap()
        };
        // Days 29 to 31 are gaps here: the rows still lie on the hours of a calendar.
        let parts = ett(60, 14_000).parts().unwrap();
        assert_eq!((parts.train.end, parts.valid.end, parts.test), (8640, 11_520, 11_520..14_400));
        assert_eq!(ett(15, 300).split_rule(), SplitRule::Ett { rows_per_hour: 4 });
        let message = ett(60, 300).parts().unwrap_err().to_string();
        assert_eq!(message, "ett: 300 rows, but the canonical split of ETT needs 14400");
    }
}
