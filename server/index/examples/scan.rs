//! How long questions take over 100,000 and 1,000,000 devices, and what they cost in memory.
//!
//! `cargo run --release -p muster-index --example scan [devices…]`; for a true figure of the memory one size at a time.
#![expect(clippy::print_stdout, reason = "a report for people")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use muster_core::device::{AuthKind, Status};
use muster_core::ids::DeviceId;
use muster_core::lifecycle::Stage;
use muster_core::time::Timestamp;
use muster_core::twin::Object;
use muster_index::{Entry, Index, PageQuery, Sort, SortKey};
use muster_query::{Condition, Path, Scope};
use serde_json::json;

const NOW: Timestamp = Timestamp::from_secs(1_790_000_000);
const ROUNDS: usize = 9;

fn main() {
    let asked: Vec<usize> = std::env::args()
        .skip(1)
        .filter_map(|arg| arg.parse().ok())
        .collect();
    let sizes = if asked.is_empty() {
        vec![100_000, 1_000_000]
    } else {
        asked
    };
    sizes.into_iter().for_each(report);
}

fn report(devices: usize) {
    let index = Index::new();
    let before = resident();
    let entries = (0..devices).map(entry);
    let mut upserts = Duration::ZERO;
    for entry in entries {
        let start = Instant::now();
        index.upsert(&entry);
        upserts += start.elapsed();
    }
    println!("\n{devices} devices with 11 tags, one of them unique");
    line("load, in the order of ids", upserts);
    println!("{:<46}{:>10.1} MB", "memory, counted", mega(index.memory()));
    println!(
        "{:<46}{:>10.1} MB",
        "memory, as the system sees it",
        mega(resident() - before)
    );
    reads(&index);
    writes(&index, devices);
}

fn reads(index: &Index) {
    let everything = Scope::everything();
    let north = Scope::of(vec![
        condition("tags.region = 'region-3'"),
        condition("tags.customer = 'customer-17'"),
    ]);
    let filter = "status = 'enabled' AND tags.location.site = 'site-1207'";
    let id = |descending| Sort {
        by: SortKey::Id,
        descending,
    };
    let by = |by: SortKey| Sort {
        by,
        descending: true,
    };
    let tag = |path: &str| SortKey::Tag(path.to_owned());
    let pages = [
        ("first page", "", "", id(false), &everything),
        ("last page", "", "", id(true), &everything),
        ("first page, one site", filter, "", id(false), &everything),
        (
            "first page, no such site",
            "tags.location.site = 'nowhere'",
            "",
            id(false),
            &everything,
        ),
        (
            "first page, silent",
            "contact = 'silent'",
            "",
            id(false),
            &everything,
        ),
        (
            "first page, in a scope of two conditions",
            "",
            "",
            id(false),
            &north,
        ),
        (
            "by tag, few values",
            "",
            "",
            by(tag("location.site")),
            &everything,
        ),
        ("by tag, numbers", "", "", by(tag("floor")), &everything),
        ("by tag, unique", "", "", by(tag("serial")), &everything),
        (
            "by tag, filtered",
            "tags.region = 'region-3'",
            "",
            by(tag("location.site")),
            &everything,
        ),
        (
            "by last activity",
            "",
            "",
            by(SortKey::LastActivity),
            &everything,
        ),
        ("by contact", "", "", by(SortKey::Contact), &everything),
        (
            "by tag, in a scope of two conditions",
            "",
            "",
            by(tag("location.site")),
            &north,
        ),
        (
            "text in an id, by tag",
            "",
            "0777",
            by(tag("location.site")),
            &everything,
        ),
        (
            "text in a serial, first page",
            "",
            "sn-00fa",
            id(false),
            &everything,
        ),
        ("text in nothing", "", "zzzz", id(false), &everything),
    ];
    for (name, text, search, sort, scope) in pages {
        let query = PageQuery {
            condition: condition(text),
            text: search.to_owned(),
            sort,
            limit: 50,
            cursor: None,
        };
        measure(name, || index.page(&query, scope, NOW));
    }
    measure("count, one site", || {
        index.count(&condition(filter), "", &everything, NOW)
    });
    measure("count, not one region", || {
        index.count(
            &condition("tags.region != 'region-3'"),
            "",
            &everything,
            NOW,
        )
    });
    measure("count, text in tags", || {
        index.count(&Condition::all(), "city 42", &everything, NOW)
    });
    measure("census", || {
        index.census(&Condition::all(), &everything, NOW)
    });
    measure("census in a scope of two conditions", || {
        index.census(&Condition::all(), &north, NOW)
    });
    let site = Path::Tag("location.site".to_owned());
    measure("group by site", || {
        index.group(&Condition::all(), &site, &everything, NOW, 100)
    });
    let serial = Path::Tag("serial".to_owned());
    measure("group by serial", || {
        index.group(&Condition::all(), &serial, &everything, NOW, 100)
    });
    measure("group by contact", || {
        index.group(&Condition::all(), &Path::Contact, &everything, NOW, 100)
    });
    measure("tag paths", || index.tag_paths(&everything, NOW));
    measure("tag paths in a scope of two conditions", || {
        index.tag_paths(&north, NOW)
    });
    measure("next 1000 for an export", || {
        index.next_chunk(None, &Condition::all(), "", &everything, NOW, 1000)
    });
}

/// Single writes, alone and against a reader that scans without a pause.
fn writes(index: &Index, devices: usize) {
    let some: Vec<Entry> = (0..20_000).map(|n| entry(n * 7919 % devices)).collect();
    each("touch", &some, |entry| index.touch(&entry.id, NOW));
    each("set_tags", &some, |entry| {
        index.set_tags(&entry.id, &entry.tags)
    });
    let everything = Scope::everything();
    each("get", &some, |entry| index.get(&entry.id, &everything, NOW));
    let new: Vec<Entry> = (0..2000)
        .map(|n| renamed(entry(n), n * 104_729 % devices))
        .collect();
    let start = Instant::now();
    new.iter().for_each(|entry| index.upsert(entry));
    line(
        "upsert of a new id in the middle, each",
        start.elapsed() / 2000,
    );

    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|threads| {
        threads.spawn(|| {
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                black_box(index.census(&Condition::all(), &Scope::everything(), NOW));
            }
        });
        let mut worst = Duration::ZERO;
        each("touch while a reader scans", &some, |entry| {
            index.touch(&entry.id, NOW)
        });
        for entry in &some {
            let start = Instant::now();
            index.set_tags(&entry.id, &entry.tags);
            worst = worst.max(start.elapsed());
        }
        line("set_tags while a reader scans, longest", worst);
        done.store(true, std::sync::atomic::Ordering::Relaxed);
    });
}

fn each<T>(name: &str, entries: &[Entry], ask: impl Fn(&Entry) -> T) {
    let start = Instant::now();
    for entry in entries {
        black_box(ask(entry));
    }
    line(
        &format!("{name}, each"),
        start.elapsed() / entries.len() as u32,
    );
}

fn renamed(mut entry: Entry, number: usize) -> Entry {
    entry.id = DeviceId::new(&format!("device-{number:07}-b")).expect("plain characters");
    entry
}

fn entry(n: usize) -> Entry {
    let site = n % 2000;
    let tags = json!({
        "region": format!("region-{}", site % 6),
        "customer": format!("customer-{}", site % 200),
        "floor": n % 12,
        "serial": format!("SN-{:08x}", n.wrapping_mul(2_654_435_761) & 0xffff_ffff),
        "installed": format!("2025-{:02}-{:02}", n % 12 + 1, n % 28 + 1),
        "ring": if n.is_multiple_of(50) { "pilot" } else { "broad" },
        "location": {
            "site": format!("site-{site}"),
            "city": format!("City {}", site % 300),
            "timezone": "Europe/Vienna",
        },
        "contact": { "everyS": if n.is_multiple_of(3) { 3600 } else { 300 }, "sleeps": n.is_multiple_of(3) },
    });
    let tags = match tags {
        serde_json::Value::Object(tags) => tags,
        _ => Object::new(),
    };
    let seen = Timestamp::from_secs(NOW.secs() - (n * 31 % 20_000) as i64);
    Entry {
        id: DeviceId::new(&format!("device-{n:07}")).expect("plain characters"),
        status: if n.is_multiple_of(97) {
            Status::Disabled
        } else {
            Status::Enabled
        },
        stage: Stage::ALL[if n.is_multiple_of(41) { n % 5 } else { 2 }],
        stage_at: seen,
        auth: AuthKind::Sas,
        model_id: format!("dtmi:example:model;{}", n % 4),
        connected: !n.is_multiple_of(4),
        last_activity_at: (!n.is_multiple_of(53)).then_some(seen),
        tags,
        drift: n.is_multiple_of(29),
        first_desired: None,
    }
}

fn condition(text: &str) -> Condition {
    Condition::parse(text).expect("a condition")
}

/// The median of a few rounds.
fn measure<T>(name: &str, ask: impl Fn() -> T) {
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            black_box(ask());
            start.elapsed()
        })
        .collect();
    times.sort();
    line(name, times[ROUNDS / 2]);
}

fn line(name: &str, time: Duration) {
    println!("{name:<46}{:>10.3} ms", time.as_secs_f64() * 1000.0);
}

fn mega(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}

/// Resident memory of this process in bytes; 0 where /proc is not there.
fn resident() -> usize {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = text
        .split(' ')
        .nth(1)
        .and_then(|pages| pages.parse::<usize>().ok());
    pages.unwrap_or(0) * 4096
}
