//! A till that begins by a link of the back office, from the screens: in a lost one's place, or as one more of its shop. What
//! the back office offers is asked for first, and a till is made of it only once somebody said so; the command `comptoir
//! restore` does the same at a terminal.

use comptoir_core::data_folder::DataFolder;
use comptoir_core::register::{Offer, Platform, Register};
use comptoir_fiscal::language::Message;
use comptoir_sync::link::{EnrolmentLink, NotALink};
use comptoir_sync::meeting;
use comptoir_ui::meeting::Met;
use comptoir_ui::welcome::by_link::Offered;

use crate::backoffice::{self, Newcomer};

/// What the back office offered: nothing is made of it yet.
pub(super) struct Asked {
    /// The link, by which the new till is enrolled then.
    pub(super) link: EnrolmentLink,
    newcomer: Newcomer,
}

/// Meets the back office at an address: nothing is sent to it but the question who it is.
pub(super) fn meet(address: &str, code: &str) -> Result<Met, Message> {
    let met = backoffice::runtime()?.block_on(meeting::meet(address, code)).map_err(|error| error.message())?;
    Ok(Met { link: met.link.to_string(), words: met.words })
}

/// Asks the back office of a link what it offers.
pub(super) fn ask(link: &str) -> Result<(Asked, Offered), Message> {
    let link: EnrolmentLink = link.parse().map_err(|error: NotALink| error.message())?;
    let newcomer = backoffice::ask_for_place(&link)?;
    let offered = match &newcomer.offer {
        Offer::Replace(lost) => Offered {
            label: lost.journal.label.clone(),
            store: lost.settings.store.name.clone(),
            entries: Some(lost.journal.size),
            until: lost.until,
        },
        Offer::Join(settings) => {
            Offered { label: settings.label.clone(), store: settings.store.name.clone(), entries: None, until: None }
        }
    };
    Ok((Asked { link, newcomer }, offered))
}

/// Opens the till in a folder that holds none. It is to be enrolled by the same link, which shuts a lost device out.
pub(super) fn open(asked: &Asked, folder: DataFolder, platform: Platform) -> Result<Register, Message> {
    backoffice::open_as(folder, &asked.newcomer, platform).map_err(|error| error.message())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_link_is_said_and_nobody_is_asked() {
        let Err(why) = ask("bonjour") else { panic!("there is no back office") };
        assert!(why.to_string().contains("link"), "{why}");
    }
}
