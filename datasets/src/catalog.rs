//! The known data sets, as data: what they are, where they come from and how they are loaded.

use std::path::Path;

use crate::cifar::{self, Variant};
use crate::{DataError, ImageShape, Splits, digits, idx, photo_crops};

/// A known data set.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// The name by which it is opened.
    pub name: &'static str,
    /// Its full name.
    pub title: &'static str,
    /// What it shows, in one line.
    pub description: &'static str,
    /// The terms under which it may be used.
    pub licence: &'static str,
    /// The shape of its images.
    pub shape: ImageShape,
    /// The number of classes.
    pub classes: usize,
    /// The number of training images.
    pub train: usize,
    /// The number of test images.
    pub test: usize,
    /// Where it comes from.
    pub source: Source,
}

/// Where a data set comes from and how it is loaded from there.
#[derive(Debug, Clone, Copy)]
pub enum Source {
    /// It is part of the program.
    Embedded {
        /// Loads it.
        load: fn() -> Result<Splits, DataError>,
    },
    /// It is downloaded into a directory of its own.
    Remote {
        /// The files to download.
        files: &'static [RemoteFile],
        /// Further directories in which operating systems install it.
        installed: &'static [&'static str],
        /// Loads it from its directory.
        load: fn(&Path) -> Result<Splits, DataError>,
    },
}

/// A file to download; one whose name ends in `.tar.gz` is unpacked.
#[derive(Debug, Clone, Copy)]
pub struct RemoteFile {
    /// Its public address.
    pub url: &'static str,
    /// Its SHA-256, in hexadecimal.
    pub sha256: &'static str,
    /// Its length in bytes.
    pub bytes: u64,
}

impl RemoteFile {
    /// Its name in the data set's directory: the last part of the address.
    pub fn name(&self) -> &'static str {
        self.url.rsplit('/').next().unwrap_or(self.url)
    }

    /// Whether it is unpacked after the download.
    pub fn is_archive(&self) -> bool {
        self.url.ends_with(".tar.gz")
    }
}

/// The known data sets, the ones that need no download first.
pub const CATALOG: &[Entry] = &[
    Entry {
        name: "digits",
        title: "Optical Recognition of Handwritten Digits",
        description: "handwritten digits, 8x8 grey, the test part of the UCI set as scikit-learn ships it",
        licence: "CC BY 4.0",
        shape: ImageShape::new(1, 8, 8),
        classes: 10,
        train: 1437,
        test: 360,
        source: Source::Embedded { load: digits::load },
    },
    Entry {
        name: "photo-crops",
        title: "PhotoCrops",
        description: "which of twelve photographs does this crop come from, 16x16 grey, disjoint regions",
        licence: "public domain and CC0, photo by photo in datasets/data/README.md",
        shape: ImageShape::new(1, 16, 16),
        classes: 12,
        train: 4800,
        test: 1200,
        source: Source::Embedded { load: || photo_crops::load(0) },
    },
    Entry {
        name: "mnist",
        title: "MNIST",
        description: "handwritten digits, 28x28 grey",
        licence: "CC BY-SA 3.0",
        shape: ImageShape::new(1, 28, 28),
        classes: 10,
        train: 60_000,
        test: 10_000,
        source: Source::Remote {
            files: &MNIST_FILES,
            installed: &[],
            load: |directory| idx::load(directory, "mnist", Some(&DIGIT_NAMES)),
        },
    },
    Entry {
        name: "fashion-mnist",
        title: "Fashion-MNIST",
        description: "pieces of clothing, 28x28 grey",
        licence: "MIT",
        shape: ImageShape::new(1, 28, 28),
        classes: 10,
        train: 60_000,
        test: 10_000,
        source: Source::Remote {
            files: &FASHION_MNIST_FILES,
            // Debian's package dataset-fashion-mnist.
            installed: &["/usr/share/datasets/fashion-mnist"],
            load: |directory| idx::load(directory, "fashion-mnist", Some(&FASHION_NAMES)),
        },
    },
    Entry {
        name: "cifar10",
        title: "CIFAR-10",
        description: "small colour photographs of ten kinds of thing, 32x32",
        licence: "none stated; published for research, cite Krizhevsky 2009",
        shape: ImageShape::new(3, 32, 32),
        classes: 10,
        train: 50_000,
        test: 10_000,
        source: Source::Remote {
            files: &[RemoteFile {
                url: "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
                sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
                bytes: 170_052_171,
            }],
            installed: &[],
            load: |directory| cifar::load(directory, Variant::Cifar10),
        },
    },
    Entry {
        name: "cifar100",
        title: "CIFAR-100",
        description: "small colour photographs of a hundred kinds of thing, 32x32",
        licence: "none stated; published for research, cite Krizhevsky 2009",
        shape: ImageShape::new(3, 32, 32),
        classes: 100,
        train: 50_000,
        test: 10_000,
        source: Source::Remote {
            files: &[RemoteFile {
                url: "https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz",
                sha256: "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
                bytes: 168_513_733,
            }],
            installed: &[],
            load: |directory| cifar::load(directory, Variant::Cifar100),
        },
    },
];

/// A known table, which is read from its directory: samples by [`tabular`](crate::tabular), time series by
/// [`Series`](crate::Series).
#[derive(Debug, Clone, Copy)]
pub struct TabularEntry {
    /// The name of its directory.
    pub name: &'static str,
    /// Its full name.
    pub title: &'static str,
    /// What it holds, in one line.
    pub description: &'static str,
    /// The terms under which it may be used.
    pub licence: &'static str,
    /// The number of rows.
    pub rows: usize,
    /// The files to download.
    pub files: &'static [RemoteFile],
}

/// The known tables.
pub const TABULAR: &[TabularEntry] = &[
    TabularEntry {
        name: "adult",
        title: "Adult",
        description: "does a person of the census of 1994 earn above 50,000 dollars, the training file of the UCI set",
        licence: "CC BY 4.0",
        rows: 32_561,
        files: &[RemoteFile {
            url: "https://archive.ics.uci.edu/ml/machine-learning-databases/adult/adult.data",
            sha256: "5b00264637dbfec36bdeaab5676b0b309ff9eb788d63554ca0a249491c86603d",
            bytes: 3_974_305,
        }],
    },
    TabularEntry {
        name: "etth",
        title: "ETTh1 and ETTh2",
        description: "load and oil temperature of two electricity transformers, 7 channels, hourly over two years",
        licence: "CC BY-ND 4.0",
        rows: 17_420,
        files: &[
            RemoteFile {
                url: "https://raw.githubusercontent.com/zhouhaoyi/ETDataset/main/ETT-small/ETTh1.csv",
                sha256: "f18de3ad269cef59bb07b5438d79bb3042d3be49bdeecf01c1cd6d29695ee066",
                bytes: 2_589_657,
            },
            RemoteFile {
                url: "https://raw.githubusercontent.com/zhouhaoyi/ETDataset/main/ETT-small/ETTh2.csv",
                sha256: "a3dc2c597b9218c7ce1cd55eb77b283fd459a1d09d753063f944967dd6b9218b",
                bytes: 2_417_960,
            },
        ],
    },
    TabularEntry {
        name: "ml-100k",
        title: "MovieLens-100K",
        description: "ratings of 1,682 films by 943 users, as the source package of RecBole 1.2.1 carries them",
        licence: "research only, no redistribution; cite Harper and Konstan 2015",
        rows: 100_000,
        files: &[RemoteFile {
            url: "https://files.pythonhosted.org/packages/36/5d/b71886d4052776c543e0207770004a3fd9292bbcc68b5081f0f06268bacd/recbole-1.2.1.tar.gz",
            sha256: "f00a94be7bf1c62d7cb5ac52bdd7c6355a499b1eb7e05d652f110fffa9a9d0a8",
            bytes: 1_946_007,
        }],
    },
];

/// The table called `name`, if there is one.
pub fn find_tabular(name: &str) -> Option<&'static TabularEntry> {
    TABULAR.iter().find(|entry| entry.name == name)
}

/// The entry called `name`, if there is one.
pub fn find(name: &str) -> Option<&'static Entry> {
    CATALOG.iter().find(|entry| entry.name == name)
}

const DIGIT_NAMES: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

const FASHION_NAMES: [&str; 10] = [
    "t-shirt or top",
    "trouser",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
];

const MNIST_FILES: [RemoteFile; 4] = [
    RemoteFile {
        url: "https://storage.googleapis.com/cvdf-datasets/mnist/train-images-idx3-ubyte.gz",
        sha256: "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        bytes: 9_912_422,
    },
    RemoteFile {
        url: "https://storage.googleapis.com/cvdf-datasets/mnist/train-labels-idx1-ubyte.gz",
        sha256: "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        bytes: 28_881,
    },
    RemoteFile {
        url: "https://storage.googleapis.com/cvdf-datasets/mnist/t10k-images-idx3-ubyte.gz",
        sha256: "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        bytes: 1_648_877,
    },
    RemoteFile {
        url: "https://storage.googleapis.com/cvdf-datasets/mnist/t10k-labels-idx1-ubyte.gz",
        sha256: "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        bytes: 4_542,
    },
];

const FASHION_MNIST_FILES: [RemoteFile; 4] = [
    RemoteFile {
        url: "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/train-images-idx3-ubyte.gz",
        sha256: "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        bytes: 26_421_880,
    },
    RemoteFile {
        url: "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/train-labels-idx1-ubyte.gz",
        sha256: "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        bytes: 29_515,
    },
    RemoteFile {
        url: "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/t10k-images-idx3-ubyte.gz",
        sha256: "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        bytes: 4_422_102,
    },
    RemoteFile {
        url: "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/t10k-labels-idx1-ubyte.gz",
        sha256: "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        bytes: 5_148,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_found() {
        for entry in CATALOG {
            assert_eq!(CATALOG.iter().filter(|other| other.name == entry.name).count(), 1);
            assert_eq!(find(entry.name).map(|found| found.title), Some(entry.title));
        }
        assert!(find("MNIST").is_none());
        for entry in TABULAR {
            assert_eq!(find_tabular(entry.name).map(|found| found.title), Some(entry.title));
            assert!(find(entry.name).is_none());
        }
    }

    #[test]
    fn every_file_is_pinned() {
        let images = CATALOG.iter().filter_map(|entry| match entry.source {
            Source::Remote { files, .. } => Some(files),
            Source::Embedded { .. } => None,
        });
        for files in images.chain(TABULAR.iter().map(|entry| entry.files)) {
            assert!(!files.is_empty());
            for file in files {
                let hexadecimal = |digit: char| digit.is_ascii_digit() || ('a'..='f').contains(&digit);
                assert!(file.sha256.len() == 64 && file.sha256.chars().all(hexadecimal), "{}", file.url);
                assert!(file.bytes > 0 && !file.name().is_empty() && file.url.starts_with("http"));
            }
        }
    }
}
