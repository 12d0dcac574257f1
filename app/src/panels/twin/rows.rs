//! A section as rows of a form: path, type and value, without a schema.

use muster_core::twin::Object;
use serde_json::{Number, Value};

use super::tree;

/// The type somebody chose for a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A string.
    Text,
    /// A number.
    Number,
    /// True or false.
    Boolean,
    /// A list or an empty object, written as JSON.
    Json,
}

impl Kind {
    /// All types, in the order of the chooser.
    pub const ALL: [Kind; 4] = [Self::Text, Self::Number, Self::Boolean, Self::Json];

    /// The value of the option.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Json => "json",
        }
    }

    /// The words of the option.
    pub fn title(self) -> &'static str {
        match self {
            Self::Text => "Text",
            Self::Number => "Number",
            Self::Boolean => "True or false",
            Self::Json => "JSON",
        }
    }

    /// The type of an option's value.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// One property of a form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// Dotted path.
    pub path: String,
    /// What the value is.
    pub kind: Kind,
    /// The value as it was typed.
    pub value: String,
}

/// A row that cannot be saved.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RowProblem {
    /// Which row, from 0.
    pub row: usize,
    /// What is wrong and how to mend it.
    pub message: String,
}

/// The rows of a section, in order of paths.
pub fn rows_of(object: &Object) -> Vec<Row> {
    tree::leaves(object)
        .into_iter()
        .map(|(path, value)| {
            let (kind, value) = match value {
                Value::String(text) => (Kind::Text, text.clone()),
                Value::Number(number) => (Kind::Number, number.to_string()),
                Value::Bool(truth) => (Kind::Boolean, truth.to_string()),
                other => (Kind::Json, other.to_string()),
            };
            Row {
                path: tree::dotted(&path),
                kind,
                value,
            }
        })
        .collect()
}

/// The section of some rows. Rows without a path and a value are left out.
pub fn object_of(rows: &[Row]) -> Result<Object, Vec<RowProblem>> {
    let mut object = Object::new();
    let mut problems = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        if row.path.trim().is_empty() && row.value.is_empty() {
            continue;
        }
        if let Err(message) = value_of(row).and_then(|value| place(&mut object, &row.path, value)) {
            problems.push(RowProblem {
                row: index,
                message,
            });
        }
    }
    if problems.is_empty() {
        Ok(object)
    } else {
        Err(problems)
    }
}

fn value_of(row: &Row) -> Result<Value, String> {
    let typed = row.value.trim();
    match row.kind {
        Kind::Text => Ok(Value::String(row.value.clone())),
        Kind::Number => typed
            .parse::<Number>()
            .map(Value::Number)
            .map_err(|_| "write a number, for example 300 or −0.5 as -0.5".to_owned()),
        Kind::Boolean => typed
            .parse::<bool>()
            .map(Value::Bool)
            .map_err(|_| "choose true or false".to_owned()),
        Kind::Json => serde_json::from_str(typed)
            .map_err(|error| format!("this is not JSON: {error}"))
            .and_then(|value: Value| match value {
                Value::Null => Err("null removes a property; remove the row instead".to_owned()),
                value => Ok(value),
            }),
    }
}

fn place(object: &mut Object, path: &str, value: Value) -> Result<(), String> {
    let keys: Vec<&str> = path.trim().split('.').collect();
    if keys.iter().any(|key| key.is_empty()) {
        return Err(
            "write a path of names with dots between them, for example reporting.interval"
                .to_owned(),
        );
    }
    let (last, above) = keys.split_last().expect("a split has at least one part");
    let mut object = object;
    for key in above {
        let slot = object
            .entry(*key)
            .or_insert_with(|| Value::Object(Object::new()));
        object = slot.as_object_mut().ok_or_else(|| {
            format!("{key:?} has a value of its own in another row, so nothing fits below it")
        })?;
    }
    match object.get(*last) {
        None => {
            object.insert((*last).to_owned(), value);
            Ok(())
        }
        Some(Value::Object(_)) => Err(format!(
            "{path:?} already has properties below it in other rows"
        )),
        Some(_) => Err(format!("{path:?} stands in two rows; remove one")),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::panels::twin::tree::generate;
    use serde_json::json;

    fn row(path: &str, kind: Kind, value: &str) -> Row {
        Row {
            path: path.to_owned(),
            kind,
            value: value.to_owned(),
        }
    }

    #[test]
    fn rows_become_values_of_their_type() {
        let check = |rows: &[Row], want: Value| {
            assert_eq!(Value::Object(object_of(rows).unwrap()), want);
        };
        check(&[], json!({}));
        check(&[row("", Kind::Text, "")], json!({}));
        check(
            &[
                row("a.b", Kind::Number, " 8.0 "),
                row("a.c", Kind::Text, " x "),
                row("d", Kind::Boolean, "true"),
                row(" e ", Kind::Json, "[1, 2]"),
            ],
            json!({"a": {"b": 8.0, "c": " x "}, "d": true, "e": [1, 2]}),
        );
    }

    #[test]
    fn problems_name_their_row() {
        let check = |rows: &[Row], want: &[usize]| {
            let problems = object_of(rows).unwrap_err();
            let found: Vec<_> = problems.iter().map(|problem| problem.row).collect();
            assert_eq!(found, want, "{problems:?}");
        };
        check(&[row("a", Kind::Number, "many")], &[0]);
        check(&[row("a", Kind::Boolean, "yes")], &[0]);
        check(&[row("a", Kind::Json, "{")], &[0]);
        check(&[row("a", Kind::Json, "null")], &[0]);
        check(
            &[row("", Kind::Text, "x"), row("a..b", Kind::Text, "x")],
            &[0, 1],
        );
        check(
            &[row("a", Kind::Text, "1"), row("a", Kind::Text, "2")],
            &[1],
        );
        check(
            &[row("a", Kind::Text, "1"), row("a.b", Kind::Text, "2")],
            &[1],
        );
        check(
            &[row("a.b", Kind::Text, "1"), row("a", Kind::Text, "2")],
            &[1],
        );
    }

    proptest::proptest! {
        #[test]
        fn rows_and_sections_are_inverse(object in generate::object()) {
            proptest::prop_assert_eq!(object_of(&rows_of(&object)), Ok(object));
        }
    }
}
