//! The report for a program.

use std::path::Path;

use comptoir_fiscal::verify::{Report, Verdict};
use serde_json::{Value, json};

/// One file's report alone, or those of several with the verdict over all.
pub(crate) fn of(reports: &[(&Path, Report)]) -> Value {
    match reports {
        [(path, report)] => of_file(path, report),
        several => {
            let verdict = several.iter().map(|(_, report)| report.verdict()).max().unwrap_or(Verdict::Inconclusive);
            let files: Vec<Value> = several.iter().map(|(path, report)| of_file(path, report)).collect();
            json!({"verdict": verdict.as_str(), "files": files})
        }
    }
}

/// The report on one file.
pub(crate) fn of_file(path: &Path, report: &Report) -> Value {
    let findings: Vec<Value> = report
        .findings
        .iter()
        .map(|finding| {
            json!({
                "verdict": if finding.is_defect { "defect" } else { "inconclusive" },
                "seq": finding.seq,
                "place": finding.place,
                "rule": finding.rule.as_str(),
                "expected": finding.expected.to_string(),
                "found": finding.found.to_string(),
            })
        })
        .collect();
    let not_checkable: Vec<Value> =
        report.not_checkable.iter().map(|n| json!({"seq": n.seq, "what": n.what.to_string()})).collect();
    json!({
        "file": path.to_string_lossy(),
        "verdict": report.verdict().as_str(),
        "register": report.register.map(|register| register.to_string()),
        "entries": report.entries,
        "witnessed": report.witnessed.is_some(),
        "findings": findings,
        "findings_beyond": report.findings_beyond,
        "not_checkable": not_checkable,
        "not_checkable_beyond": report.not_checkable_beyond,
    })
}
