//! A credit note or gift voucher in the hand: its worth, its code to type and its signed code to scan.

use comptoir_fiscal::entry::Entry;
use comptoir_fiscal::message;
use comptoir_fiscal::values::{Cents, Date};

use super::{Block, Letterhead, Paper, Weight};
use crate::voucher::{Voucher, VoucherKind};

/// The paper of a voucher that an entry issued; `left` is what is still on it, `qr` its signed text.
pub fn voucher_paper(head: &Letterhead<'_>, entry: &Entry, voucher: &Voucher, left: Cents, qr: String) -> Paper {
    let language = head.texts.language();
    let mut paper = head.begin();
    let name = match voucher.kind {
        VoucherKind::CreditNote => message!("CREDIT NOTE"),
        VoucherKind::GiftVoucher => message!("GIFT VOUCHER"),
    };
    paper.add(Block::Centred(head.say(name), Weight::Strong));
    paper.add(Block::Centred(language.money(left), Weight::Large));
    paper.add(Block::Code(qr));
    paper.add(Block::Centred(voucher.code.to_string(), Weight::Strong));
    paper.add(Block::Rule);
    paper.row(head.say(message!("Issued on")), language.date(Date(entry.at.date())));
    if left != voucher.amount {
        paper.row(head.say(message!("Issued for")), language.money(voucher.amount));
    }
    if let Some(expires) = voucher.expires {
        paper.strong(head.say(message!("Valid until")), language.date(expires));
    }
    paper.row(
        head.say(message!("Ticket")),
        comptoir_fiscal::nf525::document_of(entry, &head.settings.label).unwrap_or_default(),
    );
    paper.text(head.say(message!("To be spent in this shop, at once or in parts. Keep it like cash.")));
    head.farewell(&mut paper);
    head.end(&mut paper);
    paper
}
