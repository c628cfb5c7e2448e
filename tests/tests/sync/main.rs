//! A till and its back office, over real HTTP: enrolled by a link, brought in step, countersigned, and each convicted of
//! what it does wrong.

#![allow(clippy::unwrap_used, reason = "tests")]

mod clock;
mod convictions;
mod lost;
mod sharing;
mod shop;

use std::sync::Arc;

use comptoir_backoffice::store::{StoreError, Tx};
use comptoir_fiscal::entry::Body;
use comptoir_fiscal::journal::OpenError;
use comptoir_fiscal::key::DeviceKey;
use comptoir_fiscal::verify::{self, Evidence, Verdict};
use comptoir_sync::enrol::EnrolError;
use comptoir_sync::http::Unreachable;
use comptoir_sync::message::Refused;
use comptoir_sync::task::{State, SyncError};

use shop::{bring, close_day, enrol, events, found, id, lines, sell, serve};

#[tokio::test(flavor = "multi_thread")]
async fn what_a_till_seals_lies_in_the_back_office_byte_for_byte_and_its_closing_carries_the_countersignature() {
    let folder = tempfile::tempdir().unwrap();
    let (office, till) = (folder.path().join("office"), folder.path().join("till"));
    std::fs::create_dir(&office).unwrap();
    let served = serve(&office, "127.0.0.1:0").await;
    let desk = found(&till, "01");
    assert_eq!(bring(&desk).await.unwrap(), State::Alone);
    let enrolled = enrol(&desk, &served.link(1, "Exemple", "Rennes")).await.unwrap();
    assert_eq!((enrolled.merchant.as_str(), enrolled.store.as_str()), ("Exemple", "Rennes"));
    for pieces in 1..=30 {
        sell(&desk, pieces);
    }
    assert_eq!(bring(&desk).await.unwrap(), State::InStep);
    close_day(&desk);
    assert_eq!(bring(&desk).await.unwrap(), State::InStep);

    let (registered, held) = served.held(id(&desk)).unwrap();
    assert_eq!(held, lines(&desk));
    assert_eq!(registered.label, "01");
    let sums = served.office.store().read_now(|tx: &mut dyn Tx| {
        tx.one("SELECT CAST(SUM(tickets) AS BIGINT), CAST(SUM(ttc) AS BIGINT) FROM day", &[], |row| {
            Ok((row.integer(0)?, row.integer(1)?))
        })
    });
    assert_eq!(sums.map_err(|error: StoreError| error).unwrap(), Some((30, 250 * (30 * 31 / 2))));
    let closing = desk.ask(|register| {
        let mut witnessed = None;
        register.journal().entries_from(0, |entry| {
            if let Body::Closing(closing) = &entry.body {
                witnessed = closing.witnessed;
            }
            Ok::<(), OpenError>(())
        })?;
        Ok::<_, OpenError>(witnessed)
    });
    assert!(closing.unwrap().unwrap().is_some_and(|witnessed| witnessed.size > 30));
    let codes = events(&desk);
    assert_eq!(codes.iter().filter(|code| [126, 913].contains(*code)).copied().collect::<Vec<_>>(), [126, 913]);

    // Nothing more is said twice.
    let before = lines(&desk);
    assert_eq!(bring(&desk).await.unwrap(), State::InStep);
    assert_eq!(lines(&desk), before);
    served.stop().await;
    let journal = desk.ask(|register| register.journal().places().database()).unwrap();
    Arc::into_inner(desk).unwrap().close().unwrap();
    let checkpoint = Evidence::parse(&registered.checkpoint).unwrap();
    let report = verify::verify_file(&journal, &[checkpoint], &mut |_, _| ());
    assert_eq!(report.verdict(), Verdict::Sound, "{:?}", report.findings);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_enrols_one_till_of_its_business_under_a_number_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let served = serve(folder.path(), "127.0.0.1:0").await;
    let (first, second) = (found(&folder.path().join("1"), "01"), found(&folder.path().join("2"), "01"));
    let link = served.link(1, "Exemple", "Rennes");
    enrol(&first, &link).await.unwrap();
    // Its answer may have been lost: asked again, it is the same.
    enrol(&first, &link).await.unwrap();
    let used = enrol(&second, &link).await.unwrap_err();
    assert!(matches!(used, EnrolError::Refused(Refused::Code)), "{used:?}");
    let taken = enrol(&second, &served.link(2, "Exemple", "Rennes")).await.unwrap_err();
    assert!(matches!(taken, EnrolError::Refused(Refused::LabelTaken { .. })), "{taken:?}");
    enrol(&second, &served.link(3, "Exemple", "Nantes")).await.unwrap();
    let mut forged = served.link(4, "Exemple", "Paris");
    forged.witness.public_key = DeviceKey::from_seed(&[1; 32]).public();
    let refused = enrol(&first, &forged).await.unwrap_err();
    assert!(matches!(refused, EnrolError::Refused(Refused::NotSigned)), "{refused:?}");
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_back_office_with_another_certificate_is_told_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let served = serve(folder.path(), "127.0.0.1:0").await;
    let desk = found(&folder.path().join("till"), "01");
    let link = served.link(1, "Exemple", "Rennes");
    enrol(&desk, &link).await.unwrap();
    let address = served.address;
    served.stop().await;
    let elsewhere = tempfile::tempdir().unwrap();
    let impostor = serve(elsewhere.path(), &address.to_string()).await;
    let fault = bring(&desk).await.unwrap_err();
    assert!(matches!(fault, SyncError::Unreachable(Unreachable::Certificate)), "{fault:?}");
    impostor.stop().await;
    let nobody = bring(&desk).await.unwrap_err();
    assert!(matches!(nobody, SyncError::Unreachable(Unreachable::Network(_))), "{nobody:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_back_office_that_went_back_is_found_out_and_given_everything_again() {
    let folder = tempfile::tempdir().unwrap();
    let office = folder.path().join("office");
    std::fs::create_dir(&office).unwrap();
    let served = serve(&office, "127.0.0.1:0").await;
    let (address, desk) = (served.address.to_string(), found(&folder.path().join("till"), "01"));
    enrol(&desk, &served.link(1, "Exemple", "Rennes")).await.unwrap();
    sell(&desk, 1);
    bring(&desk).await.unwrap();
    served.stop().await;
    let copy = folder.path().join("copy.db");
    std::fs::copy(office.join("backoffice.db"), &copy).unwrap();
    let served = serve(&office, &address).await;
    sell(&desk, 2);
    assert_eq!(bring(&desk).await.unwrap(), State::InStep);
    served.stop().await;
    std::fs::copy(&copy, office.join("backoffice.db")).unwrap();
    let served = serve(&office, &address).await;
    sell(&desk, 3);
    assert_eq!(bring(&desk).await.unwrap(), State::InStep);
    assert_eq!(served.held(id(&desk)).unwrap().1, lines(&desk));
    assert_eq!(events(&desk).iter().filter(|code| **code == 911).count(), 1);
    served.stop().await;
}
