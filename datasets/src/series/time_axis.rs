//! Evenly spaced moments, in the form in which a file writes them, so that they can be continued.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use time::{Date, Month, OffsetDateTime, Time, util::days_in_month};

/// The distance between two rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Of whole numbers that count.
    Count(i64),
    /// Seconds.
    Seconds(i64),
    /// Months, from the same day to the same day.
    Months(i64),
    /// Months, from last day to last day.
    MonthEnds(i64),
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Count(step) => write!(formatter, "{step}"),
            Self::Months(months) | Self::MonthEnds(months) => write!(formatter, "{months} months"),
            Self::Seconds(seconds) if seconds % 86_400 == 0 => write!(formatter, "{} d", seconds / 86_400),
            Self::Seconds(seconds) if seconds % 3600 == 0 => write!(formatter, "{} h", seconds / 3600),
            Self::Seconds(seconds) if seconds % 60 == 0 => write!(formatter, "{} min", seconds / 60),
            Self::Seconds(seconds) => write!(formatter, "{seconds} s"),
        }
    }
}

/// How a moment is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// A whole number.
    Count,
    /// `2016-07-01` with this sign between the numbers, what follows it, and a mark of UTC.
    Date { between: char, clock: Clock, zone: &'static str },
}

/// The time of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Clock {
    None,
    Minutes { after: char },
    Seconds { after: char },
}

/// A moment: seconds since 1970, or a count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    layout: Layout,
    at: i64,
}

/// Evenly spaced moments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeAxis {
    first: Moment,
    step: Step,
}

/// What is wrong with one of several moments.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BadMoment {
    /// Its place in the list.
    pub index: usize,
    /// What it may be.
    pub allowed: String,
}

impl Moment {
    /// Reads a whole number, `2016-07-01` or `2016/07/01`, alone or followed by ` 13:30` or ` 13:30:00` (also with a T) and by Z or +00:00.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if let Ok(at) = text.parse::<i64>() {
            // So far that distances are exact.
            return (at.unsigned_abs() < 1 << 53).then_some(Self { layout: Layout::Count, at });
        }
        let (text, zone) = ["Z", "+00:00"]
            .into_iter()
            .find_map(|zone| Some((text.strip_suffix(zone)?, zone)))
            .unwrap_or((text, ""));
        let (date, clock) = text.split_at_checked(10)?;
        let between = date.chars().nth(4).filter(|sign| matches!(sign, '-' | '/'))?;
        let [year, month, day] = numbers(date, between, [4, 2, 2])?;
        let date = Date::from_calendar_date(year, Month::try_from(month as u8).ok()?, day as u8).ok()?;
        let mut characters = clock.chars();
        let (clock, time) = match characters.next() {
            None => (Clock::None, Time::MIDNIGHT),
            Some(after @ (' ' | 'T')) => {
                let digits = characters.as_str();
                if let Some([hour, minute]) = numbers(digits, ':', [2, 2]) {
                    (Clock::Minutes { after }, Time::from_hms(hour as u8, minute as u8, 0).ok()?)
                } else {
                    let [hour, minute, second] = numbers(digits, ':', [2, 2, 2])?;
                    let time = Time::from_hms(hour as u8, minute as u8, second as u8).ok()?;
                    (Clock::Seconds { after }, time)
                }
            }
            Some(_) => return None,
        };
        let at = date.with_time(time).assume_utc().unix_timestamp();
        Some(Self { layout: Layout::Date { between, clock, zone }, at })
    }

    fn date(self) -> Option<OffsetDateTime> {
        OffsetDateTime::from_unix_timestamp(self.at).ok()
    }

    /// Months since the year 0, day and second of the day.
    fn in_months(self) -> Option<(i64, u8, i64)> {
        let date = self.date()?;
        let months = i64::from(date.year()) * 12 + i64::from(u8::from(date.month())) - 1;
        Some((months, date.day(), self.at.rem_euclid(86_400)))
    }

    fn is_last_day(self) -> bool {
        self.date().is_some_and(|date| date.day() == days_in_month(date.month(), date.year()))
    }

    fn after(self, step: Step, count: i64) -> Self {
        let at = match step {
            Step::Count(step) | Step::Seconds(step) => self.at.saturating_add(step.saturating_mul(count)),
            Step::Months(months) => self.months_later(months.saturating_mul(count), false).unwrap_or(self.at),
            Step::MonthEnds(months) => {
                self.months_later(months.saturating_mul(count), true).unwrap_or(self.at)
            }
        };
        Self { at, ..self }
    }

    fn months_later(self, months: i64, to_the_end: bool) -> Option<i64> {
        let (own, day, second) = self.in_months()?;
        let months = own.checked_add(months)?;
        let year = i32::try_from(months.div_euclid(12)).ok()?;
        let month = Month::try_from(months.rem_euclid(12) as u8 + 1).ok()?;
        let last = days_in_month(month, year);
        let day = if to_the_end { last } else { day.min(last) };
        let date = Date::from_calendar_date(year, month, day).ok()?;
        Some(date.midnight().assume_utc().unix_timestamp() + second)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Layout::Date { between, clock, zone }, Some(date)) = (self.layout, self.date()) else {
            return write!(formatter, "{}", self.at);
        };
        let (year, month, day) = (date.year(), u8::from(date.month()), date.day());
        write!(formatter, "{year:04}{between}{month:02}{between}{day:02}")?;
        match clock {
            Clock::None => {}
            Clock::Minutes { after } => write!(formatter, "{after}{:02}:{:02}", date.hour(), date.minute())?,
            Clock::Seconds { after } => {
                write!(formatter, "{after}{:02}:{:02}:{:02}", date.hour(), date.minute(), date.second())?;
            }
        }
        formatter.write_str(zone)
    }
}

impl TimeAxis {
    /// The whole numbers from 0 on.
    pub(super) fn counting() -> Self {
        Self { first: Moment { layout: Layout::Count, at: 0 }, step: Step::Count(1) }
    }

    /// The axis on which ascending moments lie, and the row of each: the commonest distance is the step, and a greater one must be a
    /// multiple of it.
    pub(super) fn through(moments: &[Moment]) -> Result<(Self, Vec<usize>), BadMoment> {
        let bad = |index: usize, allowed: String| Err(BadMoment { index, allowed });
        let (Some(&first), true) = (moments.first(), moments.len() > 1) else {
            return bad(0, "it is the only row, so that the rows have no distance".into());
        };
        for (index, pair) in moments.windows(2).enumerate() {
            if pair[0].layout != pair[1].layout {
                return bad(index + 1, format!("a time written as {} before it", pair[0]));
            }
            if pair[1].at <= pair[0].at {
                return bad(index + 1, format!("a time after {}, which is before it", pair[0]));
            }
        }
        let step = step_between(moments);
        let mut rows: Vec<usize> = vec![0];
        for (index, pair) in moments.windows(2).enumerate() {
            match steps(pair[0], pair[1], step) {
                Some(count) => rows.push(rows[index].saturating_add(count)),
                None => {
                    let allowed = format!("a whole number of steps ({step}) after {}", pair[0]);
                    return bad(index + 1, allowed);
                }
            }
        }
        Ok((Self { first, step }, rows))
    }

    /// The distance between two rows.
    pub fn step(&self) -> Step {
        self.step
    }

    /// The moment of a row, as the file would write it; rows past the end go on in the same step.
    pub fn label(&self, row: usize) -> String {
        self.first.after(self.step, row as i64).to_string()
    }
}

/// Whole numbers of so many digits, with this sign between them.
fn numbers<const N: usize>(text: &str, between: char, digits: [usize; N]) -> Option<[i32; N]> {
    let mut parts = text.split(between);
    let mut numbers = [0; N];
    for (number, digits) in numbers.iter_mut().zip(digits) {
        let part = parts.next().filter(|part| part.len() == digits)?;
        *number = part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok())??;
    }
    parts.next().is_none().then_some(numbers)
}

/// The commonest distance; of equally common ones the smallest.
fn step_between(moments: &[Moment]) -> Step {
    let commonest = |distances: &mut dyn Iterator<Item = i64>| {
        let mut counts: BTreeMap<i64, usize> = BTreeMap::new();
        distances.for_each(|distance| *counts.entry(distance).or_default() += 1);
        let most = counts.values().copied().max().unwrap_or(0);
        counts.into_iter().find(|&(_, count)| count == most).map_or(1, |(distance, _)| distance)
    };
    let seconds = commonest(&mut moments.windows(2).map(|pair| pair[1].at - pair[0].at));
    if moments[0].layout == Layout::Count {
        return Step::Count(seconds);
    }
    let months: Vec<(i64, u8, i64)> = moments.iter().filter_map(|moment| moment.in_months()).collect();
    let same_clock = months.windows(2).all(|pair| pair[0].2 == pair[1].2);
    let same_day = months.windows(2).all(|pair| pair[0].1 == pair[1].1);
    let at_ends = moments.iter().all(|moment| moment.is_last_day());
    let in_months = || commonest(&mut months.windows(2).map(|pair| pair[1].0 - pair[0].0));
    match (same_clock, same_day, at_ends) {
        (true, _, true) => Step::MonthEnds(in_months()),
        (true, true, _) => Step::Months(in_months()),
        _ => Step::Seconds(seconds),
    }
}

/// The steps from one moment to a later one, where they are whole.
fn steps(from: Moment, to: Moment, step: Step) -> Option<usize> {
    let (distance, step) = match step {
        Step::Count(step) | Step::Seconds(step) => (to.at - from.at, step),
        Step::Months(step) | Step::MonthEnds(step) => (to.in_months()?.0 - from.in_months()?.0, step),
    };
    (step > 0 && distance % step == 0).then(|| usize::try_from(distance / step).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn through(texts: &[&str]) -> Result<(TimeAxis, Vec<usize>), BadMoment> {
        let moments: Vec<Moment> = texts.iter().map(|text| Moment::parse(text).unwrap()).collect();
        TimeAxis::through(&moments)
    }

    fn going_on(texts: &[&str]) -> (String, Step) {
        let (axis, rows) = through(texts).unwrap();
        for (text, row) in texts.iter().zip(&rows) {
            assert_eq!(axis.label(*row), *text);
        }
        (axis.label(rows.last().unwrap() + 1), axis.step())
    }

    #[test]
    fn every_layout_goes_on_as_it_is_written() {
        for (texts, next, step) in [
            (["2016-12-31 22:00:00", "2016-12-31 23:00:00"], "2017-01-01 00:00:00", "1 h"),
            (["2016-02-28T23:30", "2016-02-28T23:45"], "2016-02-29T00:00", "15 min"),
            (["2023/02/26", "2023/02/27"], "2023/02/28", "1 d"),
            (["2013-01-01T06:00:00Z", "2013-01-01T06:00:10Z"], "2013-01-01T06:00:20Z", "10 s"),
            (["2013-01-15", "2013-02-15"], "2013-03-15", "1 months"),
            (["2012-12-31 12:00", "2013-01-31 12:00"], "2013-02-28 12:00", "1 months"),
            (["7", "9"], "11", "2"),
            (["1949-11-01", "1950-02-01"], "1950-05-01", "3 months"),
        ] {
            let (found, found_step) = going_on(&texts);
            assert_eq!((found.as_str(), found_step.to_string().as_str()), (next, step), "{texts:?}");
        }
        assert_eq!(going_on(&["2012-11-30", "2012-12-31", "2013-01-31"]).0, "2013-02-28");
    }

    #[test]
    fn gaps_are_rows_that_are_missing() {
        let (axis, rows) = through(&["2020-01-01", "2020-01-02", "2020-01-05", "2020-01-06"]).unwrap();
        assert_eq!((rows, axis.label(2).as_str()), (vec![0, 1, 4, 5], "2020-01-03"));
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in [
            "",
            "2020",
            "x",
            "2020-13-01",
            "2020-02-30",
            "2020-01-01 25:00",
            "2020-01-01 1:00",
            "2020-1-1",
            "20-01-2001",
            "2020-01-01+02:00",
            "2020-01-01 12",
            "é020-01-01x",
        ] {
            let parsed = Moment::parse(text);
            assert!(parsed.is_none() || text == "2020", "{text}: {parsed:?}");
        }
    }

    #[test]
    fn rows_that_do_not_follow_are_named() {
        let problem = |texts: &[&str]| through(texts).unwrap_err();
        let found = problem(&["2020-01-01", "2020-01-02", "2020-01-02"]);
        assert_eq!((found.index, found.allowed.as_str()), (2, "a time after 2020-01-02, which is before it"));
        let found =
            problem(&["2020-01-01 00:00", "2020-01-01 01:00", "2020-01-01 02:00", "2020-01-01 02:30"]);
        assert_eq!(found.index, 3);
        assert_eq!(found.allowed, "a whole number of steps (1 h) after 2020-01-01 02:00");
        assert_eq!(problem(&["2020-01-01", "3"]).allowed, "a time written as 2020-01-01 before it");
        assert_eq!(problem(&["1"]).index, 0);
    }
}
