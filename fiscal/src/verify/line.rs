//! What can be checked of a stored line by itself: its canonical form, hash and signatures, and a ticket's arithmetic.
//!
//! This is where the time goes, so it runs on all cores; what needs the entries before runs after it, in order.

use crate::canonical;
use crate::entry::{Body, Entry, Envelope, ParseError};
use crate::key::{self, PublicKey};
use crate::merkle;
use crate::message;
use crate::nf525::Chain;
use crate::values::{Hash, RegisterId};
use chrono_tz::Tz;

use super::report::{Finding, Findings, Rule, value};
use super::{settlement, ticket};

/// What a genesis says that every line is checked against.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) register: Option<RegisterId>,
    pub(super) key: Option<PublicKey>,
    pub(super) zone: Option<Tz>,
}

/// How far a line could be read.
#[derive(Clone, Debug)]
pub(super) enum Content {
    /// An entry of a known version and kind.
    Entry(Box<Entry>),
    /// An entry of this version and an unknown kind.
    UnknownKind { seq: u64, prev: Hash },
    /// An entry of an unknown version.
    UnknownVersion,
    /// Nothing that could be followed.
    Broken { seq: Option<u64>, prev: Option<Hash> },
}

/// A line, checked by itself.
#[derive(Clone, Debug)]
pub(super) struct Checked {
    pub(super) content: Content,
    /// The leaf hash of the stored bytes, whatever hash the line states.
    pub(super) hash: Hash,
    /// Whether that is the hash that the line states, so that what it says of its place can be believed.
    pub(super) is_intact: bool,
    pub(super) findings: Findings,
}

const START: &[u8] = b"{\"entry\":";
const HASH: &[u8] = b",\"hash\":\"";
const SIG: &[u8] = b"\",\"sig\":\"";
const END: &[u8] = b"\"}";
const HASH_LENGTH: usize = 64;
const SIG_LENGTH: usize = 88;
const TAIL_LENGTH: usize = HASH.len() + HASH_LENGTH + SIG.len() + SIG_LENGTH + END.len();

/// The three parts of a line written exactly as lines are: the entry's bytes, the hash's hex, the signature's base64.
fn parts(line: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let rest = line.strip_prefix(START)?;
    let (data, tail) = rest.split_at_checked(rest.len().checked_sub(TAIL_LENGTH)?)?;
    let (hash, tail) = tail.strip_prefix(HASH)?.split_at_checked(HASH_LENGTH)?;
    let (sig, tail) = tail.strip_prefix(SIG)?.split_at_checked(SIG_LENGTH)?;
    (tail == END).then_some((data, hash, sig))
}

/// The leaf hash of a stored line, the same as [`check`] finds.
pub(super) fn hash_of(line: &[u8]) -> Hash {
    let bare = line.strip_suffix(b"\n").unwrap_or(line);
    match parts(bare) {
        Some((data, _, _)) => merkle::leaf_hash(data),
        None => salvage(bare, Findings::default()).hash,
    }
}

/// The entry in a line that was checked before.
pub(super) fn entry_of(line: &[u8]) -> Option<Entry> {
    let (data, _, _) = parts(line.strip_suffix(b"\n").unwrap_or(line))?;
    Entry::parse(std::str::from_utf8(data).ok()?).ok()
}

/// Checks a line by itself, its newline included.
pub(super) fn check(line: &[u8], known: &Known) -> Checked {
    let mut findings = Findings::default();
    let bare = match line.strip_suffix(b"\n") {
        Some(bare) => bare,
        None => {
            findings.defect(
                Rule::Canonical,
                "line",
                message!("a newline at the end of the line"),
                message!("the end of the file"),
            );
            line
        }
    };
    let Some((data, hash, sig)) = parts(bare) else {
        let found = match canonical::check(bare) {
            Err(fault) => value(fault),
            Ok(()) => message!("other parts, or parts of another length"),
        };
        let expected = message!("exactly an entry, its hash of 64 hex digits and its signature of 88 characters");
        findings.defect(Rule::Canonical, "line", expected, found);
        return only_its_version(salvage(bare, findings), bare);
    };
    let computed = merkle::leaf_hash(data);
    let is_intact = hash == computed.to_string().as_bytes();
    if !is_intact {
        findings.defect(Rule::Chain, "hash", value(computed), value(String::from_utf8_lossy(hash)));
    }
    check_signature(&computed, sig, known, &mut findings);
    if let Err(fault) = canonical::check(data) {
        findings.defect(Rule::Canonical, "entry", message!("its own canonical form"), value(fault));
        return only_its_version(Checked { content: broken(data), hash: computed, is_intact, findings }, bare);
    }
    let content = read(data, &mut findings);
    if let Content::Entry(entry) = &content {
        check_entry(entry, known, &mut findings);
    }
    only_its_version(Checked { content, hash: computed, is_intact, findings }, bare)
}

/// A newer version may write its lines in another way, so nothing is held against one but that it is not known here.
fn only_its_version(mut checked: Checked, bare: &[u8]) -> Checked {
    #[derive(serde::Deserialize)]
    struct Line {
        entry: Versioned,
    }
    if matches!(checked.content, Content::Broken { .. })
        && let Ok(line) = serde_json::from_slice::<Line>(bare)
        && line.entry.v > u64::from(crate::entry::VERSION)
    {
        checked.findings = Findings::default();
        unknown_version(line.entry.v, &mut checked.findings);
        checked.content = Content::UnknownVersion;
    } else if matches!(checked.content, Content::UnknownVersion) && !checked.findings.list.iter().any(is_no_version) {
        checked.findings.list.retain(|finding| finding.rule == Rule::Version);
    }
    checked
}

/// Whether a finding says that no version of the format was ever that one.
fn is_no_version(finding: &Finding) -> bool {
    finding.is_defect && finding.rule == Rule::Version
}

#[derive(serde::Deserialize)]
struct Versioned {
    v: u64,
}

/// What can still be followed of a line that is not written as lines are.
fn salvage(bare: &[u8], findings: Findings) -> Checked {
    #[derive(serde::Deserialize)]
    struct Loose<'l> {
        #[serde(borrow)]
        entry: &'l serde_json::value::RawValue,
    }
    match serde_json::from_slice::<Loose<'_>>(bare) {
        Ok(loose) => {
            let data = loose.entry.get().as_bytes();
            Checked { content: broken(data), hash: merkle::leaf_hash(data), is_intact: false, findings }
        }
        Err(_) => Checked {
            content: Content::Broken { seq: None, prev: None },
            hash: merkle::leaf_hash(bare),
            is_intact: false,
            findings,
        },
    }
}

fn broken(data: &[u8]) -> Content {
    #[derive(serde::Deserialize)]
    struct Place {
        seq: Option<u64>,
        prev: Option<Hash>,
    }
    let place: Place = serde_json::from_slice(data).unwrap_or(Place { seq: None, prev: None });
    Content::Broken { seq: place.seq, prev: place.prev }
}

fn check_signature(hash: &Hash, sig: &[u8], known: &Known, findings: &mut Findings) {
    let Some(key) = known.key else { return };
    let shown = String::from_utf8_lossy(sig);
    match key::decode_signature(&shown) {
        None => {
            findings.defect(Rule::Signature, "sig", message!("the base64 of a signature"), value(&shown));
        }
        Some(signature) if !key.verifies_entry(hash, &signature) => {
            let expected = message!("a signature of this entry by the key of the genesis");
            findings.defect(Rule::Signature, "sig", expected, message!("a signature that does not verify"));
        }
        Some(_) => {}
    }
}

fn read(data: &[u8], findings: &mut Findings) -> Content {
    let envelope: Envelope<'_> = match serde_json::from_slice(data) {
        Ok(envelope) => envelope,
        Err(fault) => return read_version(data, &fault, findings),
    };
    if envelope.v != u64::from(crate::entry::VERSION) {
        unknown_version(envelope.v, findings);
        return Content::UnknownVersion;
    }
    let (seq, prev) = (envelope.seq, envelope.prev);
    match Entry::from_envelope(envelope) {
        Ok(entry) => Content::Entry(Box::new(entry)),
        Err(ParseError::UnknownVersion(version)) => {
            unknown_version(version, findings);
            Content::UnknownVersion
        }
        Err(ParseError::UnknownKind(kind)) => {
            findings.inconclusive(Rule::Kind, "kind", message!("a kind that is known here"), value(kind));
            Content::UnknownKind { seq, prev }
        }
        Err(ParseError::Malformed(fault)) => {
            findings.defect(Rule::Body, "body", message!("the keys and values of its kind"), value(fault));
            Content::Broken { seq: Some(seq), prev: Some(prev) }
        }
    }
}

/// An envelope that cannot be read may be that of a newer version; else it is a fault.
fn read_version(data: &[u8], fault: &serde_json::Error, findings: &mut Findings) -> Content {
    match serde_json::from_slice::<Versioned>(data) {
        Ok(versioned) if versioned.v != u64::from(crate::entry::VERSION) => {
            unknown_version(versioned.v, findings);
            Content::UnknownVersion
        }
        _ => {
            findings.defect(Rule::Body, "entry", message!("the keys and values of an entry"), value(fault));
            broken(data)
        }
    }
}

fn unknown_version(version: u64, findings: &mut Findings) {
    if version < u64::from(crate::entry::VERSION) {
        let expected = message!("a version: the first is 1");
        return findings.defect(Rule::Version, "v", expected, value(version));
    }
    findings.inconclusive(Rule::Version, "v", message!("a version that is known here"), value(version));
}

fn check_entry(entry: &Entry, known: &Known, findings: &mut Findings) {
    if let Some(register) = known.register {
        findings.same(Rule::Chain, "register", &register, &entry.register);
    }
    if let Some(zone) = known.zone.filter(|zone| !entry.at.is_in(*zone)) {
        findings.defect(Rule::Clock, "at", message!("the offset of {zone}", zone = zone.name()), value(entry.at));
    }
    check_nf525_signature(&entry.body, known, findings);
    match &entry.body {
        Body::Ticket(body) => {
            ticket::check_ticket(body, findings);
            settlement::check(body, findings);
        }
        Body::Note(body) => ticket::check_note(body, findings),
        Body::Cash(cash) => ticket::check_cash(cash, findings),
        _ => {}
    }
}

fn check_nf525_signature(body: &Body, known: &Known, findings: &mut Findings) {
    let (Some(key), Some(_), Some(nf525)) = (known.key, Chain::of(body), body.nf525()) else { return };
    if !key.verifies_nf525(&nf525.arg, &nf525.sig) {
        let expected = message!("a signature of this string by the key of the genesis");
        findings.defect(Rule::Nf525, "body.nf525.sig", expected, value(&nf525.sig));
    }
}

/// A line that is longer than this code reads.
pub(super) fn too_long(length: u64) -> Checked {
    let mut findings = Findings::default();
    let expected = message!("a line of at most {bytes} bytes", bytes = super::source::LINE_BYTES_MAX);
    findings.inconclusive(Rule::Unreadable, "line", expected, value(length));
    Checked { content: Content::UnknownVersion, hash: Hash::ZERO, is_intact: false, findings }
}
