//! Tokens to the tree, by recursive descent.

use crate::ast::{Comparison, Condition, Expr, Literal, Op, Operand};
use crate::error::{QueryError, nearest};
use crate::lexer::{Kind, Lexer, Token};
use crate::path::{LATER_ROOTS, Path, ROOTS};
use crate::{MAX_NESTING, MAX_TEXT};

/// Reads a whole text as a condition.
pub(crate) fn condition(text: &str) -> Result<Condition, QueryError> {
    if text.trim().is_empty() || text.trim() == "*" {
        return Ok(Condition::all());
    }
    let mut parser = Parser::new(text)?;
    let condition = parser.conjunction(0)?;
    match parser.current.kind {
        Kind::End => Ok(condition),
        _ => Err(parser.unexpected("AND or the end")),
    }
}

/// Reads a whole text as a path.
pub(crate) fn path(text: &str) -> Result<Path, QueryError> {
    let mut parser = Parser::new(text)?;
    let word = parser.word("a path, for example tags.site")?;
    let path = parser.path(word, Side::Left)?;
    match parser.current.kind {
        Kind::End => Ok(path),
        _ => Err(parser.unexpected("the end")),
    }
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
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Result<Self, QueryError> {
        let mut lexer = Lexer::new(text);
        if text.len() > MAX_TEXT {
            return Err(lexer.error(0, format!("a condition has at most {MAX_TEXT} bytes")));
        }
        let current = lexer.next()?;
        Ok(Self { lexer, current })
    }

    /// Moves on; gives the token that was read.
    fn advance(&mut self) -> Result<Token<'a>, QueryError> {
        let next = self.lexer.next()?;
        Ok(std::mem::replace(&mut self.current, next))
    }

    fn is_mark(&self, mark: &str) -> bool {
        matches!(self.current.kind, Kind::Mark(found) if found == mark)
    }

    fn is_keyword(&self, keyword: &str) -> bool {
        matches!(self.current.kind, Kind::Word(word) if word.eq_ignore_ascii_case(keyword))
    }

    fn error(&self, at: usize, message: impl Into<String>) -> QueryError {
        self.lexer.error(at, message)
    }

    fn conjunction(&mut self, depth: usize) -> Result<Condition, QueryError> {
        let mut parts = vec![self.primary(depth)?];
        while self.is_keyword("AND") {
            self.advance()?;
            parts.push(self.primary(depth)?);
        }
        Ok(Condition::all_of(parts))
    }

    fn primary(&mut self, depth: usize) -> Result<Expr, QueryError> {
        if !self.is_mark("(") {
            return self.comparison().map(Expr::Compare);
        }
        if depth == MAX_NESTING {
            let message = format!("parentheses are nested deeper than {MAX_NESTING}");
            return Err(self.error(self.current.at, message));
        }
        self.advance()?;
        let inside = self.conjunction(depth + 1)?;
        if !self.is_mark(")") {
            return Err(self.unexpected("AND or )"));
        }
        self.advance()?;
        Ok(inside
            .into_expr()
            .expect("a conjunction that was read tests something"))
    }

    fn comparison(&mut self) -> Result<Comparison, QueryError> {
        let left = self.operand(Side::Left)?;
        let op = match self.current.kind {
            Kind::Mark("=") => Op::Eq,
            Kind::Mark("!=" | "<>") => Op::NotEq,
            _ => return Err(self.unexpected("= or !=")),
        };
        self.advance()?;
        let right = self.operand(Side::Right)?;
        Ok(Comparison::new(left, op, right))
    }

    fn operand(&mut self, side: Side) -> Result<Operand, QueryError> {
        if self.is_mark("-") {
            self.advance()?;
            let Kind::Number(value) = self.current.kind else {
                return Err(self.unexpected("a number after -"));
            };
            self.advance()?;
            return Ok(Operand::Literal(Literal::Number(0.0 - value)));
        }
        let wanted = match side {
            Side::Left => "a path such as tags.site or status",
            Side::Right => "a value such as 'text', 12, true or null",
        };
        match self.current.kind {
            Kind::Number(value) => {
                self.advance()?;
                Ok(Operand::Literal(Literal::Number(value)))
            }
            Kind::Text(_) => match self.advance()?.kind {
                Kind::Text(value) => Ok(Operand::Literal(Literal::String(value))),
                _ => Err(self.unexpected(wanted)),
            },
            Kind::Word(word) => match constant(word) {
                Some(literal) => {
                    self.advance()?;
                    Ok(Operand::Literal(literal))
                }
                None => {
                    let word = self.word(wanted)?;
                    self.path(word, side).map(Operand::Path)
                }
            },
            _ => Err(self.unexpected(wanted)),
        }
    }

    /// A name, which may not be a keyword.
    fn word(&mut self, wanted: &str) -> Result<Token<'a>, QueryError> {
        match self.current.kind {
            Kind::Word(word) if !is_keyword(word) => self.advance(),
            _ => Err(self.unexpected(wanted)),
        }
    }

    /// A path whose first word has been read.
    fn path(&mut self, first: Token<'a>, side: Side) -> Result<Path, QueryError> {
        let mut root = first;
        if root.text.eq_ignore_ascii_case("devices") && self.is_mark(".") {
            self.advance()?;
            root = self.word("a name after devices.")?;
        }
        if let Some(path) = Path::system(root.text) {
            if self.at_key() {
                let message = format!("{path} holds one value; there are no keys below it");
                return Err(self.error(self.current.at, message));
            }
            return Ok(path);
        }
        if !root.text.eq_ignore_ascii_case("tags") {
            return Err(self.unknown_root(&root, side));
        }
        let mut keys = Vec::new();
        while self.at_key() {
            keys.push(self.key()?);
        }
        if keys.is_empty() {
            let message = "name a key below tags, for example tags.site";
            return Err(self.error(self.current.at, message));
        }
        Ok(Path::Tag(keys.join(".")))
    }

    fn at_key(&self) -> bool {
        self.is_mark(".") || self.is_mark("[") || matches!(self.current.kind, Kind::Name(_))
    }

    /// `.key`, `['key']`, `[[key]]`; a dot may stand before brackets.
    fn key(&mut self) -> Result<String, QueryError> {
        let dotted = self.is_mark(".");
        if dotted {
            self.advance()?;
        }
        let at = self.current.at;
        let key = match self.current.kind {
            Kind::Name(name) => {
                self.advance()?;
                name.to_owned()
            }
            Kind::Mark("[") => self.bracketed()?,
            Kind::Word(word) if dotted => {
                self.advance()?;
                word.to_owned()
            }
            Kind::Number(_) if dotted => {
                let number = self.current.text;
                let message =
                    format!("a key that begins with a digit stands in brackets: ['{number}']");
                return Err(self.error(at, message));
            }
            _ => return Err(self.unexpected("a key")),
        };
        if key.contains('.') {
            return Err(self.error(at, "a key may not contain '.'"));
        }
        Ok(key)
    }

    fn bracketed(&mut self) -> Result<String, QueryError> {
        self.advance()?;
        let token = self.advance()?;
        match token.kind {
            Kind::Text(key) if self.is_mark("]") => {
                self.advance()?;
                Ok(key)
            }
            Kind::Text(_) => Err(self.unexpected("]")),
            Kind::Number(_) => {
                Err(self.error(token.at, "positions inside arrays are not understood yet"))
            }
            _ => Err(self.error(token.at, "expected a key in quotes: ['key']")),
        }
    }

    fn unknown_root(&self, root: &Token<'a>, side: Side) -> QueryError {
        let word = root.text;
        if self.is_mark("(") {
            let message =
                format!("functions such as {word} are not understood yet; compare with = or !=");
            return self.error(root.at, message);
        }
        if word.eq_ignore_ascii_case("properties") {
            let message = "properties.* is not searchable yet; filter by deviceId, status, contact, stage or tags";
            return self.error(root.at, message);
        }
        let later = LATER_ROOTS
            .iter()
            .find(|name| name.eq_ignore_ascii_case(word));
        if let Some(name) = later {
            let message = format!(
                "{name} is not searchable yet; there are {}",
                ROOTS.join(", ")
            );
            return self.error(root.at, message);
        }
        let plain = !self.at_key();
        if side == Side::Right && plain {
            let message = format!("{word} is not known; a text value stands in quotes");
            return self.error(root.at, message).suggesting(format!("'{word}'"));
        }
        let message = format!("{word} is not known; there are {}", ROOTS.join(", "));
        let error = self.error(root.at, message);
        match nearest(word, &ROOTS) {
            Some(known) => error.suggesting(known),
            None => error.suggesting(format!("tags.{word}")),
        }
    }

    /// The current token does not belong here: says what it is, or that it comes later.
    fn unexpected(&self, wanted: &str) -> QueryError {
        let Token { at, kind, text } = &self.current;
        let error = |message: String| self.error(*at, message);
        match kind {
            Kind::End => error(format!("expected {wanted}, found the end")),
            Kind::Word(word) => match word.to_ascii_uppercase().as_str() {
                "OR" => error("OR is not understood yet; combine conditions with AND".into()),
                "NOT" => error("NOT is not understood yet; use != to exclude a value".into()),
                word @ ("IN" | "NIN" | "LIKE") => error(format!(
                    "{word} is not understood yet; compare with = or !="
                )),
                "SELECT" | "FROM" | "WHERE" => {
                    error("write only the condition: what stands behind WHERE".into())
                }
                "UNDEFINED" => error("nothing equals undefined; compare with a value".into()),
                _ => error(format!("expected {wanted}, found {text}")),
            },
            Kind::Mark("==") => error("== is not an operator".into()).suggesting("="),
            Kind::Mark("&&") => error("&& is not an operator".into()).suggesting("AND"),
            Kind::Mark("||") => error(
                "|| is not an operator, and OR is not understood yet; combine conditions with AND"
                    .into(),
            ),
            Kind::Mark(mark @ ("<" | ">" | "<=" | ">=")) => error(format!(
                "{mark} is not understood yet; compare with = or !="
            )),
            Kind::Mark(mark @ ("+" | "-" | "*" | "/" | "%")) => error(format!(
                "calculating with {mark} is not understood yet; compare with a value"
            )),
            Kind::Mark(_) | Kind::Number(_) | Kind::Text(_) | Kind::Name(_) => {
                error(format!("expected {wanted}, found {}", shortened(text)))
            }
        }
    }
}

/// Words that are never names.
fn is_keyword(word: &str) -> bool {
    const KEYWORDS: [&str; 9] = [
        "AND",
        "OR",
        "NOT",
        "IN",
        "NIN",
        "SELECT",
        "FROM",
        "WHERE",
        "UNDEFINED",
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
    fn errors_say_where_and_what() {
        let check = |text: &str, want: &str| {
            let error = condition(text).map_err(|error| error.to_string());
            assert_eq!(error, Err(want.to_owned()), "{text}");
        };
        let roots = "there are deviceId, status, connectionState, contact, stage, modelId, authenticationType, drift, tags";
        check(
            "tags.a = 1 OR tags.b = 2",
            "at character 12: OR is not understood yet; combine conditions with AND",
        );
        check(
            "not tags.a = 1",
            "at character 1: NOT is not understood yet; use != to exclude a value",
        );
        check(
            "tags.a in ['x']",
            "at character 8: IN is not understood yet; compare with = or !=",
        );
        check(
            "tags.a >= 1",
            "at character 8: >= is not understood yet; compare with = or !=",
        );
        check(
            "tags.a = 1 + 1",
            "at character 12: calculating with + is not understood yet; compare with a value",
        );
        check(
            "is_defined(tags.a)",
            "at character 1: functions such as is_defined are not understood yet; compare with = or !=",
        );
        check(
            "tags.a == 1",
            "at character 8: == is not an operator; did you mean =?",
        );
        check(
            "tags.a = 1 && tags.b = 2",
            "at character 12: && is not an operator; did you mean AND?",
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
            "properties.reported.x = 1",
            "at character 1: properties.* is not searchable yet; filter by deviceId, status, contact, stage or tags",
        );
        check(
            "LastActivityTime = '2026'",
            &format!("at character 1: lastActivityTime is not searchable yet; {roots}"),
        );
        check(
            "SELECT * FROM devices",
            "at character 1: write only the condition: what stands behind WHERE",
        );
        check(
            "tags.a = undefined",
            "at character 10: nothing equals undefined; compare with a value",
        );
        check("tags.a", "at character 7: expected = or !=, found the end");
        check(
            "tags.a =",
            "at character 9: expected a value such as 'text', 12, true or null, found the end",
        );
        check(
            "(tags.a = 1",
            "at character 12: expected AND or ), found the end",
        );
        check(
            "tags.a = 1)",
            "at character 11: expected AND or the end, found )",
        );
        check(
            "tags.ä = 1 tags.b",
            "at character 12: expected AND or the end, found tags",
        );
        check(
            "tags.a = -'x'",
            "at character 11: expected a number after -, found 'x'",
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
            "at character 1: calculating with * is not understood yet; compare with a value",
        );
    }

    #[test]
    fn positions_are_bytes_and_columns_are_characters() {
        let error = condition("tags.ä = 1 OR").map_err(|e| (e.position, e.column));
        assert_eq!(error, Err((12, 12)));
        let error = condition("tags.größe < 1").map_err(|e| (e.position, e.column));
        assert_eq!(error, Err((13, 12)));
    }

    #[test]
    fn size_and_depth_are_bounded() {
        let nested = |depth: usize| format!("{}1 = 1{}", "(".repeat(depth), ")".repeat(depth));
        assert!(condition(&nested(MAX_NESTING)).is_ok());
        let error = condition(&nested(MAX_NESTING + 1)).map_err(|e| e.position);
        assert_eq!(error, Err(MAX_NESTING));
        let long = |bytes: usize| format!("tags.a = '{}'", "x".repeat(bytes - 11));
        assert!(condition(&long(MAX_TEXT)).is_ok());
        let error = condition(&long(MAX_TEXT + 1)).map_err(|e| e.message);
        assert_eq!(error, Err("a condition has at most 65536 bytes".to_owned()));
    }
}
