//! Readers see the fleet at one moment, however much is written meanwhile.

use std::sync::atomic::{AtomicBool, Ordering};

use muster_core::ids::DeviceId;
use muster_query::{Condition, Path, Scope};
use serde_json::json;

use super::generate::{NOW, keep, plain};
use crate::column::Form;
use crate::{Index, PageQuery, Scalar, Sort, SortKey};

const DEVICES: usize = 600;
const WRITES: usize = 6000;

/// A device says on which side it is and, each in a tag of its own, that this is so; one write changes all of it.
fn put(index: &Index, number: usize, side: &str) {
    let mut entry = plain(&format!("device-{number:04}"));
    let tags = json!({"side": side, side: format!("{side} {number}"), "n": number});
    entry.tags = tags.as_object().unwrap().clone();
    index.upsert(&entry);
}

#[test]
fn readers_see_one_moment() {
    let index = Index::new();
    (0..DEVICES).for_each(|number| put(&index, number, "left"));
    let done = AtomicBool::new(false);
    let scope = Scope::of(vec![
        Condition::parse("tags.side = 'left'").unwrap(),
        Condition::parse("tags.side = 'right'").unwrap(),
    ]);
    std::thread::scope(|threads| {
        let readers: Vec<_> = (0..3)
            .map(|_| threads.spawn(|| read_until(&done, &index, &scope)))
            .collect();
        threads.spawn(|| keep_until(&done, &index));
        for write in 0..WRITES {
            let number = write * 7919 % DEVICES;
            put(
                &index,
                number,
                if write % 3 == 0 { "left" } else { "right" },
            );
            if write % 10 == 0 {
                // Comes and goes beside the others; it has no side.
                let id = DeviceId::new(&format!("device-{number:04}-b")).unwrap();
                index.upsert(&plain(id.as_str()));
                index.remove(&id);
            }
        }
        done.store(true, Ordering::Release);
        for reader in readers {
            assert!(reader.join().unwrap() > 0);
        }
    });
}

/// Keeps values one way and another.
fn keep_until(done: &AtomicBool, index: &Index) {
    let forms = [Form::Texts, Form::Numbers, Form::Codes];
    let mut round = 0;
    while !done.load(Ordering::Acquire) {
        for (n, tag) in ["side", "left", "right", "n"].into_iter().enumerate() {
            keep(
                index,
                &Path::Tag(tag.into()),
                forms[(round + n) % forms.len()],
            );
        }
        round += 1;
    }
}

/// How often it read.
fn read_until(done: &AtomicBool, index: &Index, scope: &Scope) -> usize {
    let mut rounds = 0;
    loop {
        let last = done.load(Ordering::Acquire);
        let side = Path::Tag("side".into());
        let groups = index.group(&Condition::all(), &side, scope, NOW, 10);
        assert_eq!(
            groups.iter().map(|(_, count)| count).sum::<usize>(),
            DEVICES
        );
        assert_eq!(index.census(&Condition::all(), scope, NOW).listed, DEVICES);
        assert_eq!(index.count(&Condition::all(), "T ", scope, NOW), DEVICES);
        let query = PageQuery {
            condition: Condition::all(),
            text: String::new(),
            sort: Sort {
                by: SortKey::Tag("side".into()),
                descending: rounds % 2 == 0,
            },
            limit: 200,
            cursor: None,
        };
        for row in index.page(&query, scope, NOW).unwrap().rows {
            let side = row.entry.tags["side"].as_str().unwrap();
            let number = &row.entry.tags["n"];
            assert_eq!(row.entry.tags[side], format!("{side} {number}"));
            assert_eq!(row.entry.tags.len(), 3);
        }
        rounds += 1;
        if last {
            let sides = index.group(&Condition::all(), &side, scope, NOW, 10);
            assert!(
                sides
                    .iter()
                    .all(|(side, _)| matches!(side, Some(Scalar::String(_))))
            );
            return rounds;
        }
    }
}
