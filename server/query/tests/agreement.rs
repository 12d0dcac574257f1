//! Properties of the language: text and tree agree, evaluation agrees with an oracle, and no text is too odd.
#![expect(clippy::unwrap_used, reason = "tests")]

use muster_core::twin::Object;
use muster_query::{
    Comparison, Condition, Expr, Field, Literal, Op, Path, Query, Row, Term, complete,
};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Few keys and few values, so that paths meet values often.
fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-c]",
        1 => "[a-cA-C ä'\\\\\\]\"0-9$_-]{0,4}",
    ]
}

fn path() -> impl Strategy<Value = Path> {
    prop_oneof![
        4 => prop::collection::vec(key(), 1..4).prop_map(|keys| Path::Tag(keys.join("."))),
        1 => prop::sample::select(vec![
            Path::DeviceId,
            Path::Status,
            Path::ConnectionState,
            Path::Contact,
            Path::Stage,
            Path::ModelId,
            Path::AuthenticationType,
        ]),
    ]
}

fn literal() -> impl Strategy<Value = Literal> {
    prop_oneof![
        Just(Literal::Null),
        any::<bool>().prop_map(Literal::Bool),
        (-2_i8..3).prop_map(|n| Literal::Number(f64::from(n))),
        prop::num::f64::NORMAL.prop_map(Literal::Number),
        "[xyz]".prop_map(Literal::String),
        "\\PC{0,8}".prop_map(Literal::String),
        ".{0,8}".prop_map(Literal::String),
    ]
}

fn op() -> impl Strategy<Value = Op> {
    prop::sample::select(vec![Op::Eq, Op::NotEq])
}

/// Texts of any shape the language has.
fn text() -> impl Strategy<Value = String> {
    let operand = prop_oneof![
        path().prop_map(|path| path.to_string()),
        literal().prop_map(|literal| literal.to_string()),
    ];
    let operand = operand.prop_recursive(3, 12, 3, |inner| {
        let sign = prop::sample::select(vec!["+", "-", "*", "/", "%"]);
        let function = prop::sample::select(vec!["ABS", "LOWER", "LENGTH"]);
        prop_oneof![
            (inner.clone(), sign, inner.clone()).prop_map(|(a, op, b)| format!("({a} {op} {b})")),
            (function, inner.clone()).prop_map(|(f, a)| format!("{f}({a})")),
            inner.prop_map(|a| format!("- ({a})")),
        ]
    });
    let ops = prop::sample::select(vec!["=", "!=", "<", "<=", ">", ">="]);
    let list = prop::collection::vec(literal().prop_map(|l| l.to_string()), 0..3);
    let leaf = prop_oneof![
        (operand.clone(), ops, operand.clone()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        (
            operand.clone(),
            prop::sample::select(vec!["IN", "NIN", "NOT IN"]),
            list
        )
            .prop_map(|(a, op, list)| format!("{a} {op} [{}]", list.join(", "))),
        operand.prop_map(|a| format!("IS_DEFINED({a})")),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4)
                .prop_map(|all| format!("({})", all.join(" AND "))),
            prop::collection::vec(inner.clone(), 1..4)
                .prop_map(|all| format!("({})", all.join(" or "))),
            inner.prop_map(|a| format!("NOT {a}")),
        ]
    })
}

fn condition() -> impl Strategy<Value = Condition> {
    let term = (path(), op(), literal()).prop_map(|(path, op, value)| Term { path, op, value });
    prop::collection::vec(term, 0..4).prop_map(Condition::from_terms)
}

fn tags() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        (-2_i8..3).prop_map(Value::from),
        (-2_i8..3).prop_map(|n| json!(f64::from(n))),
        "[xyz]".prop_map(Value::from),
        Just(json!([1, "x"])),
    ];
    let inner = leaf.prop_recursive(3, 16, 3, |inner| {
        prop::collection::btree_map("[a-c]", inner, 0..3).prop_map(|map| json!(map))
    });
    prop::collection::btree_map("[a-c]", inner, 0..4).prop_map(|map| json!(map))
}

struct Device(Object);

impl Row for Device {
    fn value(&self, path: &Path) -> Field<'_> {
        match path {
            Path::Tag(path) => Field::at(&self.0, path),
            Path::Status => Field::Str("x"),
            Path::ModelId => Field::Null,
            _ => Field::Undefined,
        }
    }
}

/// The rules of spec §8.3 once more, said in JSON and strings instead of fields.
fn oracle(device: &Value, condition: &Condition) -> Option<bool> {
    let value = |operand: &Expr| -> Option<Value> {
        match operand {
            Expr::Literal(literal) => Some(serde_json::to_value(literal).unwrap()),
            Expr::Path(Path::Tag(path)) => {
                let pointer: String = path.split('.').map(|key| format!("/{key}")).collect();
                device.pointer(&pointer).cloned()
            }
            Expr::Path(Path::Status) => Some(json!("x")),
            Expr::Path(Path::ModelId) => Some(Value::Null),
            _ => None,
        }
    };
    let one = |Comparison { left, op, right }: &Comparison| {
        let (left, right) = (value(left)?, value(right)?);
        let equal = match (&left, &right) {
            (Value::Array(_) | Value::Object(_), _) => return None,
            (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
            (a, b) if std::mem::discriminant(a) == std::mem::discriminant(b) => a == b,
            _ => return None,
        };
        Some(equal == (*op == Op::Eq))
    };
    let parts = match condition.expr() {
        None => return Some(true),
        Some(Expr::And(parts)) => parts.clone(),
        Some(single) => vec![single.clone()],
    };
    let results: Vec<Option<bool>> = parts
        .iter()
        .map(|part| match part {
            Expr::Compare(comparison) => one(comparison),
            _ => unreachable!("made of terms"),
        })
        .collect();
    if results.contains(&Some(false)) {
        Some(false)
    } else if results.contains(&None) {
        None
    } else {
        Some(true)
    }
}

proptest! {
    #[test]
    fn reading_the_canonical_text_gives_the_same(condition in condition()) {
        let text = condition.to_string();
        prop_assert_eq!(Condition::parse(&text), Ok(condition), "{}", text);
        prop_assert!(!text.contains('\n'));
    }

    #[test]
    fn every_shape_has_one_text(text in text()) {
        let condition = Condition::parse(&text);
        prop_assert!(condition.is_ok(), "{} {:?}", text, condition);
        let condition = condition.unwrap();
        let canonical = condition.to_string();
        prop_assert_eq!(Condition::parse(&canonical), Ok(condition), "{}", canonical);
    }

    #[test]
    fn evaluating_twice_negated_changes_nothing(device in tags(), text in text()) {
        let row = Device(device.as_object().unwrap().clone());
        let check = |text: &str| Condition::parse(text).unwrap().eval(&row);
        let plain = check(&text);
        prop_assert_eq!(check(&format!("NOT NOT ({text})")), plain);
        prop_assert_eq!(check(&format!("NOT ({text})")), plain.map(|truth| !truth));
        prop_assert_eq!(check(&format!("({text}) OR ({text})")), plain);
        prop_assert_eq!(check(&format!("({text}) AND ({text})")), plain);
    }

    #[test]
    fn reading_a_path_gives_the_same(path in path()) {
        prop_assert_eq!(Path::parse(&path.to_string()), Ok(path));
    }

    #[test]
    fn evaluation_agrees_with_the_oracle(device in tags(), condition in condition()) {
        let row = Device(device.as_object().unwrap().clone());
        prop_assert_eq!(condition.eval(&row), oracle(&device, &condition), "{}", condition);
    }

    #[test]
    fn comparing_two_paths_agrees_with_the_oracle(device in tags(), a in "[a-c]", b in "[a-c]", op in op()) {
        let condition = Condition::parse(&format!("tags.{a} {op} tags.{b}")).unwrap();
        let row = Device(device.as_object().unwrap().clone());
        prop_assert_eq!(condition.eval(&row), oracle(&device, &condition), "{}", condition);
    }

    #[test]
    fn no_text_makes_reading_panic(text in ".{0,60}") {
        let _ = Condition::parse(&text).map_err(|error| error.to_string());
    }

    #[test]
    fn no_near_miss_makes_reading_panic(text in r#"(tags|status|devices|AND|OR|NOT|IN|SELECT \* FROM devices|GROUP BY|COUNT\(|,|<|[-='"\[\]()\\. u]|0x|1e|ä|d8|😀){0,24}"#) {
        if let Err(error) = Condition::parse(&text) {
            prop_assert!(text.is_char_boundary(error.position), "{}", error);
        }
        if let Err(error) = Query::parse(&text) {
            prop_assert!(text.is_char_boundary(error.position), "{}", error);
        }
        for cursor in 0..=text.len() {
            prop_assert!(text.get(complete(&text, cursor).replace).is_some());
        }
    }
}
