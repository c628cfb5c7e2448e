//! What is wrong with a picture: words cut off, ink too near its ground, a target too small, a control without a name.

use comptoir_ui::generated::{AppWindow, Shell};
use i_slint_backend_testing::{AccessibleRole, ElementHandle, ElementQuery};
use slint::{Global, Rgba8Pixel, SharedPixelBuffer};

/// The least side of a target, in Slint's logical pixels.
const TARGET: f32 = 48.0;
/// The least contrast of drawn words to their ground. Tokens reach 4.5:1; the edges of thin letters are drawn lighter.
const CONTRAST: f64 = 3.5;
/// Where nothing differs more than this, no words are drawn: something lies over them, or they are scrolled away.
const NOTHING: f64 = 1.6;

/// Finds what is wrong with what a window shows.
pub(crate) fn faults(window: &AppWindow, pixels: &SharedPixelBuffer<Rgba8Pixel>) -> Vec<String> {
    let mut faults = Vec::new();
    let front = front(window);
    // A message lies over what is beneath it.
    let covered = !Shell::get(window).get_toast().is_empty();
    let elements = |query: ElementQuery| query.find_all().into_iter().filter(|element| is_drawn(element, pixels));
    for control in elements(query(window, front.as_ref()).match_predicate(is_control)) {
        let (label, size) = (control.accessible_label().unwrap_or_default(), control.size());
        if label.trim().is_empty() {
            faults.push(format!("a control without a name at {:?}", control.absolute_position()));
        }
        // Letters of a keyboard share the width of a phone, as on every phone.
        let least = if control.type_name().is_some_and(|name| name == "SignKey") { 32.0 } else { TARGET };
        if size.width < least || size.height < TARGET {
            faults.push(format!("“{label}” is {} × {}", size.width, size.height));
        }
    }
    for words in elements(query(window, front.as_ref()).match_inherits("Words")) {
        // Words that do not fit say so, with what they are.
        let cut = words.accessible_description().unwrap_or_default();
        if !cut.is_empty() {
            faults.push(format!("“{}” is cut off", cut.trim_start_matches('…')));
        }
        let label = words.accessible_label().unwrap_or_default();
        let contrast = contrast(&words, pixels);
        // Of no words nothing is drawn but what lies beside them.
        if !label.is_empty() && !covered && contrast > NOTHING && contrast < CONTRAST {
            faults.push(format!("“{label}” has a contrast of {contrast:.1}"));
        }
    }
    faults
}

/// What lies in front of all else: a panel, or the door.
fn front(window: &AppWindow) -> Option<ElementHandle> {
    let last = |name: &str| ElementQuery::from_root(window).match_inherits(name).find_all().pop();
    ["Panel", "WelcomeScreen", "DoorScreen"].into_iter().find_map(last)
}

fn query(window: &AppWindow, front: Option<&ElementHandle>) -> ElementQuery {
    front.map_or_else(|| ElementQuery::from_root(window), ElementHandle::query_descendants)
}

fn is_control(element: &ElementHandle) -> bool {
    matches!(
        element.accessible_role(),
        Some(AccessibleRole::Button | AccessibleRole::Switch | AccessibleRole::Checkbox)
    )
}

fn width(pixels: &SharedPixelBuffer<Rgba8Pixel>) -> f32 {
    #[allow(clippy::cast_precision_loss, reason = "a window is not that wide")]
    let width = pixels.width() as f32;
    width
}

/// Whether something of an element lies within the window.
fn is_drawn(element: &ElementHandle, pixels: &SharedPixelBuffer<Rgba8Pixel>) -> bool {
    let (at, size) = (element.absolute_position(), element.size());
    #[allow(clippy::cast_precision_loss, reason = "a window is not that high")]
    let height = pixels.height() as f32;
    element.computed_opacity() > 0.0
        && size.width > 0.0
        && size.height > 0.0
        && at.y + size.height > 0.0
        && at.y < height
        && at.x + size.width > 0.0
        && at.x < width(pixels)
}

/// How much the ink of words differs from their ground, as they are drawn. What the window's edge cuts, because the page goes on
/// there, has half its letters: it says nothing of the ink.
fn contrast(words: &ElementHandle, pixels: &SharedPixelBuffer<Rgba8Pixel>) -> f64 {
    let (at, size) = (words.absolute_position(), words.size());
    let bottom_edge = f32::from(u16::try_from(pixels.height()).unwrap_or(u16::MAX));
    if at.y < 0.0 || at.y + size.height > bottom_edge {
        return 1.0;
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the window")]
    let place = |value: f32, most: u32| value.clamp(0.0, f32::from(u16::try_from(most).unwrap_or(u16::MAX))) as usize;
    let (left, right) = (place(at.x, pixels.width()), place(at.x + size.width, pixels.width()));
    let (top, bottom) = (place(at.y, pixels.height()), place(at.y + size.height, pixels.height()));
    let across = usize::try_from(pixels.width()).unwrap_or_default();
    let area = (top..bottom).flat_map(|y| pixels.as_slice()[y * across + left..y * across + right].iter());
    let mut shades: Vec<f64> = area.map(|pixel| luminance(*pixel)).collect();
    if shades.is_empty() {
        return 1.0;
    }
    shades.sort_by(f64::total_cmp);
    // Letters cover less than half of their box; a few stray dots at the ends are not theirs.
    let (ground, stray) = (shades[shades.len() / 2], (shades.len() / 200).min(4));
    let ratio = |a: f64, b: f64| (a.max(b) + 0.05) / (a.min(b) + 0.05);
    ratio(ground, shades[stray]).max(ratio(ground, shades[shades.len() - 1 - stray]))
}

/// By the formula of WCAG 2.2.
fn luminance(pixel: Rgba8Pixel) -> f64 {
    let part = |value: u8| {
        let value = f64::from(value) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(pixel.r) + 0.7152 * part(pixel.g) + 0.0722 * part(pixel.b)
}
