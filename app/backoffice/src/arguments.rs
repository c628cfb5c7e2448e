//! What the command line says.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use comptoir_backoffice::shared::inbox::Take;
use comptoir_core::shared::Kind;
use comptoir_fiscal::language::Language;
use comptoir_fiscal::values::RegisterId;

/// The back office of Comptoir: what a shop's registers seal arrives here.
#[derive(Debug, Parser)]
#[command(
    name = "comptoir-backoffice",
    version,
    long_about = "The back office of Comptoir: what a shop's registers seal arrives here.\n\n\
        Each line is verified before it is acknowledged, stored exactly as it came, and countersigned, so that a register whose\n\
        journal is cut, rewritten or forked later is convicted. It starts with nothing to install; a folder holds all of it.",
    after_help = "Examples:\n  \
        comptoir-backoffice serve --data office\n  \
        comptoir-backoffice code --data office --merchant \"Épicerie d'exemple\" --store Rennes\n  \
        comptoir-backoffice registers --data office\n  \
        comptoir-backoffice journal --data office --register ID > journal.jsonl"
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,

    /// Language: fr or en [default: that of LANG, else fr]
    #[arg(long, global = true, value_name = "LANGUAGE")]
    pub(crate) language: Option<Language>,
}

/// Where everything lies.
#[derive(Clone, Debug, Args)]
pub(crate) struct Place {
    /// The back office's folder [env: COMPTOIR_BACKOFFICE_DATA]
    #[arg(long, value_name = "FOLDER", env = "COMPTOIR_BACKOFFICE_DATA", hide_env = true)]
    pub(crate) data: PathBuf,
    /// A PostgreSQL database instead of a file in the folder [env: COMPTOIR_BACKOFFICE_DATABASE]
    #[arg(
        long,
        value_name = "postgres://…",
        env = "COMPTOIR_BACKOFFICE_DATABASE",
        hide_env = true,
        hide_env_values = true
    )]
    pub(crate) database: Option<String>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve registers
    #[command(
        long_about = "Serve registers, until it is told to stop (Ctrl-C, or SIGTERM): what is being answered is answered.\n\n\
            At its first start it makes its witness's key and a certificate, which tills pin. Keep the folder: without the\n\
            witness's key no register believes it any more."
    )]
    Serve {
        #[command(flatten)]
        place: Place,
        /// Where it listens [default: 127.0.0.1:8443] [env: COMPTOIR_BACKOFFICE_LISTEN]
        #[arg(long, value_name = "ADDRESS:PORT", env = "COMPTOIR_BACKOFFICE_LISTEN", hide_env = true)]
        listen: Option<SocketAddr>,
        /// Where registers reach it, such as https://office.example:8443 [default: where it listens] [env: COMPTOIR_BACKOFFICE_ADDRESS]
        #[arg(long, value_name = "URL", env = "COMPTOIR_BACKOFFICE_ADDRESS", hide_env = true)]
        address: Option<String>,
        /// Speak plain HTTP: behind a proxy that encrypts, or on this machine alone [env: COMPTOIR_BACKOFFICE_PLAIN]
        #[arg(long, env = "COMPTOIR_BACKOFFICE_PLAIN", hide_env = true)]
        plain: bool,
        /// Where Prometheus reads how it is doing, in plain HTTP [default: nowhere] [env: COMPTOIR_BACKOFFICE_METRICS]
        #[arg(long, value_name = "ADDRESS:PORT", env = "COMPTOIR_BACKOFFICE_METRICS", hide_env = true)]
        metrics: Option<SocketAddr>,
    },
    /// Open a one-time code for a register, and print its link
    #[command(long_about = "Open a one-time code for a register, and print the link that it is enrolled by.\n\n\
            The code is good for one register and 15 minutes. The link says where the back office is and whom to trust there:\n\
            give it to the till whole, with comptoir enrol --data FOLDER LINK. Merchant and store are made where they are\n\
            missing. With --replaces it is for a new device in the place of a lost one: comptoir restore --data NEW LINK.")]
    Code {
        #[command(flatten)]
        place: Place,
        /// The merchant's name here
        #[arg(long, value_name = "NAME", required_unless_present = "replaces")]
        merchant: Option<String>,
        /// The store's name here
        #[arg(long, value_name = "NAME", required_unless_present = "replaces")]
        store: Option<String>,
        /// The register whose lost or broken device a new one takes the place of
        #[arg(long, value_name = "ID", conflicts_with_all = ["merchant", "store"])]
        replaces: Option<RegisterId>,
    },
    /// List the registers, with what is held of each
    Registers {
        #[command(flatten)]
        place: Place,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Write out the sealed lines of a register, byte for byte
    Journal {
        #[command(flatten)]
        place: Place,
        /// Which register
        #[arg(long, value_name = "ID")]
        register: RegisterId,
    },
    /// Write out the newest countersigned checkpoint of a register, to hold a journal against
    Checkpoint {
        #[command(flatten)]
        place: Place,
        /// Which register
        #[arg(long, value_name = "ID")]
        register: RegisterId,
    },
    /// Write out what was kept as evidence against a register
    Evidence {
        #[command(flatten)]
        place: Place,
        /// Which register
        #[arg(long, value_name = "ID")]
        register: RegisterId,
    },
    /// Revoke a register: what it had sealed still arrives, and it is told to stop selling
    Revoke {
        #[command(flatten)]
        place: Place,
        /// Which register
        #[arg(long, value_name = "ID")]
        register: RegisterId,
    },
    /// Copy the back office, while it serves
    #[command(
        long_about = "Copy the back office into a new folder, while it serves: its database at one moment, its witness's key and\n\
            its certificate. The key is a secret: keep the copy as safe as the office."
    )]
    Backup {
        #[command(flatten)]
        place: Place,
        /// A folder that is not there yet, or empty
        #[arg(long, value_name = "FOLDER")]
        to: PathBuf,
    },
    /// Make a back office from a copy
    #[command(long_about = "Make a back office from a copy, in a new folder.\n\n\
            Registers bring by themselves what they have sealed since the copy was made.")]
    Restore {
        /// The copy
        #[arg(long, value_name = "FOLDER")]
        from: PathBuf,
        /// A new folder for the back office
        #[arg(long, value_name = "FOLDER")]
        data: PathBuf,
    },
    /// Derive anew what is derived from sealed lines, by checking them again
    Rebuild {
        #[command(flatten)]
        place: Place,
    },
    /// List what the tills of a store share
    Records {
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        store: StoreOf,
        /// Only records of this kind, such as product, price_list, operator or setting
        #[arg(long, value_name = "KIND")]
        kind: Option<Kind>,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Import products, prices and menus from a table into a store
    #[command(
        long_about = "Import products, prices and menus from a table into a store: all of it or, where a cell is wrong, nothing.\n\n\
            It is the table that tills import and export. What it does not say stays as it is; what changes reaches the tills of\n\
            the store by itself."
    )]
    Import {
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        store: StoreOf,
        /// The workbook (.xlsx) or text table (CSV)
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// List what tills have edited that waits for a manager's decision
    #[command(
        long_about = "List what tills have edited that waits for a manager's decision: prices, VAT rates and rights that were edited\n\
            elsewhere, too. Until it is decided, what was there holds."
    )]
    Inbox {
        #[command(flatten)]
        place: Place,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Decide what waits in the inbox
    Decide {
        #[command(flatten)]
        place: Place,
        /// Its number in the inbox
        #[arg(value_name = "NUMBER")]
        number: u64,
        /// What holds from now on: what the till has edited (theirs), or what is there (keep)
        #[arg(long, value_name = "WHICH")]
        take: Taken,
        /// Who decides [default: whoever runs this]
        #[arg(long, value_name = "NAME")]
        by: Option<String>,
        /// The merchant's name here, where several stores have something of this number
        #[arg(long, value_name = "NAME", requires = "store")]
        merchant: Option<String>,
        /// The store's name here
        #[arg(long, value_name = "NAME", requires = "merchant")]
        store: Option<String>,
    },
}

/// Which store.
#[derive(Clone, Debug, Args)]
pub(crate) struct StoreOf {
    /// The merchant's name here
    #[arg(long, value_name = "NAME")]
    pub(crate) merchant: String,
    /// The store's name here
    #[arg(long, value_name = "NAME")]
    pub(crate) store: String,
}

/// What is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Taken(pub(crate) Take);

impl std::str::FromStr for Taken {
    type Err = String;

    fn from_str(text: &str) -> Result<Taken, String> {
        let known = [Take::Theirs, Take::Keep].into_iter().find(|take| take.as_str() == text);
        known.map(Taken).ok_or_else(|| "theirs, keep".to_owned())
    }
}
