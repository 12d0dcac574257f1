//! Paths.

use super::Parser;
use crate::error::QueryError;
use crate::lexer::{Kind, Token};
use crate::path::{POSITION, Path};

impl<'a> Parser<'a> {
    /// A path whose first word has been read.
    pub(super) fn path(&mut self, first: Token<'a>) -> Result<Path, QueryError> {
        let mut root = first;
        if root.text.eq_ignore_ascii_case("devices") && self.is_mark(".") {
            self.advance()?;
            root = self.word("a name after devices.")?;
            let source = ["modules", "jobs"]
                .iter()
                .any(|source| root.text.eq_ignore_ascii_case(source));
            if source && self.is_mark(".") {
                self.advance()?;
                root = self.word("a name")?;
            }
        }
        let keys_at = self.current.at + usize::from(self.is_mark("."));
        let mut keys = Vec::new();
        let is = |name: &str| root.text.eq_ignore_ascii_case(name);
        // Short for `properties.desired` and `properties.reported`.
        for section in ["desired", "reported"] {
            if is(section) && !self.jobs {
                keys.push(section.to_owned());
            }
        }
        let short = !keys.is_empty();
        while self.at_key() {
            keys.push(self.key()?);
        }
        if let Some(path) = Path::system(root.text, self.jobs) {
            let name = path.root();
            return path.below(keys).ok_or_else(|| {
                let message = format!("{name} holds one value; there are no keys below it");
                self.error(keys_at - 1, message)
            });
        }
        if self.jobs {
            return Err(self.unknown_root(&root));
        }
        if is("tags") {
            return Ok(Path::of_tags(&keys));
        }
        if short || is("properties") {
            let first = keys.first().cloned().unwrap_or_default();
            return Path::of_properties(keys).ok_or_else(|| {
                self.error(keys_at, "properties holds desired and reported")
                    .suggesting(format!("properties.reported.{first}"))
            });
        }
        Err(self.unknown_root(&root))
    }

    pub(super) fn at_key(&self) -> bool {
        self.is_mark(".") || self.is_mark("[") || matches!(self.current.kind, Kind::Name(_))
    }

    /// `.key`, `['key']`, `[[key]]`, `[0]`; a dot may stand before brackets.
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
            Kind::Mark("[") => {
                self.advance()?;
                if let Kind::Number(place) = self.current.kind {
                    return self.place(place);
                }
                self.bracketed()?
            }
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
        if key.contains(char::is_control) {
            return Err(self.error(at, "a key may not contain control characters"));
        }
        Ok(key)
    }

    /// A place in an array, whose bracket has been read.
    fn place(&mut self, place: f64) -> Result<String, QueryError> {
        if place.fract() != 0.0 || place >= f64::from(u32::MAX) {
            let message = "a place in an array is a whole number, from 0";
            return Err(self.error(self.current.at, message));
        }
        self.advance()?;
        self.mark("]", "]")?;
        Ok(format!("{POSITION}{place}"))
    }

    fn bracketed(&mut self) -> Result<String, QueryError> {
        let token = self.advance()?;
        match token.kind {
            Kind::Text(key) if self.is_mark("]") => {
                self.advance()?;
                Ok(key)
            }
            Kind::Text(_) => Err(self.unexpected("]")),
            _ => Err(self.error(token.at, "expected a key in quotes: ['key']")),
        }
    }
}
