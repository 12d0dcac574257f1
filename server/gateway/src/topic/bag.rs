//! The property bag at the end of a topic (spec §2.8).

use muster_core::sas::percent_decode;

/// Most properties of one message.
const MAX_PROPERTIES: usize = 1000;

/// Why a property bag is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum BadBag {
    /// A broken percent escape, or bytes that are not UTF-8.
    #[error("the property bag is not percent-encoded UTF-8")]
    Encoding,
    /// More properties than a message may have.
    #[error("the property bag holds more than {MAX_PROPERTIES} properties")]
    TooMany,
}

/// Properties by name; `None` is null.
pub(crate) type Properties = Vec<(String, Option<String>)>;

/// Short keys of system properties and the names they are stored under.
const SYSTEM: [(&str, &str); 10] = [
    ("$.mid", "message-id"),
    ("$.cid", "correlation-id"),
    ("$.uid", "user-id"),
    ("$.to", "to"),
    ("$.ct", "content-type"),
    ("$.ce", "content-encoding"),
    ("$.on", "output-name"),
    ("$.exp", "absolute-expiry-time"),
    ("$.ifid", "iothub-interface-id"),
    ("$.sub", "dt-subject"),
];

/// Names that only the hub writes.
const STAMPED: [&str; 7] = [
    "iothub-connection-device-id",
    "iothub-connection-module-id",
    "iothub-connection-auth-generation-id",
    "iothub-connection-auth-method",
    "iothub-enqueuedtime",
    "iothub-message-source",
    "dt-dataschema",
];

/// Reads a bag. A key that comes twice keeps its last value; names that only the hub writes are left out.
pub(crate) fn parse(bag: &str) -> Result<Properties, BadBag> {
    let mut properties = Properties::new();
    for pair in bag.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = match pair.split_once('=') {
            Some((key, value)) => (key, Some(percent_decode(value).ok_or(BadBag::Encoding)?)),
            None => (pair, None),
        };
        let key = canonical(percent_decode(key).ok_or(BadBag::Encoding)?);
        if STAMPED.iter().any(|name| name.eq_ignore_ascii_case(&key)) {
            continue;
        }
        set(&mut properties, key, value);
        if properties.len() > MAX_PROPERTIES {
            return Err(BadBag::TooMany);
        }
    }
    Ok(properties)
}

/// Sets a property, replacing one of the same name.
pub(crate) fn set(properties: &mut Properties, key: String, value: Option<String>) {
    match properties.iter_mut().find(|(name, _)| *name == key) {
        Some((_, old)) => *old = value,
        None => properties.push((key, value)),
    }
}

/// Bytes of all names and values, as they count against the size of a message.
pub(crate) fn size(properties: &Properties) -> usize {
    let value = |value: &Option<String>| value.as_ref().map_or(0, String::len);
    properties.iter().map(|(k, v)| k.len() + value(v)).sum()
}

fn canonical(key: String) -> String {
    match SYSTEM.iter().find(|(short, _)| *short == key) {
        Some((_, name)) => (*name).to_owned(),
        None => key,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bag: &str, want: Result<&[(&str, Option<&str>)], BadBag>) {
        let want = want.map(|pairs| {
            let owned = |(k, v): &(&str, Option<&str>)| ((*k).to_owned(), v.map(str::to_owned));
            pairs.iter().map(owned).collect::<Properties>()
        });
        assert_eq!(parse(bag), want, "{bag}");
    }

    #[test]
    fn the_bag_of_the_python_sdk() {
        check(
            "%24.mid=id%201%2F2&%24.cid=c&%24.uid=u&%24.ct=application%2Fjson&%24.ce=utf-8&a%20b=c%26d%3D%2F%C3%BC",
            Ok(&[
                ("message-id", Some("id 1/2")),
                ("correlation-id", Some("c")),
                ("user-id", Some("u")),
                ("content-type", Some("application/json")),
                ("content-encoding", Some("utf-8")),
                ("a b", Some("c&d=/ü")),
            ]),
        );
    }

    #[test]
    fn raw_dollars_plus_signs_null_and_empty_values() {
        check("", Ok(&[]));
        check(
            "$.ct=text%2Fplain",
            Ok(&[("content-type", Some("text/plain"))]),
        );
        check("a+b=c+d", Ok(&[("a+b", Some("c+d"))]));
        check("alone&empty=", Ok(&[("alone", None), ("empty", Some(""))]));
        check("a=1=2", Ok(&[("a", Some("1=2"))]));
        check("&&a=1&", Ok(&[("a", Some("1"))]));
        check("a=1&b=2&a=3", Ok(&[("a", Some("3")), ("b", Some("2"))]));
        check("$.unknown=1", Ok(&[("$.unknown", Some("1"))]));
        check("a=%2", Err(BadBag::Encoding));
        check("a=%ff", Err(BadBag::Encoding));
        check("%zz=1", Err(BadBag::Encoding));
    }

    #[test]
    fn what_the_hub_stamps_cannot_be_sent() {
        check(
            "iothub-connection-device-id=other&x=1",
            Ok(&[("x", Some("1"))]),
        );
        check("IoTHub%2Dconnection-auth-method=x", Ok(&[]));
        check(
            "dt-dataschema=x&iothub-enqueuedtime=x&iothub-message-source",
            Ok(&[]),
        );
    }

    #[test]
    fn a_bag_has_a_bound() {
        let bag = |count: usize| (0..count).map(|n| format!("{n}&")).collect::<String>();
        assert_eq!(parse(&bag(1000)).map(|p| p.len()), Ok(1000));
        assert_eq!(parse(&bag(1001)), Err(BadBag::TooMany));
    }

    #[test]
    fn names_and_values_count() {
        let properties = vec![
            ("ab".to_owned(), Some("cde".to_owned())),
            ("f".to_owned(), None),
        ];
        assert_eq!(size(&properties), 6);
    }
}
