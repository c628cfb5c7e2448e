//! The verification report of a kit, in French.

use std::path::Path;

use comptoir_fiscal::language::Language;
use comptoir_fiscal::verify::{Report, Verdict};

use super::{Plan, Tools};

/// A file of the kit that was verified.
pub(super) struct Verified {
    /// Its name in the kit.
    pub(super) name: String,
    /// What the verifier found.
    pub(super) report: Report,
    /// Whether it is an archive that no journal of the kit records.
    pub(super) is_unrecorded: bool,
}

/// The report: a verdict for each file, then each in full.
pub(super) fn text(plan: &Plan, tools: &Tools<'_>, verified: &[Verified]) -> String {
    let certification = &plan.certification;
    let mut text = format!(
        "RAPPORT DE VÉRIFICATION\n=======================\n\n\
         Établi le {} par {} {}, partie fiscale {}\n({}),\n\
         pour la caisse {} de l’entreprise {}, SIRET {}.\n\n\
         Chacun peut refaire cette vérification\u{a0}: voir LISEZMOI.txt.\n\n\
         VERDICTS\n\n",
        Language::French.instant(plan.at),
        certification.software.name,
        certification.software.version,
        certification.fiscal.version,
        certification.fiscal.sources_sha256,
        certification.settings.label,
        certification.settings.merchant.name,
        certification.settings.merchant.siret,
    );
    for Verified { name, report, is_unrecorded } in verified {
        text.push_str(&format!("  {:<16} {name}\n", named(report.verdict())));
        if *is_unrecorded {
            text.push_str(&format!("  {:<16} (aucun journal de ce dossier n’enregistre cette archive)\n", ""));
        }
    }
    if verified.is_empty() {
        text.push_str("  (rien à vérifier)\n");
    }
    text.push_str("\nDÉTAIL\n");
    for Verified { name, report, .. } in verified {
        text.push('\n');
        text.push_str(&(tools.told)(Path::new(name), report));
    }
    text
}

/// The verdict as the French verifier says it.
pub(super) const fn named(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Sound => "CONFORME",
        Verdict::Inconclusive => "SANS CONCLUSION",
        Verdict::Defects => "ANOMALIES",
    }
}
