//! Each way to fail, with the message that the user sees.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::fs;
use std::path::Path;

use image::ImageFormat;
use pyrarium_datasets::cifar::{Records, Variant, read_records};
use pyrarium_datasets::fetch::verify;
use pyrarium_datasets::{DataError, ImageShape, KnowledgeGraph, archive, decode, idx, open};
use support::{
    cifar_record, gzip, idx_images, idx_labels, picture, tar_gz, write, write_cifar10, write_mnist,
};
use tempfile::tempdir;

fn message<T>(result: Result<T, DataError>) -> String {
    result.map(|_| ()).unwrap_err().to_string()
}

fn images(bytes: &[u8]) -> String {
    message(idx::read_images(bytes, Path::new("images")))
}

#[test]
fn unknown_data_set() {
    let text = message(open("cifar-10", None));
    assert_eq!(
        text,
        "`cifar-10` is neither a data set nor a directory; did you mean `cifar10`?; known data sets: digits, \
         photo-crops, mnist, fashion-mnist, cifar10, cifar100"
    );
    assert!(!message(open("something else", None)).contains("did you mean"));
}

#[test]
fn data_set_not_fetched() {
    let data_dir = tempdir().unwrap();
    let text = message(open("mnist", Some(data_dir.path())));
    assert!(text.contains("`cargo xtask data fetch mnist`") && text.contains("--data-dir"), "{text}");
    assert!(text.contains(data_dir.path().join("mnist").to_str().unwrap()), "{text}");
}

#[test]
fn embedded_data_set_has_nothing_to_verify() {
    assert!(message(verify("digits", Path::new("."))).contains("part of the program"));
}

#[test]
fn missing_idx_file() {
    let directory = tempdir().unwrap();
    write_mnist(directory.path(), false);
    fs::remove_file(directory.path().join("t10k-labels-idx1-ubyte")).unwrap();
    let text = message(open(directory.path().to_str().unwrap(), None));
    assert!(text.contains("t10k-labels-idx1-ubyte not found, looked for"), "{text}");
    assert!(text.contains("t10k-labels-idx1-ubyte.gz"), "{text}");
}

#[test]
fn missing_cifar_file() {
    let directory = tempdir().unwrap();
    write_cifar10(directory.path());
    fs::remove_file(directory.path().join("data_batch_4.bin")).unwrap();
    let text = message(open(directory.path().to_str().unwrap(), None));
    assert!(
        text.starts_with("cifar10 file not found, looked for") && text.ends_with("data_batch_4.bin"),
        "{text}"
    );
}

#[test]
fn missing_test_folder() {
    let directory = tempdir().unwrap();
    write(&directory.path().join("train/a/1.png"), &picture(2, 2, [0; 3], ImageFormat::Png));
    let text = message(open(directory.path().to_str().unwrap(), None));
    assert!(text.starts_with("test folder not found") && text.contains("val"), "{text}");
}

#[test]
fn unrecognised_directory() {
    let directory = tempdir().unwrap();
    let text = message(open(directory.path().to_str().unwrap(), None));
    assert!(
        text.starts_with(directory.path().to_str().unwrap()) && text.contains("expected IDX files"),
        "{text}"
    );
}

#[test]
fn file_that_cannot_be_written() {
    let directory = tempdir().unwrap();
    let taken = directory.path().join("name");
    fs::create_dir(&taken).unwrap();
    let archive = tar_gz(&[("name", b"a file where a folder is")]);
    let text = message(archive::unpack(&archive[..], Path::new("a.tar.gz"), directory.path()));
    assert!(text.starts_with(&format!("{}: ", taken.display())), "{text}");
}

#[test]
fn wrong_magic() {
    let text = images(&idx_labels(&[1, 2, 3]));
    assert_eq!(text, "images: starts with 0x00000801, but an IDX image file starts with 0x00000803");
}

#[test]
fn truncated_idx() {
    let file = idx_images(2, 3, 3);
    assert_eq!(images(&file[..20]), "images: truncated: expected 18 bytes, found 4");
    assert_eq!(images(&file[..6]), "images: truncated: expected 12 bytes, found 2");
    assert!(images(&gzip(&file)[..30]).contains("truncated"));
}

#[test]
fn truncated_cifar() {
    let file = cifar_record(&[1], 0, 0, 0);
    let read = |bytes| {
        message(read_records(bytes, Path::new("batch.bin"), Variant::Cifar10, &mut Records::default()))
    };
    assert_eq!(read(&file[..3000]), "batch.bin: truncated: expected 3073 bytes, found 3000");
    assert_eq!(read(&[]), "batch.bin: truncated: expected 3073 bytes, found 0");
}

#[test]
fn trailing_bytes() {
    let file = [idx_images(1, 2, 2), vec![0]].concat();
    assert_eq!(images(&file), "images: bytes follow after the expected 4");
}

#[test]
fn oversized_header() {
    let file: Vec<u8> = [0x803, 1 << 20, 1 << 10, 1 << 10].into_iter().flat_map(u32::to_be_bytes).collect();
    let text = images(&file);
    assert_eq!(
        text,
        "images: the number of pixels in the header is 1099511627776, allowed is at most 1073741824"
    );
}

#[test]
fn oversized_image() {
    // The header of a png of 65535x65535 grey pixels, patched into a small one; a wrong checksum would be
    // noticed.
    let mut png = picture(1, 1, [0; 3], ImageFormat::Png);
    png[16..24].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
    let mut crc = flate2::Crc::new();
    crc.update(&png[12..29]);
    png[29..33].copy_from_slice(&crc.sum().to_be_bytes());
    let text = message(decode(&png, Path::new("bomb.png"), ImageShape::new(1, 8, 8)));
    assert_eq!(text, "bomb.png: the number of pixels is 4294836225, allowed is at most 67108864");
}

#[test]
fn label_out_of_range() {
    let batch = [cifar_record(&[9], 0, 0, 0), cifar_record(&[10], 0, 0, 0)].concat();
    let read = read_records(&batch[..], Path::new("batch.bin"), Variant::Cifar10, &mut Records::default());
    assert_eq!(message(read), "batch.bin: label 10 of image 1 is out of range, allowed are 0..=9");
}

#[test]
fn inconsistent_number_of_labels() {
    let directory = tempdir().unwrap();
    write_mnist(directory.path(), false);
    fs::write(directory.path().join("train-labels-idx1-ubyte"), idx_labels(&[0, 1])).unwrap();
    let text = message(open(directory.path().to_str().unwrap(), None));
    assert!(text.ends_with("24 bytes for 2 labels, but images of shape 1x2x3 need 12 bytes"), "{text}");
}

#[test]
fn inconsistent_test_class() {
    let directory = tempdir().unwrap();
    for path in ["train/a/1.png", "test/b/1.png"] {
        write(&directory.path().join(path), &picture(2, 2, [0; 3], ImageFormat::Png));
    }
    let text = message(open(directory.path().to_str().unwrap(), None));
    assert!(text.contains("class folder `b` is not in"), "{text}");
}

#[test]
fn inconsistent_class_names() {
    let directory = tempdir().unwrap();
    write_cifar10(directory.path());
    fs::write(directory.path().join("batches.meta.txt"), "one\ntwo\n").unwrap();
    let text = message(open(directory.path().to_str().unwrap(), None));
    assert!(text.ends_with("batches.meta.txt: 2 class names, but cifar10 needs 10"), "{text}");
}

#[test]
fn inconsistent_shape() {
    for shape in [ImageShape::new(2, 8, 8), ImageShape::new(1, 0, 8), ImageShape::new(3, 8, 1 << 40)] {
        let text = message(decode(&[], Path::new("image.png"), shape));
        let expected =
            format!("image.png: image shape {shape}, allowed are 1 or 3 channels and sides from 1 to 4096");
        assert_eq!(text, expected);
    }
}

#[test]
fn undecodable_image() {
    let directory = tempdir().unwrap();
    write(&directory.path().join("a/1.png"), b"not a png");
    write(&directory.path().join("a/2.png"), &picture(2, 2, [0; 3], ImageFormat::Png));
    let text = message(open(directory.path().to_str().unwrap(), None));
    assert!(text.contains("1.png: cannot decode: "), "{text}");
}

#[test]
fn corrupt_compression() {
    let mut file = gzip(&idx_images(2, 3, 3));
    let last = file.len() - 5;
    file[last] ^= 1;
    assert!(images(&file).starts_with("images: cannot decode: "), "{}", images(&file));
}

#[test]
fn archive_entry_outside_its_folder() {
    let directory = tempdir().unwrap();
    for path in ["../escape", "/escape", "a/../../escape"] {
        let archive = tar_gz(&[("fine", b"1"), (path, b"2")]);
        let text = message(archive::unpack(&archive[..], Path::new("a.tar.gz"), directory.path()));
        assert_eq!(text, format!("a.tar.gz: entry `{path}` refused: its path leaves the folder"));
    }
    assert!(!directory.path().parent().unwrap().join("escape").exists());
}

#[test]
fn archive_entry_that_is_a_link() {
    let directory = tempdir().unwrap();
    let mut builder = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::Symlink);
    header.set_size(0);
    builder.append_link(&mut header, "link", "/etc").unwrap();
    let archive = gzip(&builder.into_inner().unwrap());
    let text = message(archive::unpack(&archive[..], Path::new("a.tar.gz"), directory.path()));
    assert_eq!(text, "a.tar.gz: entry `link` refused: it is neither a file nor a folder");
}

#[test]
fn archive_with_more_than_its_limit() {
    let directory = tempdir().unwrap();
    let mut header = tar::Header::new_gnu();
    header.set_path("bomb").unwrap();
    header.set_size(1 << 40);
    header.set_cksum();
    let archive = gzip(header.as_bytes());
    let text = message(archive::unpack(&archive[..], Path::new("a.tar.gz"), directory.path()));
    assert_eq!(text, "a.tar.gz: entry `bomb` refused: the archive holds more than 1 GiB");
}

/// Writes a graph whose `valid.txt` has the given bytes, and opens it.
fn graph(valid: &[u8]) -> Result<KnowledgeGraph, DataError> {
    let directory = tempdir().unwrap();
    fs::write(directory.path().join("train.txt"), "b\tlikes\ta\nb\tknows\tc\n").unwrap();
    fs::write(directory.path().join("valid.txt"), valid).unwrap();
    fs::write(directory.path().join("test.txt.gz"), gzip(b"c\tlikes\tb")).unwrap();
    KnowledgeGraph::open(directory.path().to_str().unwrap())
}

#[test]
fn a_graph_is_read_plain_or_packed_and_numbered_by_name() {
    let graph = graph(b"a\tlikes\td\r\n").unwrap();
    assert_eq!(graph.entities, ["a", "b", "c", "d"]);
    assert_eq!(graph.predicates, ["knows", "likes"]);
    let numbers: Vec<_> = graph.all().map(|t| [t.subject, t.predicate, t.object]).collect();
    assert_eq!(numbers, [[1, 1, 0], [1, 0, 2], [0, 1, 3], [2, 1, 1]]);
    assert_eq!((graph.train.len(), graph.valid.len(), graph.test.len()), (2, 1, 1));
}

#[test]
fn malformed_triples() {
    for (bytes, problem) in [
        (&b"a\tlikes\tb\nb likes c\n"[..], "line 2: 1 names between tabs, but a triple has 3"),
        (b"a\tlikes\tb\tc\n", "line 1: 4 names between tabs, but a triple has 3"),
        (b"a\tlikes\tb\n\nb\tlikes\ta\n", "line 2: 1 names between tabs, but a triple has 3"),
        (b"a\t \tb\n", "line 1: the predicate is empty"),
        (b"a\tlikes\t\n", "line 1: the object is empty"),
        (b"", "line 1: there is no triple"),
    ] {
        let text = message(graph(bytes));
        assert!(text.ends_with(&format!("valid.txt: {problem}")), "{text}");
    }
    let text = message(graph(b"a\tlikes\t\xff\n"));
    assert!(text.contains("valid.txt: cannot decode: invalid utf-8"), "{text}");
    let text = message(graph(&gzip(b"a\tlikes\tb\n")[..20]));
    assert!(text.contains("valid.txt: truncated"), "{text}");
}

#[test]
fn oversized_triples() {
    let text = message(graph(&gzip(&vec![b'a'; (1 << 26) + 1])));
    assert!(text.ends_with("the number of bytes is 67108865, allowed is at most 67108864"), "{text}");
}

#[test]
fn a_graph_that_is_not_there() {
    let text = message(KnowledgeGraph::open("kinship"));
    assert_eq!(
        text,
        "`kinship` is neither a data set nor a directory; did you mean `kinships`?; known data sets: nations, kinships, umls"
    );
    let text = message(KnowledgeGraph::open(tempdir().unwrap().path().to_str().unwrap()));
    assert!(text.starts_with("the triples of train.txt not found, looked for"), "{text}");
}
