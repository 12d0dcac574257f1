//! Query strings of addresses, the same on server and browser.

use crate::routes::encode;

/// Longest query string that is read, in bytes; the rest is ignored.
const MAX_QUERY: usize = 32 * 1024;

/// The pairs of a query string, without its question mark, decoded. What is badly encoded reads as it stands.
pub fn pairs(query: &str) -> Vec<(String, String)> {
    let query = query.strip_prefix('?').unwrap_or(query);
    of_form(query.get(..MAX_QUERY.min(query.len())).unwrap_or_default())
}

/// The pairs of a posted form, decoded. Whoever reads the body bounds it.
pub fn of_form(body: &str) -> Vec<(String, String)> {
    body.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
        .collect()
}

/// A query string with its question mark from the pairs that have a value; empty when none has.
pub fn of_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut text = String::new();
    for (name, value) in pairs.into_iter().filter(|(_, value)| !value.is_empty()) {
        text.push(if text.is_empty() { '?' } else { '&' });
        text.push_str(&encode(name));
        text.push('=');
        text.push_str(&encode(value));
    }
    text
}

/// The path of an address and its query string, without the question mark.
pub fn split(address: &str) -> (&str, &str) {
    address.split_once('?').unwrap_or((address, ""))
}

fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = (bytes[at] == b'%')
            .then(|| text.get(at + 1..at + 3))
            .flatten()
            .filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()))
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (hex, bytes[at]) {
            (Some(byte), _) => {
                out.push(byte);
                at += 2;
            }
            (None, b'+') => out.push(b' '),
            (None, byte) => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn forms_of_browsers_are_read() {
        let check = |query: &str, want: &[(&str, &str)]| {
            let found = pairs(query);
            let found: Vec<_> = found
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect();
            assert_eq!(found, want, "{query}");
        };
        check("", &[]);
        check("?a=1&b", &[("a", "1"), ("b", "")]);
        check(
            "filter=contact+%3D+%27silent%27",
            &[("filter", "contact = 'silent'")],
        );
        check("a=1%2&b=%zz&c=%", &[("a", "1%2"), ("b", "%zz"), ("c", "%")]);
        check("a=%ff", &[("a", "\u{fffd}")]);
    }

    proptest! {
        #[test]
        fn writing_and_reading_are_inverse(name in "[a-z]{1,8}", value in ".{1,40}") {
            let text = of_pairs([(name.as_str(), value.as_str()), ("empty", "")]);
            prop_assert_eq!(pairs(&text), vec![(name, value)]);
        }

        #[test]
        fn nothing_makes_reading_panic(query in ".{0,80}") {
            let _ = pairs(&query);
        }
    }
}
