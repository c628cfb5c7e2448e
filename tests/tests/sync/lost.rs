//! Journals that were put back, tills that were revoked, and a tablet that was lost and returns.

use std::sync::Arc;

use comptoir_backoffice::journals::Registered;
use comptoir_backoffice::server;
use comptoir_backoffice::store::{StoreError, Tx};
use comptoir_core::data_folder::DataFolder;
use comptoir_core::outside::SystemClock;
use comptoir_core::register::{Desk, Register};
use comptoir_sync::http::Http;
use comptoir_sync::restore;
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

    let link = served.replacing(2, old);
    let http = Http::along(&link).unwrap();
    let copy = folder.path().join("copy");
    let told = restore::fetch(&http, &link, &copy, |_, _| ()).await.unwrap();
    assert_eq!((told.register, told.size), (old, sent.iter().filter(|byte| **byte == b'\n').count() as u64));
    let data = DataFolder::of_sample(folder.path().join("new"));
    let platform = sample::platform(SystemClock);
    let checkpoint = Some(told.checkpoint.clone());
    let (register, restored) = Register::restore(data, &copy, checkpoint, platform, |_, _| ()).unwrap();
    assert_eq!(restored.entries, told.size);
    let new = Arc::new(Desk::start(register).unwrap());
    enrol(&new, &link).await.unwrap();
    sell(&new, 5);
    assert_eq!(bring(&new).await.unwrap(), State::InStep);
    let succeeds = new.ask(|register| register.settings().succeeds.clone()).unwrap().unwrap();
    assert_eq!((succeeds.register, succeeds.checkpoint), (old, Some(told.checkpoint)));
    assert!(served.held(old).unwrap().0.revoked.is_some());

    assert_eq!(bring(&lost).await.unwrap(), State::Revoked);
    assert_eq!(served.held(old).unwrap().1, lines(&lost));
    assert_eq!(served.held(id(&new)).unwrap().1, lines(&new));
    served.stop().await;
}
