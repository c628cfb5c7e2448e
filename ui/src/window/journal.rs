//! Journal, between till and window.

use std::cell::Cell;
use std::rc::Rc;

use slint::{Global, SharedString};

use super::rows::Rows;
use super::{Screens, index, papers};
use crate::generated::{self, AppWindow, ArchiveRow, ClosingRow, EventRow, FactRow, OptionRow};
use crate::journal::codes::Topic;
use crate::journal::view::{self, PERIODS};
use crate::journal::{self, Purpose, Span, Tab};
use crate::till::{Intent, Till};

#[derive(Default)]
pub(super) struct Room {
    tabs: Rows<OptionRow>,
    filters: Rows<OptionRow>,
    closings: Rows<ClosingRow>,
    events: Rows<EventRow>,
    archives: Rows<ArchiveRow>,
    facts: Rows<FactRow>,
    destinations: Rows<OptionRow>,
    spans: Rows<OptionRow>,
    drawn: Cell<u64>,
}

impl Room {
    pub(super) fn new(window: &AppWindow) -> Room {
        let room = Room::default();
        let port = generated::Journal::get(window);
        port.set_tabs(room.tabs.model());
        port.set_filters(room.filters.model());
        port.set_closings(room.closings.model());
        port.set_events(room.events.model());
        port.set_archives(room.archives.model());
        port.set_facts(room.facts.model());
        port.set_destinations(room.destinations.model());
        port.set_spans(room.spans.model());
        room
    }

    pub(super) fn show(&self, window: &AppWindow, till: &Till) {
        let port = generated::Journal::get(window);
        port.set_view(view::journal(till));
        port.set_job(view::job(till));
        self.tabs.show(view::tabs(till));
        self.filters.show(view::filters(till));
        self.closings.show(view::closings(till));
        self.events.show(view::events(till));
        self.archives.show(view::archives(till));
        self.facts.show(view::facts(till));
        self.destinations.show(view::destinations(till));
        self.spans.show(view::spans(till));
        if let Some(sheet) = &till.journal.sheet
            && self.drawn.replace(sheet.edition) != sheet.edition
        {
            port.set_paper(papers::picture(window, &sheet.paper, sheet.width).unwrap_or_default());
            port.set_paper_text(comptoir_core::paper::text::text(&sheet.paper, sheet.width).into());
        }
    }
}

pub(super) fn listen(screens: &Rc<Screens>) {
    let port = generated::Journal::get(&screens.window);
    let at = |intent: fn(usize) -> journal::Intent| screens.with_one(move |at: i32| Intent::Journal(intent(index(at))));
    let plain = |intent: journal::Intent| screens.with_none(move || Intent::Journal(intent.clone()));
    port.on_unlock(plain(journal::Intent::Unlock));
    port.on_tab(at(|at| journal::Intent::Tab(one_of(&Tab::ALL, at))));
    let weak = Rc::downgrade(screens);
    port.on_filter(move |at| {
        let Some(screens) = weak.upgrade() else { return };
        let intent = match screens.with(|till| till.journal.tab) {
            Tab::Closings => journal::Intent::Period(one_of(&PERIODS, index(at))),
            _ => journal::Intent::Topic(one_of(&Topic::ALL, index(at))),
        };
        screens.update(Intent::Journal(intent));
    });
    port.on_more(plain(journal::Intent::More));
    port.on_closing(at(journal::Intent::Closing));
    port.on_print(plain(journal::Intent::Print));
    port.on_verify(plain(journal::Intent::Verify));
    port.on_close(plain(journal::Intent::Close));
    port.on_archive(plain(journal::Intent::Archive));
    port.on_choose(at(|at| journal::Intent::Choose(one_of(&[Purpose::Copy, Purpose::Kit, Purpose::Attest], at))));
    port.on_destination(at(journal::Intent::Destination));
    port.on_folder(screens.with_one(|text: SharedString| Intent::Journal(journal::Intent::Folder(text.to_string()))));
    port.on_span(at(|at| journal::Intent::Dates(one_of(&Span::ALL, at))));
    port.on_start(plain(journal::Intent::Start));
    port.on_give_up(plain(journal::Intent::GiveUp));
    port.on_dismiss(plain(journal::Intent::Dismiss));
    port.on_inspection(plain(journal::Intent::Inspection));
    port.on_back(plain(journal::Intent::Back));
}

fn one_of<T: Copy, const N: usize>(all: &[T; N], at: usize) -> T {
    all[at.min(N - 1)]
}
