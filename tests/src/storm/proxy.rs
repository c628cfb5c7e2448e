//! A network between tills and their back office that can be made to fail: connections through it are lost, delayed, cut at
//! any byte, and what was said on them arrives twice, or late, after what was said afterwards.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::Result;

/// For how long a client must be quiet before what it said counts as its request.
const QUIET: Duration = Duration::from_millis(150);

/// How many bytes may pass on a connection that is not cut by them, either way.
const ALL: (u64, u64) = (u64::MAX, u64::MAX);

/// The network.
#[derive(Clone)]
pub struct Proxy {
    state: Arc<State>,
    /// Where tills reach it.
    pub address: SocketAddr,
}

struct State {
    to: SocketAddr,
    fails: AtomicBool,
    drawn: AtomicU64,
    counts: Mutex<BTreeMap<&'static str, u64>>,
}

/// What becomes of a connection.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Whole,
    Lost,
    Slow,
    /// After so many bytes to the back office, or from it.
    Cut {
        up: u64,
        down: u64,
    },
    /// The request arrives when the till has given it up.
    Late,
    /// What was said is said again on a connection of its own.
    Twice,
}

impl Proxy {
    /// Starts it before a back office.
    pub async fn start(to: SocketAddr, seed: u64) -> Result<Proxy> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let state = State { to, fails: AtomicBool::new(false), drawn: AtomicU64::new(seed), counts: Mutex::default() };
        let proxy = Proxy { state: Arc::new(state), address };
        let state = proxy.state.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let state = state.clone();
                // Whatever ends a connection is what tills must bear.
                tokio::spawn(async move { state.carry(client).await.unwrap_or_default() });
            }
        });
        Ok(proxy)
    }

    /// Whether connections fail from now on.
    pub fn fail(&self, fails: bool) {
        self.state.fails.store(fails, Ordering::SeqCst);
    }

    /// How many connections had which fate.
    pub fn counts(&self) -> BTreeMap<&'static str, u64> {
        self.state.counts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl State {
    fn draw(&self) -> u64 {
        // SplitMix64: connections draw in the order in which they come.
        let drawn = self.drawn.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::SeqCst);
        let mixed = (drawn ^ (drawn >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn fate(&self) -> Fate {
        if !self.fails.load(Ordering::SeqCst) {
            return Fate::Whole;
        }
        match self.draw() % 20 {
            0..2 => Fate::Lost,
            2..5 => Fate::Slow,
            5..7 => Fate::Cut { up: self.draw() % 4000, down: u64::MAX },
            7..9 => Fate::Cut { up: u64::MAX, down: self.draw() % 4000 },
            9..11 => Fate::Late,
            11..13 => Fate::Twice,
            _ => Fate::Whole,
        }
    }

    fn count(&self, what: &'static str) {
        *self.counts.lock().unwrap_or_else(PoisonError::into_inner).entry(what).or_default() += 1;
    }

    async fn carry(&self, client: TcpStream) -> std::io::Result<()> {
        match self.fate() {
            Fate::Whole => {
                self.count("connections whole");
                self.join(client, ALL, Duration::ZERO).await.map(drop)
            }
            Fate::Lost => {
                self.count("connections lost");
                Ok(())
            }
            Fate::Slow => {
                self.count("connections slow");
                let wait = Duration::from_millis(20 + self.draw() % 200);
                self.join(client, ALL, wait).await.map(drop)
            }
            Fate::Cut { up, down } => {
                self.count("connections cut");
                self.join(client, (up, down), Duration::ZERO).await.map(drop)
            }
            Fate::Late => self.carry_late(client).await,
            Fate::Twice => {
                let said = self.join(client, ALL, Duration::ZERO).await?;
                let mut again = TcpStream::connect(self.to).await?;
                self.count("connections said again");
                again.write_all(&said).await?;
                // The answer is nobody's, but the back office must live to give it.
                let mut answer = Vec::new();
                let heard = tokio::time::timeout(Duration::from_secs(2), again.read_to_end(&mut answer)).await;
                heard.map_or(Ok(()), |heard| heard.map(drop))
            }
        }
    }

    /// Joins a client and the back office until one ends, the bytes that may pass are spent, or it has lived for as long as
    /// a connection does where they fail. What the client said.
    async fn join(
        &self,
        mut client: TcpStream,
        (mut up, mut down): (u64, u64),
        wait: Duration,
    ) -> std::io::Result<Vec<u8>> {
        let mut server = TcpStream::connect(self.to).await?;
        let fails = self.fails.load(Ordering::SeqCst);
        let life = if fails { Duration::from_millis(100 + self.draw() % 1500) } else { Duration::MAX };
        let ends = tokio::time::sleep(life);
        tokio::pin!(ends);
        let (mut from_client, mut from_server) = (vec![0; 16 << 10], vec![0; 16 << 10]);
        let mut said = Vec::new();
        loop {
            let (bytes, left, to_server) = tokio::select! {
                read = client.read(&mut from_client) => (&from_client[..read?], &mut up, true),
                read = server.read(&mut from_server) => (&from_server[..read?], &mut down, false),
                () = &mut ends => return Ok(said),
            };
            let allowed = bytes.len().min(usize::try_from(*left).unwrap_or(usize::MAX));
            let is_cut = allowed < bytes.len();
            *left -= allowed as u64;
            tokio::time::sleep(wait).await;
            if to_server {
                said.extend_from_slice(&bytes[..allowed]);
                server.write_all(&bytes[..allowed]).await?;
            } else {
                client.write_all(&bytes[..allowed]).await?;
            }
            if bytes.is_empty() || is_cut {
                return Ok(said);
            }
        }
    }

    /// Keeps back what a client says once the back office has spoken (in clear, from the start), cuts the client off, and
    /// brings it later.
    async fn carry_late(&self, mut client: TcpStream) -> std::io::Result<()> {
        let mut server = TcpStream::connect(self.to).await?;
        let (mut from_client, mut from_server) = (vec![0; 16 << 10], vec![0; 16 << 10]);
        let first = client.read(&mut from_client).await?;
        let mut kept = Vec::new();
        // A TLS handshake begins with a record of type 22; a request in clear is kept whole.
        if from_client[..first].first() == Some(&22) {
            server.write_all(&from_client[..first]).await?;
            if let Ok(read) = tokio::time::timeout(QUIET, server.read(&mut from_server)).await {
                let read = read?;
                client.write_all(&from_server[..read]).await?;
                if read == 0 {
                    return Ok(());
                }
            }
        } else {
            kept.extend_from_slice(&from_client[..first]);
        }
        while let Ok(read) = tokio::time::timeout(QUIET, client.read(&mut from_client)).await {
            let read = read?;
            if read == 0 {
                break;
            }
            kept.extend_from_slice(&from_client[..read]);
        }
        drop(client);
        tokio::time::sleep(Duration::from_millis(200 + self.draw() % 2000)).await;
        self.count("requests late, after they were given up");
        server.write_all(&kept).await?;
        let answer = tokio::time::timeout(Duration::from_secs(2), server.read(&mut from_server)).await;
        answer.map_or(Ok(()), |answer| answer.map(drop))
    }
}
