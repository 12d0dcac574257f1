//! Verdicts, what they look at, and how they follow changes.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

use muster_core::device::ETag;
use muster_core::gate::Sheet;
use muster_core::twin::Object;
use muster_query::Document;
use muster_storage::{BooksNews, SheetRow};
use serde_json::json;

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn keep(books: &Books, kind: SheetKind, id: &str, json: Value) {
    let row = SheetRow {
        id: Slug::new(id).unwrap(),
        etag: ETag::FIRST,
        sheet: Sheet::from_json(kind, json).unwrap(),
    };
    row.sheet.check().unwrap();
    books.follow(&BooksNews::Kept(row));
}

/// A window from two to four, shops open Monday to Friday nine to six in Berlin, and a yard on site b7.
fn books() -> Books {
    let books = Books::new();
    let daily =
        json!({ "kind": "weekly", "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] });
    let rules = json!([{ "when": daily, "start": "02:00", "minutes": 120 }]);
    keep(
        &books,
        SheetKind::Window,
        "night",
        json!({ "name": "Night", "rules": rules }),
    );
    let weekdays = json!({ "kind": "weekly", "days": ["mon", "tue", "wed", "thu", "fri"] });
    let hours = json!([{ "when": weekdays, "start": "09:00", "minutes": 540 }]);
    keep(
        &books,
        SheetKind::Calendar,
        "shops",
        json!({ "name": "Shops", "hours": hours }),
    );
    let shape =
        json!({ "kind": "circle", "centre": { "lat": 52.5, "lon": 13.4 }, "radiusM": 500.0 });
    let yard = json!({ "name": "Yard", "shape": shape, "zone": "Europe/Berlin", "site": "b7" });
    keep(&books, SheetKind::Place, "yard", yard);
    books
}

fn window() -> Gate {
    Gate::Window {
        window: "night".to_owned(),
    }
}

fn yard(inside: bool) -> Gate {
    Gate::Place {
        place: "yard".to_owned(),
        inside,
    }
}

fn condition(text: &str) -> Gate {
    Gate::Condition {
        label: "something".to_owned(),
        text: text.to_owned(),
    }
}

/// The verdict in short: the gate's number and why, or until when.
fn judged(gates: &[Gate], tags: Value, reported: Value, connected: bool, now: &str) -> String {
    let prepared = books().prepare(gates).unwrap();
    let twin = json!({ "tags": tags, "properties": { "reported": reported } });
    let (twin, beside) = (twin.as_object().unwrap(), Object::new());
    let now = at(now);
    let device = Document {
        twin,
        beside: &beside,
        now,
    };
    let short = |at: Option<Timestamp>| {
        at.map_or_else(|| "-".to_owned(), |at| at.to_string()[..16].to_owned())
    };
    match prepared.judge(&device, connected, now) {
        (None, Verdict::Open { until }) => format!("open {}", short(until)),
        (Some(gate), Verdict::Wait { why, look }) => format!("{gate}: {why} | {}", short(look)),
        odd => panic!("{odd:?}"),
    }
}

#[test]
fn windows_are_judged_by_the_clock_of_the_device() {
    let check = |tags: Value, now: &str, want: &str| {
        assert_eq!(judged(&[window()], tags, json!({}), false, now), want);
    };
    let zone = |name: &str| json!({ "location": { "timezone": name } });
    let noon = "2026-11-22T12:00:00Z";
    check(
        json!({}),
        noon,
        "0: window Night opens 02:00 local | 2026-11-23T02:00",
    );
    check(
        zone("Europe/Berlin"),
        noon,
        "0: window Night opens 02:00 local | 2026-11-23T01:00",
    );
    check(
        zone("Pacific/Auckland"),
        "2026-11-22T13:30:00Z",
        "open 2026-11-22T15:00",
    );
    // Its site's, when it names none itself or none that exists.
    let site = json!({ "location": { "site": "b7" } });
    check(
        site,
        noon,
        "0: window Night opens 02:00 local | 2026-11-23T01:00",
    );
    let odd = json!({ "location": { "site": "b7", "timezone": "Berlin" } });
    check(
        odd,
        noon,
        "0: window Night opens 02:00 local (Europe/Berlin; tags.location.timezone is no zone: Berlin) | 2026-11-23T01:00",
    );
}

#[test]
fn the_first_gate_that_holds_decides() {
    let check = |gates: &[Gate], reported: Value, connected, want: &str| {
        let answer = judged(
            gates,
            json!({}),
            reported,
            connected,
            "2026-11-23T03:00:00Z",
        );
        assert_eq!(answer, want);
    };
    let all = [
        window(),
        Gate::Calendar {
            calendar: "shops".to_owned(),
        },
        Gate::power(40),
        Gate::network(),
        Gate::not_in_use(),
        yard(true),
        Gate::Online,
    ];
    let battery = |percent: u32| json!({ "power": { "source": "battery", "battery": percent } });
    let power = "needs mains power, or a battery at 40 % or more";
    check(
        &all,
        json!({}),
        true,
        &format!("2: {power}, and does not say | -"),
    );
    check(&all, battery(39), true, &format!("2: {power} | -"));
    check(
        &all,
        battery(40),
        true,
        "3: needs ethernet or wifi, and does not say | -",
    );
    let mut fit =
        json!({ "power": { "source": "mains" }, "network": { "type": "cellular" }, "inUse": true });
    check(&all, fit.clone(), true, "3: needs ethernet or wifi | -");
    fit["network"]["type"] = "wifi".into();
    check(
        &all,
        fit.clone(),
        true,
        "4: needs nobody using the device | -",
    );
    fit["inUse"] = false.into();
    check(&all, fit.clone(), true, "5: position unknown | -");
    fit["location"] = json!({ "lat": 52.6, "lon": 13.4 });
    check(&all, fit.clone(), true, "5: outside Yard | -");
    fit["location"] = json!({ "type": "Point", "coordinates": [13.401, 52.501] });
    check(&all, fit.clone(), false, "6: not connected | -");
    check(&all, fit.clone(), true, "open 2026-11-23T04:00");
    check(&[yard(false)], fit, true, "0: inside Yard | -");
    check(&[], json!({}), false, "open -");
}

#[test]
fn service_hours_hold_devices() {
    let check = |now: &str, want: &str| {
        let calendar = Gate::Calendar {
            calendar: "shops".to_owned(),
        };
        assert_eq!(judged(&[calendar], json!({}), json!({}), false, now), want);
    };
    check("2026-11-23T08:59:00Z", "open 2026-11-23T09:00");
    check(
        "2026-11-23T09:00:00Z",
        "0: service hours of Shops end 18:00 local | 2026-11-23T18:00",
    );
    check("2026-11-21T12:00:00Z", "open 2026-11-23T09:00");
}

#[test]
fn conditions_that_time_changes_are_asked_again() {
    let check = |text: &str, want: &str| {
        let answer = judged(
            &[condition(text)],
            json!({}),
            json!({}),
            true,
            "2026-11-23T09:00:00Z",
        );
        assert_eq!(answer, want, "{text}");
    };
    check(
        "now() < '2026-01-01'",
        "0: needs something | 2026-11-23T09:01",
    );
    check(
        "contact = 'reporting'",
        "0: needs something, and does not say | 2026-11-23T09:01",
    );
    check("tags.a = 1", "0: needs something, and does not say | -");
}

#[test]
fn gates_say_what_they_look_at() {
    let check = |gate: Gate, paths: &[&str], presence| {
        let prepared = books().prepare(&[gate]).unwrap();
        let found: Vec<String> = prepared.paths().iter().map(Path::to_string).collect();
        assert_eq!(found, paths);
        assert_eq!(prepared.depends_on_presence(), presence);
    };
    check(
        window(),
        &["tags.location.timezone", "tags.location.site"],
        false,
    );
    check(
        yard(true),
        &["properties.reported.location", "tags.location"],
        false,
    );
    check(Gate::not_in_use(), &["properties.reported.inUse"], false);
    check(
        condition("connectionState = 'Connected'"),
        &["connectionState"],
        true,
    );
    check(Gate::Online, &[], true);
}

#[test]
fn patches_wake_the_gates_that_look_at_them() {
    let prepared = books().prepare(&[Gate::power(40), yard(true)]).unwrap();
    let check =
        |patch: Value, want| assert_eq!(prepared.looks_at_reported(&patch), want, "{patch}");
    check(json!({ "power": { "battery": 50 } }), true);
    check(json!({ "power": null }), true);
    check(json!({ "power": { "cells": 2 } }), false);
    check(json!({ "location": { "lat": 1.0 } }), true);
    check(json!({ "temperature": 20 }), false);
    assert!(prepared.looks_at_tags());
    assert!(!books().prepare(&[Gate::Online]).unwrap().looks_at_tags());
}

#[test]
fn gates_that_cannot_be_are_refused() {
    let check = |gates: &[Gate], want: &str| {
        let error = books().prepare(gates).unwrap_err().to_string();
        assert_eq!(error, want);
    };
    let unknown = Gate::Window {
        window: "day".to_owned(),
    };
    check(
        &[Gate::Online, unknown],
        "gate 2: there is no window \"day\"",
    );
    check(
        &[condition("tags.")],
        "gate 1: at character 6: expected a key, found the end",
    );
    check(
        &[condition(" ")],
        "gate 1: the condition is empty; leave the gate out",
    );
    let many = vec![Gate::Online; MAX_GATES + 1];
    check(&many, "an operation has at most 8 gates; this one has 9");
}

#[test]
fn changes_of_a_window_are_followed() {
    let books = books();
    let prepared = books.prepare(&[window()]).unwrap();
    let (twin, now) = (Object::new(), at("2026-11-22T12:00:00Z"));
    let device = Document {
        twin: &twin,
        beside: &twin,
        now,
    };
    let why = || match prepared.judge(&device, true, now).1 {
        Verdict::Wait { why, .. } => why,
        open => format!("{open:?}"),
    };
    assert_eq!(why(), "window Night opens 02:00 local");
    let mut changes = books.changes();
    let rules = json!([{ "when": { "kind": "once", "date": "2026-11-24" }, "start": "03:00", "minutes": 60 }]);
    keep(
        &books,
        SheetKind::Window,
        "night",
        json!({ "name": "Late", "rules": rules }),
    );
    assert!(changes.has_changed().unwrap());
    changes.mark_unchanged();
    assert_eq!(why(), "window Late opens Tuesday 03:00 local");
    books.follow(&BooksNews::Zone("Asia/Tokyo".to_owned()));
    assert_eq!(why(), "window Late opens Tuesday 03:00 local");
    assert_eq!(books.shelf().default_zone().name(), "Asia/Tokyo");
    books.follow(&BooksNews::Gone(
        SheetKind::Window,
        Slug::new("night").unwrap(),
    ));
    assert_eq!(why(), "window night does not exist any more");
}
