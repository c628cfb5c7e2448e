//! Tables in and out: a catalogue imported, sales and catalogue exported, each recorded.

use std::path::Path;

use calamine::{Data, Reader, Xlsx, open_workbook};
use comptoir_core::export::{Dates, ExportError, What};
use comptoir_core::import::{Preview, preview, read, read_bytes};
use comptoir_core::register::{Command, PayBack, Refusal};
use comptoir_fiscal::entry::{Body, Closing, Period, Tender};
use comptoir_fiscal::language::{Language, Translations};
use comptoir_fiscal::values::Cents;

use crate::shop::{Till, cash, cents, chosen};

fn french() -> Translations {
    Translations::new(Language::French, &[comptoir_core::FRENCH]).unwrap()
}

fn previewed(till: &mut Till, table: &str) -> Preview {
    let table = read_bytes(table.as_bytes(), &mut |_, _| ()).unwrap();
    preview(&table, till.register().stored_catalogue()).unwrap()
}

fn details(till: &mut Till, code: u32) -> Vec<String> {
    let detail = |body| match body {
        Body::Event(event) if event.code == code => event.detail,
        _ => None,
    };
    till.entries().into_iter().filter_map(|entry| detail(entry.body)).collect()
}

#[test]
fn a_catalogue_that_is_imported_is_sold_from_and_the_trail_says_so() {
    let mut till = Till::founded();
    let preview = previewed(
        &mut till,
        "Code;Libellé;Catégorie;Prix TTC;TVA\nTHE;Thé vert;Boissons chaudes;3,00;10\nCAFE;Café;tout;2,70;10\n",
    );
    let refused = till.register().import_catalogue("cashier", &preview).unwrap_err();
    assert!(matches!(refused, Refusal::Gate(_)), "{refused:?}");
    assert!(details(&mut till, 140).is_empty());
    till.register().import_catalogue("manager", &preview).unwrap();
    assert_eq!(details(&mut till, 140), ["articles: 1 nouveaux, 1 modifiés, 0 inchangés; 1 nouvelles catégories"]);
    till.restart();
    let ticket = till.sell(&[("THE", 2000), ("CAFE", 1000)], &[]);
    assert_eq!(ticket.totals.ttc, cents(870));
    let again = previewed(&mut till, "Code;Prix TTC\nTHE;3\n");
    assert!(matches!(till.register().import_catalogue("manager", &again), Err(Refusal::NothingChanges)));
    till.end();
}

/// The cells of a sheet.
fn cells(path: &Path, sheet: &str) -> Vec<Vec<Data>> {
    let mut workbook: Xlsx<_> = open_workbook(path).unwrap();
    let range = workbook.worksheet_range(sheet).unwrap();
    range.rows().map(<[Data]>::to_vec).collect()
}

/// The sum of a column below its title, in cents; every number of it is within a rounding error of whole cents.
fn sum(rows: &[Vec<Data>], title: &str) -> Cents {
    let at = rows[0].iter().position(|cell| *cell == title).unwrap();
    let cents = |row: &Vec<Data>| match &row[at] {
        Data::Float(euros) => Some(Cents::new(format!("{:.2}", euros).replace('.', "").parse().unwrap())),
        Data::Int(euros) => Some(Cents::new(euros * 100)),
        _ => None,
    };
    // The table of days and that of VAT end in a row of totals.
    let is_total = |row: &&Vec<Data>| row[0] != "Total";
    rows.iter().skip(1).filter(is_total).filter_map(cents).sum()
}

fn day_closings(till: &mut Till) -> Vec<Closing> {
    let closing = |body| match body {
        Body::Closing(closing) if closing.period == Period::Day => Some(*closing),
        _ => None,
    };
    till.entries().into_iter().filter_map(|entry| closing(entry.body)).collect()
}

#[test]
fn sales_taken_out_come_to_what_the_closings_say_and_school_is_not_among_them() {
    let mut till = Till::founded();
    let edits = previewed(&mut till, "Code;Libellé;Catégorie;Prix TTC;TVA\nPIEGE;=1+1;tout;9,99;20\n");
    till.register().import_catalogue("manager", &edits).unwrap();
    let sold = till.sell(&[("CAFE", 2000), ("PIEGE", 1000)], &[cash(2000)]);
    till.sell(&[("VASE", 1000)], &[]);
    let reference = till.reference(&sold);
    let pay_back = vec![PayBack::Tender { tender: Tender::Cash, reference: None, amount: cents(250) }];
    let chosen = vec![chosen(1, 1000)];
    till.ask(Command::Return { of: reference, chosen, pay_back, reason: "Froid".to_owned() }).unwrap();
    till.ask(Command::CloseDay).unwrap();
    till.set_clock("2026-11-21T10:00:00+01:00");
    till.confirm_date();
    till.sell_coffee();
    let live = till.take();
    till.resume(live.enter_school("manager").unwrap());
    till.sell(&[("VASE", 9000)], &[]);
    let nowhere = till.folder.path().join("nulle-part.xlsx");
    let refused = till.register().export("manager", What::All, Dates::default(), &nowhere, &french(), &mut |_, _| ());
    assert!(matches!(refused, Err(Refusal::Export(ExportError::School))) && !nowhere.exists());
    let school = till.take();
    till.resume(school.leave_school("manager").unwrap());

    let closings = day_closings(&mut till);
    let closed: Cents = closings.iter().map(|closing| closing.totals.ttc).sum();
    let turnover = closed + cents(250);
    let book = till.folder.path().join("ventes.xlsx");
    let all = Dates::default();
    let exported = till.register().export("manager", What::All, all, &book, &french(), &mut |_, _| ()).unwrap();
    assert_eq!((exported.tickets, exported.files.len()), (4, 1));
    for sheet in ["Journées", "Tickets", "Lignes", "TVA par jour"] {
        assert_eq!(sum(&cells(&book, sheet), "TTC"), turnover, "{sheet}");
    }
    assert_eq!(sum(&cells(&book, "Règlements"), "Montant"), turnover);
    let vat: Cents = closings.iter().map(|closing| closing.totals.vat_sum()).sum();
    assert_eq!(sum(&cells(&book, "Tickets"), "Montant TVA"), vat + cents(23));
    // Nothing that a label says is a formula.
    let mut workbook: Xlsx<_> = open_workbook(&book).unwrap();
    for sheet in ["Tickets", "Lignes", "Règlements", "Catalogue"] {
        let formulas = workbook.worksheet_formula(sheet).unwrap();
        assert_eq!(formulas.used_cells().filter(|(.., text)| !text.is_empty()).count(), 0, "{sheet}");
    }
    assert!(cells(&book, "Lignes").iter().any(|row| row[6] == Data::String("=1+1".into())));
    // Each formula of the summary shows what stands beside it.
    let summary = cells(&book, "Synthèse");
    let compared = summary.iter().filter(|row| matches!((&row[1], &row[2]), (Data::Float(_), Data::Float(_))));
    let compared: Vec<bool> = compared.map(|row| row[1] == row[2]).collect();
    assert_eq!(compared, [true; 7]);

    let refused = till.register().export("manager", What::All, all, &book, &french(), &mut |_, _| ()).unwrap_err();
    assert!(matches!(refused, Refusal::Export(_)), "{refused:?}");
    let told = details(&mut till, 110);
    let products = till.register().stored_catalogue().products().len();
    assert_eq!(told, [format!("classeur: ventes (4 tickets, origine à ce jour), catalogue ({products} articles)")]);
    let table = read(&book, &mut |_, _| ()).unwrap();
    let again = preview(&table, till.register().stored_catalogue()).unwrap();
    assert!(again.is_empty() && again.unchanged == products, "{again:?}");
    till.end();
}

#[test]
fn text_tables_hold_the_days_that_were_asked_for_and_no_formula() {
    let mut till = Till::founded();
    let edits = previewed(&mut till, "Code;Libellé;Catégorie;Prix TTC;TVA\n@PIEGE;=1+1;tout;1234,50;20\n");
    till.register().import_catalogue("manager", &edits).unwrap();
    till.sell(&[("@PIEGE", 1000)], &[]);
    till.set_clock("2026-11-21T10:00:00+01:00");
    till.confirm_date();
    till.sell_coffee();
    let folder = till.folder.path().join("tables");
    let first = "2026-11-20".parse().ok();
    let dates = Dates { from: first, to: first };
    let exported = till.register().export("manager", What::Sales, dates, &folder, &french(), &mut |_, _| ()).unwrap();
    assert_eq!((exported.tickets, exported.files.len()), (1, 5));
    let lines = std::fs::read_to_string(folder.join("lines.csv")).unwrap();
    assert!(lines.starts_with('\u{feff}'));
    let rows: Vec<&str> = lines.split("\r\n").collect();
    assert_eq!(rows.len(), 3, "a header, a line and the end");
    assert!(rows[1].contains(";'@PIEGE;'=1+1;"), "{}", rows[1]);
    assert!(rows[1].contains(";1234,50;20;1028,75;"), "{}", rows[1]);
    let later = Dates { from: "2026-11-22".parse().ok(), to: first };
    let refused = till.register().export("manager", What::Sales, later, &folder, &french(), &mut |_, _| ());
    assert!(matches!(refused, Err(Refusal::Export(_))));
    let refused = till.register().export("nobody", What::Sales, dates, &folder, &french(), &mut |_, _| ());
    assert!(matches!(refused, Err(Refusal::UnknownOperator { .. })));
    till.end();
}

/// Sells in a journal that is then changed, and in its successor; what is taken out of both.
fn after(change: impl FnOnce(&mut Till, &Path)) -> (Till, Vec<Vec<Data>>, String) {
    let mut till = Till::founded();
    till.sell(&[("VASE", 1000)], &[]);
    let journal = till.register().id();
    let database = till.journal_folder(journal).join("journal.db");
    change(&mut till, &database);
    till.start();
    till.sell_coffee();
    let book = till.folder.path().join("ventes.xlsx");
    till.register().export("manager", What::Sales, Dates::default(), &book, &french(), &mut |_, _| ()).unwrap();
    let summary = cells(&book, "Synthèse").concat().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    (till, cells(&book, "Tickets"), summary)
}

#[test]
fn sales_of_a_journal_that_was_left_are_taken_out_before_those_of_its_successor() {
    let (till, tickets, summary) = after(|till, database| {
        till.stop();
        let older = std::fs::read(database).unwrap();
        till.start();
        till.sell_coffee();
        till.stop();
        std::fs::write(database, older).unwrap();
    });
    let rows: Vec<(String, String)> =
        tickets[1..].iter().map(|row| (row[0].to_string(), row[11].to_string())).collect();
    let expected = [("01", "29.9"), ("01-2", "2.5")];
    assert_eq!(rows, expected.map(|(till, amount)| (till.to_owned(), amount.to_owned())));
    assert!(summary.contains("01, 01-2"), "{summary}");
    drop(till);
}

#[test]
fn a_journal_that_cannot_be_read_is_named_in_the_summary_and_costs_no_export() {
    let mut old = None;
    let (till, tickets, summary) = after(|till, database| {
        old = Some(till.register().id());
        till.stop();
        std::fs::write(database, b"no journal at all").unwrap();
    });
    assert_eq!(tickets.len(), 2);
    assert!(summary.contains(&old.unwrap().to_string()), "{summary}");
    drop(till);
}

/// Two lists, a menu with courses and supplements, and two groups of modifiers, each imported from a table of its own.
fn with_all_kinds(till: &mut Till) {
    for table in [
        "Code du groupe;Nom du groupe;Au moins;Au plus;Code du modificateur;Nom du modificateur;Prix TTC\n\
         lait;Lait;0;1;avoine;Avoine;0,50\nlait;;;;sans;=sans;-0,20\nsucre;Sucre;1;;un;Un;0\n",
        "Code;Libellé;Catégorie;Prix TTC;TVA;Modificateurs\nTHE;Thé;tout;3,00;10;lait, sucre\n",
        "Code de la formule;Nom de la formule;Catégorie;Prix TTC;Prix à emporter;Choix;Code article;Quantité;Supplément\n\
         MATIN;@Matin;Formules du jour;5;4,50;;CAFE;1;\n\
         MATIN;;;;;Au choix;THE;2;\nMATIN;;;;;Au choix;VASE;1;12,00\nMATIN;;;;;Encore;CAFE;1;0,30\n",
        "Code du tarif;Nom du tarif;Magasins;Modes de vente;Valable du;Valable jusqu’au;Code article;Prix TTC\n\
         nov;Novembre;;;01/11/2026;30/11/2026;THE;2,80\nnov;;;;;;MATIN;4,80\nnov;;;;;;CAFE;2,20\n\
         marché;Marché;a, b;à emporter, sur place;;;CAFE;1,50\n",
    ] {
        let preview = previewed(till, table);
        till.register().import_catalogue("manager", &preview).unwrap();
    }
}

#[test]
fn lists_menus_and_modifiers_go_out_and_come_in_again_and_nothing_changes() {
    let mut till = Till::founded();
    with_all_kinds(&mut till);
    assert_eq!(
        details(&mut till, 140)[3],
        "articles: 0 nouveaux, 0 modifiés, 0 inchangés; 0 nouvelles catégories; tarifs: 2 nouveaux, 0 modifiés, 0 inchangés"
    );
    let shop = till.register().stored_catalogue().clone();
    assert_eq!((shop.price_lists().len(), shop.menus().len(), shop.modifier_groups().len()), (2, 1, 2));
    assert_eq!((shop.menus()[0].courses.len(), shop.menus()[0].courses[0].choices[1].supplement), (2, cents(1200)));
    for texts in [french(), Translations::english()] {
        let name = format!("{:?}", texts.language());
        let book = till.folder.path().join(format!("{name}.xlsx"));
        let all = Dates::default();
        till.register().export("manager", What::All, all, &book, &texts, &mut |_, _| ()).unwrap();
        let again = preview(&read(&book, &mut |_, _| ()).unwrap(), &shop).unwrap();
        assert!(again.is_empty() && again.passed_over.is_empty() && again.unknown.is_empty(), "{again:?}");
        let unchanged = (again.price_lists.unchanged, again.menus.unchanged, again.modifiers.unchanged);
        assert_eq!((again.unchanged, unchanged), (shop.products().len(), (2, 1, 2)));
        let mut workbook: Xlsx<_> = open_workbook(&book).unwrap();
        for sheet in workbook.sheet_names().into_iter().rev().skip(1).take(4) {
            let formulas = workbook.worksheet_formula(&sheet).unwrap();
            assert!(formulas.used_cells().all(|(.., text)| text.is_empty()), "{sheet}");
        }

        let folder = till.folder.path().join(name);
        let catalogue = What::Catalogue;
        let exported = till.register().export("manager", catalogue, all, &folder, &texts, &mut |_, _| ()).unwrap();
        assert_eq!(exported.files.len(), 4);
        for file in exported.files {
            let again = preview(&read(&file, &mut |_, _| ()).unwrap(), &shop).unwrap();
            assert!(again.is_empty() && again.unknown.is_empty(), "{}: {again:?}", file.display());
        }
        let menus = std::fs::read_to_string(folder.join("menus.csv")).unwrap();
        assert!(menus.contains(";'@Matin;"), "{menus}");
    }
    let told = details(&mut till, 110);
    let products = shop.products().len();
    let held = format!("catalogue ({products} articles, 2 groupes de modificateurs, 1 formules, 2 tarifs)");
    assert_eq!(told[1], format!("CSV: {held}"));
    till.end();
}

#[test]
fn a_workbook_brings_a_whole_catalogue_into_another_shop_or_nothing_of_it() {
    let mut till = Till::founded();
    with_all_kinds(&mut till);
    let book = till.folder.path().join("catalogue.xlsx");
    till.register().export("manager", What::Catalogue, Dates::default(), &book, &french(), &mut |_, _| ()).unwrap();
    let tables = read(&book, &mut |_, _| ()).unwrap();
    let shop = till.register().stored_catalogue().clone();

    let mut other = Till::founded();
    let brought = preview(&tables, other.register().stored_catalogue()).unwrap();
    other.register().import_catalogue("manager", &brought).unwrap();
    other.restart();
    let found = other.register().stored_catalogue();
    assert_eq!(found.price_lists(), shop.price_lists());
    assert_eq!(found.modifier_groups(), shop.modifier_groups());
    assert_eq!(found.product("THE"), shop.product("THE"));
    assert_eq!((found.menus()[0].courses.as_slice(), found.menus().len()), (shop.menus()[0].courses.as_slice(), 1));
    // The prices of November hold on the day of the test.
    assert_eq!(other.sell(&[("CAFE", 1000)], &[]).totals.ttc, cents(220));

    // A shop that has a product by the code of the menu takes nothing of the file, and hears where it stands.
    let mut third = Till::founded();
    let taken = previewed(&mut third, "Code;Libellé;Catégorie;Prix TTC;TVA\nMATIN;Matin;tout;1;20\n");
    third.register().import_catalogue("manager", &taken).unwrap();
    let faults = preview(&tables, third.register().stored_catalogue()).unwrap_err();
    let found: Vec<String> = faults.iter().map(|fault| fault.message().to_string()).collect();
    assert!(found[0].starts_with("Sheet “Formules”, cell A2: “MATIN”."), "{found:?}");
    till.end();
    other.end();
    third.end();
}
