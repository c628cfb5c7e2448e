//! What the till shares with the other tills of its store, through a back office: what it has edited, and the taking in of
//! what the back office holds. Nothing of it is needed to sell.

use std::collections::BTreeSet;
use std::sync::Arc;

use comptoir_fiscal::entry::{Mode, SYSTEM};
use comptoir_fiscal::journal::Draft;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::catalogue::Shelf;
use super::people::Edit as Made;
use super::{GATES, RULES, Refusal, Register, RegisterError, RulesChange, VALIDITY, VOUCHERS_OFFLINE};
use crate::catalogue::{Catalogue, CatalogueEdit, CatalogueError, Picture, PictureId, RecordId};
use crate::operators::{Operator, Rank};
use crate::projection::sold;
use crate::shared::ledger::Carried;
use crate::shared::{Change, Edit, Kind, Row, ledger};
use crate::shop::TakenIn;

/// Where the till stands in its store's feed.
pub(super) const FEED: &str = "feed of the store";

/// The feed of a store, as far as it was taken in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Feed {
    /// Up to where; empty before anything was taken.
    cursor: String,
    /// Whether everything is being taken from the start.
    #[serde(default)]
    whole: bool,
    /// The latest stamp that was seen or given (see [`Edit::at`]).
    #[serde(default)]
    latest: u64,
    /// Whether a record was passed over because this program does not know its kind.
    #[serde(default)]
    has_newer: bool,
    /// Whether pictures were left out, because what was carried was paid for.
    #[serde(default)]
    lacks_pictures: bool,
}

/// What is to be sent of what was edited here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// Up to where the store's feed was taken in.
    pub cursor: String,
    /// The edits, none where nothing was edited that the back office has not.
    pub edits: Vec<Edit>,
    /// Whether pictures are to be left out of what is told in return.
    pub without_pictures: bool,
}

/// What came of changes that were handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakingIn {
    /// They were taken in, or set aside.
    Taken,
    /// Something was edited here that the back office has not seen: nothing was taken, and that is to be sent first, so that
    /// it is the back office that holds the one against the other.
    EditsFirst,
}

impl Register {
    /// What was edited here and is not known to lie in the back office, of at most `most` records that were touched; the same
    /// again until [`edits_answered`](Register::edits_answered) hears of them. None where the till is enrolled with no back office, and in
    /// school mode.
    pub fn edits_to_send(&mut self, most: usize) -> Result<Option<Outgoing>, RegisterError> {
        if !self.shares() {
            return Ok(None);
        }
        let feed = self.feed()?;
        self.stamp(SYSTEM)?;
        let carried = self.carried();
        let Register { shop, platform, .. } = self;
        let id = || Ok::<_, RegisterError>(platform.new_id()?.uuid());
        let edits = ledger::edits(shop.connection(), most, carried, id)?;
        Ok(Some(Outgoing { cursor: feed.cursor, edits, without_pictures: carried == Carried::AllButPictures }))
    }

    /// Hears that the back office has judged edits: taken, merged, refused or for a manager to decide, it has them.
    pub fn edits_answered(&mut self, ids: &[Uuid]) -> Result<(), RegisterError> {
        Ok(self.shop.ledger(|shop| ledger::answered(shop, ids))?)
    }

    /// Whether something was edited here that is not known to lie in the back office.
    pub fn has_edits_to_send(&mut self) -> Result<bool, RegisterError> {
        if !self.shares() {
            return Ok(false);
        }
        self.feed()?;
        Ok(ledger::has_edits(self.shop.reading(), self.carried())?)
    }

    /// Takes everything from the start, because the back office does not know the place up to which it was taken. What is
    /// here stays, and what the back office has lost is brought to it again.
    pub fn take_in_anew(&mut self) -> Result<(), RegisterError> {
        let feed = Feed { cursor: String::new(), whole: true, has_newer: false, lacks_pictures: false, ..self.feed()? };
        self.shop.ledger(ledger::begin_anew)?;
        Ok(self.shop.set(FEED, &feed)?)
    }

    /// Hears that the back office tells of a kind of record that this program does not know. Once another program runs,
    /// everything is taken from the start.
    pub fn told_of_newer(&mut self) -> Result<(), RegisterError> {
        let feed = Feed { has_newer: true, ..self.feed()? };
        Ok(self.shop.set(FEED, &feed)?)
    }

    /// After the program became another: what the one before passed over may be known now.
    pub(super) fn take_in_what_was_newer(&mut self) -> Result<(), RegisterError> {
        let has_newer = self.shop.setting::<Option<Feed>>(FEED)?.flatten().is_some_and(|feed| feed.has_newer);
        if has_newer { self.take_in_anew() } else { Ok(()) }
    }

    /// Once what is carried is not paid for any more: the pictures that were left out are asked for.
    pub(super) fn take_in_what_was_left_out(&mut self) -> Result<(), RegisterError> {
        let lacks = self.shop.setting::<Option<Feed>>(FEED)?.flatten().is_some_and(|feed| feed.lacks_pictures);
        if lacks { self.take_in_anew() } else { Ok(()) }
    }

    fn carried(&self) -> Carried {
        if self.is_metered() { Carried::AllButPictures } else { Carried::All }
    }

    /// Takes in what the back office holds, in the order in which it is told. Records that this till cannot take (another has
    /// the same barcode, or they name what is not there yet) are set aside and tried again with the next; none of them blocks
    /// the others. Other rights and rules are recorded (events 130 and 270).
    pub fn take_in(&mut self, changes: &[Change], next: &str, more: bool) -> Result<TakingIn, RegisterError> {
        if self.has_edits_to_send()? {
            return Ok(TakingIn::EditsFirst);
        }
        let mut feed = self.feed()?;
        if changes.is_empty() && !feed.whole && feed.cursor == next {
            return Ok(TakingIn::Taken);
        }
        let fresh = self.shop.ledger(|shop| {
            let mut fresh = Vec::new();
            for change in changes {
                if ledger::keep(shop, change)? {
                    fresh.push(change);
                }
            }
            Ok(fresh)
        })?;
        feed.latest = changes.iter().map(|change| change.at).fold(feed.latest, u64::max);
        feed.cursor = next.to_owned();
        feed.lacks_pictures |= self.is_metered();
        let is_whole = feed.whole;
        feed.whole &= more;
        let mut aside = Vec::new();
        self.take_in_settings(&fresh, &mut aside)?;
        self.take_in_operators(&fresh, &mut aside)?;
        self.take_in_held(&fresh)?;
        self.take_in_catalogue(&fresh, aside, &feed)?;
        if is_whole && !more {
            let carried = self.carried();
            self.shop.ledger(|shop| ledger::bring_what_is_missing(shop, carried))?;
        }
        if fresh.iter().any(|change| change.kind == Kind::Held) {
            self.shop.ledger(ledger::forget_paid)?;
        }
        Ok(TakingIn::Taken)
    }

    /// What the back office holds and this till does not use: of which kind, under which code, and why.
    pub fn set_aside(&mut self) -> Result<Vec<(Kind, String, String)>, RegisterError> {
        let aside = ledger::aside(self.shop.reading())?;
        Ok(aside.into_iter().map(|(kind, key, _, why)| (kind, key, why)).collect())
    }

    /// Says who edited what was edited just now. Later than every stamp that was seen, whatever the clock says.
    pub(super) fn stamp(&mut self, operator: &str) -> Result<(), RegisterError> {
        if !self.shares() || !ledger::has_unstamped(self.shop.reading())? {
            return Ok(());
        }
        let mut feed = self.feed()?;
        let now = u64::try_from(self.platform.clock.now()).unwrap_or_default().saturating_mul(1000);
        feed.latest = now.max(feed.latest.saturating_add(1));
        self.shop.ledger(|shop| ledger::stamp(shop, operator, feed.latest))?;
        Ok(self.shop.set(FEED, &feed)?)
    }

    /// Whether the till shares anything: it is enrolled, and not in school mode.
    pub(super) fn shares(&self) -> bool {
        self.back_office().is_some() && self.mode() != Mode::Training
    }

    /// Where the till stands in the feed; before that, everything here is taken for something to bring.
    fn feed(&mut self) -> Result<Feed, RegisterError> {
        if let Some(feed) = self.shop.setting::<Option<Feed>>(FEED)?.flatten() {
            return Ok(feed);
        }
        self.shop.ledger(ledger::begin)?;
        let feed = Feed { whole: true, ..Feed::default() };
        self.shop.set(FEED, &feed)?;
        Ok(feed)
    }

    fn take_in_settings(&mut self, fresh: &[&Change], aside: &mut Aside) -> Result<(), RegisterError> {
        for change in fresh.iter().filter(|change| change.kind == Kind::Setting) {
            let Some(row) = &change.row else { continue };
            let edit = match change.key.as_str() {
                RULES => {
                    read(row).map(|rules| Setting::Rules(RulesChange { rules: Some(rules), ..RulesChange::default() }))
                }
                VALIDITY => read(row)
                    .map(|validity| Setting::Rules(RulesChange { validity: Some(validity), ..RulesChange::default() })),
                VOUCHERS_OFFLINE => read(row).map(|policy| {
                    Setting::Rules(RulesChange { vouchers_offline: Some(policy), ..RulesChange::default() })
                }),
                GATES => read(row).map(Setting::Gates),
                _ => Err("unknown setting".to_owned()),
            };
            let edit = match edit {
                Ok(Setting::Gates(gates)) if gates == self.gates => continue,
                Ok(Setting::Gates(gates)) => Ok(self.gates_edit(gates)),
                Ok(Setting::Rules(rules)) => match self.rules_edit(rules) {
                    Err(Refusal::NothingChanges) => continue,
                    edit => edit.map_err(|refusal| refusal.to_string()),
                },
                Err(why) => Err(why),
            };
            match edit {
                Ok(edit) => self.make_as_told(edit)?,
                Err(why) => aside.push((change.kind, change.key.clone(), why)),
            }
        }
        Ok(())
    }

    fn take_in_operators(&mut self, fresh: &[&Change], aside: &mut Aside) -> Result<(), RegisterError> {
        let is_owner = |operator: &Operator| operator.active && operator.role.rank() == Some(Rank::Owner);
        for change in fresh.iter().filter(|change| change.kind == Kind::Operator) {
            // Nobody is deleted: the journal names them.
            let Some(row) = &change.row else { continue };
            let why = match read::<Operator>(row) {
                Ok(operator) if self.operators.get(&operator.id) == Some(&operator) => continue,
                Ok(operator) if operator.id != change.key => "the code is another".to_owned(),
                Ok(operator) => {
                    let had_one = self.operators.values().any(is_owner);
                    let others = self.operators.values().filter(|other| other.id != operator.id);
                    // Whoever owns the shop is not shut out by what happened elsewhere; the back office has the last word
                    // once it names another.
                    if had_one && !is_owner(&operator) && !others.into_iter().any(is_owner) {
                        "it would leave nobody who answers for the shop".to_owned()
                    } else {
                        self.make_as_told(super::people::with_rights(operator))?;
                        continue;
                    }
                }
                Err(why) => why,
            };
            aside.push((change.kind, change.key.clone(), why));
        }
        Ok(())
    }

    /// Records an edit and makes it, by the word of the back office.
    fn make_as_told(&mut self, (draft, edit): (Draft, Made)) -> Result<(), RegisterError> {
        if let Draft::Event(mut event) = draft {
            event.detail = Some(
                event.detail.map_or("par le back-office".to_owned(), |detail| format!("{detail}, par le back-office")),
            );
            self.record_event(SYSTEM, event)?;
        }
        match edit {
            Made::Operator(operator) => self.keep_operator(*operator),
            Made::Gates(gates) => self.keep_gates(gates),
            Made::Rules(change) => self.take_rules(*change),
            // Papers are of this till alone.
            Made::Print(_) | Made::Mail(_) => Ok(()),
        }
    }

    fn take_in_catalogue(&mut self, fresh: &[&Change], mut aside: Aside, feed: &Feed) -> Result<(), RegisterError> {
        self.catch_up()?;
        let (mut edits, mut order) = (Vec::new(), None);
        for change in fresh {
            match (change.kind, &change.row) {
                (Kind::Setting | Kind::Operator | Kind::Picture | Kind::Voucher | Kind::Held | Kind::Till, _)
                | (Kind::Order, None) => {}
                (Kind::Order, Some(row)) => match read::<Order>(row) {
                    Ok(Order { keys }) => order = Some(CatalogueEdit::CategoryOrder(keys)),
                    Err(why) => aside.push((change.kind, change.key.clone(), why)),
                },
                (kind, row) => match catalogue_edit(kind, &change.key, row.as_ref()) {
                    // What this till has brought comes back to it.
                    Ok(edit) if is_made(&self.shelf.stored, &edit) => {}
                    Ok(edit) => edits.push(edit),
                    Err(why) => aside.push((kind, change.key.clone(), why)),
                },
            }
        }
        for (kind, key, row, _) in ledger::aside(self.shop.reading())? {
            if fresh.iter().all(|change| (change.kind, &change.key) != (kind, &key))
                && let Ok(edit) = catalogue_edit(kind, &key, Some(&row))
            {
                edits.push(edit);
            }
        }
        let mut fitted = Fitted { catalogue: self.shelf.stored.clone(), taken: Vec::new(), unfit: Vec::new() };
        let (shop, mut unread) = (&self.shop, None);
        let mut was_sold = |sku: &str| {
            sold::was_sold(shop, sku).unwrap_or_else(|error| {
                unread = Some(error);
                true
            })
        };
        fitted.fit(edits, &mut was_sold);
        // What lacked something of another half may have it by now.
        loop {
            let (left, before) = (std::mem::take(&mut fitted.unfit), fitted.taken.len());
            if left.is_empty() {
                break;
            }
            fitted.fit(left.into_iter().map(|(edit, _)| edit).collect(), &mut was_sold);
            if fitted.taken.len() == before {
                break;
            }
        }
        if let Some(order) = &order
            && let Ok(arranged) = fitted.catalogue.edited(std::slice::from_ref(order), &mut was_sold)
        {
            fitted.catalogue = Arc::new(arranged);
        }
        if let Some(error) = unread {
            return Err(error.into());
        }
        let unfit = fitted.unfit.iter().filter_map(|(edit, why)| Some((edit.record()?, why)));
        aside.extend(unfit.map(|(record, why)| (record.kind(), record.code().to_owned(), why.to_string())));
        let records: Vec<RecordId> = fitted.taken.iter().filter_map(CatalogueEdit::record).collect();
        let mut pictures = self.pictures_to_come(&fitted.taken)?;
        self.add_late_pictures(&mut pictures, fresh, &fitted.catalogue)?;
        let taken = TakenIn {
            catalogue: &fitted.catalogue,
            records: &records,
            pictures: &pictures,
            reordered: order.is_some(),
            aside: &aside,
        };
        self.shop.take_in(&taken, (FEED, &feed))?;
        if !records.is_empty() || order.is_some() {
            self.shelf = Shelf::of(fitted.catalogue);
        }
        Ok(())
    }

    /// The pictures that products name, which are known and not here yet.
    fn pictures_to_come(&self, edits: &[CatalogueEdit]) -> Result<Vec<Picture>, RegisterError> {
        let mut pictures: Vec<Picture> = Vec::new();
        for edit in edits {
            let CatalogueEdit::Product(product) = edit else { continue };
            let Some(id) = product.picture else { continue };
            if self.shop.has_picture(id)? || pictures.iter().any(|picture| picture.id() == id) {
                continue;
            }
            pictures.extend(self.picture_told_of(id)?);
        }
        Ok(pictures)
    }

    /// The pictures that came after the products that name them.
    fn add_late_pictures(
        &self,
        pictures: &mut Vec<Picture>,
        fresh: &[&Change],
        catalogue: &Catalogue,
    ) -> Result<(), RegisterError> {
        let told = fresh.iter().filter(|change| change.kind == Kind::Picture && change.row.is_some());
        let mut told: BTreeSet<&str> = told.map(|change| change.key.as_str()).collect();
        if told.is_empty() {
            return Ok(());
        }
        for id in catalogue.products().iter().filter_map(|product| product.picture) {
            if told.remove(id.to_string().as_str())
                && !self.shop.has_picture(id)?
                && pictures.iter().all(|picture| picture.id() != id)
            {
                pictures.extend(self.picture_told_of(id)?);
            }
        }
        Ok(())
    }

    fn picture_told_of(&self, id: PictureId) -> Result<Option<Picture>, RegisterError> {
        let told = ledger::picture(self.shop.reading(), id)?;
        Ok(told.and_then(|(kind, bytes)| Picture::kept(id, kind, bytes)))
    }
}

/// What is set aside: of which kind, under which code, and why.
type Aside = Vec<(Kind, String, String)>;

enum Setting {
    Rules(RulesChange),
    Gates(crate::operators::Gates),
}

#[derive(Deserialize)]
struct Order {
    keys: Vec<String>,
}

/// A catalogue into which as many edits are fitted as go.
struct Fitted {
    catalogue: Arc<Catalogue>,
    taken: Vec<CatalogueEdit>,
    unfit: Vec<(CatalogueEdit, CatalogueError)>,
}

impl Fitted {
    /// All at once where they fit; else one half after the other, so that one that does not fit costs little.
    fn fit(&mut self, mut edits: Vec<CatalogueEdit>, was_sold: &mut impl FnMut(&str) -> bool) {
        edits.retain(|edit| !self.is_gone(edit));
        if edits.is_empty() {
            return;
        }
        match self.catalogue.edited(&edits, &mut *was_sold) {
            Ok(edited) => {
                self.catalogue = Arc::new(edited);
                self.taken.append(&mut edits);
            }
            Err(why) => {
                let last = edits.split_off(edits.len() / 2);
                match (edits.is_empty(), <[CatalogueEdit; 1]>::try_from(last)) {
                    (true, Ok([edit])) => self.unfit.push((edit, why)),
                    (_, Ok([edit])) => {
                        self.fit(edits, was_sold);
                        self.fit(vec![edit], was_sold);
                    }
                    (_, Err(last)) => {
                        self.fit(edits, was_sold);
                        self.fit(last, was_sold);
                    }
                }
            }
        }
    }

    /// Whether something is to be removed that is not there.
    fn is_gone(&self, edit: &CatalogueEdit) -> bool {
        let CatalogueEdit::Remove(record) = edit else { return false };
        let has = |mut ids: Box<dyn Iterator<Item = &String> + '_>| ids.any(|id| id == record.code());
        let catalogue = &self.catalogue;
        !match record {
            RecordId::Category(_) => has(Box::new(catalogue.categories().iter().map(|record| &record.id))),
            RecordId::Family(_) => has(Box::new(catalogue.families().iter().map(|record| &record.id))),
            RecordId::Modifiers(_) => has(Box::new(catalogue.modifier_groups().iter().map(|record| &record.id))),
            RecordId::PriceList(_) => has(Box::new(catalogue.price_lists().iter().map(|record| &record.id))),
            RecordId::Product(sku) => catalogue.product(sku).is_some(),
            RecordId::Menu(sku) => catalogue.menu(sku).is_some(),
        }
    }
}

/// Whether a catalogue holds already what an edit would make of it.
fn is_made(catalogue: &Catalogue, edit: &CatalogueEdit) -> bool {
    match edit {
        CatalogueEdit::Category(category) => catalogue.categories().contains(category),
        CatalogueEdit::Family(family) => catalogue.family(&family.id) == Some(family),
        CatalogueEdit::Modifiers(group) => catalogue.modifier_group(&group.id) == Some(group),
        CatalogueEdit::Product(product) => catalogue.product(&product.sku) == Some(&**product),
        CatalogueEdit::Menu(menu) => catalogue.menu(&menu.sku) == Some(menu),
        CatalogueEdit::PriceList(list) => catalogue.price_lists().contains(list),
        CatalogueEdit::Picture { .. } | CatalogueEdit::Remove(_) | CatalogueEdit::CategoryOrder(_) => false,
    }
}

/// The edit that makes a record of a catalogue what the back office says; why it is none.
fn catalogue_edit(kind: Kind, key: &str, row: Option<&Row>) -> Result<CatalogueEdit, String> {
    let edit = match (kind, row) {
        (_, None) => RecordId::of(kind, key.to_owned()).map(CatalogueEdit::Remove),
        (Kind::Category, Some(row)) => Some(CatalogueEdit::Category(read(row)?)),
        (Kind::Family, Some(row)) => Some(CatalogueEdit::Family(read(row)?)),
        (Kind::Modifiers, Some(row)) => Some(CatalogueEdit::Modifiers(read(row)?)),
        (Kind::Product, Some(row)) => Some(CatalogueEdit::Product(Box::new(read(row)?))),
        (Kind::Menu, Some(row)) => Some(CatalogueEdit::Menu(read(row)?)),
        (Kind::PriceList, Some(row)) => Some(CatalogueEdit::PriceList(read(row)?)),
        (
            Kind::Operator | Kind::Setting | Kind::Picture | Kind::Order | Kind::Voucher | Kind::Held | Kind::Till,
            Some(_),
        ) => None,
    };
    match edit {
        Some(edit) if edit.record().is_some_and(|record| record.code() == key) => Ok(edit),
        Some(_) => Err("the code is another".to_owned()),
        None => Err(format!("{kind} is no record of a catalogue")),
    }
}

fn read<T: serde::de::DeserializeOwned>(row: &Row) -> Result<T, String> {
    serde_json::from_value(Value::Object(row.clone())).map_err(|error| error.to_string())
}
