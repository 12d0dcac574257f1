//! Tokens to the tree, by recursive descent.

use std::cell::RefCell;

use crate::ast::{Condition, Literal};
use crate::complete::Expected;
use crate::error::{QueryError, nearest};
use crate::lexer::{Kind, Lexer, Token};
use crate::path::{JOB_ROOTS, OTHERS, Path, ROOTS};
use crate::query::Query;
use crate::{MAX_NESTING, MAX_TEXT};

mod expr;
mod path;
mod query;

/// Reads a whole text as a condition.
pub(crate) fn condition(text: &str) -> Result<Condition, QueryError> {
    if text.trim().is_empty() || text.trim() == "*" {
        return Ok(Condition::all());
    }
    Parser::new(text)?.whole_condition()
}

/// Reads a whole text as a path.
pub(crate) fn path(text: &str) -> Result<Path, QueryError> {
    let mut parser = Parser::new(text)?;
    let word = parser.word("a path, for example tags.site")?;
    let path = parser.path(word)?;
    parser.end("the end")?;
    Ok(path)
}

/// Reads a whole text as a query.
pub(crate) fn query(text: &str) -> Result<Query, QueryError> {
    Parser::new(text)?.whole_query()
}

/// What could stand behind this text: of a query when it begins like one, of a condition otherwise.
pub(crate) fn expected(text: &str) -> Vec<Expected> {
    let Ok(mut parser) = Parser::new(text) else {
        return Vec::new();
    };
    // Whether the text is complete does not matter here.
    if parser.is_keyword("SELECT") {
        let _ = parser.whole_query();
    } else {
        let _ = parser.whole_condition();
    }
    parser.expected.into_inner()
}

/// Which side of a comparison is read; tells what an unknown word was meant to be.
#[derive(Clone, Copy, PartialEq)]
enum Side {
    Left,
    Right,
}

struct Parser<'a> {
    lexer: Lexer<'a>,
    current: Token<'a>,
    side: Side,
    /// What a value is compared with, while that value is read.
    subject: Option<Path>,
    /// The rows are those of jobs.
    jobs: bool,
    depth: usize,
    /// What could have stood at the end of the text.
    expected: RefCell<Vec<Expected>>,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Result<Self, QueryError> {
        let mut lexer = Lexer::new(text);
        if text.len() > MAX_TEXT {
            return Err(lexer.error(0, format!("a condition has at most {MAX_TEXT} bytes")));
        }
        let current = lexer.next()?;
        Ok(Self {
            lexer,
            current,
            side: Side::Left,
            subject: None,
            jobs: false,
            depth: 0,
            expected: RefCell::default(),
        })
    }

    fn whole_condition(&mut self) -> Result<Condition, QueryError> {
        let expr = self.condition()?;
        self.end("AND, OR or the end")?;
        // Flat, whatever it is.
        Ok(Condition::of(expr))
    }

    /// Moves on; gives the token that was read.
    fn advance(&mut self) -> Result<Token<'a>, QueryError> {
        let next = self.lexer.next()?;
        Ok(std::mem::replace(&mut self.current, next))
    }

    fn is_mark(&self, mark: &str) -> bool {
        matches!(self.current.kind, Kind::Mark(found) if found == mark)
    }

    /// Whether the keyword is next.
    fn is_keyword(&self, keyword: &'static str) -> bool {
        self.offer(|| Expected::Keyword(keyword));
        matches!(self.current.kind, Kind::Word(word) if word.eq_ignore_ascii_case(keyword))
    }

    /// Reads the keyword if it is next; whether it was.
    fn takes(&mut self, keyword: &'static str) -> Result<bool, QueryError> {
        let found = self.is_keyword(keyword);
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    /// Reads a mark that has to be next.
    fn mark(&mut self, mark: &str, wanted: &str) -> Result<(), QueryError> {
        if !self.is_mark(mark) {
            return Err(self.unexpected(wanted));
        }
        self.advance().map(|_| ())
    }

    /// Notes what could stand here, where the text ends.
    fn offer(&self, expected: impl FnOnce() -> Expected) {
        if self.current.kind == Kind::End {
            let expected = expected();
            let mut all = self.expected.borrow_mut();
            if !all.contains(&expected) {
                all.push(expected);
            }
        }
    }

    fn end(&self, wanted: &str) -> Result<(), QueryError> {
        match self.current.kind {
            Kind::End => Ok(()),
            _ => Err(self.unexpected(wanted)),
        }
    }

    fn error(&self, at: usize, message: impl Into<String>) -> QueryError {
        self.lexer.error(at, message)
    }

    /// One level deeper into parentheses and their like.
    fn deeper<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, QueryError>,
    ) -> Result<T, QueryError> {
        if self.depth == MAX_NESTING {
            let message = format!("parentheses are nested deeper than {MAX_NESTING}");
            return Err(self.error(self.current.at, message));
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    /// A name, which may not be a keyword.
    fn word(&mut self, wanted: &str) -> Result<Token<'a>, QueryError> {
        match self.current.kind {
            Kind::Word(word) if !is_keyword(word) => self.advance(),
            _ => Err(self.unexpected(wanted)),
        }
    }

    fn unknown_root(&self, root: &Token<'a>) -> QueryError {
        let word = root.text;
        let plain = !self.at_key();
        if self.side == Side::Right && plain {
            let message = format!("{word} is not known; a text value stands in quotes");
            return self.error(root.at, message).suggesting(format!("'{word}'"));
        }
        let known: &[&str] = if self.jobs { &JOB_ROOTS } else { &ROOTS };
        let message = format!("{word} is not known; there are {}", known.join(", "));
        let error = self.error(root.at, message);
        let others: &[&str] = if self.jobs { &[] } else { &OTHERS };
        match nearest(word, known).or_else(|| nearest(word, others)) {
            Some(known) => error.suggesting(known),
            None if self.jobs => error,
            None => error.suggesting(format!("tags.{word}")),
        }
    }

    /// The current token does not belong here: says what it is, or what was meant.
    fn unexpected(&self, wanted: &str) -> QueryError {
        let Token { at, kind, text } = &self.current;
        let error = |message: String| self.error(*at, message);
        match kind {
            Kind::End => error(format!("expected {wanted}, found the end")),
            Kind::Word(word) => match word.to_ascii_uppercase().as_str() {
                "LIKE" => {
                    error("there is no LIKE; use STARTS_WITH, ENDS_WITH or CONTAINS".to_owned())
                }
                "SELECT" | "FROM" | "WHERE" => {
                    error("write only the condition: what stands behind WHERE".into())
                }
                "HAVING" => error("there is no HAVING; filter with WHERE".to_owned()),
                "JOIN" => error("there is no JOIN; each row is one twin".to_owned()),
                _ => error(format!("expected {wanted}, found {text}")),
            },
            Kind::Mark("==") => error("== is not an operator".into()).suggesting("="),
            Kind::Mark("&&") => error("&& is not an operator".into()).suggesting("AND"),
            Kind::Mark("||") => error("|| is not an operator".into()).suggesting("OR"),
            Kind::Mark("!") => error("! is not an operator".into()).suggesting("NOT"),
            Kind::Mark(_) | Kind::Number(_) | Kind::Text(_) | Kind::Name(_) => {
                error(format!("expected {wanted}, found {}", shortened(text)))
            }
        }
    }
}

/// Words that are never names.
pub(crate) fn is_keyword(word: &str) -> bool {
    const KEYWORDS: [&str; 19] = [
        "AND", "OR", "NOT", "IN", "NIN", "LIKE", "SELECT", "DISTINCT", "TOP", "FROM", "WHERE",
        "GROUP", "ORDER", "BY", "AS", "ASC", "DESC", "HAVING", "JOIN",
    ];
    KEYWORDS.iter().any(|k| k.eq_ignore_ascii_case(word))
}

fn constant(word: &str) -> Option<Literal> {
    match word.to_ascii_lowercase().as_str() {
        "true" => Some(Literal::Bool(true)),
        "false" => Some(Literal::Bool(false)),
        "null" => Some(Literal::Null),
        _ => None,
    }
}

/// A token for a message: long ones lose their tail.
fn shortened(text: &str) -> String {
    const SHOWN: usize = 40;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_have_one_canonical_text() {
        let check = |text: &str, want: &str| {
            let canonical = condition(text).map(|c| c.to_string());
            assert_eq!(canonical, Ok(want.to_owned()), "{text}");
        };
        check("", "");
        check("  ", "");
        check(" * ", "");
        check("Status='enabled'", "status = 'enabled'");
        check("'enabled' <> STATUS", "status != 'enabled'");
        check("tags.a = -0x10", "tags.a = -16");
        check("tags.a=-0", "tags.a = 0");
        check(
            "((tags.a = TRUE and (tags.b = Null)) And tags.c = \"it's\")",
            "tags.a = true AND tags.b = null AND tags.c = 'it\\'s'",
        );
        check("tags.a = tags.b", "tags.a = tags.b");
        check("2 = 1", "2 = 1");
        check("devices.tags.and = 1", "tags.and = 1");
    }

    #[test]
    fn parentheses_stand_where_they_are_needed() {
        let check = |text: &str, want: &str| {
            let canonical = condition(text).map(|c| c.to_string());
            assert_eq!(canonical, Ok(want.to_owned()), "{text}");
        };
        check(
            "tags.a = 1 or tags.b < 2 AND not (tags.c > 3 OR tags.d <= 4)",
            "tags.a = 1 OR tags.b < 2 AND NOT (tags.c > 3 OR tags.d <= 4)",
        );
        check(
            "(tags.a = 1 OR tags.b = 2) AND tags.c = 3",
            "(tags.a = 1 OR tags.b = 2) AND tags.c = 3",
        );
        check(
            "tags.a - (tags.b - 1) * 2 > (-tags.c)",
            "tags.a - (tags.b - 1) * 2 > -tags.c",
        );
        check("(tags.a - tags.b) - 1 = 0", "tags.a - tags.b - 1 = 0");
        check("(tags.a = 1) = (tags.b = 2)", "(tags.a = 1) = (tags.b = 2)");
        check("tags.a NOT IN ['x', 1]", "tags.a NIN ['x', 1]");
        check("'x' in tags.list", "'x' IN tags.list");
        check("tags.a in []", "tags.a IN []");
        check("tags.a IN [ [1, 2], [] ]", "tags.a IN [ [1, 2], []]");
        check(
            "startswith(tags.a, 'x') and IS_defined(reported.b)",
            "STARTS_WITH(tags.a, 'x') AND IS_DEFINED(properties.reported.b)",
        );
        check("60 < tags.every", "tags.every > 60");
        check(
            "lastActivityTime < now() - 3600",
            "lastActivityTime < NOW() - 3600",
        );
        check("tags.a = undefined", "tags.a = undefined");
        check("true", "true");
    }

    #[test]
    fn errors_say_where_and_what() {
        let check = |text: &str, want: &str| {
            let error = condition(text).map_err(|error| error.to_string());
            assert_eq!(error, Err(want.to_owned()), "{text}");
        };
        let roots = format!("there are {}", ROOTS.join(", "));
        check(
            "tags.a == 1",
            "at character 8: == is not an operator; did you mean =?",
        );
        check(
            "tags.a = 1 && tags.b = 2",
            "at character 12: && is not an operator; did you mean AND?",
        );
        check(
            "tags.a = 1 || tags.b = 2",
            "at character 12: || is not an operator; did you mean OR?",
        );
        check(
            "stauts = 'enabled'",
            &format!("at character 1: stauts is not known; {roots}; did you mean status?"),
        );
        check(
            "devices.tgas.a = 1",
            &format!("at character 9: tgas is not known; {roots}; did you mean tags?"),
        );
        check(
            "site = 'b7'",
            &format!("at character 1: site is not known; {roots}; did you mean tags.site?"),
        );
        check(
            "status = enabled",
            "at character 10: enabled is not known; a text value stands in quotes; did you mean 'enabled'?",
        );
        check(
            "status IN [enabled]",
            "at character 12: enabled is not known; a text value stands in quotes; did you mean 'enabled'?",
        );
        check(
            "status IN ('enabled')",
            "at character 11: a list stands in square brackets: ['a', 'b']",
        );
        check(
            "startwith(tags.a, 'x')",
            "at character 1: there is no function startwith; did you mean STARTS_WITH?",
        );
        check(
            "IS_DEFINED()",
            "at character 12: IS_DEFINED takes 1 argument",
        );
        check(
            "SUBSTRING(tags.a) = ''",
            "at character 17: SUBSTRING takes 2 to 3 arguments",
        );
        check(
            "COUNT() > 1",
            "at character 1: COUNT is a figure over many rows; it stands behind SELECT",
        );
        check(
            "tags.a LIKE 'x%'",
            "at character 8: there is no LIKE; use STARTS_WITH, ENDS_WITH or CONTAINS",
        );
        check(
            "SELECT * FROM devices",
            "at character 1: write only the condition: what stands behind WHERE",
        );
        check(
            "tags.a",
            "at character 7: expected a comparison such as = or IN, found the end",
        );
        check(
            "tags.a AND tags.b",
            "at character 8: expected a comparison such as = or IN, found AND",
        );
        check(
            "tags.a =",
            "at character 9: expected a value such as 'text', 12, true or null, found the end",
        );
        check(
            "(tags.a = 1",
            "at character 12: expected AND, OR or ), found the end",
        );
        check(
            "tags.a = 1)",
            "at character 11: expected AND, OR or the end, found )",
        );
        check(
            "tags.ä = 1 tags.b",
            "at character 12: expected AND, OR or the end, found tags",
        );
        check(
            "tags.[a] = 1",
            "at character 7: expected a key in quotes: ['key']",
        );
        check(
            "tags.a = ;",
            "at character 10: ';' has no meaning in a condition",
        );
        check(
            "* = 1",
            "at character 1: expected a path such as tags.site or status, found *",
        );
    }

    #[test]
    fn positions_are_bytes_and_columns_are_characters() {
        let error = condition("tags.ä = 1 x").map_err(|e| (e.position, e.column));
        assert_eq!(error, Err((12, 12)));
        let error = condition("tags.größe < >").map_err(|e| (e.position, e.column));
        assert_eq!(error, Err((15, 14)));
    }

    #[test]
    fn size_and_depth_are_bounded() {
        let nested = |depth: usize| format!("{}1 = 1{}", "(".repeat(depth), ")".repeat(depth));
        assert!(condition(&nested(MAX_NESTING)).is_ok());
        let error = condition(&nested(MAX_NESTING + 1)).map_err(|e| e.position);
        assert_eq!(error, Err(MAX_NESTING));
        for deep in [
            format!("{}1 = 1", "NOT ".repeat(MAX_NESTING + 1)),
            format!("{}tags.a = 1", "- ".repeat(MAX_NESTING + 1)),
            format!("1{} = 1", " + 1".repeat(MAX_NESTING + 1)),
            format!("1{} = 1", " * 1".repeat(MAX_NESTING + 1)),
            format!(
                "{}1{} = 1",
                "ABS(".repeat(MAX_NESTING + 1),
                ")".repeat(MAX_NESTING + 1)
            ),
        ] {
            assert!(condition(&deep).is_err(), "{deep}");
        }
        let long = |bytes: usize| format!("tags.a = '{}'", "x".repeat(bytes - 11));
        assert!(condition(&long(MAX_TEXT)).is_ok());
        let error = condition(&long(MAX_TEXT + 1)).map_err(|e| e.message);
        assert_eq!(error, Err("a condition has at most 65536 bytes".to_owned()));
        let many = vec!["tags.a = 1"; 4000].join(" OR ");
        assert!(condition(&many).is_ok());
    }
}
