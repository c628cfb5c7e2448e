//! What products look like: kept beside the catalogue, in copies of the till and in school, and never in the journal.

use std::sync::Arc;

use comptoir_core::catalogue::{CatalogueEdit, CatalogueError, Picture, PictureId, Product, RecordId};
use comptoir_core::register::{Refusal, Register, RegisterError};

use crate::shop::{Till, files, rows};

/// A picture of one colour.
fn picture(grey: u8) -> Arc<Picture> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, 32, 32);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.write_header().unwrap().write_image_data(&[grey; 32 * 32]).unwrap();
    Arc::new(Picture::of_file(&file).unwrap())
}

fn show(sku: &str, picture: Option<&Arc<Picture>>) -> CatalogueEdit {
    CatalogueEdit::Picture { sku: sku.to_owned(), picture: picture.cloned() }
}

fn edit(till: &mut Till, edits: &[CatalogueEdit]) -> Result<(), Refusal> {
    till.register().edit_catalogue("manager", edits)
}

fn shown(till: &mut Till, sku: &str) -> Option<Picture> {
    let id = till.register().catalogue().product(sku).unwrap().picture?;
    till.register().picture(id).unwrap()
}

/// The names of the pictures that lie in the file.
fn kept(till: &Till) -> Vec<String> {
    let connection = rusqlite::Connection::open(till.shop_db()).unwrap();
    let mut find = connection.prepare("SELECT id FROM picture ORDER BY id").unwrap();
    let ids = find.query_map([], |row| row.get(0)).unwrap();
    ids.collect::<Result<_, _>>().unwrap()
}

fn names(pictures: &[&Arc<Picture>]) -> Vec<String> {
    let mut names: Vec<String> = pictures.iter().map(|picture| picture.id().to_string()).collect();
    names.sort();
    names
}

#[test]
fn a_product_shows_its_picture_until_it_has_another_or_none() {
    let mut till = Till::founded();
    let (dark, light) = (picture(20), picture(220));
    edit(&mut till, &[show("CAFE", Some(&dark)), show("PAIN", Some(&dark)), show("VASE", Some(&light))]).unwrap();
    assert_eq!(kept(&till), names(&[&dark, &light]), "each lies there once");
    till.crash();
    for (sku, picture) in [("CAFE", &dark), ("PAIN", &dark), ("VASE", &light)] {
        assert_eq!(shown(&mut till, sku).as_ref(), Some(&**picture));
    }
    edit(&mut till, &[show("CAFE", Some(&light))]).unwrap();
    assert_eq!(kept(&till), names(&[&dark, &light]), "the bread still shows it");
    edit(&mut till, &[show("PAIN", None)]).unwrap();
    assert_eq!((kept(&till), shown(&mut till, "PAIN")), (names(&[&light]), None));
    assert_eq!(till.register().picture(dark.id()).unwrap(), None);

    // Other edits of the product leave it, and it goes with the last product that shows it.
    let dearer =
        Product { label: "Exemple".to_owned(), ..till.register().stored_catalogue().product("VASE").unwrap().clone() };
    edit(&mut till, &[CatalogueEdit::Product(Box::new(dearer))]).unwrap();
    assert_eq!(shown(&mut till, "VASE").as_ref(), Some(&*light));
    let gone = ["CAFE", "VASE"].map(|sku| CatalogueEdit::Remove(RecordId::Product(sku.to_owned())));
    edit(&mut till, &gone).unwrap();
    assert_eq!(kept(&till), Vec::<String>::new());
    till.end();
}

#[test]
fn a_picture_that_is_not_there_or_of_no_product_is_refused_and_nothing_changes() {
    let mut till = Till::founded();
    let (dark, light) = (picture(20), picture(220));
    edit(&mut till, &[show("CAFE", Some(&dark))]).unwrap();
    let before = (kept(&till), rows(&till.shop_db()), till.register().stored_catalogue().products().to_vec());
    let never =
        Product { picture: Some(light.id()), ..till.register().stored_catalogue().product("PAIN").unwrap().clone() };
    let put = CatalogueEdit::Product(Box::new(never));
    let refusal = edit(&mut till, std::slice::from_ref(&put)).unwrap_err();
    assert!(
        matches!(&refusal, Refusal::Register(RegisterError::Catalogue(CatalogueError::UnknownPicture { sku })) if sku == "PAIN"),
        "{refusal:?}"
    );
    let refusal = edit(&mut till, &[show("CAFE", None), show("RIEN", Some(&light))]).unwrap_err();
    assert!(
        matches!(&refusal, Refusal::Register(RegisterError::Catalogue(CatalogueError::NoSuchRecord { id })) if id == "RIEN"),
        "{refusal:?}"
    );
    assert!(matches!(till.register().edit_catalogue("cashier", &[show("CAFE", None)]), Err(Refusal::Gate(_))));
    let after = (kept(&till), rows(&till.shop_db()), till.register().stored_catalogue().products().to_vec());
    assert_eq!(before, after);
    // The same edits that bring it may name it.
    edit(&mut till, &[show("PAIN", Some(&light)), put]).unwrap();
    assert_eq!(shown(&mut till, "PAIN").as_ref(), Some(&*light));
    till.end();
}

#[test]
fn a_picture_that_was_damaged_is_shown_no_more_and_costs_no_sale() {
    let mut till = Till::founded();
    let dark = picture(20);
    edit(&mut till, &[show("CAFE", Some(&dark))]).unwrap();
    let connection = rusqlite::Connection::open(till.shop_db()).unwrap();
    connection.execute("UPDATE picture SET bytes = x'00'", []).unwrap();
    drop(connection);
    assert_eq!(shown(&mut till, "CAFE"), None);
    till.sell_coffee();
    edit(&mut till, &[show("CAFE", Some(&dark))]).unwrap();
    assert_eq!(shown(&mut till, "CAFE").as_ref(), Some(&*dark), "given again, it is whole again");
    till.end();
}

#[test]
fn copies_and_the_school_have_the_pictures_and_the_journal_has_none() {
    let mut till = Till::founded();
    let dark = picture(20);
    edit(&mut till, &[show("CAFE", Some(&dark))]).unwrap();
    till.sell_coffee();
    let stick = tempfile::tempdir().unwrap();
    till.register().back_up(stick.path()).unwrap();
    let mut other = Till::unfounded(7);
    let platform = other.platform();
    let (restored, _) = Register::restore(other.data(), stick.path(), platform, |_, _| ()).unwrap();
    other.resume(restored);
    assert_eq!(shown(&mut other, "CAFE").as_ref(), Some(&*dark));
    other.end();

    let name = dark.id().to_string();
    for (path, bytes) in files(&till.data().journals()) {
        let holds = |part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
        assert!(!holds(name.as_bytes()) && !holds(dark.bytes()), "{}", path.display());
    }
    let school = till.take().enter_school("manager").unwrap_or_else(|error| panic!("{error:?}"));
    till.resume(school);
    assert_eq!(shown(&mut till, "CAFE").as_ref(), Some(&*dark));
    let back = till.take().leave_school("manager").unwrap_or_else(|error| panic!("{error:?}"));
    till.resume(back);
    assert_eq!(shown(&mut till, "CAFE").as_ref(), Some(&*dark));
    till.end();
}

#[test]
fn a_table_brings_the_pictures_that_lie_beside_it() {
    let mut till = Till::founded();
    let folder = tempfile::tempdir().unwrap();
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, 32, 32);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.write_header().unwrap().write_image_data(&[20; 32 * 32]).unwrap();
    std::fs::write(folder.path().join("café.png"), &file).unwrap();
    let table = folder.path().join("articles.csv");
    let import = |till: &mut Till, text: &str| {
        std::fs::write(&table, text).unwrap();
        let tables = comptoir_core::import::read(&table, &mut |_, _| ()).unwrap();
        let preview = comptoir_core::import::preview(&tables, till.register().stored_catalogue()).unwrap();
        till.register().import_catalogue("manager", &preview)
    };
    import(&mut till, "Code;Image\nCAFE;café.png\n").unwrap();
    assert_eq!(shown(&mut till, "CAFE"), Some(Picture::of_file(&file).unwrap()));
    assert!(matches!(import(&mut till, "Code;Image\nCAFE;café.png\n"), Err(Refusal::NothingChanges)));
    import(&mut till, "Code;Libellé\nCAFE;Café noir\n").unwrap();
    assert!(shown(&mut till, "CAFE").is_some());
    import(&mut till, "Code;Image\nCAFE;\n").unwrap();
    assert_eq!((shown(&mut till, "CAFE"), kept(&till)), (None, Vec::new()));
    till.end();
}

#[test]
fn a_picture_is_named_by_what_is_in_it() {
    let dark = picture(20);
    assert_eq!(picture(20).id(), dark.id());
    assert_ne!(picture(21).id(), dark.id());
    assert_eq!(dark.id().to_string().parse::<PictureId>(), Ok(dark.id()));
}
