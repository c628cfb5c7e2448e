//! The catalogue's products, in the columns that an import reads.

use comptoir_fiscal::entry::Nature;
use comptoir_fiscal::message;

use super::sheets::{Sheet, Value};
use super::{ExportError, Tables};
use crate::catalogue::{Catalogue, Product};
use crate::import::{Column, Names, SLASH};

pub(super) fn write(catalogue: &Catalogue, tables: &mut dyn Tables) -> Result<(), ExportError> {
    let names = Names::of(catalogue);
    for product in catalogue.products() {
        let row: Vec<Value> = Column::ALL.into_iter().map(|column| cell(column, product, catalogue, &names)).collect();
        tables.add(Sheet::Products, &row)?;
    }
    Ok(())
}

fn cell(column: Column, product: &Product, catalogue: &Catalogue, names: &Names) -> Value {
    let variant = product.variant.as_ref();
    match column {
        Column::Code => Value::text(&product.sku),
        Column::Label => Value::text(&product.label),
        Column::Category => Value::text(names.category(catalogue, &product.category)),
        Column::Unit => Value::text(product.unit.as_str()),
        Column::Price => product.price.into(),
        Column::PriceIn(mode) => product.price_by_mode.get(&mode).copied().into(),
        Column::Vat => product.vat.base.into(),
        Column::VatIn(mode) => product.vat.by_mode.get(&mode).copied().into(),
        Column::Exempt => Value::text(product.vat.exempt.as_deref().unwrap_or_default()),
        Column::Barcodes => Value::text(&product.barcodes.join(" ")),
        Column::Picture => Value::Nothing,
        Column::Reference => Value::text(product.reference.as_deref().unwrap_or_default()),
        Column::Family => {
            variant.map_or(Value::Nothing, |variant| Value::text(names.family(catalogue, &variant.family)))
        }
        Column::Axes => {
            let family = variant.and_then(|variant| catalogue.family(&variant.family));
            family.map_or(Value::Nothing, |family| Value::text(&family.axes.join(SLASH)))
        }
        Column::Options => variant.map_or(Value::Nothing, |variant| Value::text(&variant.options.join(SLASH))),
        Column::Modifiers => Value::text(&product.modifiers.join(", ")),
        Column::MealVoucher => product.meal_voucher.into(),
        Column::Nature => match product.nature {
            Nature::Goods => message!("goods").into(),
            Nature::Service => message!("service").into(),
        },
        Column::Tare => product.tare.map_or(Value::Nothing, Value::Thousandths),
        Column::Deposit => product.deposit.into(),
        Column::Archived => product.archived.into(),
    }
}

#[cfg(test)]
mod tests {
    use comptoir_fiscal::entry::SaleMode;
    use comptoir_fiscal::language::{Language, Translations};
    use comptoir_fiscal::values::{Cents, Rate};
    use proptest::prelude::*;

    use super::*;
    use crate::catalogue::tests::catalogue;
    use crate::catalogue::{Unit, VatByMode};
    use crate::export::What;
    use crate::export::folder::Folder;
    use crate::import::{preview, read};

    fn products() -> impl Strategy<Value = Vec<Product>> {
        let rate = prop::sample::select(vec![2000u16, 1000, 550, 210, 850, 105, 90]);
        let rate = rate.prop_map(|points| Rate::from_basis_points(points).unwrap());
        let texts = ("[=+@'a-zé\"; -]{1,12}", prop::option::of("[=@A-Z/-]{1,8}"));
        let product =
            (texts, prop::option::of(0i64..200_000), rate.clone(), prop::option::of(rate), 0i64..2000, 0u8..32);
        let product = product.prop_map(|((label, reference), price, base, takeaway, tare, bits)| {
            let mut product = Product::new("", format!("x{label}").replacen('x', "", 1), "tout", VatByMode::new(base));
            if product.label.trim().is_empty() {
                product.label = "=1+1".into();
            }
            product.reference = reference;
            product.price = price.map(Cents::new);
            if let Some(rate) = takeaway {
                product.vat = product.vat.with(SaleMode::Takeaway, rate);
            }
            product.tare = Some(tare).filter(|tare| *tare > 0);
            product.meal_voucher = bits & 1 > 0;
            product.deposit = bits & 2 > 0;
            product.archived = bits & 4 > 0;
            product.unit = if bits & 8 > 0 { Unit::Kilogram } else { Unit::Piece };
            product.nature = if bits & 16 > 0 { Nature::Service } else { Nature::Goods };
            product
        });
        prop::collection::vec(product, 1..12).prop_map(|mut products| {
            for (n, product) in products.iter_mut().enumerate() {
                product.sku = format!("={n:03}");
                product.barcodes = vec![format!("21{n:05}"), format!("-{n}")];
            }
            products
        })
    }

    proptest! {
        #[test]
        fn what_is_exported_is_imported_again_and_nothing_changes(products in products(), french in any::<bool>()) {
            let shop = catalogue(products, vec![]).unwrap();
            let language = if french { Language::French } else { Language::English };
            let texts = Translations::new(language, &[crate::FRENCH]).unwrap();
            let folder = tempfile::tempdir().unwrap();
            let mut tables = Folder::begin(folder.path(), What::Catalogue, &texts).unwrap();
            write(&shop, &mut tables).unwrap();
            tables.complete().unwrap();
            let files = tables.publish().unwrap();
            let table = read(&files[0], &mut |_, _| ()).unwrap();
            prop_assert_eq!(&table.products.as_ref().unwrap().unknown, &Vec::<String>::new());
            let preview = preview(&table, &shop).map_err(|faults| TestCaseError::fail(format!("{faults:?}")))?;
            prop_assert!(preview.is_empty(), "{:?}", preview.changed);
            prop_assert_eq!(preview.unchanged, shop.products().len());
        }
    }
}
