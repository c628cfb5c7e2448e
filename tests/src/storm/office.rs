//! The back office's own program: served, killed, started again, and asked by its own commands.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use comptoir_fiscal::values::RegisterId;
use comptoir_sync::link::EnrolmentLink;
use serde_json::Value;

use super::Result;

/// How long it may take until it listens.
const PATIENCE: Duration = Duration::from_secs(30);

/// The program, and how it is called.
#[derive(Clone, Debug)]
pub struct Program {
    /// Where the program is.
    pub path: PathBuf,
    /// Its folder.
    pub folder: PathBuf,
    /// Its database, where that is none of the folder.
    pub database: Option<String>,
    /// Whether it speaks in clear.
    pub plain: bool,
    /// Where it listens.
    pub listen: SocketAddr,
}

/// The program while it serves; killed where it goes.
pub struct Served(Child);

/// A register as the program lists it.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "as the program names them")]
pub struct Listed {
    pub entries: u64,
    pub defects: u64,
    pub evidence: u64,
    pub refused: u64,
}

impl Program {
    /// An address that nobody listens at.
    pub fn free_address() -> Result<SocketAddr> {
        Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?)
    }

    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(&self.path);
        command.arg(name).arg("--data").arg(&self.folder).args(["--language", "en"]);
        if let Some(database) = &self.database {
            command.env("COMPTOIR_BACKOFFICE_DATABASE", database);
        }
        command
    }

    fn said(&self, mut command: Command) -> Result<Vec<u8>> {
        let output = command.stdin(Stdio::null()).output()?;
        if !output.status.success() {
            return Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr)).into());
        }
        Ok(output.stdout)
    }

    /// Starts to serve registers that reach it at `address`, and waits until it listens.
    pub fn serve(&self, address: SocketAddr) -> Result<Served> {
        let scheme = if self.plain { "http" } else { "https" };
        let mut command = self.command("serve");
        command.arg("--listen").arg(self.listen.to_string()).arg("--address").arg(format!("{scheme}://{address}"));
        if self.plain {
            command.arg("--plain");
        }
        let mut served = Served(command.stdin(Stdio::null()).stdout(Stdio::null()).spawn()?);
        let started = Instant::now();
        while TcpStream::connect(self.listen).is_err() {
            if let Some(status) = served.0.try_wait()? {
                return Err(format!("the back office ended at its start: {status}").into());
            }
            if started.elapsed() > PATIENCE {
                return Err("the back office does not listen".into());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(served)
    }

    /// Opens a code for a register of a store.
    pub fn code(&self, merchant: &str, store: &str) -> Result<EnrolmentLink> {
        let mut command = self.command("code");
        command.args(["--merchant", merchant, "--store", store]);
        let said = String::from_utf8(self.said(command)?)?;
        said.trim().parse().map_err(|_| format!("no link: {said}").into())
    }

    /// What it holds of a journal.
    pub fn journal(&self, register: RegisterId) -> Result<Vec<u8>> {
        let mut command = self.command("journal");
        command.arg("--register").arg(register.to_string());
        self.said(command)
    }

    /// The newest countersigned checkpoint of a journal.
    pub fn checkpoint(&self, register: RegisterId) -> Result<String> {
        let mut command = self.command("checkpoint");
        command.arg("--register").arg(register.to_string());
        Ok(String::from_utf8(self.said(command)?)?)
    }

    /// A register as it is listed.
    pub fn listed(&self, register: RegisterId) -> Result<Listed> {
        let mut command = self.command("registers");
        command.arg("--json");
        let all: Vec<Value> = serde_json::from_slice(&self.said(command)?)?;
        let found = all.iter().find(|listed| listed["register"] == register.to_string());
        let found = found.ok_or_else(|| format!("{register} is not listed"))?;
        let number = |name: &str| found[name].as_u64().ok_or_else(|| format!("{name} is no number"));
        Ok(Listed {
            entries: number("entries")?,
            defects: number("defects")?,
            evidence: number("evidence")?,
            refused: number("refused")?,
        })
    }
}

impl Served {
    /// Kills it, as by a power cut of the program alone.
    pub fn kill(&mut self) -> Result<()> {
        self.0.kill()?;
        self.0.wait()?;
        Ok(())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
