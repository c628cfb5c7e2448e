//! The slip of what was done with the drawer's cash.

use comptoir_fiscal::entry::{Cash, CashType, Entry};
use comptoir_fiscal::message;

use super::{Block, Letterhead, Paper, Weight, words};

/// A movement of cash or a count of the drawer, to be signed by whoever made it.
pub fn cash_paper(head: &Letterhead<'_>, entry: &Entry, cash: &Cash) -> Paper {
    let language = head.texts.language();
    let mut paper = head.begin();
    let entry_no = head.say(message!("Entry {seq}", seq = entry.seq.to_string()));
    paper.strong(head.say(words::movement(cash.cash_type)), entry_no);
    head.made(&mut paper, entry.at);
    paper.add(Block::Rule);
    for coin in &cash.coins {
        let pieces = i64::try_from(coin.pieces).unwrap_or(i64::MAX);
        let worth = coin.value.get().saturating_mul(pieces);
        let pieces = format!("{} × {}", language.number(pieces), language.money(coin.value));
        paper.row(pieces, language.amount(comptoir_fiscal::values::Cents::new(worth)));
    }
    paper.add(Block::Row(head.say(words::movement(cash.cash_type)), language.money(cash.amount), Weight::Large));
    if cash.cash_type == CashType::Count {
        paper.row(head.say(message!("Expected in the drawer")), language.amount(cash.expected.unwrap_or_default()));
        paper.strong(head.say(message!("Difference")), language.amount(cash.difference.unwrap_or_default()));
    }
    if let Some(seq) = cash.replaces {
        paper.text(head.say(message!("Corrects the count of entry {seq}", seq = seq.to_string())));
    }
    if let Some(reason) = &cash.reason {
        paper.text(head.say(message!("Reason: {reason}", reason = reason.as_str())));
    }
    paper.add(Block::Gap);
    paper.text(head.say(message!("Signature:")));
    paper.add(Block::Gap);
    paper.add(Block::Gap);
    head.end(&mut paper);
    paper
}
