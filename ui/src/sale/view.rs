//! What the sale screen shows, computed from the till.

use comptoir_core::basket::ItemView;
use comptoir_core::catalogue::{Catalogue, PictureId, Unit};
use comptoir_core::printing::ReceiptChoice;
use comptoir_core::tender::suggestions;
use comptoir_fiscal::arithmetic::gross;
use comptoir_fiscal::entry::SaleMode;
use comptoir_fiscal::message;
use comptoir_fiscal::values::{Cents, Quantity};
use slint::{ModelRc, SharedString, VecModel};

use super::asking::{Asking, RATES};
use super::editing::{Figure, percent_label};
use super::tiles::Shown;
use crate::colour::{self, Ground};
use crate::generated::{
    AskView, CardView, CategoryRow, DoneView, FigureRow, GroupRow, LineRow, LineView, MoneyKey, OptionRow, SaleView,
    Tile,
};
use crate::till::Till;

/// How many notes are offered beside the exact sum.
const NOTES: usize = 2;
/// The percentages that have a key on a line.
const PERCENTS: [i32; 4] = [5, 10, 20, 50];
/// Notes and coins, in cents, as change is given.
const COINS: [i64; 12] = [5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1];

/// The figures around the ticket.
pub fn sale(till: &Till) -> SaleView {
    let sale = &till.sale;
    let basket = &sale.basket;
    let due = basket.to_pay();
    let exchange = sale.exchange.as_ref();
    let pieces: i64 =
        basket.items().map(|item| if item.unit == Unit::Piece { (item.qty.get() / 1000).max(0) } else { 1 }).sum();
    let saved: Cents = basket.lines().iter().flat_map(|line| &line.discounts).map(|discount| discount.amount).sum();
    let saved = saved + basket.discounts().iter().map(|discount| discount.amount).sum();
    let count = match pieces {
        0 => message!("no article"),
        1 => message!("1 article"),
        pieces => message!("{pieces} articles", pieces = pieces),
    };
    SaleView {
        total: till.money(due).into(),
        count: till.say(&count).into(),
        is_empty: basket.is_empty(),
        times: if sale.times > 1 { format!("{} ×", sale.times).into() } else { SharedString::new() },
        mode: mode_place(basket.mode()),
        can_undo: !sale.before.is_empty(),
        held: if till.held > 0 { till.held.to_string().into() } else { SharedString::new() },
        sealing: sale.sealing,
        query: sale.shelf.query().into(),
        nothing_found: !sale.shelf.query().is_empty() && sale.shelf.shown().is_empty(),
        saved: if saved.is_positive() {
            till.say(&message!("{amount} off", amount = saved)).into()
        } else {
            SharedString::new()
        },
        is_free: !basket.is_empty() && sale.to_pay().is_zero(),
        to_pay: till.money(sale.to_pay()).into(),
        exchange: exchange.map(|exchange| till.money(exchange.worth)).unwrap_or_default().into(),
    }
}

/// The place of a way of selling in its bar; 0 for none.
fn mode_place(mode: Option<SaleMode>) -> i32 {
    match mode {
        Some(SaleMode::EatIn) => 1,
        Some(SaleMode::Takeaway) => 2,
        Some(SaleMode::Delivery) => 3,
        Some(SaleMode::Counter) => 4,
        None => 0,
    }
}

/// The way of selling at a place in its bar.
pub(crate) fn mode_at(place: i32) -> Option<SaleMode> {
    [SaleMode::EatIn, SaleMode::Takeaway, SaleMode::Delivery, SaleMode::Counter]
        .into_iter()
        .find(|mode| mode_place(Some(*mode)) == place)
}

/// The categories, everything first.
pub fn categories(till: &Till) -> Vec<CategoryRow> {
    let open = till.sale.shelf.category();
    let searching = !till.sale.shelf.query().is_empty();
    let all = CategoryRow {
        label: till.say(&message!("All")).into(),
        colour: colour::drawn(0x888f9a),
        chosen: open == 0 && !searching,
    };
    let others = till.sale.catalogue.categories().iter().enumerate().map(|(at, category)| CategoryRow {
        label: category.label.as_str().into(),
        colour: colour::drawn(colour::ground(category.color.as_deref(), at, till.look.dark).colour),
        chosen: open == at + 1 && !searching,
    });
    std::iter::once(all).chain(others).collect()
}

/// One tile.
pub fn tile(till: &Till, shown: Shown) -> Tile {
    let catalogue = &till.sale.catalogue;
    let mode = till.sale.basket.mode();
    match shown {
        Shown::Product(at) => catalogue.products().get(at).map_or_else(Tile::default, |product| {
            let price = price_words(till, product.unit, product.price_in(mode));
            let count = till.sale.count_of(&product.sku);
            let asks = product.unit != Unit::Piece || !product.modifiers.is_empty();
            let tile = of(till, catalogue, &product.label, &product.category, price, count, asks);
            with_picture(tile, product.picture.and_then(|id| till.pictures.drawn(id)))
        }),
        Shown::Menu(at) => catalogue.menus().get(at).map_or_else(Tile::default, |menu| {
            let price = till.money(menu.price_in(mode));
            let count = till.sale.count_of(&menu.sku);
            of(till, catalogue, &menu.label, &menu.category, price, count, !menu.courses.is_empty())
        }),
        Shown::Family(at) => catalogue.families().get(at).map_or_else(Tile::default, |family| {
            let prices = catalogue.variants(&family.id).filter_map(|product| product.price_in(mode));
            let price = match prices.min() {
                Some(least) => till.say(&message!("from {price}", price = least)),
                None => String::new(),
            };
            let count = catalogue
                .variants(&family.id)
                .fold(Quantity::default(), |sum, product| sum + till.sale.count_of(&product.sku));
            of(till, catalogue, &family.label, &family.category, price, count, true)
        }),
    }
}

/// What a tile looks like, as far as there is a picture of it: of a product alone.
pub(crate) fn picture_of(till: &Till, shown: Shown) -> Option<PictureId> {
    match shown {
        Shown::Product(at) => till.sale.catalogue.products().get(at)?.picture,
        Shown::Menu(_) | Shown::Family(_) => None,
    }
}

/// A tile with its picture, once that is there.
pub(crate) fn with_picture(tile: Tile, picture: Option<slint::Image>) -> Tile {
    Tile { has_picture: picture.is_some(), picture: picture.unwrap_or_default(), ..tile }
}

fn of(
    till: &Till,
    catalogue: &Catalogue,
    label: &str,
    category: &str,
    price: String,
    count: Quantity,
    asks: bool,
) -> Tile {
    Tile {
        count: if count.get() > 0 { till.quantity(count).into() } else { SharedString::new() },
        asks,
        ..face(till, catalogue, label, category, price)
    }
}

/// A tile by what it is called, the colour of its category, and its price.
pub(crate) fn face(till: &Till, catalogue: &Catalogue, label: &str, category: &str, price: String) -> Tile {
    let ground = ground(till, catalogue, category);
    Tile { label: label.into(), price: price.into(), colour: colour::drawn(ground.colour), ..Tile::default() }
}

/// The colour of a category, and the ink on it.
pub(crate) fn ground(till: &Till, catalogue: &Catalogue, category: &str) -> Ground {
    let place = catalogue.categories().iter().position(|known| known.id == category);
    let written = place.and_then(|at| catalogue.categories()[at].color.as_deref());
    colour::ground(written, place.unwrap_or_default(), till.look.dark)
}

/// The price of an article: of a piece, of a unit of measure, or none of its own.
pub(crate) fn price_words(till: &Till, unit: Unit, price: Option<Cents>) -> String {
    match price {
        Some(price) if unit == Unit::Piece => till.money(price),
        Some(price) => format!("{}/{}", till.money(price), unit.as_str()),
        None => till.say(&message!("free price")),
    }
}

/// The first letters of the first two words that say something.
pub fn initials(label: &str) -> String {
    let words = label.split(|letter: char| !letter.is_alphanumeric());
    let mut letters = words.filter(|word| word.chars().count() > 2 || word.chars().any(char::is_numeric));
    let first = letters.next().or_else(|| label.split_whitespace().next()).unwrap_or_default();
    let second = letters.next().unwrap_or_default();
    let mut initials: String = first.chars().take(1).flat_map(char::to_uppercase).collect();
    match second.chars().next() {
        Some(letter) => initials.extend(letter.to_uppercase()),
        None => initials.extend(first.chars().nth(1).into_iter().flat_map(char::to_lowercase)),
    }
    initials
}

/// The lines of the ticket.
pub fn lines(till: &Till) -> Vec<LineRow> {
    let mut rows: Vec<LineRow> = till.sale.basket.items().map(|item| line_row(till, &item)).collect();
    if let Some(removed) = &till.sale.removed {
        let row = LineRow {
            label: removed.label.as_str().into(),
            detail: till.say(&message!("Taken off: touch to put it back")).into(),
            quantity: quantity_of(till, removed.qty, removed.unit).into(),
            amount: till.money(removed.total).into(),
            removed: true,
            ..LineRow::default()
        };
        rows.insert(removed.place.min(rows.len()), row);
    }
    rows
}

fn quantity_of(till: &Till, qty: Quantity, unit: Unit) -> String {
    match unit {
        Unit::Piece => format!("{} ×", till.quantity(qty)),
        unit => format!("{} {}", till.quantity(qty), unit.as_str()),
    }
}

fn line_row(till: &Till, item: &ItemView<'_>) -> LineRow {
    let quantity = quantity_of(till, item.qty, item.unit);
    let discounts = item.lines.iter().flat_map(|line| &line.discounts);
    let off: Cents = discounts.clone().map(|discount| discount.amount).sum();
    let labels: Vec<&str> = discounts.map(|discount| discount.label.as_str()).collect();
    let detail = if item.is_menu {
        item.lines.iter().map(|line| line.label.as_str()).collect::<Vec<_>>().join(", ")
    } else if !labels.is_empty() {
        labels.join(", ")
    } else if item.qty != Quantity::ONE {
        format!("{}/{}", till.money(item.unit_price), item.unit.as_str())
    } else {
        String::new()
    };
    let before: Cents = item.lines.iter().map(|line| gross(line.qty, line.unit_price)).sum();
    LineRow {
        label: item.label.into(),
        detail: detail.into(),
        quantity: quantity.into(),
        amount: till.money(item.total).into(),
        before: if off.is_positive() && !item.is_menu { till.money(before).into() } else { SharedString::new() },
        chosen: till.sale.chosen == Some(item.id),
        newest: till.sale.newest == Some(item.id),
        removed: false,
    }
}

/// The notes that a customer is likely to hand over, beside the exact sum: always as many keys, so that none moves.
pub fn notes(till: &Till) -> Vec<MoneyKey> {
    let due = till.sale.to_pay();
    let mut keys: Vec<MoneyKey> = suggestions(due)
        .into_iter()
        .skip(1)
        .filter_map(|sum| Some(MoneyKey { label: whole(till, sum).into(), amount: i32::try_from(sum.get()).ok()? }))
        .collect();
    // The smallest two that differ enough to be worth a key: the next sum, and the note that most people carry.
    if due <= Cents::new(2000)
        && let Some(at) = keys.iter().position(|key| key.amount == 2000)
    {
        let twenty = keys.remove(at);
        keys.insert(1.min(keys.len()), twenty);
    }
    keys.truncate(NOTES);
    while keys.len() < NOTES {
        keys.push(MoneyKey::default());
    }
    keys
}

/// What is asked about an article.
pub fn ask(till: &Till) -> AskView {
    let Some(asking) = &till.sale.asking else { return AskView::default() };
    let catalogue = &till.sale.catalogue;
    // What it comes to is said before it is added.
    let add = match super::asking::worth(till).filter(|worth| worth.is_positive()) {
        Some(worth) => message!("Add {amount} to the ticket", amount = worth),
        None => message!("Add to the ticket"),
    };
    let add = till.say(&add);
    let view = AskView { open: true, take: add.into(), can_take: true, needs_take: true, ..AskView::default() };
    let label = |sku: &str| catalogue.product(sku).map(|product| product.label.clone()).unwrap_or_default();
    match asking {
        Asking::Variant { family } => AskView {
            title: catalogue.family(family).map(|family| family.label.as_str()).unwrap_or_default().into(),
            second: catalogue.family(family).map(|family| family.axes.join(", ")).unwrap_or_default().into(),
            needs_take: false,
            ..view
        },
        Asking::Modifiers { sku, .. } => AskView { title: label(sku).into(), can_take: is_complete(till), ..view },
        Asking::Courses { sku, .. } => AskView {
            title: catalogue.menu(sku).map(|menu| menu.label.as_str()).unwrap_or_default().into(),
            second: catalogue.menu(sku).map(|menu| till.money(menu.price)).unwrap_or_default().into(),
            can_take: is_complete(till),
            ..view
        },
        Asking::Weight { sku, typed, tare } => {
            let product = catalogue.product(sku);
            let unit = product.map(|product| product.unit.as_str()).unwrap_or_default();
            let weight = Quantity::thousandths(*typed);
            let price = product.and_then(|product| product.price_in(till.sale.basket.mode()));
            let wrapping = product.and_then(|product| product.tare);
            AskView {
                title: label(sku).into(),
                second: price.map(|price| format!("{}/{unit}", till.money(price))).unwrap_or_default().into(),
                entry: format!("{} {unit}", fixed(till, weight)).into(),
                hint: till.say(&message!("Weight")).into(),
                keypad: true,
                extra: "00".into(),
                wrapping: wrapping
                    .map(|tare| format!("−{} {unit}", fixed(till, Quantity::thousandths(tare))))
                    .unwrap_or_default()
                    .into(),
                tare: if wrapping.is_none() {
                    0
                } else if *tare {
                    2
                } else {
                    1
                },
                can_take: *typed > 0,
                ..view
            }
        }
        Asking::Count { sku, typed } => AskView {
            title: label(sku).into(),
            second: catalogue
                .product(sku)
                .map(|product| price_words(till, product.unit, product.price_in(till.sale.basket.mode())))
                .unwrap_or_default()
                .into(),
            entry: format!("{} ×", (*typed).max(1)).into(),
            hint: till.say(&message!("How many")).into(),
            keypad: true,
            extra: "00".into(),
            ..view
        },
        Asking::Price { sku, typed } => AskView {
            title: label(sku).into(),
            entry: till.money(Cents::new(*typed)).into(),
            hint: till.say(&message!("Price")).into(),
            keypad: true,
            extra: "00".into(),
            can_take: *typed > 0,
            ..view
        },
        Asking::Free { typed, .. } => AskView {
            title: till.say(&message!("Sell an amount")).into(),
            entry: till.money(Cents::new(*typed)).into(),
            hint: till.say(&message!("Tax included")).into(),
            keypad: true,
            extra: "00".into(),
            can_take: *typed > 0,
            ..view
        },
    }
}

/// A weight with all its digits, as scales show it.
fn fixed(till: &Till, weight: Quantity) -> String {
    let point = if till.language() == comptoir_fiscal::language::Language::French { ',' } else { '.' };
    format!("{}{point}{:03}", weight.get() / 1000, weight.get() % 1000)
}

fn is_complete(till: &Till) -> bool {
    let catalogue = &till.sale.catalogue;
    match &till.sale.asking {
        Some(Asking::Modifiers { sku, chosen }) => {
            let ids = catalogue.product(sku).map(|product| product.modifiers.as_slice()).unwrap_or_default();
            let groups = ids.iter().filter_map(|id| catalogue.modifier_group(id));
            groups.zip(chosen).all(|(group, chosen)| group.allows(chosen.iter().filter(|taken| **taken).count()))
        }
        Some(Asking::Courses { chosen, .. }) => chosen.iter().all(Option::is_some),
        _ => true,
    }
}

/// The groups of what is asked.
pub fn groups(till: &Till) -> Vec<GroupRow> {
    let catalogue = &till.sale.catalogue;
    let mode = till.sale.basket.mode();
    let supplement = |price: Cents| {
        if price.is_zero() { String::new() } else { format!("+ {}", till.money(price)) }
    };
    match &till.sale.asking {
        Some(Asking::Variant { family }) => {
            let options = catalogue.variants(family).map(|product| OptionRow {
                label: product.variant.as_ref().map(|variant| variant.options.join(" · ")).unwrap_or_default().into(),
                second: product.price_in(mode).map(|price| till.money(price)).unwrap_or_default().into(),
                chosen: false,
            });
            vec![group(String::new(), String::new(), options.collect())]
        }
        Some(Asking::Modifiers { sku, chosen }) => {
            let ids = catalogue.product(sku).map(|product| product.modifiers.as_slice()).unwrap_or_default();
            let groups = ids.iter().filter_map(|id| catalogue.modifier_group(id));
            let rows = groups.zip(chosen).map(|(known, chosen)| {
                let hint = match (known.at_least, known.at_most) {
                    (0, Some(1)) => message!("one at most"),
                    (0, _) => message!("as you like"),
                    (1, Some(1)) => message!("choose one"),
                    (least, _) => message!("choose {least} or more", least = u32::from(least)),
                };
                let options = known.modifiers.iter().zip(chosen).map(|(modifier, taken)| OptionRow {
                    label: modifier.label.as_str().into(),
                    second: supplement(modifier.price).into(),
                    chosen: *taken,
                });
                group(known.label.clone(), till.say(&hint), options.collect())
            });
            rows.collect()
        }
        Some(Asking::Courses { sku, chosen }) => {
            let Some(menu) = catalogue.menu(sku) else { return Vec::new() };
            let rows = menu.courses.iter().zip(chosen).map(|(course, chosen)| {
                let options = course.choices.iter().enumerate().map(|(at, choice)| {
                    let product = catalogue.product(&choice.component.sku);
                    OptionRow {
                        label: product.map(|product| product.label.as_str()).unwrap_or_default().into(),
                        second: supplement(choice.supplement).into(),
                        chosen: *chosen == Some(at),
                    }
                });
                group(course.label.clone(), till.say(&message!("choose one")), options.collect())
            });
            rows.collect()
        }
        Some(Asking::Free { rate, .. }) if !till.sale.takes_no_vat => {
            let options = RATES.iter().enumerate().filter_map(|(at, basis_points)| {
                let known = comptoir_fiscal::values::Rate::from_basis_points(*basis_points)?;
                Some(OptionRow {
                    label: till.texts.language().rate(known).into(),
                    second: SharedString::new(),
                    chosen: at == *rate,
                })
            });
            vec![group(till.say(&message!("VAT")), String::new(), options.collect())]
        }
        _ => Vec::new(),
    }
}

fn group(title: String, hint: String, options: Vec<OptionRow>) -> GroupRow {
    GroupRow { title: title.into(), hint: hint.into(), options: ModelRc::new(VecModel::from(options)) }
}

/// The line that was touched.
pub fn line(till: &Till) -> LineView {
    let chosen = till.sale.chosen.and_then(|id| till.sale.basket.items().find(|item| item.id == id));
    let Some(item) = chosen else { return LineView::default() };
    let unit = if item.unit == Unit::Piece { String::new() } else { format!(" {}", item.unit.as_str()) };
    let typing = till.sale.typed;
    let typed = typing.map(|typed| match typed.figure {
        Figure::Quantity if item.unit == Unit::Piece => typed.digits.to_string(),
        Figure::Quantity => format!("{}{unit}", fixed(till, Quantity::thousandths(typed.digits))),
        Figure::Price | Figure::Off => till.money(Cents::new(typed.digits)),
    });
    LineView {
        open: true,
        title: item.label.into(),
        second: till.money(item.total).into(),
        quantity: format!("{}{unit}", till.quantity(item.qty)).into(),
        total: till.money(item.total).into(),
        reduced: item.lines.iter().any(|line| !line.discounts.is_empty()),
        percent: PERCENTS.into_iter().find(|percent| has_discount(till, &item, *percent)).unwrap_or_default(),
        typing: match typing.map(|typed| typed.figure) {
            None => 0,
            Some(Figure::Quantity) => 1,
            Some(Figure::Price) => 2,
            Some(Figure::Off) => 3,
        },
        typed: typed.unwrap_or_default().into(),
    }
}

/// Whether a line has the discount of one of the keys, and no other.
fn has_discount(till: &Till, item: &ItemView<'_>, percent: i32) -> bool {
    let label = u16::try_from(percent * 100).map(|basis_points| percent_label(till, basis_points)).unwrap_or_default();
    let mut discounts = item.lines.iter().flat_map(|line| &line.discounts).peekable();
    discounts.peek().is_some() && discounts.all(|discount| discount.label == label)
}

/// How the touched line came to its amount: price, reductions, share of the ticket's, VAT.
pub fn explained(till: &Till) -> Vec<FigureRow> {
    let chosen = till.sale.chosen.and_then(|id| till.sale.basket.items().find(|item| item.id == id));
    let Some(item) = chosen else { return Vec::new() };
    let row = |label: String, amount: Cents, strong| FigureRow {
        label: label.into(),
        amount: till.money(amount).into(),
        strong,
    };
    let shares = till.sale.basket.discount_shares();
    let mut rows = Vec::new();
    for line in item.lines {
        let times = till.say(&message!(
            "{label}: {quantity} at {price}",
            label = line.label.as_str(),
            quantity = line.qty,
            price = line.unit_price
        ));
        rows.push(row(times, gross(line.qty, line.unit_price), false));
        for discount in &line.discounts {
            rows.push(row(discount.label.clone(), -discount.amount, false));
        }
        let place = usize::try_from(line.n).ok().and_then(|n| n.checked_sub(1));
        let share = place.and_then(|at| shares.get(at)).copied().unwrap_or_default();
        if !share.is_zero() {
            rows.push(row(till.say(&message!("Its share of the ticket’s discount")), -share, false));
        }
        let total = line.total;
        let vat = total - line.ht;
        rows.push(row(till.say(&message!("Total, tax included")), total, true));
        let rate = line.vat;
        rows.push(row(till.say(&message!("of which VAT at {rate}", rate = rate)), vat, false));
    }
    rows
}

/// The place of a choice of paper; 0 is for none made yet.
pub(crate) fn receipt_place(choice: ReceiptChoice) -> i32 {
    match choice {
        ReceiptChoice::None => 1,
        ReceiptChoice::Print => 2,
        ReceiptChoice::Code => 3,
    }
}

/// What was sold last.
pub fn done(till: &Till) -> DoneView {
    let Some(done) = &till.sale.done else { return DoneView::default() };
    DoneView {
        open: true,
        number: done.number.to_string().into(),
        total: till.money(done.total).into(),
        change: if done.change.is_positive() { till.money(done.change).into() } else { SharedString::new() },
        coins: if done.change.is_positive() { coins(till, done.change).into() } else { SharedString::new() },
        handed: till.money(done.handed).into(),
        receipt: done.receipt.map_or(0, receipt_place),
        first: receipt_place(till.receipt),
        has_code: done.code.is_some(),
        vouchers: done.vouchers.join(", ").into(),
        mailed: done.mailed,
    }
}

/// An amount in as few notes and coins as it takes: “20 € + 5 € + 2 × 0,20 €”.
fn coins(till: &Till, amount: Cents) -> String {
    let mut left = amount.get();
    let mut parts = Vec::new();
    for value in COINS {
        let pieces = left / value;
        left %= value;
        if pieces > 0 {
            let money = whole(till, Cents::new(value));
            parts.push(if pieces == 1 { money } else { format!("{pieces} × {money}") });
        }
    }
    parts.join(" + ")
}

/// An amount without its cents where it has none, as one speaks of notes.
pub(crate) fn whole(till: &Till, amount: Cents) -> String {
    let money = till.money(amount);
    if amount.get() % 100 == 0 { money.replacen(",00", "", 1).replacen(".00", "", 1) } else { money }
}

/// A card payment that waits for the terminal's answer.
pub fn card(till: &Till) -> CardView {
    match till.sale.card {
        None => CardView::default(),
        Some(card) => CardView { open: true, amount: till.money(card.amount).into(), not_known: card.not_known },
    }
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn initials_are_of_the_words_that_say_something() {
        assert_eq!(initials("Café au lait"), "CL");
        assert_eq!(initials("Baguette"), "Ba");
        assert_eq!(initials("Eau 50 cl"), "E5");
        assert_eq!(initials(""), "");
    }
}
