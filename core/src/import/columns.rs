//! The columns of a table of products, by the names that people give them. The export writes the same.

use comptoir_fiscal::entry::SaleMode;
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;

use crate::search::folded;

/// What a column says of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "as in Product")]
pub enum Column {
    Code,
    Label,
    Category,
    Unit,
    Price,
    PriceIn(SaleMode),
    Vat,
    VatIn(SaleMode),
    Exempt,
    Barcodes,
    Reference,
    Picture,
    Family,
    Axes,
    Options,
    Modifiers,
    MealVoucher,
    Nature,
    Tare,
    Deposit,
    Archived,
}

impl Column {
    /// Every column that is exported, in its order. A picture is none: it lies in a file beside a table, not in it.
    pub const ALL: [Column; 26] = [
        Column::Code,
        Column::Label,
        Column::Category,
        Column::Unit,
        Column::Price,
        Column::Vat,
        Column::VatIn(SaleMode::EatIn),
        Column::VatIn(SaleMode::Takeaway),
        Column::VatIn(SaleMode::Delivery),
        Column::VatIn(SaleMode::Counter),
        Column::Exempt,
        Column::Barcodes,
        Column::Reference,
        Column::MealVoucher,
        Column::Nature,
        Column::Tare,
        Column::Deposit,
        Column::Family,
        Column::Axes,
        Column::Options,
        Column::Modifiers,
        Column::PriceIn(SaleMode::EatIn),
        Column::PriceIn(SaleMode::Takeaway),
        Column::PriceIn(SaleMode::Delivery),
        Column::PriceIn(SaleMode::Counter),
        Column::Archived,
    ];

    /// What stands above it.
    pub fn title(self) -> Message {
        use SaleMode::{Counter, Delivery, EatIn, Takeaway};
        match self {
            Column::Code => message!("Code"),
            Column::Label => message!("Name"),
            Column::Category => message!("Category"),
            Column::Unit => message!("Unit"),
            Column::Price => message!("Price incl. VAT"),
            Column::PriceIn(EatIn) => message!("Price eat in"),
            Column::PriceIn(Takeaway) => message!("Price takeaway"),
            Column::PriceIn(Delivery) => message!("Price delivery"),
            Column::PriceIn(Counter) => message!("Price counter"),
            Column::Vat => message!("VAT"),
            Column::VatIn(EatIn) => message!("VAT eat in"),
            Column::VatIn(Takeaway) => message!("VAT takeaway"),
            Column::VatIn(Delivery) => message!("VAT delivery"),
            Column::VatIn(Counter) => message!("VAT counter"),
            Column::Exempt => message!("Exemption article"),
            Column::Barcodes => message!("Barcodes"),
            Column::Reference => message!("Reference"),
            Column::Picture => message!("Picture"),
            Column::Family => message!("Family"),
            Column::Axes => message!("Axes"),
            Column::Options => message!("Options"),
            Column::Modifiers => message!("Modifiers"),
            Column::MealVoucher => message!("Meal vouchers"),
            Column::Nature => message!("Goods or service"),
            Column::Tare => message!("Tare"),
            Column::Deposit => message!("Deposit"),
            Column::Archived => message!("Archived"),
        }
    }

    /// The column that somebody means by a header, in French or English; accents, capitals and punctuation aside.
    pub fn named(header: &str) -> Option<Column> {
        use SaleMode::{Counter, Delivery, EatIn, Takeaway};
        Some(match folded(header).as_str() {
            "code" | "sku" | "code article" | "code produit" | "product code" => Column::Code,
            "libelle" | "nom" | "designation" | "article" | "produit" | "name" | "label" | "product" => Column::Label,
            "categorie" | "rayon" | "category" => Column::Category,
            "unite" | "unite de vente" | "unit" => Column::Unit,
            "prix" | "prix ttc" | "prix de vente" | "prix de vente ttc" | "prix unitaire ttc" | "price"
            | "price incl vat" | "price ttc" => Column::Price,
            "prix sur place" | "price eat in" => Column::PriceIn(EatIn),
            "prix a emporter" | "price takeaway" => Column::PriceIn(Takeaway),
            "prix en livraison" | "prix livraison" | "price delivery" => Column::PriceIn(Delivery),
            "prix au comptoir" | "prix comptoir" | "price counter" => Column::PriceIn(Counter),
            "tva" | "taux" | "taux de tva" | "taux tva" | "vat" | "vat rate" => Column::Vat,
            "tva sur place" | "vat eat in" => Column::VatIn(EatIn),
            "tva a emporter" | "vat takeaway" => Column::VatIn(Takeaway),
            "tva en livraison" | "tva livraison" | "vat delivery" => Column::VatIn(Delivery),
            "tva au comptoir" | "tva comptoir" | "vat counter" => Column::VatIn(Counter),
            "article d exoneration" | "exoneration" | "exemption article" | "exemption" => Column::Exempt,
            "code barres" | "codes barres" | "code barre" | "ean" | "gtin" | "barcode" | "barcodes" => Column::Barcodes,
            "reference" | "reference fournisseur" | "supplier reference" => Column::Reference,
            "image" | "photo" | "picture" => Column::Picture,
            "famille" | "family" => Column::Family,
            "axes" | "axe" | "axis" => Column::Axes,
            "options" | "option" | "declinaison" | "declinaisons" | "variant" => Column::Options,
            "modificateurs" | "modificateur" | "modifiers" | "modifier" => Column::Modifiers,
            "titre restaurant" | "titres restaurant" | "ticket restaurant" | "meal voucher" | "meal vouchers" => {
                Column::MealVoucher
            }
            "nature" | "bien ou service" | "goods or service" => Column::Nature,
            "tare" => Column::Tare,
            "consigne" | "deposit" => Column::Deposit,
            "archive" | "archived" => Column::Archived,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use comptoir_fiscal::language::{Language, Translations};

    use super::*;

    #[test]
    fn what_is_exported_above_a_column_is_understood_in_both_languages() {
        let french = Translations::new(Language::French, &[crate::FRENCH]).unwrap();
        for column in Column::ALL {
            for language in [&Translations::english(), &french] {
                let title = language.say(&column.title());
                assert_eq!(Column::named(&title), Some(column), "{title}");
            }
        }
        let page = folded(&std::fs::read_to_string("../docs/tables.md").unwrap());
        let first_words = |title: String| folded(&title).split(' ').next().unwrap_or_default().to_owned();
        for column in Column::ALL {
            let title = first_words(french.say(&column.title()));
            assert!(page.contains(&title), "the page on tables does not tell of {title}");
        }
        assert_eq!(Column::named(" TVA SUR PLACE : "), Some(Column::VatIn(SaleMode::EatIn)));
        for (header, texts) in [("Picture", &Translations::english()), ("Image", &french)] {
            assert_eq!(texts.say(&Column::Picture.title()), header);
            assert_eq!(Column::named(header), Some(Column::Picture));
        }
        assert_eq!(Column::named("marge"), None);
    }
}
