//! School mode (mode école): the same till with a journal of its own, in which nothing counts.
//!
//! BOI-TVA-DECLA-30-10-30 §150: what is tried out is recorded and traced like the rest, its operator is known, and every
//! paper says that it is worth nothing. What the school derives from its journal lies in `school.db`, so that no credit
//! note, held ticket or number of it is ever met among real sales.

use comptoir_fiscal::entry::{Genesis, Mode};
use comptoir_fiscal::journal::{CommandId, Draft};

use super::error::Refusal;
use super::opening::{GATES, Opened, RULES, VALIDITY, VOUCHERS_OFFLINE, begin, open_journal};
use super::papers::PAPER_SETTINGS;
use super::settings::SettingsChange;
use super::{Approval, Platform, Register, RegisterError, Validity};
use crate::data_folder::{CURRENT_JOURNAL, DataFolder};
use crate::operators::{Gate, Gates};
use crate::printing::PaperSettings;
use crate::shop::Shop;
use crate::terms::Rules;

pub(super) const TRAINING: u32 = 914;
const ENTERED: &str = "Entrée en mode école";
const LEFT: &str = "Sortie du mode école";

/// Why a till did not enter or leave school mode.
pub struct NotChanged {
    /// The till as it was; none where it cannot go on and must be started again.
    pub register: Option<Box<Register>>,
    /// Why.
    pub why: Refusal,
}

impl std::fmt::Debug for NotChanged {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NotChanged").field("why", &self.why).finish_non_exhaustive()
    }
}

impl Register {
    /// Turns the till to school mode (event 914 in both journals): the school's own journal, begun the first time and
    /// never wiped, with the catalogue, people and rules of the shop as they are now.
    pub fn enter_school(self, operator: &str) -> Result<Register, NotChanged> {
        self.enter_school_by(operator, None)
    }

    /// The same for an operator who may not do it alone, by another's word, which was given for this id.
    pub fn enter_school_by(
        mut self,
        operator: &str,
        word: Option<(CommandId, Approval)>,
    ) -> Result<Register, NotChanged> {
        match self.prepare_school(operator, word) {
            Ok((folder, opened, shop)) => self.exchange(operator, folder, opened, shop, ENTERED),
            Err(why) => Err(NotChanged { register: Some(Box::new(self)), why }),
        }
    }

    /// Turns the till back to real sales (event 914 in both journals).
    pub fn leave_school(mut self, operator: &str) -> Result<Register, NotChanged> {
        match self.prepare_live(operator) {
            Ok((folder, opened, shop)) => self.exchange(operator, folder, opened, shop, LEFT),
            Err(why) => Err(NotChanged { register: Some(Box::new(self)), why }),
        }
    }

    fn prepare_school(
        &mut self,
        operator: &str,
        word: Option<(CommandId, Approval)>,
    ) -> Result<(DataFolder, Opened, Shop), Refusal> {
        let (id, words) = word.map(|(id, approval)| (id, vec![approval])).unzip();
        let id = id.map_or_else(|| self.new_command(), Ok)?;
        let words = words.unwrap_or_default();
        let word = self.pass(operator, Gate::Training, id, &words)?;
        if self.mode() == Mode::Training {
            return Err(Refusal::NothingChanges);
        }
        let folder = self.folder.school();
        let (opened, shop) = self.school(&folder)?;
        self.record_word(operator, word)?;
        self.turn(operator, ENTERED)?;
        Ok((folder, opened, shop))
    }

    fn prepare_live(&mut self, operator: &str) -> Result<(DataFolder, Opened, Shop), Refusal> {
        self.at_work(operator)?;
        if self.mode() == Mode::Live {
            return Err(Refusal::NothingChanges);
        }
        let folder = self.folder.live();
        let (opened, shop) = open_live(&folder, &mut self.platform)?;
        self.turn(operator, LEFT)?;
        Ok((folder, opened, shop))
    }

    /// The school's data, with what the shop has taught it, and its journal.
    fn school(&mut self, folder: &DataFolder) -> Result<(Opened, Shop), RegisterError> {
        let mut shop = Shop::open(&folder.shop())?;
        shop.replace_catalogue(&self.shelf.stored)?;
        shop.take_pictures_of(&self.shop)?;
        shop.replace_operators(&self.operators.values().cloned().collect::<Vec<_>>())?;
        shop.set::<Rules>(RULES, &self.rules)?;
        shop.set::<Gates>(GATES, &self.gates)?;
        shop.set::<Validity>(VALIDITY, &self.validity)?;
        shop.set(VOUCHERS_OFFLINE, &self.vouchers_offline)?;
        shop.set::<PaperSettings>(PAPER_SETTINGS, &self.paper_settings()?)?;
        if let Some(opened) = open_journal(folder, &shop, &mut self.platform, &mut |_, _| ())? {
            return Ok((opened, shop));
        }
        let live = self.settings();
        let label = format!("{}-E", live.label);
        let genesis = Genesis { label, mode: Mode::Training, succeeds: None, ..live.clone() };
        let (journal, protection) = begin(folder, genesis, &mut self.platform)?;
        shop.set(CURRENT_JOURNAL, &journal.standing().register)?;
        Ok((Opened { journal, protection, left: None }, shop))
    }

    /// Seals in this journal that it is left for, or taken up after, the other.
    fn turn(&mut self, operator: &str, label: &str) -> Result<(), RegisterError> {
        self.record_by(operator, TRAINING, label)?;
        self.settle()
    }

    /// Goes on with the other journal; whoever is signed in stays so.
    fn exchange(
        self,
        operator: &str,
        folder: DataFolder,
        opened: Opened,
        shop: Shop,
        label: &str,
    ) -> Result<Register, NotChanged> {
        let Register { platform, journal, signed_in, .. } = self;
        let as_set = SettingsChange::from_settings(journal.standing().genesis());
        drop(journal);
        let go_on = || -> Result<Register, Refusal> {
            let mut register = Register::opened(folder, platform, opened, shop)?;
            register.signed_in = signed_in;
            register.turn(operator, label)?;
            if register.mode() == Mode::Training {
                register.follow_settings(operator, as_set)?;
            }
            register.take_up()?;
            Ok(register)
        };
        go_on().map_err(|why| NotChanged { register: None, why })
    }

    /// Takes over, in the school's journal, what became of the shop's settings since.
    fn follow_settings(&mut self, operator: &str, change: SettingsChange) -> Result<(), Refusal> {
        let drafts: Vec<Draft> = match self.settings_change(change) {
            Err(Refusal::NothingChanges) => return Ok(()),
            drafts => drafts?,
        };
        let (id, at) = (self.new_command()?, self.now());
        self.journal.seal(id, at, operator, drafts).map_err(RegisterError::from)?;
        Ok(())
    }
}

fn open_live(folder: &DataFolder, platform: &mut Platform) -> Result<(Opened, Shop), RegisterError> {
    let none = || RegisterError::NoShop { folder: folder.root().display().to_string() };
    let shop = Shop::open(&folder.shop())?;
    let opened = open_journal(folder, &shop, platform, &mut |_, _| ())?.ok_or_else(none)?;
    Ok((opened, shop))
}
