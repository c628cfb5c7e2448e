use comptoir_core::catalogue::{Product, Unit};
use comptoir_fiscal::entry::SaleMode;
use comptoir_fiscal::values::Cents;

use super::*;
use crate::stage::{Stage, Who};
use crate::till::{Intent as Any, Place};

fn act(stage: &mut Stage, intent: Intent) {
    stage.act(Any::Catalogue(intent));
}

fn article(stage: &mut Stage, edit: article::Edit) {
    act(stage, Intent::Article(edit));
}

fn room(who: Who) -> Stage {
    let mut stage = Stage::with(who);
    stage.act(Any::Go(Place::Catalogue));
    stage
}

fn open(stage: &mut Stage, name: &str) {
    act(stage, Intent::Search(name.to_owned()));
    act(stage, Intent::Open(0));
    assert!(stage.till.catalogue.article.is_some(), "no {name}");
}

fn stored(stage: &Stage, sku: &str) -> Product {
    stage.register.stored_catalogue().product(sku).unwrap().clone()
}

fn write(folder: &tempfile::TempDir, text: &str) -> String {
    let path = folder.path().join("articles.csv");
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

#[test]
fn another_price_is_kept_and_sold_at_once_and_sealed_tickets_stay() {
    let mut stage = room(Who::Manager);
    stage.sell(&["baguette de tradition"]);
    let before = stage.tickets()[0].totals.ttc;
    stage.act(Any::Go(Place::Catalogue));
    open(&mut stage, "baguette de tradition");
    article(&mut stage, article::Edit::Price("1,95".to_owned()));
    act(&mut stage, Intent::Save);
    assert!(!stage.was_refused(), "{:?}", stage.till.toast);
    stage.act(Any::Go(Place::Sale));
    stage.sell(&["baguette de tradition"]);
    let tickets = stage.tickets();
    assert_eq!((tickets[0].totals.ttc, tickets[1].totals.ttc), (before, Cents::new(195)));
}

#[test]
fn a_new_article_takes_the_first_free_code_and_all_that_was_said_of_it() {
    let mut stage = room(Who::Manager);
    act(&mut stage, Intent::Add);
    act(&mut stage, Intent::Save);
    assert!(stage.was_refused(), "without a name it is none");
    article(&mut stage, article::Edit::Label("  Cidre fermier  ".to_owned()));
    article(&mut stage, article::Edit::Price("quatre".to_owned()));
    act(&mut stage, Intent::Save);
    assert!(stage.was_refused(), "a word is no price");
    article(&mut stage, article::Edit::Price("4,5".to_owned()));
    article(&mut stage, article::Edit::Unit(2));
    article(&mut stage, article::Edit::ModePrice(0, "6".to_owned()));
    article(&mut stage, article::Edit::ModeRate(0, 2));
    stage.act(Any::Scan("3017620422003".to_owned()));
    let code = stage.till.catalogue.article.as_ref().unwrap().product.sku.clone();
    act(&mut stage, Intent::Save);
    assert!(!stage.was_refused(), "{:?}", stage.till.toast);
    let product = stored(&stage, &code);
    assert_eq!(
        (product.label.as_str(), product.price, product.unit),
        ("Cidre fermier", Some(Cents::new(450)), Unit::Litre)
    );
    assert_eq!(product.price_in(Some(SaleMode::EatIn)), Some(Cents::new(600)));
    assert_eq!(product.vat.rate(Some(SaleMode::EatIn)).basis_points(), 1000);
    assert_eq!(product.barcodes, ["3017620422003"]);
    assert!(stage.till.sale.catalogue.by_barcode("3017620422003").is_some(), "the counter knows it");
}

#[test]
fn what_was_sold_is_archived_where_it_is_taken_out_and_found_among_what_is_off_sale() {
    let mut stage = room(Who::Manager);
    stage.sell(&["baguette de tradition"]);
    stage.act(Any::Go(Place::Catalogue));
    open(&mut stage, "baguette de tradition");
    let code = stage.till.catalogue.article.as_ref().unwrap().product.sku.clone();
    article(&mut stage, article::Edit::Remove);
    assert!(stored(&stage, &code).archived);
    act(&mut stage, Intent::Search(String::new()));
    act(&mut stage, Intent::OffSale(true));
    assert_eq!(stage.till.catalogue.shown.len(), 1);
    act(&mut stage, Intent::Open(0));
    article(&mut stage, article::Edit::OnSale(true));
    act(&mut stage, Intent::Save);
    assert!(!stored(&stage, &code).archived);
}

#[test]
fn a_rate_of_0_needs_the_article_of_law_behind_it() {
    let mut stage = room(Who::Manager);
    open(&mut stage, "baguette de tradition");
    let rates = stage.till.catalogue.article.as_ref().unwrap().rates.clone();
    let none = rates.iter().position(|rate| rate.basis_points() == 0).unwrap();
    article(&mut stage, article::Edit::Rate(none));
    act(&mut stage, Intent::Save);
    assert!(stage.was_refused());
    article(&mut stage, article::Edit::Exempt("CGI art. 261, 4-1°".to_owned()));
    act(&mut stage, Intent::Save);
    assert!(!stage.was_refused(), "{:?}", stage.till.toast);
}

#[test]
fn categories_are_moved_recoloured_and_stay_so_over_a_restart() {
    let mut stage = room(Who::Manager);
    let names = |stage: &Stage| -> Vec<String> {
        stage.register.stored_catalogue().categories().iter().map(|category| category.id.clone()).collect()
    };
    let mut wanted = names(&stage);
    wanted.swap(0, 1);
    act(&mut stage, Intent::Tab(Tab::Categories));
    act(&mut stage, Intent::Move(1, true));
    assert_eq!(names(&stage), wanted);
    act(&mut stage, Intent::OpenGroup(0));
    act(&mut stage, Intent::Group(group::Edit::Colour(3)));
    act(&mut stage, Intent::Save);
    let shop = comptoir_core::shop::Shop::open(&stage.register.folder().shop()).unwrap();
    let kept = shop.catalogue().unwrap();
    assert_eq!(kept.categories().iter().map(|category| category.id.clone()).collect::<Vec<_>>(), wanted);
    assert_eq!(kept.categories()[0].color.as_deref(), Some("#6b3fa0"));
}

#[test]
fn a_category_with_articles_in_it_is_not_removed() {
    let mut stage = room(Who::Manager);
    act(&mut stage, Intent::OpenGroup(0));
    act(&mut stage, Intent::Group(group::Edit::Remove));
    assert!(stage.was_refused());
    assert!(stage.till.catalogue.group.is_some());
}

#[test]
fn a_cashier_needs_a_managers_word_which_is_recorded() {
    let mut stage = room(Who::Cashier);
    let pin = comptoir_core::secret::Pin::chosen("2468").unwrap();
    let manager = stage.register.operators().find(|operator| operator.id == "op-2").unwrap().clone();
    stage.command(
        "op-1",
        comptoir_core::register::Command::PutOperator {
            operator: manager,
            pin: comptoir_core::register::Change::Set(pin),
            badge: comptoir_core::register::Change::Keep,
        },
    );
    open(&mut stage, "baguette de tradition");
    let code = stage.till.catalogue.article.as_ref().unwrap().product.sku.clone();
    article(&mut stage, article::Edit::Price("2,05".to_owned()));
    act(&mut stage, Intent::Save);
    let word = stage.till.word.as_ref().unwrap();
    let place = word.who.iter().position(|operator| operator.id == "op-2").unwrap();
    stage.act(Any::Word(word::Intent::Who(place)));
    for digit in "2468".chars() {
        stage.act(Any::Word(word::Intent::Digit(digit)));
    }
    stage.act(Any::Word(word::Intent::Enter));
    assert_eq!(stored(&stage, &code).price, Some(Cents::new(205)));
    assert_eq!(stage.events(100)[0].detail.as_deref(), Some("edit_catalogue: op-2"));
}

#[test]
fn without_the_word_nothing_changes_and_what_was_typed_stays() {
    let mut stage = room(Who::Cashier);
    open(&mut stage, "baguette de tradition");
    let before = stage.till.catalogue.article.as_ref().unwrap().product.clone();
    article(&mut stage, article::Edit::Price("2,05".to_owned()));
    act(&mut stage, Intent::Save);
    stage.act(Any::Word(word::Intent::Close));
    assert!(stage.was_refused());
    assert_eq!(stored(&stage, &before.sku), before);
    assert_eq!(stage.till.catalogue.article.as_ref().unwrap().price, "2,05");
}

#[test]
fn a_table_is_looked_at_before_it_is_brought_in() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = room(Who::Manager);
    act(&mut stage, Intent::Tab(Tab::Import));
    let path = write(&folder, "Code;Désignation;Catégorie;Prix TTC;TVA\nNEUF-1;Sirop d'orgeat;Boissons;5,40;5,5\n");
    act(&mut stage, Intent::Import(importing::Edit::Path(path)));
    act(&mut stage, Intent::Import(importing::Edit::Look));
    assert!(
        matches!(&stage.till.catalogue.import.read, importing::Read::Ready(preview) if preview.new.len() == 1),
        "{:?}",
        stage.till.toast
    );
    assert!(stage.register.stored_catalogue().product("NEUF-1").is_none(), "nothing changes before it is taken");
    act(&mut stage, Intent::Import(importing::Edit::Take));
    assert_eq!(stored(&stage, "NEUF-1").price, Some(Cents::new(540)));
    assert_eq!(stage.events(140).len(), 1);
}

#[test]
fn a_table_with_a_wrong_cell_says_where_and_brings_nothing_in() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = room(Who::Manager);
    act(&mut stage, Intent::Tab(Tab::Import));
    let path = write(&folder, "Code;Désignation;Catégorie;Prix TTC;TVA\nNEUF-1;Sirop;Boissons;beaucoup;5,5\n");
    act(&mut stage, Intent::Import(importing::Edit::Path(path)));
    act(&mut stage, Intent::Import(importing::Edit::Look));
    let found = view::found(&stage.till);
    assert!(found.len() == 1 && found[0].wrong && found[0].label.contains("beaucoup"), "{found:?}");
    act(&mut stage, Intent::Import(importing::Edit::Take));
    assert!(stage.register.stored_catalogue().product("NEUF-1").is_none());
}

/// A picture of one colour in a file of this name.
fn draw(folder: &tempfile::TempDir, name: &str) -> String {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, 30, 20);
    encoder.set_color(png::ColorType::Rgb);
    encoder.write_header().unwrap().write_image_data(&[40, 120, 60].repeat(30 * 20)).unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, file).unwrap();
    path.display().to_string()
}

fn portrait(stage: &mut Stage, edit: portrait::Edit) {
    act(stage, Intent::Portrait(edit));
}

#[test]
fn an_article_gets_a_picture_from_a_file_and_loses_it_again() {
    let folder = tempfile::tempdir().unwrap();
    draw(&folder, "pain.png");
    std::fs::write(folder.path().join("liste.csv"), "x").unwrap();
    let mut stage = room(Who::Manager);
    open(&mut stage, "baguette de tradition");
    let sku = stage.till.catalogue.article.as_ref().unwrap().product.sku.clone();
    portrait(&mut stage, portrait::Edit::Choose);
    portrait(&mut stage, portrait::Edit::Path(folder.path().display().to_string()));
    portrait(&mut stage, portrait::Edit::Look);
    let names: Vec<_> = view::picture_entries(&stage.till).into_iter().map(|entry| entry.name).collect();
    assert_eq!(names, ["pain.png"]);
    portrait(&mut stage, portrait::Edit::Entry(0));
    let shown = view::article(&stage.till);
    assert!(shown.page == 0 && shown.tile.has_picture && shown.has_picture);
    assert_eq!(stored(&stage, &sku).picture, None, "it is kept with the article");
    act(&mut stage, Intent::Save);
    assert!(!stage.was_refused(), "{:?}", stage.till.toast);
    let id = stored(&stage, &sku).picture.unwrap();
    assert!(stage.register.picture(id).unwrap().is_some());

    open(&mut stage, "baguette de tradition");
    assert!(view::article(&stage.till).tile.has_picture, "it is read where the article is opened");
    article(&mut stage, article::Edit::Price("1,95".to_owned()));
    act(&mut stage, Intent::Save);
    assert_eq!(stored(&stage, &sku).picture, Some(id), "another price leaves it as it is");
    open(&mut stage, "baguette de tradition");
    portrait(&mut stage, portrait::Edit::TakeAway);
    assert!(!view::article(&stage.till).has_picture);
    act(&mut stage, Intent::Save);
    assert_eq!(stored(&stage, &sku).picture, None);
}

#[test]
fn a_new_article_is_kept_with_its_picture() {
    let folder = tempfile::tempdir().unwrap();
    let path = draw(&folder, "cidre.PNG");
    let mut stage = room(Who::Manager);
    act(&mut stage, Intent::Add);
    article(&mut stage, article::Edit::Label("Cidre".to_owned()));
    article(&mut stage, article::Edit::Price("4".to_owned()));
    portrait(&mut stage, portrait::Edit::Path(path));
    portrait(&mut stage, portrait::Edit::Look);
    let sku = stage.till.catalogue.article.as_ref().unwrap().product.sku.clone();
    act(&mut stage, Intent::Save);
    assert!(!stage.was_refused(), "{:?}", stage.till.toast);
    assert!(stored(&stage, &sku).picture.is_some());
}

#[test]
fn what_is_no_picture_is_refused_in_words_and_the_article_stays_open() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("photo.jpg");
    std::fs::write(&path, "this is a letter").unwrap();
    let mut stage = room(Who::Manager);
    open(&mut stage, "baguette de tradition");
    for path in [path.display().to_string(), folder.path().join("nowhere.png").display().to_string()] {
        portrait(&mut stage, portrait::Edit::Path(path));
        portrait(&mut stage, portrait::Edit::Look);
        assert!(stage.was_refused());
        assert!(!view::article(&stage.till).has_picture && !stage.till.catalogue.portrait.reads);
    }
    portrait(&mut stage, portrait::Edit::Choose);
    stage.act(Any::Back);
    assert!(stage.till.catalogue.article.as_ref().is_some_and(|article| article.page == article::Page::Article));
}
