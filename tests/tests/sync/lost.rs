//! Journals that were put back, tills that were revoked, and a tablet that was lost and returns.

use std::path::Path;
use std::sync::Arc;

use comptoir_backoffice::journals::Registered;
use comptoir_backoffice::server;
use comptoir_backoffice::store::{StoreError, Tx};
use comptoir_core::data_folder::DataFolder;
use comptoir_core::history::TicketSearch;
use comptoir_core::outside::SystemClock;
use comptoir_core::register::{Desk, LostJournal, Offer, Register};
use comptoir_fiscal::journal::LeftJournal;
use comptoir_fiscal::values::RegisterId;
use comptoir_sync::http::Http;
use comptoir_sync::link::EnrolmentLink;
use comptoir_sync::meeting::{NotMet, meet, words};
use comptoir_sync::message::Refused;
use comptoir_sync::request::{self, Method};
use comptoir_sync::restore::{self, RestoreError};
use comptoir_sync::task::State;
use comptoir_tests::sample;

use crate::shop::{bring, close, copy_folder, enrol, events, found, id, lines, open, sell, serve};

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_put_back_to_an_earlier_state_is_found_out_and_the_till_sells_on_in_another() {
    put_back(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_put_back_that_went_on_otherwise_is_found_out_and_left_as_well() {
    put_back(1).await;
    // Longer by now than what the back office holds.
    put_back(9).await;
}

/// A till is put back, all of it, and sells so many times before it hears of the back office again.
async fn put_back(sales: i64) {
    let folder = tempfile::tempdir().unwrap();
    let served = serve(folder.path(), "127.0.0.1:0").await;
    let (till, copy) = (folder.path().join("till"), folder.path().join("copy"));
    let desk = found(&till, "01");
    enrol(&desk, &served.link(1, "Exemple", "Rennes")).await.unwrap();
    sell(&desk, 1);
    bring(&desk).await.unwrap();
    close(desk);
    copy_folder(&till, &copy);
    let desk = open(&till);
    sell(&desk, 2);
    bring(&desk).await.unwrap();
    let (old, held) = (id(&desk), lines(&desk));
    close(desk);

    // The heads outside of the journal are put back too: only the back office knows better.
    std::fs::remove_dir_all(&till).unwrap();
    copy_folder(&copy, &till);
    let desk = open(&till);
    assert_eq!(id(&desk), old);
    (0..sales).for_each(|_| sell(&desk, 5));
    assert_eq!(bring(&desk).await.unwrap(), State::PutBack);
    assert_ne!(id(&desk), old);
    assert!(events(&desk).contains(&911));
    assert!(sales == 0 || !served.evidence(old).is_empty());
    sell(&desk, 3);
    assert_eq!(bring(&desk).await.unwrap(), State::InStep);
    assert_eq!(served.held(id(&desk)).unwrap().1, lines(&desk));
    let (left, still) = served.held(old).unwrap();
    assert!(left.revoked.is_some());
    assert_eq!(still, held);
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_till_is_told_so_and_what_it_sealed_still_arrives() {
    let folder = tempfile::tempdir().unwrap();
    let served = serve(folder.path(), "127.0.0.1:0").await;
    let desk = found(&folder.path().join("till"), "01");
    enrol(&desk, &served.link(1, "Exemple", "Rennes")).await.unwrap();
    sell(&desk, 1);
    bring(&desk).await.unwrap();
    let (register, now) = (id(&desk), i64::try_from(server::now()).unwrap());
    let revoke = move |tx: &mut dyn Tx| Registered::revoke(tx, register, now);
    assert!(served.office.store().write_now::<_, StoreError, _>(revoke).unwrap());
    sell(&desk, 2);
    assert_eq!(bring(&desk).await.unwrap(), State::Revoked);
    assert_eq!(served.held(register).unwrap().1, lines(&desk));
    served.stop().await;
}

/// A till on a new device in the place of the one that a link names; it is not enrolled yet.
pub(crate) async fn replaced(folder: &Path, link: &EnrolmentLink) -> (Arc<Desk>, LostJournal) {
    let http = Http::along(link).unwrap();
    let edited = tempfile::tempdir().unwrap();
    let shop = edited.path().join("shop.db");
    let Offer::Replace(told) = restore::fetch(&http, link, &shop).await.unwrap() else { panic!("nothing was lost") };
    let platform = sample::platform(SystemClock);
    let register = Register::replace(DataFolder::of_sample(folder), &shop, &told, platform).unwrap();
    (Arc::new(Desk::start(register).unwrap()), *told)
}

/// How many tickets a till finds.
fn tickets(desk: &Desk) -> usize {
    desk.ask(|register| register.find_tickets(&TicketSearch::default(), None, 200).unwrap().tickets.len()).unwrap()
}

/// The lines of a journal that lies beside a till's own.
fn left_lines(folder: &Path, register: RegisterId) -> Vec<u8> {
    let places = DataFolder::of_sample(folder).journal(register);
    let left = LeftJournal::open(&places.database()).unwrap();
    left.lines(0, left.size()).unwrap().concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_tablet_is_replaced_and_what_it_had_not_sent_still_arrives_when_it_returns() {
    let folder = tempfile::tempdir().unwrap();
    let served = serve(folder.path(), "127.0.0.1:0").await;
    let lost = found(&folder.path().join("lost"), "01");
    enrol(&lost, &served.link(1, "Exemple", "Rennes")).await.unwrap();
    for pieces in 1..=20 {
        sell(&lost, pieces);
    }
    bring(&lost).await.unwrap();
    let (old, sent) = (id(&lost), lines(&lost));
    // Never sent: the tablet is thrown away before there was a network.
    sell(&lost, 21);

    let (link, place) = (served.replacing(2, old), folder.path().join("new"));
    let (new, told) = replaced(&place, &link).await;
    let held = sent.iter().filter(|byte| **byte == b'\n').count() as u64;
    assert_eq!((told.journal.register, told.journal.size, told.journal.label.as_str()), (old, held, "01"));
    // It sells before anything of the past is here, and before it is enrolled.
    sell(&new, 5);
    assert_eq!(tickets(&new), 1);
    enrol(&new, &link).await.unwrap();
    assert_eq!(bring(&new).await.unwrap(), State::InStep);
    let succeeds = new.ask(|register| register.settings().succeeds.clone()).unwrap().unwrap();
    assert_eq!((succeeds.register, succeeds.checkpoint), (old, Some(told.journal.checkpoint)));
    assert!(served.held(old).unwrap().0.revoked.is_some());
    assert_eq!(tickets(&new), 21);
    assert_eq!(left_lines(&place, old), sent);

    assert_eq!(bring(&lost).await.unwrap(), State::Revoked);
    assert_eq!(served.held(old).unwrap().1, lines(&lost));
    assert_eq!(served.held(id(&new)).unwrap().1, lines(&new));
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_till_that_was_replaced_twice_has_the_past_of_both_journals_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let served = serve(folder.path(), "127.0.0.1:0").await;
    let first = found(&folder.path().join("first"), "01");
    enrol(&first, &served.link(1, "Exemple", "Rennes")).await.unwrap();
    (1..=3).for_each(|pieces| sell(&first, pieces));
    bring(&first).await.unwrap();
    let link = served.replacing(2, id(&first));
    let (second, _) = replaced(&folder.path().join("second"), &link).await;
    enrol(&second, &link).await.unwrap();
    sell(&second, 4);
    bring(&second).await.unwrap();
    let (link, place) = (served.replacing(3, id(&second)), folder.path().join("third"));
    let (third, told) = replaced(&place, &link).await;
    assert_eq!(told.before.iter().map(|journal| journal.register).collect::<Vec<_>>(), [id(&first)]);
    enrol(&third, &link).await.unwrap();
    bring(&third).await.unwrap();
    assert_eq!(tickets(&third), 4);
    assert_eq!(left_lines(&place, id(&first)), served.held(id(&first)).unwrap().1);
    assert_eq!(left_lines(&place, id(&second)), served.held(id(&second)).unwrap().1);
    assert_eq!(third.ask(|register| register.settings().label.clone()).unwrap(), "01-3");
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_took_a_journals_place_is_given_it() {
    let folder = tempfile::tempdir().unwrap();
    let served = serve(folder.path(), "127.0.0.1:0").await;
    let (one, other) = (found(&folder.path().join("one"), "01"), found(&folder.path().join("other"), "02"));
    enrol(&one, &served.link(1, "Exemple", "Rennes")).await.unwrap();
    enrol(&other, &served.link(2, "Autre", "Brest")).await.unwrap();
    sell(&one, 1);
    bring(&one).await.unwrap();
    bring(&other).await.unwrap();
    let (wanted, now) = (id(&one), server::now());
    let request = other
        .ask(move |register| {
            let path = format!("/v1/registers/{}/past?of={wanted}&before=9", register.id());
            let own = (register.id(), register.journal().key());
            request::sign((Method::Get, path), Vec::new(), None, own, now, [7; 16])
        })
        .unwrap();
    let answer = served.office.answer(request, now).await;
    let refused: Refused = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!((answer.status, refused), (Refused::NothingToRestore.status(), Refused::NothingToRestore));
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spare_telephone_is_one_more_till_of_the_store_and_has_its_catalogue_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let served = serve(folder.path(), "127.0.0.1:0").await;
    let link = served.link(1, "Exemple", "Rennes");
    let http = Http::along(&link).unwrap();
    let shop = folder.path().join("shop.db");
    let nobody = restore::fetch(&http, &link, &shop).await.unwrap_err();
    assert!(matches!(nobody, RestoreError::Refused(Refused::NothingToRestore)), "there is no till yet to begin like");
    let first = found(&folder.path().join("first"), "01");
    enrol(&first, &link).await.unwrap();
    sell(&first, 1);
    bring(&first).await.unwrap();

    let link = served.link(2, "Exemple", "Rennes");
    let Offer::Join(settings) = restore::fetch(&http, &link, &shop).await.unwrap() else { panic!("nobody was lost") };
    assert_eq!((settings.label.as_str(), &settings.succeeds), ("02", &None));
    let data = DataFolder::of_sample(folder.path().join("phone"));
    let register = Register::join(data, &shop, &settings, sample::platform(SystemClock)).unwrap();
    let phone = Arc::new(Desk::start(register).unwrap());
    sell(&phone, 2);
    assert_eq!(tickets(&phone), 1);
    enrol(&phone, &link).await.unwrap();
    assert_eq!(bring(&phone).await.unwrap(), State::InStep);
    assert_eq!(served.held(id(&phone)).unwrap().1, lines(&phone));
    assert!(served.held(id(&first)).unwrap().0.revoked.is_none());
    let merchant = |desk: &Desk| desk.ask(|register| register.settings().merchant.clone()).unwrap();
    assert_eq!(merchant(&phone), merchant(&first));
    assert!(served.inbox().is_empty(), "nothing of what it began with differs");
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_back_office_whose_address_was_typed_is_known_by_its_words() {
    let folder = tempfile::tempdir().unwrap();
    let served = serve(folder.path(), "127.0.0.1:0").await;
    let link = served.link(1, "Exemple", "Rennes");
    let met = meet(&served.address.to_string(), &link.code.as_str().to_lowercase()).await.unwrap();
    assert_eq!(met.link, link, "what it would have shown");
    assert_eq!(met.words, words(&link.witness.public_key, link.certificate));
    let desk = found(&folder.path().join("till"), "01");
    enrol(&desk, &met.link).await.unwrap();
    assert_eq!(bring(&desk).await.unwrap(), State::InStep);
    assert!(matches!(meet("nobody.invalid", "ABCDEFGH").await, Err(NotMet::Unreachable(_))));
    assert!(matches!(meet("127.0.0.1:1", "ABC").await, Err(NotMet::Typed(_))));
    served.stop().await;
}
