//! Rows of the screens, of which only those are drawn anew that have changed.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::time::Duration;

use comptoir_core::catalogue::PictureId;
use slint::{Model, ModelNotify, ModelRc, ModelTracker, Timer, VecModel};

use crate::generated::Tile;
use crate::pictures;
use crate::sale::tiles::Shown;
use crate::sale::view;
use crate::till::Till;

/// A list whose rows are written one by one, so that it keeps where it was pushed to.
pub(crate) struct Rows<T: Clone + PartialEq + 'static>(Rc<VecModel<T>>);

impl<T: Clone + PartialEq + 'static> Default for Rows<T> {
    fn default() -> Rows<T> {
        Rows(Rc::new(VecModel::default()))
    }
}

impl<T: Clone + PartialEq + 'static> Rows<T> {
    /// The list as Slint draws it.
    pub(crate) fn model(&self) -> ModelRc<T> {
        self.0.clone().into()
    }

    /// Shows these rows from now on.
    pub(crate) fn show(&self, rows: Vec<T>) {
        let common = rows.len().min(self.0.row_count());
        while self.0.row_count() > rows.len() {
            self.0.remove(self.0.row_count() - 1);
        }
        for (at, row) in rows.into_iter().enumerate() {
            if at >= common {
                self.0.push(row);
            } else if self.0.row_data(at).as_ref() != Some(&row) {
                self.0.set_row_data(at, row);
            }
        }
    }
}

/// The tiles: worked out only when they are drawn, however many there are.
pub(crate) struct Tiles {
    till: Weak<RefCell<Till>>,
    shown: RefCell<Vec<Shown>>,
    edition: Cell<u64>,
    asked: RefCell<Vec<(usize, Tile)>>,
    notify: ModelNotify,
    /// The pictures of the tiles that were drawn just now, which whoever is told of it has read.
    seen: RefCell<Vec<PictureId>>,
    tell: RefCell<Option<Tell>>,
}

/// What is told that tiles with pictures were drawn, once they are.
pub(crate) type Tell = Rc<dyn Fn()>;

impl Tiles {
    pub(crate) fn of(till: &Rc<RefCell<Till>>) -> Rc<Tiles> {
        Rc::new(Tiles {
            till: Rc::downgrade(till),
            shown: RefCell::default(),
            edition: Cell::new(u64::MAX),
            asked: RefCell::default(),
            notify: ModelNotify::default(),
            seen: RefCell::default(),
            tell: RefCell::default(),
        })
    }

    /// Whom to tell that tiles with pictures were drawn.
    pub(crate) fn tell(&self, whom: Tell) {
        *self.tell.borrow_mut() = Some(whom);
    }

    /// The pictures of the tiles that were drawn since this was asked.
    pub(crate) fn seen(&self) -> Vec<PictureId> {
        std::mem::take(&mut *self.seen.borrow_mut())
    }

    /// Notes that a tile with a picture is drawn. A model may change nothing while it is read, so it is told of later.
    fn see(&self, picture: PictureId) {
        let mut seen = self.seen.borrow_mut();
        if seen.is_empty()
            && let Some(tell) = self.tell.borrow().clone()
        {
            Timer::single_shot(Duration::ZERO, move || tell());
        }
        seen.push(picture);
    }

    /// Draws the tiles anew that are others, or say something else.
    pub(crate) fn show(&self, till: &Till) {
        let shelf = &till.sale.shelf;
        // In another language or light every tile says or looks otherwise.
        let edition = (shelf.edition() << 2)
            | (u64::from(till.look().dark) << 1)
            | u64::from(till.language() == comptoir_fiscal::language::Language::English);
        if edition != self.edition.get() {
            self.edition.set(edition);
            self.asked.borrow_mut().clear();
            *self.shown.borrow_mut() = shelf.shown().to_vec();
            return self.notify.reset();
        }
        let mut changed = Vec::new();
        for (at, known) in self.asked.borrow_mut().iter_mut() {
            let Some(shown) = self.shown.borrow().get(*at).copied() else { continue };
            let now = view::tile(till, shown);
            if now != *known {
                *known = now;
                changed.push(*at);
            }
        }
        for at in changed {
            self.notify.row_changed(at);
        }
    }
}

/// How many of the tiles that were drawn are looked at again at each change; those that were drawn longest ago are far
/// off the screen.
const REMEMBERED: usize = 240;

/// The pictures of all these tiles are kept, so that none of them goes while its tile is in sight.
const _: () = assert!(REMEMBERED < pictures::KEPT);

impl Model for Tiles {
    type Data = Tile;

    fn row_count(&self) -> usize {
        self.shown.borrow().len()
    }

    fn row_data(&self, at: usize) -> Option<Tile> {
        let shown = self.shown.borrow().get(at).copied()?;
        let mut asked = self.asked.borrow_mut();
        if let Some((_, known)) = asked.iter().find(|(known, _)| *known == at) {
            return Some(known.clone());
        }
        let till = self.till.upgrade()?;
        let till = till.try_borrow().ok()?;
        let tile = view::tile(&till, shown);
        if let Some(picture) = view::picture_of(&till, shown) {
            self.see(picture);
        }
        if asked.len() >= REMEMBERED {
            asked.remove(0);
        }
        asked.push((at, tile.clone()));
        Some(tile)
    }

    fn model_tracker(&self) -> &dyn ModelTracker {
        &self.notify
    }
}
