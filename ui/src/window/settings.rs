//! The settings, between till and window.

use std::rc::Rc;

use comptoir_core::holidays::Region;
use comptoir_core::paper::Width;
use comptoir_core::printing::ReceiptChoice;
use slint::{Global, SharedString};

use super::rows::Rows;
use super::{Screens, index};
use crate::generated::{self, AppWindow, EntryRow, FieldRow, FigureRow, JobRow, SectionRow};
use crate::settings::{self, Section, aside, backup, office, payments, printer, shop, view};
use crate::till::{Intent, Till};

#[derive(Default)]
pub(super) struct Room {
    sections: Rows<SectionRow>,
    shop: Rows<FieldRow>,
    locked: Rows<FigureRow>,
    payments: Rows<FieldRow>,
    queue: Rows<JobRow>,
    entries: Rows<EntryRow>,
    office: Rows<FigureRow>,
    aside: Rows<FieldRow>,
    about: Rows<FigureRow>,
}

impl Room {
    pub(super) fn new(window: &AppWindow) -> Room {
        let room = Room::default();
        let port = generated::Settings::get(window);
        port.set_sections(room.sections.model());
        port.set_shop(room.shop.model());
        port.set_locked(room.locked.model());
        port.set_payments(room.payments.model());
        port.set_queue(room.queue.model());
        port.set_entries(room.entries.model());
        port.set_office(room.office.model());
        port.set_aside(room.aside.model());
        port.set_about(room.about.model());
        room
    }

    pub(super) fn show(&self, window: &AppWindow, till: &Till) {
        generated::Settings::get(window).set_view(view::settings(till));
        self.sections.show(view::sections(till));
        self.shop.show(view::shop(till));
        self.locked.show(view::locked(till));
        self.payments.show(view::payments(till));
        self.queue.show(view::queue(till));
        self.entries.show(view::entries(till));
        self.office.show(view::office(till));
        self.aside.show(aside::aside(till));
        self.about.show(view::about(till));
    }
}

pub(super) fn listen(screens: &Rc<Screens>) {
    let port = generated::Settings::get(&screens.window);
    let yes = |intent: fn(bool) -> settings::Intent| screens.with_one(move |yes| Intent::Settings(intent(yes)));
    port.on_section(screens.with_one(|at| {
        let section = Section::ALL.get(index(at)).copied().unwrap_or_default();
        Intent::Settings(settings::Intent::Section(section))
    }));
    port.on_back(screens.with_none(|| Intent::Settings(settings::Intent::Back)));
    port.on_dark(yes(settings::Intent::Dark));
    port.on_larger(yes(settings::Intent::Larger));
    port.on_left_handed(yes(settings::Intent::LeftHanded));
    port.on_still(yes(settings::Intent::Still));
    port.on_receipt(screens.with_one(|at| {
        let choices = [ReceiptChoice::None, ReceiptChoice::Print, ReceiptChoice::Code];
        Intent::Settings(settings::Intent::Receipt(choices.get(index(at)).copied().unwrap_or(ReceiptChoice::None)))
    }));
    port.on_card_waits(yes(settings::Intent::CardWaits));
    port.on_ask_school(yes(settings::Intent::AskSchool));
    port.on_turn_school(screens.with_none(|| Intent::Settings(settings::Intent::TurnSchool)));
    of_the_printer(screens);
    of_the_shop(screens);
    of_copies(screens);
    of_the_office(screens);
}

fn of_the_office(screens: &Rc<Screens>) {
    let port = generated::Settings::get(&screens.window);
    let to = |edit: office::Edit| Intent::Settings(settings::Intent::Office(edit));
    port.on_office_link(screens.with_one(move |text: SharedString| to(office::Edit::Link(text.to_string()))));
    port.on_office_hours(screens.with_one(move |text: SharedString| to(office::Edit::Hours(text.to_string()))));
    port.on_keep_office_hours(screens.with_none(move || to(office::Edit::KeepHours)));
    port.on_office_code(screens.with_one(move |text: SharedString| to(office::Edit::Code(text.to_string()))));
    port.on_other_words(screens.with_none(move || to(office::Edit::Others)));
    port.on_metered(screens.with_one(move |metered| to(office::Edit::Metered(metered))));
    port.on_enrol(screens.with_none(move || to(office::Edit::Enrol)));
}

fn of_the_printer(screens: &Rc<Screens>) {
    use printer::Edit;
    let port = generated::Settings::get(&screens.window);
    let to = |edit: Edit| Intent::Settings(settings::Intent::Printer(edit));
    let plain = |edit: Edit| screens.with_none(move || to(edit.clone()));
    port.on_printer(screens.with_one(move |text: SharedString| to(Edit::Address(text.to_string()))));
    port.on_keep_printer(plain(Edit::KeepAddress));
    port.on_wide(screens.with_one(move |wide| to(Edit::Width(if wide { Width::Wide } else { Width::Narrow }))));
    port.on_farewell(screens.with_one(move |text: SharedString| to(Edit::Farewell(text.to_string()))));
    port.on_keep_farewell(plain(Edit::KeepFarewell));
    port.on_test(plain(Edit::Test));
    port.on_again(plain(Edit::Again));
    port.on_print_again(screens.with_one(move |at| to(Edit::PrintAgain(index(at)))));
    port.on_forget(screens.with_one(move |at| to(Edit::Forget(index(at)))));
}

fn of_the_shop(screens: &Rc<Screens>) {
    let port = generated::Settings::get(&screens.window);
    let weak = Rc::downgrade(screens);
    port.on_shop_typed(move |at, text| {
        if let Some(screens) = weak.upgrade() {
            let edit = shop::Edit::Typed(index(at), text.to_string());
            screens.update(Intent::Settings(settings::Intent::Shop(edit)));
        }
    });
    port.on_keep_shop(screens.with_none(|| Intent::Settings(settings::Intent::Shop(shop::Edit::Keep))));
    let to = |edit: payments::Edit| Intent::Settings(settings::Intent::Payments(edit));
    let weak = Rc::downgrade(screens);
    port.on_payment_typed(move |at, text| {
        if let Some(screens) = weak.upgrade() {
            screens.update(to(payments::Edit::Typed(index(at), text.to_string())));
        }
    });
    let yes = |edit: fn(bool) -> payments::Edit| screens.with_one(move |yes| to(edit(yes)));
    port.on_strict(yes(payments::Edit::Strict));
    port.on_sundays(yes(payments::Edit::Sundays));
    port.on_holidays(yes(payments::Edit::Holidays));
    port.on_paper(yes(payments::Edit::Paper));
    port.on_alsace(yes(|alsace| payments::Edit::Region(if alsace { Region::AlsaceMoselle } else { Region::France })));
    let offline = |at: i32| payments::Offline::ALL.get(index(at)).copied().unwrap_or_default();
    port.on_offline(screens.with_one(move |at| to(payments::Edit::Offline(offline(at)))));
    port.on_offline_most(screens.with_one(move |text: SharedString| to(payments::Edit::OfflineMost(text.into()))));
    port.on_keep_payments(screens.with_none(move || to(payments::Edit::Keep)));
}

fn of_copies(screens: &Rc<Screens>) {
    use backup::Edit;
    let port = generated::Settings::get(&screens.window);
    let to = |edit: Edit| Intent::Settings(settings::Intent::Backup(edit));
    let plain = |edit: Edit| screens.with_none(move || to(edit.clone()));
    port.on_folder(screens.with_one(move |text: SharedString| to(Edit::Folder(text.to_string()))));
    port.on_look(plain(Edit::Look));
    port.on_entry(screens.with_one(move |at| to(Edit::Entry(index(at)))));
    port.on_up(plain(Edit::Up));
    port.on_copy_now(plain(Edit::Now));
    port.on_automatic(screens.with_one(move |wanted| to(Edit::Automatic(wanted))));
}
