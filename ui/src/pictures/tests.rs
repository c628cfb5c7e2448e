use std::sync::Arc;

use comptoir_core::catalogue::CatalogueEdit;

use super::*;
use crate::sale::tiles::Shown;
use crate::sale::view;
use crate::stage::{Stage, Who};
use crate::till::{Intent, Place};

/// A picture of one colour.
fn picture(colour: [u8; 3]) -> Arc<Picture> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, 40, 40);
    encoder.set_color(png::ColorType::Rgb);
    encoder.write_header().unwrap().write_image_data(&colour.repeat(40 * 40)).unwrap();
    Arc::new(Picture::of_file(&file).unwrap())
}

/// Gives the first articles of the shop such pictures, and has the till see it.
fn shop_with(pictures: &[Arc<Picture>]) -> Stage {
    let mut stage = Stage::with(Who::Manager);
    let products = stage.register.stored_catalogue().products().iter();
    let skus: Vec<String> = products.take(pictures.len()).map(|product| product.sku.clone()).collect();
    let edits = skus.into_iter().zip(pictures);
    let edits: Vec<CatalogueEdit> =
        edits.map(|(sku, picture)| CatalogueEdit::Picture { sku, picture: Some(picture.clone()) }).collect();
    stage.register.edit_catalogue("op-1", &edits).unwrap();
    stage.act(Intent::Go(Place::Sale));
    stage.act(Intent::Tick);
    stage
}

fn look_at(stage: &mut Stage, ids: &[PictureId]) {
    want(&mut stage.till, ids);
    stage.act(Intent::Tick);
}

#[test]
fn a_tile_shows_its_name_alone_until_its_picture_was_read() {
    let red = picture([200, 30, 20]);
    let mut stage = shop_with(std::slice::from_ref(&red));
    assert_eq!(view::picture_of(&stage.till, Shown::Product(0)), Some(red.id()));
    assert_eq!(view::picture_of(&stage.till, Shown::Product(1)), None);
    let before = view::tile(&stage.till, Shown::Product(0));
    assert!(!before.has_picture);
    look_at(&mut stage, &[red.id()]);
    let after = view::tile(&stage.till, Shown::Product(0));
    assert!(after.has_picture && after != before);
    assert_eq!((after.colour, after.price), (before.colour, before.price));
    let drawn = stage.till.pictures.known[&red.id()].drawn.clone().unwrap();
    let dots = drawn.as_slice();
    let middle = dots[(SIDE * SIDE / 2 + SIDE / 2) as usize];
    assert_eq!((middle.r, middle.g, middle.b, middle.a), (200, 30, 20, 255));
    assert_eq!((dots[0].a, dots[SIDE as usize / 2].a), (0, 255), "its corners are round, its sides are straight");
}

#[test]
fn many_pictures_are_read_a_few_at_a_time_and_the_ones_seen_last_come_first() {
    let pictures: Vec<_> = (0..30).map(|at| picture([at * 8, 90, 90])).collect();
    let ids: Vec<PictureId> = pictures.iter().map(|picture| picture.id()).collect();
    let mut stage = shop_with(&pictures);
    want(&mut stage.till, &ids);
    assert!(stage.till.pictures.reading);
    assert_eq!(stage.till.pictures.waiting, ids[..ids.len() - BATCH]);
    want(&mut stage.till, &ids);
    assert_eq!(stage.till.orders().len(), 1, "one batch at a time, and none twice");
    stage.till.pictures.reading = false;
    look_at(&mut stage, &[]);
    let there = ids.iter().filter(|id| stage.till.pictures.drawn(**id).is_some()).count();
    assert_eq!(there, ids.len() - BATCH, "what the lost batch asked for alone is missing");
    assert!(stage.till.pictures.waiting.is_empty() && !stage.till.pictures.reading);
}

#[test]
fn what_was_looked_at_longest_ago_is_forgotten_first() {
    let mut pictures = Pictures::default();
    let id = |at: usize| format!("{at:064x}").parse::<PictureId>().unwrap();
    pictures.look_at(&(0..KEPT).map(id).collect::<Vec<_>>());
    pictures.look_at(&[id(0)]);
    pictures.look_at(&[id(KEPT)]);
    assert_eq!(pictures.known.len(), KEPT);
    assert!(pictures.known.contains_key(&id(0)) && pictures.known.contains_key(&id(KEPT)));
    assert!(!pictures.known.contains_key(&id(1)), "the second was looked at longest ago");
}

#[test]
fn a_picture_that_is_not_there_leaves_the_name() {
    let mut stage = shop_with(&[]);
    let nowhere: PictureId = "ab".repeat(32).parse().unwrap();
    look_at(&mut stage, &[nowhere]);
    assert!(stage.till.pictures.known.contains_key(&nowhere) && stage.till.pictures.drawn(nowhere).is_none());
    assert!(!stage.was_refused());
}
