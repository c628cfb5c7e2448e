//! What every paper begins and ends with: whose it is, when and by whom it was made, what it may not be taken for.

use comptoir_fiscal::entry::{Entry, Genesis, Mode, VatRow};
use comptoir_fiscal::language::Translations;
use comptoir_fiscal::message;
use comptoir_fiscal::nf525;
use comptoir_fiscal::values::Instant;

use super::{Align, Block, Paper, Weight};

/// What a paper needs to know beside the entry that it shows.
#[derive(Clone, Copy, Debug)]
pub struct Letterhead<'a> {
    /// The settings as they were when the entry was sealed.
    pub settings: &'a Genesis,
    /// What the till calls whoever the entry names as operator.
    pub operator: &'a str,
    /// The shop's own last words.
    pub farewell: Option<&'a str>,
    /// Under which address the codes of tickets are read: the back office's, or `comptoir:`.
    pub code_base: &'a str,
    /// Which copy it is; none for an original.
    pub copy: Option<CopyMark<'a>>,
    /// The language that it is in.
    pub texts: &'a Translations,
}

/// A numbered copy (duplicata) of a paper.
#[derive(Clone, Copy, Debug)]
pub struct CopyMark<'a> {
    /// The number of the copy's own document.
    pub document: &'a str,
    /// 1, 2 … of that original.
    pub number: u64,
    /// When it was made.
    pub at: Instant,
    /// The signature of its own NF525 string.
    pub sig: &'a str,
}

impl Letterhead<'_> {
    /// Begins a paper: what it may not be taken for, then whose it is.
    pub(super) fn begin(&self) -> Paper {
        let mut paper = Paper::default();
        if self.settings.mode == Mode::Training {
            paper.add(Block::Banner(self.say(message!("SCHOOL — DUMMY, WITHOUT VALUE"))));
        }
        if let Some(copy) = self.copy {
            paper.add(Block::Banner(self.say(message!("DUPLICATE no. {number}", number = copy.number))));
            let made = message!("{document}, issued on {at}", document = copy.document, at = copy.at);
            paper.centred(self.say(made));
        }
        let Genesis { merchant, store, .. } = self.settings;
        paper.add(Block::Title(store.name.clone()));
        if merchant.name != store.name {
            paper.centred(merchant.name.clone());
        }
        let address = if store.address.trim().is_empty() { &merchant.address } else { &store.address };
        paper.centred(address.clone());
        let naf = if merchant.naf.is_empty() { String::new() } else { format!(" · NAF {}", merchant.naf) };
        paper.centred(format!("SIRET {}{naf}", grouped_siret(&merchant.siret)));
        paper.centred(if merchant.vat_number.is_empty() {
            self.say(message!("VAT not applicable, CGI art. 293 B"))
        } else {
            self.say(message!("VAT no. {number}", number = merchant.vat_number.as_str()))
        });
        paper.add(Block::Rule);
        paper
    }

    /// What the document is, its number, when, where and by whom.
    pub(super) fn name(&self, paper: &mut Paper, what: String, entry: &Entry) {
        let document = nf525::document_of(entry, &self.settings.label).unwrap_or_default();
        paper.strong(what, document);
        self.made(paper, entry.at);
    }

    /// When, where and by whom.
    pub(super) fn made(&self, paper: &mut Paper, at: Instant) {
        let label = self.settings.label.as_str();
        paper.row(self.at(at), self.say(message!("Till {label}", label = label)));
        if !self.operator.is_empty() {
            paper.text(self.say(message!("Served by {operator}", operator = self.operator)));
        }
    }

    pub(super) fn at(&self, at: Instant) -> String {
        self.texts.language().instant(at)
    }

    /// The sums by rate, each with the letter that its lines bear.
    pub(super) fn vat(&self, paper: &mut Paper, rows: &[VatRow]) {
        if self.settings.merchant.vat_number.is_empty() || rows.is_empty() {
            return;
        }
        let language = self.texts.language();
        let mut table = vec![vec![
            self.say(message!("VAT")),
            self.say(message!("Net of tax")),
            self.say(message!("Tax")),
            self.say(message!("With tax")),
        ]];
        for (letter, row) in ('A'..='Z').zip(rows) {
            table.push(vec![
                format!("{letter} {}", language.rate(row.rate)),
                language.amount(row.ht),
                language.amount(row.vat),
                language.amount(row.ttc),
            ]);
        }
        paper.add(Block::Table(vec![Align::Left, Align::Right, Align::Right, Align::Right], table));
    }

    /// The program, and the four characters by which a paper is matched with its sealed string.
    pub(super) fn sign(&self, paper: &mut Paper, sig: &str) {
        let software = &self.settings.software;
        let program = format!("{} {}", software.name, software.version);
        paper.row(self.say(message!("Signature {extract}", extract = nf525::extract(sig))), program);
        if let Some(copy) = self.copy {
            let extract = nf525::extract(copy.sig);
            paper.text(self.say(message!("Signature of this copy {extract}", extract = extract)));
        }
    }

    /// The shop's own last words to a customer.
    pub(super) fn farewell(&self, paper: &mut Paper) {
        if let Some(farewell) = self.farewell.filter(|text| !text.trim().is_empty()) {
            paper.add(Block::Gap);
            paper.add(Block::Centred(farewell.to_owned(), Weight::Strong));
        }
    }

    /// Once more what the paper may not be taken for.
    pub(super) fn end(&self, paper: &mut Paper) {
        if self.settings.mode == Mode::Training {
            paper.add(Block::Banner(self.say(message!("SCHOOL — DUMMY, WITHOUT VALUE"))));
        }
    }

    pub(super) fn say(&self, message: comptoir_fiscal::language::Message) -> String {
        self.texts.say(&message)
    }
}

/// `123 456 789 00012`.
fn grouped_siret(siret: &str) -> String {
    match (siret.get(..3), siret.get(3..6), siret.get(6..9), siret.get(9..)) {
        (Some(a), Some(b), Some(c), Some(d)) if siret.len() == 14 => format!("{a}\u{a0}{b}\u{a0}{c}\u{a0}{d}"),
        _ => siret.to_owned(),
    }
}
