//! Where a server is, as a URL says it, and whether what goes there is encrypted.

use std::error::Error;
use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::super::StoreError;
use super::connection::with_timeouts;

/// What names the file of the certificates that a server's is held against, as it does for other programs.
const ROOTS: &str = "sslrootcert";

/// A server, its database, and how it is reached.
#[derive(Clone)]
pub struct ServerAddress {
    pub(super) config: Config,
    /// How it is encrypted; none where it is not.
    pub(super) tls: Option<MakeRustlsConnect>,
}

impl ServerAddress {
    /// Reads a `postgres://` URL. With `sslmode=require` what is said is encrypted, and the server's certificate held against
    /// those of `sslrootcert`, a file, or else against those that this machine trusts; otherwise nothing is encrypted.
    pub(in super::super) fn parse(url: &str) -> Result<ServerAddress, StoreError> {
        let refuse = |why: String| StoreError::Address { why };
        let (url, roots) = without_roots(url);
        let config = Config::from_str(&url).map_err(|error| refuse(error.source().unwrap_or(&error).to_string()))?;
        let tls = match (config.get_ssl_mode(), roots) {
            (SslMode::Require, roots) => Some(encrypted(roots.as_deref().map(Path::new)).map_err(refuse)?),
            (_, Some(_)) => return Err(refuse(format!("{ROOTS} is of no use without sslmode=require"))),
            (_, None) => None,
        };
        Ok(ServerAddress { config: with_timeouts(config), tls })
    }
}

/// As it may be shown and logged: without user and password.
impl fmt::Display for ServerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = match self.config.get_hosts().first() {
            Some(Host::Tcp(name)) => name.clone(),
            #[cfg(unix)]
            Some(Host::Unix(folder)) => folder.display().to_string(),
            None => String::new(),
        };
        write!(f, "PostgreSQL {host} {}", self.config.get_dbname().unwrap_or_default())
    }
}

impl fmt::Debug for ServerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}, encrypted: {}", self.tls.is_some())
    }
}

/// A URL without the name of the file of certificates, which the library does not know, and that name.
fn without_roots(url: &str) -> (String, Option<String>) {
    let Some((address, query)) = url.split_once('?') else { return (url.to_owned(), None) };
    let is_roots = |pair: &&str| pair.split('=').next() == Some(ROOTS);
    let (roots, others): (Vec<&str>, Vec<&str>) = query.split('&').partition(is_roots);
    let roots = roots.first().and_then(|pair| url::form_urlencoded::parse(pair.as_bytes()).next());
    let roots = roots.map(|(_, file)| file.into_owned());
    (if others.is_empty() { address.to_owned() } else { format!("{address}?{}", others.join("&")) }, roots)
}

/// What encrypts, and believes a server by these certificates, or by those of the machine.
fn encrypted(roots: Option<&Path>) -> Result<MakeRustlsConnect, String> {
    let mut trusted = RootCertStore::empty();
    match roots {
        Some(file) => {
            let unreadable = |why: String| format!("{}: {why}", file.display());
            let certificates = CertificateDer::pem_file_iter(file).map_err(|error| unreadable(error.to_string()))?;
            for certificate in certificates {
                let certificate = certificate.map_err(|error| unreadable(error.to_string()))?;
                trusted.add(certificate).map_err(|error| unreadable(error.to_string()))?;
            }
            if trusted.is_empty() {
                return Err(unreadable("no certificate is in it".to_owned()));
            }
        }
        None => {
            trusted.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = versions.map_err(|error| error.to_string())?.with_root_certificates(trusted).with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}
