//! Bodies as registers carry them.

use comptoir_sync::gzip::{self, NotUnpacked};
use comptoir_sync::message::Refused;

pub(crate) use comptoir_sync::gzip::packed;

/// What is carried, at most `most` bytes of it.
pub(crate) fn unpacked(body: &[u8], most: u64) -> Result<Vec<u8>, Refused> {
    gzip::unpacked(body, most).map_err(|why| match why {
        NotUnpacked::TooLarge => Refused::TooLarge,
        NotUnpacked::NotGzip => Refused::Malformed { why: why.to_string() },
    })
}
