//! What could be typed next: for the filter bar and the query page. Pure; the caller knows which paths and values
//! there are.

use std::ops::Range;

use crate::lexer::{Kind, Lexer};
use crate::parser;
use crate::path::Path;

/// Operators that stand between a value and another, as a list to choose from.
pub const OPERATORS: [&str; 8] = ["=", "!=", "<", "<=", ">", ">=", "IN", "NIN"];

/// A kind of thing that may come next.
#[derive(Clone, PartialEq, Debug)]
pub enum Expected {
    /// A path: one of the [`crate::path::ROOTS`] or something below tags or properties.
    Path,
    /// One of the [`crate::Function::NAMES`], with its arguments in parentheses.
    Function,
    /// `COUNT()`, `AVG(path)` and the like: the names are those of [`crate::query::Total`].
    Aggregate,
    /// `*`
    Everything,
    /// A value that this path has, quoted if it is a text.
    Value(Path),
    /// `[` and values.
    List,
    /// One of the [`OPERATORS`].
    Operator,
    /// A word of the language.
    Keyword(&'static str),
}

/// What may stand at the cursor.
#[derive(Clone, PartialEq, Debug)]
pub struct Completion {
    /// What a choice replaces, in bytes of the text: what has been typed of it, empty between two words.
    pub replace: Range<usize>,
    /// Kinds of things that may stand there, most specific first.
    pub expected: Vec<Expected>,
}

/// Looks at a condition or query and a cursor in it, in bytes. Whatever stands behind the word at the cursor does not
/// matter.
pub fn complete(text: &str, cursor: usize) -> Completion {
    let cursor = text.floor_char_boundary(cursor.min(text.len()));
    let (before, after) = text.split_at(cursor);
    let start = word_start(before);
    let rest = after
        .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '$' | '-' | '.')))
        .unwrap_or(after.len());
    // The rest of the word goes with it only when the cursor stands inside one.
    let end = if start < cursor {
        cursor + rest
    } else {
        cursor
    };
    Completion {
        replace: start..end,
        expected: parser::expected(&text[..start]),
    }
}

/// Where the word, path or text begins that reaches to the end.
fn word_start(before: &str) -> usize {
    let mut lexer = Lexer::new(before);
    let mut start = before.len();
    let mut end = 0;
    loop {
        let Ok(token) = lexer.next() else {
            // A text or key in brackets that is still open, behind the path it belongs to.
            let open = before.len() - before[end..].trim_start().len();
            let path = start < end && open == end && before[open..].starts_with("[[");
            return if path { start } else { open };
        };
        let joined = token.at == end && end > 0;
        match token.kind {
            Kind::End if end == before.len() => return start.min(before.len()),
            Kind::End => return before.len(),
            // Paths go on through dots and brackets.
            Kind::Mark("." | "]") | Kind::Name(_) if joined && start < end => {}
            Kind::Mark("[") if joined && start < end => {}
            Kind::Word(_) | Kind::Text(_) | Kind::Number(_) if joined && continues(before, end) => {
            }
            Kind::Word(_) | Kind::Text(_) | Kind::Number(_) | Kind::Name(_) => start = token.at,
            Kind::Mark(_) => start = before.len(),
        }
        end = token.at + token.text.len();
    }
}

/// Whether what ends here is followed by a key of the same path.
fn continues(text: &str, end: usize) -> bool {
    let mut before = text[..end].chars().rev();
    let mark = before.next();
    matches!(mark, Some('.' | '['))
        && before
            .next()
            .is_some_and(|c| !c.is_whitespace() && c != ',')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The cursor is where `|` stands; what is replaced stands in the answer.
    fn at(marked: &str) -> (String, Vec<Expected>) {
        let cursor = marked.find('|').unwrap_or(marked.len());
        let text = marked.replace('|', "");
        let completion = complete(&text, cursor);
        (text[completion.replace].to_owned(), completion.expected)
    }

    #[test]
    fn what_is_replaced_is_the_word_at_the_cursor() {
        let check = |marked: &str, want: &str| assert_eq!(at(marked).0, want, "{marked}");
        check("|", "");
        check("sta|", "sta");
        check("sta|tus = 1", "status");
        check("tags.loc|", "tags.loc");
        check("tags.|", "tags.");
        check("tags.location.si|te = 'x'", "tags.location.site");
        check("tags['a b'].c|", "tags['a b'].c");
        check("tags[[a b]].|", "tags[[a b]].");
        check("status = |", "");
        check("status =|", "");
        check("status = 'en|", "'en");
        check("status = 'enabled'|", "'enabled'");
        check("status = en|", "en");
        check("tags.a IN ['x', 'y|", "'y");
        check("tags.a IN [x|", "x");
        check("tags.a = 1 AND |", "");
        check("tags.a = 1 A|", "A");
        check("tags.größe = 12|", "12");
    }

    #[test]
    fn what_may_come_is_what_the_parser_would_read() {
        let keywords = |words: &[&'static str]| -> Vec<Expected> {
            words.iter().map(|word| Expected::Keyword(word)).collect()
        };
        let value = |path: &str| Path::parse(path).map(Expected::Value);
        let beginning = [keywords(&["NOT"]), vec![Expected::Path, Expected::Function]].concat();
        let check = |marked: &str, want: &[Expected]| {
            let found = at(marked).1;
            let found: Vec<_> = found
                .into_iter()
                .filter(|e| *e != Expected::Keyword("SELECT"))
                .collect();
            assert_eq!(found, want, "{marked}");
        };
        check("|", &beginning);
        check("sta|", &beginning);
        check("status |", &[Expected::Operator]);
        let Ok(status) = value("status") else { return };
        let compared = [status, Expected::Path, Expected::Function];
        check("status = |", &compared);
        check("status = 'en|", &compared);
        check("status IN |", &[Expected::List, Expected::Path]);
        check("status IN ['a', |", &compared);
        check("status = 'enabled' |", &keywords(&["AND", "OR"]));
        check("status = 'enabled' AND |", &beginning);
        check("(status = 'enabled' OR |", &beginning);
        check("IS_DEFINED(|", &beginning);
        check("SELECT * |", &keywords(&["FROM"]));
        check(
            "SELECT * FROM |",
            &keywords(&["devices", "devices.modules", "devices.jobs"]),
        );
        check(
            "SELECT * FROM devices |",
            &keywords(&["WHERE", "GROUP", "ORDER"]),
        );
        check(
            "SELECT deviceId FROM devices ORDER BY deviceId |",
            &keywords(&["DESC", "ASC"]),
        );
    }

    #[test]
    fn no_cursor_is_too_odd() {
        let text = "SELECT ä, 'ö FROM [[x";
        for cursor in 0..text.len() + 2 {
            let completion = complete(text, cursor);
            assert!(text.get(completion.replace).is_some());
        }
    }
}
