//! The health of the fleet, its history, and handover notes.

use muster_core::contact::Contact;
use muster_core::policy::Role;
use muster_query::{Condition, Path};
use muster_service::access::kinds::{ManageHub, RunOperations};
use muster_service::health::{FleetHealth, FleetSample, HealthQuestion, MAX_NOTE_CHARS};
use muster_service::{Access, Scalar, ServiceError};
use serde_json::json;

use crate::support::{BEGIN, TestHub};

fn question(by: &str, numbers: &[&str]) -> HealthQuestion {
    let path = |text: &str| text.parse::<Path>().unwrap();
    HealthQuestion {
        condition: Condition::all(),
        by: path(by),
        numbers: numbers.iter().map(|text| path(text)).collect(),
    }
}

/// Three in the north (one of them planned for by nobody), two in the south, one nowhere; at different ages.
async fn fleet(test: &TestHub) {
    let contact = json!({ "everyS": 60 });
    let of = |region: &str| json!({ "region": region, "contact": contact });
    for (id, tags) in [
        ("n-1", of("north")),
        ("n-2", of("north")),
        ("s-1", of("south")),
        ("s-2", of("south")),
        ("x-1", json!({ "contact": contact })),
    ] {
        test.device(id, tags).await;
    }
    for (id, ago, version, charge) in [
        ("n-1", 7200, "4.2.1", json!(80)),
        ("s-1", 90, "4.2.1", json!(20.5)),
        ("s-2", 0, "4.3.0", json!("full")),
    ] {
        let proof = test.log_in(&id.parse().unwrap()).await;
        test.pass(-ago);
        let report =
            json!({ "firmware": { "version": version }, "battery": { "percent": charge } });
        test.hub.device_report(&proof, report, None).await.unwrap();
        test.pass(ago);
    }
    test.patch(
        &"s-1".parse().unwrap(),
        None,
        Some(json!({ "interval": 5 })),
    )
    .await;
}

/// Each number counts what its condition finds.
async fn check_links(test: &TestHub, access: &Access, health: &FleetHealth) {
    let ages = health.ages.iter().map(|age| &age.counted);
    let groups = health.groups.iter().flat_map(|g| [&g.counted, &g.drift]);
    let firmware = health.firmware.iter().map(|(_, counted)| counted);
    let counted = ages.chain(groups).chain(firmware);
    let mut pairs: Vec<_> = counted.map(|c| (c.condition.clone(), c.devices)).collect();
    let bins = health.numbers.iter().flat_map(|numbers| &numbers.bins);
    pairs.extend(bins.map(|(bin, condition)| (condition.clone(), bin.devices)));
    assert!(pairs.len() > 10);
    for (condition, devices) in pairs {
        // As an address carries it.
        let condition = Condition::parse(&condition.to_string()).unwrap();
        test.hub.prepare(access, &condition).await.unwrap();
        let found = test.hub.fleet_count(access, &condition, "").unwrap();
        assert_eq!(found, devices, "{condition}");
    }
}

#[tokio::test]
async fn every_number_of_the_health_finds_its_devices() {
    let test = TestHub::open().await;
    fleet(&test).await;
    let access = Access::console();
    let asked = question("tags.region", &["properties.reported.battery.percent"]);
    let health = test.hub.fleet_health(&access, asked).await.unwrap();
    check_links(&test, &access, &health).await;

    let ages: Vec<usize> = health.ages.iter().map(|age| age.counted.devices).collect();
    assert_eq!(ages, [2, 0, 1, 0, 0, 0, 0, 2]);
    let groups: Vec<_> = health
        .groups
        .iter()
        .map(|group| {
            (
                group.value.clone(),
                group.counted.devices,
                group.drift.devices,
            )
        })
        .collect();
    let text = |text: &str| Some(Scalar::String(text.to_owned()));
    assert_eq!(
        groups,
        [(text("north"), 2, 0), (text("south"), 2, 1), (None, 1, 0)]
    );
    assert_eq!(health.groups[0].contact[Contact::Silent as usize], 1);
    assert_eq!(health.groups[1].contact, [1, 0, 1, 0, 0]);
    let firmware: Vec<_> = health
        .firmware
        .iter()
        .map(|(v, c)| (v.clone(), c.devices))
        .collect();
    assert_eq!(
        firmware,
        [(text("4.2.1"), 2), (None, 2), (text("4.3.0"), 1)]
    );
    let charge = &health.numbers[0];
    assert_eq!((charge.with, charge.without), (2, 3));
    let silent: Vec<_> = health
        .silent
        .iter()
        .map(|row| row.entry.id.as_str())
        .collect();
    assert_eq!(silent, ["n-1"]);
    let numbers = test.hub.health_numbers(&access).await.unwrap();
    assert_eq!(numbers, std::slice::from_ref(&charge.path));
}

#[tokio::test]
async fn what_is_outside_the_scope_is_in_no_number() {
    let test = TestHub::open().await;
    fleet(&test).await;
    let (_, south) = test
        .person("southerner", &[(Role::Operator, "tags.region = 'south'")])
        .await;
    let asked = question("tags.region", &["properties.reported.battery.percent"]);
    let health = test.hub.fleet_health(&south, asked).await.unwrap();
    check_links(&test, &south, &health).await;
    assert_eq!(health.census.in_service, 2);
    assert_eq!(health.groups.len(), 1);
    assert_eq!(health.silent, []);

    let (_, reader) = test.person("reader", &[(Role::Manager, "")]).await;
    let secret = question("authenticationType", &[]);
    let refused = test.hub.fleet_health(&reader, secret).await;
    assert!(matches!(refused, Err(ServiceError::Invalid(_))));
    let many = question("status", &["tags.a"; 5]);
    let refused = test.hub.fleet_health(&south, many).await;
    assert!(matches!(refused, Err(ServiceError::Invalid(_))));
}

#[tokio::test]
async fn history_is_of_exactly_ones_scope() {
    let test = TestHub::open().await;
    let permit = test.hub.permit::<ManageHub>(&Access::console()).unwrap();
    let sample = FleetSample {
        scope: String::new(),
        at: BEGIN,
        connected: 1,
        drift: 0,
        contact: [1, 0, 0, 0, 0],
        firmware: Vec::new(),
    };
    let samples = vec![sample.clone()];
    test.hub.add_fleet_history(&permit, samples).await.unwrap();
    let (_, all) = test.person("all", &[(Role::Manager, "")]).await;
    let (_, south) = test
        .person("south", &[(Role::Manager, "tags.region = 'south'")])
        .await;
    let history = async |access| {
        let (from, to) = (BEGIN.plus_ms(-1), BEGIN.plus_ms(1));
        test.hub.fleet_history(access, from, to).await.unwrap()
    };
    assert_eq!(history(&all).await, [sample]);
    assert_eq!(history(&south).await, []);
}

#[tokio::test]
async fn notes_reach_those_with_the_same_scope() {
    let test = TestHub::open().await;
    let (_, north) = test
        .person("nora", &[(Role::Operator, "tags.region = 'north'")])
        .await;
    let (_, other) = test
        .person("ned", &[(Role::Supervisor, "tags.region = 'north'")])
        .await;
    let (_, everybody) = test.person("eve", &[(Role::Operator, "")]).await;
    let permit = test.hub.permit::<RunOperations>(&north).unwrap();
    let refused = ["", " \n ", &"x".repeat(MAX_NOTE_CHARS + 1), "a\0b"];
    for text in refused {
        let left = test.hub.leave_note(&permit, text).await;
        assert!(matches!(left, Err(ServiceError::Invalid(_))), "{text:?}");
    }
    test.hub
        .leave_note(&permit, " Gateway 4 is being repaired. ")
        .await
        .unwrap();
    let notes = test.hub.handover_notes(&other, 5).await.unwrap();
    assert_eq!(notes.len(), 1);
    assert_eq!(notes[0].text, "Gateway 4 is being repaired.");
    assert_eq!((notes[0].author.as_str(), notes[0].at), ("nora", BEGIN));
    assert_eq!(test.hub.handover_notes(&everybody, 5).await.unwrap(), []);
    let (_, reader) = test.person("max", &[(Role::Manager, "")]).await;
    assert!(test.hub.permit::<RunOperations>(&reader).is_err());
}
