//! LISEZMOI.txt of a kit: what each file is and how to check it, in plain French.

use comptoir_fiscal::language::Language;
use comptoir_fiscal::verify::Verdict;

use super::Plan;
use super::report::named;
use crate::arriving::Awaited;

/// What the notice is about.
pub(super) struct Notice<'n> {
    pub(super) plan: &'n Plan,
    /// The name of the verifier for this platform.
    pub(super) program: &'n str,
    pub(super) subcommand: &'n str,
    pub(super) journals: &'n [String],
    pub(super) archives: &'n [String],
    pub(super) verdict: Verdict,
}

/// A journal that the kit does not hold, though the till succeeds it.
fn lacking(Awaited { register, label, size, .. }: &Awaited) -> String {
    format!(
        "\nManque         le journal de la caisse {label} ({register}, {size} écritures), perdue avec son appareil\u{a0}: il
               n’est pas encore revenu du back-office, qui le détient. Demandez ce dossier à nouveau ensuite."
    )
}

impl Notice<'_> {
    pub(super) fn text(&self) -> String {
        let Notice { plan, program, .. } = self;
        let settings = &plan.certification.settings;
        let french = Language::French;
        let period = match (plan.asked.since, plan.asked.until) {
            (None, None) => "toutes les dates".to_owned(),
            (Some(since), None) => format!("depuis le {}", french.date(since)),
            (None, Some(until)) => format!("jusqu’au {}", french.date(until)),
            (Some(since), Some(until)) => format!("du {} au {}", french.date(since), french.date(until)),
        };
        let (native, python) = (self.native(""), self.python(""));
        let lacks: String = plan.awaited.iter().map(lacking).collect();
        let z = "TAILLE:RACINE";
        let (native_z, python_z) = (self.native(z), self.python(z));
        format!(
            "\
DOSSIER DE CONTRÔLE D’UNE CAISSE
================================

Entreprise     {name}
SIRET          {siret}
Établissement  {store}
Caisse         {label}
Dates          {period}
Fait le        {at}
Contenu        journaux\u{a0}: {journals}, archives\u{a0}: {archives}{lacks}
Vérification   {verdict} (rapport-de-verification.txt)

Ce dossier se vérifie sans la caisse, sans réseau et sans son éditeur. La caisse est conçue selon NF525\u{202f}; elle n’est
titulaire d’aucun certificat (voir certification.txt).

1. CE QUE CONTIENT CE DOSSIER

  journaux/<caisse>-<identifiant>/journal.jsonl
      Tout ce que la caisse a enregistré depuis sa mise en service, une ligne par opération, dans l’ordre\u{a0}: ventes,
      retours, annulations, caisse, clôtures, événements techniques. Chaque ligne est signée et contient l’empreinte
      de la précédente. Le journal est toujours donné en entier, quelles que soient les dates demandées, car c’est
      ainsi qu’il se vérifie. S’il y a plusieurs journaux, chacun dit dans sa première ligne auquel il succède.
  archives/*.zip
      Les archives des mois et des exercices clos qui touchent les dates demandées, et celles des jours clos du mois
      en cours. Chacune contient les mêmes données en CSV pour un tableur, et sa propre notice. Les jours qui ne sont
      pas clos ne sont que dans le journal.
  ecole/
      S’il existe\u{a0}: le mode école. Rien n’y est réel et rien n’y compte\u{202f}; il est donné pour que tout le soit.
  endommages/
      S’il existe\u{a0}: les fichiers d’un journal devenu illisible, tels qu’ils sont.
  operateurs.csv
      Qui est derrière chaque identifiant d’opérateur du journal. CE FICHIER CONTIENT DES DONNÉES PERSONNELLES\u{a0}: le
      journal et les archives n’en contiennent jamais. Ne le diffusez pas\u{202f}; effacez-le quand il ne sert plus.
  certification.txt, certification.pdf
      Ce que la caisse dit d’elle-même (logiciel, versions installées, clé), et le projet d’attestation individuelle,
      que personne n’a encore signé.
  rapport-de-verification.txt
      Ce que le vérificateur de la caisse dit de chaque archive et de chaque journal de ce dossier.
  verification/
      Deux vérificateurs indépendants, qui n’ont aucune ligne en commun\u{a0}: {program} (pour {platform}) et
      verify.py, en Python, pour tout ordinateur.
  empreintes.sha256
      L’empreinte SHA-256 de chaque fichier. La caisse a enregistré l’empreinte de cette liste dans son journal au
      moment de la remise (événement 110 ou 295)\u{a0}; elle n’est donc pas dans le journal de ce dossier, mais dans tout
      journal demandé plus tard. Sous Linux\u{a0}: sha256sum -c empreintes.sha256

2. VÉRIFIER

Ouvrez un terminal dans ce dossier, puis l’une ou l’autre des deux commandes\u{a0}:

    {native}

    {python}

La seconde demande Python 3.11 ou plus récent et le paquet «\u{a0}cryptography\u{a0}» (pip install cryptography). Ses réponses
sont en anglais. Si le système refuse de lancer la première depuis une clé USB, copiez d’abord ce dossier sur le disque.
{windows}
3. CE QUE LES VERDICTS VEULENT DIRE

  CONFORME (sound, code de sortie 0)
      Tout ce qui peut être vérifié est comme il doit être\u{a0}: signatures, enchaînement, numéros, calculs, totaux
      perpétuels, clôtures, fichiers. «\u{a0}Sans témoin\u{a0}» (not witnessed) n’est pas une anomalie\u{a0}: aucun serveur n’a
      contresigné ces écritures.
  ANOMALIES (defects, code de sortie 1)
      Au moins une règle n’est pas respectée. Le vérificateur dit à quelle écriture, ce qui était attendu et ce qui
      s’y trouve. Le fichier a été modifié, est incomplet, ou n’a pas été écrit par une caisse honnête.
  SANS CONCLUSION (inconclusive, code de sortie 2)
      Le vérificateur ne peut pas juger\u{a0}: fichier illisible, ou d’une version plus récente que lui. Ce n’est pas une
      accusation.

4. COMPARER AVEC UN Z OU UN TICKET IMPRIMÉ

Un journal auquel on a retiré ses dernières écritures, ou que l’on a réécrit depuis le début avec sa clé, est cohérent en
lui-même. Un papier imprimé avant le montre. Chaque Z imprime un «\u{a0}point de contrôle\u{a0}», TAILLE:RACINE, aussi dans son
code QR\u{a0}; chaque ticket a un code QR dont le texte commence par une adresse suivie de «\u{a0}/r#\u{a0}». Lisez le code avec un
téléphone, ou recopiez ce qui est imprimé, entre apostrophes\u{a0}:

    {native_z}

    {python_z}

Si le journal contient encore ce que le papier prouve, le verdict est CONFORME\u{202f}; sinon il est ANOMALIES, quoi que dise le
reste. Prenez le journal qui était en service à la date du papier.
",
            name = settings.merchant.name,
            siret = settings.merchant.siret,
            store = format_args!("{}, {}", settings.store.name, settings.store.address),
            label = settings.label,
            at = french.instant(plan.at),
            journals = self.journals.len(),
            archives = self.archives.len(),
            verdict = named(self.verdict),
            platform = format_args!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            windows = self.windows(),
        )
    }

    /// The command that verifies everything, or holds the till's own journal against a text.
    fn native(&self, against: &str) -> String {
        let verb = if self.subcommand.is_empty() { String::new() } else { format!(" {}", self.subcommand) };
        format!("./verification/{}{verb} --language fr{}", self.program, self.rest(against))
    }

    fn python(&self, against: &str) -> String {
        format!("python3 verification/verify.py{}", self.rest(against))
    }

    fn rest(&self, against: &str) -> String {
        if against.is_empty() {
            self.files().iter().map(|pattern| format!(" {pattern}")).collect()
        } else {
            // A Z does not say of which journal it is, so it is held against the till's own alone.
            let own = self.journals.iter().find(|name| name.contains(&self.plan.current.0.to_string()));
            format!(" --against '{against}' {}", own.map_or("", String::as_str))
        }
    }

    /// The patterns that match every archive and journal in the kit, and nothing that is not there.
    fn files(&self) -> Vec<&'static str> {
        let holds = |names: &[String], within: &str| names.iter().any(|name| name.starts_with(within));
        let patterns = [
            (holds(self.archives, "archives/"), "archives/*.zip"),
            (holds(self.journals, "journaux/"), "journaux/*/journal.jsonl"),
            (holds(self.archives, "ecole/"), "ecole/archives/*.zip"),
            (holds(self.journals, "ecole/"), "ecole/*/journal.jsonl"),
            (holds(self.journals, "endommages/"), "endommages/*/journal.db"),
        ];
        patterns.into_iter().filter_map(|(is_there, pattern)| is_there.then_some(pattern)).collect()
    }

    fn windows(&self) -> String {
        format!(
            "
Sous Windows, dans PowerShell, qui ne remplace pas les étoiles lui-même, la commande Python s’écrit\u{a0}:

    python verification\\verify.py (Get-ChildItem {})
",
            self.files().join(", ")
        )
    }
}
