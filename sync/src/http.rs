//! Requests carried over HTTP: TLS always, but on the device itself. A back office that made its own certificate is known
//! by that certificate alone, any other by its name.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use comptoir_core::register::BackOffice;
use comptoir_fiscal::language::Message;
use comptoir_fiscal::merkle;
use comptoir_fiscal::message;
use comptoir_fiscal::values::Hash;
use reqwest::Client;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, SignatureScheme};
use url::Url;

use crate::link::{EnrolmentLink, is_safe};
use crate::request::{Method, Request, Response, TIME};

/// How long one request may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long a connection may take to be made.
const CONNECTING: Duration = Duration::from_secs(10);
/// More than this is no answer of a back office.
const ANSWER_BYTES_MAX: usize = 128 << 20;

/// Why no answer came.
#[derive(Debug, thiserror::Error)]
pub enum Unreachable {
    /// The address is none, or would send in clear.
    #[error("not an address that is talked to: {0}")]
    Address(String),
    /// There is no network, nobody answers, or the answer broke off.
    #[error("the back office does not answer: {0}")]
    Network(String),
    /// It shows another certificate than it did when the till was enrolled, or one that nobody vouches for.
    #[error("the back office's certificate is not the one that was agreed on")]
    Certificate,
}

impl Unreachable {
    /// What is wrong and what to do.
    pub fn message(&self) -> Message {
        match self {
            Unreachable::Address(address) => {
                message!(
                    "{address} is not the address of a back office: enrol this till again.",
                    address = address.as_str()
                )
            }
            Unreachable::Network(_) => {
                message!("The back office does not answer. Selling goes on; it is tried again by itself.")
            }
            Unreachable::Certificate => message!(
                "What answers there is not the back office that this till was enrolled with. Nothing was sent; call the back office."
            ),
        }
    }
}

/// The way to one back office.
#[derive(Clone, Debug)]
pub struct Http {
    client: Client,
    address: String,
}

impl Http {
    /// The way to a back office that the till is enrolled with.
    pub fn to(back_office: &BackOffice) -> Result<Http, Unreachable> {
        let wrong = || Unreachable::Address(back_office.address.clone());
        let certificate = back_office.certificate.as_ref().map(|hash| hash.parse::<Hash>().map_err(|_| wrong()));
        Http::new(&back_office.address, certificate.transpose()?.map(Trust::One))
    }

    /// The way to the back office of a link.
    pub fn along(link: &EnrolmentLink) -> Result<Http, Unreachable> {
        Http::new(&link.address, link.certificate.map(Trust::One))
    }

    /// The way to an address whose certificate somebody vouches for.
    pub(crate) fn at(address: &str) -> Result<Http, Unreachable> {
        Http::new(address, None)
    }

    /// The way to whoever answers at an address, and which certificate they show: for nothing but to ask who they are.
    pub(crate) fn to_a_stranger(address: &str) -> Result<(Http, Shown), Unreachable> {
        let shown = Shown::default();
        Ok((Http::new(address, Some(Trust::Whatever(shown.clone())))?, shown))
    }

    fn new(address: &str, trust: Option<Trust>) -> Result<Http, Unreachable> {
        let wrong = |_| Unreachable::Address(address.to_owned());
        let url = Url::parse(address).map_err(wrong)?;
        if !is_safe(&url) {
            return Err(Unreachable::Address(address.to_owned()));
        }
        let failed = |fault: String| Unreachable::Network(fault);
        let provider = Arc::new(ring::default_provider());
        let builder = Client::builder().timeout(PATIENCE).connect_timeout(CONNECTING).no_proxy();
        let builder = match trust {
            Some(trust) => {
                builder.use_preconfigured_tls(trusting(trust, provider).map_err(|fault| failed(fault.to_string()))?)
            }
            None => {
                // Whoever installed one before is right: a program has one provider.
                let _ = CryptoProvider::install_default(ring::default_provider());
                builder
            }
        };
        let client = builder.build().map_err(|fault| failed(fault.to_string()))?;
        Ok(Http { client, address: address.trim_end_matches('/').to_owned() })
    }

    /// Carries a request, and brings the answer.
    pub async fn carry(&self, request: Request) -> Result<Response, Unreachable> {
        let url = format!("{}{}", self.address, request.path);
        let builder = match request.method {
            Method::Get => self.client.get(url),
            Method::Post => self.client.post(url).body(request.body),
        };
        let builder = request.headers.into_iter().fold(builder, |builder, (name, value)| builder.header(name, value));
        let mut response = builder.send().await.map_err(fault_of)?;
        let status = response.status().as_u16();
        let time = response.headers().get(TIME).and_then(|time| time.to_str().ok()?.parse().ok());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(fault_of)? {
            if body.len() + chunk.len() > ANSWER_BYTES_MAX {
                return Err(Unreachable::Network("an answer that does not end".to_owned()));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Response { status, time, body })
    }
}

fn fault_of(fault: reqwest::Error) -> Unreachable {
    if is_of_certificate(&fault) {
        return Unreachable::Certificate;
    }
    // Without the address: it goes into no log.
    Unreachable::Network(fault.without_url().to_string())
}

fn is_of_certificate(fault: &(dyn std::error::Error + 'static)) -> bool {
    if let Some(fault) = fault.downcast_ref::<rustls::Error>() {
        return matches!(fault, rustls::Error::InvalidCertificate(_));
    }
    // A fault of TLS comes wrapped as one of input and output, whose `source` passes it over.
    let wrapped = fault.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    wrapped.is_some_and(|inner| is_of_certificate(inner)) || fault.source().is_some_and(is_of_certificate)
}

fn trusting(trust: Trust, provider: Arc<CryptoProvider>) -> Result<ClientConfig, rustls::Error> {
    let algorithms = provider.signature_verification_algorithms;
    let verifier = Arc::new(Trusting { trust, algorithms });
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    Ok(config)
}

/// Which certificate was shown.
pub(crate) type Shown = Arc<Mutex<Option<Hash>>>;

/// Which certificate is taken, whatever name it bears and whenever it ends.
#[derive(Clone, Debug)]
enum Trust {
    /// One and no other.
    One(Hash),
    /// Any, which is remembered.
    Whatever(Shown),
}

#[derive(Debug)]
struct Trusting {
    trust: Trust,
    algorithms: WebPkiSupportedAlgorithms,
}

impl ServerCertVerifier for Trusting {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let hash = merkle::sha256(end_entity);
        let is_taken = match &self.trust {
            Trust::One(certificate) => hash == *certificate,
            // The one that was shown first: another on a later connection is another's.
            Trust::Whatever(shown) => shown.lock().is_ok_and(|mut shown| *shown.get_or_insert(hash) == hash),
        };
        if is_taken {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(rustls::Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure))
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
