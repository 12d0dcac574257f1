//! A small minifier for style sheets: comments and needless blanks go, strings, escapes and addresses stay as they
//! are. It knows nothing of properties and reorders nothing.

use crate::sheet::{Kind, pieces};

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
                let before = pieces[..index]
                    .last()
                    .and_then(|piece| piece.text.chars().last());
                let after = pieces
                    .get(index + 1)
                    .and_then(|piece| piece.text.chars().next());
                let separates =
                    |c: Option<char>| c.is_some_and(|c| !c.is_whitespace() && !"{};,:".contains(c));
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
        let separated_before = self.text.is_empty()
            || !self.verbatim && self.text.ends_with(['{', '}', ';', ',', ':', '(']);
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
        check(
            "a {\n  color : red ;\n  margin: 0  1px;\n}\n\n",
            "a{color :red;margin:0 1px}",
        );
        check("a , b > c { }", "a,b > c{}");
        check(
            "@layer reset, tokens ;\n@layer reset { a { b: c } }",
            "@layer reset,tokens;@layer reset{a{b:c}}",
        );
        check(
            "@media ( min-width : 40rem ) and (hover) { a { b: c; } }",
            "@media (min-width :40rem) and (hover){a{b:c}}",
        );
        check(
            "a { width: calc( 1px + ( 2px * 3 ) ) }",
            "a{width:calc(1px + (2px * 3))}",
        );
    }

    #[test]
    fn blanks_that_mean_something_stay() {
        check("a :hover { b: c }", "a :hover{b:c}");
        check("a { & .b { c: d } + .e { f: g } }", "a{& .b{c:d}+ .e{f:g}}");
        check(
            "a { margin: -1px -2px; font: 1rem/1.5 x }",
            "a{margin:-1px -2px;font:1rem/1.5 x}",
        );
    }

    #[test]
    fn comments_go() {
        check("/* one */ a { /* two; } */ b: c /* three */ ; }", "a{b:c}");
        check(".a/* no blank */.b { c: d }", ".a/**/.b{c:d}");
        check("a{b:c}/* unfinished", "a{b:c}");
    }

    #[test]
    fn strings_addresses_and_escapes_stay() {
        check(
            r#"a::after { content: " /* no  comment */ ; } \" " ; }"#,
            r#"a::after{content:" /* no  comment */ ; } \" "}"#,
        );
        check("a { content: '  {' }", "a{content:'  {'}");
        check(
            "a { b: url( data:image/svg+xml;x,/*y*/ ) c }",
            "a{b:url( data:image/svg+xml;x,/*y*/ ) c}",
        );
        check(r".a\, .b { c: d }", r".a\, .b{c:d}");
        check(r".\31  .b { c: d }", r".\31  .b{c:d}");
    }
}
