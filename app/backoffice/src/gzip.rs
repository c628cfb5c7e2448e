//! Bodies as they are carried.

use std::io::{Read, Write};

use comptoir_sync::message::Refused;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

/// Bytes as they are carried.
pub(crate) fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    // Writing into memory fails for nothing but a lack of it.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

/// What is carried, at most `most` bytes of it: a small body can hold far more than a memory.
pub(crate) fn unpacked(body: &[u8], most: u64) -> Result<Vec<u8>, Refused> {
    let mut bytes = Vec::new();
    let read = GzDecoder::new(body).take(most.saturating_add(1)).read_to_end(&mut bytes);
    read.map_err(|_| Refused::Malformed { why: "not gzip".to_owned() })?;
    if bytes.len() as u64 > most { Err(Refused::TooLarge) } else { Ok(bytes) }
}
