//! Parameters: what each may be, checked before a route is called and told in the description.

use muster_core::ids::DeviceId;
use muster_core::time::Timestamp;
use serde_json::{Value, json};

/// Where a parameter stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// In the path.
    Path,
    /// Behind the question mark.
    Query,
    /// In a header.
    Header,
}

impl Place {
    /// The word in the description.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
        }
    }
}

/// What a parameter may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Any text up to a length in characters.
    Text(usize),
    /// A whole number within bounds, both included.
    Number(i64, i64),
    /// One of these words.
    Word(&'static [&'static str]),
    /// An instant in UTC: `2026-03-04T05:06:07Z`.
    Time,
    /// A device id.
    Device,
}

/// Earliest and latest year that is read.
const YEARS: [i64; 2] = [1970, 9999];

impl Kind {
    /// Why the text cannot be used, if it cannot.
    fn refusal(self, text: &str) -> Option<String> {
        let fine = match self {
            Self::Text(max) => text.chars().count() <= max && !text.contains('\0'),
            Self::Number(min, max) => {
                let plain = text.len() <= 20 && !text.starts_with('+');
                plain && text.parse().is_ok_and(|n: i64| (min..=max).contains(&n))
            }
            Self::Word(words) => words.contains(&text),
            Self::Time => text
                .parse::<Timestamp>()
                .is_ok_and(|t| (YEARS[0]..=YEARS[1]).contains(&t.civil().0)),
            // An id that breaks the rule names no device: that is "not found", told by the route.
            Self::Device => true,
        };
        (!fine).then(|| self.rule())
    }

    fn rule(self) -> String {
        match self {
            Self::Text(max) => format!("must be a text of at most {max} characters"),
            Self::Number(min, max) => format!("must be a whole number from {min} to {max}"),
            Self::Word(words) => format!("must be one of {}", words.join(", ")),
            Self::Time => "must be an instant in UTC such as 2026-03-04T05:06:07Z".to_owned(),
            Self::Device => "must be a device id".to_owned(),
        }
    }

    /// The schema in the description.
    pub fn schema(self) -> Value {
        match self {
            Self::Text(max) => json!({ "type": "string", "maxLength": max }),
            Self::Number(min, max) => {
                json!({ "type": "integer", "format": "int64", "minimum": min, "maximum": max })
            }
            Self::Word(words) => json!({ "type": "string", "enum": words }),
            Self::Time => json!({ "type": "string", "format": "date-time" }),
            Self::Device => device_id(),
        }
    }
}

/// The schema of a device id (spec §5.3).
pub(crate) fn device_id() -> Value {
    json!({
        "type": "string",
        "minLength": 1,
        "maxLength": muster_core::ids::MAX_DEVICE_ID,
        "pattern": r"^[A-Za-z0-9\-.+%_#*?!(),:=@$']{1,128}$",
    })
}

/// A parameter.
#[derive(Debug)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// Where it stands.
    pub place: Place,
    /// What it may be.
    pub kind: Kind,
    /// What it means, and what happens without it.
    pub what: &'static str,
    /// A value that shows how it is used.
    pub example: &'static str,
}

impl Parameter {
    pub(crate) const fn query(
        name: &'static str,
        kind: Kind,
        what: &'static str,
        example: &'static str,
    ) -> Self {
        Self {
            name,
            place: Place::Query,
            kind,
            what,
            example,
        }
    }

    pub(crate) const fn path(
        name: &'static str,
        kind: Kind,
        what: &'static str,
        example: &'static str,
    ) -> Self {
        Self {
            name,
            place: Place::Path,
            kind,
            what,
            example,
        }
    }

    /// Checks a value that was given.
    pub(crate) fn check(&self, text: &str) -> Result<(), String> {
        match self.kind.refusal(text) {
            None => Ok(()),
            Some(rule) => Err(format!("{} {rule}.", self.name)),
        }
    }
}

/// Which device.
pub(crate) static DEVICE: Parameter =
    Parameter::path("id", Kind::Device, "The device's id.", "pump-1");

/// Which person.
pub(crate) static PERSON: Parameter = Parameter::path(
    "person",
    Kind::Number(1, i64::MAX),
    "The person's number.",
    "1",
);

/// Which token.
pub(crate) static TOKEN: Parameter = Parameter::path(
    "token",
    Kind::Number(1, (1 << 53) - 1),
    "The token's number.",
    "4503599627370497",
);

/// Which saved view.
pub(crate) static VIEW: Parameter =
    Parameter::path("view", Kind::Number(1, i64::MAX), "The view's number.", "1");

/// Which request for approval.
pub(crate) static APPROVAL: Parameter = Parameter::path(
    "approval",
    Kind::Number(1, i64::MAX),
    "The request's number.",
    "1",
);

/// Where a page begins.
pub(crate) static CURSOR: Parameter = Parameter::query(
    "cursor",
    Kind::Text(4096),
    "Where the page begins: `next` or `previous` of another page of the same list. The first page without.",
    "",
);

/// How long a page is.
pub(crate) static LIMIT: Parameter = Parameter::query(
    "limit",
    Kind::Number(1, 200),
    "Items on a page; 50 without.",
    "50",
);

/// Items on a page unless somebody says otherwise.
pub(crate) const DEFAULT_LIMIT: usize = 50;

/// Which devices.
pub(crate) static WHERE: Parameter = Parameter::query(
    "where",
    Kind::Text(4096),
    "A condition of the query language; all devices in your scope without.",
    "tags.region = 'north'",
);

/// Which devices, by text.
pub(crate) static TEXT: Parameter = Parameter::query(
    "text",
    Kind::Text(200),
    "Any part of the id or of a text among the tags, in any case.",
    "pump",
);

/// The beginning of a range.
pub(crate) static FROM: Parameter = Parameter::query(
    "from",
    Kind::Time,
    "The beginning; 24 hours before the end without.",
    "2026-03-04T05:06:07Z",
);

/// The end of a range.
pub(crate) static TO: Parameter = Parameter::query(
    "to",
    Kind::Time,
    "The end; now without.",
    "2026-03-05T05:06:07Z",
);

/// The state that a write demands.
pub(crate) static IF_MATCH: Parameter = Parameter {
    name: "If-Match",
    place: Place::Header,
    kind: Kind::Text(1024),
    what: "The ETag you read. When it is another now, nothing is written and the answer is 412. Without it the write happens in any case.",
    example: "\"AAAAAAAAAAE=\"",
};

/// The id that the path names; `None` when no device can have it.
pub(crate) fn device_of(text: &str) -> Option<DeviceId> {
    DeviceId::new(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_judged_by_their_kind() {
        let check = |kind: Kind, text: &str, ok: bool| {
            assert_eq!(kind.refusal(text).is_none(), ok, "{kind:?} {text}");
        };
        check(Kind::Text(3), "äöü", true);
        check(Kind::Text(3), "abcd", false);
        check(Kind::Text(3), "\0", false);
        check(Kind::Number(1, 200), "200", true);
        for bad in ["0", "201", "+5", "5.0", "", " 5", "99999999999999999999"] {
            check(Kind::Number(1, 200), bad, false);
        }
        check(Kind::Word(&["a", "b"]), "b", true);
        check(Kind::Word(&["a", "b"]), "B", false);
        check(Kind::Time, "2026-03-04T05:06:07Z", true);
        check(Kind::Time, "0001-01-01T00:00:00Z", false);
        check(Kind::Time, "yesterday", false);
    }
}
