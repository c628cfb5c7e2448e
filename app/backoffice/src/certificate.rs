//! The certificate that a back office makes itself at its first start. Tills pin it by its hash, which the link that they
//! are enrolled by holds; browsers ask once.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

use comptoir_fiscal::merkle::sha256;
use comptoir_fiscal::values::Hash;
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

const CERTIFICATE: &str = "certificate.pem";
const KEY: &str = "certificate-key.pem";

/// A certificate with its key, both as PEM.
pub struct Certificate {
    /// The certificate.
    pub certificate: String,
    /// Its private key.
    pub key: String,
    /// The SHA-256 of the certificate.
    pub hash: Hash,
}

impl Certificate {
    /// The certificate in a folder, made for `names` where there is none.
    pub fn open(folder: &Path, names: &[String]) -> io::Result<Certificate> {
        if !folder.join(CERTIFICATE).exists() {
            make(folder, names)?;
        }
        Certificate::read(folder)
    }

    /// The certificate in a folder that has one.
    pub fn read(folder: &Path) -> io::Result<Certificate> {
        let certificate = std::fs::read_to_string(folder.join(CERTIFICATE))?;
        let key = std::fs::read_to_string(folder.join(KEY))?;
        let der = CertificateDer::from_pem_slice(certificate.as_bytes()).map_err(io::Error::other)?;
        Ok(Certificate { hash: sha256(&der), certificate, key })
    }
}

fn make(folder: &Path, names: &[String]) -> io::Result<()> {
    let key = KeyPair::generate().map_err(io::Error::other)?;
    let mut parameters = CertificateParams::new(names.to_vec()).map_err(io::Error::other)?;
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, "Comptoir back office");
    parameters.distinguished_name = name;
    let certificate = parameters.self_signed(&key).map_err(io::Error::other)?;
    // The key first: a certificate that stands there has its key beside it.
    write(&folder.join(KEY), &key.serialize_pem(), 0o600)?;
    write(&folder.join(CERTIFICATE), &certificate.pem(), 0o644)
}

fn write(path: &Path, text: &str, mode: u32) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all())
}
