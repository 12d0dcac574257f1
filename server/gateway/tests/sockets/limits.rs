//! Bytes that are no MQTT, and peers that take their time.

use std::time::{Duration, Instant};

use super::client::{Client, Got, Hello, publish};
use super::rig::Rig;

#[tokio::test]
async fn strangers_may_not_send_much_or_anything_else() {
    let rig = Rig::start().await;
    for (what, bytes) in [
        ("an oversized packet", &[0x10, 0xff, 0xff, 0x03][..]),
        ("an endless length", &[0x10, 0xff, 0xff, 0xff, 0xff]),
        ("HTTP", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
        ("a ping first", &[0xc0, 0]),
        (
            "reserved connect flags",
            b"\x10\x0d\x00\x04MQTT\x04\x03\x00\x3c\x00\x01d",
        ),
        (
            "surplus bytes",
            b"\x10\x0e\x00\x04MQTT\x04\x02\x00\x3c\x00\x01dx",
        ),
        ("zeros", &[0; 64]),
    ] {
        let mut client = Client::open(&rig).await;
        client.send(bytes).await;
        assert_eq!(client.next().await, Got::Closed, "{what}");
    }
}

#[tokio::test]
async fn who_says_nothing_is_sent_away_after_five_seconds() {
    let rig = Rig::start().await;
    let start = Instant::now();
    let mut silent = Client::open(&rig).await;
    let mut slow = Client::open(&rig).await;
    slow.send(&[0x10, 0x7f, 0]).await;
    assert_eq!(silent.next().await, Got::Closed);
    assert_eq!(slow.next().await, Got::Closed);
    let lived = start.elapsed();
    assert!(
        (Duration::from_secs(5)..Duration::from_secs(8)).contains(&lived),
        "{lived:?}"
    );
}

#[tokio::test]
async fn devices_that_break_the_protocol_are_disconnected() {
    let rig = Rig::start().await;
    let device = rig.register("dev1").await;
    let mut at_qos_2 = publish("devices/dev1/messages/events/", b"{}", Some(1));
    at_qos_2[0] = 0x34;
    for (what, bytes) in [
        ("PUBLISH at QoS 2", at_qos_2.as_slice()),
        ("PUBLISH at QoS 3", &[0x36, 0x05, 0, 1, b'a', 0, 1]),
        ("PUBREL", &[0x62, 2, 0, 1]),
        ("a packet of a server", &[0xd0, 0]),
        (
            "a second CONNECT",
            b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x3c\x00\x01d",
        ),
        ("SUBSCRIBE without a filter", &[0x82, 2, 0, 1]),
        (
            "SUBSCRIBE with reserved flags",
            &[0x80, 6, 0, 1, 0, 1, b'#', 0],
        ),
        ("an unknown type", &[0xf0, 0]),
        ("an oversized packet", &[0x30, 0xff, 0xff, 0xff, 0x7f]),
    ] {
        let mut client = Client::device(&rig, &device).await;
        client.send(bytes).await;
        assert_eq!(client.next().await, Got::Closed, "{what}");
    }
    Client::device(&rig, &device).await.ping().await;
}

#[tokio::test]
async fn a_client_need_not_wait_for_connack() {
    let rig = Rig::start().await;
    let device = rig.register("dev1").await;
    let mut client = Client::open(&rig).await;
    let mut bytes = Hello::of(&device, &rig).bytes();
    bytes.extend(publish(
        "devices/dev1/messages/events/",
        b"{\"n\":1}",
        Some(9),
    ));
    bytes.extend([0xc0, 0]);
    client.send(&bytes).await;
    let (session_present, code) = (false, 0);
    assert_eq!(
        client.next().await,
        Got::ConnAck {
            session_present,
            code
        }
    );
    let mut answers = [client.next().await, client.next().await];
    // The ping is answered at once, the message when it is stored.
    answers.sort_by_key(|got| *got != Got::PingResp);
    assert_eq!(answers, [Got::PingResp, Got::PubAck(9)]);
}

#[tokio::test]
async fn packets_may_arrive_in_pieces() {
    let rig = Rig::start().await;
    let device = rig.register("dev1").await;
    let mut client = Client::open(&rig).await;
    let mut bytes = Hello::of(&device, &rig).bytes();
    bytes.extend(publish(
        "devices/dev1/messages/events/",
        b"{\"n\":1}",
        Some(9),
    ));
    for byte in bytes {
        client.send(&[byte]).await;
    }
    assert!(matches!(client.next().await, Got::ConnAck { code: 0, .. }));
    assert_eq!(client.next().await, Got::PubAck(9));
}
