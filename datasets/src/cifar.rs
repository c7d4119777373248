//! CIFAR-10 and CIFAR-100 in their binary form (<https://www.cs.toronto.edu/~kriz/cifar.html>).
//!
//! A file is a row of records without a header: one label byte (CIFAR-100: coarse label, fine label), then
//! 3,072 pixel bytes, the red plane before the green and the blue, each row by row.

use std::io::{BufRead, Read};
use std::path::{Path, PathBuf};

use crate::bounded::{self, MAX_BYTES};
use crate::{DataError, ImageDataset, ImageShape, Splits};

const SHAPE: ImageShape = ImageShape::new(3, 32, 32);

/// Which of the two data sets a file belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variant {
    /// Ten classes, five training files.
    Cifar10,
    /// A hundred (fine) classes, one training file.
    Cifar100,
}

/// The labels and pixels of one or more files.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Records {
    /// One label a record (CIFAR-100: the fine label).
    pub labels: Vec<u32>,
    /// 3,072 bytes a record.
    pub pixels: Vec<u8>,
}

impl Variant {
    const ALL: [Self; 2] = [Self::Cifar10, Self::Cifar100];

    const fn name(self) -> &'static str {
        match self {
            Self::Cifar10 => "cifar10",
            Self::Cifar100 => "cifar100",
        }
    }

    const fn classes(self) -> usize {
        match self {
            Self::Cifar10 => 10,
            Self::Cifar100 => 100,
        }
    }

    const fn label_bytes(self) -> usize {
        match self {
            Self::Cifar10 => 1,
            Self::Cifar100 => 2,
        }
    }

    /// The folder in the public archive.
    const fn folder(self) -> &'static str {
        match self {
            Self::Cifar10 => "cifar-10-batches-bin",
            Self::Cifar100 => "cifar-100-binary",
        }
    }

    const fn train_files(self) -> &'static [&'static str] {
        match self {
            Self::Cifar10 => &[
                "data_batch_1.bin",
                "data_batch_2.bin",
                "data_batch_3.bin",
                "data_batch_4.bin",
                "data_batch_5.bin",
            ],
            Self::Cifar100 => &["train.bin"],
        }
    }

    const fn test_file(self) -> &'static str {
        match self {
            Self::Cifar10 => "test_batch.bin",
            Self::Cifar100 => "test.bin",
        }
    }

    const fn names_file(self) -> &'static str {
        match self {
            Self::Cifar10 => "batches.meta.txt",
            Self::Cifar100 => "fine_label_names.txt",
        }
    }

    /// The variant whose first training file lies in `directory` or in the public archive's folder there.
    pub(crate) fn detect(directory: &Path) -> Option<Self> {
        Self::ALL.into_iter().find(|variant| variant.locate(directory).is_ok())
    }

    fn locate(self, directory: &Path) -> Result<PathBuf, DataError> {
        let candidates = [directory.to_path_buf(), directory.join(self.folder())];
        match candidates.iter().find(|candidate| candidate.join(self.train_files()[0]).is_file()) {
            Some(found) => Ok(found.clone()),
            None => Err(DataError::Missing {
                what: format!("{} training file", self.name()),
                looked_for: candidates.map(|candidate| candidate.join(self.train_files()[0])).into(),
            }),
        }
    }
}

/// Loads a data set from `directory` or from the public archive's folder in it. The class names come from the
/// names file beside the images; without one, the classes are called by their numbers.
///
/// # Errors
/// [`DataError::Missing`] for an absent file, [`DataError::Inconsistent`] for a names file with the wrong
/// number of names, and what [`read_records`] refuses.
pub fn load(directory: &Path, variant: Variant) -> Result<Splits, DataError> {
    let directory = variant.locate(directory)?;
    let classes = class_names(&directory.join(variant.names_file()), variant)?;
    let mut train = Records::default();
    for file in variant.train_files() {
        read_file(&directory.join(file), variant, &mut train)?;
    }
    let mut test = Records::default();
    read_file(&directory.join(variant.test_file()), variant, &mut test)?;
    let dataset = |classes, records: Records| {
        ImageDataset::new(variant.name(), classes, SHAPE, 255, records.pixels, records.labels)
    };
    Splits::new(dataset(classes.clone(), train)?, dataset(classes, test)?)
}

/// Appends the records of one file to `records`. `path` names the source in errors.
///
/// # Errors
/// [`DataError::Truncated`] if the last record is cut off or there is none, [`DataError::LabelOutOfRange`],
/// [`DataError::Oversized`] above 1 GiB.
pub fn read_records(
    mut source: impl BufRead,
    path: &Path,
    variant: Variant,
    records: &mut Records,
) -> Result<(), DataError> {
    let record_len = variant.label_bytes() + SHAPE.len();
    let bytes = bounded::read_at_most(&mut source, MAX_BYTES, path)?;
    if bytes.is_empty() || bytes.len() % record_len != 0 {
        let expected = (bytes.len() / record_len + 1) * record_len;
        let found = bytes.len() as u64;
        return Err(DataError::Truncated { path: path.into(), expected: expected as u64, found });
    }
    for (index, record) in bytes.chunks_exact(record_len).enumerate() {
        let (labels, pixels) = record.split_at(variant.label_bytes());
        let label = u32::from(labels[variant.label_bytes() - 1]);
        if label as usize >= variant.classes() {
            let place = path.display().to_string();
            return Err(DataError::LabelOutOfRange { place, index, label, classes: variant.classes() });
        }
        records.labels.push(label);
        records.pixels.extend_from_slice(pixels);
    }
    Ok(())
}

fn read_file(path: &Path, variant: Variant, records: &mut Records) -> Result<(), DataError> {
    if !path.is_file() {
        let what = format!("{} file", variant.name());
        return Err(DataError::Missing { what, looked_for: vec![path.into()] });
    }
    read_records(bounded::open(path)?, path, variant, records)
}

fn class_names(path: &Path, variant: Variant) -> Result<Vec<String>, DataError> {
    /// Several times the larger of the two public files.
    const MAX_NAMES_BYTES: u64 = 1 << 16;

    if !path.is_file() {
        return Ok((0..variant.classes()).map(|class| class.to_string()).collect());
    }
    let mut source = bounded::open(path)?;
    let bytes = bounded::read_at_most(&mut source as &mut dyn Read, MAX_NAMES_BYTES, path)?;
    let text = String::from_utf8_lossy(&bytes);
    let names: Vec<String> =
        text.lines().map(str::trim).filter(|name| !name.is_empty()).map(String::from).collect();
    if names.len() != variant.classes() {
        let problem =
            format!("{} class names, but {} needs {}", names.len(), variant.name(), variant.classes());
        return Err(DataError::Inconsistent { place: path.display().to_string(), problem });
    }
    Ok(names)
}
