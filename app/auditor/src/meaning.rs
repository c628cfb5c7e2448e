//! What each rule means to someone who must act on it.

use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;
use comptoir_fiscal::verify::Rule;

/// What it means that a rule is broken.
pub(crate) fn of(rule: Rule) -> Message {
    match rule {
        Rule::Chain => message!("an entry was changed, removed, inserted or moved after it was sealed"),
        Rule::Signature => message!("it was not sealed by this register's key"),
        Rule::Canonical => message!("the stored bytes are not those that a register writes"),
        Rule::Version => message!("it is of a newer format; a newer comptoir-verify can judge it"),
        Rule::Kind => message!("it is of a kind that came later; a newer comptoir-verify can judge it"),
        Rule::Genesis => message!("the entry that says whose journal this is, is missing, wrong or contradicted"),
        Rule::Body => message!("an entry lacks what its kind must say, or says what it cannot"),
        Rule::Numbering => message!("a document is missing, or a number was used twice"),
        Rule::Arithmetic => message!("the totals or the VAT do not follow from the lines sold"),
        Rule::Settlement => message!("the payments do not settle the ticket as the rules allow"),
        Rule::RefersTo => {
            message!("a return, cancellation, correction, invoice or copy does not agree with its original")
        }
        Rule::Perpetual => message!("the perpetual totals do not grow by each ticket: a sale was hidden or altered"),
        Rule::ClosingTotals => message!("a closing does not state the sums of the entries that it closes"),
        Rule::ClosingOrder => message!("a closing is missing, out of order, or something was dated into a closed day"),
        Rule::Nf525 => message!("the NF525 string of a document is not its own, or its chain is broken"),
        Rule::Clock => message!("the clock went back, or shows another time zone, and no event says so"),
        Rule::CheckpointSignature => message!("a checkpoint does not bear this register's signature"),
        Rule::Root => message!("the entries are not those over which a root was stated: history was written anew"),
        Rule::Countersignature => message!("a countersignature is not that of the back office"),
        Rule::Truncation => message!("entries that existed are missing at the end"),
        Rule::Fork => message!("two histories of one register exist, both signed with its key"),
        Rule::ArchiveFile => message!("the archive is not as it was written: a file is changed, missing or added"),
        Rule::Csv => message!("a CSV file does not say what the sealed entries say"),
        Rule::Store => message!("the database is damaged, or was changed by another program"),
        Rule::Unreadable => message!("this program cannot read it; another copy may be readable"),
    }
}
