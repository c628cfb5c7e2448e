//! Bodies as they are carried: gzip, which needs no C library on any device.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

/// Why a body could not be unpacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotUnpacked {
    /// It is no gzip.
    #[error("not gzip")]
    NotGzip,
    /// It holds more than is taken.
    #[error("more than is taken")]
    TooLarge,
}

/// Bytes as they are carried.
pub fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    // Writing into memory fails for nothing but a lack of it.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

/// What is carried, at most `most` bytes of it: a small body can hold far more than a memory.
pub fn unpacked(body: &[u8], most: u64) -> Result<Vec<u8>, NotUnpacked> {
    let mut bytes = Vec::new();
    let read = GzDecoder::new(body).take(most.saturating_add(1)).read_to_end(&mut bytes);
    read.map_err(|_| NotUnpacked::NotGzip)?;
    if bytes.len() as u64 > most { Err(NotUnpacked::TooLarge) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_unpacked_and_no_more_than_is_taken() {
        let bytes = vec![7; 10_000];
        let body = packed(&bytes);
        assert_eq!(unpacked(&body, 10_000), Ok(bytes));
        assert_eq!(unpacked(&body, 9_999), Err(NotUnpacked::TooLarge));
        assert_eq!(unpacked(b"{}", 10), Err(NotUnpacked::NotGzip));
        assert_eq!(unpacked(&body[..body.len() - 9], 10_000), Err(NotUnpacked::NotGzip));
    }
}
