//! The sale screen, between till and window.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use comptoir_core::printing::ReceiptChoice;
use comptoir_fiscal::values::Cents;
use slint::{Global, SharedString};

use super::rows::{Rows, Tiles};
use super::{Screens, index, pictures};
use crate::generated::{self, AppWindow, CategoryRow, FigureRow, GroupRow, LineRow, MoneyKey};
use crate::sale::asking::Answer;
use crate::sale::editing::Figure;
use crate::sale::{self, Edit, Said, view};
use crate::till::{Intent, Till};

pub(super) struct Counter {
    categories: Rows<CategoryRow>,
    tiles: Rc<Tiles>,
    lines: Rows<LineRow>,
    notes: Rows<MoneyKey>,
    groups: Rows<GroupRow>,
    explained: Rows<FigureRow>,
    asked: RefCell<Option<sale::asking::Asking>>,
    count: Cell<usize>,
    /// The code whose picture is shown.
    code: RefCell<Option<String>>,
}

impl Counter {
    pub(super) fn new(window: &AppWindow, till: &Rc<RefCell<Till>>) -> Counter {
        let counter = Counter {
            categories: Rows::default(),
            tiles: Tiles::of(till),
            lines: Rows::default(),
            notes: Rows::default(),
            groups: Rows::default(),
            explained: Rows::default(),
            asked: RefCell::default(),
            count: Cell::new(0),
            code: RefCell::default(),
        };
        let port = generated::Sale::get(window);
        port.set_categories(counter.categories.model());
        port.set_tiles(counter.tiles.clone().into());
        port.set_lines(counter.lines.model());
        port.set_notes(counter.notes.model());
        port.set_groups(counter.groups.model());
        port.set_explained(counter.explained.model());
        counter
    }

    /// The tiles.
    pub(super) fn tiles(&self) -> &Tiles {
        &self.tiles
    }

    pub(super) fn show(&self, window: &AppWindow, till: &Till) {
        let port = generated::Sale::get(window);
        port.set_view(view::sale(till));
        self.categories.show(view::categories(till));
        self.tiles.show(till);
        let lines = view::lines(till);
        let count = lines.len();
        self.lines.show(lines);
        if count > self.count.replace(count) {
            port.set_added(port.get_added().wrapping_add(1));
        }
        self.notes.show(view::notes(till));
        port.set_ask(view::ask(till));
        if *self.asked.borrow() != till.sale.asking {
            self.groups.show(view::groups(till));
            (*self.asked.borrow_mut()).clone_from(&till.sale.asking);
        }
        port.set_line(view::line(till));
        self.explained.show(view::explained(till));
        port.set_done(view::done(till));
        let code = till.sale.done.as_ref().and_then(|done| done.code.clone());
        if self.code.replace(code.clone()) != code {
            port.set_code(code.and_then(|code| pictures::of_code(&code)).unwrap_or_default());
        }
        port.set_card(view::card(till));
    }
}

pub(super) fn listen(screens: &Rc<Screens>) {
    let port = generated::Sale::get(&screens.window);
    let none = |intent: sale::Intent| screens.with_none(move || Intent::Sale(intent.clone()));
    let edit = |edit: Edit| none(sale::Intent::Edit(edit));
    let answer = |answer: Answer| none(sale::Intent::Answer(answer));
    port.on_category(screens.with_one(|at| Intent::Sale(sale::Intent::Category(index(at)))));
    port.on_search(screens.with_one(|text: SharedString| Intent::Sale(sale::Intent::Search(text.to_string()))));
    port.on_first(none(sale::Intent::First));
    port.on_tile(screens.with_one(|at| Intent::Sale(sale::Intent::Tile(index(at)))));
    port.on_hold_tile(screens.with_one(|at| Intent::Sale(sale::Intent::HoldTile(index(at)))));
    port.on_times(screens.with_one(|digit: i32| Intent::Sale(sale::Intent::Times(digit.unsigned_abs()))));
    port.on_line_touched(screens.with_one(|at| Intent::Sale(sale::Intent::Line(index(at)))));
    port.on_more(edit(Edit::More));
    port.on_less(edit(Edit::Less));
    port.on_remove(edit(Edit::Remove));
    port.on_percent(screens.with_one(|percent| Intent::Sale(sale::Intent::Edit(Edit::Percent(basis_points(percent))))));
    port.on_type(screens.with_one(|figure| {
        Intent::Sale(sale::Intent::Edit(Edit::Type(match figure {
            1 => Figure::Quantity,
            2 => Figure::Price,
            _ => Figure::Off,
        })))
    }));
    port.on_digits(
        screens.with_one(|text: SharedString| Intent::Sale(sale::Intent::Edit(Edit::Digits(text.to_string())))),
    );
    port.on_back(edit(Edit::Back));
    port.on_clear(edit(Edit::Clear));
    port.on_take(edit(Edit::Take));
    port.on_no_discount(edit(Edit::NoDiscount));
    port.on_close_line(edit(Edit::Close));
    let weak = Rc::downgrade(screens);
    port.on_option(move |group, option| {
        if let Some(screens) = weak.upgrade() {
            screens.update(Intent::Sale(sale::Intent::Answer(Answer::Option(index(group), index(option)))));
        }
    });
    port.on_ask_digits(
        screens.with_one(|text: SharedString| Intent::Sale(sale::Intent::Answer(Answer::Digits(text.to_string())))),
    );
    port.on_ask_back(answer(Answer::Back));
    port.on_ask_clear(answer(Answer::Clear));
    port.on_ask_take(answer(Answer::Take));
    port.on_ask_close(answer(Answer::Close));
    port.on_tare(screens.with_one(|with| Intent::Sale(sale::Intent::Answer(Answer::Tare(with)))));
    port.on_mode(screens.with_one(|at| Intent::Sale(sale::Intent::Mode(view::mode_at(at)))));
    port.on_free_amount(none(sale::Intent::FreeAmount));
    port.on_ticket_percent(
        screens.with_one(|percent| Intent::Sale(sale::Intent::TicketPercent(basis_points(percent)))),
    );
    port.on_no_ticket_discount(none(sale::Intent::NoTicketDiscount));
    port.on_undo(none(sale::Intent::Undo));
    port.on_hold(none(sale::Intent::Hold));
    port.on_abandon(none(sale::Intent::Abandon));
    let weak = Rc::downgrade(screens);
    port.on_cash(move |cents| {
        if let Some(screens) = weak.upgrade() {
            // Below 0 stands for the exact sum, however much it is.
            let exact = screens.with(|till| till.sale.to_pay());
            let handed = if cents < 0 { exact } else { Cents::new(cents.into()) };
            screens.update(Intent::Sale(sale::Intent::Cash(handed)));
        }
    });
    port.on_card_pay(none(sale::Intent::Card));
    port.on_card_said(screens.with_one(|at| Intent::Sale(sale::Intent::CardSaid(said(at)))));
    port.on_pay(none(sale::Intent::Pay));
    port.on_receipt(screens.with_one(|at| {
        Intent::Sale(sale::Intent::Receipt(match at {
            1 => ReceiptChoice::None,
            2 => ReceiptChoice::Print,
            _ => ReceiptChoice::Code,
        }))
    }));
    let weak = Rc::downgrade(screens);
    screens.sale.tiles().tell(Rc::new(move || {
        if let Some(screens) = weak.upgrade() {
            let seen = screens.sale.tiles().seen();
            screens.change(|till| crate::pictures::want(till, &seen));
        }
    }));
    port.on_close_code(none(sale::Intent::CloseCode));
    port.on_no_exchange(none(sale::Intent::NoExchange));
}

/// What whoever sells says of the terminal, by the place of its key.
pub(super) fn said(at: i32) -> Said {
    match at {
        0 => Said::Accepted,
        1 => Said::Refused,
        _ => Said::NotKnown,
    }
}

fn basis_points(count: i32) -> u16 {
    u16::try_from(count).unwrap_or(0).min(10_000)
}
