//! What is sold here: edited by those who may, and at every moment with the prices and rates that hold.

use std::sync::Arc;

use comptoir_fiscal::journal::CommandId;

use super::error::Refusal;
use super::people::Approval;
use super::{Register, RegisterError};
use crate::catalogue::{Catalogue, CatalogueEdit, CatalogueError, Picture, PictureId, Selling};
use crate::operators::Gate;
use crate::projection::sold::{self, Sold};

/// The catalogue as it is edited, and as it is sold from.
pub(super) struct Shelf {
    /// Every record, with every price list.
    pub(super) stored: Arc<Catalogue>,
    /// The same with what holds in this store on a date.
    priced: Arc<Catalogue>,
    /// For which date and whether without VAT; none before it was asked for.
    priced_for: Option<(comptoir_fiscal::values::Date, bool)>,
}

impl Shelf {
    pub(super) fn new(stored: Catalogue) -> Shelf {
        Shelf::of(Arc::new(stored))
    }

    pub(super) fn of(stored: Arc<Catalogue>) -> Shelf {
        Shelf { priced: stored.clone(), stored, priced_for: None }
    }
}

impl Register {
    /// What is sold here, with the prices of today's lists; without VAT where the shop takes none.
    pub fn catalogue(&mut self) -> &Arc<Catalogue> {
        let (on, franchise) = (self.business_date(), self.takes_no_vat());
        if self.shelf.priced_for != Some((on, franchise)) {
            let store = self.journal.standing().genesis().store.id.as_str();
            self.shelf.priced = self.shelf.stored.priced(Selling { store, on, franchise });
            self.shelf.priced_for = Some((on, franchise));
        }
        &self.shelf.priced
    }

    /// The catalogue as it is edited: own prices and rates, and every price list.
    pub fn stored_catalogue(&self) -> &Arc<Catalogue> {
        &self.shelf.stored
    }

    /// Changes what is sold here, all of it or nothing; sealed tickets keep what was true when they were sealed. A product
    /// that was ever sold is archived where it would be removed.
    pub fn edit_catalogue(&mut self, operator: &str, edits: &[CatalogueEdit]) -> Result<(), Refusal> {
        self.may(operator, Gate::EditCatalogue)?;
        let edited = self.edited(edits)?;
        self.take_catalogue(operator, edited, edits)
    }

    /// The same by the word of somebody who may, where the operator may not; their word is recorded (event 100).
    pub fn edit_catalogue_by_word(
        &mut self,
        id: CommandId,
        operator: &str,
        edits: &[CatalogueEdit],
        approvals: &[Approval],
    ) -> Result<(), Refusal> {
        let word = self.pass(operator, Gate::EditCatalogue, id, approvals)?;
        let edited = self.edited(edits)?;
        self.record_word(operator, word)?;
        self.take_catalogue(operator, edited, edits)
    }

    /// The catalogue as it would be.
    pub(super) fn edited(&mut self, edits: &[CatalogueEdit]) -> Result<Catalogue, Refusal> {
        self.catch_up()?;
        let (shop, mut unread) = (&self.shop, None);
        let was_sold = |sku: &str| {
            sold::was_sold(shop, sku).unwrap_or_else(|error| {
                unread = Some(error);
                true
            })
        };
        let edited = self.shelf.stored.edited(edits, was_sold);
        if let Some(error) = unread {
            return Err(RegisterError::from(error).into());
        }
        let edited = edited.map_err(RegisterError::from)?;
        self.check_pictures(&edited, edits)?;
        Ok(edited)
    }

    /// Refuses a product that names a picture which is neither there nor brought by the same edits.
    fn check_pictures(&self, edited: &Catalogue, edits: &[CatalogueEdit]) -> Result<(), Refusal> {
        for edit in edits {
            let CatalogueEdit::Product(product) = edit else { continue };
            let named = edited.product(&product.sku).and_then(|product| product.picture);
            let Some(id) = named.filter(|id| !is_brought(edits, *id)) else { continue };
            if !self.shop.has_picture(id).map_err(RegisterError::from)? {
                let unknown = CatalogueError::UnknownPicture { sku: product.sku.clone() };
                return Err(RegisterError::from(unknown).into());
            }
        }
        Ok(())
    }

    pub(super) fn take_catalogue(
        &mut self,
        operator: &str,
        edited: Catalogue,
        edits: &[CatalogueEdit],
    ) -> Result<(), Refusal> {
        let records: Vec<_> = edits.iter().filter_map(CatalogueEdit::record).collect();
        let reordered = edits.iter().any(|edit| matches!(edit, CatalogueEdit::CategoryOrder(_)));
        let lists = touched_lists(&self.shelf.stored, &edited);
        let saved = self.shop.save_records(
            &edited,
            records.iter().chain(&lists),
            edits.iter().filter_map(CatalogueEdit::picture),
            reordered,
        );
        saved.map_err(RegisterError::from)?;
        self.shelf = Shelf::new(edited);
        Ok(self.stamp(operator)?)
    }

    /// A picture by its name, read from the disk; none where it is not there.
    pub fn picture(&self, id: PictureId) -> Result<Option<Picture>, RegisterError> {
        Ok(self.shop.picture(id)?)
    }

    /// How much of each article was sold at this till, net of what came back.
    pub fn sold_articles(&mut self) -> Result<Vec<Sold>, RegisterError> {
        self.catch_up()?;
        Ok(sold::all(&self.shop)?)
    }

    /// Whether the shop is in the franchise en base: it has no VAT number, and takes no VAT (CGI art. 293 B).
    pub fn takes_no_vat(&self) -> bool {
        self.settings().merchant.vat_number.trim().is_empty()
    }
}

fn is_brought(edits: &[CatalogueEdit], id: PictureId) -> bool {
    edits.iter().filter_map(CatalogueEdit::picture).any(|picture| picture.id() == id)
}

/// The price lists that an edit of other records changed.
fn touched_lists(before: &Catalogue, after: &Catalogue) -> Vec<crate::catalogue::RecordId> {
    let is_other = |list: &&crate::catalogue::PriceList| !before.price_lists().contains(list);
    let id = |list: &crate::catalogue::PriceList| crate::catalogue::RecordId::PriceList(list.id.clone());
    after.price_lists().iter().filter(is_other).map(id).collect()
}
