use comptoir_core::register::{Change, Command};
use comptoir_core::sample;
use comptoir_core::secret::Pin;
use comptoir_fiscal::entry::Mode;
use comptoir_fiscal::language::Language;

use super::pages::{self, Page};
use super::{Intent as Help, Point, view};
use crate::stage::{Stage, Who};
use crate::texts::Texts;
use crate::till::{Intent, Place};

fn done(stage: &Stage) -> Vec<bool> {
    view::points(&stage.till).iter().map(|point| point.done).collect()
}

#[test]
fn help_opens_at_the_page_of_the_room_that_one_comes_from() {
    let mut stage = Stage::with(Who::Cashier);
    stage.act(Intent::Language(Language::English));
    for (room, title) in [(Place::Held, "The held tickets"), (Place::Tickets, "The sealed tickets")] {
        stage.act(Intent::Go(room));
        stage.act(Intent::Go(Place::Help));
        assert_eq!(view::help(&stage.till).title, title);
        assert_eq!(view::steps(&stage.till).len(), Page::all()[stage.till.help.page].steps.len());
        stage.act(Intent::Help(Help::Room));
        assert_eq!(stage.till.place(), room);
    }
}

#[test]
fn every_room_has_its_page() {
    for room in [
        Place::Sale,
        Place::Pay,
        Place::Held,
        Place::Tickets,
        Place::Drawer,
        Place::Journal,
        Place::Catalogue,
        Place::Operators,
        Place::Settings,
    ] {
        assert_ne!(pages::about(room), pages::CHECKLIST, "{room:?}");
    }
    assert_eq!(pages::about(Place::Help), pages::CHECKLIST);
}

#[test]
fn no_two_pages_have_one_title() {
    let titles: std::collections::BTreeSet<String> = Page::all().iter().map(|page| page.title.to_string()).collect();
    assert_eq!(titles.len(), Page::all().len());
}

#[test]
fn back_closes_the_page_and_then_leaves_the_room() {
    let mut stage = Stage::with(Who::Cashier);
    stage.act(Intent::Go(Place::Held));
    stage.act(Intent::Go(Place::Help));
    stage.act(Intent::Back);
    assert_eq!(stage.till.place(), Place::Help);
    stage.act(Intent::Back);
    assert_eq!(stage.till.place(), Place::Sale);
}

#[test]
fn the_checklist_tells_what_the_register_knows() {
    let mut founding = sample::founding(Mode::Live).unwrap();
    founding.merchant.siret = "57210489100013".to_owned();
    founding.merchant.vat_number = "FR80572104891".to_owned();
    let mut stage = Stage::of(founding, Who::Manager);
    stage.act(Intent::Go(Place::Help));
    // Identity, VAT, printer, end of the day, operators, copy, practice.
    assert_eq!(done(&stage), [true, true, false, true, false, false, false]);
    let people: Vec<_> = stage.register.operators().cloned().collect();
    for operator in people
        .iter()
        .filter(|operator| operator.id != sample::OWNER)
        .chain(people.iter().filter(|operator| operator.id == sample::OWNER))
    {
        let pin = Change::Set(Pin::chosen("2580").unwrap());
        let command = Command::PutOperator { operator: operator.clone(), pin, badge: Change::Keep };
        stage.command(sample::OWNER, command);
    }
    let folder = tempfile::tempdir().unwrap();
    stage.register.back_up(folder.path()).unwrap();
    stage.act(Intent::Go(Place::Sale));
    stage.act(Intent::Go(Place::Help));
    assert_eq!(done(&stage), [true, true, false, true, true, true, false]);
}

#[test]
fn a_point_of_the_sample_shop_that_is_ones_identity_leads_to_opening_ones_own() {
    let mut stage = Stage::of(sample::founding(Mode::Training).unwrap(), Who::Manager);
    stage.act(Intent::Go(Place::Help));
    assert!(view::help(&stage.till).may_found);
    assert!(!done(&stage)[0]);
    stage.act(Intent::Help(Help::Settle(Point::Identity)));
    assert!(stage.till.welcome.is_some());
    stage.till.welcome = None;
    stage.act(Intent::Help(Help::Settle(Point::Operators)));
    assert_eq!(stage.till.place(), Place::Operators);
}

#[test]
fn a_sale_in_school_mode_is_practised() {
    let mut stage = Stage::of(sample::founding(Mode::Training).unwrap(), Who::Cashier);
    stage.sell(&["baguette"]);
    stage.act(Intent::Go(Place::Help));
    assert!(*done(&stage).last().unwrap());
}

/// What stands between two marks in a text.
fn quoted(text: &str, open: char, close: char) -> Vec<String> {
    let parts = text.split(open).skip(1).filter_map(|part| part.split(close).next());
    parts.map(|part| part.trim_matches([' ', '\u{a0}', '\u{202f}']).to_owned()).collect()
}

/// The texts of a .po file after a word, such as `msgid`.
fn texts_of<'p>(po: &'p str, word: &str) -> Vec<&'p str> {
    po.lines().filter_map(|line| line.strip_prefix(word)?.trim().strip_prefix('"')?.strip_suffix('"')).collect()
}

#[test]
fn every_label_that_help_quotes_stands_on_a_screen() {
    let files = [crate::FRENCH, include_str!("../../lang/fr/LC_MESSAGES/comptoir-ui.po")];
    for (language, word, open, close) in
        [(Language::English, "msgid", '“', '”'), (Language::French, "msgstr", '«', '»')]
    {
        let labels: Vec<&str> = files.iter().flat_map(|po| texts_of(po, word)).collect();
        let texts = Texts::new(language);
        for step in Page::all().into_iter().flat_map(|page| page.steps) {
            for label in quoted(&texts.say(&step), open, close) {
                // A note that is handed over, and the key of three dots.
                let is_a_text =
                    !label.starts_with(|letter: char| letter.is_ascii_digit() || letter == '€') && label != "…";
                assert!(!is_a_text || labels.contains(&label.as_str()), "no screen says {label:?} in {language:?}");
            }
        }
    }
}
