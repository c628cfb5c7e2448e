//! Two verifiers, one verdict: ours and the one in Python that was written from the journal's format alone, set against each
//! other on files as they were sealed and on every way of damaging them.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitCode, Stdio};

use clap::Parser;
use comptoir_fiscal::verify::{self, Verdict};
use comptoir_tests::mutants::{self, Mutant};
use indicatif::ProgressBar;

/// Damages journals and archives in every way, and checks that both verifiers give the same verdict on each.
#[derive(Parser)]
struct Arguments {
    /// The Python to run, with `cryptography` installed.
    #[arg(long, default_value = "python3")]
    python: String,
    /// The verifier in Python.
    #[arg(long, default_value = "tests/verify.py")]
    verifier: PathBuf,
    /// About how many bytes of each file are flipped, one at a time.
    #[arg(long, default_value_t = 300)]
    flips: usize,
    /// Sound journals (JSON lines or journal.db) and archives.
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("agree: {error}");
            ExitCode::FAILURE
        }
    }
}

/// How many files or mutants went wrong.
fn run(arguments: &Arguments) -> Result<usize, Box<dyn std::error::Error>> {
    let mut python = Python::start(&arguments.python, &arguments.verifier)?;
    let folder = tempfile::tempdir()?;
    let mut wrong = 0;
    for file in &arguments.files {
        wrong += usize::from(!as_sealed(file, &mut python)?);
        let mutants = mutants::of(&std::fs::read(file)?, arguments.flips)?;
        let bar = ProgressBar::new(mutants.len() as u64);
        let (mut defects, mut inconclusive, mut unnoticed) = (0, 0, 0);
        for mutant in &mutants {
            bar.inc(1);
            let path = folder.path().join("mutant");
            std::fs::write(&path, &mutant.bytes)?;
            let ours = verify::verify_file(&path, &[], &mut |_, _| ());
            let theirs = python.verdict(&path)?;
            match ours.verdict() {
                Verdict::Defects => defects += 1,
                Verdict::Inconclusive => inconclusive += 1,
                Verdict::Sound => unnoticed += 1,
            }
            let named = ours.findings.iter().all(|finding| finding.seq.is_some() || !finding.place.is_empty());
            if !agrees(mutant, ours.verdict(), &theirs) || !expected(mutant, ours.verdict()) || !named {
                wrong += 1;
                let said = ours.findings.first().map(|finding| format!("{} {}", finding.rule.as_str(), finding.place));
                let said = said.unwrap_or_default();
                bar.suspend(|| {
                    println!(
                        "{}: {}: ours {} ({said}), theirs {theirs}",
                        file.display(),
                        mutant.what,
                        ours.verdict().as_str()
                    );
                });
            }
        }
        bar.finish_and_clear();
        println!(
            "{}: {} mutants: {defects} defects, {inconclusive} inconclusive, {unnoticed} as sound as before",
            file.file_name().unwrap_or_default().to_string_lossy(),
            mutants.len()
        );
    }
    println!("{wrong} disagreements");
    Ok(wrong)
}

fn as_sealed(file: &Path, python: &mut Python) -> Result<bool, Box<dyn std::error::Error>> {
    let ours = verify::verify_file(file, &[], &mut |_, _| ()).verdict();
    let theirs = python.verdict(file)?;
    if ours != Verdict::Sound || theirs != "sound" {
        println!("{}: ours {}, theirs {theirs}", file.display(), ours.as_str());
        return Ok(false);
    }
    Ok(true)
}

/// Whether the verdicts go together. Of a damaged database or ZIP, whose insides the format leaves to others, ours may see
/// more, never less, and one may call a defect what the other cannot read.
fn agrees(mutant: &Mutant, ours: Verdict, theirs: &str) -> bool {
    let container = mutant.bytes.get(1..15) == Some(b"QLite format 3") || mutant.bytes.get(2..4) == Some(b"\x03\x04");
    if container { ours != Verdict::Sound || theirs == "sound" } else { ours.as_str() == theirs }
}

/// Whether a verdict is one that such damage may have.
fn expected(mutant: &Mutant, verdict: Verdict) -> bool {
    match verdict {
        Verdict::Sound => mutant.may_be_sound,
        Verdict::Inconclusive => mutant.may_be_inconclusive,
        Verdict::Defects => true,
    }
}

/// The other verifier, answering one path after the other.
struct Python {
    child: Child,
    paths: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Python {
    fn start(python: &str, verifier: &Path) -> Result<Python, Box<dyn std::error::Error>> {
        let mut child = Command::new(python)
            .arg(verifier)
            .arg("--batch")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{python} cannot be started: {error}"))?;
        let (Some(paths), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err("no way to speak with it".into());
        };
        Ok(Python { child, paths, answers: BufReader::new(answers) })
    }

    fn verdict(&mut self, path: &Path) -> Result<String, Box<dyn std::error::Error>> {
        writeln!(self.paths, "{}", path.display())?;
        self.paths.flush()?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer)?;
        let answer: serde_json::Value =
            serde_json::from_str(&answer).map_err(|_| format!("the verifier answered {answer:?}"))?;
        Ok(answer["verdict"].as_str().unwrap_or_default().to_owned())
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
