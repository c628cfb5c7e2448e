//! Verifying a journal, beside the hashes and signatures of its lines alone, both on all cores.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use comptoir_fiscal::key::{decode_nf525_signature, decode_signature};
use comptoir_fiscal::sealed::LineParts;
use comptoir_fiscal::verify::{Verdict, verify_file};
use ed25519_dalek::{Signature, VerifyingKey};
use rayon::prelude::*;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::Result;
use crate::figures::{Good, Times, budget, information, timed};
use crate::shop::{self, Shop};

/// Days of a thousand tickets, of one to twelve lines each.
const DAYS: i64 = 20;

/// How often each side is measured, in turn.
const ROUNDS: usize = 7;

/// Names the file whose verification a second process is to measure the memory of.
const MEMORY_OF: &str = "COMPTOIR_BENCH_MEMORY_OF";

/// What is hashed and what is verified of one line.
struct Proof {
    data: Vec<u8>,
    hash: [u8; 32],
    sig: Signature,
    nf525: Option<(String, Signature)>,
}

impl Proof {
    fn of(line: &[u8]) -> Result<Proof> {
        let parts = LineParts::parse(line.trim_ascii_end())?;
        let entry: Value = serde_json::from_str(parts.entry.get())?;
        let nf525 = &entry["body"]["nf525"];
        let nf525 = match (nf525["arg"].as_str(), nf525["sig"].as_str().and_then(decode_nf525_signature)) {
            (Some(arg), Some(sig)) => Some((arg.to_owned(), Signature::from_bytes(&sig))),
            _ => None,
        };
        let sig = decode_signature(&parts.sig).ok_or("a line without a signature")?;
        let data = parts.entry.get().as_bytes().to_vec();
        Ok(Proof { hash: leaf_hash(&data), data, sig: Signature::from_bytes(&sig), nf525 })
    }

    fn holds(&self, key: &VerifyingKey) -> bool {
        let hash = leaf_hash(&self.data);
        hash == self.hash
            && key.verify_strict(&[b"comptoir-entry-v1\n", hash.as_slice()].concat(), &self.sig).is_ok()
            && self.nf525.as_ref().is_none_or(|(arg, sig)| key.verify_strict(arg.as_bytes(), sig).is_ok())
    }
}

fn leaf_hash(data: &[u8]) -> [u8; 32] {
    Sha256::new_with_prefix([0]).chain_update(data).finalize().into()
}

/// Measures `verify`.
pub(crate) fn measure() -> Result<()> {
    let folder = tempfile::tempdir_in(crate::large::cache()?)?;
    let path = folder.path().join("journal.jsonl");
    let (proofs, key, bytes) = write_journal(&folder.path().join("shop"), &path)?;
    let (mut verifier, mut alone) = (Times::default(), Times::default());
    for _ in 0..ROUNDS {
        let (report, time) = timed(|| verify_file(&path, &[], &mut |_, _| ()));
        if report.verdict() != Verdict::Sound {
            return Err(format!("the journal is {:?}", report.verdict()).into());
        }
        verifier.add(time);
        let (hold, time) = timed(|| proofs.par_iter().all(|proof| proof.holds(&key)));
        if !hold {
            return Err("a line does not hold".into());
        }
        alone.add(time);
    }
    let (verifier, alone) = (verifier.median(), alone.median());
    let entries = u32::try_from(proofs.len())?;
    let beside = format!(
        "verifier_per_s={:.0} alone_per_s={:.0} entries={entries} bytes={bytes} rounds={ROUNDS}",
        f64::from(entries) / verifier,
        f64::from(entries) / alone
    );
    budget("verify", alone / verifier, Good::Above, 0.8, &beside);
    let program = std::env::current_exe()?;
    let told = std::process::Command::new(program).env(MEMORY_OF, &path).output()?;
    print!("{}", String::from_utf8_lossy(&told.stdout));
    Ok(())
}

fn write_journal(shop: &Path, path: &Path) -> Result<(Vec<Proof>, VerifyingKey, usize)> {
    let mut shop = Shop::found(shop)?;
    shop.sell_days(DAYS, &shop::samples(1..=12)?)?;
    let register = shop.open_in_the_evening()?;
    let journal = register.journal();
    let mut file = BufWriter::new(File::create(path)?);
    let (mut proofs, mut bytes) = (Vec::new(), 0);
    for seq in 0..journal.standing().size() {
        let line = journal.entry(seq)?.line;
        file.write_all(&line)?;
        bytes += line.len();
        proofs.push(Proof::of(&line)?);
    }
    file.flush()?;
    Ok((proofs, VerifyingKey::from_bytes(journal.key().public().as_bytes())?, bytes))
}

/// The file that this process was started to verify, where it was.
pub(crate) fn asked_for_memory() -> Option<PathBuf> {
    std::env::var_os(MEMORY_OF).map(PathBuf::from)
}

/// Verifies a file and prints the most memory that this process held, where the system tells.
pub(crate) fn tell_memory(journal: &Path) {
    let report = verify_file(journal, &[], &mut |_, _| ());
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    if let Some(peak) = status.lines().find_map(|line| line.strip_prefix("VmHWM:")) {
        let peak = peak.trim().replace(' ', "_");
        information("verify-memory", &format!("peak={peak} entries={}", report.entries));
    }
}
