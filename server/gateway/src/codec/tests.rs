//! The codec against an independent one: `mqtt-protocol-core`.
#![expect(
    clippy::unwrap_used,
    reason = "a packet that cannot be built fails the test"
)]

use mqtt_protocol_core::mqtt::packet::{Qos as OracleQos, v3_1_1 as oracle};
use mqtt_protocol_core::mqtt::result_code::{ConnectReturnCode, SubackReturnCode};
use proptest::prelude::*;

use super::*;

fn qos() -> impl Strategy<Value = Qos> {
    prop_oneof![Just(Qos::Zero), Just(Qos::One), Just(Qos::Two)]
}

fn text() -> impl Strategy<Value = ByteString> {
    "[^\u{0}]{1,40}".prop_map(ByteString::from)
}

fn bytes() -> impl Strategy<Value = Bytes> {
    prop::collection::vec(any::<u8>(), 0..300).prop_map(Bytes::from)
}

fn id() -> impl Strategy<Value = PacketId> {
    any::<PacketId>()
}

fn connect() -> impl Strategy<Value = Packet> {
    let will =
        (text(), bytes(), qos(), any::<bool>()).prop_map(|(topic, payload, qos, retain)| Will {
            topic,
            payload,
            qos,
            retain,
        });
    let secrets = prop::option::of((text(), prop::option::of(bytes())));
    let fields = (
        any::<bool>(),
        any::<u16>(),
        text(),
        prop::option::of(will),
        secrets,
    );
    fields.prop_map(|(clean_session, keep_alive, client_id, will, secrets)| {
        let (user_name, password) = secrets.map_or((None, None), |(user, pass)| (Some(user), pass));
        Packet::Connect(Box::new(Connect {
            clean_session,
            keep_alive,
            client_id,
            will,
            user_name,
            password,
        }))
    })
}

fn publish() -> impl Strategy<Value = Packet> {
    let fields = (any::<bool>(), any::<bool>(), qos(), id(), text(), bytes());
    fields.prop_map(|(dup, retain, qos, id, topic, payload)| {
        let acknowledged = qos != Qos::Zero;
        Packet::Publish(Publish {
            dup: dup && acknowledged,
            retain,
            qos,
            id: acknowledged.then_some(id),
            topic,
            payload,
        })
    })
}

fn packet() -> impl Strategy<Value = Packet> {
    let code = prop_oneof![
        Just(ConnectCode::Accepted),
        Just(ConnectCode::Level),
        Just(ConnectCode::ClientId),
        Just(ConnectCode::Unavailable),
        Just(ConnectCode::BadCredentials),
        Just(ConnectCode::NotAuthorized)
    ];
    prop_oneof![
        connect(),
        publish(),
        (any::<bool>(), code).prop_map(|(session_present, code)| Packet::ConnAck {
            session_present,
            code
        }),
        id().prop_map(Packet::PubAck),
        (id(), prop::collection::vec((text(), qos()), 1..5))
            .prop_map(|(id, filters)| Packet::Subscribe { id, filters }),
        (id(), prop::collection::vec(prop::option::of(qos()), 1..5))
            .prop_map(|(id, granted)| Packet::SubAck { id, granted }),
        (id(), prop::collection::vec(text(), 1..5))
            .prop_map(|(id, filters)| Packet::Unsubscribe { id, filters }),
        id().prop_map(Packet::UnsubAck),
        Just(Packet::PingReq),
        Just(Packet::PingResp),
        Just(Packet::Disconnect),
    ]
}

/// What the other codec makes of one whole packet: the packet, and how it writes it; `None` when it refuses.
fn ask_oracle(packet: &[u8]) -> Option<(Packet, Vec<u8>)> {
    let body = frame::body(packet);
    let qos = |qos| match qos {
        OracleQos::AtMostOnce => Qos::Zero,
        OracleQos::AtLeastOnce => Qos::One,
        OracleQos::ExactlyOnce => Qos::Two,
    };
    let owned = |text: &str| ByteString::from(text);
    Some(match packet[0] {
        0x10 => {
            let (p, _) = oracle::Connect::parse(body).ok()?;
            let will = p.will_topic().zip(p.will_payload());
            let ours = Connect {
                clean_session: p.clean_session(),
                keep_alive: p.keep_alive(),
                client_id: owned(p.client_id()),
                will: will.map(|(topic, payload)| Will {
                    topic: owned(topic),
                    payload: Bytes::copy_from_slice(payload),
                    qos: qos(p.will_qos()),
                    retain: p.will_retain(),
                }),
                user_name: p.user_name().map(owned),
                password: p.password().map(Bytes::copy_from_slice),
            };
            (Packet::Connect(Box::new(ours)), p.to_continuous_buffer())
        }
        0x20 => {
            let (p, _) = oracle::Connack::parse(body).ok()?;
            let ours = Packet::ConnAck {
                session_present: p.session_present(),
                code: match p.return_code() {
                    ConnectReturnCode::Accepted => ConnectCode::Accepted,
                    ConnectReturnCode::UnacceptableProtocolVersion => ConnectCode::Level,
                    ConnectReturnCode::IdentifierRejected => ConnectCode::ClientId,
                    ConnectReturnCode::ServerUnavailable => ConnectCode::Unavailable,
                    ConnectReturnCode::BadUserNameOrPassword => ConnectCode::BadCredentials,
                    ConnectReturnCode::NotAuthorized => ConnectCode::NotAuthorized,
                },
            };
            (ours, p.to_continuous_buffer())
        }
        first @ 0x30..=0x3f => {
            let (p, _) = oracle::Publish::parse(first & 0xf, body.to_vec().into()).ok()?;
            let ours = Publish {
                dup: p.dup(),
                retain: p.retain(),
                qos: qos(p.qos()),
                id: p
                    .packet_id()
                    .map(PacketId::new)
                    .map_or(Some(None), |id| id.map(Some))?,
                topic: owned(p.topic_name()),
                payload: Bytes::copy_from_slice(p.payload().as_slice()),
            };
            (Packet::Publish(ours), p.to_continuous_buffer())
        }
        0x40 => {
            let (p, _) = oracle::Puback::parse(body).ok()?;
            let ours = Packet::PubAck(PacketId::new(p.packet_id())?);
            (ours, p.to_continuous_buffer())
        }
        0x82 => {
            let (p, _) = oracle::Subscribe::parse(body).ok()?;
            let filters = p.entries().iter();
            let ours = Packet::Subscribe {
                id: PacketId::new(p.packet_id())?,
                filters: filters
                    .map(|e| (owned(e.topic_filter()), qos(e.sub_opts().qos())))
                    .collect(),
            };
            (ours, p.to_continuous_buffer())
        }
        0x90 => {
            let (p, _) = oracle::Suback::parse(body).ok()?;
            let granted = p.return_codes().into_iter().map(|code| match code {
                SubackReturnCode::SuccessMaximumQos0 => Some(Qos::Zero),
                SubackReturnCode::SuccessMaximumQos1 => Some(Qos::One),
                SubackReturnCode::SuccessMaximumQos2 => Some(Qos::Two),
                SubackReturnCode::Failure => None,
            });
            let ours = Packet::SubAck {
                id: PacketId::new(p.packet_id())?,
                granted: granted.collect(),
            };
            (ours, p.to_continuous_buffer())
        }
        0xa2 => {
            let (p, _) = oracle::Unsubscribe::parse(body).ok()?;
            let ours = Packet::Unsubscribe {
                id: PacketId::new(p.packet_id())?,
                filters: p.entries().iter().map(|e| owned(e.as_str())).collect(),
            };
            (ours, p.to_continuous_buffer())
        }
        0xb0 => {
            let (p, _) = oracle::Unsuback::parse(body).ok()?;
            let ours = Packet::UnsubAck(PacketId::new(p.packet_id())?);
            (ours, p.to_continuous_buffer())
        }
        0xc0 => {
            let (p, _) = oracle::Pingreq::parse(body).ok()?;
            (Packet::PingReq, p.to_continuous_buffer())
        }
        0xd0 => {
            let (p, _) = oracle::Pingresp::parse(body).ok()?;
            (Packet::PingResp, p.to_continuous_buffer())
        }
        0xe0 => {
            let (p, _) = oracle::Disconnect::parse(body).ok()?;
            (Packet::Disconnect, p.to_continuous_buffer())
        }
        _ => return None,
    })
}

/// What the other codec lets pass and MQTT 3.1.1 does not: reserved bits and surplus bytes (it ignores them), U+0000
/// in text, DUP at QoS 0, an empty topic or filter, no client id without a clean session.
fn is_against_the_rules(packet: &Packet, original: &[u8]) -> bool {
    let wrong = |text: &ByteString| text.as_bytes().contains(&0);
    let wrong_topic = |text: &ByteString| text.is_empty() || wrong(text);
    let reserved_or_surplus = frame::body(&encoded(packet)) != frame::body(original);
    reserved_or_surplus
        || match packet {
            Packet::Connect(p) => {
                (p.client_id.is_empty() && !p.clean_session)
                    || wrong(&p.client_id)
                    || p.user_name.as_ref().is_some_and(wrong)
                    || p.will.as_ref().is_some_and(|w| wrong_topic(&w.topic))
            }
            Packet::Publish(p) => wrong_topic(&p.topic) || (p.dup && p.qos == Qos::Zero),
            Packet::Subscribe { filters, .. } => filters.iter().any(|(f, _)| wrong_topic(f)),
            Packet::Unsubscribe { filters, .. } => filters.iter().any(wrong_topic),
            _ => false,
        }
}

fn encoded(packet: &Packet) -> BytesMut {
    let mut out = BytesMut::new();
    encode(packet.clone(), &mut out);
    out
}

/// One change to a packet's bytes.
fn mutation() -> impl Strategy<Value = (prop::sample::Index, u8, u8)> {
    (any::<prop::sample::Index>(), any::<u8>(), 0..4_u8)
}

fn mutate(bytes: &mut Vec<u8>, (index, byte, kind): (prop::sample::Index, u8, u8)) {
    if bytes.is_empty() {
        return;
    }
    let at = index.index(bytes.len());
    match kind {
        0 => bytes[at] = byte,
        1 => bytes[at] ^= 1 << (byte & 7),
        2 => bytes.insert(at, byte),
        _ => {
            bytes.remove(at);
        }
    }
}

proptest! {
    #[test]
    fn packets_are_written_and_read_as_the_oracle_does(packet in packet()) {
        let bytes = encoded(&packet);
        let (theirs, written) = ask_oracle(&bytes).unwrap();
        prop_assert_eq!(&theirs, &packet);
        prop_assert_eq!(&written[..], &bytes[..]);
        prop_assert_eq!(decode(&mut bytes.clone(), Limit::Device), Ok(Some(packet)));
    }

    #[test]
    fn changed_packets_are_judged_as_the_oracle_does(
        packet in packet(),
        mutations in prop::collection::vec(mutation(), 1..4),
    ) {
        let mut bytes = encoded(&packet).to_vec();
        mutations.into_iter().for_each(|m| mutate(&mut bytes, m));
        let mut buffer = BytesMut::from(&bytes[..]);
        match decode(&mut buffer, Limit::Device) {
            Ok(None) => {}
            Ok(Some(ours)) => {
                let taken = &bytes[..bytes.len() - buffer.len()];
                prop_assert_eq!(ask_oracle(taken).map(|(theirs, _)| theirs), Some(ours));
            }
            Err(CodecError::TooLarge { .. }) => {}
            // The oracle leaves the length to its caller, so it is asked about what ours has cut out.
            Err(error) => {
                let whole = frame::take(&mut BytesMut::from(&bytes[..]), Limit::Device);
                if let Ok(Some(whole)) = whole
                    && let Some((theirs, _)) = ask_oracle(&whole)
                {
                    prop_assert!(is_against_the_rules(&theirs, &whole), "{error}: {theirs:?}");
                }
            }
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut buffer = BytesMut::from(&bytes[..]);
        while let Ok(Some(_)) = decode(&mut buffer, Limit::Stranger) {}
    }

    #[test]
    fn it_does_not_matter_how_the_bytes_arrive(
        packets in prop::collection::vec(packet(), 1..4),
        step in 1..50_usize,
    ) {
        let mut stream = BytesMut::new();
        packets.iter().for_each(|p| encode(p.clone(), &mut stream));
        let (mut buffer, mut found) = (BytesMut::new(), Vec::new());
        for chunk in stream.chunks(step) {
            buffer.extend_from_slice(chunk);
            while let Some(packet) = decode(&mut buffer, Limit::Device).unwrap() {
                found.push(packet);
            }
        }
        prop_assert_eq!(found, packets);
    }
}

fn check_refused(bytes: &[u8], want: CodecError) {
    let found = decode(&mut BytesMut::from(bytes), Limit::Device);
    assert_eq!(found, Err(want), "{bytes:02x?}");
}

#[test]
fn other_levels_and_empty_ids_are_told_apart() {
    check_refused(
        b"\x10\x0d\x00\x06MQIsdp\x03\x02\x00\x0a\x00\x01d",
        CodecError::Malformed("length"),
    );
    check_refused(
        b"\x10\x0f\x00\x06MQIsdp\x03\x02\x00\x0a\x00\x01d",
        CodecError::Level,
    );
    check_refused(
        b"\x10\x0e\x00\x04MQTT\x05\x02\x00\x0a\x00\x00\x01d",
        CodecError::Level,
    );
    check_refused(
        b"\x10\x0c\x00\x04MQTT\x04\x00\x00\x0a\x00\x00",
        CodecError::ClientId,
    );
    check_refused(
        b"\x10\x0c\x00\x04HTTP\x04\x00\x00\x0a\x00\x00",
        CodecError::Malformed("not MQTT"),
    );
}

#[test]
fn lenient_forms_are_refused() {
    let surplus = CodecError::Malformed("reserved bits or surplus bytes");
    check_refused(b"\xc0\x01\x00", surplus);
    check_refused(b"\xe0\x01\x00", surplus);
    check_refused(b"\x82\x06\x00\x01\x00\x01a\x09", surplus);
    check_refused(
        b"\x10\x0e\x00\x04MQTT\x04\x02\x00\x0a\x00\x01d\x00",
        surplus,
    );
    check_refused(
        b"\x83\x06\x00\x01\x00\x01a\x00",
        CodecError::Malformed("packet type or its flags"),
    );
    check_refused(b"\x38\x03\x00\x01a", CodecError::Malformed("DUP at QoS 0"));
    check_refused(b"\x32\x05\x00\x01a\x00\x00", CodecError::Malformed("field"));
    check_refused(
        b"\x30\x03\x00\x01\x00",
        CodecError::Malformed("text holds U+0000"),
    );
    check_refused(
        b"\x62\x02\x00\x01",
        CodecError::Malformed("QoS 2 is not offered"),
    );
}

#[test]
fn debug_shows_no_password_and_no_payload() {
    let packet = Packet::Connect(Box::new(Connect {
        clean_session: true,
        keep_alive: 1,
        client_id: "d".into(),
        will: Some(Will {
            topic: "t".into(),
            payload: Bytes::from_static(b"hidden"),
            qos: Qos::Zero,
            retain: false,
        }),
        user_name: Some("u".into()),
        password: Some(Bytes::from_static(b"hidden")),
    }));
    assert!(!format!("{packet:?}").contains("hidden"));
}
