//! Rust source told apart into code, literals and comments, as far as the checks need it.

/// A literal in a Rust file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Literal {
    /// Counted from 1.
    pub(super) line: usize,
    /// Between the quotes, escapes as they are written.
    pub(super) text: String,
}

/// A Rust file as checks see it.
#[derive(Debug, Default)]
pub(super) struct Rust {
    /// The source with comments and the inside of literals blanked out; every line keeps its number.
    pub(super) code: String,
    /// String literals, in the order of the file.
    pub(super) literals: Vec<Literal>,
}

impl Rust {
    /// Reads a file that compiles; on others it does what it can.
    pub(super) fn read(text: &str) -> Self {
        let mut read = Self::default();
        let mut rest = text;
        let mut after_word = false;
        while let Some(first) = rest.chars().next() {
            let token = token(rest, first, after_word);
            match token.kind {
                Kind::Code => read.code.push_str(&rest[..token.length]),
                Kind::Blank => read.blank(&rest[..token.length]),
                Kind::Literal { open, close } => {
                    let line = read.code.matches('\n').count() + 1;
                    let inside = &rest[open..token.length - close];
                    read.literals.push(Literal {
                        line,
                        text: inside.to_owned(),
                    });
                    read.code.push_str(&rest[..open]);
                    read.blank(inside);
                    read.code
                        .push_str(&rest[token.length - close..token.length]);
                }
            }
            after_word = rest[..token.length].ends_with(is_word);
            rest = &rest[token.length..];
        }
        read
    }

    fn blank(&mut self, text: &str) {
        self.code
            .extend(text.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
    }

    /// The lines where `needle` stands in the code as words of its own: `env::var` is not in `my_env::variable`.
    pub(super) fn lines_with(&self, needle: &str) -> Vec<usize> {
        lines_with(&self.code, needle)
    }

    /// The same code with everything below `#[cfg(test)]` blanked out.
    pub(super) fn without_tests(&self) -> String {
        let mut code = self.code.clone();
        while let Some(start) = code.find("#[cfg(test)]") {
            let end = end_of_item(&code, start);
            let blank: String = code[start..end]
                .chars()
                .map(|c| if c == '\n' { '\n' } else { ' ' })
                .collect();
            code.replace_range(start..end, &blank);
        }
        code
    }

    /// The literals that are not below `#[cfg(test)]`: tests show what must not be.
    pub(super) fn literals_without_tests(&self) -> impl Iterator<Item = &Literal> {
        let code = self.without_tests();
        let lines: Vec<bool> = code.lines().map(|line| line.contains('"')).collect();
        self.literals
            .iter()
            .filter(move |literal| lines.get(literal.line - 1) == Some(&true))
    }
}

/// The lines of `code` where `needle` stands as words of its own.
pub(super) fn lines_with(code: &str, needle: &str) -> Vec<usize> {
    let word_at =
        |c: Option<char>, other: Option<char>| c.is_some_and(is_word) && other.is_some_and(is_word);
    let (first, last) = (needle.chars().next(), needle.chars().last());
    let mut lines = Vec::new();
    for (index, line) in code.lines().enumerate() {
        let alone = |at: usize| {
            let (before, after) = (
                line[..at].chars().last(),
                line[at + needle.len()..].chars().next(),
            );
            !word_at(before, first) && !word_at(after, last)
        };
        if line.match_indices(needle).any(|(at, _)| alone(at)) {
            lines.push(index + 1);
        }
    }
    lines
}

/// Where the item that follows an attribute at `start` ends: after its block, or after its semicolon.
fn end_of_item(code: &str, start: usize) -> usize {
    let mut depth = 0_usize;
    for (at, c) in code[start..].char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth <= 1 => return start + at + 1,
            '}' => depth -= 1,
            ';' if depth == 0 => return start + at + 1,
            _ => {}
        }
    }
    code.len()
}

enum Kind {
    Code,
    Blank,
    Literal { open: usize, close: usize },
}

struct Token {
    kind: Kind,
    length: usize,
}

fn token(rest: &str, first: char, after_word: bool) -> Token {
    let code = |length| Token {
        kind: Kind::Code,
        length,
    };
    match first {
        '/' if rest.starts_with("//") => Token {
            kind: Kind::Blank,
            length: rest.find('\n').unwrap_or(rest.len()),
        },
        '/' if rest.starts_with("/*") => Token {
            kind: Kind::Blank,
            length: block_comment(rest),
        },
        '"' => quoted(rest, 1),
        'r' | 'b' | 'c' if !after_word => prefixed(rest).unwrap_or_else(|| code(1)),
        '\'' => character(rest).unwrap_or_else(|| code(1)),
        other => code(other.len_utf8()),
    }
}

/// A literal with its `r`, `b`, `br`, `c` or `cr` before it.
fn prefixed(rest: &str) -> Option<Token> {
    let letters = rest.find(|c| !matches!(c, 'r' | 'b' | 'c'))?;
    if letters > 2 {
        return None;
    }
    let after = &rest[letters..];
    if rest[..letters].ends_with('r') {
        let hashes = after.find(|c| c != '#')?;
        if !after[hashes..].starts_with('"') {
            return None;
        }
        let open = letters + hashes + 1;
        let end = format!("\"{}", "#".repeat(hashes));
        let (close, length) = match rest[open..].find(&end) {
            Some(at) => (end.len(), open + at + end.len()),
            None => (0, rest.len()),
        };
        let kind = Kind::Literal { open, close };
        return Some(Token { kind, length });
    }
    after.starts_with('"').then(|| quoted(rest, letters + 1))
}

/// A literal whose inside begins at `open`.
fn quoted(rest: &str, open: usize) -> Token {
    let mut escaped = false;
    for (at, c) in rest[open..].char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => {
                return Token {
                    kind: Kind::Literal { open, close: 1 },
                    length: open + at + 1,
                };
            }
            _ => {}
        }
    }
    Token {
        kind: Kind::Literal { open, close: 0 },
        length: rest.len(),
    }
}

/// A character such as `'"'`; a lifetime is none.
fn character(rest: &str) -> Option<Token> {
    let inside = &rest[1..];
    let length = if inside.starts_with('\\') {
        2 + inside.char_indices().skip(2).find(|(_, c)| *c == '\'')?.0
    } else {
        let c = inside.chars().next()?;
        inside[c.len_utf8()..]
            .starts_with('\'')
            .then(|| 2 + c.len_utf8())?
    };
    Some(Token {
        kind: Kind::Blank,
        length,
    })
}

fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < rest.len() {
        let here = &rest[at..];
        let (change, length) = match here {
            _ if here.starts_with("/*") => (1, 2),
            _ if here.starts_with("*/") => (-1, 2),
            _ => (0, here.chars().next().map_or(1, char::len_utf8)),
        };
        depth = depth.saturating_add_signed(change);
        at += length;
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, code: &str, literals: &[(usize, &str)]) {
        let read = Rust::read(text);
        assert_eq!(read.code, code, "{text}");
        let found: Vec<_> = read
            .literals
            .iter()
            .map(|literal| (literal.line, literal.text.as_str()))
            .collect();
        assert_eq!(found, literals, "{text}");
    }

    #[test]
    fn comments_are_blank() {
        check("a // b \"c\"\nd", "a         \nd", &[]);
        check("a /* b /* c */ \" */ d", "a                   d", &[]);
    }

    #[test]
    fn literals_are_told_from_code() {
        check(r#"f("a\"b", c)"#, r#"f("    ", c)"#, &[(1, r#"a\"b"#)]);
        check("\nr#\"a\"b\"# c", "\nr#\"   \"# c", &[(2, "a\"b")]);
        check(
            "b\"x\" br\"y\" c\"z\"",
            "b\" \" br\" \" c\" \"",
            &[(1, "x"), (1, "y"), (1, "z")],
        );
        check("r#type \"a\nb\" c", "r#type \" \n \" c", &[(1, "a\nb")]);
        check("for\"x\"", "for\" \"", &[(1, "x")]);
        check("\"unfinished", "\"          ", &[(1, "unfinished")]);
        check("r\"unfinished", "r\"          ", &[(1, "unfinished")]);
    }

    #[test]
    fn characters_are_no_strings_and_lifetimes_are_no_characters() {
        check("'\"' \"a\"", "    \" \"", &[(1, "a")]);
        check(r#"'\'' '\u{1F}' "a""#, "              \" \"", &[(1, "a")]);
        check("fn f<'a>(x: &'a str)", "fn f<'a>(x: &'a str)", &[]);
    }

    #[test]
    fn words_stand_alone() {
        let read =
            Rust::read("std::env::var(x)\nmy_env::var(x)\nenv::variable\n\"env::var\"\nenv::var");
        assert_eq!(read.lines_with("env::var"), [1, 5]);
        assert_eq!(
            Rust::read("Suspend(a)\nSuspending(b)").lines_with("Suspend("),
            [1]
        );
    }

    #[test]
    fn tests_can_be_left_out() {
        let read =
            Rust::read("a\n#[cfg(test)]\nmod tests {\n b { c }\n}\nd\n#[cfg(test)]\nuse e;\nf");
        assert_eq!(
            read.without_tests().split_whitespace().collect::<String>(),
            "adf"
        );
        assert_eq!(lines_with(&read.without_tests(), "f"), [9]);
        let read = Rust::read("\"a\"\n#[cfg(test)]\nconst B: &str = \"b\";\n\"c\"");
        let kept: Vec<_> = read
            .literals_without_tests()
            .map(|kept| &kept.text)
            .collect();
        assert_eq!(kept, ["a", "c"]);
    }
}
