//! A style sheet told apart into what matters byte for byte and what does not.

use std::ops::Range;

/// What a stretch of a style sheet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Selectors, properties, values: blanks in it only separate.
    Plain,
    /// A string, an escape or an unquoted `url(…)`: kept byte for byte.
    Verbatim,
    /// A comment.
    Comment,
}

/// A stretch of a style sheet.
#[derive(Debug)]
pub(crate) struct Piece<'a> {
    pub(crate) kind: Kind,
    pub(crate) text: &'a str,
    /// Counted from 1.
    pub(crate) line: usize,
}

/// Cuts a style sheet into pieces; together they are the whole of it.
pub(crate) fn pieces(sheet: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut line = 1;
    let mut push = |kind, range: Range<usize>| {
        let text = &sheet[range];
        if !text.is_empty() {
            found.push(Piece { kind, text, line });
            line += text.matches('\n').count();
        }
    };
    let (mut plain, mut at) = (0, 0);
    while let Some((kind, length)) = sheet.get(at..).and_then(special) {
        if kind == Kind::Plain {
            at += length;
            continue;
        }
        push(Kind::Plain, plain..at);
        push(kind, at..at + length);
        at += length;
        plain = at;
    }
    push(Kind::Plain, plain..sheet.len());
    found
}

/// What `rest` begins with and how long that is; `None` at the end.
fn special(rest: &str) -> Option<(Kind, usize)> {
    let first = rest.chars().next()?;
    let until = |end: &str, from: usize| {
        rest[from..]
            .find(end)
            .map_or(rest.len(), |found| from + found + end.len())
    };
    Some(match first {
        '/' if rest.starts_with("/*") => (Kind::Comment, until("*/", 2)),
        '"' | '\'' => (Kind::Verbatim, string(rest, first)),
        '\\' => (Kind::Verbatim, escape(rest)),
        'u' if rest.starts_with("url(") && !rest[4..].trim_start().starts_with(['"', '\'']) => {
            (Kind::Verbatim, until(")", 4))
        }
        // A whole word at once, so that the `url(` in `my-url(` is none.
        first if is_word(first) => (
            Kind::Plain,
            rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
        ),
        first => (Kind::Plain, first.len_utf8()),
    })
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '-' || c == '_'
}

/// The length of the string that `rest` begins with.
fn string(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    rest.len()
}

/// The length of the escape that `rest` begins with: hex digits take one blank with them.
fn escape(rest: &str) -> usize {
    let digits = rest[1..]
        .chars()
        .take(6)
        .take_while(char::is_ascii_hexdigit)
        .count();
    let next = rest[1 + digits..].chars().next();
    1 + digits
        + next
            .filter(|c| digits == 0 || c.is_ascii_whitespace())
            .map_or(0, char::len_utf8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_the_whole_and_know_their_line() {
        let sheet = "a {\n  b: \"c\"; /* d\n e */\n}\nurl(f) my-url(g)";
        let found = pieces(sheet);
        assert_eq!(
            found.iter().map(|piece| piece.text).collect::<String>(),
            sheet
        );
        let kinds: Vec<_> = found
            .iter()
            .filter(|p| p.kind != Kind::Plain)
            .map(|p| (p.text, p.line))
            .collect();
        assert_eq!(kinds, [("\"c\"", 2), ("/* d\n e */", 2), ("url(f)", 5)]);
    }
}
