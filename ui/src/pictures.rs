//! What articles look like, as far as the screens have asked: read and drawn small beside the event loop, and kept for the
//! next time. A tile shows its name alone until its picture is there, and where there is none.

use std::collections::HashMap;

use comptoir_core::catalogue::{Dots, Picture, PictureId};
use comptoir_core::register::{Register, RegisterError};
use slint::{Image, Rgba8Pixel, SharedPixelBuffer};

use crate::till::Till;

/// How many dots a drawn picture has on each side: those of a tile on a dense screen.
const SIDE: u32 = 96;
/// How round its corners are, in parts of a hundred of its side.
const ROUND: u32 = 14;
/// How many are kept, at 36 KB each: more than the tiles that are looked at again at each change.
pub(crate) const KEPT: usize = 400;
/// How many are read at once, so that what is asked of the register meanwhile waits for few of them.
const BATCH: usize = 12;

/// A picture as it is drawn.
pub(crate) type Drawn = SharedPixelBuffer<Rgba8Pixel>;

/// The pictures that were asked for.
#[derive(Default)]
pub struct Pictures {
    known: HashMap<PictureId, Known>,
    /// Counts the looks at them, so that the one that was looked at longest ago goes first.
    looks: u64,
    /// What is to be read next.
    waiting: Vec<PictureId>,
    reading: bool,
}

struct Known {
    /// None while it is read, and where it cannot be.
    drawn: Option<Drawn>,
    looked_at: u64,
}

impl Pictures {
    /// A picture, if it is there.
    pub(crate) fn drawn(&self, id: PictureId) -> Option<Image> {
        self.known.get(&id)?.drawn.clone().map(Image::from_rgba8)
    }

    /// Takes in that these are looked at; those that are not known are to be read.
    fn look_at(&mut self, ids: &[PictureId]) {
        for id in ids {
            self.looks += 1;
            match self.known.get_mut(id) {
                Some(known) => known.looked_at = self.looks,
                None => {
                    self.known.insert(*id, Known { drawn: None, looked_at: self.looks });
                    self.waiting.push(*id);
                }
            }
        }
        while self.known.len() > KEPT {
            let oldest = self.known.iter().min_by_key(|(_, known)| known.looked_at).map(|(id, _)| *id);
            oldest.map(|id| self.known.remove(&id));
        }
        let known = &self.known;
        self.waiting.retain(|id| known.contains_key(id));
    }

    fn take_in(&mut self, id: PictureId, drawn: Option<Drawn>) {
        if let Some(known) = self.known.get_mut(&id) {
            known.drawn = drawn;
        }
    }
}

/// Has these shown once they are read.
pub(crate) fn want(till: &mut Till, ids: &[PictureId]) {
    till.pictures.look_at(ids);
    read_next(till);
}

/// Reads some of what waits: the files on the register's thread, their dots on one of their own.
fn read_next(till: &mut Till) {
    let pictures = &mut till.pictures;
    if pictures.reading || pictures.waiting.is_empty() {
        return;
    }
    pictures.reading = true;
    // What was looked at last is most likely in sight.
    let first = pictures.waiting.len().saturating_sub(BATCH);
    let batch = pictures.waiting.split_off(first);
    let read = move |register: &mut Register| -> Vec<(PictureId, Result<Option<Picture>, RegisterError>)> {
        batch.into_iter().map(|id| (id, register.picture(id))).collect()
    };
    till.ask(read, |till, files| {
        let work = move |_: &mut dyn comptoir_core::outside::Random| -> Vec<(PictureId, Option<Drawn>)> {
            // What cannot be read is as if it were not there: the name stays alone.
            files.into_iter().map(|(id, file)| (id, file.ok().flatten().as_ref().and_then(draw))).collect()
        };
        till.aside(work, |till, drawn| {
            for (id, drawn) in drawn {
                till.pictures.take_in(id, drawn);
            }
            till.pictures.reading = false;
            read_next(till);
        });
    });
}

/// A picture as a tile shows it: small, its corners round.
pub(crate) fn draw(picture: &Picture) -> Option<Drawn> {
    picture.dots().ok().and_then(|dots| small(&dots))
}

/// Dots as fewer of them, each the mean of those that it stands for.
fn small(dots: &Dots) -> Option<Drawn> {
    let (width, height) = (dots.width as usize, dots.height as usize);
    if width == 0 || height == 0 || dots.rgb.len() < width * height * 3 {
        return None;
    }
    let side = SIDE as usize;
    let mut drawn = Drawn::new(SIDE, SIDE);
    let span = |at: usize, length: usize| {
        let from = at * length / side;
        from..((at + 1) * length).div_ceil(side).max(from + 1)
    };
    for (place, pixel) in drawn.make_mut_slice().iter_mut().enumerate() {
        let (column, row) = (place % side, place / side);
        let (mut sums, mut count) = ([0u32; 3], 0u32);
        for y in span(row, height) {
            for x in span(column, width) {
                let dot = (y * width + x) * 3;
                for (sum, part) in sums.iter_mut().zip(&dots.rgb[dot..dot + 3]) {
                    *sum += u32::from(*part);
                }
                count += 1;
            }
        }
        let [r, g, b] = sums.map(|sum| u8::try_from(sum / count.max(1)).unwrap_or(u8::MAX));
        *pixel = Rgba8Pixel { r, g, b, a: cover(column, row) };
    }
    Some(drawn)
}

/// How much of a dot lies within the round corners, from 0 to 255.
fn cover(column: usize, row: usize) -> u8 {
    #[allow(clippy::cast_precision_loss, reason = "at most some hundred dots")]
    let (x, y, side) = (column as f32 + 0.5, row as f32 + 0.5, SIDE as f32);
    #[allow(clippy::cast_precision_loss, reason = "at most 100")]
    let radius = side * ROUND as f32 / 100.0;
    let off = |at: f32| (radius - at).max(at - (side - radius)).max(0.0);
    let beyond = off(x).hypot(off(y)) - radius;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "kept between 0 and 255")]
    let cover = ((0.5 - beyond).clamp(0.0, 1.0) * 255.0).round() as u8;
    cover
}

#[cfg(test)]
mod tests;
