//! A family: one thing in several sizes, colours or the like, each an article of its own.

use comptoir_core::catalogue::{Catalogue as Stored, CatalogueEdit, Family, Product, RecordId, Variant};
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;

use super::form::{Item, Shape, Slot, Touch};
use super::{between_commas, free_code, name_of};

/// A family as it is to be.
#[derive(Clone, Debug)]
pub(super) struct FamilyForm {
    /// All of it that is not typed.
    pub(super) family: Family,
    axes: String,
    /// Its articles by their codes, with what each is on the axes, as it is typed.
    articles: Vec<(String, String)>,
}

impl FamilyForm {
    pub(super) fn of(family: &Family, stored: &Stored) -> FamilyForm {
        let typed = |product: &Product| {
            let options = product.variant.as_ref().map(|variant| variant.options.join(", "));
            (product.sku.clone(), options.unwrap_or_default())
        };
        FamilyForm {
            axes: family.axes.join(", "),
            articles: stored.variants(&family.id).map(typed).collect(),
            family: family.clone(),
        }
    }

    pub(super) fn new(stored: &Stored) -> FamilyForm {
        let family = Family {
            id: free_code("fam", stored.families().len(), |code| stored.family(code).is_some()),
            label: String::new(),
            category: stored.categories().first().map(|category| category.id.clone()).unwrap_or_default(),
            axes: Vec::new(),
        };
        FamilyForm { family, axes: String::new(), articles: Vec::new() }
    }

    pub(super) fn items(&self, stored: &Stored) -> Vec<Item> {
        let names = stored.categories().iter().map(|category| category.label.clone()).collect();
        let chosen = stored.categories().iter().position(|category| category.id == self.family.category);
        let mut items = vec![
            Item::field(Slot::Label, message!("Name"), &self.family.label).hint(message!("What the tile says")),
            Item::new(Slot::Category, Shape::Pick(names, chosen), message!("Category")),
            Item::field(Slot::Axes, message!("In what its articles differ"), &self.axes).hint(message!("Size, Colour")),
            Item::title(message!("Its articles")).hint(message!(
                "Each is an article with a code and a price of its own. Beside it stands what it is: S, Blue."
            )),
        ];
        for (at, (sku, options)) in self.articles.iter().enumerate() {
            let name = name_of(stored, sku);
            let line = Item::new(Slot::Article(at), Shape::Line { numbers: false }, name);
            items.push(line.text(options).hint(message!("S, Blue")));
        }
        items.push(Item::new(Slot::NewArticle, Shape::Find, message!("Add an article")));
        items
    }

    pub(super) fn take(&mut self, slot: Slot, touch: Touch, stored: &Stored) {
        match (slot, touch) {
            (Slot::Label, Touch::Typed(text)) => self.family.label = text,
            (Slot::Axes, Touch::Typed(text)) => self.axes = text,
            (Slot::Category, Touch::Picked(place)) => {
                if let Some(category) = stored.categories().get(place) {
                    self.family.category = category.id.clone();
                }
            }
            (Slot::NewArticle, Touch::Found(sku)) if self.articles.iter().all(|(known, _)| *known != sku) => {
                self.articles.push((sku, String::new()));
            }
            (Slot::Article(at), touch) if at < self.articles.len() => match touch {
                Touch::Typed(text) => self.articles[at].1 = text,
                Touch::Pressed => drop(self.articles.remove(at)),
                _ => {}
            },
            _ => {}
        }
    }

    pub(super) fn edits(&self, stored: &Stored) -> Result<Vec<CatalogueEdit>, Message> {
        let mut family = self.family.clone();
        family.label = family.label.trim().to_owned();
        family.axes = between_commas(&self.axes);
        if family.axes.is_empty() {
            return Err(message!("Say in what its articles differ: Size, or Size, Colour."));
        }
        let (id, axes) = (family.id.clone(), family.axes.len());
        let mut edits = vec![CatalogueEdit::Family(family)];
        for (sku, typed) in &self.articles {
            let Some(product) = stored.product(sku) else { continue };
            let options = between_commas(typed);
            if options.len() != axes {
                return Err(message!(
                    "Say of “{label}” what it is: {axes}.",
                    label = product.label.as_str(),
                    axes = self.axes.trim()
                ));
            }
            let variant = Some(Variant { family: id.clone(), options });
            if product.variant != variant {
                edits.push(CatalogueEdit::Product(Box::new(Product { variant, ..product.clone() })));
            }
        }
        // An archived article stays what it was, as long as it says as much as the family asks.
        let gone = |product: &&Product| {
            let variant = product.variant.as_ref().filter(|variant| variant.family == self.family.id);
            let stays = product.archived && variant.is_some_and(|variant| variant.options.len() == axes);
            variant.is_some() && !stays && self.articles.iter().all(|(sku, _)| *sku != product.sku)
        };
        edits.splice(0..0, stored.products().iter().filter(gone).map(alone));
        Ok(edits)
    }

    pub(super) fn removal(&self, stored: &Stored) -> Vec<CatalogueEdit> {
        let own = |product: &&Product| product.variant.as_ref().is_some_and(|variant| variant.family == self.family.id);
        let mut edits: Vec<CatalogueEdit> = stored.products().iter().filter(own).map(alone).collect();
        edits.push(CatalogueEdit::Remove(RecordId::Family(self.family.id.clone())));
        edits
    }
}

/// The article, of no family.
fn alone(product: &Product) -> CatalogueEdit {
    CatalogueEdit::Product(Box::new(Product { variant: None, ..product.clone() }))
}
