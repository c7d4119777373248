//! Reading that believes no header: at most the bytes called for are held, however many the source has.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use crate::DataError;

/// The most bytes that any one file may decode to: 1 GiB, several times the largest file in the catalogue.
pub(crate) const MAX_BYTES: u64 = 1 << 30;

/// Opens a file for buffered reading.
pub(crate) fn open(path: &Path) -> Result<BufReader<File>, DataError> {
    Ok(BufReader::new(File::open(path).map_err(DataError::io(path))?))
}

/// Undoes gzip if the source starts with gzip's two magic bytes; any other source passes unchanged.
pub(crate) fn gunzip<'a>(
    mut source: impl BufRead + 'a,
    path: &Path,
) -> Result<Box<dyn Read + 'a>, DataError> {
    let start = source.fill_buf().map_err(DataError::io(path))?;
    Ok(if start.starts_with(&[0x1f, 0x8b]) {
        Box::new(MultiGzDecoder::new(source))
    } else {
        Box::new(source)
    })
}

/// Reads exactly `len` bytes and leaves the rest of the source unread.
pub(crate) fn read_exactly(source: &mut dyn Read, len: u64, path: &Path) -> Result<Vec<u8>, DataError> {
    read(source, len, len, path)
}

/// Reads exactly `len` bytes, after which the source must end.
pub(crate) fn read_whole(source: &mut dyn Read, len: u64, path: &Path) -> Result<Vec<u8>, DataError> {
    let bytes = read(source, len, len + 1, path)?;
    if bytes.len() as u64 > len {
        return Err(DataError::TrailingBytes { path: path.into(), expected: len });
    }
    Ok(bytes)
}

/// Reads to the end of a source of at most `limit` bytes.
pub(crate) fn read_at_most(source: &mut dyn Read, limit: u64, path: &Path) -> Result<Vec<u8>, DataError> {
    let bytes = read(source, 0, limit + 1, path)?;
    if bytes.len() as u64 > limit {
        let found = bytes.len() as u64;
        return Err(DataError::Oversized { path: path.into(), what: "the number of bytes", found, limit });
    }
    Ok(bytes)
}

/// Reads until the end or `limit` bytes, at least `needed`.
fn read(source: &mut dyn Read, needed: u64, limit: u64, path: &Path) -> Result<Vec<u8>, DataError> {
    let mut bytes = Vec::new();
    let outcome = source.take(limit).read_to_end(&mut bytes);
    let found = bytes.len() as u64;
    match outcome.map_err(|error| (error.kind(), error)) {
        Ok(_) if found >= needed => Ok(bytes),
        // A gzip stream that is cut off ends with this error instead of plainly.
        Ok(_) | Err((io::ErrorKind::UnexpectedEof, _)) => {
            Err(DataError::Truncated { path: path.into(), expected: needed, found })
        }
        Err((io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData, error)) => {
            Err(DataError::Decode { path: path.into(), reason: error.to_string() })
        }
        Err((_, error)) => Err(DataError::io(path)(error)),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn plain_and_compressed_sources_read_alike() {
        let path = Path::new("file");
        for source in [b"abc".to_vec(), gzip(b"abc")] {
            let mut reader = gunzip(&source[..], path).unwrap();
            assert_eq!(read_whole(&mut reader, 3, path).unwrap(), b"abc");
        }
    }

    #[test]
    fn a_compression_bomb_is_read_only_as_far_as_called_for() {
        let bomb = gzip(&vec![0; 1 << 26]);
        let path = Path::new("bomb.gz");
        let error = read_whole(&mut gunzip(&bomb[..], path).unwrap(), 1000, path).unwrap_err();
        assert_eq!(error.to_string(), "bomb.gz: bytes follow after the expected 1000");
    }

    #[test]
    fn a_cut_off_compressed_source_is_truncated() {
        let whole = gzip(b"some longer text that compresses a little, little, little");
        let path = Path::new("cut.gz");
        let cut = &whole[..whole.len() - 12];
        let error = read_whole(&mut gunzip(cut, path).unwrap(), 57, path).unwrap_err();
        assert!(matches!(error, DataError::Truncated { expected: 57, .. }), "{error}");
    }
}
