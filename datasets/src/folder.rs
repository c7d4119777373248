//! Image folders: one folder a class, holding png or jpeg files of any size.
//!
//! Either `train/<class>/*` with `test/<class>/*` (or `val/<class>/*`), or `<class>/*` alone, of which the
//! last fifth of each class, in the order of the file names, is for testing.

use std::io;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::{fs, thread};

use crate::decode::{Header, check_shape, decode, read_header};
use crate::{DataError, ImageDataset, ImageShape, Splits, bounded};

/// The most bytes that an image file may have.
const MAX_FILE_BYTES: u64 = 1 << 28;
/// The most bytes that the images of a split may decode to.
const MAX_DECODED_BYTES: u64 = 1 << 33;
/// The longest side at which images of a common size are kept if no shape is asked for.
const MAX_COMMON_SIDE: u32 = 256;
/// The side to which images are brought otherwise.
const DEFAULT_SIDE: u32 = 32;
const EXTENSIONS: [&str; 3] = ["png", "jpg", "jpeg"];

/// Loads the image folders in `directory`, with classes and files in the order of their names.
///
/// Each image is cut centrally to the proportions of `shape` and resized to it with a triangle filter that
/// widens with the reduction (area averaging); with one channel it is turned grey (Rec. 709 luma), and
/// transparency is dropped. Without `shape`, images keep their size if all training images have the same and
/// it is at most 256x256, else they become 32x32; they are grey if all training images are.
///
/// # Errors
/// [`DataError::Missing`] without class folders or without a test folder, [`DataError::Inconsistent`] for a
/// test class that has no training folder, [`DataError::Oversized`] for more than 8 GiB of pixels, and what
/// [`decode`](crate::decode()) refuses.
pub fn load(directory: &Path, name: &str, shape: Option<ImageShape>) -> Result<Splits, DataError> {
    let Layout { classes, train, test } = Layout::of(directory)?;
    let shape = match shape {
        Some(shape) => shape,
        None => common_shape(&train)?,
    };
    check_shape(shape, directory)?;
    let dataset = |files: &[LabelledFile]| {
        let bytes = files.len() as u64 * shape.len() as u64;
        if bytes > MAX_DECODED_BYTES {
            let what = "the number of bytes of the decoded images";
            return Err(DataError::Oversized {
                path: directory.into(),
                what,
                found: bytes,
                limit: MAX_DECODED_BYTES,
            });
        }
        let images = decode_all(files, shape)?;
        let labels: Vec<u32> = files.iter().map(|file| file.label).collect();
        ImageDataset::new(name, classes.clone(), shape, 255, images, labels)
    };
    Splits::new(dataset(&train)?, dataset(&test)?)
}

fn read_file(path: &Path) -> Result<Vec<u8>, DataError> {
    bounded::read_at_most(&mut bounded::open(path)?, MAX_FILE_BYTES, path)
}

fn decode_all(files: &[LabelledFile], shape: ImageShape) -> Result<Vec<u8>, DataError> {
    let chunks = in_parallel(files, |files| {
        let mut images = Vec::with_capacity(files.len() * shape.len());
        for file in files {
            images.extend(decode(&read_file(&file.path)?, &file.path, shape)?);
        }
        Ok(images)
    })?;
    Ok(chunks.concat())
}

/// The shape of all images if they agree and are small, else the default side; three channels if any image
/// has colour.
fn common_shape(files: &[LabelledFile]) -> Result<ImageShape, DataError> {
    let headers = in_parallel(files, |files| {
        files
            .iter()
            .map(|file| read_header(&read_file(&file.path)?, &file.path))
            .collect::<Result<Vec<_>, _>>()
    })?
    .concat();
    let channels = if headers.iter().any(|header| header.coloured) { 3 } else { 1 };
    let size = |header: &Header| (header.height, header.width);
    let (height, width) = headers
        .first()
        .map(size)
        .filter(|&first| headers.iter().all(|header| size(header) == first))
        .filter(|&(height, width)| height.max(width) <= MAX_COMMON_SIDE)
        .unwrap_or((DEFAULT_SIDE, DEFAULT_SIDE));
    Ok(ImageShape::new(channels, height as usize, width as usize))
}

/// Runs `task` on equal stretches of `files`, one a core, and returns the results in order, or the first
/// error.
fn in_parallel<T: Send>(
    files: &[LabelledFile],
    task: impl Fn(&[LabelledFile]) -> Result<T, DataError> + Sync,
) -> Result<Vec<T>, DataError> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let workers: Vec<_> = files
            .chunks(files.len().div_ceil(cores).max(1))
            .map(|files| scope.spawn(|| task(files)))
            .collect();
        workers.into_iter().map(|worker| worker.join().unwrap_or_else(|cause| resume_unwind(cause))).collect()
    })
}

struct LabelledFile {
    path: PathBuf,
    label: u32,
}

/// The image files of a directory, class by class.
struct Layout {
    classes: Vec<String>,
    train: Vec<LabelledFile>,
    test: Vec<LabelledFile>,
}

impl Layout {
    fn of(directory: &Path) -> Result<Self, DataError> {
        let train_directory = directory.join("train");
        let mut layout = Self { classes: Vec::new(), train: Vec::new(), test: Vec::new() };
        if !train_directory.is_dir() {
            for (name, files) in class_folders(directory)? {
                let first_test = files.len() - files.len().div_ceil(5).min(files.len() - 1);
                layout.push(name, files, first_test);
            }
            return Ok(layout);
        }
        for (name, files) in class_folders(&train_directory)? {
            let count = files.len();
            layout.push(name, files, count);
        }
        let candidates = ["test", "val"].map(|name| directory.join(name));
        let Some(test_directory) = candidates.iter().find(|candidate| candidate.is_dir()) else {
            return Err(DataError::Missing { what: "test folder".into(), looked_for: candidates.into() });
        };
        for (name, files) in class_folders(test_directory)? {
            let Some(label) = layout.classes.iter().position(|class| *class == name) else {
                let problem = format!("class folder `{name}` is not in {}", train_directory.display());
                return Err(DataError::Inconsistent { place: test_directory.display().to_string(), problem });
            };
            layout.test.extend(files.into_iter().map(|path| LabelledFile { path, label: label as u32 }));
        }
        Ok(layout)
    }

    /// Adds a class whose files from position `first_test` on are for testing.
    fn push(&mut self, class: String, files: Vec<PathBuf>, first_test: usize) {
        let label = self.classes.len() as u32;
        self.classes.push(class);
        for (position, path) in files.into_iter().enumerate() {
            let split = if position < first_test { &mut self.train } else { &mut self.test };
            split.push(LabelledFile { path, label });
        }
    }
}

/// The folders with images in `directory`, by name, with their image files by name.
fn class_folders(directory: &Path) -> Result<Vec<(String, Vec<PathBuf>)>, DataError> {
    let mut folders = Vec::new();
    for path in entries(directory)? {
        if path.is_dir() {
            let files: Vec<_> = entries(&path)?.into_iter().filter(|path| is_image(path)).collect();
            if !files.is_empty() {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                folders.push((name, files));
            }
        }
    }
    if folders.is_empty() {
        return Err(DataError::Missing {
            what: "class folder with png or jpeg files".into(),
            looked_for: vec![directory.join("<class>")],
        });
    }
    Ok(folders)
}

/// Whether `directory`, or `train` in it, has a class folder with an image.
pub(crate) fn is_image_folder(directory: &Path) -> bool {
    class_folders(&directory.join("train")).or_else(|_| class_folders(directory)).is_ok()
}

fn entries(directory: &Path) -> Result<Vec<PathBuf>, DataError> {
    let read = || fs::read_dir(directory)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>();
    let mut paths = read().map_err(DataError::io(directory))?;
    paths.sort();
    Ok(paths)
}

fn is_image(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
    EXTENSIONS.iter().any(|allowed| extension == *allowed)
}
