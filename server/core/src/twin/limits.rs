//! Limits of a twin section (spec §7.3). They hold for the result of a write, not for the patch.

use serde_json::{Number, Value};

use super::Object;

/// Largest tags section, counted as spec §7.3 says.
pub const MAX_TAGS: usize = 8 * 1024;
/// Largest desired or reported section.
pub const MAX_PROPERTIES: usize = 32 * 1024;
/// Longest key, in UTF-8 bytes.
pub const MAX_KEY: usize = 1024;
/// Longest string value, in UTF-8 bytes.
pub const MAX_STRING: usize = 4096;
/// Deepest level of objects; a scalar may sit in the last one.
pub const MAX_DEPTH: usize = 10;
/// Smallest integer.
pub const MIN_INTEGER: i64 = -4_503_599_627_370_496;
/// Largest integer.
pub const MAX_INTEGER: i64 = 4_503_599_627_370_495;

/// Why a twin write is refused.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TwinError {
    /// The section is not a JSON object.
    #[error("{0} must be a JSON object")]
    NotAnObject(&'static str),
    /// A key breaks the rules.
    #[error("{section}: key {key:?} may not contain control characters, '.', '$', '#' or spaces")]
    Key {
        /// Which section.
        section: &'static str,
        /// The key.
        key: String,
    },
    /// A key is too long.
    #[error("{0}: a key is longer than 1 KB")]
    KeyTooLong(&'static str),
    /// A string is too long.
    #[error("{section}: the value of {key:?} is longer than 4 KB")]
    StringTooLong {
        /// Which section.
        section: &'static str,
        /// Its key.
        key: String,
    },
    /// Objects are nested too deep.
    #[error("{0}: twin value exceeds depth 10")]
    TooDeep(&'static str),
    /// An integer is out of range.
    #[error("{section}: {number} is outside -4503599627370496 to 4503599627370495")]
    Integer {
        /// Which section.
        section: &'static str,
        /// The number.
        number: String,
    },
    /// A null stands inside an array.
    #[error("{0}: null is not allowed inside an array")]
    NullInArray(&'static str),
    /// The section is too large.
    #[error("{section}: {size} bytes are more than the {limit} allowed")]
    TooLarge {
        /// Which section.
        section: &'static str,
        /// Its size.
        size: usize,
        /// The bound.
        limit: usize,
    },
    /// The device demanded another reported version.
    #[error("reported: version {expected} was demanded, the current one is {current}")]
    VersionMismatch {
        /// The demand.
        expected: u64,
        /// The truth.
        current: u64,
    },
}

/// Checks keys, values, depth and size of a whole section.
pub fn check_section(
    section: &'static str,
    object: &Object,
    limit: usize,
) -> Result<(), TwinError> {
    let size = check_object(section, object, 0)?;
    if size > limit {
        return Err(TwinError::TooLarge {
            section,
            size,
            limit,
        });
    }
    Ok(())
}

fn check_object(section: &'static str, object: &Object, depth: usize) -> Result<usize, TwinError> {
    if depth > MAX_DEPTH {
        return Err(TwinError::TooDeep(section));
    }
    let mut size = 0;
    for (key, value) in object {
        check_key(section, key)?;
        size += key.len() + check_value(section, key, value, depth)?;
    }
    Ok(size)
}

fn check_key(section: &'static str, key: &str) -> Result<(), TwinError> {
    if key.len() > MAX_KEY {
        return Err(TwinError::KeyTooLong(section));
    }
    if key.chars().any(|c| c.is_control() || ".$# ".contains(c)) {
        return Err(TwinError::Key {
            section,
            key: key.to_owned(),
        });
    }
    Ok(())
}

fn check_value(
    section: &'static str,
    key: &str,
    value: &Value,
    depth: usize,
) -> Result<usize, TwinError> {
    match value {
        Value::Null => Ok(0),
        Value::Bool(_) => Ok(4),
        Value::Number(number) => check_number(section, number),
        Value::String(text) if text.len() > MAX_STRING => Err(TwinError::StringTooLong {
            section,
            key: key.to_owned(),
        }),
        Value::String(text) => Ok(text
            .chars()
            .filter(|c| !c.is_control())
            .map(char::len_utf8)
            .sum()),
        Value::Array(items) => items.iter().try_fold(0, |size, item| {
            if item.is_null() {
                return Err(TwinError::NullInArray(section));
            }
            Ok(size + check_value(section, key, item, depth)?)
        }),
        Value::Object(object) => check_object(section, object, depth + 1),
    }
}

fn check_number(section: &'static str, number: &Number) -> Result<usize, TwinError> {
    let in_range = match (number.as_i64(), number.as_u64()) {
        (Some(n), _) => (MIN_INTEGER..=MAX_INTEGER).contains(&n),
        (None, Some(_)) => false,
        (None, None) => true,
    };
    if in_range {
        return Ok(8);
    }
    Err(TwinError::Integer {
        section,
        number: number.to_string(),
    })
}
