use comptoir_core::operators::Gate;
use comptoir_core::register::Command;
use comptoir_core::sample::MANAGER;
use comptoir_fiscal::entry::{Body, Entry, Kind, Period};
use comptoir_fiscal::language::Language;

use super::codes::Topic;
use super::{Intent as Does, Purpose, Tab, view};
use crate::generated::Tone;
use crate::stage::{Stage, Who};
use crate::till::{Intent, Place};
use crate::word;

impl Stage {
    fn journal(&mut self, intent: Does) {
        self.act(Intent::Journal(intent));
    }

    fn kinds(&self, kind: Kind) -> Vec<Entry> {
        self.entries().into_iter().filter(|entry| entry.kind == kind).collect()
    }
}

/// A till with a day, a month and this month's first days behind it, and a manager in the journal's room.
fn in_the_journal() -> Stage {
    let mut stage = Stage::with(Who::Manager);
    stage.sell(&["baguette"]);
    stage.clock.advance(35 * 24 * 60 * 60);
    stage.register.confirm_date(MANAGER, None).unwrap();
    stage.act(Intent::Tick);
    stage.sell(&["croissant"]);
    stage.act(Intent::Go(Place::Journal));
    stage
}

#[test]
fn a_cashier_reads_the_journal_only_with_a_managers_word() {
    let mut stage = Stage::with(Who::Cashier);
    stage.act(Intent::Go(Place::Journal));
    assert!(!view::journal(&stage.till).open && stage.till.word.is_some());
    stage.act(Intent::Word(word::Intent::Close));
    stage.journal(Does::Tab(Tab::Events));
    assert!(stage.till.journal.events.is_empty(), "nothing is read behind a closed door");
}

#[test]
fn a_managers_own_look_seals_nothing() {
    let mut stage = Stage::with(Who::Manager);
    let before = stage.entries().len();
    stage.act(Intent::Go(Place::Journal));
    assert!(view::journal(&stage.till).open);
    assert_eq!(stage.entries().len(), before);
    stage.command(MANAGER, Command::Look(Gate::ReadJournal));
    assert_eq!(stage.entries().len(), before);
}

#[test]
fn days_and_months_are_listed_and_looked_at_as_on_paper() {
    let mut stage = in_the_journal();
    stage.journal(Does::Tab(Tab::Closings));
    let periods = |stage: &Stage| stage.till.journal.closings.iter().map(|one| one.period).collect::<Vec<_>>();
    assert_eq!(periods(&stage), [Period::Month, Period::Day]);
    stage.journal(Does::Period(Period::Month));
    assert_eq!(periods(&stage), [Period::Month]);
    stage.journal(Does::Closing(0));
    assert!(stage.till.journal.sheet.is_some());
    let prints = stage.prints;
    stage.journal(Does::Print);
    assert_eq!((stage.prints, stage.events(917).len()), (prints + 1, 1));
}

#[test]
fn events_are_told_in_words_and_filtered_by_what_they_are_about() {
    let mut stage = in_the_journal();
    stage.command(MANAGER, Command::OpenDrawer { reason: Some("Monnaie".to_owned()) });
    stage.journal(Does::Tab(Tab::Events));
    let all = view::events(&stage.till);
    assert_eq!(all.len(), stage.kinds(Kind::Event).len());
    assert!(all.iter().all(|event| !event.meaning.is_empty()), "each has its meaning: {all:?}");
    stage.journal(Does::Topic(Topic::Counter));
    let few = view::events(&stage.till);
    assert_eq!(few.iter().map(|event| event.code.as_str()).collect::<Vec<_>>(), ["901"]);
    assert!(few[0].sealed.ends_with(": Monnaie"), "{}", few[0].sealed);
    stage.act(Intent::Language(Language::English));
    let read = view::events(&stage.till);
    assert_eq!(read[0].meaning, "The drawer was opened without a sale.");
    assert!(read[0].sealed.starts_with('“'), "what was sealed in French is quoted: {}", read[0].sealed);
}

#[test]
fn a_sound_journal_is_verified_and_that_is_remembered() {
    let mut stage = in_the_journal();
    stage.journal(Does::Verify);
    assert!(stage.till.journal.job.is_none());
    let said = view::job(&stage.till);
    assert!(said.ended && said.tone == Tone::Good, "{said:?}");
    let seen = view::journal(&stage.till);
    assert_eq!(seen.verified_tone, Tone::Good);
    assert!(stage.events(90).is_empty());
}

#[test]
fn what_is_closed_is_archived_and_the_files_are_carried_to_a_stick() {
    let mut stage = in_the_journal();
    stage.journal(Does::Tab(Tab::Archives));
    assert_eq!(stage.till.journal.archives.due.len(), 1);
    stage.journal(Does::Archive);
    assert_eq!(stage.kinds(Kind::Archive).len(), 1);
    stage.journal(Does::Dismiss);
    assert_eq!(view::archives(&stage.till).len(), 1);
    stage.journal(Does::Choose(Purpose::Copy));
    stage.journal(Does::Start);
    assert_eq!(view::job(&stage.till).tone, Tone::Good, "{:?}", view::job(&stage.till).words);
    let copied = std::fs::read_dir(stage.folder.path().join("usb/comptoir-archives")).unwrap().count();
    assert_eq!((copied, stage.events(440).len()), (1, 1));
}

#[test]
fn an_archive_that_was_changed_is_found_and_recorded() {
    let mut stage = in_the_journal();
    stage.journal(Does::Archive);
    stage.journal(Does::Tab(Tab::Archives));
    let path = stage.till.journal.archives.made[0].path.clone();
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    stage.journal(Does::Verify);
    assert_eq!(view::job(&stage.till).tone, Tone::Bad);
    assert_eq!(stage.events(90).len(), 1);
    stage.journal(Does::Choose(Purpose::Copy));
    stage.journal(Does::Start);
    assert!(stage.events(440).is_empty(), "what is not as recorded is not carried away as an archive");
}

#[test]
fn an_inspector_is_given_the_kit_in_three_touches() {
    let mut stage = in_the_journal();
    stage.journal(Does::Choose(Purpose::Kit));
    stage.journal(Does::Destination(0));
    stage.journal(Does::Start);
    let said = view::job(&stage.till);
    assert!(said.ended && said.tone == Tone::Good, "{} {}", said.title, said.words);
    let kit = std::fs::read_dir(stage.folder.path().join("usb")).unwrap().next().unwrap().unwrap().path();
    assert!(kit.join("LISEZMOI.txt").is_file() && kit.join("empreintes.sha256").is_file());
    assert_eq!(stage.events(110).len(), 1);
}

#[test]
fn an_inspection_begins_and_ends_in_the_journal() {
    let mut stage = in_the_journal();
    stage.journal(Does::Inspection);
    assert!(view::journal(&stage.till).inspected);
    stage.journal(Does::Inspection);
    assert_eq!(stage.events(280).len(), 2);
    assert!(!view::journal(&stage.till).inspected);
}

#[test]
fn the_draft_of_the_attestation_is_a_file_of_its_own() {
    let mut stage = in_the_journal();
    stage.journal(Does::Tab(Tab::Certification));
    assert!(view::facts(&stage.till).len() > 10);
    stage.journal(Does::Choose(Purpose::Attest));
    let folder = stage.folder.path().join("papiers");
    stage.journal(Does::Folder(folder.display().to_string()));
    stage.journal(Does::Start);
    let name = std::fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    assert!(std::fs::read(name).unwrap().starts_with(b"%PDF"));
}

#[test]
fn every_closing_stands_in_the_journal_as_it_is_listed() {
    let mut stage = in_the_journal();
    stage.journal(Does::Tab(Tab::Closings));
    for (listed, sealed) in stage.till.journal.closings.iter().zip(stage.kinds(Kind::Closing).into_iter().rev()) {
        let Body::Closing(closing) = sealed.body else { panic!("not a closing") };
        assert_eq!((listed.seq, listed.number, listed.net), (sealed.seq, closing.number, closing.totals.ttc));
    }
}

#[test]
fn a_month_that_is_over_is_closed_by_hand_and_once() {
    let mut stage = in_the_journal();
    stage.clock.advance(33 * 24 * 60 * 60);
    stage.register.confirm_date(MANAGER, None).unwrap();
    let closed = |stage: &Stage| stage.kinds(Kind::Closing).len();
    let before = closed(&stage);
    stage.journal(Does::Tab(Tab::Closings));
    stage.journal(Does::Close);
    assert!(closed(&stage) > before, "{:?}", stage.till.toast);
    let months = |stage: &Stage| stage.till.journal.closings.iter().filter(|one| one.period == Period::Month).count();
    assert_eq!(months(&stage), 2);
    let after = closed(&stage);
    stage.journal(Does::Close);
    assert_eq!(closed(&stage), after, "nothing is over that is not closed");
    assert!(!stage.was_refused());
}
