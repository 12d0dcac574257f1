//! MQTT 3.1.1 packets as the door reads and writes them.
//!
//! A facade: `rmqtt-codec` knows the layout of each packet, this module frames the stream, sets the bounds and is
//! strict where that library is lenient. Nothing else in the gateway names the library.

use std::fmt;
use std::num::NonZeroU16;

use bytes::{Bytes, BytesMut};
use bytestring::ByteString;
use muster_core::message::MAX_MESSAGE_BYTES;
use rmqtt_codec::error::DecodeError;
use rmqtt_codec::v3 as wire;
use tokio_util::codec::{Decoder as _, Encoder as _};

mod convert;
mod frame;

pub(crate) use frame::Limit;

#[cfg(test)]
mod tests;

/// Largest packet before CONNECT is accepted: an unknown peer cannot make the hub hold more.
pub(crate) const MAX_CONNECT_BYTES: usize = 8 * 1024;

/// Largest packet afterwards: a full message, the longest topic MQTT knows, and the fields around them.
pub(crate) const MAX_PACKET_BYTES: usize = MAX_MESSAGE_BYTES + u16::MAX as usize + 9;

/// The number that ties an acknowledgement to its packet.
pub(crate) type PacketId = NonZeroU16;

/// How surely a message arrives.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Qos {
    /// At most once.
    Zero,
    /// At least once.
    One,
    /// Exactly once; the hub does not offer it.
    Two,
}

/// A message at the end of an abnormally ended connection.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Will {
    pub(crate) topic: ByteString,
    pub(crate) payload: Bytes,
    pub(crate) qos: Qos,
    pub(crate) retain: bool,
}

/// A client's first packet.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Connect {
    pub(crate) clean_session: bool,
    /// Seconds; 0 means the client wants none.
    pub(crate) keep_alive: u16,
    pub(crate) client_id: ByteString,
    pub(crate) will: Option<Will>,
    pub(crate) user_name: Option<ByteString>,
    /// A secret.
    pub(crate) password: Option<Bytes>,
}

/// The answer to CONNECT (spec §2.2).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ConnectCode {
    /// Welcome.
    Accepted = 0,
    /// Another protocol level than 3.1.1.
    Level = 1,
    /// Not a client id.
    ClientId = 2,
    /// Busy, throttled or draining: the client tries again by itself.
    Unavailable = 3,
    /// User name or password are not of a known form.
    BadCredentials = 4,
    /// Unknown, disabled, or not proven.
    NotAuthorized = 5,
}

/// A message in either direction.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Publish {
    pub(crate) dup: bool,
    pub(crate) retain: bool,
    pub(crate) qos: Qos,
    /// Present exactly when `qos` is not [`Qos::Zero`].
    pub(crate) id: Option<PacketId>,
    pub(crate) topic: ByteString,
    pub(crate) payload: Bytes,
}

/// A packet in either direction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Packet {
    Connect(Box<Connect>),
    ConnAck {
        session_present: bool,
        code: ConnectCode,
    },
    Publish(Publish),
    PubAck(PacketId),
    Subscribe {
        id: PacketId,
        filters: Vec<(ByteString, Qos)>,
    },
    SubAck {
        id: PacketId,
        /// `None` refuses the filter (0x80).
        granted: Vec<Option<Qos>>,
    },
    Unsubscribe {
        id: PacketId,
        filters: Vec<ByteString>,
    },
    UnsubAck(PacketId),
    PingReq,
    PingResp,
    Disconnect,
}

/// Why the bytes are no packet. Whatever it is, the connection ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum CodecError {
    /// Larger than the limit of the moment; found out from the header alone.
    #[error("a packet of {size} bytes is more than the {limit} allowed")]
    TooLarge { size: usize, limit: usize },
    /// A CONNECT of another protocol level: it gets an answer of its own.
    #[error("the protocol level is not 3.1.1")]
    Level,
    /// A CONNECT whose client id is no id: it gets an answer of its own.
    #[error("the client id is empty")]
    ClientId,
    /// Not a packet that MQTT 3.1.1 allows.
    #[error("malformed packet: {0}")]
    Malformed(&'static str),
}

/// Takes the next whole packet out of `buffer`; `None` until enough has arrived.
/// Never reserves memory for bytes that have only been announced.
pub(crate) fn decode(buffer: &mut BytesMut, limit: Limit) -> Result<Option<Packet>, CodecError> {
    let Some(mut frame) = frame::take(buffer, limit)? else {
        return Ok(None);
    };
    // A PUBLISH is whatever remains after its topic; every other packet must be what it decodes to, byte for byte.
    let original = (frame[0] >> 4 != frame::PUBLISH).then(|| frame.clone());
    let (packet, _) = wire::Codec::default()
        .decode(&mut frame)
        .map_err(refusal)?
        .ok_or(CodecError::Malformed("incomplete"))?;
    let Some(original) = original else {
        return convert::from_wire(packet).map(Some);
    };
    let ours = convert::from_wire(packet.clone())?;
    require_canonical(packet, &original)?;
    Ok(Some(ours))
}

/// Appends `packet` to `out`.
pub(crate) fn encode(packet: Packet, out: &mut BytesMut) {
    // The library refuses only strings beyond 65,535 bytes and acknowledged messages without a number; the hub
    // makes neither: its topics are short, and it sends at QoS 0.
    wire::Codec::default()
        .encode(convert::to_wire(packet), out)
        .expect("the hub writes only packets that MQTT can carry");
}

/// Refuses reserved bits, bytes after the last field, and lengths that do not belong.
fn require_canonical(packet: wire::Packet, original: &[u8]) -> Result<(), CodecError> {
    let mut again = BytesMut::with_capacity(original.len());
    wire::Codec::default()
        .encode(packet, &mut again)
        .map_err(|_| CodecError::Malformed("a field is too long"))?;
    let same = frame::body(&again) == frame::body(original);
    same.then_some(())
        .ok_or(CodecError::Malformed("reserved bits or surplus bytes"))
}

fn refusal(error: DecodeError) -> CodecError {
    match error {
        DecodeError::UnsupportedProtocolLevel => CodecError::Level,
        DecodeError::InvalidClientId => CodecError::ClientId,
        DecodeError::InvalidProtocol => CodecError::Malformed("not MQTT"),
        DecodeError::ConnectReservedFlagSet | DecodeError::InvalidConnectFlags => {
            CodecError::Malformed("connect flags")
        }
        DecodeError::UnsupportedPacketType => CodecError::Malformed("packet type or its flags"),
        DecodeError::InvalidTopicFilter => CodecError::Malformed("topic filter"),
        DecodeError::InvalidTopicName => CodecError::Malformed("topic name"),
        DecodeError::Utf8Error => CodecError::Malformed("text is not UTF-8"),
        DecodeError::InvalidLength | DecodeError::MaxSizeExceeded { .. } => {
            CodecError::Malformed("length")
        }
        _ => CodecError::Malformed("field"),
    }
}

impl fmt::Debug for Connect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connect")
            .field("clean_session", &self.clean_session)
            .field("keep_alive", &self.keep_alive)
            .field("client_id", &self.client_id)
            .field("will", &self.will)
            .field("user_name", &self.user_name)
            .field("password", &self.password.as_ref().map(|_| "…"))
            .finish()
    }
}

impl fmt::Debug for Will {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Will({:?}, {} bytes, {:?}, retain {})",
            &*self.topic,
            self.payload.len(),
            self.qos,
            self.retain
        )
    }
}

impl fmt::Debug for Publish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Publish({:?}, {} bytes, {:?}, id {:?}, dup {}, retain {})",
            &*self.topic,
            self.payload.len(),
            self.qos,
            self.id,
            self.dup,
            self.retain
        )
    }
}
