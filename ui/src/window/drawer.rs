//! Drawer, between till and window.

use std::cell::Cell;
use std::rc::Rc;

use comptoir_fiscal::entry::CashType;
use slint::{Global, SharedString};

use super::rows::Rows;
use super::{Screens, index, papers};
use crate::drawer::{self, view};
use crate::generated::{self, AppWindow, ClosedRow, DenominationRow, DrawerRow, OptionRow};
use crate::till::{Intent, Till};

#[derive(Default)]
pub(super) struct Room {
    entries: Rows<DrawerRow>,
    denominations: Rows<DenominationRow>,
    closed: Rows<ClosedRow>,
    reasons: Rows<OptionRow>,
    drawn: Cell<u64>,
}

impl Room {
    pub(super) fn new(window: &AppWindow) -> Room {
        let room = Room::default();
        let port = generated::Drawer::get(window);
        port.set_entries(room.entries.model());
        port.set_denominations(room.denominations.model());
        port.set_closed(room.closed.model());
        port.set_reasons(room.reasons.model());
        room
    }

    pub(super) fn show(&self, window: &AppWindow, till: &Till) {
        let port = generated::Drawer::get(window);
        port.set_view(view::drawer(till));
        self.entries.show(view::entries(till));
        self.denominations.show(view::denominations(till));
        self.closed.show(view::closed(till));
        self.reasons.show(view::reasons(till));
        if let Some(sheet) = &till.drawer.sheet
            && self.drawn.replace(sheet.edition) != sheet.edition
        {
            port.set_paper(papers::picture(window, &sheet.paper, sheet.width).unwrap_or_default());
            port.set_paper_text(comptoir_core::paper::text::text(&sheet.paper, sheet.width).into());
        }
    }
}

pub(super) fn listen(screens: &Rc<Screens>) {
    let port = generated::Drawer::get(&screens.window);
    let text = |intent: fn(String) -> drawer::Intent| {
        screens.with_one(move |text: SharedString| Intent::Drawer(intent(text.to_string())))
    };
    let at = |intent: fn(usize) -> drawer::Intent| screens.with_one(move |at: i32| Intent::Drawer(intent(index(at))));
    let plain = |intent: drawer::Intent| screens.with_none(move || Intent::Drawer(intent.clone()));
    port.on_move(at(|at| drawer::Intent::Move(movement_at(at))));
    port.on_open_drawer(plain(drawer::Intent::OpenDrawer));
    port.on_count(plain(drawer::Intent::Count));
    port.on_end_day(plain(drawer::Intent::EndDay));
    port.on_digits(text(drawer::Intent::Digits));
    port.on_erase(plain(drawer::Intent::Erase));
    port.on_clear(plain(drawer::Intent::Clear));
    port.on_denomination(at(drawer::Intent::Denomination));
    port.on_next(plain(drawer::Intent::Next));
    port.on_reason(text(drawer::Intent::Reason));
    port.on_confirm(plain(drawer::Intent::Confirm));
    port.on_again(plain(drawer::Intent::Again));
    port.on_close_missed(plain(drawer::Intent::CloseMissed));
    port.on_today(text(drawer::Intent::Today));
    port.on_confirm_date(plain(drawer::Intent::ConfirmDate));
    port.on_reading(plain(drawer::Intent::Reading));
    port.on_slip(at(drawer::Intent::Slip));
    port.on_closing(at(drawer::Intent::Closing));
    port.on_print(plain(drawer::Intent::Print));
    port.on_back(plain(drawer::Intent::Back));
}

fn movement_at(place: usize) -> CashType {
    match place {
        0 => CashType::Float,
        1 => CashType::In,
        2 => CashType::Out,
        _ => CashType::Drop,
    }
}
