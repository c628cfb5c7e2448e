//! Requests, and how a till signs them: with its device key, over all that matters of them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use comptoir_fiscal::key::{DeviceKey, PublicKey};
use comptoir_fiscal::merkle;
use comptoir_fiscal::values::RegisterId;

/// The register that asks.
pub const REGISTER: &str = "comptoir-register";
/// Its time, in unix seconds; in an answer, the back office's.
pub const TIME: &str = "comptoir-time";
/// Random, so that no two requests are the same.
pub const NONCE: &str = "comptoir-nonce";
/// The signature over the request, in base64.
pub const SIGNATURE: &str = "comptoir-signature";
/// The register's checkpoint over its entries with those that are sent, in base64.
pub const CHECKPOINT: &str = "comptoir-checkpoint";
/// The till's [`crate::message::PROTOCOL`].
pub const PROTOCOL: &str = "comptoir-protocol";

/// The one-time code by which a new device asks for what a lost one had.
pub const CODE: &str = "comptoir-code";

/// How far apart the clocks may be, in seconds.
pub const CLOCK_SECONDS: u64 = 300;

/// Clocks that are further apart than this many seconds are worth a word, long before nothing is answered any more.
pub const CLOCK_WORTH_A_WORD: i64 = 30;

/// What is asked of the other side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "as in HTTP")]
pub enum Method {
    Get,
    Post,
}

impl Method {
    /// Its name in HTTP.
    pub const fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
        }
    }
}

/// A request, ready to be carried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Whether it asks or brings.
    pub method: Method,
    /// The path, with its query.
    pub path: String,
    /// Its headers.
    pub headers: Vec<(&'static str, String)>,
    /// Its body, as it is sent.
    pub body: Vec<u8>,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The status, as in HTTP.
    pub status: u16,
    /// The time at the other side, unix seconds, where it says.
    pub time: Option<u64>,
    /// Its body.
    pub body: Vec<u8>,
}

impl Response {
    /// By how many seconds the clock here is ahead of the one there, or behind it where negative; 0 where they are no further
    /// apart than [`CLOCK_WORTH_A_WORD`], none where the answer does not say. `sent` and `came` are when the request left and
    /// the answer came, in unix seconds by the clock here: what the way took is no fault of a clock.
    pub fn ahead(&self, sent: i64, came: i64) -> Option<i64> {
        let there = i64::try_from(self.time?).ok()?;
        let ahead = if there < sent { sent.saturating_sub(there) } else { came.saturating_sub(there).min(0) };
        Some(if ahead.abs() > CLOCK_WORTH_A_WORD { ahead } else { 0 })
    }
}

/// What of a request is signed.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs, reason = "plain words")]
pub struct Signed<'r> {
    pub register: RegisterId,
    pub method: &'r str,
    pub path: &'r str,
    pub time: u64,
    pub nonce: &'r str,
    /// The checkpoint's header, where there is one.
    pub checkpoint: &'r str,
    pub body: &'r [u8],
}

impl Signed<'_> {
    fn text(&self) -> Vec<u8> {
        let Signed { register, method, path, time, nonce, checkpoint, body } = self;
        let body = merkle::sha256(body);
        format!("{register}\n{method}\n{path}\n{time}\n{nonce}\n{checkpoint}\n{body}\n").into_bytes()
    }

    /// Whether `key` signed it; `signature` is as the header writes it.
    pub fn is_signed_by(&self, key: &PublicKey, signature: &str) -> bool {
        comptoir_fiscal::key::decode_signature(signature)
            .is_some_and(|signature| key.verifies_request(&self.text(), &signature))
    }
}

/// A request that a till has signed at `time` (unix seconds), with 16 random bytes.
pub fn sign(
    (method, path): (Method, String),
    body: Vec<u8>,
    checkpoint: Option<String>,
    (register, key): (RegisterId, &DeviceKey),
    time: u64,
    nonce: [u8; 16],
) -> Request {
    let nonce = STANDARD.encode(nonce);
    let checkpoint = checkpoint.map(|text| STANDARD.encode(text));
    let signed = Signed {
        register,
        method: method.as_str(),
        path: &path,
        time,
        nonce: &nonce,
        checkpoint: checkpoint.as_deref().unwrap_or_default(),
        body: &body,
    };
    let signature = comptoir_fiscal::key::encode_signature(&key.sign_request(&signed.text()));
    let mut headers = vec![
        (PROTOCOL, crate::message::PROTOCOL.to_string()),
        (REGISTER, register.to_string()),
        (TIME, time.to_string()),
        (NONCE, nonce),
        (SIGNATURE, signature),
    ];
    headers.extend(checkpoint.map(|checkpoint| (CHECKPOINT, checkpoint)));
    Request { method, path, headers, body }
}

/// The text of a checkpoint's header.
pub fn decode_checkpoint(header: &str) -> Option<String> {
    String::from_utf8(STANDARD.decode(header).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn register() -> RegisterId {
        "0192f0c1-7a3e-7c55-9d1b-3f0a6a1c2b3d".parse().unwrap()
    }

    #[test]
    fn clocks_apart_are_told_from_a_slow_way() {
        let response = |time| Response { status: 200, time, body: Vec::new() };
        let told = |there, sent, came| response(Some(there)).ahead(sent, came);
        assert_eq!(told(1000, 1000, 1000), Some(0));
        assert_eq!(told(1000, 1030, 1031), Some(0), "half a minute is nothing");
        assert_eq!(told(1000, 1031, 1032), Some(31));
        assert_eq!(told(1000, 900, 960), Some(-40));
        // The answer took two minutes, and was given in the middle of them.
        assert_eq!(told(1060, 1000, 1120), Some(0));
        assert_eq!(response(None).ahead(1000, 1000), None);
        assert_eq!(told(u64::MAX, 0, 0), None, "that is no time");
    }

    #[test]
    fn whatever_is_changed_of_a_request_it_is_signed_no_longer() {
        let key = DeviceKey::from_seed(&[3; 32]);
        let path = "/v1/registers/x/entries?from=3".to_owned();
        let whole = (Method::Post, path.clone());
        let request =
            sign(whole, b"body".to_vec(), Some("note".to_owned()), (register(), &key), 1_764_000_000, [7; 16]);
        let of = |name: &str| request.headers.iter().find(|(header, _)| *header == name).unwrap().1.clone();
        let (nonce, signature, checkpoint) = (of(NONCE), of(SIGNATURE), of(CHECKPOINT));
        let same = Signed {
            register: register(),
            method: "POST",
            path: &path,
            time: 1_764_000_000,
            nonce: &nonce,
            checkpoint: &checkpoint,
            body: b"body",
        };
        assert!(same.is_signed_by(&key.public(), &signature));
        let other: RegisterId = "11111111-7a3e-7c55-9d1b-3f0a6a1c2b3d".parse().unwrap();
        for changed in [
            Signed { method: "GET", ..same },
            Signed { path: "/v1/registers/x/entries?from=4", ..same },
            Signed { time: 1_764_000_001, ..same },
            Signed { nonce: "", ..same },
            Signed { checkpoint: "", ..same },
            Signed { body: b"Body", ..same },
            Signed { register: other, ..same },
        ] {
            assert!(!changed.is_signed_by(&key.public(), &signature), "{changed:?}");
        }
        assert!(!same.is_signed_by(&DeviceKey::from_seed(&[4; 32]).public(), &signature));
    }
}
