//! What the codes of events mean, in words, and what they are about.

use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;

/// What events are about, as they are filtered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// Who is at work, and whose word was given.
    People,
    /// What was given up or taken off before a sale was sealed, and the drawer.
    Counter,
    /// Papers.
    Papers,
    /// What left the till: archives, copies, exports, and what an inspector was given.
    Data,
    /// Integrity, the clock, starts and stops.
    Safety,
    /// Settings, versions and keys.
    Settings,
}

impl Topic {
    /// Every topic, in the order of their chips.
    pub const ALL: [Topic; 6] =
        [Topic::People, Topic::Counter, Topic::Papers, Topic::Data, Topic::Safety, Topic::Settings];

    /// What it is called.
    pub(crate) fn name(self) -> Message {
        match self {
            Topic::People => message!("People"),
            Topic::Counter => message!("Counter and drawer"),
            Topic::Papers => message!("Prints"),
            Topic::Data => message!("Archives and copies"),
            Topic::Safety => message!("Safety"),
            Topic::Settings => message!("Settings and versions"),
        }
    }

    /// What an event of a code is about.
    pub(crate) fn of(code: u32) -> Topic {
        match code {
            100 | 105 | 126..=130 | 914 => Topic::People,
            160..=180 | 190 | 320..=329 | 420 | 430 | 901 | 915 | 921 => Topic::Counter,
            150 | 155 | 156 | 917..=920 => Topic::Papers,
            20 | 30 | 50 | 60 | 110 | 123 | 140 | 200..=230 | 280..=295 | 330 | 440 => Topic::Data,
            40 | 70 | 80 | 90 | 95 | 120 | 125 | 902 | 910..=913 | 916 => Topic::Safety,
            _ => Topic::Settings,
        }
    }
}

/// What an event of a code tells, by its sealed label where a code has two; nothing where the code is not known here, and
/// its label must do.
pub(crate) fn meaning(code: u32, label: &str) -> Option<Message> {
    Some(match code {
        40 if label == "Arrêt" => message!("The till stopped."),
        80 if label == "Démarrage" => message!("The till started."),
        80 if label == "Ouverture de session" => message!("Somebody signed in."),
        10 => message!("The way of numbering was changed."),
        20 => message!("A closed period was archived."),
        30 => message!("A year was archived."),
        40 => message!("The till stopped, or somebody signed out."),
        50 => message!("A period was closed."),
        60 => message!("A year was closed."),
        70 => message!("The till went on in a reduced way."),
        80 => message!("The till started, or somebody signed in."),
        90 => message!("A defect was found in sealed data. Show it to whoever maintains the till."),
        95 => message!("Numbers are missing in a sequence."),
        100 => message!("Somebody with more rights gave their word for one thing."),
        105 => message!("A special function ended."),
        110 => message!("Data were exported."),
        120 => message!("The reduced way of working ended."),
        126 => message!("The till was enrolled with a back office."),
        130 => message!("People or their rights were changed."),
        140 => message!("Data were imported."),
        150 => message!("The printer could not be reached."),
        155 => message!("A note was printed again."),
        156 => message!("A ticket was printed again."),
        170 => message!("The float was changed."),
        190 => message!("A sealed ticket was cancelled by another."),
        200 => message!("Data were removed after they were archived."),
        220 => message!("Data were taken back from a copy."),
        230 => message!("A copy was made."),
        240 => message!("Somebody maintained the till."),
        250 => message!("Another major version was installed."),
        255 => message!("Another minor version was installed."),
        260 => message!("Data were set up."),
        270 => message!("A setting was changed that the law watches."),
        280 => message!("A tax inspection began or ended."),
        295 => message!("Files were handed to the tax administration."),
        300 => message!("A function was set up, such as the signing key."),
        320 => message!("A sale was given up before it was sealed."),
        323 => message!("A line was taken off before the sale was sealed."),
        324 => message!("A noted ticket was given up."),
        325 => message!("Something ordered was taken off."),
        326 => message!("Something came back after a note."),
        330 => message!("The closing of a period was begun."),
        400 => message!("The fiscal year was changed."),
        410 => message!("The shop’s identity was changed."),
        420 => message!("A means of payment was corrected after the sale."),
        430 => message!("A noted ticket changed its table."),
        440 => message!("Archives were copied to another medium."),
        450 => message!("The signing keys were changed."),
        901 => message!("The drawer was opened without a sale."),
        910 => message!("The clock went back or leapt."),
        911 => message!("The journal may have been put back to an earlier state."),
        912 => message!("Clocks of this till and of the back office differ."),
        913 => message!("The back office countersigned what this till has sealed."),
        914 => message!("School mode was turned on or off."),
        915 => message!("An article was sold at another price."),
        917 => message!("A paper was printed for the first time."),
        918 => message!("A ticket was sent by e-mail."),
        919 => message!("The customer was shown the ticket’s code."),
        920 => message!("The customer wanted no ticket."),
        922 => message!("The till was out of touch with the back office for longer than it may."),
        921 => message!("More cash was taken than the law’s limit, on proof."),
        _ => return None,
    })
}
