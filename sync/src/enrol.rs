//! How a till is enrolled with a back office: once, by a one-time code.

use comptoir_core::register::{BackOffice, Register, RegisterError};
use comptoir_fiscal::entry::Mode;
use comptoir_fiscal::key::encode_signature;
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;
use comptoir_fiscal::values::RegisterId;

use crate::link::EnrolmentLink;
use crate::message::{Enrol, Enrolled, PROTOCOL, Refused, Succeed};
use crate::request::{self, Method, Request, Response};

/// Where a till asks to be enrolled.
pub const PATH: &str = "/v1/enrol";

/// Why a till was not enrolled.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// School mode has no back office.
    #[error("a till in school mode is not enrolled")]
    School,
    /// The back office refused.
    #[error("the back office refused: {0:?}")]
    Refused(Refused),
    /// What answered is no back office.
    #[error("the answer is not that of a back office")]
    Unreadable,
    /// The witness is another than the link names.
    #[error("the back office has another witness than the link names")]
    OtherWitness,
    /// The register could not read its journal or keep what it was told.
    #[error(transparent)]
    Register(#[from] RegisterError),
}

impl EnrolError {
    /// What is wrong and what to do.
    pub fn message(&self) -> Message {
        match self {
            EnrolError::School => message!("Leave school mode first: what is practised stays on this device."),
            EnrolError::Refused(refused) => refused.message(),
            EnrolError::Unreadable => message!("What answers there is no back office: check its address."),
            EnrolError::OtherWitness => message!(
                "The back office is another than the link says: somebody may stand between. Ask for a new link."
            ),
            EnrolError::Register(error) => error.message(),
        }
    }
}

/// What a till signs to prove that it has the key which it asks to be enrolled with, for this back office alone.
pub fn proof_text(code: &str, genesis: &str, witness_key: &str) -> Vec<u8> {
    let genesis = comptoir_fiscal::merkle::sha256(genesis.as_bytes());
    format!("{code}\n{genesis}\n{witness_key}\n").into_bytes()
}

/// The request that asks for it.
pub fn ask(register: &Register, link: &EnrolmentLink) -> Result<Request, EnrolError> {
    if register.mode() == Mode::Training {
        return Err(EnrolError::School);
    }
    let first = register.journal().entry(0).map_err(RegisterError::from)?;
    let genesis = String::from_utf8_lossy(&first.line).into_owned();
    let code = link.code.as_str().to_owned();
    let text = proof_text(&code, &genesis, &link.witness.public_key.to_base64());
    let proof = encode_signature(&register.journal().key().sign_enrolment(&text));
    let body = serde_json::to_vec(&Enrol { protocol: PROTOCOL, code, genesis, proof }).unwrap_or_default();
    Ok(Request { method: Method::Post, path: PATH.to_owned(), headers: Vec::new(), body })
}

/// Where the device of an enrolled journal asks for the one that takes its place.
pub fn successor_path(enrolled: RegisterId) -> String {
    format!("/v1/registers/{enrolled}/successor")
}

/// The request by which the journal that was enrolled vouches for the one that this device seals into now, at `time` by
/// the back office's clock (unix seconds); none where there is nothing to vouch for.
pub fn vouch(register: &mut Register, time: u64) -> Result<Option<Request>, RegisterError> {
    let Some((enrolled, key)) = register.voucher_key() else { return Ok(None) };
    let Some(witness) = register.back_office().map(|back_office| back_office.witness_key.clone()) else {
        return Ok(None);
    };
    let genesis = String::from_utf8_lossy(&register.journal().entry(0)?.line).into_owned();
    let text = proof_text(&enrolled.to_string(), &genesis, &witness);
    let proof = encode_signature(&register.journal().key().sign_enrolment(&text));
    let body = serde_json::to_vec(&Succeed { protocol: PROTOCOL, genesis, proof }).unwrap_or_default();
    let nonce = *register.new_command()?.uuid().as_bytes();
    let what = (Method::Post, successor_path(enrolled));
    Ok(Some(request::sign(what, body, None, (enrolled, &key), time, nonce)))
}

/// Takes the answer, and keeps the back office where it enrolled the till.
pub fn answered(register: &mut Register, link: &EnrolmentLink, response: &Response) -> Result<Enrolled, EnrolError> {
    if response.status != 200 {
        let refused = serde_json::from_slice(&response.body).map_err(|_| EnrolError::Unreadable)?;
        return Err(EnrolError::Refused(refused));
    }
    let enrolled: Enrolled = serde_json::from_slice(&response.body).map_err(|_| EnrolError::Unreadable)?;
    let witness_key = link.witness.public_key.to_base64();
    if enrolled.witness != link.witness.name || enrolled.witness_key != witness_key {
        return Err(EnrolError::OtherWitness);
    }
    register.enrolled(BackOffice {
        address: link.address.clone(),
        witness: enrolled.witness.clone(),
        witness_key,
        certificate: link.certificate.map(|hash| hash.to_string()),
        register: register.id(),
    })?;
    Ok(enrolled)
}
