//! Who does wrong is found out, and convicted by what the other side keeps.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use comptoir_backoffice::server;
use comptoir_core::outside::SetClock;
use comptoir_core::register::Desk;
use comptoir_fiscal::checkpoint::Checkpoint;
use comptoir_fiscal::key::DeviceKey;
use comptoir_fiscal::merkle::Frontier;
use comptoir_fiscal::verify::{self, Evidence, Rule, Verdict};
use comptoir_sync::task::State;
use tempfile::TempDir;

use crate::shop::{Served, bring, close, copy_folder, enrol, events, found, id, lines, open_by, sell, serve};

/// The name of the witness, whose key is of the seed of 32 bytes 77.
const WITNESS: &str = "office.example/1";

/// A back office, a till that sold on, and a copy of the till from before: same key, same journal.
struct Copied {
    _folder: TempDir,
    served: Served,
    till: Arc<Desk>,
    copy: Arc<Desk>,
}

/// The till had brought all that the copy has, and has sold twice and brought it since.
async fn copied() -> Copied {
    let folder = tempfile::tempdir().unwrap();
    let (office, first, second) =
        (folder.path().join("office"), folder.path().join("till"), folder.path().join("copy"));
    std::fs::create_dir(&office).unwrap();
    let seed = format!("{}TU0=", "TU1N".repeat(10));
    std::fs::write(office.join("witness.key"), format!("{WITNESS} {seed}\n")).unwrap();
    let served = serve(&office, "127.0.0.1:0").await;
    let till = found(&first, "01");
    enrol(&till, &served.link(1, "Exemple", "Rennes")).await.unwrap();
    (1..=3).for_each(|pieces| sell(&till, pieces));
    assert_eq!(bring(&till).await.unwrap(), State::InStep);
    close(till);
    copy_folder(&first, &second);
    // Both begin in one second, so that what each seals as it starts is the same.
    let clock = SetClock::at(i64::try_from(server::now()).unwrap());
    let till = open_by(&first, clock.clone());
    (1..=2).for_each(|pieces| sell(&till, pieces));
    assert_eq!(bring(&till).await.unwrap(), State::InStep);
    let copy = open_by(&second, clock);
    assert_eq!(id(&till), id(&copy));
    Copied { _folder: folder, served, till, copy }
}

/// The rules that a journal breaks, held against what the back office keeps.
fn broken(journal: &Path, evidence: &[&str]) -> Vec<Rule> {
    let evidence: Vec<Evidence> = evidence.iter().map(|text| Evidence::parse(text).unwrap()).collect();
    let report = verify::verify_file(journal, &evidence, &mut |_, _| ());
    let rules: Vec<Rule> = report.findings.iter().map(|finding| finding.rule).collect();
    assert_eq!(report.verdict() == Verdict::Sound, rules.is_empty());
    rules
}

fn journal(desk: Arc<Desk>) -> PathBuf {
    let journal = place(&desk);
    close(desk);
    journal
}

fn place(desk: &Desk) -> PathBuf {
    desk.ask(|register| register.journal().places().database()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_till_that_was_put_back_learns_it_before_it_has_anything_to_send() {
    let Copied { served, till, copy, _folder } = copied().await;
    // It believes that everything lies there.
    let all = copy.ask(|register| {
        let size = register.journal().standing().size();
        register.tree_towards(&Frontier::new(), size, size).unwrap().unwrap()
    });
    copy.ask(|register| register.keep_sent(all.unwrap())).unwrap().unwrap();
    let left = place(&copy);
    assert_eq!(bring(&copy).await.unwrap(), State::PutBack);
    let kept = served.held(id(&till)).unwrap().0.checkpoint;
    assert_eq!(served.evidence(id(&till)), []);
    close(copy);
    assert_eq!(broken(&left, &[&kept]), [Rule::Truncation]);
    assert_eq!(broken(&journal(till), &[&kept]), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_till_of_one_key_is_convicted_by_what_the_back_office_keeps() {
    let Copied { served, till, copy, _folder } = copied().await;
    (3..=6).for_each(|pieces| sell(&copy, pieces));
    let left = place(&copy);
    assert_eq!(bring(&copy).await.unwrap(), State::PutBack);
    assert!(events(&copy).contains(&911));
    close(copy);
    let (register, held) = served.held(id(&till)).unwrap();
    assert_eq!(held, lines(&till), "the first history stays as it was");
    assert!(!served.evidence(id(&till)).is_empty());
    assert_eq!(broken(&left, &[&register.checkpoint]), [Rule::Fork]);
    assert_eq!(broken(&journal(till), &[&register.checkpoint]), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_till_that_does_not_know_what_was_sent_shows_its_history_all_the_same() {
    for sales in [1, 6] {
        let Copied { served, till, copy, _folder } = copied().await;
        (0..sales).for_each(|_| sell(&copy, 9));
        // Enrolled anew, it has forgotten what lies there.
        let back_office = copy.ask(|register| register.back_office().cloned()).unwrap().unwrap();
        copy.ask(|register| register.enrolled(back_office)).unwrap().unwrap();
        assert_eq!(bring(&copy).await.unwrap(), State::PutBack);
        assert!(events(&copy).contains(&911));
        assert_eq!(served.evidence(id(&till)).len(), 1, "{sales} sales");
        assert_eq!(served.held(id(&till)).unwrap().1, lines(&till));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_put_back_alone_is_convicted_though_the_till_skips_what_it_believes_to_lie_there() {
    let Copied { served, till, copy, _folder } = copied().await;
    let believed = till.ask(|register| register.sent().unwrap().frontier.clone()).unwrap();
    let size = believed.size();
    copy.ask(move |register| register.keep_sent(believed)).unwrap().unwrap();
    while copy.ask(|register| register.journal().standing().size()).unwrap() <= size {
        sell(&copy, 9);
    }
    assert_eq!(bring(&copy).await.unwrap(), State::PutBack);
    // The entry after what was believed, and the last one that both histories have a place for.
    assert!(served.evidence(id(&till)).contains(&("fork".to_owned(), i64::try_from(size).unwrap())));
    assert_eq!(served.held(id(&till)).unwrap().1, lines(&till));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_back_office_that_countersigned_two_histories_is_convicted_by_the_two_checkpoints() {
    let Copied { served, till, copy, _folder } = copied().await;
    (3..=4).for_each(|pieces| sell(&copy, pieces));
    let kept = served.held(id(&till)).unwrap().0.checkpoint;
    // What a back office would show somebody else: the other history, countersigned with the key of its folder.
    let mut other = copy.ask(|register| register.journal().checkpoint()).unwrap();
    other.countersign(WITNESS, &DeviceKey::from_seed(&[77; 32]), comptoir_backoffice::server::now());
    let witness = served.office.witness().public();
    let shown = Checkpoint::parse(&kept).unwrap();
    assert_eq!(shown.statement.size, other.statement.size);
    assert_ne!(shown.statement.root, other.statement.root);
    assert!(shown.witnessed_at(&witness).is_some() && other.witnessed_at(&witness).is_some());
    // Against the journal, and against each other wherever the journal ends.
    assert_eq!(broken(&journal(till), &[&kept, &other.to_string()]), [Rule::Fork, Rule::Fork]);
    assert_eq!(broken(&journal(copy), &[&kept]), [Rule::Fork]);
}
