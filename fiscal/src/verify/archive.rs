//! Verifies an archive: its ZIP, its manifest, its files, the journal in it, and its checkpoint.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::archive::csv::Tables;
use crate::archive::read::{self, Layout, Member};
use crate::archive::{CHECKPOINT, FileSum, JOURNAL, LISTED, MANIFEST, MANIFEST_SIGNATURE, Manifest, sidecar_name};
use crate::calendar;
use crate::canonical;
use crate::checkpoint::{Checkpoint, Witness};
use crate::entry::{Body, Entry, Period};
use crate::key::{self, PublicKey};
use crate::language::Message;
use crate::merkle::{self, Frontier};
use crate::message;
use crate::standing::Standing;
use crate::sums::Sums;
use crate::values::{Cents, Hash};

use super::closing::Closings;
use super::evidence::{self, Evidence, Held};
use super::follow::Follower;
use super::line::{self, Content, Known};
use super::report::{Finding, Findings, Report, Rule, Subject, json, value};
use super::run::{self, Progress};
use super::source::Lines;
use super::{genesis, tables};

/// The longest manifest and checkpoint that are read.
const MANIFEST_BYTES_MAX: u64 = 4 << 20;
const CHECKPOINT_BYTES_MAX: u64 = 1 << 16;

/// How many times longer than packed a journal can be: hashes and signatures do not pack.
const JOURNAL_RATIO_MAX: u64 = 100;

/// Verifies the archive at `path`, and the countersigned checkpoint beside it where there is one.
pub fn verify_archive(path: &Path, against: &[Evidence], progress: Progress<'_>) -> Report {
    let mut report = Report::new(Subject::Archive(None));
    if let Err(fault) = verify(path, against, progress, &mut report) {
        report.add(Finding {
            is_defect: false,
            seq: None,
            place: "file".to_owned(),
            rule: Rule::Unreadable,
            expected: message!("a file that can be read to its end"),
            found: value(fault),
        });
    }
    report
}

fn defect(report: &mut Report, rule: Rule, place: impl Into<String>, expected: Message, found: Message) {
    report.add(Finding { is_defect: true, seq: None, place: place.into(), rule, expected, found });
}

fn verify(path: &Path, against: &[Evidence], progress: Progress<'_>, report: &mut Report) -> io::Result<()> {
    let mut file = File::open(path)?;
    let layout = read::layout(&mut file)?;
    let is_named = |member: &Member| member.name == MANIFEST || member.name == JOURNAL;
    let is_other = !layout.members.is_empty() && !layout.members.iter().any(is_named);
    if is_other || !layout.has_directory {
        report.add(Finding {
            is_defect: false,
            seq: None,
            place: "zip".to_owned(),
            rule: Rule::Unreadable,
            expected: message!("a journal or an archive"),
            found: message!("a file of another kind"),
        });
        return Ok(());
    }
    for fault in &layout.faults {
        defect(report, Rule::ArchiveFile, fault.place.clone(), fault.expected.clone(), fault.found.clone());
    }
    check_names(&layout, report);
    let Some(manifest) = read_manifest(&mut file, &layout, report)? else { return Ok(()) };
    report.subject = Subject::Archive(Some(manifest.parsed.period));
    let Some(mut spool) = unpack_all(&mut file, &layout, &manifest.parsed, report)? else { return Ok(()) };
    let sums = verify_journal(&manifest, &mut spool, path, &mut file, &layout, against, progress, report)?;
    tables::compare(&sums, &mut spool, &manifest.parsed, path, &layout, report)
}

/// The members are the files that an archive holds, each once.
fn check_names(layout: &Layout, report: &mut Report) {
    for member in &layout.members {
        let name = member.name.as_str();
        let is_known = LISTED.contains(&name) || name == MANIFEST || name == MANIFEST_SIGNATURE;
        if !is_known {
            defect(report, Rule::ArchiveFile, name, message!("only the files of an archive"), value(name));
        }
    }
    for name in LISTED.into_iter().chain([MANIFEST, MANIFEST_SIGNATURE]) {
        let count = layout.members.iter().filter(|member| member.name == name).count();
        if count != 1 {
            defect(report, Rule::ArchiveFile, name, message!("this file once"), value(count));
        }
    }
}

/// The manifest, and what it was read from.
pub(super) struct SignedManifest {
    pub(super) parsed: Manifest,
    bytes: Vec<u8>,
    signature: Vec<u8>,
}

fn read_manifest(file: &mut File, layout: &Layout, report: &mut Report) -> io::Result<Option<SignedManifest>> {
    let Some(bytes) = read_small(file, layout, MANIFEST, MANIFEST_BYTES_MAX, report)? else { return Ok(None) };
    let signature = read_small(file, layout, MANIFEST_SIGNATURE, 4096, report)?.unwrap_or_default();
    if let Err(fault) = canonical::check(&bytes) {
        defect(report, Rule::Canonical, MANIFEST, message!("its own canonical form"), value(fault));
    }
    #[derive(serde::Deserialize)]
    struct Versioned {
        v: u64,
    }
    if let Ok(version) = serde_json::from_slice::<Versioned>(&bytes)
        && version.v != u64::from(crate::archive::manifest::VERSION)
    {
        report.add(Finding {
            is_defect: false,
            seq: None,
            place: format!("{MANIFEST}: v"),
            rule: Rule::Version,
            expected: message!("a version that is known here"),
            found: value(version.v),
        });
        return Ok(None);
    }
    match serde_json::from_slice::<Manifest>(&bytes) {
        Ok(parsed) => Ok(Some(SignedManifest { parsed, bytes, signature })),
        Err(fault) => {
            defect(report, Rule::ArchiveFile, MANIFEST, message!("the keys and values of a manifest"), value(fault));
            Ok(None)
        }
    }
}

/// Unpacks a member that is short by nature.
fn read_small(
    file: &mut File,
    layout: &Layout,
    name: &str,
    max: u64,
    report: &mut Report,
) -> io::Result<Option<Vec<u8>>> {
    let Some(member) = layout.member(name) else { return Ok(None) };
    if member.bytes > max {
        let expected = message!("at most {bytes} bytes", bytes = max);
        defect(report, Rule::ArchiveFile, name, expected, value(member.bytes));
        return Ok(None);
    }
    let mut bytes = Vec::new();
    let mut unpack = member.unpack(&mut *file)?;
    let read = unpack.read_to_end(&mut bytes).map_err(read::UnpackError::from).and_then(|_| unpack.finish());
    if let Err(fault) = read {
        defect(report, Rule::ArchiveFile, name, message!("what the directory says"), value(fault));
    }
    Ok(Some(bytes))
}

/// Unpacks every listed file against its sum; keeps the journal aside, in a file without a name.
fn unpack_all(
    file: &mut File,
    layout: &Layout,
    manifest: &Manifest,
    report: &mut Report,
) -> io::Result<Option<BufReader<File>>> {
    let names: Vec<&str> = manifest.files.iter().map(|sum| sum.name.as_str()).collect();
    if names != LISTED {
        let expected = message!("the files of an archive, by name in byte order");
        defect(report, Rule::ArchiveFile, format!("{MANIFEST}: files"), expected, json(&names));
    }
    let mut journal = None;
    for name in LISTED {
        let Some(member) = layout.member(name) else { continue };
        let listed = manifest.files.iter().find(|sum| sum.name == name);
        if name == JOURNAL {
            if member.ratio() > JOURNAL_RATIO_MAX {
                let expected = message!("a journal, which does not pack so tightly");
                defect(report, Rule::ArchiveFile, name, expected, value(member.bytes));
                continue;
            }
            let mut spool = tempfile::tempfile()?;
            check_member(file, member, listed, &mut spool, report)?;
            spool.rewind()?;
            journal = Some(BufReader::with_capacity(1 << 16, spool));
        } else {
            check_member(file, member, listed, &mut io::sink(), report)?;
        }
    }
    Ok(journal)
}

fn check_member(
    file: &mut File,
    member: &Member,
    listed: Option<&FileSum>,
    to: &mut impl Write,
    report: &mut Report,
) -> io::Result<()> {
    let mut unpack = member.unpack(&mut *file)?;
    let (mut sha, mut bytes, mut buffer) = (Sha256::new(), 0u64, vec![0; 1 << 16]);
    let read = loop {
        match unpack.read(&mut buffer) {
            Ok(0) => break unpack.finish(),
            Ok(read) => {
                sha.update(&buffer[..read]);
                to.write_all(&buffer[..read])?;
                bytes += read as u64;
            }
            Err(fault) => break Err(fault.into()),
        }
    };
    if let Err(fault) = read {
        defect(report, Rule::ArchiveFile, &member.name, message!("what the directory says"), value(fault));
    }
    let found = FileSum { bytes, name: member.name.clone(), sha256: Hash::new(sha.finalize().into()) };
    if let Some(listed) = listed.filter(|listed| **listed != found) {
        defect(report, Rule::ArchiveFile, &member.name, json(listed), json(&found));
    }
    Ok(())
}

#[allow(clippy::too_many_arguments, reason = "one step of verify, which holds all of it")]
fn verify_journal(
    manifest: &SignedManifest,
    spool: &mut BufReader<File>,
    path: &Path,
    file: &mut File,
    layout: &Layout,
    against: &[Evidence],
    progress: Progress<'_>,
    report: &mut Report,
) -> io::Result<[(u64, Hash); 5]> {
    let parsed = &manifest.parsed;
    let mut first = Vec::new();
    io::BufRead::read_until(&mut spool.by_ref().take(super::source::LINE_BYTES_MAX as u64), b'\n', &mut first)?;
    let genesis_entry = line::entry_of(&first);
    let known = genesis::known(genesis_entry.as_ref());
    let mut findings = Findings::default();
    check_manifest_signature(manifest, known.key, &mut findings);
    let genesis_hash = if parsed.from > 0 {
        check_genesis_line(&first, &known, &mut findings)
    } else {
        spool.rewind()?;
        line::hash_of(&first)
    };
    let mut tables = Tables::new([(); 5].map(|()| tables::Sum::default()))?;
    let mut sink = |entry: &Entry, label: &str| {
        // A sum in memory takes every row.
        let _ = tables.add(entry, label);
    };
    let start = start_of(parsed, &known, genesis_entry.as_ref(), &mut findings);
    let mut part = Report::new(Subject::Archive(Some(parsed.period)));
    let start_frontier = start.as_ref().map_or_else(Frontier::new, |(standing, _)| standing.frontier.clone());
    let mut follower = match start {
        Some((standing, closings)) => Follower::at(standing, closings, Some(&mut sink)),
        None => Follower::new(Some(&mut sink)),
    };
    against.iter().for_each(|evidence| evidence.want(&mut follower));
    let mut source = Lines::new(&mut *spool)?;
    run::run(&mut source, |_| known.clone(), &mut follower, &mut part, progress);
    run::compare_later(start_frontier, &mut source, &mut follower, &mut part);
    check_values(manifest, &follower, &part, &mut findings);
    let checkpoint = check_checkpoint(file, layout, parsed, &known, &follower, genesis_hash, &mut findings, report)?;
    let witness = witness_of(parsed, &mut findings);
    if let Some(checkpoint) = &checkpoint {
        check_countersignature(checkpoint, CHECKPOINT, witness.as_ref(), &mut findings, report);
        check_sidecar(path, checkpoint, &known, witness.as_ref(), &mut findings, report);
    }
    report.register = known.register;
    super::summarise(&follower, report);
    report.entries = part.entries;
    report.kinds = std::mem::take(&mut part.kinds);
    report.closings = std::mem::take(&mut part.closings);
    findings.list.into_iter().for_each(|finding| report.add(finding));
    report.absorb(part);
    let held = Held {
        register: known.register,
        key: known.key,
        first: parsed.from,
        size: follower.standing().map_or(0, Standing::size),
        goes_on: true,
        follower: &follower,
    };
    for (number, evidence) in (1..).zip(against) {
        evidence::hold(evidence, number, &held, report);
    }
    evidence::hold_together(against, &held, report);
    Ok(tables.finish().map(|sum| sum.finish()))
}

fn check_manifest_signature(manifest: &SignedManifest, key: Option<PublicKey>, findings: &mut Findings) {
    let public_key = &manifest.parsed.public_key;
    let key = key.or_else(|| PublicKey::from_base64(public_key).ok());
    let signature = std::str::from_utf8(&manifest.signature).ok().and_then(key::decode_signature);
    let is_signed = key.zip(signature).is_some_and(|(key, sig)| key.verifies_manifest(&manifest.bytes, &sig));
    if key.is_none() {
        let expected = message!("a public key that can be used here; no signature could be checked");
        findings.inconclusive(Rule::Signature, format!("{MANIFEST}: public_key"), expected, value(public_key));
    } else if !is_signed {
        let expected = message!("a signature of manifest.json by the key of the genesis");
        findings.defect(Rule::Signature, MANIFEST_SIGNATURE, expected, message!("a signature that does not verify"));
    }
}

/// Line 0, where it is not followed as the first of the journal's lines.
fn check_genesis_line(line: &[u8], known: &Known, findings: &mut Findings) -> Hash {
    let checked = line::check(line, known);
    let hash = checked.hash;
    findings.list.extend(checked.findings.list);
    match &checked.content {
        Content::Entry(entry) => match &entry.body {
            Body::Genesis(body) => genesis::check(entry, body, findings),
            _ => findings.defect(Rule::Genesis, "kind", message!("the genesis, entry 0"), value(entry.kind.as_str())),
        },
        _ => findings.defect(Rule::Genesis, JOURNAL, message!("the genesis, entry 0"), message!("something else")),
    }
    hash
}

/// Where the journal stood before the archive's first entry, as its manifest says.
fn start_of(
    manifest: &Manifest,
    known: &Known,
    first: Option<&Entry>,
    findings: &mut Findings,
) -> Option<(Standing, Closings)> {
    let place = |key: &str| format!("{MANIFEST}: {key}");
    if manifest.before.is_some() != (manifest.from > 0) || manifest.genesis_proof.is_some() != (manifest.from > 0) {
        let expected = message!("before and genesis_proof where from is more than 0, and only there");
        findings.defect(Rule::ArchiveFile, place("before"), expected, value(manifest.from));
    }
    let roots = manifest.frontier.clone();
    let frontier = Frontier::from_roots(manifest.from, roots).unwrap_or_else(|| {
        let expected = message!("{count} roots", count = u64::from(manifest.from.count_ones()));
        findings.defect(Rule::ArchiveFile, place("frontier"), expected, value(manifest.frontier.len()));
        Frontier::from_roots(manifest.from, vec![Hash::ZERO; manifest.from.count_ones() as usize]).unwrap_or_default()
    });
    let before = manifest.before.as_ref().filter(|_| manifest.from > 0)?;
    if manifest.from % 2 == 1 {
        // The smallest perfect subtree is then the last entry alone.
        findings.same(
            Rule::ArchiveFile,
            place("before.prev"),
            frontier.roots().last().unwrap_or(&Hash::ZERO),
            &before.prev,
        );
    }
    let settings = before.settings.read();
    if let Some(Body::Genesis(genesis)) = first.map(|entry| &entry.body) {
        for ((key, due), (_, found)) in genesis::fixed(genesis).into_iter().zip(genesis::fixed(settings)) {
            if due != found {
                findings.defect(Rule::Genesis, place(&format!("before.settings.{key}")), value(due), value(found));
            }
        }
        let (due, found) = (&genesis.merchant.siret, &settings.merchant.siret);
        findings.same(Rule::Genesis, place("before.settings.merchant.siret"), due, found);
    }
    if manifest.period == Period::Year {
        findings.same(Rule::ArchiveFile, place("before.year_to_date"), &Cents::ZERO, &before.year_to_date);
    }
    if let Some((chain, link)) =
        before.chains.iter().find(|(_, link)| link.number == 0 || link.number > canonical::INTEGER_MAX.unsigned_abs())
    {
        let expected = message!("numbers from 1");
        findings.defect(
            Rule::ArchiveFile,
            place(&format!("before.chains.{}", chain.as_str())),
            expected,
            value(link.number),
        );
    }
    let starts = settings.fiscal_year_starts;
    let closed = before.business_date.map(|date| calendar::bounds(manifest.period, date, starts).1.max(date));
    // What is longer than the archived period was open before it, or the closing just before would not be its own.
    let mut open = Sums::default();
    open.dated_entries = 1;
    let partial: Vec<Period> = Period::ALL.into_iter().filter(|period| *period > manifest.period).collect();
    let sums = |period| if partial.contains(&period) { open.clone() } else { Sums::default() };
    let standing = Standing {
        register: known.register.unwrap_or(manifest.register),
        prev: before.prev,
        at: manifest.from_at,
        frontier,
        settings: before.settings.clone(),
        chains: before.chains.clone(),
        gt: before.gt,
        year_to_date: before.year_to_date,
        business_date: before.business_date,
        closed_date: closed,
        day: sums(Period::Day),
        month: sums(Period::Month),
        year: sums(Period::Year),
        next_from: [(manifest.period, manifest.from)].into(),
    };
    let closings = Closings::at(manifest.from, partial);
    Some((standing, closings))
}

/// What the manifest says is what the journal in the archive says.
fn check_values(manifest: &SignedManifest, follower: &Follower<'_>, part: &Report, findings: &mut Findings) {
    let parsed = &manifest.parsed;
    let place = |key: &str| format!("{MANIFEST}: {key}");
    let rule = Rule::ArchiveFile;
    let (Some(standing), Some(settings)) = (follower.standing(), follower.settings()) else { return };
    findings.same(rule, place("register"), &standing.register, &parsed.register);
    findings.same(rule, place("public_key"), &settings.public_key, &parsed.public_key);
    findings.same(rule, place("label"), &settings.label, &parsed.label);
    if settings.merchant != parsed.merchant {
        findings.defect(rule, place("merchant"), json(&settings.merchant), json(&parsed.merchant));
    }
    if settings.software != parsed.software {
        findings.defect(rule, place("software"), json(&settings.software), json(&parsed.software));
    }
    let next = follower.next_seq();
    findings.same(rule, place("to"), &next.saturating_sub(1), &parsed.to);
    if parsed.from.checked_add(part.entries) != Some(next) {
        findings.same(rule, place("from"), &next.saturating_sub(part.entries), &parsed.from);
    }
    if let Some((first, last)) = follower.instants {
        findings.same(rule, place("from_at"), &first, &parsed.from_at);
        findings.same(rule, place("to_at"), &last, &parsed.to_at);
    }
    match &follower.last_closing {
        Some((seq, closing)) if *seq == parsed.to && closing.period == parsed.period => {
            findings.same(rule, place("from"), &closing.from, &parsed.from);
        }
        _ => {
            let expected = message!("an end at the closing of the {period}", period = parsed.period.as_str());
            findings.defect(rule, place("period"), expected, message!("another end"));
        }
    }
}

#[allow(clippy::too_many_arguments, reason = "what a checkpoint is held against")]
fn check_checkpoint(
    file: &mut File,
    layout: &Layout,
    manifest: &Manifest,
    known: &Known,
    follower: &Follower<'_>,
    genesis_hash: Hash,
    findings: &mut Findings,
    report: &mut Report,
) -> io::Result<Option<Checkpoint>> {
    let Some(text) = read_small(file, layout, CHECKPOINT, CHECKPOINT_BYTES_MAX, report)? else { return Ok(None) };
    let parsed = std::str::from_utf8(&text).ok().map(Checkpoint::parse);
    let checkpoint = match parsed {
        Some(Ok(checkpoint)) => checkpoint,
        Some(Err(fault)) => {
            findings.defect(Rule::CheckpointSignature, CHECKPOINT, message!("a checkpoint"), value(fault));
            return Ok(None);
        }
        None => {
            findings.defect(Rule::CheckpointSignature, CHECKPOINT, message!("a checkpoint"), message!("other bytes"));
            return Ok(None);
        }
    };
    let statement = &checkpoint.statement;
    check_own_signature(&checkpoint, CHECKPOINT, known, findings);
    if let Some(register) = known.register {
        findings.same(Rule::Root, CHECKPOINT, &register, &statement.register);
    }
    findings.same(Rule::Root, format!("{CHECKPOINT}: size"), &manifest.to.saturating_add(1), &statement.size);
    if let Some(standing) = follower.standing() {
        findings.same(Rule::Root, format!("{CHECKPOINT}: root"), &standing.frontier.root(), &statement.root);
    }
    if let Some(proof) = &manifest.genesis_proof {
        let led_to = merkle::root_from_inclusion(genesis_hash, 0, statement.size, proof);
        findings.same(Rule::Root, format!("{MANIFEST}: genesis_proof"), &Some(statement.root), &led_to);
    }
    Ok(Some(checkpoint))
}

fn check_own_signature(checkpoint: &Checkpoint, place: &str, known: &Known, findings: &mut Findings) {
    if let Some(key) = known.key.filter(|key| !checkpoint.is_signed_by(key)) {
        let expected = message!("a signature by {key}", key = value(key.to_base64()));
        findings.defect(Rule::CheckpointSignature, place, expected, message!("a signature that does not verify"));
    }
}

fn witness_of(manifest: &Manifest, findings: &mut Findings) -> Option<Witness> {
    let named = manifest.witness.as_ref()?;
    match PublicKey::from_base64(&named.public_key) {
        Ok(public_key) => Some(Witness { name: named.name.clone(), public_key }),
        Err(fault) => {
            let expected = message!("a public key that can be used here");
            findings.inconclusive(Rule::Countersignature, format!("{MANIFEST}: witness"), expected, value(fault));
            None
        }
    }
}

fn check_countersignature(
    checkpoint: &Checkpoint,
    place: &str,
    witness: Option<&Witness>,
    findings: &mut Findings,
    report: &mut Report,
) {
    if let Some(witness) = witness
        && let Some(time) = checkpoint.witnessed_at(witness)
    {
        if report.witnessed.is_none() {
            let name = value(&witness.name);
            let what =
                message!("whether the key of {name}, which the manifest names, is the back office's own", name = name);
            report.add_not_checkable(None, what);
        }
        report.witnessed = Some((time, witness.name.clone()));
    }
    for name in checkpoint.cosigners() {
        match witness.filter(|witness| witness.name == name) {
            Some(witness) if checkpoint.witnessed_at(witness).is_none() => {
                let expected = message!("a countersignature by the witness of the manifest");
                findings.defect(Rule::Countersignature, place, expected, message!("a signature that does not verify"));
            }
            Some(_) => {}
            None => {
                let what = message!("the countersignature of {name}, whose key is not known here", name = value(name));
                report.add_not_checkable(None, what);
            }
        }
    }
}

/// The countersigned checkpoint that came after the archive was written states the same.
fn check_sidecar(
    path: &Path,
    own: &Checkpoint,
    known: &Known,
    witness: Option<&Witness>,
    findings: &mut Findings,
    report: &mut Report,
) {
    let Some(name) = path.file_name() else { return };
    let name = sidecar_name(&name.to_string_lossy());
    let Ok(file) = File::open(path.with_file_name(&name)) else { return };
    let mut text = String::new();
    if file.take(CHECKPOINT_BYTES_MAX).read_to_string(&mut text).is_err() {
        return findings.inconclusive(Rule::Unreadable, name, message!("a checkpoint"), message!("other bytes"));
    }
    let checkpoint = match Checkpoint::parse(&text) {
        Ok(checkpoint) => checkpoint,
        Err(fault) => return findings.inconclusive(Rule::Unreadable, name, message!("a checkpoint"), value(fault)),
    };
    if known.key.is_some_and(|key| !checkpoint.is_signed_by(&key)) {
        let expected = message!("a signature by the key of the genesis; this checkpoint is no evidence");
        let found = message!("a signature that does not verify");
        return findings.inconclusive(Rule::CheckpointSignature, name, expected, found);
    }
    if evidence::is_fork(&own.statement, &checkpoint.statement) {
        return findings.defect(Rule::Fork, name, value(own.statement.root), value(checkpoint.statement.root));
    }
    if own.statement != checkpoint.statement {
        let what = message!("{file}, which is about another size", file = name);
        return report.add_not_checkable(None, what);
    }
    check_countersignature(&checkpoint, &name, witness, findings, report);
}
