//! Values as numbers: every distinct value of the fleet is kept once, rows hold its code.
//!
//! Paths and models are texts of the same dictionary. A code lives as long as somebody holds it; then its place is
//! used again. Readers hold a snapshot of the segments, so a code of theirs never changes its meaning.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::Arc;

use hashbrown::HashTable;
use muster_query::Field;
pub(crate) use muster_query::datum::number_key;
use muster_query::datum::number_of_key;
use serde_json::Number;

use crate::texts::{Lower, Needle, TextList};

/// How many values a segment holds: what a write may have to copy while somebody reads.
const SEGMENT: usize = if cfg!(test) { 16 } else { 1024 };

/// The type of a value; in the order of lists.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum Kind {
    Bool,
    Number,
    Text,
    /// A list or an empty object: there, but not comparable.
    Composite,
}

/// A value's number in the dictionary, with its kind in the lowest two bits; zero stands for no value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub(crate) struct Code(u32);

impl Code {
    /// No value.
    pub(crate) const NONE: Code = Code(0);

    /// A text that lies where the row is, for columns; no value of the dictionary has this code.
    pub(crate) const HERE: Code = Code(u32::MAX - 1);

    fn new(index: usize, kind: Kind) -> Self {
        let number = u32::try_from(index + 1).ok().filter(|n| *n < (1 << 30) - 1);
        Self(number.expect("2^30 values do not fit into memory") << 2 | kind as u32)
    }

    /// The code as a number; zero for no value.
    pub(crate) fn number(self) -> u32 {
        self.0
    }

    /// The code of a number that [`Code::number`] gave.
    pub(crate) fn of_number(number: u32) -> Self {
        Self(number)
    }

    pub(crate) fn is_none(self) -> bool {
        self.0 == 0
    }

    /// Its place in the dictionary; not to be asked of [`Code::NONE`].
    pub(crate) fn index(self) -> usize {
        (self.0 >> 2) as usize - 1
    }

    /// The kind of its value.
    pub(crate) fn kind(self) -> Option<Kind> {
        match (self.0, self.0 & 3) {
            (0, _) => None,
            (_, 0) => Some(Kind::Bool),
            (_, 1) => Some(Kind::Number),
            (_, 2) => Some(Kind::Text),
            _ => Some(Kind::Composite),
        }
    }
}

#[derive(Clone, Debug, Default)]
struct Segment {
    /// Orders values of one kind; texts only as far as their first eight bytes go.
    keys: Vec<u64>,
    /// Texts as they are, everything else as JSON.
    texts: TextList,
}

/// The values by code: what readers take along.
#[derive(Clone, Debug, Default)]
pub(crate) struct Values {
    segments: Vec<Arc<Segment>>,
}

impl Values {
    fn segment(&self, code: Code) -> (&Segment, usize) {
        let index = code.index();
        (&self.segments[index / SEGMENT], index % SEGMENT)
    }

    /// The text of a value: as it is, or as JSON.
    pub(crate) fn text(&self, code: Code) -> &str {
        let (segment, at) = self.segment(code);
        segment.texts.get(at)
    }

    /// Orders values of one kind; texts only as far as their first eight bytes go.
    pub(crate) fn key(&self, code: Code) -> u64 {
        let (segment, at) = self.segment(code);
        segment.keys[at]
    }

    /// How many codes there may be.
    pub(crate) fn len(&self) -> usize {
        self.segments.len() * SEGMENT
    }

    /// The value as conditions see it.
    pub(crate) fn field(&self, code: Code) -> Field<'_> {
        match code.kind() {
            None => Field::Undefined,
            Some(Kind::Bool) => Field::Bool(self.key(code) == 1),
            Some(Kind::Number) => Field::Number(number_of_key(self.key(code))),
            Some(Kind::Text) => Field::Str(self.text(code)),
            Some(Kind::Composite) => Field::Composite,
        }
    }

    /// Tells the index of each value whose text has the needle in it, whatever its kind.
    pub(crate) fn find(&self, needle: &Needle, lower: &mut Lower, mut found: impl FnMut(usize)) {
        for (number, segment) in self.segments.iter().enumerate() {
            let base = number * SEGMENT;
            segment.texts.find(needle, lower, |at| found(base + at));
        }
    }
}

/// The values by code and by meaning: what the writer keeps.
#[derive(Debug, Default)]
pub(crate) struct Dictionary {
    values: Values,
    /// How often each code is held.
    holds: Vec<u32>,
    /// Places that nobody holds.
    free: Vec<usize>,
    codes: HashTable<Code>,
    hasher: RandomState,
}

impl Dictionary {
    pub(crate) fn values(&self) -> &Values {
        &self.values
    }

    /// The code of a value that somebody holds.
    pub(crate) fn find(&self, kind: Kind, text: &str) -> Option<Code> {
        let same = |code: &Code| code.kind() == Some(kind) && self.values.text(*code) == text;
        let hash = self.hasher.hash_one((kind, text));
        self.codes.find(hash, same).copied()
    }

    /// The codes of a number: 1 and 1.0 are written apart and have the same value.
    pub(crate) fn find_number(&self, value: f64) -> Vec<Code> {
        let value = value + 0.0;
        let mut texts: Vec<String> = Number::from_f64(value)
            .iter()
            .map(Number::to_string)
            .collect();
        if value == 0.0 {
            texts.push("-0.0".into());
        }
        // Integers of twins are below 2^53 (spec §7.3), where each has a float of its own.
        if value.fract() == 0.0 && value.abs() < (1_u64 << 53) as f64 {
            texts.push((value as i64).to_string());
        }
        let code = |text: &String| self.find(Kind::Number, text);
        texts.iter().filter_map(code).collect()
    }

    /// Holds a value: gives its code, which stays until it has been released as often as held.
    pub(crate) fn hold(&mut self, kind: Kind, text: &str) -> Code {
        let code = self
            .find(kind, text)
            .unwrap_or_else(|| self.add(kind, text));
        self.holds[code.index()] += 1;
        code
    }

    fn add(&mut self, kind: Kind, text: &str) -> Code {
        let index = self.free.pop().unwrap_or_else(|| self.grow());
        self.set(index, key(kind, text), text);
        let code = Code::new(index, kind);
        self.remember(code, kind, text);
        code
    }

    /// From now on the code is found by its meaning.
    fn remember(&mut self, code: Code, kind: Kind, text: &str) {
        let hash = self.hasher.hash_one((kind, text));
        let (values, hasher) = (&self.values, &self.hasher);
        self.codes.insert_unique(hash, code, |code| {
            hasher.hash_one((
                code.kind().expect("codes in use have a kind"),
                values.text(*code),
            ))
        });
    }

    /// No longer is the code found by the meaning it still has.
    fn forget(&mut self, code: Code, kind: Kind) {
        let hash = self.hasher.hash_one((kind, self.values.text(code)));
        if let Ok(entry) = self.codes.find_entry(hash, |other| *other == code) {
            entry.remove();
        }
    }

    /// Another text of the same kind for a code that is held once, in its place; whether that could be. It cannot when
    /// the text has a code already.
    pub(crate) fn exchange(&mut self, code: Code, text: &str) -> bool {
        let Some(kind) = code.kind() else {
            return false;
        };
        let index = code.index();
        if self.holds[index] != 1 || self.find(kind, text).is_some() {
            return false;
        }
        self.forget(code, kind);
        self.set(index, key(kind, text), text);
        self.remember(code, kind, text);
        true
    }

    /// One more place; gives its index.
    fn grow(&mut self) -> usize {
        let index = self.holds.len();
        if index.is_multiple_of(SEGMENT) {
            self.values.segments.push(Arc::default());
        }
        let last = self
            .values
            .segments
            .last_mut()
            .expect("just made sure of one");
        let segment = Arc::make_mut(last);
        segment.keys.push(0);
        segment.texts.push("");
        self.holds.push(0);
        index
    }

    fn set(&mut self, index: usize, key: u64, text: &str) {
        let segment = Arc::make_mut(&mut self.values.segments[index / SEGMENT]);
        segment.keys[index % SEGMENT] = key;
        segment.texts.replace(index % SEGMENT, text);
    }

    /// Lets go of a code; nothing happens for [`Code::NONE`].
    pub(crate) fn release(&mut self, code: Code) {
        let Some(kind) = code.kind() else { return };
        let index = code.index();
        self.holds[index] -= 1;
        if self.holds[index] > 0 {
            return;
        }
        self.forget(code, kind);
        self.set(index, 0, "");
        self.free.push(index);
    }

    /// How many values somebody holds.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.codes.len()
    }

    /// Bytes it takes.
    pub(crate) fn memory(&self) -> usize {
        let segments = self.values.segments.iter();
        let texts: usize = segments
            .map(|segment| segment.texts.memory() + segment.keys.capacity() * 8)
            .sum();
        // The table keeps a byte beside each code, and room to spare.
        texts
            + self.holds.capacity() * 4
            + self.free.capacity() * 8
            + self.codes.capacity() * 5 * 8 / 7
    }
}

fn key(kind: Kind, text: &str) -> u64 {
    match kind {
        Kind::Bool => u64::from(text == "true"),
        Kind::Number => number_key(text.parse().unwrap_or(0.0)),
        Kind::Text => text_key(text),
        Kind::Composite => 0,
    }
}

/// Orders texts as far as their first eight bytes go.
pub(crate) fn text_key(text: &str) -> u64 {
    let mut first = [0; 8];
    let length = text.len().min(8);
    first[..length].copy_from_slice(&text.as_bytes()[..length]);
    u64::from_be_bytes(first)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_value_lives_as_long_as_it_is_held() {
        let mut dictionary = Dictionary::default();
        let a = dictionary.hold(Kind::Text, "1");
        let b = dictionary.hold(Kind::Number, "1");
        assert_ne!(a, b);
        assert_eq!(dictionary.hold(Kind::Text, "1"), a);
        dictionary.release(a);
        assert_eq!(dictionary.find(Kind::Text, "1"), Some(a));
        let before = dictionary.values().clone();
        dictionary.release(a);
        assert_eq!(dictionary.find(Kind::Text, "1"), None);
        let c = dictionary.hold(Kind::Composite, "[]");
        assert_eq!(c.index(), a.index());
        assert_eq!(dictionary.values().text(c), "[]");
        assert_eq!(before.text(a), "1");
        assert_eq!(dictionary.len(), 2);
        dictionary.release(Code::NONE);
    }

    #[test]
    fn a_code_that_is_held_once_can_take_another_text() {
        let mut dictionary = Dictionary::default();
        let a = dictionary.hold(Kind::Composite, "[1]");
        let known = dictionary.hold(Kind::Composite, "[2]");
        let before = dictionary.values().clone();
        assert!(dictionary.exchange(a, "[3, 4]"));
        assert_eq!(dictionary.find(Kind::Composite, "[1]"), None);
        assert_eq!(dictionary.find(Kind::Composite, "[3, 4]"), Some(a));
        assert_eq!(
            (before.text(a), dictionary.values().text(a)),
            ("[1]", "[3, 4]")
        );
        assert!(!dictionary.exchange(a, "[2]"), "it has a code");
        dictionary.hold(Kind::Composite, "[2]");
        assert!(
            !dictionary.exchange(known, "[5]"),
            "others mean the old one"
        );
        assert!(!dictionary.exchange(Code::NONE, "[6]"));
    }

    #[test]
    fn numbers_are_found_by_value() {
        let mut dictionary = Dictionary::default();
        let check = |dictionary: &Dictionary, value: f64, want: &[&str]| {
            let codes = dictionary.find_number(value);
            let mut texts: Vec<_> = codes.iter().map(|c| dictionary.values().text(*c)).collect();
            texts.sort_unstable();
            assert_eq!(texts, want, "{value}");
            for code in codes {
                assert_eq!(dictionary.values().field(code), Field::Number(value));
            }
        };
        let huge = Number::from_f64(1e300).unwrap().to_string();
        for text in [
            "1",
            "1.0",
            "1.5",
            "0",
            "0.0",
            "-0.0",
            "4503599627370495",
            &huge,
        ] {
            dictionary.hold(Kind::Number, text);
        }
        check(&dictionary, 1.0, &["1", "1.0"]);
        check(&dictionary, 1.5, &["1.5"]);
        check(&dictionary, -0.0, &["-0.0", "0", "0.0"]);
        check(&dictionary, 4_503_599_627_370_495.0, &["4503599627370495"]);
        check(&dictionary, 1e300, &[&huge]);
        check(&dictionary, 2.0, &[]);
    }

    proptest! {
        #[test]
        fn number_keys_order_like_numbers(a in any::<f64>(), b in any::<f64>()) {
            prop_assume!(!a.is_nan() && !b.is_nan());
            prop_assert_eq!(number_key(a).cmp(&number_key(b)), a.partial_cmp(&b).unwrap());
            prop_assert_eq!(number_of_key(number_key(a)), a);
        }

        #[test]
        fn text_keys_never_contradict_the_texts(a in ".{0,12}", b in ".{0,12}") {
            let order = text_key(&a).cmp(&text_key(&b)).then(a.cmp(&b));
            prop_assert_eq!(order, a.cmp(&b));
        }

        #[test]
        fn codes_and_values_agree(edits in prop::collection::vec((any::<bool>(), 0_u16..3000), 0..400)) {
            let mut dictionary = Dictionary::default();
            let mut held: Vec<(Code, String)> = Vec::new();
            for (add, number) in edits {
                if add || held.is_empty() {
                    let text = format!("value {number}");
                    held.push((dictionary.hold(Kind::Text, &text), text));
                } else {
                    let (code, _) = held.swap_remove(usize::from(number) % held.len());
                    dictionary.release(code);
                }
            }
            for (code, text) in &held {
                prop_assert_eq!(dictionary.values().text(*code), text);
                prop_assert_eq!(dictionary.find(Kind::Text, text), Some(*code));
            }
            held.sort();
            held.dedup();
            prop_assert_eq!(dictionary.len(), held.len());
        }
    }
}
