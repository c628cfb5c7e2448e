//! How the back office is doing, in figures for whoever watches it: counts and times, and nobody's name.

use std::time::Duration;

use comptoir_sync::request::Request;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::store::{Store, StoreError, Tx};

/// What a request asked for, and how it was answered.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    kind: &'static str,
    status: u16,
}

/// The kinds of requests: the last part of their paths that names one.
const KINDS: [&str; 11] =
    ["enrol", "offer", "witness", "head", "entries", "shop", "successor", "changes", "wait", "edits", "past"];

/// How long taking in a piece may take, in seconds: from a phone's few lines to a whole day's.
const SECONDS: [f64; 8] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];

/// The figures.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<Asked, Counter>,
    lines: Counter,
    receiving: Histogram,
    waiting: Gauge,
    registers: Gauge,
    evidence: Gauge,
    inbox: Gauge,
}

impl Default for Metrics {
    fn default() -> Metrics {
        let mut registry = Registry::with_prefix("comptoir");
        let metrics = (
            Family::<Asked, Counter>::default(),
            Counter::default(),
            Histogram::new(SECONDS),
            [Gauge::default(), Gauge::default(), Gauge::default(), Gauge::default()],
        );
        let (requests, lines, receiving, [waiting, registers, evidence, inbox]) = metrics;
        registry.register("requests", "Requests that were answered", requests.clone());
        registry.register("lines", "Sealed lines that were received and kept", lines.clone());
        registry.register("receiving_seconds", "How long taking in a piece of a journal took", receiving.clone());
        registry.register("waiting_tills", "Tills that wait for something to change", waiting.clone());
        registry.register("registers", "Registers that are enrolled and not revoked", registers.clone());
        registry.register("evidence", "Pieces of evidence that are kept", evidence.clone());
        registry.register("inbox", "Edits that wait for a manager", inbox.clone());
        Metrics { registry, requests, lines, receiving, waiting, registers, evidence, inbox }
    }
}

/// A till that waits, until it does so no longer.
pub(crate) struct Waits<'m>(&'m Gauge);

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Metrics {
    /// A request was answered.
    pub(crate) fn answered(&self, request: &Request, status: u16) {
        let path = request.path.split('?').next().unwrap_or_default();
        let last = path.rsplit('/').next().unwrap_or_default();
        // What anybody can write into a path is nothing to keep a figure of.
        let kind = KINDS.into_iter().find(|kind| *kind == last).unwrap_or("other");
        self.requests.get_or_create(&Asked { kind, status }).inc();
    }

    /// So many lines were taken in.
    pub(crate) fn received(&self, lines: u64, took: Duration) {
        self.lines.inc_by(lines);
        self.receiving.observe(took.as_secs_f64());
    }

    /// A till waits for something to change.
    pub(crate) fn waits(&self) -> Waits<'_> {
        self.waiting.inc();
        Waits(&self.waiting)
    }

    /// All of them, as Prometheus reads them.
    pub(crate) async fn told(&self, store: &Store) -> Result<String, StoreError> {
        let count =
            |tx: &mut dyn Tx, sql: &str| Ok::<_, StoreError>(tx.one(sql, &[], |row| row.integer(0))?.unwrap_or(0));
        let counts = move |tx: &mut dyn Tx| {
            Ok::<_, StoreError>([
                count(tx, "SELECT count(*) FROM register WHERE revoked IS NULL")?,
                count(tx, "SELECT count(*) FROM evidence")?,
                count(tx, "SELECT count(*) FROM inbox WHERE decided IS NULL")?,
            ])
        };
        let [registers, evidence, inbox] = store.read(counts).await?;
        self.registers.set(registers);
        self.evidence.set(evidence);
        self.inbox.set(inbox);
        let mut text = String::new();
        encode(&mut text, &self.registry).map_err(StoreError::unreadable)?;
        Ok(text)
    }
}
