//! What the command line says.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use comptoir_core::export::What;
use comptoir_fiscal::language::Language;
use comptoir_fiscal::values::Date;
use comptoir_till::devices::PrinterAddress;

/// A cash register for French shops, built to NF525.
#[derive(Debug, Parser)]
#[command(
    name = "comptoir",
    version,
    long_about = "A cash register for French shops, built to NF525.\n\n\
        Every sale is sealed into a signed journal on this device, works without a network, and can be verified by anyone\n\
        who has the journal's format. Without a command it opens the register's window; it also plays a sample day, archives,\n\
        prints, copies, imports, exports, makes an inspector's kit and verifies.",
    after_help = "Examples:\n  \
        comptoir\n  \
        comptoir demo\n  \
        comptoir demo --data sample-shop --language en\n  \
        comptoir archive --data sample-shop --days\n  \
        comptoir verify sample-shop/journals/*/archives/*.zip"
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    /// Language: fr or en [default: that of LANG, else fr]
    #[arg(long, global = true, value_name = "LANGUAGE")]
    pub(crate) language: Option<Language>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Open the register's window, as no command does
    #[command(long_about = "Open the register's window, as no command does.\n\n\
            The shop lies in a folder of this device. Where there is none yet, a sample shop is opened to practise in, in\n\
            school mode: nobody and nothing in it is real, and nothing in it counts.")]
    Open {
        /// The shop's folder [default: comptoir in the folder for data of this device's user]
        #[arg(long, value_name = "FOLDER")]
        data: Option<PathBuf>,
        /// A receipt printer on the network [default: pictures in the shop's folder]
        #[arg(long, value_name = "HOST[:PORT]")]
        printer: Option<PrinterAddress>,
    },
    /// Open a sample shop, trade for a day, close, archive and verify
    #[command(long_about = "Open a sample shop, trade for a day, close, archive and verify.\n\n\
            The shop is a French grocery with a snack bar. Its day is yesterday's, and everything happens through the\n\
            commands that the screens use: every means of payment, splits, meal vouchers at their limits, returns, credit\n\
            notes, a gift voucher, a cancel, the drawer and the closing. Nobody and nothing in it is real.")]
    Demo {
        /// A folder for the sample shop [default: a new one in the system's temporary place]
        #[arg(long, value_name = "FOLDER")]
        data: Option<PathBuf>,
        /// A receipt printer on the network for the day's papers [default: pictures in the shop's folder]
        #[arg(long, value_name = "HOST[:PORT]")]
        printer: Option<PrinterAddress>,
    },
    /// Print what waits for the printer
    #[command(long_about = "Print what waits for the printer.\n\n\
            Each paper is forgotten once the printer says that it has printed it; until then it waits, over any restart.")]
    Print {
        /// The shop's folder
        #[arg(long, value_name = "FOLDER")]
        data: PathBuf,
        /// A receipt printer on the network (ESC/POS)
        #[arg(long, value_name = "HOST[:PORT]", required_unless_present = "pictures")]
        printer: Option<PrinterAddress>,
        /// A folder that takes pictures instead
        #[arg(long, value_name = "FOLDER", conflicts_with = "printer")]
        pictures: Option<PathBuf>,
    },
    /// Archive the closed periods of a shop that are not archived yet
    #[command(long_about = "Archive the closed periods of a shop that are not archived yet.\n\n\
            Days, months and years that are over are closed first. Months and years are archived, oldest first; days only\n\
            where asked. Each archive is written, read back and verified before it is recorded in the journal.")]
    Archive {
        /// The shop's folder
        #[arg(long, value_name = "FOLDER")]
        data: PathBuf,
        /// Archive closed days too
        #[arg(long)]
        days: bool,
        /// Today's date, to confirm the clock where it is more than a day ahead of the last entry
        #[arg(long, value_name = "YYYY-MM-DD")]
        today: Option<Date>,
    },
    /// Copy a till to a folder or stick
    #[command(
        long_about = "Copy a till to a folder or stick: its sealed lines, its archives and its data, never its key.\n\n\
            The first copy is whole; later ones add what is new. The copy can be verified by itself, and another device can\n\
            go on from it."
    )]
    Backup {
        /// The shop's folder
        #[arg(long, value_name = "FOLDER")]
        data: PathBuf,
        /// Where the copy lies
        #[arg(long, value_name = "FOLDER")]
        to: PathBuf,
        /// Bring the copy up to date after each closing of a day
        #[arg(long)]
        always: bool,
    },
    /// Begin on a new device: from the copy of a till, or by a link of the back office
    #[command(
        long_about = "Go on from the copy of a till on a new device, or begin by a link of the back office: in the place\n\
            of a lost till, or as one more of its shop.\n\n\
            What is taken is verified first. A new journal with a key of its own succeeds the one that was lost; catalogue,\n\
            operators, vouchers and tickets are back, and what is not there is said."
    )]
    Restore {
        /// The link of the back office, for a new device; or its address
        #[arg(value_name = "LINK", required_unless_present = "from")]
        link: Option<String>,
        #[command(flatten)]
        typed: Typed,
        /// The copy
        #[arg(long, value_name = "FOLDER", conflicts_with = "link")]
        from: Option<PathBuf>,
        /// A new folder for the shop
        #[arg(long, value_name = "FOLDER")]
        data: PathBuf,
    },
    /// Bring products in from a spreadsheet
    #[command(long_about = "Bring products in from a spreadsheet (.xlsx or CSV).\n\n\
            What would change is said first, and nothing changes without --yes. Columns may stand in any order, under French\n\
            or English names: code, name, category, price, VAT, barcodes and the others that an export writes. A product that\n\
            the file does not name stays as it is. Price lists, menus and modifiers come in too, each by its own columns.\n\
            One wrong cell, and nothing is imported; each is named with what to do.")]
    Import {
        /// The table of products
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// The shop's folder
        #[arg(long, value_name = "FOLDER")]
        data: PathBuf,
        /// Import what was said
        #[arg(long)]
        yes: bool,
        /// In whose name [default: an owner]
        #[arg(long, value_name = "ID")]
        operator: Option<String>,
    },
    /// Take sales and products out to a spreadsheet
    #[command(long_about = "Take sales and products out to a spreadsheet.\n\n\
            A name that ends in .xlsx makes a workbook with a summary, charts, days, tickets, lines, payments, VAT,\n\
            products, modifiers, menus and price lists; any other name makes a folder of CSV files.\n\
            Sales are those that are sealed; school mode is left out.")]
    Export {
        /// The shop's folder
        #[arg(long, value_name = "FOLDER")]
        data: PathBuf,
        /// The workbook (.xlsx), or a folder for CSV files
        #[arg(long, value_name = "FILE|FOLDER")]
        to: PathBuf,
        /// The first business date
        #[arg(long, value_name = "YYYY-MM-DD")]
        since: Option<Date>,
        /// The last business date
        #[arg(long, value_name = "YYYY-MM-DD")]
        until: Option<Date>,
        /// What to take out: catalogue, sales or all [default: all]
        #[arg(
            long,
            value_enum,
            default_value_t = Tables::All,
            value_name = "WHAT",
            hide_default_value = true,
            hide_possible_values = true
        )]
        what: Tables,
        /// In whose name [default: an owner]
        #[arg(long, value_name = "ID")]
        operator: Option<String>,
    },
    /// Enrol a till with a back office
    #[command(long_about = "Enrol a till with a back office, by the link that it shows.\n\n\
            From then on all that is sealed is brought there by itself, whenever there is a network, and countersigned; selling\n\
            never waits for it. The link is good for one till and 15 minutes. Where it cannot be copied, its address and --code do;\n\
            the till then shows six words, which must be those that the back office shows, and are given by --words.")]
    Enrol {
        /// The link, whole; or the address
        #[arg(value_name = "LINK")]
        link: String,
        #[command(flatten)]
        typed: Typed,
        /// The shop's folder
        #[arg(long, value_name = "FOLDER")]
        data: PathBuf,
    },
    /// Bring what a till has sealed to its back office, once
    #[command(long_about = "Bring what a till has sealed to its back office, once.\n\n\
            While the window is open it does so by itself.")]
    Sync {
        /// The shop's folder
        #[arg(long, value_name = "FOLDER")]
        data: PathBuf,
    },
    /// Make the folder that an inspector is given
    #[command(
        long_about = "Make the folder that an inspector is given: all that can be checked, and what checks it.\n\n\
            What is over is closed and archived first. The folder holds the archives that touch the dates, every journal of\n\
            the till whole, who is who, what certifies the till, a verification report, two verifiers and a notice in\n\
            French. It is recorded in the journal. operateurs.csv in it holds names."
    )]
    Inspect {
        /// The shop's folder
        #[arg(long, value_name = "FOLDER")]
        data: PathBuf,
        /// Where the new folder is made, such as a stick
        #[arg(long, value_name = "FOLDER")]
        to: PathBuf,
        /// The first business date that is asked for [default: all since the beginning]
        #[arg(long, value_name = "YYYY-MM-DD")]
        since: Option<Date>,
        /// The last business date that is asked for [default: all up to now]
        #[arg(long, value_name = "YYYY-MM-DD")]
        until: Option<Date>,
        /// Today's date, to confirm the clock where it is more than a day ahead of the last entry
        #[arg(long, value_name = "YYYY-MM-DD")]
        today: Option<Date>,
    },
    /// Say what certifies a till, and draft its attestation
    #[command(long_about = "Say what certifies a till: its software, its versions, its journal, its key.\n\n\
            The attestation is a draft in French: it is worth nothing until publisher and user have filled it in and signed.")]
    Certification {
        /// The shop's folder
        #[arg(long, value_name = "FOLDER")]
        data: PathBuf,
        /// A file for the draft of the attestation
        #[arg(long, value_name = "FILE")]
        pdf: Option<PathBuf>,
    },
    /// Verify journals and archives
    #[command(long_about = "Verify journals and archives: the very program that auditors have as comptoir-verify.\n\n\
            The exit status is 0 (sound), 1 (defects) or 2 (inconclusive).")]
    Verify {
        /// Archives and journals to verify
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Answer in JSON, always in English
        #[arg(long)]
        json: bool,
        /// Hold the journal against a checkpoint, a receipt's QR code or a printed Z
        #[arg(long, value_name = "X")]
        against: Vec<String>,
    },
}

/// What an export holds.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Tables {
    Catalogue,
    Sales,
    All,
}

impl From<Tables> for What {
    fn from(tables: Tables) -> What {
        match tables {
            Tables::Catalogue => What::Catalogue,
            Tables::Sales => What::Sales,
            Tables::All => What::All,
        }
    }
}

// A back office whose link could not be copied. No help of its own: that would take the command's place.
#[derive(Debug, clap::Args)]
pub(crate) struct Typed {
    /// The eight letters of its code, where only its address is given
    #[arg(long, value_name = "CODE")]
    pub(crate) code: Option<String>,
    /// The six words that it shows
    #[arg(long, value_name = "WORDS", requires = "code")]
    pub(crate) words: Option<String>,
}
