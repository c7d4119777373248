//! A csv file with a column of times and columns of numbers.

use std::path::Path;

use csv::{ReaderBuilder, StringRecord, Trim};

use super::Series;
use super::time_axis::{Moment, TimeAxis};
use crate::bounded::{MAX_BYTES, gunzip, open, read_at_most};
use crate::{DataError, nearest};

/// Rows that a series may have for each row of its file, those in the gaps of its times among them.
const MOST_GAPS: usize = 64;

/// Names of a column of times, whatever their case; without one of them the first column has the times.
const TIMES: [&str; 4] = ["date", "time", "datetime", "timestamp"];

impl Series {
    /// Reads a file, plain or packed by gzip: a first line with names, then a row a line, its time in the column called `date`, `time`,
    /// `datetime` or `timestamp`, or in the first one. An empty cell, `NaN` or `NA` is a missing value, and so is a row that a gap
    /// between two times leaves out.
    ///
    /// `channels` are the columns to read, in their order; all but the times where it is empty.
    ///
    /// # Errors
    ///
    /// [`DataError::Cell`] for a text among the numbers, a time that cannot be read, is not after the one before it or not a whole
    /// number of steps away; [`DataError::MalformedLine`] for a line with fewer or more cells than the first, a name that is missing or
    /// there twice; [`DataError::MissingColumn`], [`DataError::Oversized`], [`DataError::Decode`], [`DataError::Io`].
    pub fn read(path: &Path, channels: &[String]) -> Result<Self, DataError> {
        let bytes = read_at_most(&mut gunzip(open(path)?, path)?, MAX_BYTES, path)?;
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
        Self::parse(&name, &bytes, path, channels)
    }

    /// As [`read`](Self::read), from bytes; `path` names them in errors.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    pub fn parse(name: &str, bytes: &[u8], path: &Path, channels: &[String]) -> Result<Self, DataError> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut reader = ReaderBuilder::new().trim(Trim::All).flexible(true).from_reader(bytes);
        let undecodable =
            |error: csv::Error| DataError::Decode { path: path.into(), reason: error.to_string() };
        let header = reader.headers().map_err(undecodable)?.clone();
        let columns = Columns::find(&header, channels, path)?;
        let mut lines = Vec::new();
        let (mut moments, mut cells) = (Vec::new(), Vec::new());
        for record in reader.records() {
            let record = record.map_err(undecodable)?;
            let line = record.position().map_or(0, |position| position.line() as usize);
            if record.len() != header.len() {
                let problem = format!("{} cells, but the first line has {}", record.len(), header.len());
                return Err(DataError::MalformedLine { path: path.into(), line, problem });
            }
            let bad = |column: usize, allowed: &str| {
                bad_cell(path, line, &header[column], &record[column], allowed)
            };
            let moment = Moment::parse(&record[columns.time]);
            moments.push(moment.ok_or_else(|| bad(columns.time, "a time as 2016-07-01 13:00:00 or 42"))?);
            for &column in &columns.channels {
                let value = number(&record[column]);
                cells.push(value.ok_or_else(|| bad(column, "a finite number"))?);
            }
            lines.push((line, record[columns.time].to_string()));
        }
        let (time, rows) = TimeAxis::through(&moments).map_err(|bad| {
            let (line, text) = lines.get(bad.index).cloned().unwrap_or((1, String::new()));
            bad_cell(path, line, &header[columns.time], &text, &bad.allowed)
        })?;
        let width = columns.channels.len();
        let count = rows.last().map_or(0, |last| last.saturating_add(1));
        let limit = MOST_GAPS * rows.len();
        if count > limit {
            let (what, found) = ("the number of rows, with those in gaps", count as u64);
            return Err(DataError::Oversized { path: path.into(), what, found, limit: limit as u64 });
        }
        let (mut values, mut observed) = (vec![0.0; count * width], vec![false; count * width]);
        for (row, cells) in rows.iter().zip(cells.chunks(width)) {
            for (channel, cell) in cells.iter().enumerate() {
                if let Some(value) = cell {
                    (values[row * width + channel], observed[row * width + channel]) = (*value, true);
                }
            }
        }
        let names = columns.channels.iter().map(|&column| header[column].to_string()).collect();
        Ok(Self::new(name, (&header[columns.time], time), names, values, observed))
    }
}

/// Where the times and the channels are.
struct Columns {
    time: usize,
    channels: Vec<usize>,
}

impl Columns {
    fn find(header: &StringRecord, channels: &[String], path: &Path) -> Result<Self, DataError> {
        let malformed = |problem: String| DataError::MalformedLine { path: path.into(), line: 1, problem };
        for (column, name) in header.iter().enumerate() {
            if name.is_empty() {
                return Err(malformed(format!("column {} has no name", column + 1)));
            }
            if header.iter().skip(column + 1).any(|other| other == name) {
                return Err(malformed(format!("there are two columns called `{name}`")));
            }
        }
        if header.len() < 2 {
            return Err(malformed("there must be a column of times and at least one of numbers".into()));
        }
        let time = header.iter().position(|name| TIMES.contains(&name.to_lowercase().as_str())).unwrap_or(0);
        let find = |name: &String| {
            let names = || header.iter().enumerate().filter(|&(column, _)| column != time);
            names().find(|(_, other)| other == name).map(|(column, _)| column).ok_or_else(|| {
                let nearest = nearest(name, names().map(|(_, other)| other)).map(str::to_string);
                let found = names().map(|(_, other)| other.to_string()).collect();
                DataError::MissingColumn { path: path.into(), column: name.clone(), nearest, found }
            })
        };
        let channels = match channels.is_empty() {
            true => (0..header.len()).filter(|&column| column != time).collect(),
            false => channels.iter().map(find).collect::<Result<_, _>>()?,
        };
        Ok(Self { time, channels })
    }
}

/// The number of a cell, if it is one; `Some(None)` where it is missing.
fn number(cell: &str) -> Option<Option<f32>> {
    if cell.is_empty() || cell.eq_ignore_ascii_case("nan") || cell == "NA" {
        return Some(None);
    }
    cell.parse::<f32>().ok().filter(|value| value.is_finite()).map(Some)
}

fn bad_cell(path: &Path, line: usize, column: &str, value: &str, allowed: &str) -> DataError {
    DataError::Cell {
        path: path.into(),
        line: line as u64,
        column: column.into(),
        value: value.chars().take(80).collect(),
        allowed: allowed.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str, channels: &[&str]) -> Result<Series, DataError> {
        let channels: Vec<String> = channels.iter().map(|name| name.to_string()).collect();
        Series::parse("t", text.as_bytes(), Path::new("t.csv"), &channels)
    }

    const TEXT: &str = "a,Date,b\n1,2020-01-01,2\n,2020-01-02,NaN\n 4 ,2020-01-04,5e-1\n";

    #[test]
    fn cells_that_are_missing_and_rows_that_are_left_out_are_not_observed() {
        let series = parsed(TEXT, &[]).unwrap();
        assert_eq!((series.channels(), series.rows()), (&["a".to_string(), "b".to_string()][..], 4));
        assert_eq!(series.values(0..4), [1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 4.0, 0.5]);
        assert_eq!(series.observed(0..4), [true, true, false, false, false, false, true, true]);
        assert!(!series.is_complete());
        assert_eq!((series.time_column(), series.time().label(2)), ("Date", "2020-01-03".to_string()));
        let chosen = parsed(TEXT, &["b"]).unwrap();
        assert_eq!(chosen.values(0..4), [2.0, 2.0, 2.0, 0.5]);
        // Text in a column that nobody asks for is no matter.
        assert!(parsed("t,a,b\n1,x,2\n2,y,3\n", &["b"]).is_ok());
        assert_eq!(parsed(&format!("\u{feff}{TEXT}"), &[]).unwrap(), series);
    }

    #[test]
    fn mistakes_are_named_by_line_column_and_value() {
        let message = |text: &str, channels: &[&str]| parsed(text, channels).unwrap_err().to_string();
        assert_eq!(
            message("date,a\n2020-01-01,1\n2020-01-02,high\n", &[]),
            "t.csv: line 3, column `a`: `high`, allowed is a finite number"
        );
        assert_eq!(
            message("date,a\n2020-01-01,inf\n", &[]),
            "t.csv: line 2, column `a`: `inf`, allowed is a finite number"
        );
        assert_eq!(
            message("date,a\nyesterday,1\n", &[]),
            "t.csv: line 2, column `date`: `yesterday`, allowed is a time as 2016-07-01 13:00:00 or 42"
        );
        assert_eq!(
            message("date,a\n2020-01-01,1\n2020-01-01,1\n", &[]),
            "t.csv: line 3, column `date`: `2020-01-01`, allowed is a time after 2020-01-01, which is before it"
        );
        assert_eq!(message("date,a\n1,1,1\n", &[]), "t.csv: line 2: 3 cells, but the first line has 2");
        assert_eq!(message("date,a,a\n", &[]), "t.csv: line 1: there are two columns called `a`");
        assert_eq!(message("date,,a\n", &[]), "t.csv: line 1: column 2 has no name");
        assert_eq!(
            message("a\n1\n", &[]),
            "t.csv: line 1: there must be a column of times and at least one of numbers"
        );
        assert_eq!(message(TEXT, &["date"]), "t.csv: column `date` not found; columns: a, b");
        assert_eq!(
            message("t,temp,dew\n", &["tmp"]),
            "t.csv: column `tmp` not found; did you mean `temp`?; columns: temp, dew"
        );
        assert!(parsed("", &[]).is_err() && parsed("date,a\n", &[]).is_err());
        assert!(matches!(parsed("date,a\n1,1\n2,1\n9000000000,1\n", &[]), Err(DataError::Oversized { .. })));
        assert!(Series::parse("t", b"t,a\n1,\xff\n", Path::new("t.csv"), &[]).is_err());
    }
}
