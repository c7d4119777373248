#![doc = include_str!("../README.md")]

pub mod archive;
pub mod augment;
mod bounded;
pub mod catalog;
mod checksum;
pub mod cifar;
mod crop;
mod decode;
pub mod digits;
mod error;
pub mod fetch;
pub mod folder;
pub mod functions;
pub mod idx;
mod image;
pub mod mixup;
pub mod mqar;
mod nearest;
mod normalization;
mod open;
pub mod photo_crops;
mod random;
pub mod text;

pub use self::image::{ImageDataset, ImageShape, Splits};
pub use augment::{Augment, AugmentConfig};
pub use catalog::{CATALOG, Entry};
pub use crop::CropConfig;
pub use decode::decode;
pub use error::{DataError, SettingError};
pub use mixup::{Blend, Mixup};
pub use mqar::{Mqar, MqarConfig, MqarExample};
pub use nearest::nearest;
pub use normalization::Normalization;
pub use open::open;
pub use random::{Purpose, RandomKey};
pub use text::{BYTE_VOCAB, Text};
