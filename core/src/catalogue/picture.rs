//! What a product looks like: a small square picture, made once of whatever file a shopkeeper has.
//!
//! A file from a telephone is far larger than a tile, and may be made to fill the memory: it is measured before it is
//! decoded. What is kept of it is turned upright, cut square and small, and named by what is in it, so that the same
//! picture lies there once.

use std::fmt;
use std::io::Cursor;
use std::str::FromStr;

use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::codecs::webp::WebPEncoder;
use image::{DynamicImage, ExtendedColorType, ImageDecoder, ImageEncoder, ImageFormat, ImageReader, Limits, RgbImage};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::shown_by_message;

/// How many dots a kept picture has on each side, at most.
pub const SIDE: u32 = 256;
/// How many bytes a kept picture has at most.
pub const KEPT_BYTES: usize = 64 * 1024;
/// How many bytes a file may have that a picture is made of.
pub const FILE_BYTES: usize = 24 << 20;
/// How many dots a file may say it has on one side, and how many bytes they may take once decoded.
const FILE_SIDE: u32 = 16_384;
const DECODED_BYTES: u64 = 192 << 20;
/// What is tried in turn until a picture is small enough: its side, and how many bits of each colour are kept. The last
/// fits whatever is on it.
const STEPS: [(u32, u32); 8] = [(SIDE, 8), (SIDE, 7), (SIDE, 6), (192, 8), (192, 7), (160, 8), (160, 7), (128, 8)];

/// The name of a picture: SHA-256 of its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PictureId([u8; 32]);

impl PictureId {
    fn of(bytes: &[u8]) -> PictureId {
        PictureId(Sha256::digest(bytes).into())
    }
}

impl fmt::Display for PictureId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A text that is no picture's name: 64 hexadecimal digits in lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no picture’s name")]
pub struct NoPictureId;

impl FromStr for PictureId {
    type Err = NoPictureId;
    fn from_str(text: &str) -> Result<PictureId, NoPictureId> {
        let digit = |c: u8| match c {
            b'0'..=b'9' => Ok(c - b'0'),
            b'a'..=b'f' => Ok(c - b'a' + 10),
            _ => Err(NoPictureId),
        };
        let mut id = [0; 32];
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        if pairs.len() != id.len() || !rest.is_empty() {
            return Err(NoPictureId);
        }
        for (byte, [high, low]) in id.iter_mut().zip(pairs) {
            *byte = digit(*high)? << 4 | digit(*low)?;
        }
        Ok(PictureId(id))
    }
}

impl From<PictureId> for String {
    fn from(id: PictureId) -> String {
        id.to_string()
    }
}

impl TryFrom<String> for PictureId {
    type Error = NoPictureId;
    fn try_from(text: String) -> Result<PictureId, NoPictureId> {
        text.parse()
    }
}

/// How a kept picture is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "their own names")]
pub enum PictureKind {
    Png,
    WebP,
}

impl PictureKind {
    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            PictureKind::Png => "image/png",
            PictureKind::WebP => "image/webp",
        }
    }

    pub(crate) fn of_media_type(media_type: &str) -> Option<PictureKind> {
        [PictureKind::Png, PictureKind::WebP].into_iter().find(|kind| kind.media_type() == media_type)
    }

    const fn format(self) -> ImageFormat {
        match self {
            PictureKind::Png => ImageFormat::Png,
            PictureKind::WebP => ImageFormat::WebP,
        }
    }
}

/// A picture as it is kept: square, at most [`SIDE`] dots a side and [`KEPT_BYTES`] long.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    id: PictureId,
    kind: PictureKind,
    bytes: Vec<u8>,
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Picture { id, kind, bytes } = self;
        f.debug_struct("Picture").field("id", id).field("kind", kind).field("bytes", &bytes.len()).finish()
    }
}

/// The dots of a picture, each red, green and blue, in rows from the top.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "plain words")]
pub struct Dots {
    pub width: u32,
    pub height: u32,
    pub rgb: Vec<u8>,
}

/// Why no picture can be made of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum PictureRefused {
    TooLong,
    NotAPicture,
    TooManyDots,
    Damaged,
}

impl PictureRefused {
    /// What is wrong, and what to do.
    pub fn message(&self) -> Message {
        match self {
            PictureRefused::TooLong => message!("This file is longer than 24 MB. Choose a smaller picture."),
            PictureRefused::NotAPicture => {
                message!("This is no picture that can be read. Choose a PNG, JPEG or WebP file.")
            }
            PictureRefused::TooManyDots => {
                message!("This picture has too many dots to be read here. Make it smaller first, or choose another.")
            }
            PictureRefused::Damaged => message!("This picture is damaged. Choose another file, or take it anew."),
        }
    }
}
shown_by_message!(PictureRefused);

impl Picture {
    /// Makes the picture to be kept of a PNG, JPEG or WebP file: turned as its camera was held, cut square around its
    /// middle, on white where it lets light through.
    pub fn of_file(file: &[u8]) -> Result<Picture, PictureRefused> {
        let (mut image, orientation) = decode(file)?;
        let least = image.width().min(image.height());
        if least > SIDE {
            image = image.thumbnail_exact(shrunk(image.width(), least), shrunk(image.height(), least));
        }
        image.apply_orientation(orientation);
        let side = image.width().min(image.height()).clamp(1, SIDE);
        let (left, top) = ((image.width() - side) / 2, (image.height() - side) / 2);
        let square = on_white(&image.crop_imm(left, top, side, side));
        for (side, bits) in STEPS {
            let smaller = DynamicImage::ImageRgb8(square.clone());
            let smaller = if side < square.width() { smaller.thumbnail_exact(side, side) } else { smaller };
            let written = shortest(&coarser(smaller.into_rgb8(), bits))?;
            if written.bytes.len() <= KEPT_BYTES {
                return Ok(written);
            }
        }
        Err(PictureRefused::TooManyDots)
    }

    /// A picture as it was kept; none where it is no longer what its name says.
    pub(crate) fn kept(id: PictureId, kind: PictureKind, bytes: Vec<u8>) -> Option<Picture> {
        (PictureId::of(&bytes) == id).then_some(Picture { id, kind, bytes })
    }

    /// Its name.
    pub fn id(&self) -> PictureId {
        self.id
    }

    /// How it is written.
    pub fn kind(&self) -> PictureKind {
        self.kind
    }

    /// Its file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Its dots, for a screen.
    pub fn dots(&self) -> Result<Dots, PictureRefused> {
        let read = image::load_from_memory_with_format(&self.bytes, self.kind.format());
        let image = read.map_err(|_| PictureRefused::Damaged)?.into_rgb8();
        Ok(Dots { width: image.width(), height: image.height(), rgb: image.into_raw() })
    }
}

/// What a file holds, and how it is to be turned. How large it is is known before anything of it is decoded.
fn decode(file: &[u8]) -> Result<(DynamicImage, image::metadata::Orientation), PictureRefused> {
    if file.len() > FILE_BYTES {
        return Err(PictureRefused::TooLong);
    }
    let mut reader =
        ImageReader::new(Cursor::new(file)).with_guessed_format().map_err(|_| PictureRefused::NotAPicture)?;
    if !matches!(reader.format(), Some(ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP)) {
        return Err(PictureRefused::NotAPicture);
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(FILE_SIDE);
    limits.max_image_height = Some(FILE_SIDE);
    limits.max_alloc = Some(DECODED_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| refused(&error))?;
    if decoder.total_bytes() > DECODED_BYTES {
        return Err(PictureRefused::TooManyDots);
    }
    // A picture whose camera cannot be asked is taken as it lies.
    let orientation = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    let image = DynamicImage::from_decoder(decoder).map_err(|error| refused(&error))?;
    if image.width() == 0 || image.height() == 0 {
        return Err(PictureRefused::Damaged);
    }
    Ok((image, orientation))
}

fn refused(error: &image::ImageError) -> PictureRefused {
    match error {
        image::ImageError::Limits(_) => PictureRefused::TooManyDots,
        image::ImageError::Unsupported(_) => PictureRefused::NotAPicture,
        _ => PictureRefused::Damaged,
    }
}

/// A length as it is once the shorter side is [`SIDE`] dots long.
fn shrunk(length: u32, least: u32) -> u32 {
    let scaled = u64::from(length) * u64::from(SIDE) / u64::from(least.max(1));
    u32::try_from(scaled).unwrap_or(u32::MAX).max(1)
}

fn on_white(image: &DynamicImage) -> RgbImage {
    let seen = image.to_rgba8();
    RgbImage::from_fn(seen.width(), seen.height(), |x, y| {
        let [red, green, blue, cover] = seen.get_pixel(x, y).0.map(u16::from);
        let mixed = |colour: u16| u8::try_from((colour * cover + 255 * (255 - cover)) / 255).unwrap_or(u8::MAX);
        image::Rgb([mixed(red), mixed(green), mixed(blue)])
    })
}

/// The picture with so many bits of each colour, spread from black to white again.
fn coarser(mut image: RgbImage, bits: u32) -> RgbImage {
    let most = (1u32 << bits.clamp(1, 8)) - 1;
    if most < 255 {
        for colour in image.as_flat_samples_mut().as_mut_slice() {
            let step = (u32::from(*colour) * most + 127) / 255;
            *colour = u8::try_from((step * 255 + most / 2) / most).unwrap_or(u8::MAX);
        }
    }
    image
}

/// The picture as the shorter of both kinds.
fn shortest(image: &RgbImage) -> Result<Picture, PictureRefused> {
    let (width, height, dots) = (image.width(), image.height(), image.as_raw());
    let (mut png, mut webp) = (Vec::new(), Vec::new());
    PngEncoder::new_with_quality(&mut png, CompressionType::Best, FilterType::Adaptive)
        .write_image(dots, width, height, ExtendedColorType::Rgb8)
        .map_err(|_| PictureRefused::Damaged)?;
    WebPEncoder::new_lossless(&mut webp)
        .write_image(dots, width, height, ExtendedColorType::Rgb8)
        .map_err(|_| PictureRefused::Damaged)?;
    let (kind, bytes) = if webp.len() < png.len() { (PictureKind::WebP, webp) } else { (PictureKind::Png, png) };
    Ok(Picture { id: PictureId::of(&bytes), kind, bytes })
}

#[cfg(test)]
pub(crate) mod tests;
