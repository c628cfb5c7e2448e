//! What the back office holds and this till does not use, in words: which record, why, and what becomes of it.

use comptoir_core::shared::Kind;
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;

use crate::generated::FieldRow;
use crate::till::Till;

/// Each record that is set aside, with why.
pub fn aside(till: &Till) -> Vec<FieldRow> {
    let Some(facts) = &till.settings.facts else { return Vec::new() };
    let row = |(kind, code, why): &(Kind, String, String)| FieldRow {
        label: till.say(&record(*kind, code)).into(),
        hint: till.say(&reason(why)).into(),
        ..FieldRow::default()
    };
    facts.aside.iter().map(row).collect()
}

fn record(kind: Kind, code: &str) -> Message {
    match kind {
        Kind::Category => message!("Category {code}", code = code),
        Kind::Family => message!("Variants {code}", code = code),
        Kind::Modifiers => message!("Modifiers {code}", code = code),
        Kind::Product => message!("Article {code}", code = code),
        Kind::Menu => message!("Menu {code}", code = code),
        Kind::PriceList => message!("Price list {code}", code = code),
        Kind::Operator => message!("Operator {code}", code = code),
        Kind::Setting => message!("Setting {code}", code = code),
        Kind::Picture => message!("Picture {code}", code = code),
        Kind::Order => message!("Order of the categories"),
        Kind::Voucher => message!("Voucher {code}", code = code),
        Kind::Held => message!("Held ticket"),
        Kind::Till => message!("Till {code}", code = code),
    }
}

/// Why, by the words in which the register wrote it down.
fn reason(why: &str) -> Message {
    let says = |words: &str| why.contains(words);
    if says("missing field") || says("unknown variant") || says("invalid ") {
        return unreadable();
    }
    if says("barcode") {
        return message!("Another article here has one of its barcodes. Take that off one of the two.");
    }
    if says("does not exist") || says("do not exist") || says("is no longer there") || says("There is no") {
        return message!("It names something that is not here yet. It is taken by itself once that has come.");
    }
    if says("twice") || says("same variant") {
        return message!("Another here has its code or its options. Change one of the two.");
    }
    if says("nobody who answers for the shop") {
        return message!("It would leave nobody here who owns the shop. Name another owner first.");
    }
    if says("price")
        || says("VAT")
        || says("component")
        || says("holds")
        || says("must say")
        || says("could choose")
        || says("no code")
        || says("dates")
    {
        return message!(
            "Something in it is missing or wrong. Correct it in the back office, or on the till that edited it."
        );
    }
    unreadable()
}

fn unreadable() -> Message {
    message!("This till cannot read it. Look whether there is a newer version of the till.")
}

#[cfg(test)]
mod tests {
    use comptoir_core::catalogue::CatalogueError;
    use comptoir_fiscal::values::Cents;

    use super::*;

    fn of(error: &CatalogueError) -> String {
        reason(&error.to_string()).to_string()
    }

    #[test]
    fn each_reason_is_told_in_words_with_what_to_do() {
        let text = |text: &str| text.to_owned();
        let barcode = CatalogueError::DuplicateBarcode { barcode: text("1"), first: text("A"), second: text("B") };
        assert!(of(&barcode).contains("barcodes"));
        for lacks in [
            CatalogueError::UnknownFamily { sku: text("A"), family: text("f") },
            CatalogueError::UnknownGroup { sku: text("A"), group: text("g") },
            CatalogueError::UnknownCategory { sku: text("A"), category: text("c") },
            CatalogueError::UnknownComponent { menu: text("M"), sku: text("A") },
            CatalogueError::UnknownPicture { sku: text("A") },
            CatalogueError::NotToBeListed { list: text("L"), sku: text("A") },
        ] {
            assert!(of(&lacks).contains("not here yet"), "{lacks}: {}", of(&lacks));
        }
        for twice in [
            CatalogueError::DuplicateSku { sku: text("A") },
            CatalogueError::DuplicateCategory { id: text("c") },
            CatalogueError::SameVariant { first: text("A"), second: text("B") },
        ] {
            assert!(of(&twice).contains("Another here"), "{twice}: {}", of(&twice));
        }
        for wrong in [
            CatalogueError::NegativePrice { sku: text("A"), price: Cents::new(-1) },
            CatalogueError::EmptyMenu { menu: text("M") },
            CatalogueError::ListDates { list: text("L") },
            CatalogueError::RateWithoutArticle { sku: text("A") },
            CatalogueError::ModifierGroup { id: text("g") },
            CatalogueError::EmptySku { label: text("A") },
            CatalogueError::VariantOptions { sku: text("A"), axes: text("taille") },
        ] {
            assert!(of(&wrong).contains("missing or wrong"), "{wrong}: {}", of(&wrong));
        }
        assert!(reason("it would leave nobody who answers for the shop").to_string().contains("owner"));
        assert!(reason("unknown variant `x`, expected one of").to_string().contains("cannot read"));
    }
}
