//! What could be written next, from the same grammar that reads it.

use std::collections::HashMap;
use std::ops::Range;

use muster_query::complete::OPERATORS;
use muster_query::{Expected, Function, complete};

use crate::ui::Suggestion;

/// Most suggestions at once.
const MAX_SUGGESTIONS: usize = 10;

/// Suggestions for a place in a text.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(in crate::pages) struct Suggestions {
    /// What a suggestion replaces, in bytes.
    pub(in crate::pages) replace: Range<usize>,
    /// The suggestions, nearest first.
    pub(in crate::pages) lines: Vec<Suggestion>,
    /// The path whose values would be suggested.
    pub(in crate::pages) values_of: Option<String>,
}

/// Suggestions at a cursor, in bytes.
pub(in crate::pages) fn suggest(
    text: &str,
    cursor: usize,
    paths: &[String],
    values: &HashMap<String, Vec<String>>,
) -> Suggestions {
    let completion = complete(text, cursor);
    let typed = text.get(completion.replace.clone()).unwrap_or_default();
    let mut found = Found {
        typed: typed.to_lowercase(),
        near: Vec::new(),
        far: Vec::new(),
    };
    let mut values_of = None;
    for expected in completion.expected {
        match expected {
            Expected::Path => {
                for path in paths {
                    found.offer(path, "path");
                }
            }
            Expected::Value(path) => {
                let path = path.to_string();
                for value in values.get(&path).into_iter().flatten() {
                    found.offer(value, "value");
                }
                values_of = Some(path);
            }
            Expected::Operator => {
                for operator in OPERATORS {
                    found.offer(operator, "relation");
                }
            }
            // A query would begin there; the filter is the part behind WHERE.
            Expected::Keyword("SELECT") => {}
            Expected::Keyword(word) => found.offer(word, "word"),
            Expected::Function if !typed.is_empty() => {
                for name in Function::NAMES {
                    found.offer(&format!("{name}("), "function");
                }
            }
            Expected::Function | Expected::Aggregate | Expected::Everything | Expected::List => {}
        }
    }
    let mut lines = found.near;
    lines.extend(found.far);
    lines.truncate(MAX_SUGGESTIONS);
    // What is written out already needs no suggestion.
    if matches!(lines.as_slice(), [only] if only.text == typed) {
        lines.clear();
    }
    Suggestions {
        replace: completion.replace,
        lines,
        values_of,
    }
}

/// The text with a suggestion in its place, and the cursor behind it.
pub(in crate::pages) fn taken(
    text: &str,
    replace: &Range<usize>,
    suggestion: &str,
) -> (String, usize) {
    let (before, after) = (&text[..replace.start], &text[replace.end..]);
    let gap = if suggestion.ends_with('(') || after.starts_with(' ') {
        ""
    } else {
        " "
    };
    let begun = [before, suggestion, gap].concat();
    let cursor = begun.len() + usize::from(gap.is_empty() && after.starts_with(' '));
    ([begun.as_str(), after].concat(), cursor)
}

struct Found {
    typed: String,
    /// Begin with what was typed.
    near: Vec<Suggestion>,
    /// Have it somewhere.
    far: Vec<Suggestion>,
}

impl Found {
    fn offer(&mut self, text: &str, about: &'static str) {
        let lower = text.to_lowercase();
        let bare = self.typed.trim_start_matches(['\'', '"']);
        let suggestion = Suggestion {
            text: text.to_owned(),
            about,
        };
        if lower.trim_start_matches('\'').starts_with(bare) {
            self.near.push(suggestion);
        } else if lower.contains(bare) {
            self.far.push(suggestion);
        }
    }
}

/// The byte where so many UTF-16 units end, as browsers count cursors.
pub(in crate::pages) fn byte_at(text: &str, units: usize) -> usize {
    let mut seen = 0;
    for (at, c) in text.char_indices() {
        if seen >= units {
            return at;
        }
        seen += c.len_utf16();
    }
    text.len()
}

/// The UTF-16 units before a byte.
pub(in crate::pages) fn units_at(text: &str, byte: usize) -> u32 {
    let before = text.get(..byte).unwrap_or(text);
    u32::try_from(before.encode_utf16().count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(marked: &str) -> Suggestions {
        let cursor = marked.find('|').unwrap_or(marked.len());
        let paths = [
            "deviceId",
            "status",
            "stage",
            "tags.location.site",
            "tags.region",
        ];
        let paths = paths.map(str::to_owned);
        let values = [(
            "tags.region".to_owned(),
            vec!["'north'".to_owned(), "'south'".to_owned()],
        )];
        suggest(
            &marked.replace('|', ""),
            cursor,
            &paths,
            &HashMap::from(values),
        )
    }

    #[test]
    fn suggestions_follow_the_grammar() {
        let check = |marked: &str, want: &[&str]| {
            let found = at(marked);
            let texts: Vec<_> = found.lines.iter().map(|line| line.text.as_str()).collect();
            assert_eq!(texts, want, "{marked}");
        };
        check("sta|", &["status", "stage", "STARTS_WITH(", "ST_DISTANCE("]);
        check("site|", &["tags.location.site"]);
        check("tags.reg|", &["tags.region"]);
        check("tags.region |", &OPERATORS);
        check(
            "tags.region = |",
            &[
                "'north'",
                "'south'",
                "deviceId",
                "status",
                "stage",
                "tags.location.site",
                "tags.region",
            ],
        );
        check("tags.region = 'so|", &["'south'"]);
        check("tags.region = no|", &["'north'", "NOW("]);
        check("tags.region = 'north' |", &["AND", "OR"]);
        check("tags.region = 'north' a|", &["AND"]);
        check("Harbour Cold|", &[]);
    }

    #[test]
    fn values_are_asked_for_where_they_may_stand() {
        let check = |marked: &str, want: Option<&str>| {
            assert_eq!(at(marked).values_of.as_deref(), want, "{marked}");
        };
        check("tags.x = |", Some("tags.x"));
        check("status IN ['a', |", Some("status"));
        check("status |", None);
    }

    #[test]
    fn a_suggestion_takes_the_place_of_what_was_typed() {
        let check = |marked: &str, suggestion: &str, want: &str| {
            let found = at(marked);
            let text = marked.replace('|', "");
            let (mut taken, cursor) = taken(&text, &found.replace, suggestion);
            taken.insert(cursor, '|');
            assert_eq!(taken, want);
        };
        check("sta|", "status", "status |");
        check("sta|tus = 1", "stage", "stage |= 1");
        check("tags.region = 'n|", "'north'", "tags.region = 'north' |");
        check("IS|", "IS_DEFINED(", "IS_DEFINED(|");
    }

    #[test]
    fn cursors_are_counted_as_browsers_do() {
        let text = "ä\u{1F9C0}b";
        for (byte, units) in [(0, 0), (2, 1), (6, 3), (7, 4)] {
            assert_eq!(units_at(text, byte), units);
            assert_eq!(byte_at(text, units as usize), byte);
        }
    }
}
