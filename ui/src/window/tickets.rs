//! The tickets that were sealed, between till and window.

use std::cell::Cell;
use std::rc::Rc;

use slint::{Global, SharedString};

use super::rows::Rows;
use super::{Screens, index, papers};
use crate::generated::{self, AppWindow, OptionRow, ReturnRow, StateRow, TicketRow};
use crate::tickets::view::{self, KINDS, TENDERS};
use crate::tickets::{self, Right};
use crate::till::{Intent, Till};

#[derive(Default)]
pub(super) struct History {
    rows: Rows<TicketRow>,
    kinds: Rows<OptionRow>,
    tenders: Rows<OptionRow>,
    operators: Rows<OptionRow>,
    state: Rows<StateRow>,
    lines: Rows<ReturnRow>,
    offers: Rows<SharedString>,
    reasons: Rows<OptionRow>,
    payments: Rows<OptionRow>,
    rights: Rows<OptionRow>,
    vouchers: Rows<SharedString>,
    drawn: Cell<u64>,
}

impl History {
    pub(super) fn new(window: &AppWindow) -> History {
        let history = History::default();
        let port = generated::Tickets::get(window);
        port.set_rows(history.rows.model());
        port.set_kinds(history.kinds.model());
        port.set_tenders(history.tenders.model());
        port.set_operators(history.operators.model());
        port.set_state(history.state.model());
        port.set_lines(history.lines.model());
        port.set_offers(history.offers.model());
        port.set_reasons(history.reasons.model());
        port.set_payments(history.payments.model());
        port.set_rights(history.rights.model());
        port.set_vouchers(history.vouchers.model());
        history
    }

    pub(super) fn show(&self, window: &AppWindow, till: &Till) {
        let port = generated::Tickets::get(window);
        port.set_list(view::list(till));
        port.set_ticket(view::ticket(till));
        self.rows.show(view::rows(till));
        self.kinds.show(view::kinds(till));
        self.tenders.show(view::tenders(till));
        self.operators.show(view::operators(till));
        self.state.show(view::state(till));
        self.lines.show(view::lines(till));
        self.offers.show(view::offers(till));
        self.reasons.show(view::reasons(till));
        self.payments.show(view::payments(till));
        self.rights.show(view::rights(till));
        self.vouchers.show(view::vouchers(till));
        if let Some(open) = &till.tickets.open
            && self.drawn.replace(open.edition) != open.edition
        {
            port.set_paper(papers::picture(window, &open.paper, open.width).unwrap_or_default());
            port.set_paper_text(comptoir_core::paper::text::text(&open.paper, open.width).into());
        }
    }
}

pub(super) fn listen(screens: &Rc<Screens>) {
    let port = generated::Tickets::get(&screens.window);
    let text = |intent: fn(String) -> tickets::Intent| {
        screens.with_one(move |text: SharedString| Intent::Tickets(intent(text.to_string())))
    };
    let at = |intent: fn(usize) -> tickets::Intent| screens.with_one(move |at: i32| Intent::Tickets(intent(index(at))));
    let plain = |intent: tickets::Intent| screens.with_none(move || Intent::Tickets(intent.clone()));
    port.on_search(text(tickets::Intent::Search));
    port.on_reason(text(tickets::Intent::Reason));
    port.on_kind(at(|at| tickets::Intent::Kind(KINDS[at.min(KINDS.len() - 1)])));
    port.on_tender(at(|at| tickets::Intent::Tender(TENDERS[at.min(TENDERS.len() - 1)])));
    let weak = Rc::downgrade(screens);
    port.on_operator(move |at| {
        let Some(screens) = weak.upgrade() else { return };
        let id = screens.with(|till| till.operators.get(index(at)).map(|operator| operator.id.clone()));
        if let Some(id) = id {
            screens.update(Intent::Tickets(tickets::Intent::Operator(id)));
        }
    });
    port.on_everything(plain(tickets::Intent::Everything));
    port.on_more(plain(tickets::Intent::More));
    port.on_open(at(tickets::Intent::Open));
    port.on_back(plain(tickets::Intent::Back));
    port.on_print(plain(tickets::Intent::Print));
    port.on_print_voucher(at(tickets::Intent::PrintVoucher));
    port.on_line(at(tickets::Intent::Line));
    let weak = Rc::downgrade(screens);
    port.on_pieces(move |at, by| {
        if let Some(screens) = weak.upgrade() {
            screens.update(Intent::Tickets(tickets::Intent::Pieces(index(at), by.into())));
        }
    });
    port.on_exchange(plain(tickets::Intent::Exchange));
    port.on_pay_back(at(tickets::Intent::PayBack));
    port.on_cancel(plain(tickets::Intent::Cancel));
    port.on_correct(plain(tickets::Intent::Correct));
    port.on_wrong(at(tickets::Intent::Wrong));
    port.on_right(at(|at| tickets::Intent::Right(Right::ALL[at.min(Right::ALL.len() - 1)])));
    port.on_prepare(plain(tickets::Intent::Prepare));
    port.on_confirm(plain(tickets::Intent::Confirm));
}
