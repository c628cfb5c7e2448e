//! A barcode scanner that types like a keyboard, told from a person by its speed.

use std::time::Duration;

/// The least that a scanner sends.
const FEWEST: usize = 4;
/// The mean time between two keys of a scanner is less than this; a person's is not, over so many keys.
const FASTEST_PERSON: Duration = Duration::from_millis(45);
/// After so long a silence, what was typed before belongs to nothing.
const SILENCE: Duration = Duration::from_millis(400);

/// Keys as they come, until it shows whether a scanner typed them.
#[derive(Clone, Debug, Default)]
pub struct Wedge {
    typed: String,
    first: Duration,
    last: Duration,
}

impl Wedge {
    /// Takes a key, by its text and the time at which it came on any clock that runs on; at the end of a burst, what was
    /// scanned. It is judged as a whole by its mean speed, so that one slow frame between two keys tears no code.
    pub fn key(&mut self, text: &str, at: Duration) -> Option<String> {
        if at.saturating_sub(self.last) > SILENCE {
            self.typed.clear();
        }
        if text == "\n" || text == "\r" {
            let typed = std::mem::take(&mut self.typed);
            let count = typed.chars().count();
            let spent = self.last.saturating_sub(self.first);
            let gaps = u32::try_from(count.saturating_sub(1)).unwrap_or(u32::MAX).max(1);
            return (count >= FEWEST && spent / gaps < FASTEST_PERSON).then_some(typed);
        }
        let mut letters = text.chars();
        if let (Some(letter), None) = (letters.next(), letters.next())
            && (!letter.is_control() || letter == '\u{1d}')
        {
            if self.typed.is_empty() {
                self.first = at;
            }
            self.typed.push(letter);
            self.last = at;
        }
        None
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
    fn letters_typed_before_a_scan_are_no_part_of_it() {
        let mut wedge = Wedge::default();
        assert_eq!(wedge.key("p", Duration::from_millis(100)), None);
        assert_eq!(type_all(&mut wedge, "3017620422003", 900, 5), Some("3017620422003".to_owned()));
    }
}
