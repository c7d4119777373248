//! Every format, read from a directory with known content.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::fs;
use std::path::Path;

use image::{GrayImage, ImageFormat, Luma, Rgb, RgbImage};
use pyrarium_datasets::catalog::{Content, Source};
use pyrarium_datasets::{CATALOG, ImageShape, folder, open};
use support::{cifar_record, encode, picture, write, write_cifar10, write_mnist};
use tempfile::tempdir;

fn open_directory(directory: &Path) -> pyrarium_datasets::Splits {
    open(directory.to_str().unwrap(), None).unwrap()
}

#[test]
fn idx_files_plain_and_packed_hold_the_same() {
    for packed in [false, true] {
        let directory = tempdir().unwrap();
        write_mnist(directory.path(), packed);
        let splits = open_directory(directory.path());
        assert_eq!((splits.train.len(), splits.test.len()), (4, 2));
        assert_eq!(splits.train.shape(), ImageShape::new(1, 2, 3));
        assert_eq!(splits.train.image(1), [6, 7, 8, 9, 10, 11]);
        assert_eq!(splits.test.labels(), [3, 0]);
        assert_eq!(splits.train.classes(), ["0", "1", "2", "3"]);
    }
}

#[test]
fn cifar10_is_found_in_the_directory_or_in_the_archives_folder() {
    for folder in ["", "cifar-10-batches-bin"] {
        let directory = tempdir().unwrap();
        let inner = directory.path().join(folder);
        fs::create_dir_all(&inner).unwrap();
        write_cifar10(&inner);
        let names = "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n";
        fs::write(inner.join("batches.meta.txt"), names).unwrap();
        let splits = open_directory(directory.path());
        assert_eq!(splits.train.labels(), [1, 2, 2, 3, 3, 4, 4, 5, 5, 6]);
        assert_eq!(splits.test.labels(), [0, 1]);
        assert_eq!(splits.train.classes()[9], "truck");
        let image = splits.train.image(2);
        assert_eq!((image[0], image[1024], image[3071]), (2, 50, 100));
    }
}

#[test]
fn cifar100_takes_the_fine_label() {
    let directory = tempdir().unwrap();
    let file = |name: &str, coarse, fine| {
        fs::write(directory.path().join(name), cifar_record(&[coarse, fine], 7, 8, 9)).unwrap();
    };
    file("train.bin", 19, 99);
    file("test.bin", 3, 42);
    let splits = open_directory(directory.path());
    assert_eq!((splits.train.labels(), splits.test.labels()), (&[99][..], &[42][..]));
    assert_eq!(splits.train.classes().len(), 100);
    assert_eq!(splits.test.image(0)[1024], 8);
}

#[test]
fn image_folders_keep_a_common_size_and_the_order_of_names() {
    let directory = tempdir().unwrap();
    let png = |path: &str, colour| {
        write(&directory.path().join(path), &picture(5, 4, colour, ImageFormat::Png));
    };
    png("train/dog/b.png", [4, 5, 6]);
    png("train/dog/a.PNG", [1, 2, 3]);
    png("train/cat/z.png", [7, 8, 9]);
    png("val/dog/q.png", [10, 11, 12]);
    write(&directory.path().join("train/cat/notes.txt"), b"not an image");
    write(&directory.path().join("train/empty/notes.txt"), b"not a class");
    let splits = open_directory(directory.path());
    assert_eq!(splits.train.classes(), ["cat", "dog"]);
    assert_eq!(splits.train.shape(), ImageShape::new(3, 4, 5));
    assert_eq!(splits.train.labels(), [0, 1, 1]);
    assert_eq!(splits.train.image(1)[..21], [vec![1; 20], vec![2]].concat());
    assert_eq!((splits.test.len(), splits.test.label(0), splits.test.image(0)[40]), (1, 1, 12));
}

#[test]
fn class_folders_alone_give_their_last_fifth_to_the_test() {
    let directory = tempdir().unwrap();
    for class in ["a", "b"] {
        for number in 0..11 {
            let file = directory.path().join(format!("{class}/{number:02}.png"));
            write(&file, &picture(2, 2, [number; 3], ImageFormat::Png));
        }
    }
    let splits = open_directory(directory.path());
    assert_eq!((splits.train.len(), splits.test.len()), (16, 6));
    let numbers: Vec<u8> = (0..6).map(|index| splits.test.image(index)[0]).collect();
    assert_eq!(numbers, [8, 9, 10, 8, 9, 10]);
}

#[test]
fn grey_images_have_one_channel_and_mixed_sizes_become_32x32() {
    let directory = tempdir().unwrap();
    for (name, side) in [("a.png", 40), ("b.png", 64), ("c.png", 8)] {
        let grey = GrayImage::from_pixel(side, side, Luma([side as u8]));
        write(&directory.path().join("class").join(name), &encode(&grey.into(), ImageFormat::Png));
    }
    let splits = open_directory(directory.path());
    assert_eq!(splits.train.shape(), ImageShape::new(1, 32, 32));
    assert!(splits.train.image(1).iter().all(|&pixel| pixel == 64));
}

#[test]
fn resizing_cuts_centrally_and_averages() {
    let directory = tempdir().unwrap();
    // Twelve columns: two of 255, then 0 40 0 40 0 40 0 40, then two of 255; eight rows.
    let column = |x: u32| if !(2..10).contains(&x) { 255 } else { (x % 2 * 40) as u8 };
    let image = RgbImage::from_fn(12, 8, |x, _| Rgb([column(x); 3]));
    for name in ["a.png", "b.png"] {
        write(&directory.path().join("class").join(name), &encode(&image.clone().into(), ImageFormat::Png));
    }
    let splits = folder::load(directory.path(), "test", Some(ImageShape::new(1, 1, 1))).unwrap();
    assert_eq!(splits.train.image(0), [20]);
}

#[test]
fn jpegs_are_read() {
    let directory = tempdir().unwrap();
    for name in ["a.jpg", "b.jpeg"] {
        let jpeg = picture(16, 16, [200, 100, 50], ImageFormat::Jpeg);
        write(&directory.path().join("class").join(name), &jpeg);
    }
    let splits = open_directory(directory.path());
    let image = splits.train.image(0);
    for (channel, expected) in [200u8, 100, 50].into_iter().enumerate() {
        assert!(image[256 * channel].abs_diff(expected) <= 3, "{}", image[256 * channel]);
    }
}

#[test]
fn every_embedded_data_set_is_as_the_catalogue_says() {
    for entry in CATALOG {
        if let Source::Embedded { .. } = entry.source {
            let splits = open(entry.name, None).unwrap();
            assert_eq!(splits.train.name(), entry.name);
            let Content::Images { shape, classes } = entry.content else {
                panic!("{} is embedded", entry.name)
            };
            assert_eq!((splits.train.shape(), splits.train.classes().len()), (shape, classes));
            assert_eq!((splits.train.len(), splits.test.len()), (entry.train, entry.test));
        }
    }
}

#[test]
fn a_named_data_set_is_found_under_the_data_directory() {
    let data_dir = tempdir().unwrap();
    fs::create_dir(data_dir.path().join("mnist")).unwrap();
    write_mnist(&data_dir.path().join("mnist"), true);
    let splits = open("mnist", Some(data_dir.path())).unwrap();
    assert_eq!((splits.train.name(), splits.train.classes().len()), ("mnist", 10));
}
