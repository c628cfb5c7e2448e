//! What a statement is given: the four types that both databases have in common.

use super::StoreError;

/// A value for a place `$n` of a statement. Money, times, dates and flags are integers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "plain words")]
pub enum Value {
    Null,
    Integer(i64),
    Text(String),
    Blob(Vec<u8>),
}

impl Value {
    /// Refuses what only one of the databases could keep: a text with a zero byte.
    pub(super) fn check(values: &[Value]) -> Result<(), StoreError> {
        let bad = values.iter().position(|value| matches!(value, Value::Text(text) if text.contains('\0')));
        bad.map_or(Ok(()), |place| Err(StoreError::Value { why: format!("${} is a text with a zero byte", place + 1) }))
    }
}

macro_rules! value_from {
    ($($from:ty => $value:expr),* $(,)?) => {$(
        impl From<$from> for Value {
            fn from(value: $from) -> Value {
                $value(value)
            }
        }
    )*};
}
value_from! {
    i64 => Value::Integer,
    i32 => |number: i32| Value::Integer(number.into()),
    u32 => |number: u32| Value::Integer(number.into()),
    u16 => |number: u16| Value::Integer(number.into()),
    u8 => |number: u8| Value::Integer(number.into()),
    String => Value::Text,
    &str => |text: &str| Value::Text(text.to_owned()),
    Vec<u8> => Value::Blob,
    &[u8] => |bytes: &[u8]| Value::Blob(bytes.to_vec()),
}

impl<const N: usize> From<[u8; N]> for Value {
    fn from(bytes: [u8; N]) -> Value {
        Value::Blob(bytes.to_vec())
    }
}

impl<const N: usize> From<&[u8; N]> for Value {
    fn from(bytes: &[u8; N]) -> Value {
        Value::Blob(bytes.to_vec())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}

/// Both databases count up to `i64::MAX`; what is above is refused.
impl TryFrom<u64> for Value {
    type Error = StoreError;
    fn try_from(number: u64) -> Result<Value, StoreError> {
        let number = i64::try_from(number);
        number.map(Value::Integer).map_err(|_| StoreError::Value { why: "a number above 2^63 - 1".to_owned() })
    }
}
