//! The twin over MQTT (checklist D).

use std::time::Duration;

use mqtt_protocol_core::mqtt::packet::Qos;
use muster_core::twin::Mode;
use serde_json::{Value, json};

use super::client::{Client, DESIRED, Got, RESPONSES, publish};
use super::rig::{Registered, Rig};

async fn listening(rig: &Rig, id: &str) -> (Client, Registered) {
    let device = rig.register(id).await;
    let mut client = Client::device(rig, &device).await;
    client.subscribe(RESPONSES, Qos::AtLeastOnce).await;
    client.subscribe(DESIRED, Qos::AtLeastOnce).await;
    (client, device)
}

#[tokio::test]
async fn the_device_view_has_versions_and_nothing_else() {
    let rig = Rig::start().await;
    let (mut client, device) = listening(&rig, "dev1").await;
    let empty = json!({ "desired": { "$version": 1 }, "reported": { "$version": 1 } });
    assert_eq!(client.twin().await, empty);
    let (tags, desired) = (json!({ "site": "b7" }), json!({ "interval": 30 }));
    rig.write(&device.id, Mode::Merge, Some(tags), Some(desired))
        .await;
    client.message().await;
    client.report(r#"{"fw":"1.2"}"#).await;
    let twin = json!({
        "desired": { "interval": 30, "$version": 2 },
        "reported": { "fw": "1.2", "$version": 2 },
    });
    assert_eq!(client.twin().await, twin);
}

#[tokio::test]
async fn a_read_may_have_any_quality_and_an_empty_body() {
    let rig = Rig::start().await;
    let (mut client, _) = listening(&rig, "dev1").await;
    for payload in [&b" "[..], b""] {
        client
            .publish_unacknowledged("$iothub/twin/GET/?$rid=a-1", payload)
            .await;
        let (topic, twin) = client.message().await;
        assert_eq!(topic, "$iothub/twin/res/200/?$rid=a-1");
        assert_eq!(twin["desired"]["$version"], 1);
    }
}

#[tokio::test]
async fn reports_are_merged_and_nulls_remove() {
    let rig = Rig::start().await;
    let (mut client, device) = listening(&rig, "dev1").await;
    let mut version = 1;
    let steps = [
        (r#"{"a":1}"#, json!({ "a": 1 })),
        (
            r#"{"b":{"c":1,"d":2}}"#,
            json!({ "a": 1, "b": { "c": 1, "d": 2 } }),
        ),
        (r#"{"b":{"c":null}}"#, json!({ "a": 1, "b": { "d": 2 } })),
        (r#"{"a":null}"#, json!({ "b": { "d": 2 } })),
        (r#"{"b":{"d":null}}"#, json!({ "b": {} })),
    ];
    for (patch, reported) in steps {
        version += 1;
        let (answer, body) = client.report(patch).await;
        assert_eq!(answer, format!("204/?$rid=_&$version={version}"), "{patch}");
        assert_eq!(body, Value::Null);
        assert_eq!(rig.reported(&device.id).await, (reported, version));
    }
}

#[tokio::test]
async fn a_refused_report_changes_nothing_and_says_why() {
    let rig = Rig::start().await;
    let (mut client, device) = listening(&rig, "dev1").await;
    client.report(r#"{"a":1}"#).await;
    let deep = (0..12).fold("1".to_owned(), |inner, _| format!("{{\"k\":{inner}}}"));
    let large: serde_json::Map<_, _> = (0..9)
        .map(|n| (format!("k{n}"), json!("x".repeat(4000))))
        .collect();
    let refused = [
        (r#"{"a.b":1}"#.to_owned(), "400", 400_004),
        (deep, "400", 400_004),
        (r#"{"a":4503599627370496}"#.to_owned(), "400", 400_004),
        (json!({ "a": "x".repeat(4097) }).to_string(), "400", 400_004),
        ("[1]".to_owned(), "400", 400_004),
        ("{".to_owned(), "400", 400_004),
        (String::new(), "400", 400_004),
        (Value::Object(large).to_string(), "413", 413_001),
    ];
    for (patch, status, code) in refused {
        let (answer, body) = client.report(&patch).await;
        assert_eq!(answer, format!("{status}/?$rid=_"), "{patch}");
        assert_eq!(body["errorCode"], code);
        assert!(!body["message"].as_str().unwrap().is_empty());
        assert!(body["trackingId"].as_str().unwrap().contains("-TimeStamp:"));
        assert!(body["timestampUtc"].as_str().unwrap().ends_with('Z'));
        assert_eq!(body["info"], json!({}));
    }
    assert_eq!(rig.reported(&device.id).await, (json!({ "a": 1 }), 2));
    client.ping().await;
}

#[tokio::test]
async fn a_report_may_demand_a_version() {
    let rig = Rig::start().await;
    let (mut client, _) = listening(&rig, "dev1").await;
    let mut answer_to = async |version: &str| {
        let topic = "$iothub/twin/PATCH/properties/reported/?$rid=r&$version=";
        client
            .publish_unacknowledged(&format!("{topic}{version}"), b"{\"a\":1}")
            .await;
        client.message().await.0
    };
    assert_eq!(
        answer_to("1").await,
        "$iothub/twin/res/204/?$rid=r&$version=2"
    );
    assert_eq!(answer_to("1").await, "$iothub/twin/res/412/?$rid=r");
    assert_eq!(answer_to("x").await, "$iothub/twin/res/400/?$rid=r");
}

#[tokio::test]
async fn desired_changes_reach_a_listening_device() {
    let rig = Rig::start().await;
    let (mut client, device) = listening(&rig, "dev1").await;
    let mut expect = async |version: u64, patch: Value| {
        let (topic, payload) = client.message().await;
        let wanted = format!("$iothub/twin/PATCH/properties/desired/?$version={version}");
        assert_eq!((topic, payload), (wanted, patch));
    };
    let desired = json!({ "interval": 60, "net": { "apn": "iot" } });
    rig.write(&device.id, Mode::Merge, None, Some(desired))
        .await;
    expect(
        2,
        json!({ "interval": 60, "net": { "apn": "iot" }, "$version": 2 }),
    )
    .await;
    rig.write(
        &device.id,
        Mode::Merge,
        None,
        Some(json!({ "net": { "apn": null } })),
    )
    .await;
    expect(3, json!({ "net": { "apn": null }, "$version": 3 })).await;
    rig.write(&device.id, Mode::Merge, Some(json!({ "a": 1 })), None)
        .await;
    rig.write(
        &device.id,
        Mode::Replace,
        Some(json!({})),
        Some(json!({ "b": 2 })),
    )
    .await;
    expect(4, json!({ "b": 2, "$version": 4 })).await;
    client.ping().await;
}

#[tokio::test]
async fn only_listeners_are_told() {
    let rig = Rig::start().await;
    let device = rig.register("dev1").await;
    let mut client = Client::device(&rig, &device).await;
    rig.write(&device.id, Mode::Merge, None, Some(json!({ "a": 1 })))
        .await;
    client
        .publish_acknowledged("$iothub/twin/GET/?$rid=1", b" ")
        .await;
    let topic = "$iothub/twin/PATCH/properties/reported/?$rid=2";
    client.publish_acknowledged(topic, b"{\"a\":1}").await;
    assert!(client.is_quiet_for(Duration::from_millis(100)).await);
    assert_eq!(rig.reported(&device.id).await, (json!({ "a": 1 }), 2));
    client.subscribe(DESIRED, Qos::AtMostOnce).await;
    rig.write(&device.id, Mode::Merge, None, Some(json!({ "a": 2 })))
        .await;
    assert_eq!(client.message().await.1, json!({ "a": 2, "$version": 3 }));
}

#[tokio::test]
async fn a_hundred_quick_writes_arrive_in_order() {
    let rig = Rig::start().await;
    let (mut client, device) = listening(&rig, "dev1").await;
    for n in 1..=100 {
        rig.write(&device.id, Mode::Merge, None, Some(json!({ "n": n })))
            .await;
    }
    for n in 1..=100 {
        let (_, patch) = client.message().await;
        assert_eq!(patch, json!({ "n": n, "$version": n + 1 }));
    }
}

#[tokio::test]
async fn who_does_not_read_is_disconnected_and_finds_everything_on_return() {
    let rig = Rig::start().await;
    let (mut client, device) = listening(&rig, "dev1").await;
    // The kernel buffers a few megabytes; the rest meets the bounds of link and stream.
    let mut written = 0;
    while rig.hub.connections().is_open(&device.id) {
        written += 1;
        assert!(written < 2000, "the slow device was never disconnected");
        let patch: serde_json::Map<_, _> = (0..7)
            .map(|n| (format!("k{n}"), json!(format!("{written:04000}"))))
            .collect();
        rig.write(&device.id, Mode::Merge, None, Some(Value::Object(patch)))
            .await;
    }
    let mut last = 1;
    loop {
        match client.next().await {
            Got::Publish { payload, .. } => {
                let patch: Value = serde_json::from_slice(&payload).unwrap();
                let version = patch["$version"].as_u64().unwrap();
                assert_eq!(version, last + 1, "what arrives has no gaps");
                last = version;
            }
            Got::Closed => break,
            other => panic!("{other:?}"),
        }
    }
    let mut client = Client::device(&rig, &device).await;
    assert_eq!(client.twin().await["desired"]["$version"], written + 1);
}

#[tokio::test]
async fn requests_in_one_burst_are_done_in_their_order() {
    let rig = Rig::start().await;
    let (mut client, device) = listening(&rig, "dev1").await;
    let mut burst = Vec::new();
    for n in 1..=100_u16 {
        let topic = format!("$iothub/twin/PATCH/properties/reported/?$rid=p{n}");
        burst.extend(publish(&topic, format!("{{\"n\":{n}}}").as_bytes(), None));
        let topic = format!("$iothub/twin/GET/?$rid=g{n}");
        burst.extend(publish(&topic, b" ", Some(n)));
    }
    client.send(&burst).await;
    for n in 1..=100_u64 {
        let (topic, _) = client.message().await;
        let version = n + 1;
        assert_eq!(
            topic,
            format!("$iothub/twin/res/204/?$rid=p{n}&$version={version}")
        );
        assert_eq!(client.next().await, Got::PubAck(n as u16));
        let (topic, twin) = client.message().await;
        assert_eq!(topic, format!("$iothub/twin/res/200/?$rid=g{n}"));
        assert_eq!(twin["reported"], json!({ "n": n, "$version": version }));
    }
    assert_eq!(rig.reported(&device.id).await, (json!({ "n": 100 }), 101));
}
