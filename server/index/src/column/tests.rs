//! A column is a value per row, however it keeps them.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use super::*;

const PATH: u32 = 6;

#[derive(Clone, Debug)]
enum Edit {
    Put(Index, Option<Value>),
    Insert(Index),
    Remove(Index),
    Split(Index),
    Convert(Form),
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        2 => select(vec![json!(1), json!(1.0), json!(-0.0), json!(2.5), json!(u64::MAX)]),
        2 => select(vec![json!(""), json!("1"), json!("a"), json!("ä"), json!("longer than eight bytes")]),
        1 => select(vec![json!(true), json!([1]), json!({})]),
    ]
}

fn edit() -> impl Strategy<Value = Edit> {
    let at = any::<Index>;
    let form = select(vec![Form::Codes, Form::Numbers, Form::Texts]);
    prop_oneof![
        6 => (at(), prop::option::weighted(0.8, value())).prop_map(|(at, value)| Edit::Put(at, value)),
        3 => at().prop_map(Edit::Insert),
        2 => at().prop_map(Edit::Remove),
        1 => at().prop_map(Edit::Split),
        2 => form.prop_map(Edit::Convert),
    ]
}

fn put(
    columns: &mut Columns,
    row: usize,
    value: Option<&Value>,
    rows: usize,
    dictionary: &mut Dictionary,
) -> bool {
    let leaf = value.and_then(Leaf::of);
    columns.put(
        row,
        Code::of_number(PATH),
        leaf.as_ref(),
        rows,
        dictionary,
        || Form::Codes,
    )
}

proptest! {
    #[test]
    fn it_is_a_value_per_row(rows in 0_usize..12, edits in prop::collection::vec(edit(), 0..60)) {
        let path = Code::of_number(PATH);
        let mut dictionary = Dictionary::default();
        let (mut columns, mut want) = (Columns::default(), vec![None::<Value>; rows]);
        for edit in edits {
            match edit {
                Edit::Put(at, value) if !want.is_empty() => {
                    let at = at.index(want.len());
                    let had = put(&mut columns, at, value.as_ref(), want.len(), &mut dictionary);
                    prop_assert_eq!(had, std::mem::replace(&mut want[at], value).is_some());
                }
                Edit::Insert(at) => {
                    let at = at.index(want.len() + 1);
                    columns.insert_row(at);
                    want.insert(at, None);
                }
                Edit::Remove(at) if !want.is_empty() => {
                    let at = at.index(want.len());
                    put(&mut columns, at, None, want.len(), &mut dictionary);
                    columns.remove_row(at);
                    want.remove(at);
                }
                Edit::Split(at) => {
                    let at = at.index(want.len() + 1);
                    let mut tail = columns.split_off(at);
                    for (row, value) in want.split_off(at).iter().enumerate() {
                        let cell = tail.get(path).map_or(Cell::NONE, |column| column.get(row));
                        prop_assert_eq!(&cell.value(dictionary.values()), value);
                    }
                    if let Some(column) = tail.take(path) {
                        column.release(&mut dictionary);
                    }
                }
                Edit::Convert(form) => columns.convert(path, form, want.len(), &mut dictionary),
                _ => {}
            }
            let held: Vec<_> = want.iter().cloned().enumerate().filter_map(|(row, value)| Some((row, value?))).collect();
            let values = dictionary.values();
            let Some(column) = columns.get(path) else {
                prop_assert!(held.is_empty());
                continue;
            };
            let room = &mut Vec::new();
            let view = column.view(room, want.len());
            for (row, value) in want.iter().enumerate() {
                prop_assert_eq!(&column.get(row).value(values), value);
                prop_assert_eq!(&view.get(row).value(values), value);
                if let Some(leaf) = value.as_ref().and_then(Leaf::of) {
                    prop_assert!(column.get(row).is(&leaf, values));
                }
            }
            prop_assert_eq!(column.used(), held.len());
            let found: Vec<_> = column.iter().map(|(row, cell)| (row, cell.value(values).unwrap())).collect();
            prop_assert_eq!(found, held);
        }
        if let Some(column) = columns.take(path) {
            column.release(&mut dictionary);
        }
        prop_assert_eq!(dictionary.len(), 0);
    }
}
