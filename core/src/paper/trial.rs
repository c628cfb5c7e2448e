//! A page that shows whether a printer prints: letters, accents, columns, a code. It tells of nothing that was sold.

use comptoir_fiscal::language::Translations;
use comptoir_fiscal::message;

use super::{Align, Block, Paper, Weight};

/// The page, for a till of this name.
pub fn trial_paper(till: &str, texts: &Translations) -> Paper {
    let say = |message| texts.say(&message);
    let table = vec![
        vec![say(message!("Letters")), say(message!("Figures"))],
        vec!["àâçéèêëîïôœùûü".to_owned(), "0123456789".to_owned()],
        vec!["ÀÂÇÉÈÊËÎÏÔŒÙÛÜ".to_owned(), "1 234,56 €".to_owned()],
    ];
    Paper {
        blocks: vec![
            Block::Title("Comptoir".to_owned()),
            Block::Centred(say(message!("Test page of the printer")), Weight::Strong),
            Block::Rule,
            Block::Text(
                say(message!("Nothing was sold with this paper. It shows that what is printed is read.")),
                Weight::Plain,
            ),
            Block::Row(say(message!("Till")), till.to_owned(), Weight::Plain),
            Block::Table(vec![Align::Left, Align::Right], table),
            Block::Rule,
            Block::Code("comptoir:test".to_owned()),
        ],
    }
}
