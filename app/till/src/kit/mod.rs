//! What this program puts into the kit that an inspector is given, whoever makes it.

mod second_verifier;

use std::path::{Path, PathBuf};

use comptoir_core::inspection::{KitError, Program, Tools};
use comptoir_fiscal::language::{Language, Translations};
use comptoir_fiscal::verify::Report;

/// The verifier's own program, where it lies beside the register's.
const VERIFIER: &str = "comptoir-verify";

/// Makes a kit with what this program puts into it.
pub fn with_tools<T>(make: impl FnOnce(&Tools<'_>) -> T) -> Result<T, KitError> {
    // Its readers are French, whatever the language of whoever makes it.
    let french = french();
    let told = |path: &Path, report: &Report| comptoir_auditor::told(path, report, &french);
    Ok(make(&Tools { verifier: verifier()?, second: &second_verifier::FILES, told: &told, french: &french }))
}

/// The program that verifies on this platform: the auditor's where it is here, else this one.
fn verifier() -> Result<Program, KitError> {
    let own = std::env::current_exe().map_err(|cause| KitError::Io { path: PathBuf::from("comptoir"), cause })?;
    let beside = own.with_file_name(format!("{VERIFIER}{}", std::env::consts::EXE_SUFFIX));
    Ok(if beside.is_file() {
        Program { path: beside, subcommand: "" }
    } else {
        Program { path: own, subcommand: "verify" }
    })
}

/// The French of all that is put into it.
pub fn french() -> Translations {
    let french = [comptoir_fiscal::FRENCH, comptoir_core::FRENCH, comptoir_auditor::FRENCH];
    Translations::new(Language::French, &french).unwrap_or_else(|_| Translations::english())
}
