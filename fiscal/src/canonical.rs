//! The canonical form of a JSON text: RFC 8785 (JCS), narrowed as `journal-format.md` ("Values") says.
//!
//! Sealed structures declare their fields in the order of their names, so that serialising them once gives the
//! canonical bytes; [`check`] then proves it, for what is sealed as for what is verified.

use serde::Serialize;

/// How deep objects and lists may lie in each other before a reader gives up on them.
pub const DEPTH_MAX: u32 = 64;

/// The largest integer that a sealed text may hold, and the opposite of the smallest: 2^53-1.
pub const INTEGER_MAX: i64 = (1 << 53) - 1;

/// Where and why a text is not its own canonical form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("byte {offset}: {fault}")]
pub struct NotCanonical {
    /// Offset in bytes from the start of the text.
    pub offset: usize,
    /// What is wrong there.
    pub fault: Fault,
}

/// What can keep a text from being canonical.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "each says it in its message")]
pub enum Fault {
    #[error("not UTF-8")]
    Utf8,
    #[error("not JSON, or a space between its parts")]
    Syntax,
    #[error("a key that is not plain ASCII")]
    Key,
    #[error("keys that are not in ascending order, or one that comes twice")]
    KeyOrder,
    #[error("a character written in another way than the canonical one")]
    Escape,
    #[error("a number that is not an integer in its shortest form, within 2^53-1")]
    Number,
    #[error("null, which is never written")]
    Null,
    #[error("more than {DEPTH_MAX} objects and lists in each other")]
    Depth,
    #[error("something after the end")]
    Trailing,
}

/// Says whether `text` is exactly its own canonical form.
pub fn check(text: &[u8]) -> Result<(), NotCanonical> {
    if let Err(fault) = std::str::from_utf8(text) {
        return Err(NotCanonical { offset: fault.valid_up_to(), fault: Fault::Utf8 });
    }
    let mut reader = Reader { text, at: 0 };
    reader.value(0)?;
    if reader.at == text.len() { Ok(()) } else { Err(reader.fault(Fault::Trailing)) }
}

/// A value that could not be written canonically.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// It has no JSON form.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// It holds what the journal never does, such as an integer beyond 2^53-1.
    #[error("not a value that a journal can hold: {0}")]
    NotCanonical(#[from] NotCanonical),
}

/// What most entries are shorter than, so that writing one seldom moves it in memory.
const BYTES_USUAL: usize = 4096;

/// The canonical bytes of `value`, proved to be so.
pub fn to_bytes(value: &impl Serialize) -> Result<Vec<u8>, WriteError> {
    let mut bytes = Vec::with_capacity(BYTES_USUAL);
    serde_json::to_writer(&mut bytes, value)?;
    check(&bytes)?;
    Ok(bytes)
}

/// The bytes that stand for themselves within a string.
const PLAIN: [bool; 256] = {
    let mut plain = [true; 256];
    let mut control = 0;
    while control < 0x20 {
        plain[control] = false;
        control += 1;
    }
    plain[b'"' as usize] = false;
    plain[b'\\' as usize] = false;
    plain
};

struct Reader<'t> {
    text: &'t [u8],
    at: usize,
}

impl<'t> Reader<'t> {
    fn fault(&self, fault: Fault) -> NotCanonical {
        NotCanonical { offset: self.at, fault }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn expect(&mut self, literal: &[u8]) -> Result<(), NotCanonical> {
        if self.text[self.at..].starts_with(literal) {
            self.at += literal.len();
            Ok(())
        } else {
            Err(self.fault(Fault::Syntax))
        }
    }

    fn value(&mut self, depth: u32) -> Result<(), NotCanonical> {
        match self.peek() {
            Some(b'{') => self.object(depth + 1),
            Some(b'[') => self.list(depth + 1),
            Some(b'"') => self.string().map(|_| ()),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.expect(b"true"),
            Some(b'f') => self.expect(b"false"),
            Some(b'n') => Err(self.fault(Fault::Null)),
            _ => Err(self.fault(Fault::Syntax)),
        }
    }

    fn object(&mut self, depth: u32) -> Result<(), NotCanonical> {
        if depth > DEPTH_MAX {
            return Err(self.fault(Fault::Depth));
        }
        self.at += 1;
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(());
        }
        let mut before: Option<&'t [u8]> = None;
        loop {
            let start = self.at;
            let key = self.string()?;
            if !key.iter().all(|c| c.is_ascii() && PLAIN[usize::from(*c)]) {
                return Err(NotCanonical { offset: start, fault: Fault::Key });
            }
            if before.is_some_and(|before| before >= key) {
                return Err(NotCanonical { offset: start, fault: Fault::KeyOrder });
            }
            before = Some(key);
            self.expect(b":")?;
            self.value(depth)?;
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => break self.at += 1,
                _ => return Err(self.fault(Fault::Syntax)),
            }
        }
        Ok(())
    }

    fn list(&mut self, depth: u32) -> Result<(), NotCanonical> {
        if depth > DEPTH_MAX {
            return Err(self.fault(Fault::Depth));
        }
        self.at += 1;
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.value(depth)?;
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => break self.at += 1,
                _ => return Err(self.fault(Fault::Syntax)),
            }
        }
        Ok(())
    }

    /// Reads a string and returns what lies between its quotes, escapes as written.
    fn string(&mut self) -> Result<&'t [u8], NotCanonical> {
        self.expect(b"\"")?;
        let start = self.at;
        loop {
            let rest = &self.text[self.at..];
            self.at += rest.iter().position(|c| !PLAIN[usize::from(*c)]).unwrap_or(rest.len());
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => self.escape()?,
                Some(_) => return Err(self.fault(Fault::Escape)),
                None => return Err(self.fault(Fault::Syntax)),
            }
        }
        let inside = &self.text[start..self.at];
        self.at += 1;
        Ok(inside)
    }

    /// Only quotes, backslashes and control characters are escaped, each in one way (RFC 8785, 3.2.2.2).
    fn escape(&mut self) -> Result<(), NotCanonical> {
        let rest = &self.text[self.at + 1..];
        let length = match rest {
            [b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't', ..] => 2,
            [b'u', b'0', b'0', high @ (b'0' | b'1'), low, ..] => {
                let short = *high == b'0' && matches!(low, b'8' | b'9' | b'a' | b'c' | b'd');
                let hex = matches!(low, b'0'..=b'9' | b'a'..=b'f');
                if short || !hex {
                    return Err(self.fault(Fault::Escape));
                }
                6
            }
            _ => return Err(self.fault(Fault::Escape)),
        };
        self.at += length;
        Ok(())
    }

    fn number(&mut self) -> Result<(), NotCanonical> {
        let rest = &self.text[self.at..];
        let sign = usize::from(rest.first() == Some(&b'-'));
        let digits = rest[sign..].iter().take_while(|c| c.is_ascii_digit()).count();
        let (end, number) = (sign + digits, &rest[sign..sign + digits]);
        let shortest = number.first().is_some_and(|first| *first != b'0') || (number == b"0" && sign == 0);
        let goes_on = matches!(rest.get(end), Some(b'-' | b'+' | b'.' | b'e' | b'E'));
        if !shortest || goes_on || digits > DIGITS_MAX || value_of(number) > INTEGER_MAX.unsigned_abs() {
            return Err(self.fault(Fault::Number));
        }
        self.at += end;
        Ok(())
    }
}

/// How many digits [`INTEGER_MAX`] has.
const DIGITS_MAX: usize = 16;

/// What at most [`DIGITS_MAX`] digits stand for.
fn value_of(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |value, digit| value * 10 + u64::from(digit - b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    #[test]
    fn only_the_one_canonical_writing_of_a_text_passes() {
        let right = [
            r#"{}"#,
            r#"[]"#,
            r#"{"a":1,"b":[true,false,{"c":"é€\n\u001f\"\\"}],"c":-9007199254740991}"#,
            "\"\u{7f}\u{2028}☕\"",
        ];
        for text in right {
            assert_eq!(check(text.as_bytes()), Ok(()), "{text}");
        }
        let wrong = [
            (r#"{"a": 1}"#, Fault::Syntax),
            (r#"{"b":1,"a":1}"#, Fault::KeyOrder),
            (r#"{"a":1,"a":1}"#, Fault::KeyOrder),
            (r#"{"é":1}"#, Fault::Key),
            (r#"{"a\n":1}"#, Fault::Key),
            (r#"1.0"#, Fault::Number),
            (r#"01"#, Fault::Number),
            (r#"-0"#, Fault::Number),
            (r#"-"#, Fault::Number),
            (r#"-01"#, Fault::Number),
            (r#"1-"#, Fault::Number),
            (r#"-9007199254740992"#, Fault::Number),
            (r#"10000000000000000"#, Fault::Number),
            (r#"99999999999999999999999999"#, Fault::Number),
            (r#"1e3"#, Fault::Number),
            (r#"9007199254740992"#, Fault::Number),
            (r#"null"#, Fault::Null),
            (r#""\/""#, Fault::Escape),
            (r#""\u00e9""#, Fault::Escape),
            (r#""\u000a""#, Fault::Escape),
            (r#""\u001F""#, Fault::Escape),
            (r#""\ud83d\ude00""#, Fault::Escape),
            ("\"\t\"", Fault::Escape),
            (r#"1 "#, Fault::Trailing),
            (r#""open"#, Fault::Syntax),
            (r#""open\"#, Fault::Escape),
            (r#"{"a":1,}"#, Fault::Syntax),
            ("", Fault::Syntax),
        ];
        for (text, fault) in wrong {
            assert_eq!(check(text.as_bytes()).map_err(|e| e.fault), Err(fault), "{text}");
        }
        assert_eq!(check(b"\"\xff\"").map_err(|e| e.fault), Err(Fault::Utf8));
        assert_eq!(check("[".repeat(100_000).as_bytes()).map_err(|e| e.fault), Err(Fault::Depth));
    }

    #[test]
    fn free_values_are_written_with_their_keys_in_order_however_they_were_given() {
        let value: Value = serde_json::from_str(r#"{"b":{"z":1,"a":"\u0007"},"a":[1]}"#).unwrap();
        assert_eq!(to_bytes(&value).unwrap(), br#"{"a":[1],"b":{"a":"\u0007","z":1}}"#);
    }

    proptest! {
        #[test]
        fn any_text_that_is_written_passes_the_check(text in ".*", number in -INTEGER_MAX..=INTEGER_MAX) {
            let bytes = to_bytes(&serde_json::json!({"text": text, "number": number})).unwrap();
            let back: Value = serde_json::from_slice(&bytes).unwrap();
            prop_assert_eq!(&back["text"], &Value::from(text));
        }

        #[test]
        fn whatever_passes_the_check_is_json_and_is_written_back_the_same(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            if check(&bytes).is_ok() {
                let value: Value = serde_json::from_slice(&bytes).unwrap();
                prop_assert_eq!(serde_json::to_vec(&value).unwrap(), bytes);
            }
        }
    }
}
