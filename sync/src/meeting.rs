//! A back office whose address and code were typed, because no link could be scanned: what shows whether it is the right one
//! are six words, which both sides work out from the witness's key and the certificate, and somebody compares.

use comptoir_fiscal::checkpoint::Witness;
use comptoir_fiscal::key::PublicKey;
use comptoir_fiscal::language::Message;
use comptoir_fiscal::merkle::sha256;
use comptoir_fiscal::message;
use comptoir_fiscal::values::Hash;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::http::{Http, Unreachable};
use crate::link::{Code, EnrolmentLink, NotALink, is_safe};
use crate::request::{Method, Request};

/// Where a back office says who it is, to whoever asks.
pub const PATH: &str = "/v1/witness";

/// Who a back office says that it is. Nothing of it is to be believed before the words were compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Introduced {
    /// The name that the witness signs under.
    pub witness: String,
    /// Its public key, in base64.
    pub witness_key: String,
}

/// A back office that was met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Met {
    /// The link that it would have shown.
    pub link: EnrolmentLink,
    /// What is compared.
    pub words: String,
}

/// Why none was met.
#[derive(Debug, thiserror::Error)]
pub enum NotMet {
    /// The address or the code is none.
    #[error(transparent)]
    Typed(#[from] NotALink),
    /// No answer came.
    #[error(transparent)]
    Unreachable(#[from] Unreachable),
    /// What answers is no back office.
    #[error("the answer is not that of a back office")]
    Unreadable,
}

impl NotMet {
    /// What is wrong and what to do.
    pub fn message(&self) -> Message {
        match self {
            NotMet::Typed(NotALink::InClear) => NotALink::InClear.message(),
            NotMet::Typed(NotALink::Form) => message!(
                "Type the address of the back office as it shows it, such as https://192.168.1.20:8443, and the eight letters of its code."
            ),
            NotMet::Unreachable(unreachable) => unreachable.message(),
            NotMet::Unreadable => message!("What answers there is no back office: check its address."),
        }
    }
}

/// The six words of a back office: five letters each, which nobody mixes up when they are read out.
pub fn words(witness: &PublicKey, certificate: Option<Hash>) -> String {
    const CONSONANTS: &[u8; 16] = b"bdfghjklmnprstvz";
    const VOWELS: &[u8; 4] = b"aiou";
    let certificate = certificate.map(|hash| hash.to_string()).unwrap_or_default();
    let hash = sha256(format!("comptoir-words-v1\n{}\n{certificate}\n", witness.to_base64()).as_bytes());
    let word = |pair: &[u8]| -> String {
        let bits = pair.iter().fold(0usize, |bits, byte| bits << 8 | usize::from(*byte));
        let consonant = |shift: usize| char::from(CONSONANTS[bits >> shift & 15]);
        let vowel = |shift: usize| char::from(VOWELS[bits >> shift & 3]);
        [consonant(12), vowel(10), consonant(6), vowel(4), consonant(0)].into_iter().collect()
    };
    let words: Vec<String> = hash.as_bytes().chunks(2).take(6).map(word).collect();
    words.join(" ")
}

/// Meets a back office by what was typed. Its certificate is taken as it comes where nobody vouches for it: the words are of
/// it, too.
pub async fn meet(address: &str, code: &str) -> Result<Met, NotMet> {
    let code = Code::read(code).ok_or(NotALink::Form)?;
    let address = written_out(address)?;
    let ask = || Request { method: Method::Get, path: PATH.to_owned(), headers: Vec::new(), body: Vec::new() };
    let (response, certificate) = match Http::at(&address)?.carry(ask()).await {
        Err(Unreachable::Certificate) => {
            let (http, shown) = Http::to_a_stranger(&address)?;
            let response = http.carry(ask()).await?;
            let shown = shown.lock().ok().and_then(|shown| *shown).ok_or(Unreachable::Certificate)?;
            (response, Some(shown))
        }
        response => (response?, None),
    };
    let introduced: Introduced = match response.status {
        200 => serde_json::from_slice(&response.body).map_err(|_| NotMet::Unreadable)?,
        _ => return Err(NotMet::Unreadable),
    };
    let public_key = PublicKey::from_base64(&introduced.witness_key).map_err(|_| NotMet::Unreadable)?;
    let words = words(&public_key, certificate);
    let witness = Witness { name: introduced.witness, public_key };
    Ok(Met { link: EnrolmentLink { address, code, witness, certificate }, words })
}

/// An address as people type it: without a scheme it is encrypted.
fn written_out(typed: &str) -> Result<String, NotALink> {
    let typed = typed.trim();
    let whole = if typed.contains("://") { typed.to_owned() } else { format!("https://{typed}") };
    let url = Url::parse(&whole).map_err(|_| NotALink::Form)?;
    if !matches!(url.scheme(), "http" | "https")
        || url.path() != "/"
        || url.query().is_some()
        || url.fragment().is_some()
    {
        return Err(NotALink::Form);
    }
    if !is_safe(&url) {
        return Err(NotALink::InClear);
    }
    let host = url.host_str().ok_or(NotALink::Form)?;
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    Ok(format!("{}://{host}{port}", url.scheme()))
}

#[cfg(test)]
mod tests {
    use comptoir_fiscal::key::DeviceKey;

    use super::*;

    #[test]
    fn the_words_are_of_the_key_and_of_the_certificate() {
        let key = |seed: u8| DeviceKey::from_seed(&[seed; 32]).public();
        let hash = |byte: u8| Some(Hash::new([byte; 32]));
        let one = words(&key(1), hash(1));
        assert_eq!(one, words(&key(1), hash(1)));
        assert_eq!(one.split(' ').map(str::len).collect::<Vec<_>>(), [5; 6]);
        for other in [words(&key(2), hash(1)), words(&key(1), hash(2)), words(&key(1), None)] {
            assert_ne!(one, other);
        }
    }

    #[test]
    fn an_address_is_read_as_people_type_it_and_leads_nowhere_in_clear() {
        let read = |typed: &str| written_out(typed).map_err(|error| format!("{error:?}"));
        assert_eq!(read(" caisse.example "), Ok("https://caisse.example".to_owned()));
        assert_eq!(read("192.168.1.20:8443/"), Ok("https://192.168.1.20:8443".to_owned()));
        assert_eq!(read("http://127.0.0.1:8080"), Ok("http://127.0.0.1:8080".to_owned()));
        assert_eq!(read("http://caisse.example"), Err("InClear".to_owned()));
        for wrong in ["", "https://", "caisse.example/enrol", "ftp://caisse.example", "a b"] {
            assert_eq!(read(wrong), Err("Form".to_owned()), "{wrong}");
        }
    }
}
