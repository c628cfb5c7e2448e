//! A PostgreSQL behind what encrypts: it is believed by its certificate, and spoken to in the clear by nobody who asked
//! otherwise.

use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio_postgres::config::Host;
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::certificate::Certificate;

/// What a client says first that wants to be encrypted: the length of the message, and its code.
const WANTS_ENCRYPTION: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

/// Encrypts in front of a PostgreSQL that does not, as one does by itself that has a certificate.
struct Front {
    port: u16,
    /// How many connections were encrypted.
    encrypted: Arc<AtomicUsize>,
    _running: tokio::runtime::Runtime,
}

impl Front {
    fn of(url: &str, certificate: &Certificate) -> Front {
        let running = runtime();
        let chain = vec![CertificateDer::from_pem_slice(certificate.certificate.as_bytes()).unwrap()];
        let key = PrivateKeyDer::from_pem_slice(certificate.key.as_bytes()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = config.with_no_client_auth().with_single_cert(chain, key).unwrap();
        let (acceptor, encrypted) = (TlsAcceptor::from(Arc::new(config)), Arc::new(AtomicUsize::new(0)));
        let listener = running.block_on(TcpListener::bind(("127.0.0.1", 0))).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (behind, count) = (socket(url), Arc::clone(&encrypted));
        running.spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, acceptor.clone(), behind.clone(), Arc::clone(&count)));
            }
        });
        Front { port, encrypted, _running: running }
    }

    fn url(&self, query: &str) -> String {
        format!("postgres://comptoir@localhost:{}/postgres?hostaddr=127.0.0.1&{query}", self.port)
    }
}

async fn carry(mut client: TcpStream, acceptor: TlsAcceptor, behind: PathBuf, encrypted: Arc<AtomicUsize>) {
    let mut asked = [0; 8];
    if client.read_exact(&mut asked).await.is_err() || asked != WANTS_ENCRYPTION {
        return;
    }
    client.write_all(b"S").await.unwrap();
    let Ok(mut client) = acceptor.accept(client).await else { return };
    encrypted.fetch_add(1, Ordering::Relaxed);
    let mut server = UnixStream::connect(behind).await.unwrap();
    let _ = copy_bidirectional(&mut client, &mut server).await;
}

/// The socket of the PostgreSQL that is there for tests.
fn socket(url: &str) -> PathBuf {
    let config = tokio_postgres::Config::from_str(url).unwrap();
    let Some(Host::Unix(folder)) = config.get_hosts().first() else { panic!("it is on a network") };
    folder.join(format!(".s.PGSQL.{}", config.get_ports().first().unwrap_or(&5432)))
}

#[test]
fn a_server_that_is_to_encrypt_is_believed_by_its_certificate() {
    let Ok(url) = std::env::var("COMPTOIR_POSTGRES") else { return };
    let folder = tempfile::tempdir().unwrap();
    let other = tempfile::tempdir().unwrap();
    let names = ["localhost".to_owned()];
    let front = Front::of(&url, &Certificate::open(folder.path(), &names).unwrap());
    Certificate::open(other.path(), &names).unwrap();
    let roots = |folder: &tempfile::TempDir| {
        let file = folder.path().join("certificate.pem").display().to_string().replace('/', "%2F");
        front.url(&format!("sslmode=require&sslrootcert={file}"))
    };

    let database = Database::parse(&roots(&folder)).unwrap();
    let store = Store::open(&database, &[]).unwrap();
    let one: Result<Option<i64>, StoreError> =
        store.read_now(|tx: &mut dyn Tx| tx.one("SELECT CAST(1 AS BIGINT)", &[], |row| row.integer(0)));
    assert_eq!(one.unwrap(), Some(1));
    assert!(front.encrypted.load(Ordering::Relaxed) > 0);

    let stranger = Database::parse(&roots(&other)).unwrap();
    assert!(matches!(Store::open(&stranger, &[]), Err(StoreError::Unavailable { .. })), "another certificate");
    let nobody = Database::parse(&front.url("sslmode=require")).unwrap();
    assert!(matches!(Store::open(&nobody, &[]), Err(StoreError::Unavailable { .. })), "this machine trusts it not");
}

#[test]
fn certificates_that_cannot_be_read_are_told_of_before_anything_is_said() {
    let file = tempfile::NamedTempFile::new().unwrap();
    for wrong in [
        "sslmode=require&sslrootcert=/there/is/no/such/file.pem".to_owned(),
        format!("sslmode=require&sslrootcert={}", file.path().display()),
        format!("sslrootcert={}", file.path().display()),
    ] {
        let refused = Database::parse(&format!("postgres://someone@db.example/shop?{wrong}"));
        assert!(matches!(refused, Err(StoreError::Address { .. })), "{wrong}: {refused:?}");
    }
}
