//! Rows of a csv file of any size, one at a time.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use csv::{ErrorKind, ReaderBuilder, StringRecord, Trim};

use super::Schema;
use super::schema_check::first_twice;
use crate::bounded::gunzip;
use crate::{DataError, nearest};

/// The most bytes of a row: 16 MiB, room for histories of a million items.
const LARGEST_ROW: usize = 1 << 24;

/// Where rows come from; each pass opens it anew.
#[derive(Debug, Clone)]
pub enum CsvSource {
    /// A file, plain or packed by gzip.
    File(PathBuf),
    /// A table in memory.
    Memory {
        /// What errors call it.
        name: String,
        /// Its text.
        text: Arc<[u8]>,
    },
}

impl From<PathBuf> for CsvSource {
    fn from(path: PathBuf) -> Self {
        Self::File(path)
    }
}

impl From<&Path> for CsvSource {
    fn from(path: &Path) -> Self {
        Self::File(path.into())
    }
}

/// An open csv file. Spaces around cells are not part of them; a cell may be quoted.
pub struct CsvRows {
    path: PathBuf,
    reader: csv::Reader<Box<dyn Read>>,
    columns: Vec<String>,
    record: StringRecord,
    since_row: Arc<AtomicUsize>,
    line: u64,
    seen: bool,
}

impl CsvRows {
    /// Opens a file with the delimiter and the header of a schema.
    ///
    /// # Errors
    /// [`DataError::Io`]; [`DataError::MalformedLine`] for an empty file and for a header that names a column twice.
    pub fn open(source: &CsvSource, schema: &Schema) -> Result<Self, DataError> {
        let (path, bytes): (PathBuf, Box<dyn Read>) = match source {
            CsvSource::File(path) => {
                let file = BufReader::new(File::open(path).map_err(DataError::io(path))?);
                (path.clone(), gunzip(file, path)?)
            }
            CsvSource::Memory { name, text } => (name.into(), Box::new(Cursor::new(text.clone()))),
        };
        let since_row = Arc::new(AtomicUsize::new(0));
        let bytes = Box::new(LimitedRows { source: bytes, since_row: since_row.clone() });
        let reader = ReaderBuilder::new()
            .delimiter(u8::try_from(schema.delimiter).unwrap_or(b','))
            .has_headers(schema.header.is_none())
            .trim(Trim::All)
            .from_reader(bytes as Box<dyn Read>);
        let (columns, record) = (Vec::new(), StringRecord::new());
        let mut rows = Self { path, reader, columns, record, since_row, line: 1, seen: false };
        rows.columns = match &schema.header {
            Some(header) => header.clone(),
            None => match rows.reader.headers() {
                Ok(header) => header.iter().map(String::from).collect(),
                Err(error) => return Err(rows.refuse(error)),
            },
        };
        if rows.columns.iter().all(String::is_empty) {
            return Err(rows.malformed(1, "there is no header, the file is empty".into()));
        }
        if let Some(twice) = first_twice(&rows.columns) {
            let problem = format!("two columns are called `{twice}`");
            return Err(rows.malformed(1, problem));
        }
        Ok(rows)
    }

    /// The names of the columns.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The position of a column.
    ///
    /// # Errors
    /// [`DataError::MissingColumn`], with the nearest one there is.
    pub fn column(&self, name: &str) -> Result<usize, DataError> {
        self.columns.iter().position(|column| column == name).ok_or_else(|| DataError::MissingColumn {
            path: self.path.clone(),
            column: name.into(),
            nearest: nearest(name, self.columns.iter().map(String::as_str)).map(String::from),
            found: self.columns.clone(),
        })
    }

    /// The cells of the next row, one a column; none after the last.
    ///
    /// # Errors
    /// [`DataError::MalformedLine`] for a row of more or fewer cells, one that is no UTF-8, and if there is no row
    /// at all; [`DataError::Decode`] for one of more than 16 MiB and for a damaged gzip file; [`DataError::Io`].
    pub fn next_row(&mut self) -> Result<Option<&StringRecord>, DataError> {
        self.since_row.store(0, Ordering::Relaxed);
        match self.reader.read_record(&mut self.record) {
            Ok(true) => {
                self.line = self.record.position().map_or(0, csv::Position::line);
                self.seen = true;
                if self.record.len() != self.columns.len() {
                    return Err(self.wrong_length(self.line, self.record.len()));
                }
                Ok(Some(&self.record))
            }
            Ok(false) if self.seen => Ok(None),
            Ok(false) => {
                let line = 1 + u64::from(self.reader.has_headers());
                Err(self.malformed(line, "there is no row of data".into()))
            }
            Err(error) => Err(self.refuse(error)),
        }
    }

    /// As [`next_row`](Self::next_row), into a record of the caller's; whether there was a row.
    pub(crate) fn next_row_into(&mut self, record: &mut StringRecord) -> Result<bool, DataError> {
        let found = self.next_row()?.is_some();
        if found {
            std::mem::swap(record, &mut self.record);
        }
        Ok(found)
    }

    /// A cell of the row read last that is not what its column holds.
    pub(crate) fn bad_cell(&self, record: &StringRecord, column: usize, allowed: String) -> DataError {
        DataError::Cell {
            path: self.path.clone(),
            line: self.line,
            column: self.columns.get(column).cloned().unwrap_or_default(),
            value: record.get(column).unwrap_or_default().chars().take(80).collect(),
            allowed,
        }
    }

    fn malformed(&self, line: u64, problem: String) -> DataError {
        DataError::MalformedLine {
            path: self.path.clone(),
            line: usize::try_from(line).unwrap_or(usize::MAX),
            problem,
        }
    }

    fn wrong_length(&self, line: u64, found: usize) -> DataError {
        self.malformed(line, format!("{found} cells, but there are {} columns", self.columns.len()))
    }

    fn refuse(&self, error: csv::Error) -> DataError {
        let line = error.position().map_or(self.line, csv::Position::line);
        match error.into_kind() {
            ErrorKind::UnequalLengths { len, .. } => {
                self.wrong_length(line, usize::try_from(len).unwrap_or(usize::MAX))
            }
            ErrorKind::Utf8 { err, .. } => {
                self.malformed(line, format!("cell {} is no UTF-8", err.field() + 1))
            }
            ErrorKind::Io(cause) => match cause.kind() {
                io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::UnexpectedEof => {
                    DataError::Decode { path: self.path.clone(), reason: cause.to_string() }
                }
                _ => DataError::io(&self.path)(cause),
            },
            other => self.malformed(line, format!("{other:?}")),
        }
    }
}

/// Refuses a row of more than [`LARGEST_ROW`] bytes, which would be held in memory whole.
struct LimitedRows<R> {
    source: R,
    /// Bytes read since the last row, which the reader of rows sets to 0.
    since_row: Arc<AtomicUsize>,
}

impl<R: Read> Read for LimitedRows<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        match self.since_row.fetch_add(count, Ordering::Relaxed) <= LARGEST_ROW {
            true => Ok(count),
            false => {
                let problem =
                    format!("a row of more than {LARGEST_ROW} bytes, is a quotation mark not closed?");
                Err(io::Error::new(io::ErrorKind::InvalidData, problem))
            }
        }
    }
}
