//! Pages: every row once, in order, in both directions, also while the fleet changes.

use std::collections::BTreeSet;

use muster_core::cursor::{BadCursor, MAX_PAGE};
use muster_core::ids::DeviceId;
use muster_query::{Condition, Scope};
use proptest::prelude::*;

use super::after;
use super::generate::{NOW, apply, condition, fleet, id, plain, scope, sort, text, write};
use super::oracle::Oracle;
use crate::{Index, PageQuery, Row, Sort, SortKey};

fn query(condition: Condition, text: String, sort: Sort, limit: usize) -> PageQuery {
    PageQuery {
        condition,
        text,
        sort,
        limit,
        cursor: None,
    }
}

fn all_by_id(limit: usize) -> PageQuery {
    let sort = Sort {
        by: SortKey::Id,
        descending: false,
    };
    query(Condition::all(), String::new(), sort, limit)
}

/// The pages from the first on, with the cursor of the page before each.
fn forward(index: &Index, query: &PageQuery, scope: &Scope) -> Vec<(Vec<Row>, Option<String>)> {
    let mut query = query.clone();
    let mut pages = Vec::new();
    loop {
        let page = index.page(&query, scope, NOW).unwrap();
        pages.push((page.rows, page.previous));
        match page.next {
            Some(next) => query.cursor = Some(next),
            None => return pages,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn walking_forward_and_back_gives_the_list(
        fleet in fleet(),
        writes in prop::collection::vec(write(), 0..30),
        condition in condition(),
        text in text(),
        scope in scope(),
        sort in sort(),
        limit in 1_usize..60,
    ) {
        let (index, oracle) = after(fleet, writes);
        let list = oracle.list(&condition, &text, &scope, NOW);
        let want = Oracle::sorted(list, &sort, NOW);
        let mut query = query(condition, text, sort, limit);
        let pages = forward(&index, &query, &scope);
        let rows: Vec<Row> = pages.iter().flat_map(|(rows, _)| rows.clone()).collect();
        prop_assert_eq!(&rows, &want);
        prop_assert!(pages.iter().rev().skip(1).all(|(rows, _)| rows.len() == limit));
        prop_assert!(pages.iter().all(|(rows, _)| !rows.is_empty()) || want.is_empty());

        let mut before = pages.last().and_then(|(_, previous)| previous.clone());
        for (rows, _) in pages.iter().rev().skip(1) {
            query.cursor = before;
            prop_assert!(query.cursor.is_some());
            let page = index.page(&query, &scope, NOW).unwrap();
            prop_assert_eq!(&page.rows, rows);
            prop_assert!(page.next.is_some());
            before = page.previous;
        }
        prop_assert_eq!(before, None);
    }

    #[test]
    fn exporting_gives_the_list_by_id(
        fleet in fleet(),
        condition in condition(),
        text in text(),
        scope in scope(),
        limit in 1_usize..60,
    ) {
        let (index, oracle) = after(fleet, Vec::new());
        let mut rows: Vec<Row> = Vec::new();
        loop {
            let last = rows.last().map(|row| row.entry.id.clone());
            let chunk = index.next_chunk(last.as_ref(), &condition, &text, &scope, NOW, limit);
            prop_assert!(chunk.len() <= limit);
            if chunk.is_empty() {
                break;
            }
            rows.extend(chunk);
        }
        prop_assert_eq!(rows, oracle.list(&condition, &text, &scope, NOW));
    }

    /// Whoever is there all the time is seen exactly once.
    #[test]
    fn walking_goes_on_while_the_fleet_changes(
        fleet in fleet(),
        writes in prop::collection::vec(prop::collection::vec(write(), 0..6), 0..30),
        limit in 1_usize..60,
        descending in any::<bool>(),
    ) {
        let (index, mut oracle) = after(fleet, Vec::new());
        let mut always: BTreeSet<DeviceId> = oracle.0.keys().cloned().collect();
        let mut seen: Vec<DeviceId> = Vec::new();
        let mut query = all_by_id(limit);
        query.sort.descending = descending;
        let mut writes = writes.into_iter();
        let mut last_page = false;
        while !last_page {
            let page = index.page(&query, &Scope::everything(), NOW).unwrap();
            last_page = page.next.is_none();
            query.cursor = page.next;
            seen.extend(page.rows.into_iter().map(|row| row.entry.id));
            for write in writes.next().into_iter().flatten() {
                apply(&index, &mut oracle, write);
                always.retain(|id| oracle.0.contains_key(id));
            }
        }
        let mut once = seen.clone();
        once.sort();
        once.dedup();
        prop_assert!(always.iter().all(|id| once.contains(id)));
        // The end of the list may have gone under the reader's feet: then the last page is shown again.
        let gone = seen.windows(2).filter(|two| (two[0] < two[1]) == descending || two[0] == two[1]).count();
        prop_assert!(gone <= 1);
    }

    /// A cursor is text from outside.
    #[test]
    fn cursors_of_gone_rows_still_lead_on(
        fleet in fleet(),
        gone in prop::collection::vec(id(), 0..300),
        sort in sort(),
        limit in 1_usize..60,
    ) {
        let (index, oracle) = after(fleet, Vec::new());
        let query = query(Condition::all(), String::new(), sort.clone(), limit);
        let first = index.page(&query, &Scope::everything(), NOW).unwrap();
        let want = Oracle::sorted(oracle.list(&Condition::all(), "", &Scope::everything(), NOW), &sort, NOW);
        let rest: Vec<Row> = want.into_iter().skip(limit).filter(|row| !gone.contains(&row.entry.id)).collect();
        gone.iter().for_each(|id| { index.remove(id); });
        if let (Some(next), false) = (first.next, rest.is_empty()) {
            let query = PageQuery { cursor: Some(next), ..query };
            let page = index.page(&query, &Scope::everything(), NOW).unwrap();
            prop_assert_eq!(page.rows, rest.into_iter().take(limit).collect::<Vec<_>>());
        }
    }
}

fn ids(rows: &[Row]) -> Vec<&str> {
    rows.iter().map(|row| row.entry.id.as_str()).collect()
}

fn three() -> Index {
    let index = Index::new();
    ["a", "b", "c"]
        .iter()
        .for_each(|id| index.upsert(&plain(id)));
    index
}

#[test]
fn a_cursor_is_good_for_its_own_list_only() {
    let index = three();
    let scope = Scope::everything();
    let query = all_by_id(2);
    let next = index.page(&query, &scope, NOW).unwrap().next;
    let check = |change: &dyn Fn(&mut PageQuery), want: Result<usize, BadCursor>| {
        let mut query = PageQuery {
            cursor: next.clone(),
            ..query.clone()
        };
        change(&mut query);
        let rows = index.page(&query, &scope, NOW).map(|page| page.rows.len());
        assert_eq!(rows, want);
    };
    check(&|_| {}, Ok(1));
    check(&|query| query.limit = 1, Ok(1));
    check(&|query| query.text = " ".into(), Ok(1));
    check(
        &|query| query.text = "a".into(),
        Err(BadCursor::OtherQuestion),
    );
    check(
        &|query| query.sort.descending = true,
        Err(BadCursor::OtherQuestion),
    );
    check(
        &|query| query.sort.by = SortKey::Stage,
        Err(BadCursor::OtherQuestion),
    );
    check(
        &|query| query.condition = Condition::parse("status = 'enabled'").unwrap(),
        Err(BadCursor::OtherQuestion),
    );
    check(
        &|query| query.cursor = Some("x".into()),
        Err(BadCursor::Damaged),
    );
}

#[test]
fn a_page_beyond_the_end_answers_with_the_end() {
    let index = three();
    let scope = Scope::everything();
    let mut query = all_by_id(2);
    let first = index.page(&query, &scope, NOW).unwrap();
    assert_eq!(ids(&first.rows), ["a", "b"]);
    assert_eq!(first.previous, None);
    query.cursor = first.next;
    let second = index.page(&query, &scope, NOW).unwrap();
    assert_eq!(ids(&second.rows), ["c"]);
    index.remove(&DeviceId::new("c").unwrap());
    let page = index.page(&query, &scope, NOW).unwrap();
    assert_eq!(ids(&page.rows), ["a", "b"]);
    assert_eq!(page.next, None);
    // Going back where fewer rows are left than a page has.
    index.remove(&DeviceId::new("a").unwrap());
    index.upsert(&plain("d"));
    query.cursor = second.previous;
    let page = index.page(&query, &scope, NOW).unwrap();
    assert_eq!(ids(&page.rows), ["b", "d"]);
    assert_eq!((page.previous, page.next), (None, None));
}

#[test]
fn pages_are_bounded() {
    let index = three();
    let scope = Scope::everything();
    let rows = |limit| {
        index
            .page(&all_by_id(limit), &scope, NOW)
            .unwrap()
            .rows
            .len()
    };
    assert_eq!(rows(0), 1);
    assert_eq!(rows(usize::MAX), 3);
    let many = Index::new();
    (0..=MAX_PAGE).for_each(|n| many.upsert(&plain(&format!("d{n:05}"))));
    let rows = many.page(&all_by_id(usize::MAX), &scope, NOW).unwrap().rows;
    assert_eq!(rows.len(), MAX_PAGE);
}
