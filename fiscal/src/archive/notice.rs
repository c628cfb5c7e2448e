//! LISEZMOI.txt: what an archive is and how to check it with ordinary tools, in French.

/// The text; the same in every archive.
pub(super) const TEXT: &str = "\
ARCHIVE FISCALE DE CAISSE
=========================

Ce fichier ZIP contient les données de caisse d'une période close (jour, mois ou exercice), telles que la caisse les
a scellées. Rien n'y est jamais modifié : une erreur est corrigée par un autre ticket, qui la nomme.

CE QU'IL CONTIENT
  journal.jsonl   les données d'origine : une ligne par opération, dans l'ordre, signée et chaînée à la précédente
  tickets.csv, lines.csv, payments.csv, closings.csv, events.csv
                  les mêmes données pour un tableur (UTF-8, point-virgule, virgule décimale)
  checkpoint.txt  la taille du journal et son empreinte, signées par la caisse et, s'il y en a un, par le serveur
  manifest.json   qui, quelle caisse, quelle période, et l'empreinte de chaque fichier
  manifest.sig    la signature de manifest.json par la caisse

LA VÉRIFICATION COMPLÈTE
Le programme comptoir-verify, gratuit et libre, contrôle tout : les signatures, l'enchaînement, la numérotation, le
calcul des tickets, les totaux perpétuels, les clôtures et les fichiers CSV.
    comptoir-verify ARCHIVE.zip
Le format est public (docs/journal-format.md) : chacun peut écrire son propre vérificateur.

AVEC DES OUTILS ORDINAIRES
1. Les fichiers sont ceux du manifeste : comparer leurs empreintes à celles de manifest.json.
    sha256sum *.csv journal.jsonl checkpoint.txt LISEZMOI.txt
2. Le manifeste est signé par la clé de la caisse (public_key, 32 octets en base64). Avec Python et le paquet
   cryptography :
    import base64, hashlib, json
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    manifeste = open('manifest.json', 'rb').read()
    cle = Ed25519PublicKey.from_public_bytes(base64.b64decode(json.loads(manifeste)['public_key']))
    signature = base64.b64decode(open('manifest.sig').read())
    cle.verify(signature, b'comptoir-archive-v1\\n' + hashlib.sha256(manifeste).digest())
3. Chaque ligne du journal est signée et nomme l'empreinte de la précédente :
    precedente = None
    for ligne in open('journal.jsonl', 'rb'):
        brut = ligne[len(b'{\"entry\":'):ligne.rindex(b',\"hash\":\"')]
        lu = json.loads(ligne)
        empreinte = hashlib.sha256(b'\\x00' + brut).digest()
        assert empreinte.hex() == lu['hash']
        cle.verify(base64.b64decode(lu['sig']), b'comptoir-entry-v1\\n' + empreinte)
        if lu['entry']['seq'] > json.loads(manifeste)['from']:
            assert lu['entry']['prev'] == precedente
        precedente = lu['hash']
   (La première ligne est toujours la ligne 0, qui dit à qui est le journal ; elle peut être éloignée de la suivante.)
4. La chaîne NF525 de chaque pièce (nf525.arg) est signée par la même clé :
    texte, sig = lu['entry']['body']['nf525']['arg'], lu['entry']['body']['nf525']['sig']
    cle.verify(base64.urlsafe_b64decode(sig + '=='), texte.encode())

Une archive que le serveur n'a pas contresignée est saine, mais « sans témoin » : la contresignature reçue plus tard
est gardée à côté, dans un fichier du même nom suivi de .checkpoint.txt.
";
