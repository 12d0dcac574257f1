//! Messages from devices (checklist B and C).

use mqtt_protocol_core::mqtt::packet::Qos;
use muster_core::message::Message;

use super::client::{Client, Got, Hello, RESPONSES, publish};
use super::rig::Rig;

const EVENTS: &str = "devices/dev1/messages/events/";

fn property<'a>(message: &'a Message, name: &str) -> Option<Option<&'a str>> {
    let found = message
        .content
        .properties
        .iter()
        .filter(|(key, _)| key == name);
    let found: Vec<_> = found.map(|(_, value)| value.as_deref()).collect();
    assert!(found.len() < 2, "{name} comes twice");
    found.first().copied()
}

#[tokio::test]
async fn an_acknowledged_message_is_stored() {
    let rig = Rig::start().await;
    let device = rig.register("dev1").await;
    let mut client = Client::device(&rig, &device).await;
    for n in 1..=3 {
        let payload = format!("{{\"n\":{n}}}");
        client
            .publish_acknowledged(EVENTS, payload.as_bytes())
            .await;
        assert_eq!(rig.charted(&device.id).await, n);
    }
    // At QoS 0 nothing is promised, yet what arrived before the good-bye is kept.
    client.publish_unacknowledged(EVENTS, b"{\"n\":4}").await;
    client.disconnect().await;
    assert_eq!(rig.messages(&device.id).await.len(), 4);
}

#[tokio::test]
async fn acknowledgements_come_in_order_however_many_are_under_way() {
    let rig = Rig::start().await;
    let device = rig.register("dev1").await;
    let mut client = Client::device(&rig, &device).await;
    let burst: Vec<u8> = (1..=200_u16)
        .flat_map(|id| publish(EVENTS, id.to_string().as_bytes(), Some(id)))
        .collect();
    client.send(&burst).await;
    for id in 1..=200 {
        assert_eq!(client.next().await, Got::PubAck(id));
    }
    let messages = rig.messages(&device.id).await;
    let bodies: Vec<_> = messages.into_iter().map(|m| m.content.body).collect();
    let sent: Vec<_> = (1..=200)
        .map(|id: u16| id.to_string().into_bytes())
        .collect();
    assert_eq!(bodies, sent);
}

#[tokio::test]
async fn what_is_not_stored_is_not_acknowledged() {
    let dir = Rig::start().await.stop().await;
    let pages = std::fs::metadata(dir.path().join("muster.db")).map_or(200, |m| m.len() / 4096);
    let rig = Rig::open(dir, Some(pages as u32 + 60)).await;
    let (device, other) = (rig.register("dev1").await, rig.register("dev2").await);
    let mut reporting = Client::device(&rig, &other).await;
    reporting.subscribe(RESPONSES, Qos::AtLeastOnce).await;
    let mut client = Client::device(&rig, &device).await;
    let mut acknowledged = 0;
    loop {
        let id = client.publish(EVENTS, &[b'x'; 20_000]).await;
        match client.next().await {
            Got::PubAck(acked) if acked == id => acknowledged += 1,
            Got::Closed => break,
            other => panic!("{other:?}"),
        }
        assert!(acknowledged < 1000, "the disk never became full");
    }
    assert!(acknowledged > 0);
    // A twin request has an answer of its own for that, and the connection stays.
    let large = format!("{{\"k\":{:?},\"l\":{0:?}}}", "x".repeat(4000));
    let (answer, body) = reporting.report(&large).await;
    assert!(answer.starts_with("50"), "{answer}");
    assert!(body["errorCode"].as_u64().unwrap() >= 500_000);
    reporting.ping().await;
    assert_eq!(rig.messages(&device.id).await.len(), acknowledged);
}

#[tokio::test]
async fn properties_are_kept_and_stamped() {
    let rig = Rig::start().await;
    let device = rig.register("dev1").await;
    let hello = Hello {
        user_name: Some("localhost/dev1/?api-version=1&model-id=dtmi:com:example:Pump;1".into()),
        ..Hello::of(&device, &rig)
    };
    let (mut client, _) = Client::accepted(&rig, &hello).await;
    let bag = "%24.mid=id%201%2F2&%24.cid=c&$.ct=application%2Fjson&a%20b=c%26d%3D%2F%C3%BC&null&iothub-connection-device-id=dev2&iothub-connection-auth-method=x&$.cdid=dev2";
    client
        .publish_acknowledged(&format!("{EVENTS}{bag}"), b"{}")
        .await;
    client
        .publish_acknowledged(&format!("{EVENTS}a=1/"), b"{}")
        .await;
    client
        .publish_acknowledged("devices/dev1/messages/events", b"")
        .await;
    client.disconnect().await;

    let messages = rig.messages(&device.id).await;
    let first = &messages[0];
    assert_eq!(property(first, "message-id"), Some(Some("id 1/2")));
    assert_eq!(property(first, "correlation-id"), Some(Some("c")));
    assert_eq!(
        property(first, "content-type"),
        Some(Some("application/json"))
    );
    assert_eq!(property(first, "a b"), Some(Some("c&d=/ü")));
    assert_eq!(property(first, "null"), Some(None));
    assert_eq!(
        property(first, "iothub-connection-device-id"),
        Some(Some("dev1"))
    );
    assert_eq!(
        property(first, "iothub-connection-auth-method"),
        Some(Some(r#"{"issuer":"iothub","scope":"device","type":"sas"}"#))
    );
    assert!(
        property(first, "iothub-connection-auth-generation-id")
            .unwrap()
            .is_some()
    );
    assert_eq!(
        property(first, "iothub-message-source"),
        Some(Some("Telemetry"))
    );
    assert_eq!(
        property(first, "dt-dataschema"),
        Some(Some("dtmi:com:example:Pump;1"))
    );
    let at = first.content.at.to_string();
    assert_eq!(
        property(first, "iothub-enqueuedtime"),
        Some(Some(at.as_str()))
    );
    assert_eq!(property(&messages[1], "a"), Some(Some("1")));
    assert_eq!(messages[2].content.body, b"");
}

#[tokio::test]
async fn retain_and_repeated_messages_are_accepted() {
    let rig = Rig::start().await;
    let device = rig.register("dev1").await;
    let mut client = Client::device(&rig, &device).await;
    let mut retained = publish(EVENTS, b"{}", Some(1));
    retained[0] |= 0b0001;
    client.send(&retained).await;
    assert_eq!(client.next().await, Got::PubAck(1));
    let mut repeated = publish(EVENTS, b"{}", Some(1));
    repeated[0] |= 0b1000;
    client.send(&repeated).await;
    assert_eq!(client.next().await, Got::PubAck(1));
    let messages = rig.messages(&device.id).await;
    assert_eq!(property(&messages[0], "mqtt-retain"), Some(Some("true")));
    assert_eq!(property(&messages[1], "mqtt-retain"), None);
}

#[tokio::test]
async fn a_message_has_256_kib_and_not_a_byte_more() {
    let rig = Rig::start().await;
    let device = rig.register("dev1").await;
    let mut client = Client::device(&rig, &device).await;
    let bag = "ab=%20%20";
    let topic = format!("{EVENTS}{bag}");
    let largest = vec![b'x'; 262_144 - "ab".len() - "  ".len()];
    client.publish_acknowledged(&topic, &largest).await;
    let id = client
        .publish(&topic, &[largest, vec![b'x']].concat())
        .await;
    assert_eq!(client.next().await, Got::Closed, "PUBLISH {id}");
    assert_eq!(rig.messages(&device.id).await.len(), 1);
}

#[tokio::test]
async fn publishing_where_one_may_not_ends_the_connection() {
    let rig = Rig::start().await;
    let (device, other) = (rig.register("dev1").await, rig.register("dev2").await);
    let mut bystander = Client::device(&rig, &other).await;
    for topic in [
        "anything",
        "devices/dev2/messages/events/",
        "devices/dev1/messages/events/a=%zz",
        "$iothub/twin/GET/?nothing",
    ] {
        let mut client = Client::device(&rig, &device).await;
        client.publish(topic, b"{}").await;
        assert_eq!(client.next().await, Got::Closed, "{topic}");
    }
    bystander.ping().await;
    let mut client = Client::device(&rig, &device).await;
    let late = client
        .publish("$iothub/methods/res/200/?$rid=1", b"{}")
        .await;
    assert_eq!(client.next().await, Got::PubAck(late));
    assert_eq!(client.subscribe("#", Qos::AtMostOnce).await, 0x80);
    assert_eq!(rig.messages(&other.id).await.len(), 0);
}
