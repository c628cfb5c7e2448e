//! A basket priced: its lines, discounts and sums as they would be sealed.

use std::borrow::Cow;

use comptoir_fiscal::arithmetic::{LineInput, apportion, figures, gross, round_div, spread_discount};
use comptoir_fiscal::entry::{Discount, Line, SaleMode, Totals};
use comptoir_fiscal::values::{Cents, Quantity};

use super::{Article, BasketError, Cart, Content, Extra, Issue, Item, Labelled, Part, Reduction, in_mode};
use crate::catalogue::Unit;

/// The most that the lines of one basket may come to before discounts: far above any sale, far below what an entry
/// can hold.
const MOST: Cents = Cents::new(100_000_000_000);

/// What a basket comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sheet {
    pub(crate) lines: Vec<Line>,
    pub(crate) discounts: Vec<Discount>,
    pub(crate) discount_shares: Vec<Cents>,
    pub(crate) totals: Totals,
    /// What meal vouchers may pay: the lines that they may pay for, after all discounts.
    pub(crate) eligible: Cents,
}

impl Sheet {
    /// Prices a cart, or says what is wrong with it.
    pub(crate) fn of(cart: &Cart) -> Result<Sheet, BasketError> {
        check_issues(cart)?;
        let mut rows: Vec<Row> = vec![];
        for item in &cart.items {
            let first = rows.len();
            rows.extend(rows_of(item, cart.mode)?);
            let menu = matches!(item.content, Content::Menu { .. }).then_some(first);
            for row in &mut rows[first..] {
                (row.menu, row.seller) = (menu, item.seller.as_deref());
            }
        }
        let sum: Cents = rows.iter().map(|row| gross(row.qty, row.unit_price).abs()).sum();
        if sum + cart.issues.iter().map(Issue::amount).sum() > MOST {
            return Err(BasketError::TooLarge { most: MOST });
        }
        let inputs: Vec<LineInput> = rows.iter().map(|row| row.input(cart)).collect();
        let discounts = ticket_discounts(&cart.discounts, rows.iter().map(Row::total).collect())?;
        let amounts: Vec<Cents> = discounts.iter().map(|discount| discount.amount).collect();
        let figures = figures(&inputs, &amounts)
            .map_err(|error| BasketError::TicketDiscountTooHigh { amount: error.amount, left: Cents::ZERO })?;
        let mut sheet = Sheet { discounts, discount_shares: figures.discount_shares, ..Sheet::default() };
        for (index, (row, (total, ht))) in rows.iter().zip(figures.totals.iter().zip(&figures.hts)).enumerate() {
            if row.article.meal_voucher {
                sheet.eligible += *total;
            }
            sheet.lines.push(row.line(index, cart, *total, *ht));
        }
        sheet.eligible = sheet.eligible.max(Cents::ZERO);
        sheet.totals = figures.sums;
        Ok(sheet)
    }
}

/// Shares the price of one menu over its components, by what each costs singly.
pub(super) fn share_menu(
    label: &str,
    price: Cents,
    singles: impl Iterator<Item = (Quantity, Cents)>,
) -> Result<Vec<Cents>, BasketError> {
    let worth: Vec<i128> = singles.map(|(qty, price)| i128::from(gross(qty, price).get())).collect();
    let sum: i128 = worth.iter().sum();
    if sum <= 0 {
        return Err(BasketError::MenuWithoutPrices { label: label.to_owned() });
    }
    let whole = i128::from(price.get());
    let numerators: Vec<i128> = worth.iter().map(|worth| worth * whole).collect();
    Ok(apportion(whole, &numerators, sum).into_iter().map(narrow).collect())
}

fn check_issues(cart: &Cart) -> Result<(), BasketError> {
    if !cart.issues.is_empty() && !cart.items.is_empty() {
        return Err(BasketError::TicketOfItsOwn);
    }
    let mut codes = vec![];
    for issue in &cart.issues {
        if !issue.amount().is_positive() {
            return Err(BasketError::AmountNotPositive { amount: issue.amount() });
        }
        match issue {
            Issue::GiftVoucher { code, .. } if codes.contains(&code) => {
                return Err(BasketError::VoucherTwice { code: code.to_string() });
            }
            Issue::GiftVoucher { code, .. } => codes.push(code),
            Issue::Account { .. } if cart.customer.is_none() => return Err(BasketError::CustomerNeeded),
            Issue::Account { .. } => {}
        }
    }
    Ok(())
}

/// A line before the ticket's discounts.
struct Row<'a> {
    article: &'a Article,
    label: Cow<'a, str>,
    qty: Quantity,
    unit_price: Cents,
    tare: Option<i64>,
    discounts: Vec<Discount>,
    /// The index of the first row of its menu.
    menu: Option<usize>,
    seller: Option<&'a str>,
}

impl Row<'_> {
    fn discount(&self) -> Cents {
        self.discounts.iter().map(|discount| discount.amount).sum()
    }

    fn total(&self) -> Cents {
        gross(self.qty, self.unit_price) - self.discount()
    }

    fn input(&self, cart: &Cart) -> LineInput {
        let (qty, unit_price) = (self.qty, self.unit_price);
        LineInput { qty, unit_price, discount: self.discount(), vat: self.article.vat.rate(cart.mode) }
    }

    fn line(&self, index: usize, cart: &Cart, total: Cents, ht: Cents) -> Line {
        Line {
            category: self.article.category.clone(),
            discounts: self.discounts.clone(),
            exempt: self.article.vat.article(cart.mode).map(str::to_owned),
            ht,
            label: self.label.to_string(),
            menu: self.menu.map(place),
            n: place(index),
            nature: self.article.nature,
            of: None,
            qty: self.qty,
            seller: self.seller.map(str::to_owned),
            sku: self.article.sku.clone(),
            tare: self.tare,
            total,
            unit: self.article.unit.as_str().to_owned(),
            unit_price: self.unit_price,
            vat: self.article.vat.rate(cart.mode),
        }
    }
}

fn rows_of(item: &Item, mode: Option<SaleMode>) -> Result<Vec<Row<'_>>, BasketError> {
    match &item.content {
        Content::Single { article, qty, unit_price, by_mode, extras, tare } => {
            let base = in_mode(by_mode, mode).copied().unwrap_or(*unit_price);
            let unit_price = base + extras.iter().map(|extra| extra.price).sum();
            check(article, *qty, unit_price)?;
            if qty.get() < 0 && !item.discounts.is_empty() {
                return Err(BasketError::DepositDiscounted { label: article.label.clone() });
            }
            let mut row = Row { label: asked_label(article, extras), ..row(article, *qty, unit_price, *tare) };
            for Labelled { label, reduction } in &item.discounts {
                let left = row.total();
                let amount = resolve(*reduction, &article.label, left, |price| gross(*qty, price))?;
                row.take_off(label, amount);
            }
            Ok(vec![row])
        }
        Content::Menu { label, count, parts, by_mode, .. } => {
            if *count == 0 {
                return Err(BasketError::QuantityNotPositive { qty: Quantity::ZERO });
            }
            let others = in_mode(by_mode, mode).map(|other| &other.shares);
            let mut rows = vec![];
            for (place, part) in parts.iter().enumerate() {
                let share = others.and_then(|shares| shares.get(place)).copied().unwrap_or(part.share);
                rows.push(menu_row(label, part, share, i64::from(*count))?);
            }
            for Labelled { label: name, reduction } in &item.discounts {
                let totals: Vec<Cents> = rows.iter().map(Row::total).collect();
                let left = totals.iter().copied().sum();
                let amount = resolve(*reduction, label, left, |price| times(price, i64::from(*count)))?;
                let too_high = || BasketError::LineDiscountTooHigh { label: label.clone(), amount, left };
                let shares = spread_discount(amount, &totals).ok_or_else(too_high)?;
                rows.iter_mut().zip(shares).for_each(|(row, share)| row.take_off(name, share));
            }
            Ok(rows)
        }
    }
}

/// A component of so many menus: the unit price is rounded up, and a line discount gives back what that is too much.
fn menu_row<'a>(menu: &str, part: &'a Part, share: Cents, count: i64) -> Result<Row<'a>, BasketError> {
    let qty = Quantity::thousandths(part.qty.get().saturating_mul(count));
    let divisor = i128::from(part.qty.get().max(1));
    let unit_price = narrow((i128::from(share.get()) * 1000 + divisor - 1) / divisor);
    check(&part.article, qty, unit_price)?;
    let mut row = row(&part.article, qty, unit_price, None);
    row.take_off(menu, gross(qty, unit_price) - times(share, count));
    Ok(row)
}

fn row(article: &Article, qty: Quantity, unit_price: Cents, tare: Option<i64>) -> Row<'_> {
    let label = Cow::Borrowed(article.label.as_str());
    Row { article, label, qty, unit_price, tare, discounts: vec![], menu: None, seller: None }
}

/// `Burger maison (saignant, sans oignon)`: what kitchen and customer read.
fn asked_label<'a>(article: &'a Article, extras: &[Extra]) -> Cow<'a, str> {
    if extras.is_empty() {
        return Cow::Borrowed(&article.label);
    }
    let asked: Vec<&str> = extras.iter().map(|extra| extra.label.as_str()).collect();
    Cow::Owned(format!("{} ({})", article.label, asked.join(", ")))
}

impl Row<'_> {
    fn take_off(&mut self, label: &str, amount: Cents) {
        if !amount.is_zero() {
            self.discounts.push(Discount { amount, label: label.to_owned() });
        }
    }
}

fn check(article: &Article, qty: Quantity, unit_price: Cents) -> Result<(), BasketError> {
    let label = || article.label.clone();
    if qty.is_zero() {
        return Err(BasketError::QuantityNotPositive { qty });
    }
    if article.unit == Unit::Piece && qty.get() % 1000 != 0 {
        return Err(BasketError::NotWhole { label: label(), qty });
    }
    if unit_price.is_negative() {
        return Err(BasketError::NegativePrice { price: unit_price });
    }
    if !article.vat.is_complete() {
        return Err(BasketError::RateWithoutArticle { label: label() });
    }
    if unit_price > MOST || Cents::new(qty.get()).abs() > MOST || gross(qty, unit_price).abs() > MOST {
        return Err(BasketError::TooLarge { most: MOST });
    }
    Ok(())
}

/// What a reduction of a line or menu comes to, of which `left` is left.
fn resolve(
    reduction: Reduction,
    label: &str,
    left: Cents,
    at_price: impl Fn(Cents) -> Cents,
) -> Result<Cents, BasketError> {
    match reduction {
        Reduction::Percent(points) => percent(points, left),
        Reduction::Amount(amount) if !amount.is_positive() => Err(BasketError::AmountNotPositive { amount }),
        Reduction::Amount(amount) if amount > left => {
            Err(BasketError::LineDiscountTooHigh { label: label.to_owned(), amount, left })
        }
        Reduction::Amount(amount) => Ok(amount),
        Reduction::ToPrice(price) if price.is_negative() => Err(BasketError::NegativePrice { price }),
        Reduction::ToPrice(price) if at_price(price) > left => {
            Err(BasketError::PriceAbove { label: label.to_owned(), price })
        }
        Reduction::ToPrice(price) => Ok(left - at_price(price)),
    }
}

/// The ticket's discounts in cents; those that come to nothing are left out, as the journal holds no discount of 0.
fn ticket_discounts(wanted: &[Labelled], mut totals: Vec<Cents>) -> Result<Vec<Discount>, BasketError> {
    let mut discounts = vec![];
    for Labelled { label, reduction } in wanted {
        let left: Cents = totals.iter().copied().filter(|total| total.is_positive()).sum();
        let amount = match *reduction {
            Reduction::Percent(points) => percent(points, left)?,
            Reduction::Amount(amount) if !amount.is_positive() => {
                return Err(BasketError::AmountNotPositive { amount });
            }
            Reduction::Amount(amount) => amount,
            Reduction::ToPrice(_) => return Err(BasketError::ToPriceOfTicket),
        };
        let shares = spread_discount(amount, &totals).ok_or(BasketError::TicketDiscountTooHigh { amount, left })?;
        totals.iter_mut().zip(shares).for_each(|(total, share)| *total -= share);
        if !amount.is_zero() {
            discounts.push(Discount { amount, label: label.clone() });
        }
    }
    Ok(discounts)
}

fn percent(points: u16, of: Cents) -> Result<Cents, BasketError> {
    match points {
        1..=10_000 => Ok(narrow(round_div(i128::from(of.get()) * i128::from(points), 10_000))),
        _ => Err(BasketError::BadPercent),
    }
}

fn times(amount: Cents, count: i64) -> Cents {
    Cents::new(amount.get().saturating_mul(count))
}

fn place(index: usize) -> u32 {
    u32::try_from(index + 1).unwrap_or(u32::MAX)
}

fn narrow(number: i128) -> Cents {
    Cents::new(i64::try_from(number).unwrap_or(if number < 0 { i64::MIN } else { i64::MAX }))
}
