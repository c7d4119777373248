//! Small data sets in the public formats, written byte by byte.

#![allow(dead_code, reason = "each test file uses some of these")]

use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;

use flate2::{Compression, write::GzEncoder};
use image::{DynamicImage, ImageFormat, RgbImage};

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// An IDX image file whose pixel `i` is `i` modulo 256.
pub fn idx_images(count: u32, rows: u32, columns: u32) -> Vec<u8> {
    let header = [0x803, count, rows, columns].into_iter().flat_map(u32::to_be_bytes);
    header.chain((0..count * rows * columns).map(|pixel| pixel as u8)).collect()
}

pub fn idx_labels(labels: &[u8]) -> Vec<u8> {
    let header = [0x801, labels.len() as u32].into_iter().flat_map(u32::to_be_bytes);
    header.chain(labels.iter().copied()).collect()
}

/// Four training and two test images of 2x3 pixels with labels 0 to 3, `packed` or plain.
pub fn write_mnist(directory: &Path, packed: bool) {
    for (name, bytes) in [
        ("train-images-idx3-ubyte", idx_images(4, 2, 3)),
        ("train-labels-idx1-ubyte", idx_labels(&[0, 1, 2, 3])),
        ("t10k-images-idx3-ubyte", idx_images(2, 2, 3)),
        ("t10k-labels-idx1-ubyte", idx_labels(&[3, 0])),
    ] {
        let (name, bytes) = if packed { (format!("{name}.gz"), gzip(&bytes)) } else { (name.into(), bytes) };
        fs::write(directory.join(name), bytes).unwrap();
    }
}

/// A CIFAR record: its label bytes, then red, green and blue planes of one value each.
pub fn cifar_record(labels: &[u8], red: u8, green: u8, blue: u8) -> Vec<u8> {
    let planes = [red, green, blue].into_iter().flat_map(|value| [value; 1024]);
    labels.iter().copied().chain(planes).collect()
}

/// Two images in each of the six files; the label is the file's number, the second image's one more.
pub fn write_cifar10(directory: &Path) {
    for (label, name) in
        ["test_batch", "data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5"]
            .into_iter()
            .enumerate()
    {
        let label = label as u8;
        let bytes = [cifar_record(&[label], label, 50, 100), cifar_record(&[label + 1], 1, 2, 3)].concat();
        fs::write(directory.join(format!("{name}.bin")), bytes).unwrap();
    }
}

/// An image file of one colour.
pub fn picture(width: u32, height: u32, colour: [u8; 3], format: ImageFormat) -> Vec<u8> {
    let image = RgbImage::from_pixel(width, height, image::Rgb(colour));
    encode(&image.into(), format)
}

pub fn encode(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// Writes a file, making its folders.
pub fn write(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// A `.tar.gz` with one entry a (path, content).
pub fn tar_gz(entries: &[(&str, &[u8])]) -> Vec<u8> {
    gzip(&tar(entries))
}

/// A `.tar` with one entry a (path, content).
pub fn tar(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, content) in entries {
        let mut header = tar::Header::new_gnu();
        // `set_path` refuses the paths that unpacking must refuse.
        header.as_gnu_mut().unwrap().name[..path.len()].copy_from_slice(path.as_bytes());
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        builder.append(&header, *content).unwrap();
    }
    builder.into_inner().unwrap()
}
