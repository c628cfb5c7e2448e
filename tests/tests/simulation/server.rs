//! The back office's own logic over a real SQLite database, which is stopped, put back and looked into.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use comptoir_backoffice::journals::{self, Registered};
use comptoir_backoffice::merchants::{self, NewIds};
use comptoir_backoffice::office::Office;
use comptoir_backoffice::schema::STEPS;
use comptoir_backoffice::store::{Database, Store, StoreError, Tx, Value};
use comptoir_backoffice::witness::WitnessKey;
use comptoir_fiscal::checkpoint::{Checkpoint, Witness};
use comptoir_fiscal::key::{DeviceKey, encode_signature};
use comptoir_fiscal::values::RegisterId;
use comptoir_sync::enrol;
use comptoir_sync::link::Code;
use comptoir_sync::message::{Enrol, PROTOCOL};
use comptoir_sync::request::{Method, Request, Response};
use tokio::runtime::Runtime;
use uuid::Uuid;

use crate::journals::{History, Journal, Sums};

/// 1 June 2026: the true time when a simulation begins.
pub(crate) const BEGINS: u64 = 1_780_300_000;

const FILES: [&str; 2] = ["backoffice.db", "backoffice.db-wal"];

/// A back office that can be crashed and put back.
pub(crate) struct Server<'r> {
    runtime: &'r Runtime,
    office: Option<Office>,
    folder: PathBuf,
    /// How many folders it has had, and how many images were made of them.
    folders: usize,
    images: usize,
}

/// A folder with the files of a database as they lay there at some moment.
#[derive(Clone)]
pub(crate) struct Image(PathBuf);

fn witness_key() -> WitnessKey {
    WitnessKey::new("office.example/1", DeviceKey::from_seed(&[77; 32]))
}

/// Whose countersignatures count.
pub(crate) fn witness() -> Witness {
    witness_key().public()
}

fn open(folder: &Path) -> Office {
    let store = Store::open(&Database::Sqlite(folder.join(FILES[0])), STEPS).unwrap();
    Office::new(store, witness_key())
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for file in FILES {
        match std::fs::copy(from.join(file), to.join(file)) {
            Ok(_) => {}
            // After an orderly stop there is no log.
            Err(fault) => assert_eq!((file, fault.kind()), (FILES[1], std::io::ErrorKind::NotFound)),
        }
    }
}

/// A database in which the journals are enrolled, made once.
pub(crate) fn enrolled(folder: &Path, runtime: &Runtime, enrolled: &[Arc<Journal>]) -> Image {
    std::fs::create_dir_all(folder).unwrap();
    let office = open(folder);
    for (number, journal) in (1u8..).zip(enrolled) {
        let code = Code::of([number, 2, 3, 4, 5]);
        let opened = code.clone();
        let write = move |tx: &mut dyn Tx| {
            let ids = NewIds { merchant: Uuid::from_u128(1), store: Uuid::from_u128(2) };
            let now = i64::try_from(BEGINS).unwrap();
            let place = merchants::find_or_make(tx, "Exemple", "Simulation", ids, now)?;
            merchants::open_code(tx, &opened, &place, now)
        };
        office.store().write_now::<_, StoreError, _>(write).unwrap();
        let genesis = String::from_utf8(journal.lines(History::First)[0].bytes.clone()).unwrap();
        let text = enrol::proof_text(code.as_str(), &genesis, &witness().public_key.to_base64());
        let proof = encode_signature(&journal.key.sign_enrolment(&text));
        let asked = Enrol { protocol: PROTOCOL, code: code.as_str().to_owned(), genesis, proof };
        let body = serde_json::to_vec(&asked).unwrap();
        let request = Request { method: Method::Post, path: enrol::PATH.to_owned(), headers: Vec::new(), body };
        let response = runtime.block_on(office.answer(request, BEGINS));
        assert_eq!(response.status, 200, "{}", String::from_utf8_lossy(&response.body));
    }
    Image(folder.to_owned())
}

impl<'r> Server<'r> {
    /// A back office that begins with what lies in an image, and works in folders under `folder`.
    pub(crate) fn begin(folder: &Path, image: &Image, runtime: &'r Runtime) -> Server<'r> {
        let mut server = Server { runtime, office: None, folder: folder.to_owned(), folders: 0, images: 0 };
        server.open(image);
        server
    }

    fn current(&self) -> PathBuf {
        self.folder.join(self.folders.to_string())
    }

    /// Its files as they lie there now, as after a power cut at this moment.
    pub(crate) fn image(&mut self) -> Image {
        self.images += 1;
        let to = self.folder.join(format!("image-{}", self.images));
        copy(&self.current(), &to);
        Image(to)
    }

    /// Starts anew over the files of an image.
    pub(crate) fn open(&mut self, image: &Image) {
        self.office = None;
        if self.folders > 0 {
            let _ = std::fs::remove_dir_all(self.current());
        }
        self.folders += 1;
        copy(&image.0, &self.current());
        self.office = Some(open(&self.current()));
    }

    pub(crate) fn answer(&self, request: Request, now: u64) -> Response {
        self.runtime.block_on(self.office().answer(request, now))
    }

    fn office(&self) -> &Office {
        self.office.as_ref().unwrap()
    }

    fn read<T: Send + 'static>(&self, job: impl FnMut(&mut dyn Tx) -> Result<T, StoreError> + Send + 'static) -> T {
        self.office().store().read_now(job).unwrap()
    }

    pub(crate) fn size(&self, register: RegisterId) -> usize {
        let size = self.read(move |tx| Ok(Registered::find(tx, register)?.map(|found| found.size)));
        usize::try_from(size.unwrap()).unwrap()
    }

    /// The seqs and bytes of all that is held of a journal.
    pub(crate) fn lines(&self, register: RegisterId) -> Vec<Vec<u8>> {
        self.read(move |tx| {
            let found = Registered::find(tx, register)?.unwrap();
            let mut lines = Vec::new();
            journals::lines(tx, &found.whose, 0, &mut |line| {
                lines.push(line.to_vec());
                Ok(())
            })?;
            let sql = "SELECT count(*) FROM line WHERE merchant = $1 AND register = $2";
            let key = [found.whose.merchant.as_str().into(), register.to_string().into()];
            let count = tx.one(sql, &key, |row| row.integer(0))?.unwrap();
            assert_eq!((count, found.size), (i64::try_from(lines.len()).unwrap(), lines.len() as u64));
            Ok(lines)
        })
    }

    fn count(&self, sql: &'static str, register: RegisterId) -> i64 {
        let key: [Value; 1] = [register.to_string().into()];
        self.read(move |tx| tx.one(sql, &key, |row| row.integer(0))).unwrap()
    }

    pub(crate) fn evidence(&self, register: RegisterId) -> i64 {
        self.count("SELECT count(*) FROM evidence WHERE register = $1", register)
    }

    pub(crate) fn defects(&self, register: RegisterId) -> i64 {
        self.count("SELECT count(*) FROM finding WHERE register = $1 AND is_defect = CAST(1 AS BIGINT)", register)
    }

    pub(crate) fn refused(&self, register: RegisterId) -> i64 {
        self.count("SELECT refused FROM register WHERE register = $1", register)
    }

    /// The countersigned checkpoint over the first `size` entries of a journal, where one is kept.
    pub(crate) fn checkpoint(&self, register: RegisterId, size: usize) -> Option<Checkpoint> {
        let key: [Value; 2] = [register.to_string().into(), i64::try_from(size).unwrap().into()];
        let sql = "SELECT text FROM checkpoint WHERE register = $1 AND size = $2";
        let text = self.read(move |tx| tx.one(sql, &key, |row| Ok(row.text(0)?.to_owned())))?;
        Some(Checkpoint::parse(&text).unwrap())
    }

    /// What it has summed up of a journal's tickets.
    pub(crate) fn sums(&self, register: RegisterId) -> Sums {
        self.read(move |tx| {
            let key: [Value; 1] = [register.to_string().into()];
            let mut sums = Sums::default();
            tx.each("SELECT day, tickets, ttc FROM day WHERE register = $1", &key, &mut |row| {
                sums.days.insert(row.integer(0)?, (row.integer(1)?, row.integer(2)?));
                Ok(())
            })?;
            tx.each("SELECT day, tender, cents FROM day_tender WHERE register = $1", &key, &mut |row| {
                sums.tenders.insert((row.integer(0)?, row.text(1)?.to_owned()), row.integer(2)?);
                Ok(())
            })?;
            tx.each("SELECT day, rate, ttc FROM day_rate WHERE register = $1", &key, &mut |row| {
                sums.rates.insert((row.integer(0)?, row.integer(1)?), row.integer(2)?);
                Ok(())
            })?;
            Ok(sums)
        })
    }
}
