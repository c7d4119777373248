//! Every parser on many damaged inputs: whatever they hold, the answer is a value or a typed error, soon and
//! in little memory.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::fs;
use std::path::Path;

use image::{DynamicImage, ImageFormat, RgbImage};
use pyrarium_datasets::cifar::{Records, Variant, read_records};
use pyrarium_datasets::tabular::{CsvSource, Encoder, Schema};
use pyrarium_datasets::triples::parse_triples;
use pyrarium_datasets::{ImageShape, Series, archive, decode, idx};
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use support::{cifar_record, encode, gzip, idx_images, idx_labels, tar};
use tempfile::tempdir;

/// Damaged inputs for each parser.
const INPUTS: usize = 12_000;

/// Numbers at which sizes and signs change.
const EDGES: [u32; 8] = [0, 1, 0x7f, 0xff, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];

/// Feeds `parse` with damaged copies of `seeds` and requires that it both accepts and refuses some.
fn survive(seeds: &[Vec<u8>], mut parse: impl FnMut(&[u8]) -> bool) {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let accepted = (0..INPUTS).filter(|_| parse(&damaged(seeds, &mut rng))).count();
    assert!(accepted > 0 && accepted < INPUTS, "{accepted} of {INPUTS} inputs accepted");
    #[cfg(target_os = "linux")]
    assert!(peak_mebibytes() < 100, "{} MiB", peak_mebibytes());
}

/// A seed with one to four changes: a bit flipped, a number set (half of them in the header), the end cut
/// off, a stretch repeated, removed, or taken from another seed.
fn damaged(seeds: &[Vec<u8>], rng: &mut ChaCha8Rng) -> Vec<u8> {
    let mut bytes = seeds.choose(rng).unwrap().clone();
    for _ in 0..rng.random_range(1..=4) {
        if bytes.is_empty() {
            break;
        }
        let at = rng.random_range(0..bytes.len());
        let end = (at + rng.random_range(1..=64)).min(bytes.len());
        match rng.random_range(0..6) {
            0 => bytes[at] ^= 1 << rng.random_range(0..8),
            1 => {
                let header = if rng.random() { bytes.len() } else { bytes.len().min(32) };
                let start = rng.random_range(0..header);
                let number = EDGES.choose(rng).unwrap().to_be_bytes();
                bytes.iter_mut().skip(start).zip(number).for_each(|(byte, new)| *byte = new);
            }
            2 => bytes.truncate(at),
            3 => {
                let stretch = bytes[at..end].to_vec();
                bytes.splice(at..at, stretch);
            }
            4 => drop(bytes.drain(at..end)),
            _ => {
                let other = seeds.choose(rng).unwrap();
                let from = rng.random_range(0..other.len());
                let until = (from + 64).min(other.len());
                bytes.splice(at..end, other[from..until].iter().copied());
            }
        }
    }
    bytes
}

/// The most memory that this process has had.
#[cfg(target_os = "linux")]
fn peak_mebibytes() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() / 1024
}

#[test]
fn idx_images_survive() {
    let seeds = [idx_images(3, 4, 5), gzip(&idx_images(40, 8, 8)), idx_images(0, 28, 28)];
    survive(&seeds, |bytes| idx::read_images(bytes, Path::new("fuzz")).is_ok());
}

#[test]
fn idx_labels_survive() {
    let seeds = [idx_labels(&[1, 2, 3]), gzip(&idx_labels(&[7; 300])), idx_labels(&[])];
    survive(&seeds, |bytes| idx::read_labels(bytes, Path::new("fuzz")).is_ok());
}

#[test]
fn cifar_records_survive() {
    let cifar10 = [cifar_record(&[3], 1, 2, 3), cifar_record(&[9], 4, 5, 6)].concat();
    survive(&[cifar10, cifar_record(&[0], 7, 8, 9)], |bytes| {
        read_records(bytes, Path::new("fuzz"), Variant::Cifar10, &mut Records::default()).is_ok()
    });
    survive(&[cifar_record(&[19, 99], 1, 2, 3)], |bytes| {
        read_records(bytes, Path::new("fuzz"), Variant::Cifar100, &mut Records::default()).is_ok()
    });
}

#[test]
fn triples_survive() {
    let seeds = [b"a\tlikes\tb\nb\tknows\tc\n".to_vec(), b"one\ttwo\tthree".to_vec()];
    survive(&seeds, |bytes| {
        std::str::from_utf8(bytes).is_ok_and(|text| parse_triples(text, Path::new("fuzz")).is_ok())
    });
}

const SCHEMA: &str = "
group = 'user'
fields = [
    { kind = 'categorical', name = 'user', min_count = 2 },
    { kind = 'numeric', name = 'age' },
    { kind = 'numeric', name = 'stage', column = 'age', bounds = [18, 30] },
    { kind = 'sequence', name = 'history', uses = ['user'], length = 2 },
    { kind = 'label', name = 'click' },
]";

#[test]
fn tables_of_samples_survive() {
    let schema = Schema::parse(SCHEMA, "schema").unwrap();
    let seeds = [
        b"user,age,history,click\nu1,17,u1|u2,1\nu2,,,\nu1,40.5,u2,0\n".to_vec(),
        b"click,user,history,age\r\n0,\"u,1\",u2|u2|u2,-1e3\r\n".to_vec(),
    ];
    survive(&seeds, |bytes| {
        let source = CsvSource::Memory { name: "fuzz".into(), text: bytes.into() };
        let Ok(encoder) = Encoder::fit(schema.clone(), source.clone()) else { return false };
        encoder.layout().check(&encoder.read(source).unwrap(), "fuzz").unwrap();
        true
    });
    survive(&[SCHEMA.into()], |bytes| {
        std::str::from_utf8(bytes).is_ok_and(|text| Schema::parse(text, "fuzz").is_ok())
    });
}

#[test]
fn images_survive() {
    let picture =
        RgbImage::from_fn(12, 9, |x, y| image::Rgb([(x * 20) as u8, (y * 25) as u8, (x * y) as u8]));
    let picture = DynamicImage::from(picture);
    let grey = DynamicImage::from(picture.to_luma16());
    let seeds = [
        encode(&picture, ImageFormat::Png),
        encode(&grey, ImageFormat::Png),
        encode(&picture, ImageFormat::Jpeg),
    ];
    for shape in [ImageShape::new(3, 8, 8), ImageShape::new(1, 12, 9)] {
        survive(&seeds, |bytes| match decode(bytes, Path::new("fuzz"), shape) {
            Ok(pixels) => {
                assert_eq!(pixels.len(), shape.len());
                true
            }
            Err(_) => false,
        });
    }
}

#[test]
fn archives_survive_and_write_nothing_outside() {
    let outer = tempdir().unwrap();
    let inner = outer.path().join("inner");
    fs::create_dir(&inner).unwrap();
    let unpack = |packed: &[u8]| archive::unpack(packed, Path::new("fuzz"), &inner).is_ok();
    let seeds = [tar(&[("a", b"1"), ("b/c", &[7; 600])]), tar(&[("../d", b"2")])];
    survive(&seeds, |bytes| unpack(&gzip(&with_valid_checksums(bytes))));
    survive(&seeds.map(|seed| gzip(&seed)), unpack);
    assert_eq!(fs::read_dir(outer.path()).unwrap().count(), 1);
}

/// A damaged archive whose headers get past the reader's first test.
fn with_valid_checksums(archive: &[u8]) -> Vec<u8> {
    let mut archive = archive.to_vec();
    for block in archive.chunks_exact_mut(512).filter(|block| block.starts_with(b"a") || block[156] == b'0') {
        let mut header = tar::Header::from_byte_slice(block).clone();
        header.set_cksum();
        block.copy_from_slice(header.as_bytes());
    }
    archive
}

#[test]
fn series_survive() {
    let hours: String =
        (0..48).map(|hour| format!("2020-01-{:02} {:02}:00,{hour},\n", 1 + hour / 24, hour % 24)).collect();
    let seeds = [
        format!("date,a,b\n{hours}").into_bytes(),
        b"month,x\n2019-01-31,1.5\n2019-02-28,NaN\n2019-04-30,-2e3\n".to_vec(),
        b"t,\"x, y\"\n1,1\n2,2\n3,\n".to_vec(),
    ];
    survive(&seeds, |bytes| Series::parse("fuzz", bytes, Path::new("fuzz.csv"), &[]).is_ok());
}
