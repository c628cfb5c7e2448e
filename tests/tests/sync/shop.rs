//! A back office that serves, and tills that sell and talk to it: what the tests of sync are made of.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use comptoir_backoffice::certificate::Certificate;
use comptoir_backoffice::journals::{self, Registered};
use comptoir_backoffice::merchants::{self, NewIds};
use comptoir_backoffice::office::Office;
use comptoir_backoffice::schema::STEPS;
use comptoir_backoffice::server;
use comptoir_backoffice::store::{Database, Store, StoreError, Tx, Value};
use comptoir_backoffice::witness::WitnessKey;
use comptoir_core::basket::Basket;
use comptoir_core::catalogue::{Catalogue, Category, Product, VatByMode};
use comptoir_core::data_folder::DataFolder;
use comptoir_core::outside::{Clock, SystemClock};
use comptoir_core::register::{Command, Desk, Register, Request};
use comptoir_core::tender::TenderRequest;
use comptoir_fiscal::entry::{Body, Channel};
use comptoir_fiscal::journal::OpenError;
use comptoir_fiscal::values::{Cents, Quantity, Rate, RegisterId};
use comptoir_sync::enrol::{self, EnrolError};
use comptoir_sync::http::Http;
use comptoir_sync::link::{Code, EnrolmentLink};
use comptoir_sync::message::Enrolled;
use comptoir_sync::task::{self, State, SyncError};
use comptoir_tests::sample::{self, CASHIERS};
use tokio::sync::oneshot;
use uuid::Uuid;

/// A back office that serves, and stops when it goes.
pub(crate) struct Served {
    pub(crate) office: Office,
    pub(crate) address: SocketAddr,
    database: PathBuf,
    certificate: comptoir_fiscal::values::Hash,
    stop: Option<oneshot::Sender<()>>,
    serving: Option<tokio::task::JoinHandle<std::io::Result<()>>>,
}

pub(crate) async fn serve(folder: &Path, listen: &str) -> Served {
    let database = folder.join("backoffice.db");
    let store = Store::open(&Database::Sqlite(database.clone()), STEPS).unwrap();
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
    Served { office, address, database, certificate: hash, stop: Some(stop), serving: Some(serving) }
}

impl Served {
    pub(crate) fn link(&self, seed: u8, merchant: &str, store: &str) -> EnrolmentLink {
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

    /// The link for a new device in the place of a register's.
    pub(crate) fn replacing(&self, seed: u8, register: RegisterId) -> EnrolmentLink {
        let code = Code::of([seed, 2, 3, 4, 5]);
        let (opened, now) = (code.clone(), i64::try_from(server::now()).unwrap());
        let write = move |tx: &mut dyn Tx| {
            let place = merchants::of_register(tx, register)?.unwrap();
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

    pub(crate) fn held(&self, register: RegisterId) -> Option<(Registered, Vec<u8>)> {
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

    /// What is kept as evidence against a register: of which kind, and at which place.
    pub(crate) fn evidence(&self, register: RegisterId) -> Vec<(String, i64)> {
        let read = move |tx: &mut dyn Tx| {
            let key: [Value; 1] = [register.to_string().into()];
            let sql = "SELECT kind, seq FROM evidence WHERE register = $1 ORDER BY n";
            tx.all(sql, &key, |row| Ok((row.text(0)?.to_owned(), row.integer(1)?)))
        };
        self.office.store().read_now(read).map_err(|error: StoreError| error).unwrap()
    }

    /// What it holds of a record, as JSON.
    pub(crate) fn record(&self, kind: &'static str, key: &str) -> Option<String> {
        let key = key.to_owned();
        let read = move |tx: &mut dyn Tx| {
            let asked: [Value; 2] = [kind.into(), key.as_str().into()];
            let sql = "SELECT body FROM record WHERE kind = $1 AND key = $2";
            tx.all(sql, &asked, |row| Ok(row.text(0)?.to_owned()))
        };
        self.office.store().read_now(read).map_err(|error: StoreError| error).unwrap().pop()
    }

    /// What waits for a manager: of which record, and which of its fields.
    pub(crate) fn inbox(&self) -> Vec<String> {
        let read = |tx: &mut dyn Tx| {
            let sql = "SELECT kind, key, fields FROM inbox WHERE decided IS NULL ORDER BY n";
            tx.all(sql, &[], |row| Ok(format!("{} {} {}", row.text(0)?, row.text(1)?, row.text(2)?)))
        };
        self.office.store().read_now(read).map_err(|error: StoreError| error).unwrap()
    }

    /// Stops it, and waits until the database is closed: a connection that was answered last may hold it a moment longer
    /// than the server, and a test that then puts another file in its place would put it under an open one.
    pub(crate) async fn stop(mut self) {
        self.stop.take().unwrap().send(()).unwrap();
        self.serving.take().unwrap().await.unwrap().unwrap();
        let log = self.database.with_extension("db-wal");
        drop(self);
        let since = Instant::now();
        while log.exists() {
            assert!(since.elapsed() < Duration::from_secs(30), "the database is still open");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

pub(crate) fn found(folder: &Path, label: &str) -> Arc<Desk> {
    found_by(folder, label, SystemClock)
}

/// The same, by another clock.
pub(crate) fn found_by(folder: &Path, label: &str, clock: impl Clock + 'static) -> Arc<Desk> {
    let category = Category { id: "sample".to_owned(), label: "Exemple".to_owned(), color: None };
    let rate = Rate::from_basis_points(2000).unwrap();
    let product = Product {
        price: Some(Cents::new(250)),
        ..Product::new("1", "Article d'exemple", &category.id, VatByMode::new(rate))
    };
    let catalogue = Catalogue::new(vec![category], vec![product], Vec::new()).unwrap();
    let mut founding = sample::founding(catalogue, "sample", "Europe/Paris").unwrap();
    founding.label = label.to_owned();
    let register = Register::found(DataFolder::of_sample(folder), founding, sample::platform(clock)).unwrap();
    Arc::new(Desk::start(register).unwrap())
}

pub(crate) fn sell(desk: &Desk, pieces: i64) {
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

pub(crate) fn close_day(desk: &Desk) {
    let closed = desk.ask(|register| {
        let id = register.new_command().unwrap();
        register.execute(Request::new(id, CASHIERS[0], Command::CloseDay)).map(drop)
    });
    closed.unwrap().unwrap();
}

pub(crate) fn lines(desk: &Desk) -> Vec<u8> {
    let read = desk.ask(|register| register.journal().lines(0, register.journal().standing().size()));
    read.unwrap().unwrap().concat()
}

pub(crate) fn id(desk: &Desk) -> RegisterId {
    desk.ask(|register| register.id()).unwrap()
}

pub(crate) fn events(desk: &Desk) -> Vec<u32> {
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

pub(crate) async fn enrol(desk: &Desk, link: &EnrolmentLink) -> Result<Enrolled, EnrolError> {
    let asked = link.clone();
    let request = desk.ask(move |register| enrol::ask(register, &asked)).unwrap()?;
    let response = Http::along(link).unwrap().carry(request).await.unwrap();
    let link = link.clone();
    desk.ask(move |register| enrol::answered(register, &link, &response)).unwrap()
}

pub(crate) async fn bring(desk: &Arc<Desk>) -> Result<State, SyncError> {
    task::bring(desk, &mut |_| ()).await
}

/// Ends a till in order.
pub(crate) fn close(desk: Arc<Desk>) {
    Arc::into_inner(desk).unwrap().close().unwrap();
}

/// Opens a till's folder again.
pub(crate) fn open(folder: &Path) -> Arc<Desk> {
    open_by(folder, SystemClock)
}

/// The same by a clock of the caller's choice.
pub(crate) fn open_by(folder: &Path, clock: impl Clock + 'static) -> Arc<Desk> {
    let platform = sample::platform(clock);
    let register = Register::open(DataFolder::of_sample(folder), platform, |_, _| ()).unwrap();
    Arc::new(Desk::start(register).unwrap())
}

/// Copies a till's folder, state and key with it.
pub(crate) fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let place = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &place);
        } else {
            std::fs::copy(entry.path(), place).unwrap();
        }
    }
}
