//! Lists, counts and figures: one read model, always the committed state.

use muster_core::contact::Contact;
use muster_core::lifecycle::Stage;
use muster_core::policy::Role;
use muster_query::Condition;
use muster_service::Access;
use muster_service::access::kinds::{ProvisionDevices, SeeDevices};
use serde_json::json;

use crate::support::{TestHub, first_rows, link};

#[tokio::test]
async fn an_answer_after_an_acknowledgement_sees_the_write() {
    let test = TestHub::open().await;
    let access = Access::console();
    for n in 0..30 {
        let id = test
            .device(&format!("d-{n:02}"), json!({"site":"b7"}))
            .await;
        assert_eq!(
            test.hub
                .fleet_count(&access, &Condition::all(), "")
                .unwrap(),
            n + 1
        );
        test.patch(&id, Some(json!({ "site": format!("s{}", n % 3) })), None)
            .await;
    }
    let site = Condition::parse("tags.site = 's1'").unwrap();
    assert_eq!(test.hub.fleet_count(&access, &site, "").unwrap(), 10);
    let query = first_rows(site);
    assert_eq!(test.hub.fleet_page(&access, &query).unwrap().rows.len(), 10);
    let permit = test
        .hub
        .permit_device::<ProvisionDevices>(&access, &"d-01".parse().unwrap())
        .unwrap();
    test.hub.delete_device(permit, None).await.unwrap();
    assert_eq!(test.hub.fleet_page(&access, &query).unwrap().rows.len(), 9);
}

#[tokio::test]
async fn the_fleet_is_the_same_after_a_restart() {
    let test = TestHub::open().await;
    let access = Access::console();
    let id = test
        .device("d", json!({"site":"b7","contact":{"everyS":60}}))
        .await;
    let proof = test.log_in(&id).await;
    let (info, _link) = link();
    test.hub.device_connected(&proof, info).await.unwrap();
    test.hub
        .device_report(&proof, json!({"x":1}), None)
        .await
        .unwrap();
    assert_eq!(test.hub.census(&access, &Condition::all()).connected, 1);
    let test = test.reopen().await;
    let census = test.hub.census(&access, &Condition::all());
    assert_eq!(
        (
            census.in_service,
            census.connected,
            census.stage(Stage::Active)
        ),
        (1, 0, 1)
    );
    assert_eq!(census.contact(Contact::Reporting), 1);
    test.pass(200);
    let census = test.hub.census(&access, &Condition::all());
    assert_eq!(census.contact(Contact::Silent), 1);
}

#[tokio::test]
async fn drift_is_seen_and_ends_when_the_device_confirms() {
    let test = TestHub::open().await;
    let access = Access::console();
    let id = test.device("d", json!({})).await;
    let drifting = || test.hub.census(&access, &Condition::all()).drift;
    assert_eq!(drifting(), 0);
    test.patch(&id, None, Some(json!({"interval": 60}))).await;
    assert_eq!(drifting(), 1);
    let proof = test.log_in(&id).await;
    test.hub
        .device_report(&proof, json!({"interval": 60, "fw": "1"}), None)
        .await
        .unwrap();
    assert_eq!(drifting(), 0);
}

#[tokio::test]
async fn an_export_walks_the_whole_result() {
    let test = TestHub::open().await;
    for n in 0..25 {
        test.device(&format!("d-{n:02}"), json!({"even": n % 2 == 0}))
            .await;
    }
    let permit = test.hub.permit::<SeeDevices>(&Access::console()).unwrap();
    let even = Condition::parse("tags.even = true").unwrap();
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let rows = test
            .hub
            .fleet_export(&permit, after.as_ref(), &even, "", 4)
            .unwrap();
        let Some(last) = rows.last() else { break };
        after = Some(last.entry.id.clone());
        seen.extend(rows.into_iter().map(|row| row.entry.id.to_string()));
    }
    assert_eq!(seen.len(), 13);
    assert!(seen.is_sorted());
}

#[tokio::test]
async fn lists_are_sorted_and_grouped_by_properties() {
    let test = TestHub::open().await;
    let (_, access) = test.person("ann", &[(Role::Operator, "")]).await;
    for (name, fw) in [("a", "2"), ("b", "1"), ("c", "2")] {
        let id = test.device(name, json!({})).await;
        test.patch(&id, None, Some(json!({ "fw": fw }))).await;
    }
    test.device("d", json!({})).await;
    let path = muster_query::Path::parse("desired.fw").unwrap();
    let hub = &test.hub;
    hub.prepare_paths(&access, std::slice::from_ref(&path))
        .await
        .unwrap();
    assert!(hub.lists_know(&path));
    let mut query = first_rows(Condition::all());
    query.sort.by = muster_service::SortKey::Value(path.clone());
    let page = hub.fleet_page(&access, &query).unwrap();
    let ids: Vec<_> = page.rows.iter().map(|row| row.entry.id.as_str()).collect();
    assert_eq!(ids, ["b", "a", "c", "d"]);
    let groups = hub.fleet_groups(&access, &Condition::all(), &path, 10);
    let counts: Vec<_> = groups.iter().map(|(_, count)| *count).collect();
    assert_eq!(counts, [2, 1, 1]);
    let ids = page.rows.iter().map(|row| row.entry.id.clone());
    let ids: Vec<_> = ids.chain(["gone".parse().unwrap()]).collect();
    let found = hub.fleet_properties(&access, &ids).await.unwrap();
    assert_eq!(found.len(), 4);
    assert_eq!(found[&ids[0]].desired["fw"], "1");
    let paths = hub.property_paths(&access).await.unwrap();
    assert_eq!(paths.desired, ["fw"]);
    let (_, nobody) = test.person("eve", &[(Role::Operator, "tags.x = 1")]).await;
    assert!(
        hub.fleet_properties(&nobody, &ids)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(
        hub.property_paths(&nobody)
            .await
            .unwrap()
            .desired
            .is_empty()
    );
}
