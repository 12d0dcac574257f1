//! A small MQTT 3.1.1 client over TLS: what a device needs, nothing more.

use std::collections::VecDeque;
use std::io;
use std::num::NonZeroU16;
use std::time::Duration;

use bytes::Bytes;
use futures::{SinkExt, StreamExt};
use rmqtt_codec::types::{Protocol, Publish};
use rmqtt_codec::v3::{Codec, Connect, ConnectAckReason, Packet, QoS, SubscribeReturnCode};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;
use tokio_util::codec::Framed;

use crate::target::HubTarget;

/// How long the hub may take to answer anything.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);

/// Largest packet taken from the hub: a whole twin fits several times.
const MAX_PACKET: u32 = 512 * 1024;

/// Why a connection failed or ended.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The network or TLS failed.
    #[error("the connection failed")]
    Io(#[from] io::Error),
    /// The hub refused, with the code of CONNACK.
    #[error("the hub refused the connection with code {0}")]
    Refused(u8),
    /// The hub refused a subscription.
    #[error("the hub refused the subscription")]
    NotGranted,
    /// The hub closed the connection.
    #[error("the hub closed the connection")]
    Closed,
    /// The hub did not answer in time.
    #[error("the hub did not answer in time")]
    TimedOut,
    /// Bytes that are no MQTT.
    #[error("the hub sent something that is not MQTT: {0}")]
    Protocol(String),
}

/// Something that came from the hub.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Incoming {
    /// A message.
    Message {
        /// Its topic.
        topic: String,
        /// Its payload.
        payload: Bytes,
    },
    /// The hub has durably taken the publish with this number.
    Acknowledged(u16),
}

/// An open connection.
#[derive(Debug)]
pub struct Client {
    framed: Framed<TlsStream<TcpStream>, Codec>,
    waiting: VecDeque<Incoming>,
    last_id: u16,
    /// Whether the hub remembered a session.
    pub session_present: bool,
}

impl Client {
    /// Connects as `device` with a token. `clean` forgets the earlier session.
    pub async fn connect(
        target: &HubTarget,
        device: &str,
        token: &str,
        keep_alive_s: u16,
        clean: bool,
    ) -> Result<Self, ClientError> {
        let tcp = within(TcpStream::connect((target.host.as_str(), target.port))).await??;
        tcp.set_nodelay(true)?;
        let tls = within(target.tls.connect(target.server_name.clone(), tcp)).await??;
        let mut client = Self {
            framed: Framed::with_capacity(tls, Codec::new(MAX_PACKET), 1024),
            waiting: VecDeque::new(),
            last_id: 0,
            session_present: false,
        };
        let connect = Connect {
            protocol: Protocol(4),
            clean_session: clean,
            keep_alive: keep_alive_s,
            client_id: device.into(),
            username: Some(format!("{}/{device}/?api-version=2021-04-12", target.host).into()),
            password: Some(Bytes::from(token.to_owned())),
            ..Connect::default()
        };
        client.send(connect.into()).await?;
        match within(client.receive()).await?? {
            Packet::ConnectAck(ack) if ack.return_code == ConnectAckReason::ConnectionAccepted => {
                client.session_present = ack.session_present;
                Ok(client)
            }
            Packet::ConnectAck(ack) => Err(ClientError::Refused(ack.return_code.into())),
            other => Err(unexpected(&other)),
        }
    }

    /// Subscribes to one filter at QoS 1 and waits for the grant.
    pub async fn subscribe(&mut self, filter: &str) -> Result<(), ClientError> {
        let packet_id = self.next_id();
        self.send(Packet::Subscribe {
            packet_id,
            topic_filters: vec![(filter.into(), QoS::AtLeastOnce)],
        })
        .await?;
        loop {
            match within(self.receive()).await?? {
                Packet::SubscribeAck {
                    packet_id: id,
                    status,
                } if id == packet_id => {
                    let granted = matches!(status.first(), Some(SubscribeReturnCode::Success(_)));
                    return if granted {
                        Ok(())
                    } else {
                        Err(ClientError::NotGranted)
                    };
                }
                other => self.keep(other).await?,
            }
        }
    }

    /// Sends a message at QoS 1; the number returned comes back as [`Incoming::Acknowledged`].
    pub async fn publish(&mut self, topic: &str, payload: Bytes) -> Result<u16, ClientError> {
        let id = self.next_id();
        let publish = Publish {
            dup: false,
            retain: false,
            qos: QoS::AtLeastOnce,
            topic: topic.into(),
            packet_id: Some(id),
            payload,
            properties: None,
        };
        self.send(publish.into()).await?;
        Ok(id.get())
    }

    /// Sends a message and waits until the hub has durably taken it.
    pub async fn publish_and_wait(
        &mut self,
        topic: &str,
        payload: Bytes,
    ) -> Result<(), ClientError> {
        let id = self.publish(topic, payload).await?;
        loop {
            match within(self.receive()).await?? {
                Packet::PublishAck { packet_id } if packet_id.get() == id => return Ok(()),
                other => self.keep(other).await?,
            }
        }
    }

    /// Waits for a message on a topic that begins with `prefix`; others are kept for [`Client::next`].
    pub async fn message_on(&mut self, prefix: &str) -> Result<(String, Bytes), ClientError> {
        loop {
            if let Some(message) = self.take_waiting(prefix) {
                return Ok(message);
            }
            let packet = within(self.receive()).await??;
            self.keep(packet).await?;
        }
    }

    /// A message on a topic that begins with `prefix`, if one has come already.
    pub fn take_waiting(&mut self, prefix: &str) -> Option<(String, Bytes)> {
        let wanted = |incoming: &Incoming| matches!(incoming, Incoming::Message { topic, .. } if topic.starts_with(prefix));
        let at = self.waiting.iter().position(wanted)?;
        match self.waiting.remove(at)? {
            Incoming::Message { topic, payload } => Some((topic, payload)),
            Incoming::Acknowledged(_) => None,
        }
    }

    /// The next thing that comes from the hub; waits as long as it takes. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Result<Incoming, ClientError> {
        loop {
            if let Some(incoming) = self.waiting.pop_front() {
                return Ok(incoming);
            }
            let packet = self.receive().await?;
            self.keep(packet).await?;
        }
    }

    /// Tells the hub that the device is still there.
    pub async fn ping(&mut self) -> Result<(), ClientError> {
        self.send(Packet::PingRequest).await
    }

    /// Says goodbye and closes.
    pub async fn disconnect(mut self) -> Result<(), ClientError> {
        self.send(Packet::Disconnect).await?;
        self.framed.close().await.map_err(protocol)
    }

    async fn keep(&mut self, packet: Packet) -> Result<(), ClientError> {
        match packet {
            Packet::Publish(publish) => {
                if let Some(packet_id) = publish.packet_id {
                    self.send(Packet::PublishAck { packet_id }).await?;
                }
                self.waiting.push_back(Incoming::Message {
                    topic: publish.topic.to_string(),
                    payload: publish.payload,
                });
            }
            Packet::PublishAck { packet_id } => self
                .waiting
                .push_back(Incoming::Acknowledged(packet_id.get())),
            Packet::PingResponse | Packet::SubscribeAck { .. } => {}
            other => return Err(unexpected(&other)),
        }
        Ok(())
    }

    async fn send(&mut self, packet: Packet) -> Result<(), ClientError> {
        within(self.framed.send(packet)).await?.map_err(protocol)
    }

    async fn receive(&mut self) -> Result<Packet, ClientError> {
        match self.framed.next().await {
            Some(Ok((packet, _))) => Ok(packet),
            Some(Err(error)) => Err(protocol(error)),
            None => Err(ClientError::Closed),
        }
    }

    fn next_id(&mut self) -> NonZeroU16 {
        self.last_id = self.last_id.checked_add(1).unwrap_or(1);
        NonZeroU16::new(self.last_id).unwrap_or(NonZeroU16::MIN)
    }
}

async fn within<T>(future: impl Future<Output = T>) -> Result<T, ClientError> {
    timeout(ANSWER_WITHIN, future)
        .await
        .map_err(|_| ClientError::TimedOut)
}

fn protocol(error: impl std::fmt::Display) -> ClientError {
    ClientError::Protocol(error.to_string())
}

fn unexpected(packet: &Packet) -> ClientError {
    ClientError::Protocol(format!(
        "unexpected packet of type {:#04x}",
        packet.packet_type()
    ))
}
