//! Tags to flat values and back.
//!
//! Nested objects become paths of keys joined with dots. Lists and empty objects stay whole, as JSON text: they are
//! there, but conditions cannot compare them.

use muster_core::twin::Object;
use serde_json::Value;

use crate::leaf::Leaf;

/// Tells every value below `tags` with its path.
pub(crate) fn flatten<'t>(tags: &'t Object, each: &mut impl FnMut(&str, Leaf<'t>)) {
    below(tags, &mut String::new(), each);
}

fn below<'t>(object: &'t Object, path: &mut String, each: &mut impl FnMut(&str, Leaf<'t>)) {
    let length = path.len();
    for (key, value) in object {
        path.push_str(key);
        match value {
            Value::Object(inner) if !inner.is_empty() => {
                path.push('.');
                below(inner, path, each);
            }
            _ => {
                if let Some(leaf) = Leaf::of(value) {
                    each(path, leaf);
                }
            }
        }
        path.truncate(length);
    }
}

/// Puts a value back where [`flatten`] found it.
pub(crate) fn restore(tags: &mut Object, path: &str, value: Value) {
    let mut object = tags;
    let mut keys = path.split('.').peekable();
    while let Some(key) = keys.next() {
        if keys.peek().is_none() {
            object.insert(key.to_owned(), value);
            return;
        }
        let inner = object.entry(key).or_insert_with(|| Object::new().into());
        match inner {
            Value::Object(inner) => object = inner,
            // A key with a dot, which twins refuse, met a key without: the first one stays.
            _ => return,
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::cell::Cell;
    use crate::dictionary::{Dictionary, Kind};
    use proptest::prelude::*;
    use serde_json::{Number, json};

    fn flat(tags: &Value) -> Vec<(String, Kind, String)> {
        let mut all = Vec::new();
        flatten(tags.as_object().unwrap(), &mut |path, leaf| {
            all.push((path.to_owned(), leaf.kind(), leaf.text().into_owned()));
        });
        all.sort();
        all
    }

    fn rebuilt(tags: &Value) -> Value {
        let mut dictionary = Dictionary::default();
        let mut object = Object::new();
        flatten(tags.as_object().unwrap(), &mut |path, leaf| {
            let code = dictionary.hold(leaf.kind(), &leaf.text());
            let value = Cell::Code(code).value(dictionary.values()).unwrap();
            restore(&mut object, path, value);
        });
        object.into()
    }

    #[test]
    fn nested_objects_become_paths() {
        let tags = json!({"a": {"b": {"c": 1}, "d": "x"}, "e": [1, {"f": 2}], "g": {}, "": {"": true}, "n": null});
        let want = [
            (".", Kind::Bool, "true"),
            ("a.b.c", Kind::Number, "1"),
            ("a.d", Kind::Text, "x"),
            ("e", Kind::Composite, r#"[1,{"f":2}]"#),
            ("g", Kind::Composite, "{}"),
        ];
        let want = want.map(|(path, kind, text)| (path.to_owned(), kind, text.to_owned()));
        assert_eq!(flat(&tags), want);
    }

    #[test]
    fn keys_that_twins_refuse_do_no_harm() {
        for tags in [json!({"a": 1, "a.b": 2}), json!({"a": {"b": 1}, "a.b": 2})] {
            assert!(rebuilt(&tags).is_object());
        }
    }

    fn json_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_filter_map("finite", |n| Number::from_f64(n).map(Value::Number)),
            ".{0,6}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a-cä-]{0,2}", inner, 0..4).prop_map(|map| json!(map)),
            ]
        })
    }

    proptest! {
        #[test]
        fn tags_come_back_as_they_were(tags in prop::collection::btree_map("[a-c]{0,2}", json_value(), 0..5)) {
            let tags = json!(tags);
            prop_assert_eq!(rebuilt(&tags), tags);
        }
    }
}
