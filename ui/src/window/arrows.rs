//! The arrow keys: from the control that has the keys to the nearest one in their direction, so that a grid or a list is gone
//! through as it stands. A field keeps them for its letters.

use i_slint_core::item_tree::{ItemRc, ParentItemTraversalMode};
use i_slint_core::items::{FocusReason, FocusScope, TextInput};
use i_slint_core::lengths::LogicalPoint;
use i_slint_core::window::WindowInner;
use slint::platform::Key;
use slint::{ComponentHandle, SharedString};

use super::Screens;

/// More items than any screen has: whoever walks the tree comes to an end.
const MOST: usize = 20_000;
/// How much more it counts to stand aside than to be far.
const ASIDE: f32 = 3.0;

/// Where an arrow points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arrow {
    Left,
    Right,
    Up,
    Down,
}

impl Arrow {
    pub(super) fn of(text: &str) -> Option<Arrow> {
        let is = |key: Key| text == SharedString::from(key).as_str();
        [
            (Key::LeftArrow, Arrow::Left),
            (Key::RightArrow, Arrow::Right),
            (Key::UpArrow, Arrow::Up),
            (Key::DownArrow, Arrow::Down),
        ]
        .into_iter()
        .find_map(|(key, arrow)| is(key).then_some(arrow))
    }
}

/// Where something stands in the window.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Place {
    left: f32,
    top: f32,
    right: f32,
    bottom: f32,
}

impl Place {
    fn of(item: &ItemRc) -> Place {
        let (at, size) = (item.map_to_window(LogicalPoint::default()), item.geometry().size);
        Place { left: at.x, top: at.y, right: at.x + size.width, bottom: at.y + size.height }
    }

    /// How far it is from here in a direction, as far as that leads there at all.
    fn towards(self, other: Place, arrow: Arrow) -> Option<f32> {
        let apart =
            |low: f32, high: f32, other_low: f32, other_high: f32| (other_low - high).max(low - other_high).max(0.0);
        let aside_x = apart(self.left, self.right, other.left, other.right);
        let aside_y = apart(self.top, self.bottom, other.top, other.bottom);
        let (ahead, aside) = match arrow {
            Arrow::Right => (other.left - self.right, aside_y),
            Arrow::Left => (self.left - other.right, aside_y),
            Arrow::Down => (other.top - self.bottom, aside_x),
            Arrow::Up => (self.top - other.bottom, aside_x),
        };
        // Rings and borders may overlap by a hair.
        (ahead > -4.0).then_some(ahead.max(0.0) + aside * ASIDE)
    }
}

impl Screens {
    /// Whether a control has the keys, which Return presses.
    pub(super) fn a_control_has_the_keys(&self) -> bool {
        let inner = WindowInner::from_pub(self.window.window());
        inner.focus_item.borrow().upgrade().is_some_and(|item| is_control(&item))
    }

    /// Gives the keys to the nearest control in a direction, or to the first where none has them; whether there was one.
    pub(super) fn arrow(&self, arrow: Arrow) -> bool {
        let inner = WindowInner::from_pub(self.window.window());
        let Some(here) = inner.focus_item.borrow().upgrade() else { return false };
        let is_control = is_control(&here);
        let front = if is_control { front_of(&here) } else { Some(here.clone()) };
        let place = Place::of(&here);
        let mut best: Option<(f32, ItemRc)> = None;
        let mut item = here.next_focus_item();
        for _ in 0..MOST {
            if item == here {
                break;
            }
            if self::is_control(&item) && item.is_visible() && front_of(&item) == front {
                if !is_control {
                    best = Some((0.0, item));
                    break;
                }
                let distance = place.towards(Place::of(&item), arrow);
                if let Some(distance) =
                    distance.filter(|distance| best.as_ref().is_none_or(|(least, _)| distance < least))
                {
                    best = Some((distance, item.clone()));
                }
            }
            item = item.next_focus_item();
        }
        let Some((_, item)) = best else { return false };
        inner.set_focus_item(&item, true, FocusReason::TabNavigation);
        true
    }
}

/// Whether it is something that a person uses, rather than what holds such things.
fn is_control(item: &ItemRc) -> bool {
    if let Some(field) = item.downcast::<TextInput>() {
        return field.as_pin_ref().enabled();
    }
    item.downcast::<FocusScope>().is_some_and(|scope| scope.as_pin_ref().enabled())
        && item.first_child().is_none()
        && item.geometry().size.width > 1.0
}

/// What holds the keys for all that stands in front with it.
fn front_of(item: &ItemRc) -> Option<ItemRc> {
    let mut above = item.parent_item(ParentItemTraversalMode::StopAtPopups);
    while let Some(item) = above {
        if item.downcast::<FocusScope>().is_some() {
            return Some(item);
        }
        above = item.parent_item(ParentItemTraversalMode::StopAtPopups);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tile(column: u8, row: u8) -> Place {
        let (left, top) = (f32::from(column) * 110.0, f32::from(row) * 90.0);
        Place { left, top, right: left + 100.0, bottom: top + 80.0 }
    }

    #[test]
    fn an_arrow_leads_to_the_nearest_in_its_direction_and_rather_straight_than_aside() {
        let here = tile(1, 1);
        let nearest = |arrow| {
            let tiles = (0..9_u8).map(|at| (at % 3, at / 3)).filter(|at| *at != (1, 1));
            tiles
                .filter_map(|(column, row)| Some((here.towards(tile(column, row), arrow)?, (column, row))))
                .min_by(|one, other| one.0.total_cmp(&other.0))
                .map(|(_, at)| at)
        };
        assert_eq!(nearest(Arrow::Left), Some((0, 1)));
        assert_eq!(nearest(Arrow::Right), Some((2, 1)));
        assert_eq!(nearest(Arrow::Up), Some((1, 0)));
        assert_eq!(nearest(Arrow::Down), Some((1, 2)));
    }

    #[test]
    fn an_arrow_leads_nowhere_where_nothing_stands_in_its_direction() {
        assert_eq!(tile(0, 0).towards(tile(1, 0), Arrow::Left), None);
        assert_eq!(tile(0, 0).towards(tile(0, 1), Arrow::Up), None);
    }

    #[test]
    fn only_arrows_are_arrows() {
        assert_eq!(Arrow::of(SharedString::from(Key::UpArrow).as_str()), Some(Arrow::Up));
        assert_eq!(Arrow::of("a"), None);
    }
}
