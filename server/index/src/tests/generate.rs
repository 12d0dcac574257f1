//! Random fleets, writes and questions. Few keys and values, so that questions meet answers.

use muster_core::device::{AuthKind, Status};
use muster_core::ids::DeviceId;
use muster_core::lifecycle::Stage;
use muster_core::time::Timestamp;
use muster_core::twin::Object;
use muster_query::{Condition, Literal, Op, Path, Scope, Term};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::oracle::Oracle;
use crate::column::Form;
use crate::{Entry, Index, Sort, SortKey};

pub(crate) const NOW: Timestamp = Timestamp::from_secs(1_000_000);

/// Every now and then a chunk or two, mostly of neighbours.
pub(super) fn fleet() -> impl Strategy<Value = Vec<Entry>> {
    prop_oneof![
        1 => prop::collection::vec(entry(), 0..12),
        3 => prop::collection::vec(entry(), 100..500),
    ]
}

pub(super) fn id() -> impl Strategy<Value = DeviceId> {
    (select(vec!["pump", "Pump", "meter", "m"]), 0_u16..300)
        .prop_map(|(kind, n)| DeviceId::new(&format!("{kind}-{n}")).unwrap())
}

/// A device of which nothing is known but the id.
pub(crate) fn plain(id: &str) -> Entry {
    Entry {
        id: DeviceId::new(id).unwrap(),
        status: Status::Enabled,
        stage: Stage::Provisioned,
        stage_at: NOW,
        auth: AuthKind::Sas,
        model_id: String::new(),
        connected: false,
        last_activity_at: None,
        tags: Object::new(),
        drift: false,
        first_desired: None,
    }
}

fn entry() -> impl Strategy<Value = Entry> {
    let of = (id(), status(), stage(), auth(), model());
    let now = (
        any::<bool>(),
        prop::option::of(recently()),
        tags(),
        any::<bool>(),
    );
    (of, now).prop_map(
        |((id, status, stage, auth, model_id), (connected, at, tags, drift))| Entry {
            id,
            status,
            stage,
            stage_at: NOW,
            auth,
            model_id,
            connected,
            last_activity_at: at,
            tags,
            drift,
            first_desired: None,
        },
    )
}

fn status() -> impl Strategy<Value = Status> {
    select(vec![Status::Enabled, Status::Disabled])
}

fn stage() -> impl Strategy<Value = Stage> {
    select(Stage::ALL.to_vec())
}

fn auth() -> impl Strategy<Value = AuthKind> {
    select(vec![
        AuthKind::Sas,
        AuthKind::SelfSigned,
        AuthKind::CertificateAuthority,
    ])
}

fn model() -> impl Strategy<Value = String> {
    select(vec!["", "dtmi:x;1", "dtmi:y;1", "north"]).prop_map(String::from)
}

fn recently() -> impl Strategy<Value = Timestamp> {
    (-100_i64..2000).prop_map(|ago| Timestamp::from_secs(NOW.secs() - ago))
}

pub(super) fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => select(vec!["north", "North", "nördlich", "building seven", "building eight", ""]).prop_map(Value::from),
        2 => (-2_i8..3).prop_map(Value::from),
        1 => select(vec![-1.0, 0.0, -0.0, 1.0, 1.5, 60.0]).prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => select(vec![json!(["north", 1]), json!({}), json!([])]),
        1 => "[a-zA-ZäÄ ]{0,12}".prop_map(Value::from),
        // Longer than what counts in an order.
        1 => "[xy]".prop_map(|end| Value::from(format!("{}{end}", "ä".repeat(128)))),
    ]
}

fn tags() -> impl Strategy<Value = Object> {
    let contact = (prop::option::of(select(vec![60, 300, 0])), any::<bool>())
        .prop_map(|(every, sleeps)| json!({"everyS": every.unwrap_or(120), "sleeps": sleeps}));
    let nested = prop::collection::btree_map(select(vec!["site", "region"]), value(), 0..3);
    (
        prop::collection::btree_map(
            select(vec!["region", "floor", "lab", "location"]),
            value(),
            0..4,
        ),
        prop::option::of(nested),
        prop::option::weighted(0.3, contact),
        prop::option::weighted(0.02, ("[a-z]{2,5}", value())),
    )
        .prop_map(|(flat, nested, contact, rare)| {
            let mut tags: Object = flat.into_iter().map(|(k, v)| (k.to_owned(), v)).collect();
            tags.extend(nested.map(|nested| ("location".to_owned(), json!(nested))));
            tags.extend(contact.map(|contact| ("contact".to_owned(), contact)));
            tags.extend(rare);
            tags
        })
}

/// A change through one of the doors.
#[derive(Clone, Debug)]
pub(super) enum Write {
    Upsert(Entry),
    Remove(DeviceId),
    Tags(DeviceId, Object),
    Status(DeviceId, Status),
    Stage(DeviceId, Stage, Timestamp),
    Auth(DeviceId, AuthKind),
    Model(DeviceId, String),
    Drift(DeviceId, bool),
    Presence(DeviceId, bool, Timestamp),
    Touch(DeviceId, Timestamp),
    /// Nothing that anybody can see: the values of a path are kept another way.
    Keep(Path, Form),
    Settle,
}

pub(super) fn write() -> impl Strategy<Value = Write> {
    prop_oneof![
        2 => entry().prop_map(Write::Upsert),
        3 => id().prop_map(Write::Remove),
        3 => (id(), tags()).prop_map(|(id, tags)| Write::Tags(id, tags)),
        1 => (id(), status()).prop_map(|(id, status)| Write::Status(id, status)),
        1 => (id(), stage(), recently()).prop_map(|(id, stage, at)| Write::Stage(id, stage, at)),
        1 => (id(), auth()).prop_map(|(id, auth)| Write::Auth(id, auth)),
        1 => (id(), model()).prop_map(|(id, model)| Write::Model(id, model)),
        1 => (id(), any::<bool>()).prop_map(|(id, drift)| Write::Drift(id, drift)),
        1 => (id(), any::<bool>(), recently()).prop_map(|(id, on, at)| Write::Presence(id, on, at)),
        1 => (id(), recently()).prop_map(|(id, at)| Write::Touch(id, at)),
        2 => (tag_path(), form()).prop_map(|(path, form)| Write::Keep(Path::Tag(path), form)),
        1 => Just(Write::Settle),
    ]
}

pub(super) fn form() -> impl Strategy<Value = Form> {
    select(vec![Form::Codes, Form::Numbers, Form::Texts])
}

/// Keeps the values of a path in a form, whatever they are.
pub(super) fn keep(index: &Index, path: &Path, form: Form) {
    if let Some(at) = index.at(path) {
        index.keep(at, form);
    }
}

/// Writes to both; the index must know a device exactly when the oracle does.
pub(super) fn apply(index: &Index, oracle: &mut Oracle, write: Write) {
    let touched = |entry: &mut Entry, at| {
        entry.last_activity_at = entry.last_activity_at.max(Some(at));
    };
    let mut change =
        |id: &DeviceId, change: &dyn Fn(&mut Entry)| oracle.0.get_mut(id).map(change).is_some();
    let (known, expected) = match &write {
        Write::Upsert(entry) => {
            index.upsert(entry);
            oracle.0.insert(entry.id.clone(), entry.clone());
            (true, true)
        }
        Write::Remove(id) => (index.remove(id), oracle.0.remove(id).is_some()),
        Write::Tags(id, tags) => (
            index.set_tags(id, tags),
            change(id, &|entry| entry.tags = tags.clone()),
        ),
        Write::Status(id, status) => (
            index.set_status(id, *status),
            change(id, &|entry| entry.status = *status),
        ),
        Write::Stage(id, stage, at) => (
            index.set_stage(id, *stage, *at),
            change(id, &|entry| (entry.stage, entry.stage_at) = (*stage, *at)),
        ),
        Write::Auth(id, auth) => (
            index.set_auth(id, *auth),
            change(id, &|entry| entry.auth = *auth),
        ),
        Write::Model(id, model) => (
            index.set_model(id, model),
            change(id, &|entry| entry.model_id = model.clone()),
        ),
        Write::Drift(id, drift) => (
            index.set_drift(id, *drift),
            change(id, &|entry| entry.drift = *drift),
        ),
        Write::Presence(id, connected, at) => (
            index.set_presence(id, *connected, *at),
            change(id, &|entry| {
                entry.connected = *connected;
                touched(entry, *at);
            }),
        ),
        Write::Keep(path, form) => {
            keep(index, path, *form);
            (true, true)
        }
        Write::Settle => {
            index.settle();
            (true, true)
        }
        Write::Touch(id, at) => (
            index.touch(id, *at),
            change(id, &|entry| touched(entry, *at)),
        ),
    };
    assert_eq!(known, expected, "{write:?}");
}

pub(super) fn path() -> impl Strategy<Value = Path> {
    prop_oneof![
        select(vec![
            Path::DeviceId,
            Path::Status,
            Path::ConnectionState,
            Path::Contact,
            Path::Stage,
            Path::ModelId,
            Path::AuthenticationType,
            Path::Drift,
            Path::LastActivityTime,
            Path::System("tags"),
            Path::parse("tags.floor[0]").unwrap(),
            Path::parse("tags.region[1]").unwrap(),
        ]),
        tag_path().prop_map(Path::Tag),
        tag_path().prop_map(Path::Tag),
    ]
}

/// Paths that groups are made by: values in one place.
pub(super) fn group_path() -> impl Strategy<Value = Path> {
    path().prop_filter("in one place", |path| {
        let inside = |keys: &str| keys.contains(muster_query::path::POSITION);
        !matches!(path, Path::System(_)) && !path.tag().is_some_and(inside)
    })
}

fn tag_path() -> impl Strategy<Value = String> {
    let paths = [
        "region",
        "floor",
        "lab",
        "location",
        "location.site",
        "location.region",
        "contact.sleeps",
        "none",
    ];
    select(paths.to_vec()).prop_map(String::from)
}

fn literal() -> impl Strategy<Value = Literal> {
    let words = [
        "enabled",
        "Connected",
        "reporting",
        "silent",
        "active",
        "retired",
        "sas",
        "dtmi:x;1",
        "",
        "pump-7",
    ];
    prop_oneof![
        4 => value().prop_filter_map("a literal", |value| serde_json::from_value(value).ok()),
        3 => select(words.to_vec()).prop_map(|word| Literal::String(word.to_owned())),
    ]
}

fn op() -> impl Strategy<Value = Op> {
    select(vec![
        Op::Eq,
        Op::NotEq,
        Op::Less,
        Op::LessEq,
        Op::Greater,
        Op::GreaterEq,
    ])
}

/// Conditions of every shape, as texts.
pub(super) fn shape(path: fn() -> BoxedStrategy<Path>) -> impl Strategy<Value = String> {
    let compared =
        (path(), op(), literal()).prop_map(|(path, op, value)| format!("{path} {op} {value}"));
    let listed = (
        path(),
        select(vec!["IN", "NIN"]),
        prop::collection::vec(literal(), 0..4),
    )
        .prop_map(|(path, op, list)| {
            let list: Vec<String> = list.iter().map(ToString::to_string).collect();
            format!("{path} {op} [{}]", list.join(", "))
        });
    let part = select(vec!["n", "north", "b", "", "-1", "seven", "e"]);
    let named = (
        select(vec![
            "STARTS_WITH",
            "ENDS_WITH",
            "CONTAINS",
            "ARRAY_CONTAINS",
        ]),
        path(),
        part,
    )
        .prop_map(|(function, path, part)| format!("{function}({path}, '{part}')"));
    let typed = select(vec![
        "DEFINED", "STRING", "NUMBER", "OBJECT", "ARRAY", "BOOL",
    ]);
    let typed = (typed, path()).prop_map(|(kind, path)| format!("IS_{kind}({path})"));
    let pair = (path(), op(), path()).prop_map(|(a, op, b)| format!("{a} {op} {b}"));
    let constant = (literal(), op(), literal()).prop_map(|(a, op, b)| format!("{a} {op} {b}"));
    let time = prop_oneof![
        recently().prop_map(|at| format!("'{at}'")),
        (0_u32..2000).prop_map(|ago| format!("NOW() - {ago}")),
        select(vec![
            "'1970'",
            "'2'",
            "''",
            "'1970-01-12T13:'",
            "'x'",
            "'0001-01-01T00:00:00Z'"
        ])
        .prop_map(String::from),
    ];
    let seen = (op(), time).prop_map(|(op, time)| format!("lastActivityTime {op} {time}"));
    let ages = (op(), 0_u32..2000).prop_map(|(op, s)| format!("NOW() - lastActivityTime {op} {s}"));
    let sums =
        (path(), op(), -2_i8..3).prop_map(|(path, op, n)| format!("{path} * 2 + 1 {op} {n}"));
    let ids = prop::collection::vec(id(), 0..5).prop_map(|ids| {
        let ids: Vec<String> = ids.iter().map(|id| format!("'{id}'")).collect();
        format!("deviceId IN [{}]", ids.join(", "))
    });
    let leaf = prop_oneof![
        4 => compared,
        2 => listed,
        2 => named,
        2 => typed,
        1 => pair,
        1 => constant,
        2 => seen,
        1 => ages,
        1 => sums,
        1 => ids,
    ];
    leaf.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4)
                .prop_map(|all| format!("({})", all.join(" AND "))),
            prop::collection::vec(inner.clone(), 1..4)
                .prop_map(|all| format!("({})", all.join(" OR "))),
            inner.prop_map(|one| format!("NOT {one}")),
        ]
    })
}

pub(super) fn condition() -> impl Strategy<Value = Condition> {
    let term = (path(), op(), literal()).prop_map(|(path, op, value)| Term { path, op, value });
    let terms = prop::collection::vec(term, 0..3).prop_map(Condition::from_terms);
    prop_oneof![
        1 => terms,
        2 => shape(|| path().boxed()).prop_map(|text| Condition::parse(&text).unwrap()),
    ]
}

pub(super) fn scope() -> impl Strategy<Value = Scope> {
    prop_oneof![
        2 => Just(Scope::everything()),
        3 => prop::collection::vec(condition(), 0..3).prop_map(Scope::of),
    ]
}

pub(super) fn text() -> impl Strategy<Value = String> {
    let texts = [
        "",
        "",
        "  ",
        "north",
        "NORTH",
        "NÖRD",
        "pump",
        "-1",
        "building ",
        "seven",
        "zzz",
        "M-2",
    ];
    prop_oneof![
        select(texts.to_vec()).prop_map(String::from),
        "[a-zA-ZäÄ0-9 ]{0,2}",
    ]
}

pub(super) fn sort() -> impl Strategy<Value = Sort> {
    let by = prop_oneof![
        select(vec![
            SortKey::Id,
            SortKey::Status,
            SortKey::Contact,
            SortKey::Stage,
            SortKey::LastActivity,
        ]),
        tag_path().prop_map(SortKey::Tag),
        tag_path().prop_map(|path| SortKey::Value(Path::Tag(path))),
        select(vec![Path::DeviceId, Path::ModelId]).prop_map(SortKey::Value),
    ];
    (by, any::<bool>()).prop_map(|(by, descending)| Sort { by, descending })
}
