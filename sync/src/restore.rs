//! What a new device asks for by a one-time code: whether it is to take a lost till's place or to be one more of a store, and
//! what the shop had edited. It sells from that; what a lost till had sold comes once it is enrolled ([`crate::past`]). The code
//! is used up only by that enrolment.

use std::io;
use std::path::{Path, PathBuf};

use comptoir_core::arriving::Awaited;
use comptoir_core::register::Offer;
use comptoir_fiscal::checkpoint::Checkpoint;
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;

use crate::gzip::unpacked;
use crate::http::{Http, Unreachable};
use crate::link::{Code, EnrolmentLink};
use crate::message::Refused;
use crate::request::{CODE, Method, Request, Response};

/// Where it asks what it is to be; answered by an [`Offer`].
pub const OFFER: &str = "/v1/new/offer";
/// Where it asks for what was edited.
pub const SHOP: &str = "/v1/new/shop";

/// What an unpacked answer has at most, in bytes: a catalogue of 100,000 products with pictures.
const BYTES_MAX: u64 = 1 << 30;

fn ask(path: String, code: &Code) -> Request {
    Request { method: Method::Get, path, headers: vec![(CODE, code.as_str().to_owned())], body: Vec::new() }
}

/// Why a new device was given nothing. Nothing of it is left but what was fetched.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// No answer came.
    #[error(transparent)]
    Unreachable(#[from] Unreachable),
    /// The back office refused.
    #[error("the back office refused: {0:?}")]
    Refused(Refused),
    /// What answered is no back office.
    #[error("the answer is not that of a back office")]
    Unreadable,
    /// The newest checkpoint is not countersigned by the witness that the link names.
    #[error("the newest checkpoint is not countersigned by the witness that the link names")]
    OtherWitness,
    /// What was fetched could not be written.
    #[error("{path} could not be written: {cause}")]
    Io {
        /// Where.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
}

impl RestoreError {
    /// What is wrong and what to do.
    pub fn message(&self) -> Message {
        match self {
            RestoreError::Unreachable(unreachable) => unreachable.message(),
            RestoreError::Refused(refused) => refused.message(),
            RestoreError::Unreadable => message!("What answers there is no back office: check its address."),
            RestoreError::OtherWitness => message!(
                "The back office is another than the link says: somebody may stand between. Ask for a new link."
            ),
            RestoreError::Io { path, cause } => {
                message!("{path} cannot be written: {why}.", path = path.display().to_string(), why = cause.to_string())
            }
        }
    }
}

/// Fetches what the shop had edited into a file, from which a register begins
/// ([`comptoir_core::register::Register::replace`] or [`join`](comptoir_core::register::Register::join)).
pub async fn fetch(http: &Http, link: &EnrolmentLink, shop: &Path) -> Result<Offer, RestoreError> {
    let response = http.carry(ask(OFFER.to_owned(), &link.code)).await?;
    let mut offer: Offer = match response.status {
        200 => serde_json::from_slice(&response.body).map_err(|_| RestoreError::Unreadable)?,
        _ => return Err(refused(&response)),
    };
    if let Offer::Replace(lost) = &mut offer {
        if !is_countersigned(&lost.journal, link) {
            return Err(RestoreError::OtherWitness);
        }
        // What another witness countersigned before this one is not vouched for by the link.
        lost.before.retain(|journal| is_countersigned(journal, link));
    }
    std::fs::write(shop, bytes(http, SHOP.to_owned(), link).await?).map_err(at(shop))?;
    Ok(offer)
}

fn is_countersigned(journal: &Awaited, link: &EnrolmentLink) -> bool {
    let Ok(checkpoint) = Checkpoint::parse(&journal.checkpoint) else { return false };
    let statement = &checkpoint.statement;
    (statement.register, statement.size) == (journal.register, journal.size)
        && checkpoint.witnessed_at(&link.witness).is_some()
}

async fn bytes(http: &Http, path: String, link: &EnrolmentLink) -> Result<Vec<u8>, RestoreError> {
    let response = http.carry(ask(path, &link.code)).await?;
    if response.status != 200 {
        return Err(refused(&response));
    }
    unpacked(&response.body, BYTES_MAX).map_err(|_| RestoreError::Unreadable)
}

fn refused(response: &Response) -> RestoreError {
    serde_json::from_slice(&response.body).map_or(RestoreError::Unreadable, RestoreError::Refused)
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> RestoreError {
    let path = path.to_owned();
    |cause| RestoreError::Io { path, cause }
}
