//! Whole queries: the index, the evaluator over rows, and plain loops over documents agree, whatever was written
//! before, between, and while a column was built.

use std::collections::BTreeMap;

use muster_core::ids::DeviceId;
use muster_core::time::Timestamp;
use muster_core::twin::{Object, merge};
use muster_query::query::Source;
use muster_query::run::Answered;
use muster_query::{Condition, Datum, Field, Key, Path, Query, Row, Run, Scope, path};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::generate::{self, NOW, Write, fleet, scope, value, write};
use super::oracle::{At, Oracle};
use crate::Index;
use crate::column::Form;

/// Desired and reported properties.
#[derive(Clone, Debug, Default)]
struct Twin {
    desired: Object,
    reported: Object,
}

/// The same fleet twice: in the index and as plain documents.
#[derive(Default)]
struct World {
    index: Index,
    oracle: Oracle,
    twins: BTreeMap<DeviceId, Twin>,
}

/// What happens to the fleet.
#[derive(Clone, Debug)]
enum Step {
    Write(Write),
    Report(DeviceId, Value),
    Desire(DeviceId, Object, bool),
    Begin(Path),
    /// Some devices are read from storage, from this share on.
    Fill(Path, prop::sample::Index),
    Finish(Path),
    Forget(Path),
    /// Values are kept another way.
    Keep(Path, Form),
}

/// A device as documents say it is.
struct Device<'a>(At<'a>, &'a Twin);

impl Device<'_> {
    fn property(&self, path: &Path) -> Option<&Value> {
        match path {
            Path::Desired(keys) => path::lookup(&self.1.desired, keys),
            Path::Reported(keys) => path::lookup(&self.1.reported, keys),
            _ => None,
        }
    }
}

impl Row for Device<'_> {
    fn value(&self, path: &Path) -> Field<'_> {
        match path {
            Path::Desired(_) | Path::Reported(_) => {
                self.property(path).map_or(Field::Undefined, Field::from)
            }
            path => self.0.value(path),
        }
    }

    fn datum(&self, path: &Path) -> Datum<'_> {
        match path {
            Path::Desired(_) | Path::Reported(_) => {
                self.property(path).map_or(Datum::Undefined, Datum::from)
            }
            path => self.0.datum(path),
        }
    }

    fn now(&self) -> Option<Timestamp> {
        Some(NOW)
    }
}

impl World {
    fn devices(&self) -> impl Iterator<Item = Device<'_>> {
        let device = |(id, entry)| Device(At(entry, NOW), &self.twins[id]);
        self.oracle.0.iter().map(device)
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Write(mut write) => {
                if let Write::Upsert(entry) = &mut write
                    && !self.twins.contains_key(&entry.id)
                {
                    entry.first_desired = Some(object(json!({"every": 5, "net": {"apn": "iot"}})));
                    let twin = Twin {
                        desired: entry.first_desired.clone().unwrap(),
                        ..Twin::default()
                    };
                    self.twins.insert(entry.id.clone(), twin);
                }
                if let Write::Remove(id) = &write {
                    self.twins.remove(id);
                }
                generate::apply(&self.index, &mut self.oracle, write);
                self.oracle
                    .0
                    .values_mut()
                    .for_each(|entry| entry.first_desired = None);
            }
            Step::Report(id, patch) => {
                self.index.report(&id, &patch);
                if let Some(twin) = self.twins.get_mut(&id) {
                    twin.reported = merge::merged(&twin.reported, patch.as_object().unwrap());
                }
            }
            Step::Desire(id, object, replaced) => {
                self.index
                    .write_desired(&id, &Value::Object(object.clone()), replaced);
                if let Some(twin) = self.twins.get_mut(&id) {
                    twin.desired = if replaced {
                        merge::without_nulls(&object)
                    } else {
                        merge::merged(&twin.desired, &object)
                    };
                }
            }
            Step::Begin(path) => self.index.begin(&path),
            Step::Fill(path, from) => {
                let from = from.index(self.twins.len() + 1);
                let ids: Vec<_> = self.twins.keys().skip(from).take(100).cloned().collect();
                self.fill(&path, &ids);
            }
            Step::Finish(path) => self.finish(&path),
            Step::Forget(path) => self.index.forget(&path),
            Step::Keep(path, form) => generate::keep(&self.index, &path, form),
        }
    }

    fn fill(&self, path: &Path, ids: &[DeviceId]) {
        let read = |id: &DeviceId| {
            let entry = self.oracle.0.get(id)?;
            let device = Device(At(entry, NOW), self.twins.get(id)?);
            Some((id.clone(), device.property(path).cloned()))
        };
        let values: Vec<_> = ids.iter().filter_map(read).collect();
        self.index.fill(path, &values);
    }

    /// Reads everything, as the service does.
    fn finish(&self, path: &Path) {
        self.index.begin(path);
        let all: Vec<_> = self.twins.keys().cloned().collect();
        self.fill(path, &all);
        while !self.index.finish(path) {
            self.fill(path, &self.index.unsure(path));
        }
    }
}

fn object(value: Value) -> Object {
    value.as_object().cloned().unwrap_or_default()
}

fn properties() -> impl Strategy<Value = Path> {
    let texts = [
        "reported.fw",
        "reported.fw.v",
        "reported.temp",
        "reported.list",
        "desired.every",
        "desired.net.apn",
        "desired.net",
    ];
    select(texts.to_vec()).prop_map(|text| Path::parse(text).unwrap())
}

fn any_path() -> BoxedStrategy<Path> {
    prop_oneof![1 => generate::path(), 1 => properties()].boxed()
}

fn patch() -> impl Strategy<Value = Object> {
    let leaf = prop_oneof![5 => value(), 1 => Just(Value::Null)];
    let inner = prop_oneof![
        3 => leaf.clone(),
        2 => prop::collection::btree_map(select(vec!["v", "apn"]), leaf, 0..3).prop_map(|map| json!(map)),
    ];
    let keys = select(vec!["fw", "temp", "list", "every", "net"]);
    prop::collection::btree_map(keys, inner, 0..4)
        .prop_map(|map| map.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => write().prop_map(Step::Write),
        8 => (generate::id(), patch()).prop_map(|(id, patch)| Step::Report(id, Value::Object(patch))),
        4 => (generate::id(), patch(), any::<bool>()).prop_map(|(id, patch, all)| {
            let patch = if all { merge::without_nulls(&patch) } else { patch };
            Step::Desire(id, patch, all)
        }),
        1 => properties().prop_map(Step::Begin),
        1 => (properties(), any::<prop::sample::Index>()).prop_map(|(path, from)| Step::Fill(path, from)),
        1 => properties().prop_map(Step::Finish),
        1 => properties().prop_map(Step::Forget),
        2 => (properties(), generate::form()).prop_map(|(path, form)| Step::Keep(path, form)),
    ]
}

/// A query of any shape, as text.
fn query() -> impl Strategy<Value = String> {
    let condition = prop_oneof![
        1 => Just(String::new()),
        4 => generate::shape(any_path).prop_map(|text| format!(" WHERE {text}")),
    ];
    let figure = (
        select(vec!["SUM", "AVG", "MIN", "MAX", "COUNT"]),
        any_path(),
    )
        .prop_map(|(total, path)| format!("{total}({path}) AS f"));
    let counted = generate::shape(any_path).prop_map(|text| format!("COUNT({text}) AS f"));
    let figure = prop_oneof![3 => figure, 1 => counted];
    let ways = ["", " DESC"];
    let way = move || select(ways.to_vec());
    let shape = prop_oneof![
        Just(("deviceId".to_owned(), String::new())),
        (any_path(), way())
            .prop_map(|(p, way)| ("deviceId".to_owned(), format!(" ORDER BY {p}{way}"))),
        (any_path(), any_path(), way()).prop_map(|(p, q, way)| {
            (
                format!("TOP 5 {p} AS p, deviceId"),
                format!(" ORDER BY p{way}, {q}"),
            )
        }),
        (any_path(), way()).prop_map(|(p, way)| (
            format!("DISTINCT {p} AS p, status AS s"),
            format!(" ORDER BY p{way}")
        )),
        figure
            .clone()
            .prop_map(|f| (format!("COUNT() AS n, {f}"), String::new())),
        (any_path(), figure.clone(), way()).prop_map(|(p, f, way)| {
            (
                format!("{p} AS p, COUNT() AS n, {f}"),
                format!(" GROUP BY {p} ORDER BY n{way}"),
            )
        }),
        (any_path(), any_path(), figure).prop_filter_map("two paths", |(p, q, f)| {
            (p != q).then(|| {
                (
                    format!("{p} AS p, {q} AS q, {f}"),
                    format!(" GROUP BY {p}, {q}"),
                )
            })
        }),
    ];
    (shape, condition).prop_map(|((select, rest), condition)| {
        format!("SELECT {select} FROM devices{condition}{rest}")
    })
}

/// All pages of an answer.
fn pages(mut page: impl FnMut(Option<muster_query::Place>) -> Answered) -> Vec<Object> {
    let (mut rows, mut after) = (Vec::new(), None);
    loop {
        let answered = page(after);
        after = answered.rows.last().map(|(place, _)| place.clone());
        rows.extend(answered.rows.into_iter().map(|(_, row)| row));
        if !answered.more {
            return rows;
        }
    }
}

/// Counts per value of a path with plain loops.
fn plain_groups(devices: &[Device<'_>], by: &Path) -> Vec<(Option<Value>, usize)> {
    let mut groups: Vec<(Option<Key>, usize)> = Vec::new();
    for device in devices {
        let key = device.datum(by).key();
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, count)) => *count += 1,
            None => groups.push((key, 1)),
        }
    }
    groups.sort_by(|(a, _), (b, _)| a.is_none().cmp(&b.is_none()).then_with(|| a.cmp(b)));
    let json = |key: Option<Key>| key.map(|key| key.to_json());
    groups
        .into_iter()
        .map(|(key, count)| (json(key), count))
        .collect()
}

/// Questions per fleet; a case is a device with its writes, judged by one question. Fleets have some 230 devices.
const QUESTIONS: usize = 24;

/// Fleets at length: more than 10^7 cases.
const AT_LENGTH: u32 = 4_000;

/// A number in `MUSTER_SOAK` above one stands for itself.
fn fleets() -> u32 {
    match std::env::var("MUSTER_SOAK") {
        Err(_) => 40,
        Ok(text) => text
            .parse()
            .ok()
            .filter(|fleets| *fleets > 1)
            .unwrap_or(AT_LENGTH),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(fleets()))]

    #[test]
    fn answers_agree(
        fleet in fleet(),
        before in prop::collection::vec(step(), 0..80),
        queries in prop::collection::vec(query(), QUESTIONS),
        scope in scope(),
        by in any_path(),
        limit in 1_usize..40,
        last in prop::collection::vec((any_path(), generate::form()), 0..8),
    ) {
        let mut world = World::default();
        for entry in fleet {
            world.step(Step::Write(Write::Upsert(entry)));
        }
        for step in before {
            world.step(step);
        }
        for path in ["reported.fw", "reported.fw.v", "reported.temp", "reported.list", "desired.every",
            "desired.net.apn", "desired.net"] {
            world.finish(&Path::parse(path).unwrap());
        }
        // Whatever the writes left, every question meets every form.
        for (path, form) in last {
            generate::keep(&world.index, &path, form);
        }
        let everyone = Scope::everything();
        for text in queries {
            let query = Query::parse(&text);
            prop_assert!(query.is_ok(), "{} {:?}", text, query);
            let query = query.unwrap();
            prop_assert_eq!(query.source, Source::Devices);
            let evaluated = pages(|after| {
                let mut run = Run::new(&query, after, limit);
                world.devices().filter(|device| scope.contains(device)).for_each(|device| run.offer(&device));
                run.finish().unwrap()
            });
            let indexed = pages(|after| world.index.answer(&query, &scope, NOW, after, limit).unwrap().unwrap());
            prop_assert_eq!(&indexed, &evaluated, "{}", text);
            let kept: Vec<_> = world
                .devices()
                .filter(|device| query.condition.eval(device) == Some(true))
                .collect();
            prop_assert_eq!(world.index.count(&query.condition, "", &everyone, NOW), kept.len(), "{}", text);
            let grouped = Query::parse(&format!("SELECT {by} AS v, COUNT() AS n FROM devices GROUP BY {by}")).unwrap();
            let grouped = Query { condition: query.condition.clone(), ..grouped };
            let rows = pages(|after| world.index.answer(&grouped, &everyone, NOW, after, limit).unwrap().unwrap());
            let rows: Vec<_> = rows
                .iter()
                .map(|row| (row.get("v").cloned(), row["n"].as_u64().unwrap() as usize))
                .collect();
            prop_assert_eq!(rows, plain_groups(&kept, &by), "{} by {}", text, by);
        }
        for id in world.oracle.0.keys() {
            prop_assert!(world.index.remove(id));
        }
        for path in world.index.used() {
            world.index.forget(&path);
        }
        prop_assert_eq!(world.index.values_held(), 0);
    }
}

/// A column that is built while a writer goes on misses nothing, and its readers see one moment.
#[test]
fn columns_are_built_beside_a_writer() {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{Mutex, RwLock};
    const DEVICES: usize = 400;
    let index = Index::new();
    let stored: Mutex<Vec<Object>> = Mutex::new(vec![Object::new(); DEVICES]);
    // Whoever holds it alone sees index and documents at one moment.
    let gate = RwLock::new(());
    let id = |n: usize| DeviceId::new(&format!("device-{n:04}")).unwrap();
    let report = |n: usize, patch: Value| {
        // Commit, then index, as the writer of the hub does.
        let _open = gate.read().unwrap();
        {
            let mut stored = stored.lock().unwrap();
            stored[n] = merge::merged(&stored[n], patch.as_object().unwrap());
        }
        index.report(&id(n), &patch);
    };
    for n in 0..DEVICES {
        index.upsert(&generate::plain(id(n).as_str()));
        report(n, json!({"side": "left", "n": n}));
    }
    let side = Path::parse("reported.side").unwrap();
    let query =
        Query::parse("SELECT COUNT() AS n FROM devices WHERE reported.side IN ['left', 'right']")
            .unwrap();
    let done = AtomicBool::new(false);
    std::thread::scope(|threads| {
        let writer = threads.spawn(|| {
            let mut round = 0;
            while !done.load(Ordering::Acquire) {
                round += 1;
                let side = if round % 3 == 0 { "left" } else { "right" };
                report(
                    round * 7919 % DEVICES,
                    json!({"side": side, "round": round}),
                );
            }
        });
        for round in 0..200 {
            index.begin(&side);
            let read = |n: usize| (id(n), stored.lock().unwrap()[n].get("side").cloned());
            for part in (0..DEVICES).collect::<Vec<_>>().chunks(64) {
                // What is read grows old before it is filled in.
                let values: Vec<_> = part.iter().map(|n| read(*n)).collect();
                std::thread::yield_now();
                index.fill(&side, &values);
                let form = [Form::Codes, Form::Texts, Form::Numbers][round % 3];
                generate::keep(&index, &side, form);
            }
            while !index.finish(&side) {
                let again = index.unsure(&side);
                let number = |id: &DeviceId| id.as_str()[7..].parse::<usize>().unwrap();
                let values: Vec<_> = again.iter().map(|id| read(number(id))).collect();
                index.fill(&side, &values);
            }
            for _ in 0..5 {
                let everyone = Scope::everything();
                let answer = index
                    .answer(&query, &everyone, NOW, None, 10)
                    .unwrap()
                    .unwrap();
                assert_eq!(answer.rows[0].1["n"], DEVICES);
            }
            let left = Condition::parse("reported.side = 'left'").unwrap();
            let closed = gate.write().unwrap();
            let want = stored
                .lock()
                .unwrap()
                .iter()
                .filter(|twin| twin["side"] == "left")
                .count();
            assert_eq!(index.count(&left, "", &Scope::everything(), NOW), want);
            drop(closed);
            index.forget(&side);
            assert!(!index.holds(&side));
        }
        done.store(true, Ordering::Release);
        writer.join().unwrap();
    });
}
