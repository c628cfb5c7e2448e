//! Tiles and an article with pictures, which are drawn here.

use std::sync::Arc;
use std::time::Duration;

use comptoir_core::catalogue::{CatalogueEdit, Picture};
use comptoir_ui::catalogue::{Intent as Room, portrait};
use comptoir_ui::lock;
use comptoir_ui::rehearsal::Rehearsal;
use comptoir_ui::till::{Intent, Place};
use slint::ComponentHandle;

use super::scenes::{Outcome, Scene, act, full};

pub(crate) const SCENES: &[Scene] = &[
    Scene { name: "sale-pictures", prepare: tiles },
    Scene { name: "catalogue-portrait", prepare: article },
    Scene { name: "catalogue-portrait-file", prepare: files },
];

/// How many dots the drawn pictures have on each side.
const SIDE: i32 = 200;

/// A round thing on a table, in colours of its own.
fn drawn(at: i32) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let tone = |by: i32| u8::try_from(60 + (at * by) % 180).unwrap_or(u8::MAX);
    let (thing, table) = ([tone(47), tone(83), tone(29)], [235 - tone(13) / 4, 225 - tone(7) / 4, 205]);
    let mut dots = Vec::new();
    for y in 0..SIDE {
        for x in 0..SIDE {
            let (dx, dy) = (x - SIDE / 2, y - SIDE / 2);
            let is_thing = dx * dx + dy * dy * (1 + at % 3) < (SIDE * 2 / 5) * (SIDE * 2 / 5);
            let lit = u8::try_from((x + y) / 8).unwrap_or(0);
            let colour = if is_thing { thing } else { table };
            dots.extend(colour.map(|part| part.saturating_sub(lit)));
        }
    }
    let mut file = Vec::new();
    let side = u32::try_from(SIDE)?;
    let mut encoder = png::Encoder::new(&mut file, side, side);
    encoder.set_color(png::ColorType::Rgb);
    encoder.write_header()?.write_image_data(&dots)?;
    Ok(file)
}

/// Gives two of three articles a picture.
fn give(rehearsal: &Rehearsal) -> Outcome {
    let skus = rehearsal.register(|register| {
        register.stored_catalogue().products().iter().map(|product| product.sku.clone()).collect::<Vec<_>>()
    });
    let mut edits = Vec::new();
    for (at, sku) in (0..).zip(skus.unwrap_or_default()).filter(|(at, _)| at % 3 != 2).take(60) {
        let picture = Some(Arc::new(Picture::of_file(&drawn(at)?)?));
        edits.push(CatalogueEdit::Picture { sku, picture });
    }
    rehearsal.register(|register| register.edit_catalogue("op-1", &edits)).transpose()?;
    Ok(())
}

fn tiles(rehearsal: &Rehearsal) -> Outcome {
    give(rehearsal)?;
    full(rehearsal)?;
    act(rehearsal, Intent::Tick);
    act(rehearsal, Intent::Sale(comptoir_ui::sale::Intent::Search("pomme".to_owned())));
    // Pictures are read once their tiles were drawn.
    rehearsal.screens().window().window().take_snapshot()?;
    i_slint_backend_testing::mock_elapsed_time(Duration::from_millis(50));
    rehearsal.settle();
    Ok(())
}

fn article(rehearsal: &Rehearsal) -> Outcome {
    give(rehearsal)?;
    act(rehearsal, Intent::Door(lock::Intent::Who(1)));
    act(rehearsal, Intent::Go(Place::Catalogue));
    act(rehearsal, Intent::Catalogue(Room::Open(0)));
    Ok(())
}

fn files(rehearsal: &Rehearsal) -> Outcome {
    let folder = rehearsal.folder().join("Photos");
    std::fs::create_dir_all(folder.join("Hiver"))?;
    for (at, name) in (0..).zip(["baguette.png", "confiture d'abricots.jpg", "croissant.webp"]) {
        std::fs::write(folder.join(name), drawn(at)?)?;
    }
    article(rehearsal)?;
    let portrait = |edit: portrait::Edit| act(rehearsal, Intent::Catalogue(Room::Portrait(edit)));
    portrait(portrait::Edit::Choose);
    portrait(portrait::Edit::Path(folder.display().to_string()));
    portrait(portrait::Edit::Look);
    portrait(portrait::Edit::Path("/media/cle/Photos".to_owned()));
    Ok(())
}
