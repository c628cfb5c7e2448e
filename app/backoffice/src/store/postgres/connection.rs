//! A connection with the runtime that drives it, made anew after it was lost.

use std::collections::HashMap;
use std::error::Error as _;
use std::io;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Config, Error, NoTls, Statement};

use super::super::StoreError;
use super::address::ServerAddress;
use super::transaction::Failure;

/// How many statements a connection keeps prepared; then it forgets them all.
const STATEMENTS_MAX: usize = 256;
/// How long a connection may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// After how long a silent connection is asked whether it still is, and given up where nothing is acknowledged.
const SILENCE_MAX: Duration = Duration::from_secs(30);
/// How long a connection may take to say good-bye.
const GOODBYE_MAX: Duration = Duration::from_secs(1);

/// Why a job was not done.
#[derive(Debug)]
pub(super) enum Setback {
    /// The same may succeed a little later.
    Passing(StoreError),
    /// It would not.
    Final(StoreError),
}

impl From<Failure> for Setback {
    fn from(failure: Failure) -> Setback {
        match failure {
            Failure::Own(error) => Setback::Final(error),
            Failure::Lost(error) => Setback::Passing(error),
            Failure::Conflict | Failure::Stale => Setback::Passing(StoreError::Busy),
        }
    }
}

/// Gives a configuration the bounds that it does not set itself: a machine that is gone must not be waited for for hours.
pub(super) fn with_timeouts(mut config: Config) -> Config {
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT_TIMEOUT);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(SILENCE_MAX);
    }
    if config.get_keepalives_idle() > SILENCE_MAX {
        config.keepalives_idle(SILENCE_MAX);
    }
    if config.get_application_name().is_none() {
        config.application_name("comptoir");
    }
    config
}

/// A connection, or the place of one that is to be made.
pub(super) struct Connected {
    address: ServerAddress,
    link: Option<Link>,
}

/// A connection that was made.
///
/// Its runtime runs on the thread that owns it, and only while something is waited for: `Runtime::block_on` drives the
/// socket, a handle's `block_on` would not.
pub(super) struct Link {
    runtime: Runtime,
    client: Client,
    driver: JoinHandle<()>,
    statements: HashMap<String, Statement>,
}

impl Connected {
    pub(super) fn new(address: ServerAddress) -> Connected {
        Connected { address, link: None }
    }

    /// The connection, made anew where it was lost.
    pub(super) fn get(&mut self) -> Result<&mut Link, Setback> {
        let link = match self.link.take() {
            Some(link) => link,
            None => Link::new(&self.address)?,
        };
        Ok(self.link.insert(link))
    }

    /// Begins a transaction, or undoes it. A connection that cannot even do that is given up.
    pub(super) fn run(&mut self, statement: &str) -> Result<(), Setback> {
        let ran = self.get()?.run(statement).map_err(Failure::from);
        Ok(ran.inspect_err(|_| self.close())?)
    }

    /// Commits. A connection that is not there any more was lost with the transaction.
    pub(super) fn commit(&mut self) -> Result<(), Failure> {
        let lost = || Failure::Lost(StoreError::Unavailable { why: "the connection was lost".to_owned() });
        let link = self.link.as_mut().ok_or_else(lost)?;
        link.run("COMMIT").map_err(|error| match error.code() {
            Some(code) if *code == SqlState::T_R_STATEMENT_COMPLETION_UNKNOWN => lost(),
            _ => Failure::from(error),
        })
    }

    /// Forgets what was prepared, as the tables have changed since.
    pub(super) fn forget_statements(&mut self) {
        if let Some(link) = &mut self.link {
            link.statements.clear();
        }
    }

    /// Ends the connection; what was not committed is undone.
    pub(super) fn close(&mut self) {
        if let Some(Link { runtime, client, driver, statements }) = self.link.take() {
            drop(statements);
            drop(client);
            // Whether it says good-bye in time or not, it is over.
            let _ = runtime.block_on(async { tokio::time::timeout(GOODBYE_MAX, driver).await });
        }
    }
}

impl Drop for Connected {
    fn drop(&mut self) {
        self.close();
    }
}

impl Link {
    fn new(address: &ServerAddress) -> Result<Link, Setback> {
        let unavailable = |error: io::Error| Setback::Passing(StoreError::Unavailable { why: error.to_string() });
        let runtime = Builder::new_current_thread().enable_all().build().map_err(unavailable)?;
        let ServerAddress { config, tls } = address;
        // How the connection ended, the statement that waited for it says.
        let (client, driver) = match tls.clone() {
            Some(tls) => {
                let (client, connection) = runtime.block_on(config.connect(tls)).map_err(not_connected)?;
                (client, runtime.spawn(async { drop(connection.await) }))
            }
            None => {
                let (client, connection) = runtime.block_on(config.connect(NoTls)).map_err(not_connected)?;
                (client, runtime.spawn(async { drop(connection.await) }))
            }
        };
        let link = Link { runtime, client, driver, statements: HashMap::new() };
        link.check()?;
        Ok(link)
    }

    /// Sees to the safeguards: every text must fit, and a commit must be on the disk before it is answered.
    fn check(&self) -> Result<(), Setback> {
        let sql = "SELECT current_setting('server_encoding', true), current_setting('synchronous_commit', true)";
        let row = self.wait(self.client.query_one(sql, &[])).map_err(Failure::from)?;
        let setting = |place| row.try_get::<_, Option<String>>(place).map_err(Failure::from);
        let encoding = setting(0)?.unwrap_or_default();
        if encoding != "UTF8" {
            let (name, wanted) = ("The encoding", "UTF8".to_owned());
            return Err(Setback::Final(StoreError::Unsafe { name, found: encoding, wanted }));
        }
        if setting(1)?.is_some_and(|commit| commit == "off") {
            self.run("SET synchronous_commit = 'on'").map_err(Failure::from)?;
        }
        Ok(())
    }

    /// Drives the connection until something is there.
    pub(super) fn wait<T>(&self, what: impl Future<Output = T>) -> T {
        self.runtime.block_on(what)
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    fn run(&self, statement: &str) -> Result<(), Error> {
        self.wait(self.client.batch_execute(statement))
    }

    /// A statement, prepared once.
    pub(super) fn prepare(&mut self, sql: &str) -> Result<Statement, Error> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.wait(self.client.prepare(sql))?;
        if self.statements.len() >= STATEMENTS_MAX {
            self.statements.clear();
        }
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }
}

/// Whether what goes wrong on the way may go right later: of whoever showed another's certificate it will not.
fn is_passing(error: &io::Error) -> bool {
    let refused = error.get_ref().and_then(|inner| inner.downcast_ref());
    !matches!(refused, Some(rustls::Error::InvalidCertificate(_)))
}

/// Why there is no connection. What is set up wrong stays wrong, however often it is tried.
fn not_connected(error: Error) -> Setback {
    let why = error.as_db_error().map_or_else(
        || error.source().map_or_else(|| error.to_string(), ToString::to_string),
        |said| said.message().to_owned(),
    );
    let starts = [SqlState::CANNOT_CONNECT_NOW, SqlState::TOO_MANY_CONNECTIONS, SqlState::ADMIN_SHUTDOWN];
    let passing = match error.code() {
        Some(code) => starts.contains(code),
        None => error.is_closed() || error.source().and_then(|source| source.downcast_ref()).is_some_and(is_passing),
    };
    let error = StoreError::Unavailable { why };
    if passing { Setback::Passing(error) } else { Setback::Final(error) }
}
