//! What a shop has edited, packed for the back office.

use std::path::Path;

use comptoir_core::edited;
use comptoir_core::register::RegisterError;
use comptoir_fiscal::values::Hash;

use crate::gzip::packed;

/// What is edited, as one file, packed, with the edition that it is of; none where that is the one that is known.
pub(crate) fn pack(shop: &Path, known: Option<Hash>) -> Result<Option<(Hash, Vec<u8>)>, RegisterError> {
    let edition = edited::edition(shop)?;
    if Some(edition) == known {
        return Ok(None);
    }
    let copy = shop.with_extension("edited");
    let copied = edited::copy_to(shop, &copy).map(|()| std::fs::read(&copy));
    // Left behind it would only be written over; what it holds lies in the same folder anyway.
    let _ = std::fs::remove_file(&copy);
    // Where it cannot be read, it is tried again with the next look.
    Ok(copied?.ok().map(|bytes| (edition, packed(&bytes))))
}
