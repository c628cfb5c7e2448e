//! A barcode scanner that types like a keyboard, told from a person by its speed.

use std::time::Duration;

/// The least that a scanner sends.
const FEWEST: usize = 4;
/// A scanner's keys come closer than this; a person's do not.
const FASTEST_PERSON: Duration = Duration::from_millis(45);
/// After so long a silence, what was typed before belongs to nothing.
const SILENCE: Duration = Duration::from_millis(400);

/// Keys as they come, until it shows whether a scanner typed them.
#[derive(Clone, Debug, Default)]
pub struct Wedge {
    typed: String,
    last: Duration,
    /// Where the one pause is that a scan may have: a slow frame holds up the key after it.
    pause: Option<usize>,
}

impl Wedge {
    /// Takes a key, by its text and the time at which it came on any clock that runs on; at the end of a burst, by Return
    /// or Tab, what was scanned.
    pub fn key(&mut self, text: &str, at: Duration) -> Option<String> {
        let gap = at.saturating_sub(self.last);
        if gap > SILENCE {
            self.forget();
        }
        if matches!(text, "\n" | "\r" | "\t") {
            let typed = std::mem::take(&mut self.typed);
            self.pause = None;
            return (typed.chars().count() >= FEWEST).then_some(typed);
        }
        let mut letters = text.chars();
        if let (Some(letter), None) = (letters.next(), letters.next())
            && (!letter.is_control() || letter == '\u{1d}')
        {
            if gap >= FASTEST_PERSON && !self.typed.is_empty() {
                self.take_a_pause();
            }
            self.typed.push(letter);
            self.last = at;
        }
        None
    }

    fn forget(&mut self) {
        self.typed.clear();
        self.pause = None;
    }

    /// A second pause shows that what came before the first was no part of a scan.
    fn take_a_pause(&mut self) {
        if let Some(place) = self.pause {
            self.typed.drain(..place);
        }
        self.pause = Some(self.typed.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn type_all(wedge: &mut Wedge, text: &str, from: u64, gap: u64) -> Option<String> {
        let mut at = from;
        for letter in text.chars() {
            assert_eq!(wedge.key(&letter.to_string(), Duration::from_millis(at)), None);
            at += gap;
        }
        wedge.key("\n", Duration::from_millis(at))
    }

    #[test]
    fn what_comes_fast_and_ends_in_return_is_a_scan() {
        let mut wedge = Wedge::default();
        assert_eq!(type_all(&mut wedge, "3017620422003", 1000, 5), Some("3017620422003".to_owned()));
        assert_eq!(type_all(&mut wedge, "3017620422003", 1070, 5), Some("3017620422003".to_owned()));
    }

    #[test]
    fn what_a_person_types_is_not() {
        assert_eq!(type_all(&mut Wedge::default(), "3017620422003", 1000, 120), None);
        assert_eq!(type_all(&mut Wedge::default(), "12", 1000, 5), None);
    }

    #[test]
    fn one_slow_frame_tears_no_code() {
        let mut wedge = Wedge::default();
        for (at, letter) in [0, 4, 8, 12, 160, 164, 168, 172].into_iter().zip("20034567".chars()) {
            assert_eq!(wedge.key(&letter.to_string(), Duration::from_millis(1000 + at)), None);
        }
        assert_eq!(wedge.key("\n", Duration::from_millis(1176)), Some("20034567".to_owned()));
    }

    #[test]
    fn a_name_that_came_fast_and_a_pin_after_it_are_no_scan() {
        let mut wedge = Wedge::default();
        for (place, letter) in (0_u64..).zip("Sample Extra".chars()) {
            assert_eq!(wedge.key(&letter.to_string(), Duration::from_millis(1000 + place)), None);
        }
        assert_eq!(type_all(&mut wedge, "4937", 1300, 60), None);
    }

    #[test]
    fn a_scan_may_end_in_a_tab() {
        let mut wedge = Wedge::default();
        for (place, letter) in (0_u64..).zip("3017620422003".chars()) {
            assert_eq!(wedge.key(&letter.to_string(), Duration::from_millis(1000 + 5 * place)), None);
        }
        assert_eq!(wedge.key("\t", Duration::from_millis(1070)), Some("3017620422003".to_owned()));
    }

    #[test]
    fn what_a_person_types_before_a_scan_is_no_part_of_it_however_soon_it_follows() {
        let mut wedge = Wedge::default();
        for (at, letter) in [(100, "p"), (250, "a"), (400, "i"), (550, "n")] {
            assert_eq!(wedge.key(letter, Duration::from_millis(at)), None);
        }
        assert_eq!(type_all(&mut wedge, "3017620422003", 960, 5), Some("3017620422003".to_owned()));
    }

    #[test]
    fn letters_typed_before_a_scan_are_no_part_of_it() {
        let mut wedge = Wedge::default();
        assert_eq!(wedge.key("p", Duration::from_millis(100)), None);
        assert_eq!(type_all(&mut wedge, "3017620422003", 900, 5), Some("3017620422003".to_owned()));
    }
}
