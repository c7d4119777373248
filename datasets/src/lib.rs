//! Image data sets, their parsers and augmentations, without a tensor library.
