//! Between the library's packets and ours, with the rules of MQTT 3.1.1 that the library leaves to its user.

use bytestring::ByteString;
use rmqtt_codec::types::{MQTT_LEVEL_311, Protocol, Publish as WirePublish};
use rmqtt_codec::v3 as wire;

use super::{CodecError, Connect, ConnectCode, Packet, Publish, Qos, Will};

pub(super) fn from_wire(packet: wire::Packet) -> Result<Packet, CodecError> {
    Ok(match packet {
        wire::Packet::Connect(connect) => Packet::Connect(Box::new(connect_from(*connect)?)),
        wire::Packet::ConnectAck(ack) => Packet::ConnAck {
            session_present: ack.session_present,
            code: code_from(ack.return_code)?,
        },
        wire::Packet::Publish(publish) => Packet::Publish(publish_from(*publish)?),
        wire::Packet::PublishAck { packet_id } => Packet::PubAck(packet_id),
        wire::Packet::Subscribe {
            packet_id,
            topic_filters,
        } => Packet::Subscribe {
            id: packet_id,
            filters: topic_filters
                .into_iter()
                .map(|(filter, qos)| Ok((text(filter)?, qos_from(qos))))
                .collect::<Result<_, _>>()?,
        },
        wire::Packet::SubscribeAck { status, .. } if status.is_empty() => {
            return Err(CodecError::Malformed("SUBACK without codes"));
        }
        wire::Packet::SubscribeAck { packet_id, status } => Packet::SubAck {
            id: packet_id,
            granted: status
                .into_iter()
                .map(|code| match code {
                    wire::SubscribeReturnCode::Success(qos) => Some(qos_from(qos)),
                    wire::SubscribeReturnCode::Failure => None,
                })
                .collect(),
        },
        wire::Packet::Unsubscribe {
            packet_id,
            topic_filters,
        } => Packet::Unsubscribe {
            id: packet_id,
            filters: topic_filters
                .into_iter()
                .map(text)
                .collect::<Result<_, _>>()?,
        },
        wire::Packet::UnsubscribeAck { packet_id } => Packet::UnsubAck(packet_id),
        wire::Packet::PingRequest => Packet::PingReq,
        wire::Packet::PingResponse => Packet::PingResp,
        wire::Packet::Disconnect => Packet::Disconnect,
        wire::Packet::PublishReceived { .. }
        | wire::Packet::PublishRelease { .. }
        | wire::Packet::PublishComplete { .. } => {
            return Err(CodecError::Malformed("QoS 2 is not offered"));
        }
    })
}

pub(super) fn to_wire(packet: Packet) -> wire::Packet {
    match packet {
        Packet::Connect(connect) => connect_to(*connect).into(),
        Packet::ConnAck {
            session_present,
            code,
        } => wire::Packet::ConnectAck(wire::ConnectAck {
            session_present,
            return_code: code_to(code),
        }),
        Packet::Publish(publish) => WirePublish {
            dup: publish.dup,
            retain: publish.retain,
            qos: qos_to(publish.qos),
            topic: publish.topic,
            packet_id: publish.id,
            payload: publish.payload,
            properties: None,
        }
        .into(),
        Packet::PubAck(packet_id) => wire::Packet::PublishAck { packet_id },
        Packet::Subscribe { id, filters } => wire::Packet::Subscribe {
            packet_id: id,
            topic_filters: filters
                .into_iter()
                .map(|(filter, qos)| (filter, qos_to(qos)))
                .collect(),
        },
        Packet::SubAck { id, granted } => wire::Packet::SubscribeAck {
            packet_id: id,
            status: granted
                .into_iter()
                .map(|qos| match qos {
                    Some(qos) => wire::SubscribeReturnCode::Success(qos_to(qos)),
                    None => wire::SubscribeReturnCode::Failure,
                })
                .collect(),
        },
        Packet::Unsubscribe { id, filters } => wire::Packet::Unsubscribe {
            packet_id: id,
            topic_filters: filters,
        },
        Packet::UnsubAck(packet_id) => wire::Packet::UnsubscribeAck { packet_id },
        Packet::PingReq => wire::Packet::PingRequest,
        Packet::PingResp => wire::Packet::PingResponse,
        Packet::Disconnect => wire::Packet::Disconnect,
    }
}

fn connect_from(connect: wire::Connect) -> Result<Connect, CodecError> {
    if connect.protocol.level() != MQTT_LEVEL_311 {
        return Err(CodecError::Level);
    }
    if connect.password.is_some() && connect.username.is_none() {
        return Err(CodecError::Malformed("password without user name"));
    }
    let will = match connect.last_will {
        None => None,
        Some(will) => Some(Will {
            topic: topic_name(will.topic)?,
            payload: will.message,
            qos: qos_from(will.qos),
            retain: will.retain,
        }),
    };
    Ok(Connect {
        clean_session: connect.clean_session,
        keep_alive: connect.keep_alive,
        client_id: text(connect.client_id)?,
        will,
        user_name: connect.username.map(text).transpose()?,
        password: connect.password,
    })
}

fn connect_to(connect: Connect) -> wire::Connect {
    wire::Connect {
        protocol: Protocol(MQTT_LEVEL_311),
        clean_session: connect.clean_session,
        keep_alive: connect.keep_alive,
        client_id: connect.client_id,
        last_will: connect.will.map(|will| wire::LastWill {
            qos: qos_to(will.qos),
            retain: will.retain,
            topic: will.topic,
            message: will.payload,
        }),
        username: connect.user_name,
        password: connect.password,
        cert: None,
    }
}

fn publish_from(publish: WirePublish) -> Result<Publish, CodecError> {
    if publish.dup && publish.qos == wire::QoS::AtMostOnce {
        return Err(CodecError::Malformed("DUP at QoS 0"));
    }
    Ok(Publish {
        dup: publish.dup,
        retain: publish.retain,
        qos: qos_from(publish.qos),
        id: publish.packet_id,
        topic: topic_name(publish.topic)?,
        payload: publish.payload,
    })
}

/// Text without U+0000 (MQTT-1.5.3-2).
fn text(text: ByteString) -> Result<ByteString, CodecError> {
    if text.as_bytes().contains(&0) {
        return Err(CodecError::Malformed("text holds U+0000"));
    }
    Ok(text)
}

/// A topic to publish to. Wildcard characters are not looked for: device ids may hold `#` and `+` (spec §5.3), and
/// whoever reads the topic compares it with the one device's own.
fn topic_name(topic: ByteString) -> Result<ByteString, CodecError> {
    if topic.is_empty() {
        return Err(CodecError::Malformed("topic name"));
    }
    text(topic)
}

fn qos_from(qos: wire::QoS) -> Qos {
    match qos {
        wire::QoS::AtMostOnce => Qos::Zero,
        wire::QoS::AtLeastOnce => Qos::One,
        wire::QoS::ExactlyOnce => Qos::Two,
    }
}

fn qos_to(qos: Qos) -> wire::QoS {
    match qos {
        Qos::Zero => wire::QoS::AtMostOnce,
        Qos::One => wire::QoS::AtLeastOnce,
        Qos::Two => wire::QoS::ExactlyOnce,
    }
}

fn code_from(code: wire::ConnectAckReason) -> Result<ConnectCode, CodecError> {
    use wire::ConnectAckReason as Wire;
    Ok(match code {
        Wire::ConnectionAccepted => ConnectCode::Accepted,
        Wire::UnacceptableProtocolVersion => ConnectCode::Level,
        Wire::IdentifierRejected => ConnectCode::ClientId,
        Wire::ServiceUnavailable => ConnectCode::Unavailable,
        Wire::BadUserNameOrPassword => ConnectCode::BadCredentials,
        Wire::NotAuthorized => ConnectCode::NotAuthorized,
        Wire::Reserved => return Err(CodecError::Malformed("return code")),
    })
}

fn code_to(code: ConnectCode) -> wire::ConnectAckReason {
    use wire::ConnectAckReason as Wire;
    match code {
        ConnectCode::Accepted => Wire::ConnectionAccepted,
        ConnectCode::Level => Wire::UnacceptableProtocolVersion,
        ConnectCode::ClientId => Wire::IdentifierRejected,
        ConnectCode::Unavailable => Wire::ServiceUnavailable,
        ConnectCode::BadCredentials => Wire::BadUserNameOrPassword,
        ConnectCode::NotAuthorized => Wire::NotAuthorized,
    }
}
