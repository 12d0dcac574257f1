//! Choosing the form of a path by some of its values.

use std::collections::HashSet;

use serde_json::Value;

use crate::cell::Cell;
use crate::column::Form;
use crate::dictionary::{Kind, Values};

/// Fewer values than this say nothing.
const ENOUGH: usize = if cfg!(test) { 24 } else { 256 };

/// What some values of a path are.
#[derive(Debug, Default)]
pub(crate) struct Sample<'a> {
    values: usize,
    numbers: usize,
    texts: usize,
    distinct: HashSet<&'a str>,
}

impl<'a> Sample<'a> {
    pub(crate) fn add(&mut self, cell: Cell<'a>, values: &'a Values) {
        match cell.kind() {
            Some(Kind::Text) => self.add_text(cell.text(values)),
            Some(Kind::Number) => self.add_number(),
            Some(_) => self.values += 1,
            None => {}
        }
    }

    pub(crate) fn add_value(&mut self, value: &'a Value) {
        match value {
            Value::String(text) => self.add_text(text),
            Value::Number(_) => self.add_number(),
            Value::Null => {}
            _ => self.values += 1,
        }
    }

    fn add_text(&mut self, text: &'a str) {
        self.values += 1;
        self.texts += 1;
        self.distinct.insert(text);
    }

    fn add_number(&mut self) {
        self.values += 1;
        self.numbers += 1;
    }

    /// The form for such values. A little of another nature does not change the one there is.
    pub(crate) fn form(&self, now: Form) -> Form {
        let most = |part: usize, form: Form| {
            // Three quarters to become it, half to stay it.
            let (times, of) = if now == form { (2, 1) } else { (4, 3) };
            part * times >= self.values * of
        };
        let apart = || {
            let times = if now == Form::Texts { 4 } else { 2 };
            self.distinct.len() * times >= self.texts
        };
        if self.values < ENOUGH {
            now
        } else if most(self.numbers, Form::Numbers) {
            Form::Numbers
        } else if most(self.texts, Form::Texts) && apart() {
            Form::Texts
        } else {
            Form::Codes
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_follows_most_values() {
        let check = |numbers: usize, texts: usize, distinct: usize, now: Form, want: Form| {
            let names: Vec<String> = (0..distinct).map(|n| n.to_string()).collect();
            let mut sample = Sample::default();
            (0..numbers).for_each(|_| sample.add_number());
            (0..texts).for_each(|n| sample.add_text(&names[n % distinct]));
            assert_eq!(
                sample.form(now),
                want,
                "{numbers} {texts} {distinct} {now:?}"
            );
        };
        check(0, 0, 1, Form::Numbers, Form::Numbers);
        check(0, 10, 10, Form::Codes, Form::Codes);
        check(100, 0, 1, Form::Codes, Form::Numbers);
        check(70, 30, 30, Form::Codes, Form::Codes);
        check(70, 30, 30, Form::Numbers, Form::Numbers);
        check(30, 70, 70, Form::Numbers, Form::Codes);
        check(0, 100, 100, Form::Codes, Form::Texts);
        check(0, 100, 40, Form::Codes, Form::Codes);
        check(0, 100, 40, Form::Texts, Form::Texts);
        check(0, 100, 10, Form::Texts, Form::Codes);
        check(40, 60, 60, Form::Texts, Form::Texts);
        check(60, 40, 40, Form::Texts, Form::Codes);
    }
}
