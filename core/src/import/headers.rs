//! The columns of the tables of price lists, menus and modifiers, by the names that people give them. The export writes
//! the same. Which table it is shows by the column of its codes: no table of products has one that is called so.

use comptoir_fiscal::entry::SaleMode;
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;

use super::ImportError;
use super::columns::Column;
use crate::search::folded;

/// The columns of one kind of table.
pub trait Header: Copy + PartialEq + 'static {
    /// Those that must be there.
    const NEEDED: &'static [Self];

    /// What stands above it.
    fn title(self) -> Message;

    /// The column that somebody means by a header, in French or English; accents, capitals and punctuation aside.
    fn named(header: &str) -> Option<Self>;

    /// Why a table without it cannot be read; `found` are the headers that it has and that mean nothing.
    fn lacking(self, sheet: Option<String>, found: String) -> ImportError {
        ImportError::NoColumn { sheet, column: self.title(), found }
    }
}

impl Header for Column {
    const NEEDED: &'static [Column] = &[Column::Code];

    fn title(self) -> Message {
        Column::title(self)
    }

    fn named(header: &str) -> Option<Column> {
        Column::named(header)
    }

    fn lacking(self, _: Option<String>, found: String) -> ImportError {
        ImportError::NoCodeColumn { found }
    }
}

/// What a column says of a price list, or of an article's price in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "as in PriceList")]
pub enum ListColumn {
    Code,
    Label,
    Stores,
    Modes,
    From,
    Until,
    Article,
    /// For the reader alone.
    ArticleLabel,
    Price,
    Archived,
}

impl ListColumn {
    /// Every column, in the order in which they are exported.
    pub const ALL: [ListColumn; 10] = [
        ListColumn::Code,
        ListColumn::Label,
        ListColumn::Stores,
        ListColumn::Modes,
        ListColumn::From,
        ListColumn::Until,
        ListColumn::Article,
        ListColumn::ArticleLabel,
        ListColumn::Price,
        ListColumn::Archived,
    ];
}

impl Header for ListColumn {
    const NEEDED: &'static [ListColumn] = &[ListColumn::Code, ListColumn::Article, ListColumn::Price];

    fn title(self) -> Message {
        match self {
            ListColumn::Code => message!("List code"),
            ListColumn::Label => message!("List name"),
            ListColumn::Stores => message!("Stores"),
            ListColumn::Modes => message!("Ways of selling"),
            ListColumn::From => message!("Valid from"),
            ListColumn::Until => message!("Valid until"),
            ListColumn::Article => message!("Article code"),
            ListColumn::ArticleLabel => message!("Article name"),
            ListColumn::Price => message!("Price incl. VAT"),
            ListColumn::Archived => message!("Archived"),
        }
    }

    fn named(header: &str) -> Option<ListColumn> {
        Some(match folded(header).as_str() {
            "code du tarif" | "code tarif" | "list code" | "price list code" => ListColumn::Code,
            "nom du tarif" | "libelle du tarif" | "tarif" | "list name" | "price list" => ListColumn::Label,
            "magasins" | "magasin" | "etablissements" | "stores" | "store" => ListColumn::Stores,
            "modes de vente" | "mode de vente" | "ways of selling" | "way of selling" => ListColumn::Modes,
            "valable du" | "valable a partir du" | "du" | "valid from" | "from" => ListColumn::From,
            "valable jusqu au" | "jusqu au" | "au" | "valid until" | "until" => ListColumn::Until,
            header => return shared(header).and_then(Shared::of_list),
        })
    }
}

/// What a column says of a menu, or of one product in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "as in Menu")]
pub enum MenuColumn {
    Code,
    Label,
    Category,
    Price,
    PriceIn(SaleMode),
    /// Tells courses apart that are called the same; empty for what every menu holds.
    CourseNumber,
    /// Empty for what every menu holds.
    Course,
    Article,
    /// For the reader alone.
    ArticleLabel,
    Quantity,
    Supplement,
    Archived,
}

impl MenuColumn {
    /// Every column, in the order in which they are exported.
    pub const ALL: [MenuColumn; 15] = [
        MenuColumn::Code,
        MenuColumn::Label,
        MenuColumn::Category,
        MenuColumn::Price,
        MenuColumn::CourseNumber,
        MenuColumn::Course,
        MenuColumn::Article,
        MenuColumn::ArticleLabel,
        MenuColumn::Quantity,
        MenuColumn::Supplement,
        MenuColumn::PriceIn(SaleMode::EatIn),
        MenuColumn::PriceIn(SaleMode::Takeaway),
        MenuColumn::PriceIn(SaleMode::Delivery),
        MenuColumn::PriceIn(SaleMode::Counter),
        MenuColumn::Archived,
    ];
}

impl Header for MenuColumn {
    const NEEDED: &'static [MenuColumn] = &[MenuColumn::Code, MenuColumn::Article];

    fn title(self) -> Message {
        match self {
            MenuColumn::Code => message!("Menu code"),
            MenuColumn::Label => message!("Menu name"),
            MenuColumn::Category => message!("Category"),
            MenuColumn::Price => message!("Price incl. VAT"),
            MenuColumn::PriceIn(mode) => Column::PriceIn(mode).title(),
            MenuColumn::CourseNumber => message!("Course no."),
            MenuColumn::Course => message!("Course"),
            MenuColumn::Article => message!("Article code"),
            MenuColumn::ArticleLabel => message!("Article name"),
            MenuColumn::Quantity => message!("Quantity"),
            MenuColumn::Supplement => message!("Supplement"),
            MenuColumn::Archived => message!("Archived"),
        }
    }

    fn named(header: &str) -> Option<MenuColumn> {
        Some(match folded(header).as_str() {
            "code de la formule" | "code formule" | "code du menu" | "code menu" | "menu code" => MenuColumn::Code,
            "nom de la formule" | "formule" | "nom du menu" | "menu" | "menu name" => MenuColumn::Label,
            "no du choix" | "numero du choix" | "n du choix" | "course no" | "course number" => {
                MenuColumn::CourseNumber
            }
            "choix" | "course" => MenuColumn::Course,
            "quantite" | "qte" | "quantity" => MenuColumn::Quantity,
            "supplement" | "supplement ttc" => MenuColumn::Supplement,
            header => return shared(header).and_then(Shared::of_menu),
        })
    }
}

/// What a column says of a group of modifiers, or of one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "as in ModifierGroup")]
pub enum ModifierColumn {
    Group,
    GroupLabel,
    AtLeast,
    AtMost,
    Code,
    Label,
    Price,
}

impl ModifierColumn {
    /// Every column, in the order in which they are exported.
    pub const ALL: [ModifierColumn; 7] = [
        ModifierColumn::Group,
        ModifierColumn::GroupLabel,
        ModifierColumn::AtLeast,
        ModifierColumn::AtMost,
        ModifierColumn::Code,
        ModifierColumn::Label,
        ModifierColumn::Price,
    ];
}

impl Header for ModifierColumn {
    const NEEDED: &'static [ModifierColumn] = &[ModifierColumn::Group, ModifierColumn::Code];

    fn title(self) -> Message {
        match self {
            ModifierColumn::Group => message!("Group code"),
            ModifierColumn::GroupLabel => message!("Group name"),
            ModifierColumn::AtLeast => message!("At least"),
            ModifierColumn::AtMost => message!("At most"),
            ModifierColumn::Code => message!("Modifier code"),
            ModifierColumn::Label => message!("Modifier name"),
            ModifierColumn::Price => message!("Price incl. VAT"),
        }
    }

    fn named(header: &str) -> Option<ModifierColumn> {
        Some(match folded(header).as_str() {
            "code du groupe" | "code groupe" | "group code" => ModifierColumn::Group,
            "nom du groupe" | "groupe" | "group name" | "group" => ModifierColumn::GroupLabel,
            "au moins" | "minimum" | "at least" => ModifierColumn::AtLeast,
            "au plus" | "maximum" | "at most" => ModifierColumn::AtMost,
            "code du modificateur" | "code modificateur" | "modifier code" => ModifierColumn::Code,
            "nom du modificateur" | "modificateur" | "modifier name" | "modifier" => ModifierColumn::Label,
            "supplement" | "supplement ttc" => ModifierColumn::Price,
            header if Column::named(header) == Some(Column::Price) => ModifierColumn::Price,
            _ => return None,
        })
    }
}

/// What columns of lists and menus say alike.
enum Shared {
    Article,
    ArticleLabel,
    Product(Column),
}

fn shared(header: &str) -> Option<Shared> {
    match header {
        "code article" | "code de l article" | "code produit" | "article code" | "product code" => {
            Some(Shared::Article)
        }
        "nom de l article" | "article" | "article name" | "libelle" | "designation" => Some(Shared::ArticleLabel),
        header => Column::named(header).map(Shared::Product),
    }
}

impl Shared {
    fn of_list(self) -> Option<ListColumn> {
        match self {
            Shared::Article => Some(ListColumn::Article),
            Shared::ArticleLabel => Some(ListColumn::ArticleLabel),
            Shared::Product(Column::Price) => Some(ListColumn::Price),
            Shared::Product(Column::Archived) => Some(ListColumn::Archived),
            Shared::Product(_) => None,
        }
    }

    fn of_menu(self) -> Option<MenuColumn> {
        match self {
            Shared::Article => Some(MenuColumn::Article),
            Shared::ArticleLabel => Some(MenuColumn::ArticleLabel),
            Shared::Product(Column::Price) => Some(MenuColumn::Price),
            Shared::Product(Column::PriceIn(mode)) => Some(MenuColumn::PriceIn(mode)),
            Shared::Product(Column::Category) => Some(MenuColumn::Category),
            Shared::Product(Column::Archived) => Some(MenuColumn::Archived),
            Shared::Product(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use comptoir_fiscal::language::{Language, Translations};

    use super::*;

    fn understood<C: Header + Debug>(columns: &[C]) {
        let french = Translations::new(Language::French, &[crate::FRENCH]).unwrap();
        let page = std::fs::read_to_string("../docs/tables.md").unwrap();
        for column in columns {
            let titles = [Translations::english().say(&column.title()), french.say(&column.title())];
            for title in &titles {
                assert_eq!(C::named(title), Some(*column), "{title}");
            }
            assert!(page.contains(&titles[1]), "the page on tables does not tell of {}", titles[1]);
        }
    }

    #[test]
    fn what_is_exported_above_a_column_is_understood_in_both_languages() {
        understood(&ListColumn::ALL);
        understood(&MenuColumn::ALL);
        understood(&ModifierColumn::ALL);
        assert_eq!(MenuColumn::named("marge"), None);
    }

    #[test]
    fn no_column_of_products_is_called_like_the_codes_by_which_the_other_tables_are_known() {
        let french = Translations::new(Language::French, &[crate::FRENCH]).unwrap();
        for column in Column::ALL {
            for title in [Translations::english().say(&column.title()), french.say(&column.title())] {
                assert_ne!(ListColumn::named(&title), Some(ListColumn::Code), "{title}");
                assert_ne!(MenuColumn::named(&title), Some(MenuColumn::Code), "{title}");
                assert_ne!(ModifierColumn::named(&title), Some(ModifierColumn::Group), "{title}");
            }
        }
    }
}
