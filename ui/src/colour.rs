//! Colours computed for contrast, by the formula of WCAG 2.2 (1.4.3).

use slint::Color;

/// The colours of articles whose category has none: blue, green, brick, violet, ochre, plum, slate, teal.
const OWN: [u32; 8] = [0x0b5fa5, 0x0f6b4f, 0xa63c06, 0x6b3fa0, 0x8a5a00, 0x9b2458, 0x44546a, 0x00687a];
/// Against the ink on it.
const ENOUGH: f64 = 5.5;

/// A ground and the ink that is read on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ground {
    /// The ground.
    pub colour: u32,
    /// The ink.
    pub ink: u32,
}

/// The ground of a category: its own colour, darkened until white is read on it; on a dark screen lightened until a dark
/// ink is.
pub fn ground(written: Option<&str>, place: usize, dark: bool) -> Ground {
    let own = written.and_then(read).unwrap_or(OWN[place % OWN.len()]);
    let ink = if dark { 0x0d1117 } else { 0xff_ffff };
    let towards = if dark { 0xff_ffff } else { 0 };
    let steps = (0..=10).map(|step| mix(own, towards, f64::from(step) / 12.0));
    let colour = steps.clone().find(|colour| contrast(*colour, ink) >= ENOUGH).unwrap_or(towards);
    Ground { colour, ink }
}

/// How many colours are offered to a category.
pub const OFFERED: usize = OWN.len();

/// An offered colour, as a category writes it.
pub fn written(place: usize) -> String {
    format!("#{:06x}", OWN[place % OWN.len()])
}

/// As Slint draws it.
pub fn drawn(colour: u32) -> Color {
    Color::from_argb_encoded(0xff00_0000 | colour)
}

/// How far two colours are apart: from 1 to 21.
pub fn contrast(one: u32, other: u32) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn luminance(colour: u32) -> f64 {
    let part = |shift: u32| {
        let level = f64::from((colour >> shift) & 0xff) / 255.0;
        if level <= 0.04045 { level / 12.92 } else { ((level + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(16) + 0.7152 * part(8) + 0.0722 * part(0)
}

fn mix(from: u32, to: u32, share: f64) -> u32 {
    let part = |shift: u32| {
        let (from, to) = (f64::from((from >> shift) & 0xff), f64::from((to >> shift) & 0xff));
        let level = (from + (to - from) * share).round().clamp(0.0, 255.0);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 255")]
        let level = level as u32;
        level << shift
    };
    part(16) | part(8) | part(0)
}

fn read(written: &str) -> Option<u32> {
    let digits = written.strip_prefix('#').filter(|digits| digits.len() == 6)?;
    u32::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn contrast_is_that_of_the_formula() {
        assert!((contrast(0xff_ffff, 0) - 21.0).abs() < 1e-9);
        assert!((contrast(0x0b5fa5, 0xff_ffff) - 6.6).abs() < 0.1);
    }

    proptest! {
        #[test]
        fn whatever_colour_a_category_has_is_read(colour in 0_u32..0x100_0000, dark: bool) {
            let ground = ground(Some(&format!("#{colour:06x}")), 0, dark);
            prop_assert!(contrast(ground.colour, ground.ink) >= ENOUGH);
        }
    }
}
