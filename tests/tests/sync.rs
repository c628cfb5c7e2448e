//! A till and its back office, over real HTTP: enrolled by a link, brought in step, countersigned, and each convicted of
//! what it does wrong.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use comptoir_backoffice::certificate::Certificate;
use comptoir_backoffice::journals::{self, Registered};
use comptoir_backoffice::merchants::{self, NewIds};
use comptoir_backoffice::office::Office;
use comptoir_backoffice::schema::STEPS;
use comptoir_backoffice::server;
use comptoir_backoffice::store::{Database, Store, StoreError, Tx};
use comptoir_backoffice::witness::WitnessKey;
use comptoir_core::basket::Basket;
use comptoir_core::catalogue::{Catalogue, Category, Product, VatByMode};
use comptoir_core::data_folder::DataFolder;
use comptoir_core::outside::SystemClock;
use comptoir_core::register::{Command, Desk, Register, Request};
use comptoir_core::tender::TenderRequest;
use comptoir_fiscal::entry::{Body, Channel};
use comptoir_fiscal::journal::OpenError;
use comptoir_fiscal::key::DeviceKey;
use comptoir_fiscal::values::{Cents, Quantity, Rate, RegisterId};
use comptoir_fiscal::verify::{self, Evidence, Verdict};
use comptoir_sync::enrol::{self, EnrolError};
use comptoir_sync::http::{Http, Unreachable};
use comptoir_sync::link::{Code, EnrolmentLink};
use comptoir_sync::message::{Enrolled, Refused};
use comptoir_sync::restore;
use comptoir_sync::task::{self, State, SyncError};
use comptoir_tests::sample::{self, CASHIERS};
use tokio::sync::oneshot;
use uuid::Uuid;

/// A back office that serves, and stops when it goes.
struct Served {
    office: Office,
    address: SocketAddr,
    certificate: comptoir_fiscal::values::Hash,
    stop: Option<oneshot::Sender<()>>,
    serving: Option<tokio::task::JoinHandle<std::io::Result<()>>>,
}

async fn serve(folder: &Path, listen: &str) -> Served {
    let store = Store::open(&Database::Sqlite(folder.join("backoffice.db")), STEPS).unwrap();
    let office = Office::new(store, WitnessKey::open(&folder.join("witness.key")).unwrap());
    let certificate = Certificate::open(folder, &["localhost".to_owned()]).unwrap();
    let hash = certificate.hash;
    let (ready, listening) = oneshot::channel();
    let (stop, stopped) = oneshot::channel::<()>();
    let (served, listen) = (office.clone(), listen.parse().unwrap());
    let serving = tokio::spawn(async move {
        let ready = |address| ready.send(address).unwrap();
        server::serve(served, listen, Some(certificate), ready, async move { drop(stopped.await) }).await
    });
    let address = listening.await.unwrap();
    Served { office, address, certificate: hash, stop: Some(stop), serving: Some(serving) }
}

impl Served {
    fn link(&self, seed: u8, merchant: &str, store: &str) -> EnrolmentLink {
        let code = Code::of([seed, 2, 3, 4, 5]);
        let (names, opened) = ((merchant.to_owned(), store.to_owned()), code.clone());
        let now = i64::try_from(server::now()).unwrap();
        let write = move |tx: &mut dyn Tx| {
            let ids =
                NewIds { merchant: Uuid::from_u128(seed.into()), store: Uuid::from_u128(1000 + u128::from(seed)) };
            let place = merchants::find_or_make(tx, &names.0, &names.1, ids, now)?;
            merchants::open_code(tx, &opened, &place, now)
        };
        self.office.store().write_now::<_, StoreError, _>(write).unwrap();
        self.link_of(code)
    }

    fn link_of(&self, code: Code) -> EnrolmentLink {
        EnrolmentLink {
            address: format!("https://{}", self.address),
            code,
            witness: self.office.witness().public(),
            certificate: Some(self.certificate),
        }
    }

    /// The link for a new device in the place of a register's.
    fn replacing(&self, seed: u8, register: RegisterId) -> EnrolmentLink {
        let code = Code::of([seed, 2, 3, 4, 5]);
        let (opened, now) = (code.clone(), i64::try_from(server::now()).unwrap());
        let write = move |tx: &mut dyn Tx| {
            let place = merchants::of_register(tx, register)?.unwrap();
            merchants::open_code(tx, &opened, &place, now)
        };
        self.office.store().write_now::<_, StoreError, _>(write).unwrap();
        self.link_of(code)
    }

    fn held(&self, register: RegisterId) -> Option<(Registered, Vec<u8>)> {
        let read = move |tx: &mut dyn Tx| {
            let Some(found) = Registered::find(tx, register)? else { return Ok(None) };
            let mut lines = Vec::new();
            journals::lines(tx, &found.whose, 0, &mut |line| {
                lines.extend_from_slice(line);
                Ok(())
            })?;
            Ok::<_, StoreError>(Some((found, lines)))
        };
        self.office.store().read_now(read).unwrap()
    }

    async fn stop(mut self) {
        self.stop.take().unwrap().send(()).unwrap();
        self.serving.take().unwrap().await.unwrap().unwrap();
    }
}

fn found(folder: &Path, label: &str) -> Arc<Desk> {
    let category = Category { id: "sample".to_owned(), label: "Exemple".to_owned(), color: None };
    let rate = Rate::from_basis_points(2000).unwrap();
    let product = Product {
        price: Some(Cents::new(250)),
        ..Product::new("1", "Article d'exemple", &category.id, VatByMode::new(rate))
    };
    let catalogue = Catalogue::new(vec![category], vec![product], Vec::new()).unwrap();
    let mut founding = sample::founding(catalogue, "sample", "Europe/Paris").unwrap();
    founding.label = label.to_owned();
    let register = Register::found(DataFolder::of_sample(folder), founding, sample::platform(SystemClock)).unwrap();
    Arc::new(Desk::start(register).unwrap())
}

fn sell(desk: &Desk, pieces: i64) {
    let sold = desk.ask(move |register| {
        let mut basket = Basket::new(None, Channel::Counter);
        let product = register.catalogue().product("1").unwrap();
        basket.add(product, Quantity::thousandths(pieces * 1000), None).unwrap();
        let mut due = basket.due(&register.terms()).map_err(|(_, error)| error).unwrap();
        due.tender(TenderRequest::Card { amount: due.left(), reference: None }).unwrap();
        let settled = due.settle().map_err(|(_, error)| error).unwrap();
        let id = register.new_command().unwrap();
        register.execute(Request::new(id, CASHIERS[0], Command::Sell(Box::new(settled)))).map(drop)
    });
    sold.unwrap().unwrap();
}

fn close_day(desk: &Desk) {
    let closed = desk.ask(|register| {
        let id = register.new_command().unwrap();
        register.execute(Request::new(id, CASHIERS[0], Command::CloseDay)).map(drop)
    });
    closed.unwrap().unwrap();
}

fn lines(desk: &Desk) -> Vec<u8> {
    let read = desk.ask(|register| register.journal().lines(0, register.journal().standing().size()));
    read.unwrap().unwrap().concat()
}

fn id(desk: &Desk) -> RegisterId {
    desk.ask(|register| register.id()).unwrap()
}

fn events(desk: &Desk) -> Vec<u32> {
    let read = desk.ask(|register| {
        let mut codes = Vec::new();
        register.journal().entries_from(0, |entry| {
            if let Body::Event(event) = &entry.body {
                codes.push(event.code);
            }
            Ok::<(), OpenError>(())
        })?;
        Ok::<_, OpenError>(codes)
    });
    read.unwrap().unwrap()
}

async fn enrol(desk: &Desk, link: &EnrolmentLink) -> Result<Enrolled, EnrolError> {
    let asked = link.clone();
    let request = desk.ask(move |register| enrol::ask(register, &asked)).unwrap()?;
    let response = Http::along(link).unwrap().carry(request).await.unwrap();
    let link = link.clone();
    desk.ask(move |register| enrol::answered(register, &link, &response)).unwrap()
}

async fn bring(desk: &Arc<Desk>) -> Result<State, SyncError> {
    task::bring(desk, &mut |_| ()).await
}

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

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_put_back_to_an_earlier_state_is_found_out_and_the_till_sells_on_in_another() {
    let folder = tempfile::tempdir().unwrap();
    let served = serve(folder.path(), "127.0.0.1:0").await;
    let (till, copy) = (folder.path().join("till"), folder.path().join("copy"));
    let desk = found(&till, "01");
    enrol(&desk, &served.link(1, "Exemple", "Rennes")).await.unwrap();
    sell(&desk, 1);
    bring(&desk).await.unwrap();
    Arc::into_inner(desk).unwrap().close().unwrap();
    copy_folder(&till, &copy);
    let desk = reopen(&till);
    sell(&desk, 2);
    bring(&desk).await.unwrap();
    let (old, held) = (id(&desk), lines(&desk));
    Arc::into_inner(desk).unwrap().close().unwrap();

    // All of it is put back, the heads outside of the journal too: only the back office knows better.
    std::fs::remove_dir_all(&till).unwrap();
    copy_folder(&copy, &till);
    let desk = reopen(&till);
    assert_eq!(id(&desk), old);
    assert_eq!(bring(&desk).await.unwrap(), State::PutBack);
    assert_ne!(id(&desk), old);
    assert!(events(&desk).contains(&911));
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

fn reopen(folder: &Path) -> Arc<Desk> {
    let register = Register::open(DataFolder::of_sample(folder), sample::platform(SystemClock), |_, _| ()).unwrap();
    Arc::new(Desk::start(register).unwrap())
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}
