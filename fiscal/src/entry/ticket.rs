//! A ticket: a finished sale, return, cancellation or correction, never edited once sealed.

use serde::{Deserialize, Serialize};

use super::{GrandTotal, Nf525};
use crate::values::{Cents, Date, Quantity, Rate, RegisterId};

/// What a ticket does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TicketType {
    /// Goods sold.
    Sale,
    /// Goods back (avoir).
    Return,
    /// One whole sale undone (annulation).
    Cancel,
    /// Another means of payment than was entered.
    Correction,
}

impl TicketType {
    /// The type as it is written in an entry.
    pub const fn as_str(self) -> &'static str {
        match self {
            TicketType::Sale => "sale",
            TicketType::Return => "return",
            TicketType::Cancel => "cancel",
            TicketType::Correction => "correction",
        }
    }
}

/// Where the sale came from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "plain words")]
pub enum Channel {
    #[default]
    Counter,
    Market,
    Web,
    Phone,
}

impl Channel {
    /// Whether it is the counter, which is not written.
    pub fn is_counter(&self) -> bool {
        *self == Channel::Counter
    }
}

/// The way of selling, which can set a product's VAT rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "plain words")]
pub enum SaleMode {
    EatIn,
    Takeaway,
    Delivery,
    Counter,
}

impl SaleMode {
    /// Every way of selling.
    pub const ALL: [SaleMode; 4] = [SaleMode::EatIn, SaleMode::Takeaway, SaleMode::Delivery, SaleMode::Counter];
}

/// Whether a line is goods or a service, as e-reporting asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "plain words")]
pub enum Nature {
    #[default]
    Goods,
    Service,
}

impl Nature {
    /// Whether it is goods, which is not written.
    pub fn is_goods(&self) -> bool {
        *self == Nature::Goods
    }
}

/// Money off, by its label; an amount above 0 reduces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "plain words")]
pub struct Discount {
    pub amount: Cents,
    pub label: String,
}

/// One line of a ticket or note, with what was true of the product when it was sold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The product's category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// The line's own discounts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub discounts: Vec<Discount>,
    /// The article of law that exempts it, where the rate is 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exempt: Option<String>,
    /// Its tax-free amount.
    pub ht: Cents,
    /// What prints.
    pub label: String,
    /// The `n` of the first line of the menu that it is part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub menu: Option<u32>,
    /// Its place: 1, 2, 3 …
    pub n: u32,
    /// Goods or service.
    #[serde(default, skip_serializing_if = "Nature::is_goods")]
    pub nature: Nature,
    /// On a return, the `n` of the original line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<u32>,
    /// How much; negative on a return.
    pub qty: Quantity,
    /// Who sold it, where commission is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seller: Option<String>,
    /// The product's code.
    pub sku: String,
    /// What the wrapping weighed, in thousandths.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tare: Option<i64>,
    /// What it costs after all discounts, tax included.
    pub total: Cents,
    /// The unit of `qty`: `pce`, `kg` …
    pub unit: String,
    /// The price of one unit; never negative.
    pub unit_price: Cents,
    /// Its VAT rate.
    pub vat: Rate,
}

/// The sums of one rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "plain words")]
pub struct VatRow {
    pub ht: Cents,
    pub rate: Rate,
    pub ttc: Cents,
    pub vat: Cents,
}

/// Sums by rate, ascending, and over all rates.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "plain words")]
pub struct Totals {
    pub ht: Cents,
    pub ttc: Cents,
    pub vat: Vec<VatRow>,
}

impl Totals {
    /// Adds a row to that of its rate, and to the sums.
    pub fn add_row(&mut self, row: &VatRow) {
        self.ht += row.ht;
        self.ttc += row.ttc;
        match self.vat.binary_search_by_key(&row.rate, |r| r.rate) {
            Ok(at) => {
                let sum = &mut self.vat[at];
                sum.ht += row.ht;
                sum.ttc += row.ttc;
                sum.vat += row.vat;
            }
            Err(at) => self.vat.insert(at, *row),
        }
    }

    /// Adds every row of other totals.
    pub fn add(&mut self, other: &Totals) {
        for row in &other.vat {
            self.add_row(row);
        }
    }

    /// The VAT over all rates.
    pub fn vat_sum(&self) -> Cents {
        self.ttc - self.ht
    }
}

/// A means of payment. The order is that of the names, in which closings list them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tender {
    /// On the customer's account.
    Account,
    /// Bank card.
    Card,
    /// Cash (espèces), the only tender that gives change.
    Cash,
    /// Cheque.
    Cheque,
    /// Credit note (avoir): issued where the amount is negative, spent where it is positive.
    CreditNote,
    /// Gift voucher (carte cadeau): sold where the amount is negative, spent where it is positive.
    GiftVoucher,
    /// Holiday voucher (chèque-vacances).
    HolidayVoucher,
    /// Meal voucher (titre-restaurant), on paper or by card.
    MealVoucher,
    /// Paid on the web.
    Online,
    /// Given beyond the total, to be passed on; always negative.
    Tip,
    /// Bank transfer.
    Transfer,
}

impl Tender {
    /// Every means of payment, in the order of the names.
    pub const ALL: [Tender; 11] = [
        Tender::Account,
        Tender::Card,
        Tender::Cash,
        Tender::Cheque,
        Tender::CreditNote,
        Tender::GiftVoucher,
        Tender::HolidayVoucher,
        Tender::MealVoucher,
        Tender::Online,
        Tender::Tip,
        Tender::Transfer,
    ];

    /// The tender as it is written in an entry.
    pub const fn as_str(self) -> &'static str {
        match self {
            Tender::Account => "account",
            Tender::Card => "card",
            Tender::Cash => "cash",
            Tender::Cheque => "cheque",
            Tender::CreditNote => "credit_note",
            Tender::GiftVoucher => "gift_voucher",
            Tender::HolidayVoucher => "holiday_voucher",
            Tender::MealVoucher => "meal_voucher",
            Tender::Online => "online",
            Tender::Tip => "tip",
            Tender::Transfer => "transfer",
        }
    }
}

/// What was handed over by one means of payment, or given back where negative.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// What it paid; never 0.
    pub amount: Cents,
    /// What a voucher was worth, where that is more than it paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub face: Option<Cents>,
    /// The number of the cheque, the code of the voucher …; never a card number.
    #[serde(default, rename = "ref", skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// By which means.
    pub tender: Tender,
}

/// A ticket of this or another journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "plain words")]
pub struct TicketRef {
    pub number: u64,
    pub register: RegisterId,
}

/// The body of a ticket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// The business day that it counts in.
    pub business_date: Date,
    /// Cash handed back.
    pub change: Cents,
    /// Where the sale came from.
    #[serde(default, skip_serializing_if = "Channel::is_counter")]
    pub channel: Channel,
    /// An opaque id; no name, phone, e-mail or card number ever enters the journal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
    /// Ticket discounts, already spread over the lines' totals.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub discounts: Vec<Discount>,
    /// The perpetual totals after this ticket.
    pub gt: GrandTotal,
    /// What was sold or brought back.
    pub lines: Vec<Line>,
    /// The way of selling.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<SaleMode>,
    /// Its NF525 string.
    pub nf525: Nf525,
    /// The notes that it settles.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<u64>,
    /// 1, 2, 3 … without a gap, over all types.
    pub number: u64,
    /// How it was paid.
    pub payments: Vec<Payment>,
    /// Why, on a return, cancel or correction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The ticket that a return, cancel or correction is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refers_to: Option<TicketRef>,
    /// Its sums.
    pub totals: Totals,
    /// What it does.
    #[serde(rename = "type")]
    pub ticket_type: TicketType,
}
