//! One connection per identity, sessions that outlive it, keep-alive, wills (checklist B).

use std::time::{Duration, Instant};

use mqtt_protocol_core::mqtt::packet::Qos;
use muster_core::twin::Mode;
use serde_json::json;

use super::client::{Client, DESIRED, Got, Hello, METHODS, RESPONSES};
use super::rig::Rig;

#[tokio::test]
async fn a_session_is_remembered_with_its_subscriptions() {
    let rig = Rig::start().await;
    let device = rig.register("dev1").await;
    let hello = Hello::of(&device, &rig);
    let (mut client, present) = Client::accepted(&rig, &hello).await;
    assert!(!present);
    assert_eq!(client.subscribe(RESPONSES, Qos::AtLeastOnce).await, 1);
    assert_eq!(client.subscribe(METHODS, Qos::AtMostOnce).await, 0);
    client.cut();

    let (mut client, present) = Client::accepted(&rig, &hello).await;
    assert!(present);
    client.twin().await;
    client.unsubscribe(RESPONSES).await;
    client.disconnect().await;

    let (mut client, present) = Client::accepted(&rig, &hello).await;
    assert!(present);
    client
        .publish_acknowledged("$iothub/twin/GET/?$rid=1", b"")
        .await;
    client.ping().await;
}

#[tokio::test]
async fn a_session_survives_a_restart_of_the_hub() {
    let rig = Rig::start().await;
    let device = rig.register("dev1").await;
    let mut client = Client::device(&rig, &device).await;
    client.subscribe(DESIRED, Qos::AtLeastOnce).await;
    client.cut();
    let rig = rig.restart().await;
    let (mut client, present) = Client::accepted(&rig, &Hello::of(&device, &rig)).await;
    assert!(present);
    rig.write(&device.id, Mode::Merge, None, Some(json!({ "a": 1 })))
        .await;
    let (_, patch) = client.message().await;
    assert_eq!(patch, json!({ "a": 1, "$version": 2 }));
}

#[tokio::test]
async fn a_clean_session_forgets() {
    let rig = Rig::start().await;
    let device = rig.register("dev1").await;
    let mut client = Client::device(&rig, &device).await;
    client.subscribe(RESPONSES, Qos::AtLeastOnce).await;
    client.disconnect().await;
    let clean = Hello {
        clean: true,
        ..Hello::of(&device, &rig)
    };
    let (mut client, present) = Client::accepted(&rig, &clean).await;
    assert!(!present);
    client
        .publish_acknowledged("$iothub/twin/GET/?$rid=1", b" ")
        .await;
    // An answer would have come before this one.
    client.ping().await;
}

#[tokio::test]
async fn a_second_connection_displaces_the_first() {
    let rig = Rig::start().await;
    let (device, other) = (rig.register("dev1").await, rig.register("dev2").await);
    let mut first = Client::device(&rig, &device).await;
    let mut bystander = Client::device(&rig, &other).await;
    let mut second = Client::device(&rig, &device).await;
    assert_eq!(first.next().await, Got::Closed);
    second.ping().await;
    bystander.ping().await;
    assert!(rig.hub.connections().is_open(&device.id));
    assert_eq!(rig.hub.connections().len(), 2);
}

#[tokio::test]
async fn clients_that_chase_each_other_are_slowed_down() {
    let rig = Rig::start().await;
    let device = rig.register("dev1").await;
    let mut last = Client::device(&rig, &device).await;
    for _ in 0..10 {
        last = Client::device(&rig, &device).await;
    }
    assert_eq!(Client::refused(&rig, &Hello::of(&device, &rig)).await, 3);
    last.ping().await;
}

#[tokio::test]
async fn silence_ends_a_connection_and_pings_prevent_it() {
    let rig = Rig::start().await;
    let (silent, alive) = (rig.register("silent").await, rig.register("alive").await);
    let hello = |device| Hello {
        keep_alive: 1,
        ..Hello::of(device, &rig)
    };
    let (mut pinging, _) = Client::accepted(&rig, &hello(&alive)).await;
    let (mut client, _) = Client::accepted(&rig, &hello(&silent)).await;
    let start = Instant::now();
    let pings = async {
        for _ in 0..4 {
            tokio::time::sleep(Duration::from_millis(700)).await;
            pinging.ping().await;
        }
    };
    let (end, ()) = tokio::join!(client.next(), pings);
    assert_eq!(end, Got::Closed);
    let ((), lived) = (pinging.ping().await, start.elapsed());
    assert!(lived >= Duration::from_millis(2800));
    let (mut client, _) = Client::accepted(&rig, &hello(&silent)).await;
    let start = Instant::now();
    assert_eq!(client.next().await, Got::Closed);
    let lived = start.elapsed();
    assert!(
        (Duration::from_millis(1400)..Duration::from_millis(2500)).contains(&lived),
        "{lived:?}"
    );
}

#[tokio::test]
async fn filters_are_granted_or_refused_one_by_one() {
    let rig = Rig::start().await;
    let device = rig.register("dev1").await;
    let mut client = Client::device(&rig, &device).await;
    let own = "devices/dev1/messages/devicebound/#";
    for filter in [own, RESPONSES, DESIRED, METHODS] {
        assert_eq!(
            client.subscribe(filter, Qos::ExactlyOnce).await,
            1,
            "{filter}"
        );
        assert_eq!(
            client.subscribe(filter, Qos::AtMostOnce).await,
            0,
            "{filter}"
        );
    }
    let foreign = "devices/dev2/messages/devicebound/#";
    for filter in [
        "#",
        "+",
        foreign,
        "$iothub/#",
        "devices/dev1/messages/events/#",
    ] {
        assert_eq!(
            client.subscribe(filter, Qos::AtLeastOnce).await,
            0x80,
            "{filter}"
        );
    }
    client.ping().await;
}

#[tokio::test]
async fn a_will_is_published_after_an_abnormal_end_only() {
    let rig = Rig::start().await;
    let device = rig.register("dev1").await;
    let hello = |payload: &str, retain| Hello {
        will: Some((
            "devices/dev1/messages/events/why=lost".into(),
            payload.as_bytes().to_vec(),
            retain,
        )),
        ..Hello::of(&device, &rig)
    };
    let (client, _) = Client::accepted(&rig, &hello("said good-bye", false)).await;
    client.disconnect().await;
    let (client, _) = Client::accepted(&rig, &hello("cut", true)).await;
    client.cut();
    let (mut displaced, _) = Client::accepted(&rig, &hello("displaced", false)).await;
    let (client, _) = Client::accepted(&rig, &hello("hub stopped", false)).await;
    assert_eq!(displaced.next().await, Got::Closed);
    let messages = rig.messages(&device.id).await;
    drop(client);
    let mut bodies: Vec<_> = messages.iter().map(|m| m.content.body.as_slice()).collect();
    bodies.sort_unstable();
    assert_eq!(bodies, [&b"cut"[..], b"displaced"]);
    let property = |message: usize, name: &str| {
        let properties = &messages[message].content.properties;
        let found = properties.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.clone().unwrap())
    };
    assert_eq!(property(0, "iothub-MessageType").as_deref(), Some("Will"));
    assert_eq!(property(0, "why").as_deref(), Some("lost"));
    assert_eq!(property(0, "mqtt-retain").as_deref(), Some("true"));
    assert_eq!(property(1, "mqtt-retain"), None);
}

#[tokio::test]
async fn the_door_closes_in_order() {
    let rig = Rig::start().await;
    let device = rig.register("dev1").await;
    let mut client = Client::device(&rig, &device).await;
    let id = client
        .publish("devices/dev1/messages/events/", b"{\"n\":1}")
        .await;
    assert_eq!(client.next().await, Got::PubAck(id));
    let mut stranger = Client::open(&rig).await;
    let asked = Instant::now();
    rig.ask_to_stop();
    assert_eq!(client.next().await, Got::Closed);
    assert_eq!(stranger.next().await, Got::Closed);
    let refused = tokio::net::TcpStream::connect(rig.address);
    // The listener is gone once the drain has begun; the drain began before our stream was closed.
    assert!(refused.await.is_err());
    assert!(asked.elapsed() < Duration::from_secs(3));
    assert_eq!(rig.messages(&device.id).await.len(), 1);
}
