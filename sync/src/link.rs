//! The link that a till is enrolled by: where the back office is, the one-time code, and whom to trust there. Shown as a
//! QR code, or typed.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use comptoir_fiscal::checkpoint::Witness;
use comptoir_fiscal::key::PublicKey;
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;
use comptoir_fiscal::values::Hash;
use url::Url;

/// The letters of a code: no digit and letter that look alike (base32 of RFC 4648).
pub const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// How long a code is.
pub const CODE_LENGTH: usize = 8;

/// A one-time code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code(String);

impl Code {
    /// The code of 5 random bytes.
    pub fn of(random: [u8; 5]) -> Code {
        let bits = random.iter().fold(0u64, |bits, byte| bits << 8 | u64::from(*byte));
        let letter = |place: usize| {
            let index = usize::try_from(bits >> (5 * (CODE_LENGTH - 1 - place)) & 31).unwrap_or_default();
            char::from(ALPHABET[index])
        };
        Code((0..CODE_LENGTH).map(letter).collect())
    }

    /// Reads a code as people type it: in small letters, with blanks or a dash.
    pub fn read(text: &str) -> Option<Code> {
        let code: String = text
            .chars()
            .filter(|letter| !matches!(letter, ' ' | '-'))
            .map(|letter| letter.to_ascii_uppercase())
            .collect();
        let is_one = code.len() == CODE_LENGTH && code.bytes().all(|letter| ALPHABET.contains(&letter));
        is_one.then_some(Code(code))
    }

    /// The letters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a link says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnrolmentLink {
    /// Where the back office is reached: scheme, host and port.
    pub address: String,
    /// The one-time code.
    pub code: Code,
    /// Whose countersignatures will count.
    pub witness: Witness,
    /// The SHA-256 of its certificate, where it made that itself.
    pub certificate: Option<Hash>,
}

/// Why a text is no such link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotALink {
    /// It is no link of a back office.
    #[error("not the link of a back office")]
    Form,
    /// It would send what the till holds in clear over a network.
    #[error("a link without encryption, to another device")]
    InClear,
}

impl NotALink {
    /// What to do.
    pub fn message(self) -> Message {
        match self {
            NotALink::Form => message!("This is not the link of a back office: copy it whole, as it was shown."),
            NotALink::InClear => message!("This link is not encrypted: only https leads to another device."),
        }
    }
}

/// Whether an address may be talked to: encrypted, or on this device only.
pub fn is_safe(url: &Url) -> bool {
    let loopback = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && loopback)
}

impl fmt::Display for EnrolmentLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = URL_SAFE_NO_PAD.encode(self.witness.public_key.as_bytes());
        let certificate = self.certificate.map(|hash| hash.to_string()).unwrap_or_default();
        write!(f, "{}/enrol#{}.{key}.{certificate}.{}", self.address, self.code.as_str(), self.witness.name)
    }
}

impl FromStr for EnrolmentLink {
    type Err = NotALink;

    fn from_str(text: &str) -> Result<EnrolmentLink, NotALink> {
        let url = Url::parse(text.trim()).map_err(|_| NotALink::Form)?;
        let fragment = url.fragment().ok_or(NotALink::Form)?;
        let mut parts = fragment.splitn(4, '.');
        let mut part = || parts.next().ok_or(NotALink::Form);
        let (code, key, certificate, name) = (part()?, part()?, part()?, part()?);
        let code = Code::read(code).ok_or(NotALink::Form)?;
        let key: [u8; 32] =
            URL_SAFE_NO_PAD.decode(key).ok().and_then(|key| key.try_into().ok()).ok_or(NotALink::Form)?;
        let public_key = PublicKey::from_bytes(&key).ok_or(NotALink::Form)?;
        let certificate = match certificate {
            "" => None,
            hash => Some(hash.parse().map_err(|_| NotALink::Form)?),
        };
        if name.is_empty() || url.path() != "/enrol" || !matches!(url.scheme(), "http" | "https") {
            return Err(NotALink::Form);
        }
        if !is_safe(&url) {
            return Err(NotALink::InClear);
        }
        let host = url.host_str().ok_or(NotALink::Form)?;
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        let address = format!("{}://{host}{port}", url.scheme());
        Ok(EnrolmentLink { address, code, witness: Witness { name: name.to_owned(), public_key }, certificate })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use comptoir_fiscal::key::DeviceKey;
    use proptest::prelude::*;

    fn link(address: &str, certificate: Option<Hash>) -> EnrolmentLink {
        let public_key = DeviceKey::from_seed(&[5; 32]).public();
        let witness = Witness { name: "caisse.example/témoin.1".replace('é', "e"), public_key };
        EnrolmentLink { address: address.to_owned(), code: Code::of([1, 2, 3, 4, 5]), witness, certificate }
    }

    #[test]
    fn a_link_is_read_back_as_it_was_shown() {
        for link in [
            link("https://caisse.example", None),
            link("https://192.168.1.20:8443", Some(Hash::new([9; 32]))),
            link("http://127.0.0.1:8080", None),
            link("https://[::1]:8443", None),
        ] {
            assert_eq!(link.to_string().parse(), Ok(link));
        }
    }

    #[test]
    fn a_link_in_clear_leads_to_this_device_only() {
        let clear = link("http://192.168.1.20:8080", None).to_string();
        assert_eq!(clear.parse::<EnrolmentLink>(), Err(NotALink::InClear));
        let looks_local = link("http://localhost.example", None).to_string();
        assert_eq!(looks_local.parse::<EnrolmentLink>(), Err(NotALink::InClear));
    }

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let code = Code::of([0xff, 0, 0x80, 7, 9]);
        let typed = format!("{}-{} ", &code.as_str()[..4].to_lowercase(), &code.as_str()[4..]);
        assert_eq!(Code::read(&typed), Some(code));
        for wrong in ["", "ABCD", "ABCDEFG1", "ABCDEFGHI", "ABCDEFG\u{e9}"] {
            assert_eq!(Code::read(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn no_text_that_is_cut_or_changed_leads_elsewhere_unnoticed(cut in 0usize..140, byte in any::<u8>()) {
            let whole = link("https://caisse.example", Some(Hash::new([9; 32]))).to_string();
            prop_assume!(cut < whole.len());
            let mut bytes = whole.clone().into_bytes();
            bytes[cut] = byte;
            let changed = String::from_utf8_lossy(&bytes).into_owned();
            if let Ok(read) = changed.parse::<EnrolmentLink>() {
                prop_assert!(read.address.starts_with("https://"));
            }
            let _ = whole[..cut].parse::<EnrolmentLink>();
        }
    }
}
