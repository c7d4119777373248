//! What can go wrong between a name or a directory and a data set in memory.

use std::io;
use std::path::{Path, PathBuf};

/// Why a data set could not be opened, parsed, fetched or verified.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// Neither a known data set nor a directory.
    #[error(
        "`{name}` is neither a data set nor a directory{}; known data sets: {}",
        suggestion(.nearest), .known.join(", ")
    )]
    UnknownDataset {
        /// The name asked for.
        name: String,
        /// The known name nearest to it.
        nearest: Option<String>,
        /// All known names.
        known: Vec<String>,
    },

    /// A known data set whose files are not on this machine.
    #[error(
        "data set `{name}` is not here{}: `cargo xtask data fetch {name}` downloads it, \
         `--data-dir DIR` uses the files in DIR/{name}",
        if .looked_in.is_empty() { String::new() } else { format!(" (looked in {})", list(.looked_in)) }
    )]
    NotFetched {
        /// The data set's name.
        name: String,
        /// The directories searched.
        looked_in: Vec<PathBuf>,
    },

    /// A data set that is part of the program, so that there is nothing to fetch or verify.
    #[error("data set `{name}` is part of the program: it has no files to fetch or verify")]
    Embedded {
        /// The data set's name.
        name: String,
    },

    /// A file or directory that a format needs.
    #[error("{what} not found, looked for {}", list(.looked_for))]
    Missing {
        /// What the file would hold.
        what: String,
        /// The paths tried.
        looked_for: Vec<PathBuf>,
    },

    /// A directory in none of the known formats.
    #[error(
        "{} holds no known data set: expected IDX files (train-images-idx3-ubyte[.gz], ...), CIFAR files \
         (data_batch_1.bin or train.bin, ...) or image folders (train/<class>/*.png or <class>/*.png)",
        .path.display()
    )]
    UnrecognisedDirectory {
        /// The directory.
        path: PathBuf,
    },

    /// The operating system refused to read or write.
    #[error("{}: {cause}", .path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// The operating system's reason.
        cause: io::Error,
    },

    /// The first four bytes are not those of the format.
    #[error("{}: starts with {found:#010x}, but {format} starts with {expected:#010x}", .path.display())]
    WrongMagic {
        /// The file.
        path: PathBuf,
        /// The format expected.
        format: &'static str,
        /// The bytes found, big-endian.
        found: u32,
        /// The bytes expected, big-endian.
        expected: u32,
    },

    /// The file ends too early.
    #[error("{}: truncated: expected {expected} bytes, found {found}", .path.display())]
    Truncated {
        /// The file.
        path: PathBuf,
        /// Bytes that the format calls for.
        expected: u64,
        /// Bytes there.
        found: u64,
    },

    /// A line of a text file that is not what the format calls for.
    #[error("{}: line {line}: {problem}", .path.display())]
    MalformedLine {
        /// The file.
        path: PathBuf,
        /// The line's number, from 1.
        line: usize,
        /// What is wrong with it.
        problem: String,
    },

    /// A cell of a table that is not what its column holds.
    #[error("{}: line {line}, column `{column}`: `{value}`, allowed is {allowed}", .path.display())]
    Cell {
        /// The file.
        path: PathBuf,
        /// The line's number, from 1.
        line: u64,
        /// The column's name.
        column: String,
        /// What the cell holds, its first 80 characters.
        value: String,
        /// What it may hold.
        allowed: String,
    },

    /// A table that lacks a column.
    #[error(
        "{}: column `{column}` not found{}; columns: {}",
        .path.display(), suggestion(.nearest), .found.join(", ")
    )]
    MissingColumn {
        /// The file.
        path: PathBuf,
        /// The column looked for.
        column: String,
        /// The column nearest to it.
        nearest: Option<String>,
        /// All columns.
        found: Vec<String>,
    },

    /// A schema of a table that does not fit together.
    #[error("{place}: {problem}")]
    Schema {
        /// The schema's file.
        place: String,
        /// What is wrong with it.
        problem: String,
    },

    /// Neither a known time series nor a file.
    #[error(
        "`{name}` is neither a time series nor a csv file{}; known series: {}",
        suggestion(.nearest), .known.join(", ")
    )]
    UnknownSeries {
        /// The name asked for.
        name: String,
        /// The known name nearest to it.
        nearest: Option<String>,
        /// All known names.
        known: Vec<String>,
    },

    /// A part of a time series in which no window fits.
    #[error(
        "{place}: its {part} part has {rows} rows{}, but a window needs {context} + {horizon}",
        if *.part == "training" { "" } else { " with the context before it" }
    )]
    TooShort {
        /// The series.
        place: String,
        /// Which part.
        part: &'static str,
        /// Its rows.
        rows: usize,
        /// Rows that a forecast looks back.
        context: usize,
        /// Rows that it looks ahead.
        horizon: usize,
    },

    /// The file goes on after its last record.
    #[error("{}: bytes follow after the expected {expected}", .path.display())]
    TrailingBytes {
        /// The file.
        path: PathBuf,
        /// Bytes that the format calls for.
        expected: u64,
    },

    /// The file holds, or claims to hold, more than this program is willing to read.
    #[error("{}: {what} is {found}, allowed is at most {limit}", .path.display())]
    Oversized {
        /// The file.
        path: PathBuf,
        /// The quantity, with its unit.
        what: &'static str,
        /// Its value.
        found: u64,
        /// The largest value allowed.
        limit: u64,
    },

    /// A label that names no class.
    #[error(
        "{place}: label {label} of image {index} is out of range, allowed are 0..={}",
        .classes.saturating_sub(1)
    )]
    LabelOutOfRange {
        /// The file or data set.
        place: String,
        /// The image's position, from 0.
        index: usize,
        /// The label found.
        label: u32,
        /// The number of classes.
        classes: usize,
    },

    /// Images, labels, classes or shapes that do not fit together.
    #[error("{place}: {problem}")]
    Inconsistent {
        /// The file or data set.
        place: String,
        /// What does not fit, with the values.
        problem: String,
    },

    /// Compressed data or an image that cannot be decoded.
    #[error("{}: cannot decode: {reason}", .path.display())]
    Decode {
        /// The file.
        path: PathBuf,
        /// The decoder's reason.
        reason: String,
    },

    /// A file whose SHA-256 is not the pinned one.
    #[error("{}: sha256 is {found}, expected {expected}; remove it and fetch again", .path.display())]
    Checksum {
        /// The file.
        path: PathBuf,
        /// The pinned hash, in hexadecimal.
        expected: String,
        /// The file's hash.
        found: String,
    },

    /// A download that did not complete.
    #[error("cannot download {url}: {reason}")]
    Network {
        /// The address.
        url: String,
        /// The network's reason.
        reason: String,
    },

    /// An archive entry that is refused: outside its folder, a link, or too large.
    #[error("{}: entry `{entry}` refused: {reason}", .archive.display())]
    UnsafeArchive {
        /// The archive.
        archive: PathBuf,
        /// The entry's path, as written in the archive.
        entry: String,
        /// Why it is refused.
        reason: &'static str,
    },
}

impl DataError {
    /// For `map_err`: attaches `path` to an operating-system error.
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |cause| Self::Io { path: path.into(), cause }
    }
}

fn suggestion(nearest: &Option<String>) -> String {
    nearest.as_ref().map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}

fn list(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}

/// A setting that is out of range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{setting} = {value}: must be {allowed}")]
pub struct SettingError {
    /// The setting's name.
    pub setting: &'static str,
    /// Its value.
    pub value: String,
    /// The values allowed.
    pub allowed: &'static str,
}
