//! What the inspector asks for: what certifies the till, the inspection as it goes on, and the kit.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use comptoir_core::inspection::{Asked, Kit, KitError, Program, Stage, Tools};
use comptoir_core::register::{Command, Desk, DeskKitError, Refusal, RegisterError};
use comptoir_fiscal::entry::{Body, Period, SYSTEM};
use comptoir_fiscal::language::{Language, Translations};
use comptoir_fiscal::merkle::sha256;
use comptoir_fiscal::verify::{Evidence, Verdict, verify_file};
use comptoir_fiscal::version;

use crate::shop::{Till, assert_sound, files};

fn french() -> Translations {
    Translations::new(Language::French, &[comptoir_fiscal::FRENCH, comptoir_core::FRENCH]).unwrap()
}

/// Makes a kit as the register's program does, with small files in place of its verifiers.
fn with_tools<T>(work: impl FnOnce(&Tools<'_>) -> T) -> T {
    let place = tempfile::tempdir().unwrap();
    let program = place.path().join("comptoir-verify");
    fs::write(&program, "program").unwrap();
    let french = french();
    work(&Tools {
        verifier: Program { path: program, subcommand: "" },
        second: &[("verify.py", "first"), ("verifier/values.py", "second")],
        told: &|path, report| format!("{} {}\n", path.display(), report.verdict().as_str()),
        french: &french,
    })
}

pub(crate) fn kit(till: &mut Till, by: &str, to: &Path, asked: Asked) -> Result<Kit, Refusal> {
    till.confirm_date();
    with_tools(|tools| till.register().inspection_kit(by, to, asked, tools, &mut |_, _, _| ()))
}

/// The code, label and detail of the newest events.
fn trail(till: &mut Till, newest: usize) -> Vec<(u32, String, String)> {
    let event = |body: Body| match body {
        Body::Event(event) => Some((event.code, event.label, event.detail.unwrap_or_default())),
        _ => None,
    };
    let mut events: Vec<_> = till.entries().into_iter().filter_map(|entry| event(entry.body)).collect();
    events.split_off(events.len() - newest)
}

/// The names of the files in a kit of which the names begin so.
fn names(kit: &Kit, within: &str) -> Vec<String> {
    let name = |path: &Path| path.strip_prefix(&kit.path).unwrap().to_str().unwrap().to_owned();
    let all = files(&kit.path).into_iter().map(|(path, _)| name(&path));
    all.filter(|name| name.starts_with(within)).collect()
}

/// A till that sold in two months, and in the open one closed a day.
fn with_months() -> Till {
    let mut till = Till::founded();
    for at in ["2026-11-20T12:00:00+01:00", "2026-12-15T12:00:00+01:00", "2027-01-10T12:00:00+01:00"] {
        till.set_clock(at);
        till.sell_coffee();
    }
    till.ask(Command::CloseDay).unwrap();
    till
}

#[test]
fn an_inspection_is_begun_and_ended_by_those_who_may_and_outlives_a_restart() {
    let mut till = Till::founded();
    assert!(matches!(till.register().begin_inspection("cashier"), Err(Refusal::Gate(_))));
    assert!(matches!(till.register().end_inspection("auditor"), Err(Refusal::NothingChanges)));
    till.register().begin_inspection("auditor").unwrap();
    assert!(matches!(till.register().begin_inspection("owner"), Err(Refusal::NothingChanges)));
    till.crash();
    let inspection = till.register().inspection().unwrap().unwrap();
    assert_eq!(inspection.by, "auditor");
    assert_eq!(till.register().certification().unwrap().inspected_since, Some(inspection.since));
    till.register().rebuild_projections().unwrap();
    assert!(till.register().inspection().unwrap().is_some());
    assert_eq!(till.sell_coffee().number, 1, "the shop goes on selling");
    assert!(matches!(till.register().end_inspection("cashier"), Err(Refusal::Gate(_))));
    till.register().end_inspection("manager").unwrap();
    assert_eq!(till.register().inspection().unwrap(), None);
    let labels: Vec<(u32, String, String)> = trail(&mut till, 3);
    assert_eq!((labels[0].0, labels[0].1.as_str()), (280, "Début du contrôle fiscal"));
    assert_eq!((labels[2].0, labels[2].1.as_str()), (280, "Fin du contrôle fiscal"));
    till.end();
}

#[test]
fn an_inspection_is_of_real_sales() {
    let (mut till, stick) = (Till::founded(), tempfile::tempdir().unwrap());
    let live = till.take();
    till.resume(live.enter_school("manager").unwrap());
    assert!(matches!(till.register().begin_inspection("owner"), Err(Refusal::InSchool)));
    assert!(matches!(kit(&mut till, "owner", stick.path(), Asked::default()), Err(Refusal::InSchool)));
    let school = till.take();
    till.resume(school.leave_school("manager").unwrap());
    assert!(till.events().iter().all(|code| *code != 280));
    till.end();
}

#[test]
fn the_till_says_which_programs_sealed_and_what_it_closed_and_archived_last() {
    let mut till = Till::founded();
    let before = till.register().certification().unwrap();
    assert_eq!((&before.last_closing, &before.last_archive, before.versions.len()), (&None, &None, 1));
    till.sell_coffee();
    till.ask(Command::CloseDay).unwrap();
    let span = till.register().journal().unarchived(&[Period::Day]).unwrap()[0];
    let archived = till.register().archive(span, |_, _| ()).unwrap();
    for version in ["0.2.0", "1.0.0"] {
        till.software.version = version.to_owned();
        till.restart();
    }
    let certification = till.register().certification().unwrap();
    let versions: Vec<_> = certification.versions.iter().map(|one| (one.code, one.software.version.as_str())).collect();
    assert_eq!(versions, [(None, "0.1.0"), (Some(255), "0.2.0"), (Some(250), "1.0.0")]);
    assert_eq!(certification.fiscal.sources_sha256, version::SOURCES_SHA256);
    assert_eq!(certification.last_closing.unwrap().period, Period::Day);
    assert_eq!(certification.last_archive.unwrap().sha256, archived.sha256);
    let standing = till.register().journal().standing();
    assert_eq!(
        (certification.checkpoint.size, certification.checkpoint.root),
        (standing.size(), standing.frontier.root())
    );
    let key = till.register().journal().key().public();
    assert_eq!(certification.fingerprint, sha256(key.as_bytes()));
    till.end();
}

#[test]
fn the_kit_holds_all_that_can_be_checked_and_is_recorded_before_it_is_there() {
    let (mut till, stick) = (with_months(), tempfile::tempdir().unwrap());
    let live = till.take();
    till.resume(live.enter_school("manager").unwrap());
    till.sell_coffee();
    let school = till.take();
    till.resume(school.leave_school("manager").unwrap());
    let made = kit(&mut till, "manager", stick.path(), Asked::default()).unwrap();
    assert!(made.path.ends_with("controle-00000000000000-01-2027-01-10"), "{:?}", made.path);
    assert_eq!((made.archives, made.journals, made.verdict), (4, 2, Verdict::Sound));
    let periods = ["day-2027-01-10", "month-2026-11-01", "month-2026-12-01", "year-2026-01-01"];
    let archives = names(&made, "archives/");
    for (name, period) in archives.iter().zip(periods) {
        assert!(name.contains(period), "{archives:?}");
    }
    for (path, _) in files(&made.path) {
        if path.extension().is_some_and(|extension| extension == "zip" || extension == "jsonl") {
            assert_sound(&verify_file(&path, &[], &mut |_, _| ()));
        }
    }
    assert_eq!(names(&made, "ecole/").len(), 1);
    let verifiers = ["verification/comptoir-verify", "verification/verifier/values.py", "verification/verify.py"];
    assert_eq!(names(&made, "verification/"), verifiers);
    assert!(fs::read(made.path.join("certification.pdf")).unwrap().starts_with(b"%PDF-"));

    // Names stand in one file alone, and no key in any.
    let id = till.register().id();
    let key = fs::read(till.journal_folder(id).join("device.key")).unwrap();
    for (path, bytes) in files(&made.path) {
        let holds = |part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
        assert_eq!(holds(b"Exemple cashier"), path.ends_with("operateurs.csv"), "{path:?}");
        assert!(!holds(&key), "{path:?}");
    }

    let sums = fs::read(made.path.join("empreintes.sha256")).unwrap();
    assert_eq!(sha256(&sums), made.sums);
    assert_eq!(String::from_utf8(sums).unwrap().lines().count(), files(&made.path).len() - 1);
    let journal = made.path.join(&names(&made, "journaux/")[0]);
    let entries = fs::read_to_string(&journal).unwrap().lines().count();
    let events = trail(&mut till, 2);
    let said = [
        (440, "Archives fiscales copiées sur un support externe", "archives: 4".to_owned()),
        (110, "Export de données", format!("{entries} écritures, empreinte {}", made.sums)),
    ];
    assert_eq!(events, said.map(|(code, label, detail)| (code, label.to_owned(), detail)));

    // The copied journal holds what the till's own Z states.
    let entry = till.register().journal().last_closing().unwrap().unwrap().entry;
    let Body::Closing(closing) = entry.body else { panic!("{entry:?}") };
    let z = |size| Evidence::PrintedZ { size, root: closing.checkpoint.root };
    assert_sound(&verify_file(&journal, &[z(closing.checkpoint.size)], &mut |_, _| ()));
    let other = verify_file(&journal, &[z(closing.checkpoint.size - 1)], &mut |_, _| ());
    assert_eq!(other.verdict(), Verdict::Defects);
    till.end();
}

#[test]
fn what_is_handed_over_in_an_inspection_is_recorded_as_asked_for() {
    let (mut till, stick) = (Till::founded(), tempfile::tempdir().unwrap());
    till.sell_coffee();
    till.register().begin_inspection("auditor").unwrap();
    let made = kit(&mut till, "auditor", stick.path(), Asked::default()).unwrap();
    // No period is closed yet, so no archive left the till.
    assert_eq!(made.archives, 0);
    let [(code, label, detail)] = &trail(&mut till, 1)[..] else { panic!() };
    assert_eq!((*code, label.as_str()), (295, "Fichiers remis à l'administration"));
    assert!(detail.ends_with(&made.sums.to_string()));
    assert!(till.events().iter().all(|code| ![110, 440].contains(code)));
    let by = till.entries().pop().unwrap().operator;
    assert_eq!(by, "auditor");
    till.end();
}

#[test]
fn only_the_archives_that_touch_the_dates_are_taken_and_the_journal_whole() {
    let (mut till, stick) = (with_months(), tempfile::tempdir().unwrap());
    let december = Asked { since: Some("2026-12-01".parse().unwrap()), until: Some("2026-12-31".parse().unwrap()) };
    let made = kit(&mut till, SYSTEM, stick.path(), december).unwrap();
    let archives = names(&made, "archives/");
    assert_eq!(archives.len(), 2, "{archives:?}");
    assert!(archives[0].contains("month-2026-12") && archives[1].contains("year-2026"), "{archives:?}");
    assert!(fs::read_to_string(made.path.join("LISEZMOI.txt")).unwrap().contains("du 01/12/2026 au 31/12/2026"));
    till.end();
}

#[test]
fn a_kit_that_cannot_be_made_leaves_nothing_and_is_not_recorded() {
    let (mut till, stick) = (with_months(), tempfile::tempdir().unwrap());
    assert!(matches!(kit(&mut till, "cashier", stick.path(), Asked::default()), Err(Refusal::Gate(_))));
    let made = kit(&mut till, SYSTEM, stick.path(), Asked::default()).unwrap();
    let (before, size) = (files(stick.path()), till.register().journal().standing().size());
    let backwards = Asked { since: Some("2026-12-31".parse().unwrap()), until: Some("2026-12-01".parse().unwrap()) };
    let refused = kit(&mut till, SYSTEM, stick.path(), backwards);
    assert!(matches!(refused, Err(Refusal::Register(RegisterError::Kit(KitError::Backwards)))));
    let again = kit(&mut till, SYSTEM, stick.path(), Asked::default()).unwrap_err();
    let Refusal::Register(RegisterError::Kit(KitError::Exists(path))) = &again else { panic!("{again:?}") };
    assert_eq!(path, &made.path);
    fs::remove_dir_all(&made.path).unwrap();
    let without_verifier = with_tools(|tools| {
        let gone = Program { path: "/nowhere/comptoir-verify".into(), subcommand: "" };
        let tools = Tools { verifier: gone, second: tools.second, told: tools.told, french: tools.french };
        till.register().inspection_kit(SYSTEM, stick.path(), Asked::default(), &tools, &mut |_, _, _| ())
    });
    assert!(matches!(without_verifier, Err(Refusal::Register(RegisterError::Kit(KitError::Io { .. })))));
    assert_eq!(fs::read_dir(stick.path()).unwrap().count(), 0);
    assert_eq!(till.register().journal().standing().size(), size);
    // What a power cut left of another is no obstacle.
    fs::create_dir(made.path.with_file_name("controle-00000000000000-01-2027-01-10.part")).unwrap();
    kit(&mut till, SYSTEM, stick.path(), Asked::default()).unwrap();
    assert_eq!(files(stick.path()).len(), before.len());
    till.end();
}

#[test]
fn an_archive_that_was_changed_is_found_out_and_the_trail_says_so() {
    let (mut till, stick) = (with_months(), tempfile::tempdir().unwrap());
    let first = kit(&mut till, SYSTEM, &stick.path().join("a"), Asked::default()).unwrap();
    let name = names(&first, "archives/")[0].clone();
    let id = till.register().id();
    let archive = till.journal_folder(id).join(&name);
    let mut bytes = fs::read(&archive).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&archive, bytes).unwrap();
    let second = kit(&mut till, SYSTEM, &stick.path().join("b"), Asked::default()).unwrap();
    assert_eq!(second.verdict, Verdict::Defects);
    let report = fs::read_to_string(second.path.join("rapport-de-verification.txt")).unwrap();
    assert!(report.contains(&format!("ANOMALIES        {name}")), "{report}");
    assert!(report.contains("aucun journal de ce dossier n’enregistre cette archive"), "{report}");
    let events = trail(&mut till, 3);
    assert_eq!(events[0], (90, "Défaut d'intégrité constaté".to_owned(), name));
    assert_eq!((events[1].0, events[2].0), (440, 110));

    // One that is gone is made again, a month after later ones too.
    fs::remove_file(&archive).unwrap();
    let month = names(&first, "archives/").into_iter().find(|name| name.contains("month-2026-11")).unwrap();
    fs::remove_file(till.journal_folder(id).join(month)).unwrap();
    let third = kit(&mut till, SYSTEM, &stick.path().join("c"), Asked::default()).unwrap();
    assert_eq!((third.verdict, third.archives), (Verdict::Sound, first.archives));
    till.end();
}

#[test]
fn a_journal_that_was_lost_is_in_the_kit_as_it_lies() {
    let (mut till, stick) = (Till::founded(), tempfile::tempdir().unwrap());
    till.sell_coffee();
    let lost = till.register().id();
    till.stop();
    fs::write(till.journal_folder(lost).join("journal.db"), b"notes").unwrap();
    till.start();
    till.sell_coffee();
    let made = kit(&mut till, SYSTEM, stick.path(), Asked::default()).unwrap();
    assert_eq!(made.journals, 2);
    let damaged = made.path.join(format!("endommages/{lost}"));
    assert_eq!(fs::read(damaged.join("journal.db")).unwrap(), b"notes");
    assert!(!damaged.join("device.key").exists());
    assert_ne!(made.verdict, Verdict::Sound);
    till.stop();
}

#[test]
fn the_desk_answers_while_a_kit_is_written() {
    let (mut till, stick) = (with_months(), tempfile::tempdir().unwrap());
    let desk = Desk::start(till.take()).unwrap();
    let size = || desk.ask(|register| register.journal().standing().size()).unwrap();
    let (before, mut asked) = (size(), 0);
    let made = with_tools(|tools| {
        desk.inspection_kit("manager", stick.path(), Asked::default(), tools, &mut |_, _, _| {
            asked += u64::from(size() >= before);
        })
    });
    assert!(asked > 4, "the register answered {asked} times meanwhile");
    assert_eq!(made.unwrap().verdict, Verdict::Sound);
    let refused =
        with_tools(|tools| desk.inspection_kit("manager", stick.path(), Asked::default(), tools, &mut |_, _, _| ()));
    assert!(refused.unwrap_err().to_string().contains("is there already"));
    desk.close().unwrap();
    till.start();
    till.end();
}

#[test]
fn a_kit_that_is_given_up_while_it_is_verified_leaves_nothing() {
    let (mut till, stick) = (with_months(), tempfile::tempdir().unwrap());
    till.confirm_date();
    let desk = Desk::start(till.take()).unwrap();
    let verifies = AtomicBool::new(false);
    let wanted = || !verifies.load(Ordering::Relaxed);
    let mut progress = |stage: Stage, _, _| verifies.store(stage == Stage::Verifying, Ordering::Relaxed);
    let made = with_tools(|tools| {
        desk.inspection_kit_while("manager", stick.path(), Asked::default(), tools, &wanted, &mut progress)
    });
    assert!(matches!(made, Err(DeskKitError::Left)), "{made:?}");
    assert!(verifies.load(Ordering::Relaxed));
    assert_eq!(fs::read_dir(stick.path()).unwrap().count(), 0);
    desk.close().unwrap();
    till.start();
    assert!(!till.events().contains(&440), "a kit that is not there is not recorded");
    till.end();
}
