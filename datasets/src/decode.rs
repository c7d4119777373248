//! Decoding png and jpeg files under limits, and bringing them to a common shape.

use std::io::Cursor;
use std::path::Path;

use image::{DynamicImage, GrayImage, ImageDecoder, ImageError, ImageReader, Limits, imageops::FilterType};

use crate::{DataError, ImageShape};

/// The most pixels that an image may have: 64 megapixels.
const MAX_PIXELS: u64 = 1 << 26;

/// The longest side to which an image can be brought.
const MAX_SIDE: usize = 4096;

/// What an image file says of itself before its pixels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Header {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Whether it has more than grey values.
    pub coloured: bool,
}

/// Reads the header of a png or jpeg file held in memory.
pub(crate) fn read_header(bytes: &[u8], path: &Path) -> Result<Header, DataError> {
    let decoder = decoder(bytes, path)?;
    let (width, height) = decoder.dimensions();
    Ok(Header { width, height, coloured: decoder.color_type().has_color() })
}

/// Decodes a png or jpeg file held in memory and brings it to `shape`, channel by channel; see
/// [`folder::load`](crate::folder::load). `path` names the source in errors.
///
/// # Errors
/// [`DataError::Decode`] for anything that is not such a file, [`DataError::Oversized`] above 64 megapixels,
/// [`DataError::Inconsistent`] for a shape without 1 or 3 channels or with a side outside 1 to 4096.
pub fn decode(bytes: &[u8], path: &Path, shape: ImageShape) -> Result<Vec<u8>, DataError> {
    check_shape(shape, path)?;
    let image = DynamicImage::from_decoder(decoder(bytes, path)?).map_err(undecodable(path))?;
    let image = resize(image, shape.width as u32, shape.height as u32);
    if shape.channels == 1 {
        return Ok(image.into_luma8().into_raw());
    }
    let pixels = image.into_rgb8().into_raw();
    Ok((0..3).flat_map(|channel| pixels.iter().skip(channel).step_by(3)).copied().collect())
}

/// Requires a shape to which images can be brought; `place` is named in the error.
pub(crate) fn check_shape(shape: ImageShape, place: &Path) -> Result<(), DataError> {
    let sides = 1..=MAX_SIDE;
    if !matches!(shape.channels, 1 | 3) || !sides.contains(&shape.height) || !sides.contains(&shape.width) {
        let problem =
            format!("image shape {shape}, allowed are 1 or 3 channels and sides from 1 to {MAX_SIDE}");
        return Err(DataError::Inconsistent { place: place.display().to_string(), problem });
    }
    Ok(())
}

/// Cuts the largest central part of the proportions `width` to `height` and brings it to that size.
fn resize(image: DynamicImage, width: u32, height: u32) -> DynamicImage {
    if (image.width(), image.height()) == (width, height) {
        return image;
    }
    let scale =
        f64::min(f64::from(image.width()) / f64::from(width), f64::from(image.height()) / f64::from(height));
    let cut_width = ((f64::from(width) * scale).round() as u32).clamp(1, image.width());
    let cut_height = ((f64::from(height) * scale).round() as u32).clamp(1, image.height());
    let (left, top) = ((image.width() - cut_width) / 2, (image.height() - cut_height) / 2);
    image.crop_imm(left, top, cut_width, cut_height).resize_exact(width, height, FilterType::Triangle)
}

/// A decoder that has read the header and found its size allowed.
fn decoder<'a>(bytes: &'a [u8], path: &Path) -> Result<impl ImageDecoder + 'a, DataError> {
    let mut reader =
        ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(DataError::io(path))?;
    reader.limits(Limits::default());
    let decoder = reader.into_decoder().map_err(undecodable(path))?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if pixels > MAX_PIXELS {
        let what = "the number of pixels";
        return Err(DataError::Oversized { path: path.into(), what, found: pixels, limit: MAX_PIXELS });
    }
    Ok(decoder)
}

fn undecodable(path: &Path) -> impl FnOnce(ImageError) -> DataError {
    move |error| DataError::Decode { path: path.into(), reason: error.to_string() }
}

/// Decodes a png or jpeg file held in memory to grey pixels at its own size.
pub(crate) fn decode_grey(bytes: &[u8], path: &Path) -> Result<GrayImage, DataError> {
    Ok(DynamicImage::from_decoder(decoder(bytes, path)?).map_err(undecodable(path))?.into_luma8())
}
