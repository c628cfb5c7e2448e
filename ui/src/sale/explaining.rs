//! How the total came about: lines, discounts, what is owed beside them, VAT by rate, and where it is rounded.

use comptoir_core::basket::Issue;
use comptoir_fiscal::arithmetic::gross;
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;
use comptoir_fiscal::values::{Cents, Rate};

use crate::generated::FigureRow;
use crate::till::Till;

/// The rows from the first line to the amount without VAT.
pub fn total(till: &Till) -> Vec<FigureRow> {
    let basket = till.sale.basket();
    if basket.is_empty() {
        return Vec::new();
    }
    let row = |label: String, amount: Cents, strong: bool| FigureRow {
        label: label.into(),
        amount: till.money(amount).into(),
        strong,
    };
    let said = |message: Message| till.say(&message);
    let mut rows: Vec<FigureRow> = Vec::new();
    for item in basket.items() {
        let label = match item.is_menu || item.qty.get() < 0 {
            true => item.label.to_owned(),
            false => said(message!(
                "{label}: {quantity} at {price}",
                label = item.label,
                quantity = item.qty,
                price = item.unit_price
            )),
        };
        // Before any discount: those of the line follow, and those of the ticket are taken off the sum.
        let before: Cents = item.lines.iter().map(|line| gross(line.qty, line.unit_price)).sum();
        rows.push(row(label, before, false));
        for discount in item.lines.iter().flat_map(|line| &line.discounts) {
            rows.push(row(discount.label.clone(), -discount.amount, false));
        }
    }
    if !basket.discounts().is_empty() {
        let reduced: Cents = basket.discounts().iter().map(|discount| discount.amount).sum();
        rows.push(row(said(message!("Sum of the lines")), basket.figures().ttc + reduced, true));
        for discount in basket.discounts() {
            rows.push(row(discount.label.clone(), -discount.amount, false));
        }
    }
    for issue in basket.issues() {
        let label = match issue {
            Issue::GiftVoucher { .. } => message!("Gift voucher, without VAT until it is used"),
            Issue::Account { .. } => message!("For the customer’s account, without VAT"),
        };
        rows.push(row(said(label), issue.amount(), false));
    }
    rows.push(row(said(message!("To pay")), basket.to_pay(), true));
    for rate in &basket.figures().vat {
        let label = match rate.rate {
            Rate::ZERO => message!("of which without VAT, of {amount}", amount = rate.ttc),
            known => message!("of which VAT at {rate}, in {amount}", rate = known, amount = rate.ttc),
        };
        rows.push(row(said(label), rate.vat, false));
    }
    rows.push(row(said(message!("Without VAT")), basket.figures().ht, false));
    rows
}

#[cfg(test)]
mod tests {
    use comptoir_fiscal::language::Language;

    use crate::sale::{Edit, Intent};
    use crate::stage::{Stage, Who};
    use crate::till::Intent as Do;

    fn rows(stage: &Stage) -> Vec<(String, String, bool)> {
        let rows = super::total(&stage.till).into_iter();
        rows.map(|row| (row.label.to_string(), row.amount.to_string(), row.strong)).collect()
    }

    /// An amount as it is written in English.
    fn cents(written: &str) -> i64 {
        let digits: String = written.chars().filter(char::is_ascii_digit).collect();
        let amount: i64 = digits.parse().unwrap();
        if written.starts_with('−') { -amount } else { amount }
    }

    #[test]
    fn the_rows_of_a_reduced_ticket_of_two_rates_add_up_to_what_is_sealed() {
        let mut stage = Stage::with(Who::Manager);
        stage.act(Do::Language(Language::English));
        stage.touch("baguette");
        stage.touch("tablier");
        stage.sale(Intent::Answer(crate::sale::asking::Answer::Option(0, 0)));
        stage.sale(Intent::Line(0));
        stage.sale(Intent::Edit(Edit::Percent(1000)));
        stage.sale(Intent::Edit(Edit::Close));
        stage.sale(Intent::TicketPercent(500));
        let (basket, rows) = (stage.till.sale.basket.clone(), rows(&stage));
        let texts = stage.till.texts.clone();
        let amount = |cents| texts.language().money(cents);
        let strong: Vec<&(String, String, bool)> = rows.iter().filter(|row| row.2).collect();
        let reduced = basket.discounts().iter().map(|discount| discount.amount).sum();
        assert_eq!(strong[0].1, amount(basket.figures().ttc + reduced));
        let of_lines = rows.iter().take_while(|row| !row.2).map(|row| cents(&row.1)).sum::<i64>();
        assert_eq!(of_lines, cents(&strong[0].1), "the lines and their discounts add up to their sum");
        assert_eq!((strong[1].0.as_str(), strong[1].1.as_str()), ("To pay", amount(basket.to_pay()).as_str()));
        let vat: Vec<&str> =
            rows.iter().filter(|row| row.0.starts_with("of which VAT")).map(|row| row.1.as_str()).collect();
        assert_eq!(vat, basket.figures().vat.iter().map(|row| amount(row.vat)).collect::<Vec<_>>());
        assert_eq!(vat.len(), 2);
        stage.sale(Intent::Cash(basket.to_pay()));
        let sealed = &stage.tickets()[0];
        assert_eq!(rows.last().unwrap().1, amount(sealed.totals.ht));
    }

    #[test]
    fn an_empty_ticket_has_nothing_to_explain() {
        assert!(rows(&Stage::with(Who::Cashier)).is_empty());
    }
}
