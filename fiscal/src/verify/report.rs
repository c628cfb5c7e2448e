//! What a verifier says: findings by rule and place, and the one verdict they come to.
//!
//! Source: `journal-format.md`, "What a verifier reports".

use std::collections::BTreeMap;

use crate::entry::{GrandTotal, Kind, Merchant, Mode, Period};
use crate::language::Message;
use crate::values::{Instant, RegisterId};

/// How many findings are kept whole; the rest are counted.
pub const FINDINGS_MAX: usize = 10_000;

/// How many places that could not be checked are kept; the rest are counted.
const NOT_CHECKABLE_MAX: usize = 1_000;

macro_rules! rules {
    ($($(#[$doc:meta])* $rule:ident = $name:literal),* $(,)?) => {
        /// What an honest journal keeps, each under the name that reports give it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule { $($(#[$doc])* $rule),* }

        impl Rule {
            /// Every rule.
            pub const ALL: &[Rule] = &[$(Rule::$rule),*];

            /// The name in reports.
            pub const fn as_str(self) -> &'static str {
                match self { $(Rule::$rule => $name),* }
            }
        }
    };
}
rules! {
    /// Each entry names the one before, without a gap.
    Chain = "chain",
    /// Each entry is signed by the device's key.
    Signature = "signature",
    /// The stored bytes are the canonical ones.
    Canonical = "canonical",
    /// The version of the format is known here.
    Version = "version",
    /// The kind of entry is known here.
    Kind = "kind",
    /// The first entry says whose journal it is, and later ones do not change that.
    Genesis = "genesis",
    /// An entry holds what its kind asks for.
    Body = "body",
    /// Documents of a kind are numbered without a gap.
    Numbering = "numbering",
    /// Totals, discounts and VAT follow from the lines.
    Arithmetic = "arithmetic",
    /// A ticket is paid as the rules of each tender allow.
    Settlement = "settlement",
    /// What refers to an earlier document agrees with it.
    RefersTo = "refers_to",
    /// Perpetual totals grow by each ticket.
    Perpetual = "perpetual",
    /// A closing states the sums of its range.
    ClosingTotals = "closing_totals",
    /// What is due is closed, in order, and a closed date takes nothing more.
    ClosingOrder = "closing_order",
    /// NF525 strings say what the entry says, and are chained and signed.
    Nf525 = "nf525",
    /// A clock that goes back is said so.
    Clock = "clock",
    /// A checkpoint is signed by its register.
    CheckpointSignature = "checkpoint_signature",
    /// A stated root is that of the entries.
    Root = "root",
    /// A countersignature is that of its witness.
    Countersignature = "countersignature",
    /// Nothing is missing at the end.
    Truncation = "truncation",
    /// There is one history, not two.
    Fork = "fork",
    /// An archive holds the files that its manifest lists, and nothing else.
    ArchiveFile = "archive_file",
    /// The CSV files say what the entries say.
    Csv = "csv",
    /// The database is whole, and its columns say what the entries say.
    Store = "store",
    /// The file can be read.
    Unreadable = "unreadable",
}

/// What a verification comes to. The greater one outweighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Everything that could be checked is as it should be.
    Sound,
    /// Something could not be judged here, such as a newer version.
    Inconclusive,
    /// A rule is broken.
    Defects,
}

impl Verdict {
    /// The name in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Verdict::Sound => "sound",
            Verdict::Inconclusive => "inconclusive",
            Verdict::Defects => "defects",
        }
    }

    /// The exit status of a program that says it.
    pub const fn exit_code(self) -> u8 {
        match self {
            Verdict::Sound => 0,
            Verdict::Defects => 1,
            Verdict::Inconclusive => 2,
        }
    }
}

/// One thing that is not as it should be, or cannot be judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Whether a rule is broken; else it cannot be judged here.
    pub is_defect: bool,
    /// The seq of the entry, where it is about one.
    pub seq: Option<u64>,
    /// Where: a file and line, or the key in the entry.
    pub place: String,
    /// Which rule.
    pub rule: Rule,
    /// What should be there.
    pub expected: Message,
    /// What is there.
    pub found: Message,
}

/// Something that cannot be checked with the file alone, such as what refers to entries before an archive's first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotCheckable {
    /// The seq of the entry, where it is about one.
    pub seq: Option<u64>,
    /// What it is.
    pub what: Message,
}

/// What kind of file was verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Nothing that this code knows.
    Unknown,
    /// Sealed lines in a text file.
    Lines,
    /// A register's `journal.db`.
    Store,
    /// The archive of a closed period.
    Archive(Option<Period>),
}

/// All that a verification has to say.
#[derive(Clone, Debug)]
pub struct Report {
    /// What was verified.
    pub subject: Subject,
    /// Which journal.
    pub register: Option<RegisterId>,
    /// Whose, as the newest settings say.
    pub merchant: Option<Merchant>,
    /// The till's number.
    pub label: Option<String>,
    /// Real or school.
    pub mode: Option<Mode>,
    /// How many entries were read.
    pub entries: u64,
    /// The first and last instants.
    pub instants: Option<(Instant, Instant)>,
    /// How many entries of each kind.
    pub kinds: BTreeMap<Kind, u64>,
    /// How many closings of each period.
    pub closings: BTreeMap<Period, u64>,
    /// The perpetual totals at the end.
    pub gt: GrandTotal,
    /// When a witness countersigned the checkpoint over all these entries (unix seconds), and its name, where one did.
    pub witnessed: Option<(u64, String)>,
    /// Findings, in the order of the file, at most [`FINDINGS_MAX`].
    pub findings: Vec<Finding>,
    /// How many findings there are beyond those kept.
    pub findings_beyond: u64,
    /// What cannot be checked with this file alone.
    pub not_checkable: Vec<NotCheckable>,
    /// How much of that there is beyond what is kept.
    pub not_checkable_beyond: u64,
    worst: Verdict,
}

impl Report {
    pub(crate) fn new(subject: Subject) -> Report {
        Report {
            subject,
            register: None,
            merchant: None,
            label: None,
            mode: None,
            entries: 0,
            instants: None,
            kinds: BTreeMap::new(),
            closings: BTreeMap::new(),
            gt: GrandTotal::default(),
            witnessed: None,
            findings: Vec::new(),
            findings_beyond: 0,
            not_checkable: Vec::new(),
            not_checkable_beyond: 0,
            worst: Verdict::Sound,
        }
    }

    /// What all of it comes to.
    pub fn verdict(&self) -> Verdict {
        self.worst
    }

    pub(crate) fn add(&mut self, finding: Finding) {
        self.worst = self.worst.max(if finding.is_defect { Verdict::Defects } else { Verdict::Inconclusive });
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(finding);
        } else {
            self.findings_beyond += 1;
        }
    }

    pub(crate) fn add_not_checkable(&mut self, seq: Option<u64>, what: Message) {
        if self.not_checkable.len() < NOT_CHECKABLE_MAX {
            self.not_checkable.push(NotCheckable { seq, what });
        } else {
            self.not_checkable_beyond += 1;
        }
    }

    /// Takes in the findings of a part, such as the journal inside an archive.
    pub(crate) fn absorb(&mut self, part: Report) {
        self.worst = self.worst.max(part.worst);
        self.findings_beyond += part.findings_beyond;
        part.findings.into_iter().for_each(|finding| self.add(finding));
        self.not_checkable_beyond += part.not_checkable_beyond;
        part.not_checkable.into_iter().for_each(|n| self.add_not_checkable(n.seq, n.what));
    }
}

/// Findings about one entry, gathered before they are placed in a report.
#[derive(Clone, Debug, Default)]
pub(super) struct Findings {
    pub(super) list: Vec<Finding>,
}

/// How many findings one entry may have; a hostile one could have one for each of a million lines.
const FINDINGS_OF_AN_ENTRY_MAX: usize = 100;

impl Findings {
    pub(super) fn defect(&mut self, rule: Rule, place: impl Into<String>, expected: Message, found: Message) {
        self.push(true, rule, place.into(), expected, found);
    }

    pub(super) fn inconclusive(&mut self, rule: Rule, place: impl Into<String>, expected: Message, found: Message) {
        self.push(false, rule, place.into(), expected, found);
    }

    /// A defect where two values differ.
    pub(super) fn same<T: PartialEq + ToText>(
        &mut self,
        rule: Rule,
        place: impl Into<String>,
        expected: &T,
        found: &T,
    ) -> bool {
        let same = expected == found;
        if !same {
            self.defect(rule, place, expected.to_text(), found.to_text());
        }
        same
    }

    fn push(&mut self, is_defect: bool, rule: Rule, place: String, expected: Message, found: Message) {
        if self.list.len() < FINDINGS_OF_AN_ENTRY_MAX {
            self.list.push(Finding { is_defect, seq: None, place, rule, expected, found });
        }
    }
}

/// A value as a report shows it: exactly as the journal writes it, so that a reader can search for it.
pub(crate) fn value(value: impl std::fmt::Display) -> Message {
    let shown: String = value.to_string().chars().take(300).collect();
    Message { id: "{value}", args: vec![("value", shown.into())] }
}

/// A structure as the journal writes it.
pub(crate) fn json(structure: &impl serde::Serialize) -> Message {
    value(serde_json::to_string(structure).unwrap_or_default())
}

/// What can stand in a finding as a value.
pub(crate) trait ToText {
    fn to_text(&self) -> Message;
}

macro_rules! to_text {
    ($($type:ty),*) => {$(
        impl ToText for $type {
            fn to_text(&self) -> Message {
                value(self)
            }
        }
    )*};
}
to_text!(
    u64,
    u32,
    i64,
    str,
    &str,
    String,
    crate::values::Cents,
    crate::values::Date,
    crate::values::Instant,
    crate::values::Hash,
    crate::values::RegisterId
);

impl<T: ToText> ToText for Option<T> {
    fn to_text(&self) -> Message {
        self.as_ref().map_or_else(|| crate::message!("nothing"), ToText::to_text)
    }
}
