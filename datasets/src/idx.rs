//! The IDX format of MNIST and Fashion-MNIST, plain or gzip-compressed.
//!
//! An image file is the big-endian numbers 0x803, count, rows, columns, then the pixels row by row; a label
//! file is 0x801, count, then one byte a label (<http://yann.lecun.com/exdb/mnist>).

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use crate::bounded::{self, MAX_BYTES};
use crate::{DataError, ImageDataset, ImageShape, Splits};

const IMAGES_MAGIC: u32 = 0x803;
const LABELS_MAGIC: u32 = 0x801;

/// Loads the four files `{train,t10k}-{images-idx3,labels-idx1}-ubyte`, each plain or with `.gz`, from
/// `directory`. Without `classes`, the classes are the numbers from 0 to the highest training label.
///
/// # Errors
/// [`DataError::Missing`] for an absent file, and what [`read_images`], [`read_labels`] and [`Splits::new`]
/// refuse.
pub fn load(directory: &Path, name: &str, classes: Option<&[&str]>) -> Result<Splits, DataError> {
    let (train_images, train_shape) = read_file(directory, "train-images-idx3-ubyte", read_images)?;
    let train_labels = read_file(directory, "train-labels-idx1-ubyte", read_labels)?;
    let (test_images, test_shape) = read_file(directory, "t10k-images-idx3-ubyte", read_images)?;
    let test_labels = read_file(directory, "t10k-labels-idx1-ubyte", read_labels)?;
    let classes: Vec<String> = match classes {
        Some(names) => names.iter().map(|&name| name.into()).collect(),
        None => {
            (0..=train_labels.iter().copied().max().unwrap_or(0)).map(|label| label.to_string()).collect()
        }
    };
    Splits::new(
        ImageDataset::new(name, classes.clone(), train_shape, 255, train_images, train_labels)?,
        ImageDataset::new(name, classes, test_shape, 255, test_images, test_labels)?,
    )
}

/// Whether `directory` holds training images in this format.
pub(crate) fn is_idx(directory: &Path) -> bool {
    find(directory, "train-images-idx3-ubyte").is_ok()
}

/// Reads an image file: the pixels of all images, and the shape of one. `path` names the source in errors.
///
/// # Errors
/// [`DataError::WrongMagic`], [`DataError::Truncated`], [`DataError::TrailingBytes`],
/// [`DataError::Oversized`] for more than 1 GiB of pixels, [`DataError::Decode`] for corrupt compression.
pub fn read_images(source: impl BufRead, path: &Path) -> Result<(Vec<u8>, ImageShape), DataError> {
    let mut source = bounded::gunzip(source, path)?;
    expect_magic(&mut source, "an IDX image file", IMAGES_MAGIC, path)?;
    let [count, rows, columns] = read_numbers(&mut source, path)?;
    let image = u64::from(rows) * u64::from(columns);
    let all = image.saturating_mul(count.into());
    if image.max(all) > MAX_BYTES {
        let what = "the number of pixels in the header";
        return Err(DataError::Oversized {
            path: path.into(),
            what,
            found: image.max(all),
            limit: MAX_BYTES,
        });
    }
    let images = bounded::read_whole(&mut source, all, path)?;
    Ok((images, ImageShape::new(1, rows as usize, columns as usize)))
}

/// Reads a label file. `path` names the source in errors.
///
/// # Errors
/// As [`read_images`].
pub fn read_labels(source: impl BufRead, path: &Path) -> Result<Vec<u32>, DataError> {
    let mut source = bounded::gunzip(source, path)?;
    expect_magic(&mut source, "an IDX label file", LABELS_MAGIC, path)?;
    let [count] = read_numbers(&mut source, path)?;
    if u64::from(count) > MAX_BYTES {
        let what = "the number of labels in the header";
        return Err(DataError::Oversized { path: path.into(), what, found: count.into(), limit: MAX_BYTES });
    }
    let labels = bounded::read_whole(&mut source, count.into(), path)?;
    Ok(labels.into_iter().map(u32::from).collect())
}

fn read_file<T>(
    directory: &Path,
    stem: &str,
    parse: impl FnOnce(BufReader<File>, &Path) -> Result<T, DataError>,
) -> Result<T, DataError> {
    let path = find(directory, stem)?;
    parse(bounded::open(&path)?, &path)
}

fn find(directory: &Path, stem: &str) -> Result<PathBuf, DataError> {
    let candidates = [directory.join(stem), directory.join(format!("{stem}.gz"))];
    match candidates.iter().find(|path| path.is_file()) {
        Some(path) => Ok(path.clone()),
        None => Err(DataError::Missing { what: format!("IDX file {stem}"), looked_for: candidates.into() }),
    }
}

fn expect_magic(
    source: &mut dyn Read,
    format: &'static str,
    expected: u32,
    path: &Path,
) -> Result<(), DataError> {
    let [found] = read_numbers(source, path)?;
    if found != expected {
        return Err(DataError::WrongMagic { path: path.into(), format, found, expected });
    }
    Ok(())
}

fn read_numbers<const N: usize>(source: &mut dyn Read, path: &Path) -> Result<[u32; N], DataError> {
    let bytes = bounded::read_exactly(source, 4 * N as u64, path)?;
    let mut numbers = [0; N];
    for (number, bytes) in numbers.iter_mut().zip(bytes.chunks_exact(4)) {
        *number = bytes.iter().fold(0, |number, &byte| number << 8 | u32::from(byte));
    }
    Ok(numbers)
}
