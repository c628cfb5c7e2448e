//! The back office's folder: its database where it has no server, its witness's key, its certificate, and where it is
//! reached.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use comptoir_backoffice::certificate::Certificate;
use comptoir_backoffice::office::Office;
use comptoir_backoffice::schema::STEPS;
use comptoir_backoffice::shared::editing::NotEdited;
use comptoir_backoffice::shared::inbox::NotDecided;
use comptoir_backoffice::store::{Database, Store, StoreError};
use comptoir_backoffice::witness::WitnessKey;
use comptoir_core::import::ImportError;
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;
use comptoir_fiscal::values::Hash;
use comptoir_sync::link::is_safe;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::arguments::Place;

const REACHED: &str = "reached.json";

/// The database of a back office that has no server for it.
pub(crate) const DATABASE: &str = "backoffice.db";

/// Where the back office is reached, as it was last served.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Reached {
    /// Its address.
    pub(crate) address: String,
    /// The hash of its certificate, where it made that itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) certificate: Option<String>,
}

/// Why a command could not be done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FolderError {
    /// A file could not be read or written.
    #[error("{path}: {cause}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: std::io::Error,
    },
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The address is none, or would let registers speak in clear.
    #[error("not an address for registers: {0}")]
    Address(String),
    /// It was never served.
    #[error("it was never served, so nobody knows where it is reached")]
    NeverServed,
    /// Its database is a server's, which has means of its own to copy it.
    #[error("its database is no file")]
    NotAFile,
    /// There is something in a folder that is to be filled.
    #[error("{0} is not empty")]
    NotEmpty(PathBuf),
    /// A database is damaged, or is none.
    #[error("{path} cannot be copied: {why}")]
    Damaged {
        /// Which one.
        path: PathBuf,
        /// What it says.
        why: String,
    },
    /// There is no such register.
    #[error("no such register")]
    UnknownRegister,
    /// There is no such store.
    #[error("no such store")]
    UnknownStore,
    /// Nothing was decided of what waits.
    #[error(transparent)]
    NotDecided(#[from] NotDecided),
    /// Several stores have something of this number that waits.
    #[error("several stores have something of this number that waits")]
    SeveralStores,
    /// A table could not be read.
    #[error(transparent)]
    Table(#[from] ImportError),
    /// Records could not be edited.
    #[error("records could not be edited: {0:?}")]
    NotEdited(NotEdited),
}

impl From<NotEdited> for FolderError {
    fn from(error: NotEdited) -> FolderError {
        match error {
            NotEdited::Store(error) => FolderError::Store(error),
            other => FolderError::NotEdited(other),
        }
    }
}

impl FolderError {
    /// What is wrong and what to do.
    pub(crate) fn message(&self) -> Message {
        match self {
            FolderError::Io { path, cause } => message!(
                "{path} cannot be read or written: {why}.",
                path = path.display().to_string(),
                why = cause.to_string()
            ),
            FolderError::Store(error) => error.message(),
            FolderError::Address(address) => message!(
                "{address} is no address for registers: it begins with https, or leads to this machine alone.",
                address = address.as_str()
            ),
            FolderError::NeverServed => {
                message!("Serve the back office once first: until then nobody knows where it is reached.")
            }
            FolderError::NotAFile => {
                message!("Its database is a PostgreSQL: copy that with pg_dump, and the folder beside it.")
            }
            FolderError::NotEmpty(path) => {
                message!("{path} is not empty: name a folder that is not there yet.", path = path.display().to_string())
            }
            FolderError::Damaged { path, why } => message!(
                "{path} cannot be copied, or the copy is not whole: {why}.",
                path = path.display().to_string(),
                why = why.as_str()
            ),
            FolderError::UnknownRegister => message!("There is no such register here."),
            FolderError::UnknownStore => {
                message!("There is no such store of such a merchant here. List what there is: registers.")
            }
            FolderError::NotDecided(error) => error.message(),
            FolderError::SeveralStores => {
                message!("Several stores have something of this number: say which with --merchant and --store.")
            }
            FolderError::Table(error) => error.message(),
            FolderError::NotEdited(error) => error.message(),
        }
    }
}

/// An error of a file, with its path.
pub(crate) fn at(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> FolderError {
    let path = path.into();
    |cause| FolderError::Io { path, cause }
}

impl Place {
    /// Opens the database, and makes what is missing.
    pub(crate) fn store(&self) -> Result<Store, FolderError> {
        std::fs::create_dir_all(&self.data).map_err(at(&self.data))?;
        let database = match &self.database {
            Some(address) => Database::parse(address)?,
            None => Database::Sqlite(self.data.join(DATABASE)),
        };
        Ok(Store::open(&database, STEPS)?)
    }

    /// Opens the office.
    pub(crate) fn office(&self) -> Result<Office, FolderError> {
        Ok(Office::new(self.store()?, self.witness()?))
    }

    /// The witness, made at the first start.
    pub(crate) fn witness(&self) -> Result<WitnessKey, FolderError> {
        std::fs::create_dir_all(&self.data).map_err(at(&self.data))?;
        let path = self.data.join("witness.key");
        WitnessKey::open(&path).map_err(at(path))
    }

    /// Its certificate, made at the first start for the names that registers may call it by.
    pub(crate) fn certificate(&self, listen: SocketAddr, address: Option<&str>) -> Result<Certificate, FolderError> {
        let mut names = vec!["localhost".to_owned()];
        let host = address.and_then(|address| Url::parse(address).ok()?.host_str().map(str::to_owned));
        let own = (!listen.ip().is_unspecified()).then(|| listen.ip().to_string());
        for name in host.into_iter().chain(own) {
            let name = name.trim_matches(['[', ']']).to_owned();
            if !names.contains(&name) {
                names.push(name);
            }
        }
        Certificate::open(&self.data, &names).map_err(at(&self.data))
    }

    /// Where it is reached.
    pub(crate) fn reached(&self) -> Result<Reached, FolderError> {
        let path = self.data.join(REACHED);
        let text = std::fs::read_to_string(&path).map_err(|_| FolderError::NeverServed)?;
        serde_json::from_str(&text).map_err(|_| FolderError::NeverServed)
    }

    /// Remembers where it is reached, for the links that registers are enrolled by.
    pub(crate) fn remember(&self, reached: &Reached) -> Result<(), FolderError> {
        let path = self.data.join(REACHED);
        let text = serde_json::to_string_pretty(reached).unwrap_or_default();
        std::fs::write(&path, text).map_err(at(path))
    }
}

/// Where registers reach a back office that listens there.
pub(crate) fn address_of(
    listening: SocketAddr,
    given: Option<&str>,
    certificate: Option<Hash>,
) -> Result<Reached, FolderError> {
    let scheme = if certificate.is_some() { "https" } else { "http" };
    let host = match listening.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => "127.0.0.1".to_owned(),
        IpAddr::V6(ip) if ip.is_unspecified() => "[::1]".to_owned(),
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    };
    let own = format!("{scheme}://{host}:{}", listening.port());
    let address = given.map_or(own.as_str(), |given| given.trim_end_matches('/')).to_owned();
    let url = Url::parse(&address).map_err(|_| FolderError::Address(address.clone()))?;
    if !is_safe(&url) || url.path() != "/" {
        return Err(FolderError::Address(address));
    }
    Ok(Reached { address, certificate: certificate.map(|hash| hash.to_string()) })
}
