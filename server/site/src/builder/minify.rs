//! A small minifier for style sheets: comments and needless blanks go, strings, escapes and addresses stay as they
//! are. It knows nothing of properties and reorders nothing.

use std::ops::Range;

/// What a stretch of a style sheet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Selectors, properties, values: blanks in it only separate.
    Plain,
    /// A string, an escape or an unquoted `url(…)`: kept byte for byte.
    Verbatim,
    /// A comment.
    Comment,
}

/// A stretch of a style sheet.
#[derive(Debug)]
pub(super) struct Piece<'a> {
    pub(super) kind: Kind,
    pub(super) text: &'a str,
    /// Counted from 1.
    pub(super) line: usize,
}

/// Cuts a style sheet into pieces; together they are the whole of it.
pub(super) fn pieces(sheet: &str) -> Vec<Piece<'_>> {
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
    let until = |end: &str, from: usize| rest[from..].find(end).map_or(rest.len(), |found| from + found + end.len());
    Some(match first {
        '/' if rest.starts_with("/*") => (Kind::Comment, until("*/", 2)),
        '"' | '\'' => (Kind::Verbatim, string(rest, first)),
        '\\' => (Kind::Verbatim, escape(rest)),
        'u' if rest.starts_with("url(") && !rest[4..].trim_start().starts_with(['"', '\'']) => {
            (Kind::Verbatim, until(")", 4))
        }
        // A whole word at once, so that the `url(` in `my-url(` is none.
        first if is_word(first) => (Kind::Plain, rest.find(|c| !is_word(c)).unwrap_or(rest.len())),
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
    let digits = rest[1..].chars().take(6).take_while(char::is_ascii_hexdigit).count();
    let next = rest[1 + digits..].chars().next();
    1 + digits + next.filter(|c| digits == 0 || c.is_ascii_whitespace()).map_or(0, char::len_utf8)
}

/// The same rules in fewer bytes.
pub(super) fn minify(sheet: &str) -> String {
    let pieces = pieces(sheet);
    let mut out = Minified::default();
    for (index, piece) in pieces.iter().enumerate() {
        match piece.kind {
            Kind::Plain => piece.text.chars().for_each(|c| out.plain(c)),
            Kind::Verbatim => out.verbatim(piece.text),
            // A comment that alone keeps two words apart goes on doing so.
            Kind::Comment => {
                let before = pieces[..index].last().and_then(|piece| piece.text.chars().last());
                let after = pieces.get(index + 1).and_then(|piece| piece.text.chars().next());
                let separates = |c: Option<char>| c.is_some_and(|c| !c.is_whitespace() && !"{};,:".contains(c));
                if separates(before) && separates(after) {
                    out.verbatim("/**/");
                }
            }
        }
    }
    out.text
}

#[derive(Default)]
struct Minified {
    text: String,
    /// A blank was seen and not yet written.
    blank: bool,
    /// The last character is from a verbatim piece, so it is no punctuation.
    verbatim: bool,
}

impl Minified {
    fn plain(&mut self, c: char) {
        if c.is_ascii_whitespace() {
            self.blank = true;
            return;
        }
        self.settle("{};,)".contains(c));
        if c == '}' && !self.verbatim && self.text.ends_with(';') {
            self.text.pop();
        }
        self.text.push(c);
        self.verbatim = false;
    }

    fn verbatim(&mut self, text: &str) {
        self.settle(false);
        self.text.push_str(text);
        self.verbatim = true;
    }

    /// Writes the blank that is due, unless what stands beside it separates as well.
    fn settle(&mut self, separated_after: bool) {
        let separated_before = self.text.is_empty() || !self.verbatim && self.text.ends_with(['{', '}', ';', ',', ':', '(']);
        if self.blank && !separated_before && !separated_after {
            self.text.push(' ');
        }
        self.blank = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(sheet: &str, expected: &str) {
        assert_eq!(minify(sheet), expected, "{sheet}");
        assert_eq!(minify(expected), expected, "twice: {sheet}");
    }

    #[test]
    fn blanks_that_only_separate_go() {
        check("a {\n  color : red ;\n  margin: 0  1px;\n}\n\n", "a{color :red;margin:0 1px}");
        check("a , b > c { }", "a,b > c{}");
        check("@layer reset, tokens ;\n@layer reset { a { b: c } }", "@layer reset,tokens;@layer reset{a{b:c}}");
        check("@media ( min-width : 40rem ) and (hover) { a { b: c; } }", "@media (min-width :40rem) and (hover){a{b:c}}");
        check("a { width: calc( 1px + ( 2px * 3 ) ) }", "a{width:calc(1px + (2px * 3))}");
    }

    #[test]
    fn blanks_that_mean_something_stay() {
        check("a :hover { b: c }", "a :hover{b:c}");
        check("a { & .b { c: d } + .e { f: g } }", "a{& .b{c:d}+ .e{f:g}}");
        check("a { margin: -1px -2px; font: 1rem/1.5 x }", "a{margin:-1px -2px;font:1rem/1.5 x}");
    }

    #[test]
    fn comments_go() {
        check("/* one */ a { /* two; } */ b: c /* three */ ; }", "a{b:c}");
        check(".a/* no blank */.b { c: d }", ".a/**/.b{c:d}");
        check("a{b:c}/* unfinished", "a{b:c}");
    }

    #[test]
    fn strings_addresses_and_escapes_stay() {
        check(r#"a::after { content: " /* no  comment */ ; } \" " ; }"#, r#"a::after{content:" /* no  comment */ ; } \" "}"#);
        check("a { content: '  {' }", "a{content:'  {'}");
        check("a { b: url( data:image/svg+xml;x,/*y*/ ) c }", "a{b:url( data:image/svg+xml;x,/*y*/ ) c}");
        check(r".a\, .b { c: d }", r".a\, .b{c:d}");
        check(r".\31  .b { c: d }", r".\31  .b{c:d}");
    }

    #[test]
    fn pieces_are_the_whole_and_know_their_line() {
        let sheet = "a {\n  b: \"c\"; /* d\n e */\n}\nurl(f) my-url(g)";
        let found = pieces(sheet);
        assert_eq!(found.iter().map(|piece| piece.text).collect::<String>(), sheet);
        let kinds: Vec<_> = found.iter().filter(|p| p.kind != Kind::Plain).map(|p| (p.text, p.line)).collect();
        assert_eq!(kinds, [("\"c\"", 2), ("/* d\n e */", 2), ("url(f)", 5)]);
    }
}
