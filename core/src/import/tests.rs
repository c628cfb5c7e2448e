use std::collections::BTreeMap;

use comptoir_fiscal::entry::SaleMode;
use comptoir_fiscal::language::{Language, Translations};
use comptoir_fiscal::values::{Cents, Quantity};
use proptest::prelude::*;
use rust_xlsxwriter::Workbook;

use super::*;
use crate::catalogue::tests::{catalogue, menu, product, rate};
use crate::catalogue::{
    Catalogue, Choice, Component, Course, Family, Modifier, ModifierGroup, Parts, PriceList, Product, Variant,
};

fn read_text(text: &str) -> Tables {
    read_bytes(text.as_bytes(), &mut |_, _| ()).unwrap()
}

fn product_rows(tables: Tables) -> Vec<Row> {
    tables.products.unwrap().rows
}

fn shop() -> Catalogue {
    let mut cafe = product("CAFE", 250, 1000);
    cafe.label = "Café".into();
    cafe.barcodes = vec!["036000291452".into()];
    let mut parts = Parts::from(catalogue(vec![cafe, product("VASE", 2990, 2000)], vec![]).unwrap());
    let axes = vec!["Taille".to_owned(), "Couleur".to_owned()];
    parts.families.push(Family { id: "tee".into(), label: "Tee-shirt".into(), category: "tout".into(), axes });
    Catalogue::of(parts).unwrap()
}

fn previewed(text: &str) -> Preview {
    let faults = |faults: Vec<Fault>| faults.iter().map(|fault| fault.message().to_string()).collect::<Vec<_>>();
    preview(&read_text(text), &shop()).map_err(faults).unwrap()
}

fn faults(text: &str) -> Vec<String> {
    let faults = preview(&read_text(text), &shop()).unwrap_err();
    faults.iter().map(|fault| fault.message().to_string()).collect()
}

/// A workbook of one sheet.
fn workbook(sheet: &str, rows: &[&[&str]]) -> Vec<u8> {
    book(&[(sheet, rows)])
}

/// A workbook of these sheets.
fn book(sheets: &[(&str, &[&[&str]])]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    for (sheet, rows) in sheets {
        let worksheet = workbook.add_worksheet();
        worksheet.set_name(*sheet).unwrap();
        for (row, cells) in (0..).zip(*rows) {
            for (column, cell) in (0..).zip(*cells) {
                match cell.parse::<f64>() {
                    Ok(number) => worksheet.write_number(row, column, number).unwrap(),
                    Err(_) => worksheet.write_string(row, column, *cell).unwrap(),
                };
            }
        }
    }
    workbook.save_to_buffer().unwrap()
}

#[test]
fn columns_are_known_in_any_order_and_language_and_what_is_not_said_stays() {
    let preview = previewed(
        "Prix TTC;TVA;marge;Libellé;CODE;Catégorie;codes-barres\n\
         2,60 €;10 %;0,3;Café;CAFE;Tout;036000291452\n\
         29,90;20;;Le VASE;VASE;tout;\n\
         1 234,50 €;5,5;;Truffe;TRU;Épicerie fine;4006381333931 96385074\n",
    );
    assert_eq!((preview.new.len(), preview.changed.len(), preview.unchanged), (1, 1, 1));
    assert_eq!(preview.unknown, ["marge"]);
    assert_eq!(preview.categories[0].label, "Épicerie fine");
    let truffle = &preview.new[0];
    assert_eq!((truffle.sku.as_str(), truffle.price), ("TRU", Some(Cents::new(123_450))));
    assert_eq!((truffle.vat.base, truffle.category.as_str()), (rate(550), "epicerie-fine"));
    assert_eq!(truffle.barcodes, ["4006381333931", "96385074"]);
    let french = Translations::new(Language::French, &[crate::FRENCH]).unwrap();
    let changes: Vec<String> = preview.changed[0].changes.iter().map(|change| french.say(change)).collect();
    assert_eq!(changes, ["Prix TTC\u{a0}: 2,50\u{a0}€ → 2,60\u{a0}€"]);
    // The meal vouchers of the coffee, of which the file says nothing, stay.
    assert!(preview.changed[0].product.meal_voucher);

    let english = previewed("sku,name,category,price,vat,vat takeaway,unit,archived\nT,Tea,Drinks,3.5,10,5.5,kg,no\n");
    assert_eq!(english.new[0].vat.rate(Some(SaleMode::Takeaway)), rate(550));
    assert_eq!(english.new[0].price, Some(Cents::new(350)));
}

#[test]
fn variants_come_into_their_family_and_a_new_family_says_in_what_they_differ() {
    let preview = previewed(
        "Code;Libellé;Catégorie;TVA;Famille;Axes;Options\n\
         T-M-B;Tee-shirt M bleu;Tout;20;Tee-shirt;;M / Bleu\n\
         B-1;Bague 52;Bijoux;20;Bague;Taille;52\n\
         B-2;Bague 1/2;Bijoux;20;Bague;Taille;1/2\n",
    );
    let variant = |family: &str, options: &[&str]| {
        Some(Variant { family: family.into(), options: options.iter().map(|&option| option.into()).collect() })
    };
    assert_eq!(preview.new[0].variant, variant("tee", &["M", "Bleu"]));
    assert_eq!(preview.new[2].variant, variant("bague", &["1/2"]));
    assert_eq!(preview.families[0].axes, ["Taille"]);
    assert_eq!(
        faults("Code;Libellé;Catégorie;TVA;Famille;Options\nX;X;Tout;20;Tee-shirt;M\nY;Y;Tout;20;Robe;M\n"),
        [
            "In the file, cell F2: “M”. Say what this product is on each axis of its family (Taille / Couleur), with “ / ” between.",
            "In the file, cell E3: “Robe”. This family is new. Say in the column “Axes” in what its products differ, like “Size / Colour”.",
        ]
    );
}

#[test]
fn every_wrong_cell_is_named_with_what_stands_there_and_what_to_do() {
    let found = faults(
        "Code;Libellé;Catégorie;Prix TTC;TVA;Code-barres;Titre-restaurant;Unité\n\
         A;;Tout;1,234;20;;;\n\
         ;B;Tout;1;20;;;\n\
         A;C;Tout;cher;0;;peut-être;boîte\n\
         D;D;Tout;1;0;4006381333930;;\n\
         E;E;Tout;1;20;4006381333931;;\n\
         F;F;Tout;1;20;4006381333931;;\n\
         G;G;;1;;;;\n",
    );
    assert_eq!(
        found,
        [
            "In the file, cell D2: “1,234”. This may be thousands or decimals. Write two decimals, or none and no separator.",
            "In the file, cell B2: This product has no name. Enter what prints on the ticket.",
            "In the file, cell A3: This product has no code. Give it one of its own.",
            "In the file, cell A4: “A”. Row 2 has this code too. Give one of the two another.",
            "In the file, cell F5: “4006381333930”. The last digit of this barcode would have to be 1. Read it again.",
            "In the file, cell F7: “4006381333931”. Row 6 has this barcode too. Remove it from one of the two.",
            "In the file, cell C8: This product has no category. Enter one; a new one is created.",
            "In the file, cell E8: This is no VAT rate. Write it in percent, like 20 or 5.5.",
        ]
    );
    let cells = faults("Code;Libellé;Catégorie;Prix TTC;TVA;Titre-restaurant;Unité\nC;C;Tout;cher;0;peut-être;boîte\n");
    assert_eq!(cells.len(), 3, "{cells:?}");
    let article = faults("Code;Libellé;Catégorie;TVA\nT;Timbre;Tout;0\n");
    assert!(article[0].contains("cell D2: “0”. Without VAT"), "{article:?}");
    // A barcode that a product has which the file does not name.
    let taken = faults("Code;Libellé;Catégorie;TVA;EAN\nT;Timbre;Tout;20;0036000291452\n");
    assert_eq!(
        taken,
        [
            "In the file, cell E2: “0036000291452”. CAFE has this barcode already. Remove it here, or from CAFE in the same file."
        ]
    );
    // It may go from one to the other within a file.
    let moved = previewed("Code;Libellé;Catégorie;TVA;EAN\nT;Timbre;Tout;20;036000291452\nCAFE;Café;Tout;10;\n");
    assert_eq!((moved.new.len(), moved.changed.len()), (1, 1));
}

#[test]
fn a_workbook_is_read_by_the_sheet_of_products_and_its_numbers_as_they_stand() {
    let bytes = workbook(
        "Produits",
        &[&["Code", "Libellé", "Catégorie", "Prix TTC", "TVA"], &["T", "Thé", "Tout", "3.5", "0.055"]],
    );
    let table = read_bytes(&bytes, &mut |_, _| ()).unwrap();
    let preview = preview(&table, &shop()).unwrap();
    assert_eq!((preview.new[0].price, preview.new[0].vat.base), (Some(Cents::new(350)), rate(550)));
    let wrong = workbook("Produits", &[&["Code", "Prix TTC"], &["CAFE", "3.555"]]);
    let faults = super::preview(&read_bytes(&wrong, &mut |_, _| ()).unwrap(), &shop()).unwrap_err();
    assert_eq!(
        faults[0].message().to_string(),
        "Sheet “Produits”, cell B2: “3.555”. This is no price. Write it with at most two decimals, like 12.50."
    );
}

#[test]
fn a_text_is_read_whatever_parts_its_cells_and_whoever_wrote_it() {
    let expected = product_rows(read_text("Code;Libellé\nA;Crème, fraîche\n"));
    for text in [
        "\u{feff}Code;Libellé\r\nA;Crème, fraîche\r\n",
        "Code\tLibellé\nA\tCrème, fraîche",
        "Code,Libellé\nA,\"Crème, fraîche\"\n",
    ] {
        assert_eq!(product_rows(read_text(text)), expected, "{text:?}");
    }
    let spaced = read_text("\n\nCode;Nom\n\nA;\"deux\nlignes\"\nB;x\n");
    assert_eq!(product_rows(spaced).iter().map(|row| row.number).collect::<Vec<_>>(), [5, 6]);
    let windows = encoding_rs::WINDOWS_1252.encode("Code;Libellé\nA;Crème, fraîche\n").0;
    assert_eq!(product_rows(read_bytes(&windows, &mut |_, _| ()).unwrap()), expected);
}

#[test]
fn a_file_that_is_no_table_of_products_is_refused_with_what_to_do() {
    let refused = |bytes: &[u8]| read_bytes(bytes, &mut |_, _| ()).unwrap_err();
    assert!(matches!(refused(b""), ImportError::Empty));
    assert!(matches!(refused(b"\n\n;;\n"), ImportError::Empty));
    assert!(matches!(refused(b"Nom;Prix\nA;1\n"), ImportError::NoCodeColumn { .. }));
    assert!(matches!(refused(b"Code;SKU\nA;1\n"), ImportError::ColumnTwice { .. }));
    assert!(matches!(refused(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1]), ImportError::OldFormat));
    assert!(matches!(refused(b"PK\x03\x04 and no more"), ImportError::Unreadable { .. }));
    let wide = format!("Code{}\n", ";x".repeat(MOST_COLUMNS));
    assert!(matches!(refused(wide.as_bytes()), ImportError::TooManyColumns));
    let long = format!("Code\n{}\n", "x".repeat(LONGEST_CELL + 1));
    assert!(matches!(refused(long.as_bytes()), ImportError::CellTooLong { .. }));
    let tall = "Code\n".to_owned() + &"x\n".repeat(MOST_ROWS + 1);
    assert!(matches!(refused(tall.as_bytes()), ImportError::TooManyRows));
}

#[test]
fn a_workbook_that_unpacks_without_end_is_refused_before_it_is_read() {
    let bytes = workbook("Produits", &[&["Code"], &["A"]]);
    assert!(workbook::unpacks(&bytes, 1_000_000).is_ok());
    assert!(matches!(workbook::unpacks(&bytes, 1000), Err(ImportError::TooLarge)));
}

fn hostile(bytes: &[u8]) {
    if let Ok(table) = read_bytes(bytes, &mut |_, _| ()) {
        let _ = preview(&table, &shop());
    }
}

proptest! {
    #[test]
    fn no_bytes_break_the_import(bytes in prop::collection::vec(any::<u8>(), 0..400), zip in any::<bool>()) {
        let start: &[u8] = if zip { b"PK\x03\x04" } else { b"Code;Nom\n" };
        hostile(&[start, &bytes].concat());
        hostile(&bytes);
    }

    #[test]
    fn no_change_of_a_workbook_breaks_the_import(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8), cut in any::<prop::sample::Index>(), cuts in any::<bool>()
    ) {
        let mut bytes = workbook("Produits", &[&["Code", "Libellé", "Catégorie", "TVA", "Prix"], &["A", "Café", "Tout", "20", "1.5"]]);
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if cuts {
            bytes.truncate(cut.index(bytes.len()));
        }
        hostile(&bytes);
    }

    /// What the packing's checksum would catch is changed within.
    #[test]
    fn no_sheet_breaks_the_import(
        junk in "[<>/a-z0-9=\" ]{0,12}", at in any::<prop::sample::Index>(), part in any::<prop::sample::Index>(), over in 0usize..12
    ) {
        let whole = workbook("Produits", &[&["Code", "Libellé", "Catégorie", "TVA"], &["A", "Café", "Tout", "20"]]);
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&whole)).unwrap();
        let chosen = part.index(archive.len());
        let mut changed = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for n in 0..archive.len() {
            let mut file = archive.by_index(n).unwrap();
            let mut bytes = Vec::new();
            std::io::copy(&mut file, &mut bytes).unwrap();
            if n == chosen {
                let from = at.index(bytes.len());
                let to = (from + over).min(bytes.len());
                bytes.splice(from..to, junk.bytes());
            }
            let name = file.name().unwrap().into_owned();
            changed.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            std::io::Write::write_all(&mut changed, &bytes).unwrap();
        }
        hostile(&changed.finish().unwrap().into_inner());
    }

    #[test]
    fn no_rows_break_the_import(rows in prop::collection::vec("[A-Za-zé0-9,./€% ;=+@\"-]{0,40}", 0..8)) {
        hostile(format!("Code;Libellé;Catégorie;Prix;TVA;Famille;Axes;Options;EAN\n{}", rows.join("\n")).as_bytes());
    }
}

#[test]
fn a_product_of_the_catalogue_that_the_file_does_not_name_stays() {
    let preview = previewed("Code;Prix TTC\nVASE;30\n");
    let edited = shop().edited(&preview.edits(), |_| false).unwrap();
    let names: Vec<&Product> = edited.products().iter().collect();
    assert_eq!(names.len(), 2);
    assert_eq!(edited.product("CAFE"), shop().product("CAFE"));
    assert_eq!(edited.product("VASE").unwrap().price, Some(Cents::new(3000)));
}

/// The shop with two groups, a menu of two courses and two lists.
fn bistro() -> Catalogue {
    let mut parts = Parts::from(shop());
    let modifier = |id: &str, price| Modifier { id: id.into(), label: format!("Avec {id}"), price: Cents::new(price) };
    let group = |id: &str, at_least, at_most, modifiers| {
        let (id, label) = (id.to_owned(), format!("={id}"));
        ModifierGroup { id, label, at_least, at_most, modifiers }
    };
    parts.modifiers = vec![
        group("lait", 0, Some(2), vec![modifier("avoine", 50), modifier("=sans", -20)]),
        group("sucre", 1, None, vec![modifier("un", 0)]),
    ];
    let component = |sku: &str, qty| Component { sku: sku.into(), qty };
    let choice = |sku: &str, supplement| Choice {
        component: component(sku, Quantity::pieces(2)),
        supplement: Cents::new(supplement),
    };
    let course = |choices| Course { label: "Une boisson".into(), choices };
    let mut lunch = menu("MIDI", 1000, &[("CAFE", 1)]);
    lunch.price_by_mode = BTreeMap::from([(SaleMode::Takeaway, Cents::new(900))]);
    // Two courses that are called the same.
    lunch.courses = vec![course(vec![choice("CAFE", 0), choice("VASE", 150)]), course(vec![choice("CAFE", 0)])];
    parts.menus = vec![lunch];
    let list = |id: &str, prices: &[(&str, i64)]| PriceList {
        id: id.into(),
        label: format!("Tarif {id}"),
        stores: vec![],
        modes: vec![],
        from: None,
        until: None,
        prices: prices.iter().map(|(sku, price)| ((*sku).into(), Cents::new(*price))).collect(),
        archived: false,
    };
    let summer = PriceList {
        stores: vec!["1".into(), "marché".into()],
        modes: vec![SaleMode::Takeaway, SaleMode::EatIn],
        from: "2026-06-21".parse().ok(),
        until: "2026-09-20".parse().ok(),
        ..list("été", &[("CAFE", 200), ("MIDI", 950)])
    };
    parts.price_lists = vec![summer, PriceList { archived: true, ..list("vide", &[]) }];
    Catalogue::of(parts).unwrap()
}

fn previewed_in(catalogue: &Catalogue, text: &str) -> Result<Preview, Vec<String>> {
    let faults = |faults: Vec<Fault>| faults.iter().map(|fault| fault.message().to_string()).collect();
    preview(&read_text(text), catalogue).map_err(faults)
}

fn after(catalogue: &Catalogue, text: &str) -> Catalogue {
    catalogue.edited(&previewed_in(catalogue, text).unwrap().edits(), |_| false).unwrap()
}

#[test]
fn a_price_list_that_is_named_has_the_prices_of_its_rows_and_no_others() {
    let shop = bistro();
    let after = after(
        &shop,
        "Code du tarif;Nom du tarif;Modes de vente;Code article;Nom de l'article;Prix TTC;Valable du\n\
         été;Tarif été;;VASE;;25,00;01/07/2026\n\
         noël;Noël;à emporter;CAFE;;3;\n\
         été;;;CAFE;;1,90;\n\
         noël;;;MIDI;;12;\n",
    );
    let [summer, empty, christmas] = after.price_lists() else { panic!("{:?}", after.price_lists()) };
    let prices = BTreeMap::from([("CAFE".to_owned(), Cents::new(190)), ("VASE".to_owned(), Cents::new(2500))]);
    assert_eq!(summer.prices, prices);
    assert!(summer.modes.is_empty() && summer.from == "2026-07-01".parse().ok());
    // Of the stores and the end, no column says anything.
    assert_eq!((summer.stores.len(), summer.until), (2, "2026-09-20".parse().ok()));
    assert_eq!(empty, &shop.price_lists()[1]);
    assert_eq!((christmas.label.as_str(), christmas.modes.as_slice()), ("Noël", [SaleMode::Takeaway].as_slice()));
    assert_eq!(christmas.prices.len(), 2);
}

#[test]
fn a_menu_that_is_named_holds_what_its_rows_say() {
    let after = after(
        &bistro(),
        "Menu code;Menu name;Category;Price incl. VAT;Price takeaway;Course;Article code;Quantity;Supplement\n\
         MIDI;Midi;Tout;11;;;VASE;;\n\
         SOIR;Soir;Le soir;25;22;;CAFE;2;\n\
         SOIR;;;;;Dessert;VASE;1;3.50\n\
         SOIR;;;;;Dessert;CAFE;1;\n",
    );
    let [lunch, dinner] = after.menus() else { panic!("{:?}", after.menus()) };
    assert_eq!((lunch.label.as_str(), lunch.price, lunch.courses.len()), ("Midi", Cents::new(1100), 0));
    assert!(lunch.price_by_mode.is_empty());
    assert_eq!(lunch.components, [Component { sku: "VASE".into(), qty: Quantity::ONE }]);
    assert_eq!((dinner.category.as_str(), dinner.price_in(Some(SaleMode::Takeaway))), ("le-soir", Cents::new(2200)));
    assert_eq!(dinner.courses.len(), 1);
    assert_eq!(dinner.courses[0].choices[0].supplement, Cents::new(350));
}

#[test]
fn modifiers_come_in_groups_with_what_may_be_chosen() {
    let shop = bistro();
    let after = after(
        &shop,
        "Code du groupe;Nom du groupe;Au moins;Au plus;Code du modificateur;Nom du modificateur;Prix TTC\n\
         cuisson;Cuisson;1;1;bleu;Bleu;\n\
         lait;Quel lait;;;avoine;Avoine;-0,50\n\
         cuisson;;;;saignant;Saignant;0\n",
    );
    let cooking = after.modifier_group("cuisson").unwrap();
    assert_eq!((cooking.at_least, cooking.at_most, cooking.modifiers.len()), (1, Some(1), 2));
    let milk = after.modifier_group("lait").unwrap();
    assert_eq!((milk.at_least, milk.at_most, milk.modifiers.len()), (0, None, 1));
    assert_eq!(milk.modifiers[0].price, Cents::new(-50));
    assert_eq!(after.modifier_group("sucre"), shop.modifier_group("sucre"));
}

#[test]
fn every_wrong_cell_of_a_list_menu_or_group_is_named() {
    let shop = bistro();
    let faults = |text: &str| previewed_in(&shop, text).unwrap_err();
    assert_eq!(
        faults(
            "Code du tarif;Nom du tarif;Modes de vente;Valable du;Code article;Prix TTC\n\
             a;A;en vol;demain;CAFE;cher\n\
             ;A;;;CAFE;1\n\
             a;B;;;RIEN;1\n\
             a;;;;CAFE;2\n\
             a;;;;CAFE;3\n\
             b;;;;VASE;\n"
        ),
        [
            "In the file, cell A3: This row does not say what it belongs to. Enter the code, or remove the row.",
            "In the file, cell B4: “B”. Row 2 says something else of the same. Write the same in both, or leave this cell empty.",
            "In the file, cell C2: “en vol”. This is no way of selling. Write eat in, takeaway, delivery or counter, with commas between several.",
            "In the file, cell D2: “demain”. This is no date. Write it like 2026-06-21 or 21/06/2026.",
            "In the file, cell F2: “cher”. This is no price. Write it with at most two decimals, like 12.50.",
            "In the file, cell E4: “RIEN”. There is no such article. Create it first, here or in the catalogue, or correct the code.",
            "In the file, cell E5: “CAFE”. Row 2 has this already. Remove one of the two.",
            "In the file, cell E6: “CAFE”. Row 5 has this already. Remove one of the two.",
            "In the file, cell B7: There is no name. Enter one.",
            "In the file, cell F7: This is no price. Write it with at most two decimals, like 12.50.",
        ]
    );
    assert_eq!(
        faults(
            "Code de la formule;Nom de la formule;Catégorie;Prix TTC;Choix;Code article;Quantité;Supplément\n\
             CAFE;C;Tout;1;;VASE;;\n\
             M;M;;;;MIDI;0;\n\
             M;;;;;VASE;1;2\n"
        ),
        [
            "In the file, cell A2: “CAFE”. A product has this code already. Give the menu another.",
            "In the file, cell C3: This product has no category. Enter one; a new one is created.",
            "In the file, cell D3: This is no price. Write it with at most two decimals, like 12.50.",
            "In the file, cell G3: “0”. This is no quantity. Write a number above 0 with at most three decimals.",
            "In the file, cell F3: “MIDI”. There is no such article. Create it first, here or in the catalogue, or correct the code.",
            "In the file, cell H4: “2”. What every menu holds has no supplement. Empty this cell, or name the course among whose choices it is.",
        ]
    );
    assert_eq!(
        faults(
            "Code du groupe;Nom du groupe;Au moins;Au plus;Code du modificateur;Nom du modificateur\n\
             g;G;un;;a;A\n\
             g;;;;a;\n\
             g;;;;;B\n"
        ),
        [
            "In the file, cell C2: “un”. Write a whole number, 0 or more.",
            "In the file, cell E3: “a”. Row 2 has this already. Remove one of the two.",
            "In the file, cell F3: There is no name. Enter one.",
            "In the file, cell E4: This row does not say what it belongs to. Enter the code, or remove the row.",
        ]
    );
}

#[test]
fn what_only_the_whole_catalogue_shows_is_named_at_its_row() {
    let shop = bistro();
    let faults = |text: &str| previewed_in(&shop, text).unwrap_err();
    let turned = "Code du tarif;Nom du tarif;Code article;Prix TTC;Valable du;Valable jusqu’au\n\
                  a;A;CAFE;1;2026-07-01;2026-06-01\n";
    assert_eq!(faults(turned), ["In the file, row 2: The price list a ends before it begins; correct its dates."]);
    let half = "Code de la formule;Code article;Quantité\nMIDI;CAFE;1\nMIDI;VASE;0,5\n";
    assert!(faults(half)[0].starts_with("In the file, row 3: The menu MIDI holds"), "{:?}", faults(half));
    let none = "Code du groupe;Code du modificateur;Nom du modificateur;Au moins;Au plus\nsucre;un;Un;2;1\n";
    assert!(faults(none)[0].starts_with("In the file, row 2: "), "{:?}", faults(none));
}

#[test]
fn tables_lack_columns_or_are_known_by_them() {
    let refused = read_bytes(b"Code du tarif;Prix TTC\na;1\n", &mut |_, _| ()).unwrap_err();
    assert!(matches!(refused, ImportError::NoColumn { .. }), "{refused:?}");
    assert!(refused.message().to_string().starts_with("This table: no column is called “Article code”"), "{refused}");
    // A product may have a column that is called like the code of a list.
    let tables = read_text("Code;Libellé;Code tarif\nA;B;C\n");
    assert!(tables.products.is_some() && tables.price_lists.is_empty());
}

#[test]
fn a_workbook_is_read_sheet_by_sheet_and_what_is_not_known_is_named() {
    let mut sheets: Vec<(&str, &[&[&str]])> = vec![
        ("Lignes 2", &[&["Code", "Name", "Category"], &["X", "X", "X"]]),
        ("Fournisseurs", &[&["Nom", "Ville"], &["A", "B"]]),
        ("Feuille vide", &[]),
        ("Nos tarifs", &[&["List code", "List name", "Article code", "Price"], &["a", "A", "THE", "1.5"]]),
        (
            "Produits",
            &[&["Code", "Nom", "Catégorie", "Prix", "TVA", "Modificateurs"], &["THE", "Thé", "Tout", "2", "10", "feu"]],
        ),
        ("Anciens produits", &[&["Code", "Nom"], &["X", "X"]]),
        ("Groupes", &[&["Group code", "Group name", "Modifier code", "Modifier name"], &["feu", "Feu", "vif", "Vif"]]),
        ("Autres tarifs", &[&["List code", "List name", "Article code", "Price"], &["b", "B", "THE", "1"]]),
    ];
    let tables = read_bytes(&book(&sheets), &mut |_, _| ()).unwrap();
    let preview = preview(&tables, &bistro()).unwrap();
    assert_eq!(preview.passed_over, ["Fournisseurs", "Anciens produits"]);
    assert_eq!((preview.new.len(), preview.price_lists.new.len(), preview.modifiers.new.len()), (1, 2, 1));
    // The tea needs its modifiers and the list needs the tea, wherever they stand.
    let after = bistro().edited(&preview.edits(), |_| false).unwrap();
    assert_eq!(after.product("THE").unwrap().modifiers, ["feu"]);
    assert_eq!(after.price_lists()[2].prices["THE"], Cents::new(150));

    sheets.push(("Encore", &[&["List code", "Article code", "Price"], &["b", "CAFE", "1"]]));
    let tables = read_bytes(&book(&sheets), &mut |_, _| ()).unwrap();
    let faults = super::preview(&tables, &bistro()).unwrap_err();
    let found: Vec<String> = faults.iter().map(|fault| fault.message().to_string()).collect();
    let expected = "Sheet “Encore”, row 2: “b”. Another sheet has this code too. Put all of its rows on one sheet.";
    assert!(found.iter().any(|found| found == expected), "{found:?}");
}

proptest! {
    #[test]
    fn no_rows_of_lists_menus_or_modifiers_break_the_import(
        rows in prop::collection::vec("[A-Zaété0-9,./€% ;=+@\"-]{0,40}", 0..8), kind in 0usize..3
    ) {
        let header = [
            "Code du tarif;Code article;Prix;Valable du;Valable jusqu’au;Modes de vente;Magasins;Nom du tarif",
            "Code menu;Code article;Quantité;Supplément;Numéro du choix;Choix;Prix;Catégorie;Menu",
            "Code du groupe;Code du modificateur;Prix;Au moins;Au plus;Groupe;Modificateur",
        ][kind];
        hostile(format!("{header}\n{}", rows.join("\n")).as_bytes());
    }
}

/// A table in a folder of its own, with these files beside it, held against the shop.
fn previewed_beside(text: &str, files: &[(&str, &[u8])]) -> Result<Preview, Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("articles.csv");
    std::fs::write(&table, text).unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    let tables = read(&table, &mut |_, _| ()).unwrap();
    preview(&tables, &shop()).map_err(|faults| faults.iter().map(|fault| fault.message().to_string()).collect())
}

fn jpeg(grey: u8) -> Vec<u8> {
    crate::catalogue::picture::tests::file(image::ImageFormat::Jpeg, 40, 30, |_, _| [grey; 3])
}

#[test]
fn pictures_are_read_from_the_files_beside_a_table_each_once() {
    let text = "Code;Image;Libellé;Catégorie;TVA\nCAFE;photos/café.jpg;;;\nTHE;photos/café.jpg;Thé;tout;10\nVASE;vase.jpg;;;\n";
    let text = text.replace("CAFE;photos/café.jpg;;;", "CAFE;photos/café.jpg;Café;tout;10");
    let text = text.replace("VASE;vase.jpg;;;", "VASE;vase.jpg;Vase;tout;20");
    let (dark, light) = (jpeg(20), jpeg(220));
    let files = [("photos/café.jpg", &dark[..]), ("vase.jpg", &light)];
    let preview = previewed_beside(&text, &files).unwrap();
    assert_eq!(preview.pictures.len(), 2);
    let edited = shop().edited(&preview.edits(), |_| false).unwrap();
    let shown = |sku: &str| edited.product(sku).unwrap().picture.unwrap();
    assert_eq!(shown("CAFE"), shown("THE"));
    assert_ne!(shown("CAFE"), shown("VASE"));
    let told: Vec<String> =
        preview.changed.iter().flat_map(|changed| &changed.changes).map(|change| change.to_string()).collect();
    assert!(told.iter().any(|told| told.starts_with("Picture: nothing → ")), "{told:?}");

    // Read again nothing changes; a table without the column leaves the pictures, and an empty cell takes one away.
    let again = |text: &str, files: &[(&str, &[u8])]| {
        let folder = tempfile::tempdir().unwrap();
        let table = folder.path().join("articles.csv");
        std::fs::write(&table, text).unwrap();
        for (name, bytes) in files {
            std::fs::create_dir_all(folder.path().join(name).parent().unwrap()).unwrap();
            std::fs::write(folder.path().join(name), bytes).unwrap();
        }
        super::preview(&read(&table, &mut |_, _| ()).unwrap(), &edited).unwrap()
    };
    assert!(again(&text, &files).is_empty());
    assert!(again("Code;Libellé\nVASE;Vase\n", &[]).is_empty());
    let emptied = again("Code;Image\nVASE;\n", &[]);
    assert_eq!(edited.edited(&emptied.edits(), |_| false).unwrap().product("VASE").unwrap().picture, None);
}

#[test]
fn a_picture_that_is_elsewhere_or_none_is_named_with_its_cell() {
    let dark = jpeg(20);
    for (name, fault) in [
        ("rien.jpg", "There is no such file beside the table"),
        ("../photo.jpg", "Name a file that lies beside the table"),
        ("/etc/hostname", "Name a file that lies beside the table"),
        ("texte.jpg", "This is no picture that can be read"),
        ("coupé.jpg", "This picture is damaged"),
    ] {
        let text = format!("Code;Image\nVASE;{name}\n");
        let files = [("texte.jpg", &b"no picture"[..]), ("coupé.jpg", &dark[..dark.len() / 3])];
        let faults = previewed_beside(&text, &files).unwrap_err();
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(faults[0].contains("cell B2") && faults[0].contains(fault), "{name}: {faults:?}");
    }
    // Bytes without a folder have nothing beside them.
    assert!(faults("Code;Image\nVASE;vase.jpg\n")[0].contains("There is no such file"));
}
