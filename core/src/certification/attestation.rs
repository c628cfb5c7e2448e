//! The individual attestation (attestation individuelle de l'éditeur) as a draft that nobody has signed.
//!
//! CGI art. 286, I, 3° bis and BOI-TVA-DECLA-30-10-30: nominative, of one software in one major version, with what it
//! covers and what not; its second part is signed by the user. It is for the French administration, so its words are in
//! French only, and they are our own. What the program cannot know stays blank.

use comptoir_fiscal::language::{Language, Translations};
use comptoir_fiscal::values::Date;

use super::Certification;

/// What stands at the head of every page.
pub const DRAFT: &str = "PROJET, NON SIGNÉ";

/// A part of the document, from top to bottom.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "plain words")]
pub enum Part {
    Title(String),
    Subtitle(String),
    /// Set apart in a frame.
    Notice(String),
    /// A part that is signed by itself; it starts a page where it is not the first.
    Section(String),
    Heading(String),
    Text(String),
    Item(String),
    /// What is known of something.
    Known(String, String),
    /// What is filled in by hand.
    Blank(String),
    /// Where somebody signs: who, and what they write by hand.
    Signature(String),
}

impl Part {
    fn text(text: impl Into<String>) -> Part {
        Part::Text(text.into())
    }

    fn known(label: &str, value: impl Into<String>) -> Part {
        Part::Known(label.to_owned(), value.into())
    }

    fn blank(label: &str) -> Part {
        Part::Blank(label.to_owned())
    }

    fn item(text: &str) -> Part {
        Part::Item(text.to_owned())
    }
}

/// What the software does that the attestation is about.
const COVERED: [&str; 8] = [
    "l’enregistrement des ventes, des retours, des annulations et des corrections de moyen de paiement\u{a0};",
    "l’enregistrement des règlements, du rendu de monnaie, des avoirs et des bons cadeaux\u{a0};",
    "les notes présentées avant paiement, les tickets et leurs duplicatas numérotés\u{a0};",
    "les mouvements et les comptages du tiroir-caisse\u{a0};",
    "les clôtures de journée, de mois et d’exercice, les grands totaux et le grand total perpétuel\u{a0};",
    "le journal des événements techniques (JET)\u{a0};",
    "les archives des périodes closes, leur signature et leur vérification\u{a0};",
    "le mode école, dont le journal est à part et les papiers marqués «\u{a0}FACTICE\u{a0}».",
];

/// What else it does, or does not do.
const EXCLUDED: [&str; 5] = [
    "le catalogue, les prix, les opérateurs et leurs droits, qui se modifient librement (les tickets scellés gardent ce \
     qui valait à leur date)\u{a0};",
    "les tickets en attente, tant qu’aucune note n’en est présentée et qu’aucun règlement n’est reçu\u{a0};",
    "l’impression, l’affichage et les copies de sauvegarde\u{a0};",
    "les terminaux de paiement, les balances et les autres appareils reliés à la caisse\u{a0};",
    "la facturation électronique, la transmission de données à l’administration, la comptabilité et les stocks.",
];

/// How each of the four conditions is met.
const CONDITIONS: [(&str, &str); 4] = [
    (
        "Inaltérabilité",
        "chaque opération est écrite une fois pour toutes dans un journal auquel on ne peut qu’ajouter. Une erreur se \
         corrige par une autre opération, qui nomme la première. Chaque écriture contient l’empreinte SHA-256 de la \
         précédente et porte la signature électronique Ed25519 de l’appareil, dont l’utilisateur ne connaît pas la clé. \
         Un journal remis dans un état antérieur est reconnu au démarrage, laissé tel quel et signalé.",
    ),
    (
        "Sécurisation",
        "les données d’origine, leurs corrections et ce qui sert à produire les tickets sont gardés ligne à ligne sous \
         leur forme d’origine. Qui a fait quoi et quand y figure, ainsi que les duplicatas, les ouvertures du tiroir, les \
         changements d’heure, de réglage et de version. Le mode école est tracé et n’entre dans aucun total.",
    ),
    (
        "Conservation",
        "la caisse clôt chaque journée, chaque mois et chaque exercice, et chaque clôture enregistre le total de la \
         période et le total perpétuel, qui n’est jamais remis à zéro. Rien n’est purgé. Une période close ne reçoit plus \
         d’opération.",
    ),
    (
        "Archivage",
        "chaque mois et chaque exercice clos donne une archive figée, datée et signée, dans un format ouvert (ZIP, CSV, \
         JSON) accompagné d’une notice en français. Elle se vérifie sans ce logiciel et sans aucun secret, par un \
         programme libre fourni en deux versions indépendantes. Les archives faites sont elles-mêmes tracées.",
    ),
];

/// The whole document about one till.
pub fn parts(certification: &Certification, french: &Translations) -> Vec<Part> {
    let mut parts = head(certification);
    parts.extend(of_the_publisher(certification));
    parts.extend(of_the_user(certification));
    parts.push(Part::Section("Annexe — Ce que la caisse dit d’elle-même".to_owned()));
    parts.push(Part::text(format!(
        "Relevé fait par le logiciel le {}. L’empreinte des sources change dès qu’un fichier de la partie fiscale change\u{202f}; \
         elle se recalcule sur les sources publiées par la commande «\u{a0}find src -name '*.rs' | LC_ALL=C sort | xargs \
         sha256sum | sha256sum\u{a0}», lancée dans leur dossier «\u{a0}fiscal\u{a0}».",
        Language::French.instant(certification.at)
    )));
    parts.extend(certification.facts().iter().map(|fact| Part::Known(french.say(&fact.label), fact.shown(french))));
    parts
}

fn head(certification: &Certification) -> Vec<Part> {
    vec![
        Part::Title("Attestation individuelle de conformité d’un logiciel de caisse".to_owned()),
        Part::Subtitle("Article 286, I, 3° bis du code général des impôts".to_owned()),
        Part::Notice(format!(
            "Ce document est un projet établi par le logiciel le {}. Il n’a aucune valeur tant que l’éditeur et \
             l’utilisateur ne l’ont pas complété et signé, chacun pour sa partie. Le logiciel est conçu selon NF525\u{202f}; il \
             n’est titulaire d’aucun certificat.",
            Language::French.date(Date(certification.at.date()))
        )),
    ]
}

fn of_the_publisher(certification: &Certification) -> Vec<Part> {
    let Certification { settings, software, fiscal, .. } = certification;
    let (merchant, store) = (&settings.merchant, &settings.store);
    let mut parts = vec![
        Part::Section("Première partie — Éditeur du logiciel".to_owned()),
        Part::blank("Nom ou raison sociale"),
        Part::blank("SIREN et adresse"),
        Part::blank("Représentant, qualité"),
        Part::blank("Référence de l’attestation"),
        Part::Heading("1. Pour qui".to_owned()),
        Part::text(
            "Cette attestation est établie pour la seule entreprise que voici, et pour la caisse nommée au point 2.",
        ),
        Part::known("Entreprise", merchant.name.as_str()),
        Part::known("SIRET", merchant.siret.as_str()),
        Part::known("N° de TVA, code NAF", format!("{}, {}", merchant.vat_number, merchant.naf)),
        Part::known("Adresse", merchant.address.as_str()),
        Part::known("Établissement", format!("{}, {}", store.name, store.address)),
        Part::Heading("2. Pour quel logiciel".to_owned()),
        Part::known("Logiciel", software.name.as_str()),
        Part::known("Version installée", software.version.as_str()),
        Part::known("Partie fiscale", format!("comptoir-fiscal {}", fiscal.version)),
        Part::known("Empreinte de ses sources", fiscal.sources_sha256.as_str()),
        Part::known("Caisse", settings.label.as_str()),
        Part::known("Référence de la caisse", certification.register.to_string()),
        Part::blank("Mis sur le marché le"),
        Part::blank("Numéro de licence"),
        Part::Heading("3. Pour quelles fonctions".to_owned()),
        Part::text("L’attestation couvre\u{a0}:"),
    ];
    parts.extend(COVERED.map(Part::item));
    parts.push(Part::text("Elle ne couvre pas\u{a0}:"));
    parts.extend(EXCLUDED.map(Part::item));
    let root = certification.major_root();
    parts.push(Part::Heading("4. Pour quelles versions".to_owned()));
    parts.push(Part::text(format!(
        "Version majeure\u{a0}: racine «\u{a0}{root}\u{a0}». Versions mineures\u{a0}: les subdivisions de cette racine, \
         «\u{a0}{root}.\u{a0}» suivi de deux nombres séparés par un point ({root}.0.1, {root}.1.0, …). Une version qui change \
         un paramètre dont dépend l’une des quatre conditions est une version majeure\u{202f}: elle prend une autre racine et \
         demande une autre attestation. L’installation de toute version est tracée dans le journal (événements 250 et 255)."
    )));
    parts.push(Part::Heading("5. Les quatre conditions".to_owned()));
    parts.extend(CONDITIONS.map(|(name, how)| Part::Text(format!("{name}\u{a0}: {how}"))));
    parts.push(Part::Heading("6. Déclaration de l’éditeur".to_owned()));
    parts.push(Part::text(
        "L’éditeur détient le code source du logiciel et la maîtrise de ses paramètres. Il déclare que le logiciel du \
         point 2, dans les versions du point 4, remplit les quatre conditions du point 5 pour les fonctions que couvre le \
         point 3, et s’engage à ne désigner aucune version majeure par une subdivision de la racine du point 4.",
    ));
    parts.push(Part::text(
        "La déclaration ne vaut plus pour un logiciel dont un tiers a modifié la partie fiscale\u{a0}: l’empreinte affichée \
         n’est alors plus celle du point 2. Une fausse attestation expose son auteur aux peines des articles 441-1 et \
         441-7 du code pénal.",
    ));
    parts.push(Part::Signature("Pour l’éditeur".to_owned()));
    parts
}

fn of_the_user(certification: &Certification) -> Vec<Part> {
    let merchant = &certification.settings.merchant;
    vec![
        Part::Section("Seconde partie — Utilisateur du logiciel".to_owned()),
        Part::known("Entreprise", format!("{}, SIRET {}", merchant.name, merchant.siret)),
        Part::blank("Représentant, qualité"),
        Part::blank("Logiciel acquis le"),
        Part::blank("Auprès de"),
        Part::blank("Utilisé en caisse depuis le"),
        Part::text(
            "L’entreprise déclare enregistrer les règlements de ses clients avec le logiciel que la première partie \
             désigne, sur la caisse qui y est nommée, et n’en avoir ni modifié ni fait modifier la partie fiscale.",
        ),
        Part::text(
            "Elle garde cette attestation avec ses archives et la présente à l’administration qui la demande. Une nouvelle \
             version majeure demande une nouvelle attestation.",
        ),
        Part::Signature("Pour l’entreprise".to_owned()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certification::tests::sample;

    fn french() -> Translations {
        Translations::new(Language::French, &[crate::FRENCH]).unwrap()
    }

    #[test]
    fn what_the_law_asks_for_is_there_and_what_nobody_knows_is_blank() {
        let parts = parts(&sample(), &french());
        let blanks: Vec<&str> = parts
            .iter()
            .filter_map(|part| if let Part::Blank(label) = part { Some(label.as_str()) } else { None })
            .collect();
        for blank in ["Mis sur le marché le", "Numéro de licence", "Référence de l’attestation"] {
            assert!(blanks.contains(&blank), "{blank}");
        }
        assert_eq!(parts.iter().filter(|part| matches!(part, Part::Signature(_))).count(), 2);
        let all = format!("{parts:?}");
        for condition in ["Inaltérabilité", "Sécurisation", "Conservation", "Archivage"] {
            assert!(all.contains(condition));
        }
        for known in ["00000000000000", "1.2.0", "racine «\\u{a0}1\\u{a0}»", &sample().fiscal.sources_sha256] {
            assert!(all.contains(known), "{known}");
        }
    }

    #[test]
    fn it_claims_no_certificate() {
        let all = format!("{:?}", parts(&sample(), &french()));
        assert!(all.contains("aucun certificat") && !all.contains("certifié"), "{all}");
    }
}
