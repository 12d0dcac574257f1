//! Text to tokens. Every token knows where it stands.

use crate::error::QueryError;

/// A token with its place.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Token<'a> {
    /// Where it begins, in bytes.
    pub(crate) at: usize,
    /// What it is.
    pub(crate) kind: Kind<'a>,
    /// As it is written.
    pub(crate) text: &'a str,
}

/// What a token is.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Kind<'a> {
    /// A name or keyword, as written.
    Word(&'a str),
    /// A text in quotes, escapes resolved.
    Text(String),
    /// `[[…]]`: a key as it stands.
    Name(&'a str),
    /// Digits; never negative, always finite.
    Number(f64),
    /// One of [`MARKS`].
    Mark(&'static str),
    /// Nothing is left.
    End,
}

/// Signs with a meaning, now or in the rest of the language; longer ones first.
const MARKS: [&str; 22] = [
    "!=", "<>", "<=", ">=", "==", "&&", "||", "=", "<", ">", "(", ")", "[", "]", ".", ",", "-",
    "+", "*", "/", "%", "!",
];

fn begins_word(c: char) -> bool {
    c.is_alphabetic() || c == '_' || c == '$'
}

fn continues_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$' || c == '-'
}

/// Whether a key needs no brackets.
pub(crate) fn is_word(key: &str) -> bool {
    key.starts_with(begins_word) && key.chars().all(continues_word)
}

/// Reads tokens one by one.
#[derive(Clone, Debug)]
pub(crate) struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    /// At the beginning of a text.
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The next token; [`Kind::End`] for ever at the end.
    pub(crate) fn next(&mut self) -> Result<Token<'a>, QueryError> {
        let left = &self.text[self.at..];
        let rest = left.trim_start();
        let at = self.at + left.len() - rest.len();
        let (kind, length) = self.token(at, rest)?;
        self.at = at + length;
        Ok(Token {
            at,
            kind,
            text: &rest[..length],
        })
    }

    fn token(&self, at: usize, rest: &'a str) -> Result<(Kind<'a>, usize), QueryError> {
        let Some(first) = rest.chars().next() else {
            return Ok((Kind::End, 0));
        };
        if begins_word(first) {
            let word = leading(rest, continues_word);
            return Ok((Kind::Word(word), word.len()));
        }
        if first.is_ascii_digit() {
            return self.number(at, rest);
        }
        if first == '\'' || first == '"' {
            return self.quoted(at, rest, first);
        }
        if let Some(inside) = rest.strip_prefix("[[") {
            let end = inside
                .find("]]")
                .ok_or_else(|| self.error(at, "[[ is never closed; end the key with ]]"))?;
            return Ok((Kind::Name(&inside[..end]), end + 4));
        }
        match MARKS.into_iter().find(|mark| rest.starts_with(mark)) {
            Some(mark) => Ok((Kind::Mark(mark), mark.len())),
            None => Err(self.error(at, format!("{first:?} has no meaning in a condition"))),
        }
    }

    fn number(&self, at: usize, rest: &'a str) -> Result<(Kind<'a>, usize), QueryError> {
        let hex = rest.strip_prefix("0x").or_else(|| rest.strip_prefix("0X"));
        let (value, length) = match hex {
            Some(digits) => {
                let digits = leading(digits, |c| c.is_ascii_hexdigit());
                (hexadecimal(digits), 2 + digits.len())
            }
            None => {
                let length = decimal_length(rest);
                (rest[..length].parse().ok(), length)
            }
        };
        let tail = leading(&rest[length..], continues_word);
        let written = &rest[..length + tail.len()];
        match value {
            Some(value) if tail.is_empty() && f64::is_finite(value) => {
                Ok((Kind::Number(value), length))
            }
            Some(value) if tail.is_empty() && value.is_infinite() => {
                Err(self.error(at, format!("{written} is too large a number")))
            }
            _ => Err(self.error(
                at,
                format!(
                    "{written} is not a number; a key that begins with a digit stands in brackets: ['{written}']"
                ),
            )),
        }
    }

    fn quoted(
        &self,
        at: usize,
        rest: &'a str,
        quote: char,
    ) -> Result<(Kind<'a>, usize), QueryError> {
        let mut value = String::new();
        let mut from = 1;
        while let Some(c) = rest[from..].chars().next() {
            if c == quote {
                return Ok((Kind::Text(value), from + 1));
            }
            if c == '\\' {
                let (c, length) = escape(&rest[from..]).ok_or_else(|| {
                    self.error(
                        at + from,
                        "after \\ stands ', \", \\, or u with four hexadecimal digits",
                    )
                })?;
                value.push(c);
                from += length;
            } else {
                value.push(c);
                from += c.len_utf8();
            }
        }
        Err(self.error(at, format!("the text is never closed; end it with {quote}")))
    }

    /// An error somewhere in the text.
    pub(crate) fn error(&self, at: usize, message: impl Into<String>) -> QueryError {
        QueryError::new(self.text, at, message)
    }
}

fn leading(text: &str, of: impl Fn(char) -> bool) -> &str {
    &text[..text.find(|c| !of(c)).unwrap_or(text.len())]
}

/// The length of `12`, `12.5`, `12e3`, `12.5e-3` at the beginning.
fn decimal_length(text: &str) -> usize {
    let digits = |from: usize| leading(&text[from..], |c| c.is_ascii_digit()).len();
    let mut length = digits(0);
    if text[length..].starts_with('.') && digits(length + 1) > 0 {
        length += 1 + digits(length + 1);
    }
    if text[length..].starts_with(['e', 'E']) {
        let sign = usize::from(text[length + 1..].starts_with(['+', '-']));
        let exponent = digits(length + 1 + sign);
        if exponent > 0 {
            length += 1 + sign + exponent;
        }
    }
    length
}

/// The value of hexadecimal digits; `None` without digits or above 64 bits.
fn hexadecimal(digits: &str) -> Option<f64> {
    u64::from_str_radix(digits, 16).ok().map(|n| n as f64)
}

/// One escape at the beginning: its character and its length.
fn escape(text: &str) -> Option<(char, usize)> {
    match text.as_bytes().get(1)? {
        mark @ (b'\'' | b'"' | b'\\') => Some((char::from(*mark), 2)),
        b'u' => {
            let high = unit(text, 0)?;
            if let Some(c) = char::from_u32(high) {
                return Some((c, 6));
            }
            let low = unit(text, 6)?;
            let pair = char::decode_utf16([high as u16, low as u16]).next()?.ok()?;
            Some((pair, 12))
        }
        _ => None,
    }
}

/// The code unit of the `\uXXXX` at `from`.
fn unit(text: &str, from: usize) -> Option<u32> {
    let digits = text.get(from..from + 6)?.strip_prefix("\\u")?;
    let hex = digits.bytes().all(|b| b.is_ascii_hexdigit());
    hex.then(|| u32::from_str_radix(digits, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Result<Vec<Kind<'_>>, QueryError> {
        let mut lexer = Lexer::new(text);
        let mut kinds = Vec::new();
        loop {
            match lexer.next()?.kind {
                Kind::End => return Ok(kinds),
                kind => kinds.push(kind),
            }
        }
    }

    #[test]
    fn tokens_are_told_apart() {
        use Kind::{Mark, Name, Number, Word};
        let check = |text: &'static str, want: &[Kind<'_>]| {
            assert_eq!(kinds(text).as_deref(), Ok(want), "{text}");
        };
        check("", &[]);
        check("a.b-c $x", &[Word("a"), Mark("."), Word("b-c"), Word("$x")]);
        check("a<>1", &[Word("a"), Mark("<>"), Number(1.0)]);
        check("a!=-2", &[Word("a"), Mark("!="), Mark("-"), Number(2.0)]);
        check(
            "0xFf 1.5e-3 2E2",
            &[Number(255.0), Number(0.0015), Number(200.0)],
        );
        check(
            "[[a ] b]] [x]",
            &[Name("a ] b"), Mark("["), Word("x"), Mark("]")],
        );
        check("1.", &[Number(1.0), Mark(".")]);
        check("(a)", &[Mark("("), Word("a"), Mark(")")]);
    }

    #[test]
    fn texts_have_escapes() {
        let check = |text: &'static str, want: &str| {
            assert_eq!(kinds(text), Ok(vec![Kind::Text(want.to_owned())]), "{text}");
        };
        check("'it\\'s'", "it's");
        check("\"it's\"", "it's");
        check("'a\\\\b'", "a\\b");
        check("'\\u00e4\\ud83d\\ude00'", "ä😀");
        check("''", "");
        check("'a\nb'", "a\nb");
    }

    #[test]
    fn what_is_no_token_is_refused_at_its_place() {
        let check = |text: &'static str, position: usize| {
            let found = kinds(text).map_err(|error| error.position);
            assert_eq!(found, Err(position), "{text}");
        };
        check("a = 'b", 4);
        check("'a\\n'", 2);
        check("'\\ud83d'", 1);
        check("'\\u12", 1);
        check("'\\", 1);
        check("a ; b", 2);
        check("tags[[x", 4);
        check("1e999", 0);
        check("a 0x", 2);
        check("12ab", 0);
        check("0x10000000000000000", 0);
    }
}
