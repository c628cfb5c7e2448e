//! The report for a person.

use std::io::{self, Write};
use std::path::Path;

use comptoir_fiscal::entry::{Kind, Mode, Period};
use comptoir_fiscal::language::{Arg, Message, Translations};
use comptoir_fiscal::message;
use comptoir_fiscal::verify::{Finding, Report, Rule, Subject, Verdict};

use crate::meaning;

/// How many findings are told one by one; the rest are counted.
const TOLD_MAX: usize = 200;

/// Writes the report on one file.
pub(crate) fn write(out: &mut impl Write, path: &Path, report: &Report, translations: &Translations) -> io::Result<()> {
    let say = |message: &Message| translations.say(message);
    writeln!(out, "{}", path.display())?;
    writeln!(out, "{}", say(&sentence(report)))?;
    writeln!(out)?;
    for fact in facts(report) {
        writeln!(out, "  {}", say(&fact))?;
    }
    if !report.findings.is_empty() {
        writeln!(out)?;
        write_findings(out, report, translations)?;
    }
    if !report.not_checkable.is_empty() {
        writeln!(out)?;
        writeln!(out, "{}", say(&message!("Not checkable with this file alone, and no defect:")))?;
        for place in report.not_checkable.iter().take(TOLD_MAX) {
            match place.seq {
                Some(seq) => writeln!(out, "  {} — {}", say(&entry(seq)), say(&place.what))?,
                None => writeln!(out, "  {}", say(&place.what))?,
            }
        }
        let beyond = report.not_checkable.len().saturating_sub(TOLD_MAX) as u64 + report.not_checkable_beyond;
        if beyond > 0 {
            writeln!(out, "  {}", say(&message!("and {count} more", count = beyond)))?;
        }
    }
    Ok(())
}

/// The verdict in a sentence.
fn sentence(report: &Report) -> Message {
    match report.verdict() {
        Verdict::Sound => match report.subject {
            Subject::Archive(_) => message!("SOUND: this archive is complete, and nothing in it was changed."),
            _ => message!("SOUND: everything that can be checked in this journal is as it should be."),
        },
        Verdict::Defects => message!(
            "DEFECTS: this file is not as an honest register writes it ({count} findings below).",
            count = report.findings.len() as u64 + report.findings_beyond
        ),
        Verdict::Inconclusive => {
            message!("INCONCLUSIVE: this program cannot judge all of this file. That is no accusation.")
        }
    }
}

fn facts(report: &Report) -> Vec<Message> {
    let mut facts = vec![match report.subject {
        Subject::Unknown => message!("What it is: unknown"),
        Subject::Lines => message!("What it is: the lines of a journal"),
        Subject::Store => message!("What it is: a register's journal"),
        Subject::Archive(None) => message!("What it is: an archive"),
        Subject::Archive(Some(Period::Day)) => message!("What it is: the archive of a day"),
        Subject::Archive(Some(Period::Month)) => message!("What it is: the archive of a month"),
        Subject::Archive(Some(Period::Year)) => message!("What it is: the archive of a fiscal year"),
    }];
    if let Some(merchant) = &report.merchant {
        let (name, siret) = (merchant.name.as_str(), merchant.siret.as_str());
        facts.push(message!("Merchant: {name}, SIRET {siret}", name = name, siret = siret));
    }
    if let Some(register) = report.register {
        let label = report.label.clone().unwrap_or_default();
        facts.push(message!("Till: {label}, journal {register}", label = label, register = register.to_string()));
    }
    if report.mode == Some(Mode::Training) {
        facts.push(message!("TRAINING: a school journal, worth nothing as evidence of sales"));
    }
    facts.push(message!("Entries checked: {count}", count = report.entries));
    if let Some((first, last)) = report.instants {
        facts.push(message!("From {first} to {last}", first = first, last = last));
    }
    let of = |kind| report.kinds.get(&kind).copied().unwrap_or(0);
    let closed = |period| report.closings.get(&period).copied().unwrap_or(0);
    if report.entries > 0 {
        facts.push(message!(
            "Tickets: {tickets}; closings: {days} of days, {months} of months, {years} of years",
            tickets = of(Kind::Ticket),
            days = closed(Period::Day),
            months = closed(Period::Month),
            years = closed(Period::Year)
        ));
        facts.push(message!("Perpetual totals: {net} net, {abs} absolute", net = report.gt.net, abs = report.gt.abs));
    }
    facts.push(match &report.witnessed {
        Some((time, name)) => {
            message!("Witnessed: countersigned by {name} on {date}", name = name.as_str(), date = date_of(*time))
        }
        None => message!("Not witnessed: no countersignature over these entries was given"),
    });
    facts
}

/// The day of a time in unix seconds, or that time itself where no calendar has it.
fn date_of(time: u64) -> Arg {
    let instant = i64::try_from(time).ok().and_then(comptoir_fiscal::values::Date::of_unix);
    instant.map_or_else(|| Arg::from(time), Arg::from)
}

fn entry(seq: u64) -> Message {
    message!("entry {seq}", seq = seq.to_string())
}

fn write_findings(out: &mut impl Write, report: &Report, translations: &Translations) -> io::Result<()> {
    let say = |message: &Message| translations.say(message);
    for finding in report.findings.iter().take(TOLD_MAX) {
        writeln!(out, "- {}", headline(finding, translations))?;
        writeln!(out, "    {}", say(&message!("expected: {expected}", expected = finding.expected.clone())))?;
        writeln!(out, "    {}", say(&message!("found: {found}", found = finding.found.clone())))?;
    }
    let beyond = report.findings.len().saturating_sub(TOLD_MAX) as u64 + report.findings_beyond;
    if beyond > 0 {
        writeln!(out, "{}", say(&message!("and {count} more", count = beyond)))?;
    }
    writeln!(out)?;
    writeln!(out, "{}", say(&message!("What that means:")))?;
    for rule in Rule::ALL.iter().filter(|rule| report.findings.iter().any(|finding| finding.rule == **rule)) {
        writeln!(out, "  {}: {}", rule.as_str(), say(&meaning::of(*rule)))?;
    }
    Ok(())
}

fn headline(finding: &Finding, translations: &Translations) -> String {
    let verdict = if finding.is_defect { message!("defect") } else { message!("cannot be judged") };
    let place = match finding.seq {
        Some(seq) => format!("{}, {}", translations.say(&entry(seq)), finding.place),
        None => finding.place.clone(),
    };
    format!("{place} [{}]: {}", finding.rule.as_str(), translations.say(&verdict))
}
