//! Every way of damaging a journal or an archive that the format says is seen.

use std::io::{Cursor, Read, Write};

use comptoir_fiscal::canonical;
use comptoir_fiscal::merkle::sha256;
use serde_json::Value;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// A file with one thing wrong.
#[derive(Clone, Debug)]
pub struct Mutant {
    /// What was done to it.
    pub what: String,
    /// What it is now.
    pub bytes: Vec<u8>,
    /// Whether it may pass all the same: what was changed says nothing (unused space), or is only seen with evidence from
    /// outside (the end cut off).
    pub may_be_sound: bool,
    /// Whether a verifier may say that it cannot tell: the file no longer looks like one of ours, or like one of a newer
    /// version.
    pub may_be_inconclusive: bool,
}

/// The mutants of a file, of which about `flips` have one byte changed.
pub fn of(file: &[u8], flips: usize) -> Result<Vec<Mutant>, zip::result::ZipError> {
    let mut mutants = Vec::new();
    let step = (file.len() / flips.max(1)).max(1);
    let archive = file.starts_with(b"PK");
    let database = file.starts_with(b"SQLite format 3");
    let unpacked = if archive { Some(members(file)?) } else { None };
    for place in (0..file.len()).step_by(step) {
        let mut bytes = file.to_vec();
        bytes[place] ^= 1;
        // A repetition packed as one at another distance unpacks to the very same files.
        let unpacks_alike = unpacked.is_some() && members(&bytes).ok() == unpacked;
        mutants.push(Mutant {
            what: format!("byte {place} changed"),
            may_be_sound: database || unpacks_alike,
            may_be_inconclusive: database || archive && place < 4 || is_version(file, place),
            bytes,
        });
    }
    if archive {
        mutants.extend(altered_members(file)?);
    } else if !database {
        mutants.extend(of_lines(file));
    }
    Ok(mutants)
}

/// Lines removed, doubled, swapped, and the end cut off.
fn of_lines(file: &[u8]) -> Vec<Mutant> {
    let lines: Vec<&[u8]> = file.split_inclusive(|byte| *byte == b'\n').collect();
    let mut mutants = Vec::new();
    let mut add = |what: String, lines: Vec<&[u8]>, may_be_sound: bool| {
        mutants.push(Mutant { what, bytes: lines.concat(), may_be_sound, may_be_inconclusive: false });
    };
    for place in 0..lines.len() {
        let last = place + 1 == lines.len();
        let mut removed = lines.clone();
        removed.remove(place);
        add(format!("line {place} removed"), removed, last);
        let mut doubled = lines.clone();
        doubled.insert(place, lines[place]);
        add(format!("line {place} doubled"), doubled, false);
        if !last {
            let mut swapped = lines.clone();
            swapped.swap(place, place + 1);
            add(format!("lines {place} and {} swapped", place + 1), swapped, false);
        }
        if place > 0 {
            add(format!("cut before line {place}"), lines[..place].to_vec(), true);
            let (whole, half) = (lines[..place].concat(), lines[place].len() / 2);
            let torn = [whole.as_slice(), &lines[place][..half]];
            add(format!("cut within line {place}"), torn.to_vec(), false);
        }
    }
    mutants
}

/// Each file of an archive altered, with the sums of the manifest made to fit, and each left out or added.
fn altered_members(file: &[u8]) -> Result<Vec<Mutant>, zip::result::ZipError> {
    let members = members(file)?;
    let mut mutants = Vec::new();
    let mut add = |what: String, members: &[(String, Vec<u8>)]| -> Result<(), zip::result::ZipError> {
        let bytes = written(members)?;
        mutants.push(Mutant { what, bytes, may_be_sound: false, may_be_inconclusive: false });
        Ok(())
    };
    for (place, (name, bytes)) in members.iter().enumerate() {
        for altered in alterations(bytes) {
            let mut changed = members.clone();
            changed[place].1 = altered;
            add(format!("{name} altered"), &changed)?;
            make_sums_fit(&mut changed);
            add(format!("{name} altered, sums made to fit"), &changed)?;
        }
        let mut without = members.clone();
        without.remove(place);
        add(format!("{name} left out"), &without)?;
    }
    let mut more = members;
    more.push(("note.txt".to_owned(), b"more".to_vec()));
    add("a file added".to_owned(), &more)?;
    Ok(mutants)
}

/// A letter changed in the middle, and the last line gone.
fn alterations(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut letter = bytes.to_vec();
    if let Some(middle) = letter.get_mut(bytes.len() / 2) {
        *middle ^= 1;
    }
    let end = bytes.strip_suffix(b"\n").unwrap_or(bytes).iter().rposition(|byte| *byte == b'\n');
    let shorter = bytes[..end.map_or(bytes.len() / 2, |end| end + 1)].to_vec();
    vec![letter, shorter]
}

fn make_sums_fit(members: &mut [(String, Vec<u8>)]) {
    let sums: Vec<(String, usize, String)> =
        members.iter().map(|(name, bytes)| (name.clone(), bytes.len(), sha256(bytes).to_string())).collect();
    let Some((_, manifest)) = members.iter_mut().find(|(name, _)| name == "manifest.json") else { return };
    let Ok(mut parsed) = serde_json::from_slice::<Value>(manifest) else { return };
    for file in parsed["files"].as_array_mut().into_iter().flatten() {
        if let Some((_, bytes, hash)) = sums.iter().find(|(name, ..)| file["name"] == name.as_str()) {
            (file["bytes"], file["sha256"]) = (Value::from(*bytes), Value::from(hash.as_str()));
        }
    }
    if let Ok(bytes) = canonical::to_bytes(&parsed) {
        *manifest = bytes;
    }
}

fn members(file: &[u8]) -> Result<Vec<(String, Vec<u8>)>, zip::result::ZipError> {
    let mut zip = ZipArchive::new(Cursor::new(file))?;
    (0..zip.len())
        .map(|place| {
            let mut member = zip.by_index(place)?;
            let mut bytes = Vec::new();
            member.read_to_end(&mut bytes)?;
            Ok((member.name()?.into_owned(), bytes))
        })
        .collect()
}

fn written(members: &[(String, Vec<u8>)]) -> Result<Vec<u8>, zip::result::ZipError> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        zip.start_file(name, SimpleFileOptions::default())?;
        zip.write_all(bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

/// Whether a byte is within what tells a version or a kind, which a newer format may change.
fn is_version(file: &[u8], place: usize) -> bool {
    let around = &file[place.saturating_sub(12)..(place + 3).min(file.len())];
    [&b"\"v\":"[..], b"\"kind\":"].iter().any(|key| around.windows(key.len()).any(|window| window == *key))
        || file[place.saturating_sub(16)..=place].windows(8).any(|window| window == b"\"kind\":\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_byte_of_an_archive_may_pass_only_where_the_files_unpack_to_the_same() {
        let repetitive = b"0,00;0,00;10,00;0,00;0,10;10,00;".repeat(40);
        let file = written(&[("payments.csv".to_owned(), repetitive)]).unwrap();
        let mutants = of(&file, file.len()).unwrap();
        let flipped = mutants.iter().filter(|mutant| mutant.what.starts_with("byte"));
        let (may_pass, must_not): (Vec<&Mutant>, Vec<&Mutant>) = flipped.partition(|mutant| mutant.may_be_sound);
        assert!(!may_pass.is_empty() && !must_not.is_empty());
        assert!(may_pass.iter().all(|mutant| members(&mutant.bytes).unwrap() == members(&file).unwrap()));
        assert!(must_not.iter().all(|mutant| members(&mutant.bytes).ok() != members(&file).ok()));
    }

    #[test]
    fn every_line_of_a_journal_is_removed_doubled_swapped_and_cut() {
        let mutants = of(b"a\nb\nc\n", 1).unwrap();
        let said: Vec<&str> = mutants.iter().map(|mutant| mutant.what.as_str()).collect();
        for what in
            ["line 0 removed", "line 2 doubled", "lines 1 and 2 swapped", "cut before line 2", "cut within line 1"]
        {
            assert!(said.contains(&what), "{what}");
        }
    }
}
