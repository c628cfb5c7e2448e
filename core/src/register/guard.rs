//! What the register does when its own journal is in doubt: something is shown that it signed and no longer holds.
//!
//! Nothing is healed and nothing is cut: the journal is left as it is, and another sells on.

use comptoir_fiscal::journal::Knowledge;
use comptoir_fiscal::verify::Evidence;

use super::error::Refusal;
use super::opening::{Opened, begin, successor};
use super::school::NotChanged;
use super::{Notice, Register, RegisterError};
use crate::shop::Shop;

impl Register {
    /// Holds the journal against the code of a ticket, a printed Z (`SIZE:ROOT`) or a checkpoint that somebody shows.
    ///
    /// What it signed and no longer holds proves that it was put back: it is left as it is, and the till sells on in a
    /// new one (event 911). A Z that it does not know bears no signature, so that is only recorded (event 911).
    pub fn show(self, operator: &str, text: &str) -> Result<(Register, Knowledge), NotChanged> {
        match self.at_work(operator) {
            Ok(_) => self.hold_against(text),
            Err(why) => Err(NotChanged { register: Some(Box::new(self)), why }),
        }
    }

    /// The same for what the back office holds of the journal, which nobody at the till has to show.
    pub(super) fn hold_against(mut self, text: &str) -> Result<(Register, Knowledge), NotChanged> {
        match self.weigh(text) {
            Ok((Knowledge::ProvenLost, Some((opened, shop)))) => {
                let Register { platform, folder, signed_in, journal, .. } = self;
                drop(journal);
                let go_on = || -> Result<Register, RegisterError> {
                    let mut register = Register::opened(folder, platform, opened, shop)?;
                    register.signed_in = signed_in;
                    register.take_up()?;
                    Ok(register)
                };
                let register = go_on().map_err(|why| NotChanged { register: None, why: why.into() })?;
                Ok((register, Knowledge::ProvenLost))
            }
            Ok((knowledge, _)) => Ok((self, knowledge)),
            Err(why) => Err(NotChanged { register: Some(Box::new(self)), why }),
        }
    }

    fn weigh(&mut self, text: &str) -> Result<(Knowledge, Option<(Opened, Shop)>), Refusal> {
        let evidence = Evidence::parse(text).map_err(|_| Refusal::NotEvidence)?;
        let knowledge = self.journal.answer_to(&evidence).map_err(RegisterError::from)?;
        let successor = match knowledge {
            Knowledge::ProvenLost => Some(self.begin_successor()?),
            Knowledge::Unknown => {
                self.record(911, "Z présenté et inconnu du journal", Some(text.trim().to_owned()))?;
                self.settle()?;
                None
            }
            Knowledge::Known | Knowledge::Forged | Knowledge::OfAnother => None,
        };
        Ok((knowledge, successor))
    }

    fn begin_successor(&mut self) -> Result<(Opened, Shop), RegisterError> {
        let old = self.id();
        let genesis = successor(self.settings(), old, None);
        let shop = Shop::open(&self.folder.shop())?;
        let (journal, protection) = begin(&self.folder, genesis, &mut self.platform)?;
        Ok((Opened { journal, protection, left: Some(Notice::Convicted { old }) }, shop))
    }
}
