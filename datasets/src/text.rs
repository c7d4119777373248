//! Plain text for language models, as bytes: one novel in this crate (provenance in `data/README.md`), or any file.
//!
//! The tokens are the bytes themselves, 256 of them; a text needs no other tokenizer to be read and written without loss.

use std::path::Path;

use crate::DataError;
use crate::bounded::{MAX_BYTES, gunzip, open, read_at_most, read_whole};

/// Tokens of the vocabulary: every byte.
pub const BYTE_VOCAB: usize = 256;

const PERSUASION: &[u8] = include_bytes!("../data/text/persuasion.txt.gz");
const PERSUASION_BYTES: u64 = 466_854;

/// The shortest text that can be split.
const MIN_BYTES: usize = 1000;

/// A text, of which the last tenth is held out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    name: String,
    bytes: Vec<u8>,
}

impl Text {
    /// Jane Austen's "Persuasion" (1818), 466,854 bytes.
    ///
    /// # Errors
    ///
    /// None in practice: the text is part of the program, and a test reads it.
    pub fn persuasion() -> Result<Self, DataError> {
        let path = Path::new("text/persuasion.txt.gz");
        let bytes = read_whole(&mut gunzip(PERSUASION, path)?, PERSUASION_BYTES, path)?;
        Ok(Self { name: "persuasion".into(), bytes })
    }

    /// The text in a file, which may be compressed by gzip.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, is above 1 GiB, or is shorter than 1,000 bytes.
    pub fn read(path: &Path) -> Result<Self, DataError> {
        let bytes = read_at_most(&mut gunzip(open(path)?, path)?, MAX_BYTES, path)?;
        if bytes.len() < MIN_BYTES {
            let (expected, found) = (MIN_BYTES as u64, bytes.len() as u64);
            return Err(DataError::Truncated { path: path.into(), expected, found });
        }
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        Ok(Self { name, bytes })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first nine tenths, for training.
    pub fn train(&self) -> &[u8] {
        self.bytes.split_at(self.cut()).0
    }

    /// The last tenth, which is held out.
    pub fn held_out(&self) -> &[u8] {
        self.bytes.split_at(self.cut()).1
    }

    fn cut(&self) -> usize {
        self.bytes.len() - self.bytes.len() / 10
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn the_novel_is_whole() {
        let text = Text::persuasion().unwrap();
        assert_eq!((text.train().len(), text.held_out().len()), (420_169, 46_685));
        assert!(text.train().starts_with(b"Persuasion\n\n\nby\n\nJane Austen\n\n(1818)\n"));
        assert!(text.held_out().ends_with(b"Finis\n"));
        let sum = |bytes: &[u8]| bytes.iter().map(|&byte| u64::from(byte)).sum::<u64>();
        assert_eq!(sum(text.train()) + sum(text.held_out()), 42_278_868);
    }

    #[test]
    fn files_are_read_as_they_are_or_unpacked() {
        let directory = tempfile::tempdir().unwrap();
        let (plain, packed) = (directory.path().join("a.txt"), directory.path().join("a.txt.gz"));
        let text = Text::persuasion().unwrap();
        fs::write(&plain, [text.train(), text.held_out()].concat()).unwrap();
        fs::write(&packed, PERSUASION).unwrap();
        for path in [&plain, &packed] {
            let read = Text::read(path).unwrap();
            assert_eq!((read.train(), read.held_out()), (text.train(), text.held_out()));
        }
        assert_eq!(Text::read(&plain).unwrap().name(), "a.txt");
    }

    #[test]
    fn a_text_must_be_there_and_long_enough() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("short.txt");
        assert!(Text::read(&path).is_err());
        fs::write(&path, "short").unwrap();
        let message = Text::read(&path).unwrap_err().to_string();
        assert!(message.ends_with("short.txt: truncated: expected 1000 bytes, found 5"), "{message}");
    }
}
