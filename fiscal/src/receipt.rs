//! The text in a ticket's QR code: enough, years later, to convict a journal that no longer holds its entry.
//!
//! Source: `journal-format.md`, "On paper".

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::values::{Hash, RegisterId};

/// What a ticket's QR code says of the entry that the ticket is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Of which journal.
    pub register: RegisterId,
    /// Which entry.
    pub seq: u64,
    /// Its hash.
    pub hash: Hash,
    /// The signature over that hash, the entry's own.
    pub sig: [u8; 64],
}

/// Why a text is not that of a ticket's QR code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the code of a ticket: {0}")]
pub struct NotAReceipt(&'static str);

impl Receipt {
    /// The text to print, under `base`: the back office's address, or `comptoir:`.
    pub fn text(&self, base: &str) -> String {
        let (hash, sig) = (URL_SAFE_NO_PAD.encode(self.hash.as_bytes()), URL_SAFE_NO_PAD.encode(self.sig));
        format!("{base}/r#{}.{}.{hash}.{sig}", self.register, self.seq)
    }

    /// Reads the text of a QR code, whatever its base.
    ///
    /// # Errors
    /// Where a part is missing, or written in another way than [`Receipt::text`] writes it.
    pub fn parse(text: &str) -> Result<Receipt, NotAReceipt> {
        let (_, parts) = text.trim_end().rsplit_once("/r#").ok_or(NotAReceipt("it holds no /r#"))?;
        let parts: Vec<&str> = parts.split('.').collect();
        let [register, seq, hash, sig] = parts[..] else { return Err(NotAReceipt("not four parts after /r#")) };
        let register = register.parse().map_err(|_| NotAReceipt("its first part is not the name of a journal"))?;
        let number = seq.parse::<u64>().ok().filter(|number| number.to_string() == seq);
        let seq = number.ok_or(NotAReceipt("its second part is not a number"))?;
        let hash = decode(hash).ok_or(NotAReceipt("its third part is not a hash"))?;
        let sig = decode(sig).ok_or(NotAReceipt("its fourth part is not a signature"))?;
        Ok(Receipt { register, seq, hash: Hash::new(hash), sig })
    }
}

fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sealed;

    fn receipt() -> Receipt {
        let line = include_str!("../../tests/vectors/journal.jsonl").lines().nth(3).unwrap();
        let sealed = sealed::read(line.as_bytes()).unwrap();
        Receipt { register: sealed.entry.register, seq: sealed.entry.seq, hash: sealed.hash, sig: sealed.sig }
    }

    #[test]
    fn the_text_of_a_ticket_is_read_back_under_any_base() {
        for base in ["comptoir:", "https://caisse.example", "https://caisse.example/r#shop"] {
            assert_eq!(Receipt::parse(&receipt().text(base)), Ok(receipt()));
        }
        assert!(receipt().text("comptoir:").starts_with("comptoir:/r#0192f0c1-7a3e-7c55-9d1b-3f0a6a1c2b3d.3."));
    }

    #[test]
    fn a_text_cut_or_written_another_way_is_refused() {
        let text = receipt().text("comptoir:");
        for cut in 0..text.len() {
            assert!(Receipt::parse(&text[..cut]).is_err(), "{cut}");
        }
        assert!(Receipt::parse(&text.replace(".3.", ".03.")).is_err());
        assert!(Receipt::parse(&text.replace(".3.", ".+3.")).is_err());
    }
}
