//! A small MQTT client on packets of `mqtt-protocol-core`.

use std::sync::Arc;
use std::time::Duration;

use mqtt_protocol_core::mqtt::packet::v3_1_1 as mqtt;
use mqtt_protocol_core::mqtt::packet::{Qos, SubEntry, SubOpts};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::rig::{Registered, Rig};

/// Longest wait for anything that should come.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) const RESPONSES: &str = "$iothub/twin/res/#";
pub(crate) const DESIRED: &str = "$iothub/twin/PATCH/properties/desired/#";
pub(crate) const METHODS: &str = "$iothub/methods/POST/#";

pub(crate) struct Client {
    stream: TlsStream<TcpStream>,
    received: Vec<u8>,
    next_id: u16,
}

/// What the hub sent.
#[derive(Debug, PartialEq)]
pub(crate) enum Got {
    ConnAck {
        session_present: bool,
        code: u8,
    },
    Publish {
        topic: String,
        payload: Vec<u8>,
        qos: u8,
    },
    PubAck(u16),
    SubAck(u16, Vec<u8>),
    UnsubAck(u16),
    PingResp,
    /// The hub has closed the stream.
    Closed,
}

/// What a CONNECT says; the usual for a device, to be changed field by field.
#[derive(Clone)]
pub(crate) struct Hello {
    pub(crate) client_id: String,
    pub(crate) user_name: Option<String>,
    pub(crate) password: Option<String>,
    pub(crate) clean: bool,
    pub(crate) keep_alive: u16,
    pub(crate) will: Option<(String, Vec<u8>, bool)>,
}

impl Hello {
    pub(crate) fn of(device: &Registered, rig: &Rig) -> Self {
        Self::with_token(device.id.as_str(), device.token(&rig.hub))
    }

    pub(crate) fn with_token(client_id: &str, token: String) -> Self {
        Self {
            client_id: client_id.to_owned(),
            user_name: Some(format!("localhost/{client_id}/?api-version=2021-04-12")),
            password: Some(token),
            clean: false,
            keep_alive: 60,
            will: None,
        }
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut connect = mqtt::Connect::builder()
            .clean_session(self.clean)
            .keep_alive(self.keep_alive)
            .client_id(self.client_id.as_str())
            .unwrap();
        if let Some(user_name) = &self.user_name {
            connect = connect.user_name(user_name.as_str()).unwrap();
        }
        if let Some(password) = &self.password {
            connect = connect.password(password.as_str()).unwrap();
        }
        if let Some((topic, payload, retain)) = &self.will {
            let qos = Qos::AtLeastOnce;
            connect = connect
                .will_message(topic.as_str(), payload.clone(), qos, *retain)
                .unwrap();
        }
        connect.build().unwrap().to_continuous_buffer()
    }
}

impl Client {
    /// A TLS session, nothing sent yet.
    pub(crate) async fn open(rig: &Rig) -> Self {
        Self::open_with(rig, rustls::DEFAULT_VERSIONS).await
    }

    pub(crate) async fn open_with(
        rig: &Rig,
        versions: &[&'static rustls::SupportedProtocolVersion],
    ) -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .unwrap()
            .with_root_certificates(rig.roots.clone())
            .with_no_client_auth();
        let socket = TcpStream::connect(rig.address).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let connector = TlsConnector::from(Arc::new(config));
        Self {
            stream: connector.connect(name, socket).await.unwrap(),
            received: Vec::new(),
            next_id: 0,
        }
    }

    /// A connected device with a fresh token.
    pub(crate) async fn device(rig: &Rig, device: &Registered) -> Self {
        Self::accepted(rig, &Hello::of(device, rig)).await.0
    }

    /// A connection that must be accepted; says whether a session was present.
    pub(crate) async fn accepted(rig: &Rig, hello: &Hello) -> (Self, bool) {
        let mut client = Self::open(rig).await;
        let (session_present, code) = client.connect(hello).await;
        assert_eq!(code, 0, "CONNACK of {}", hello.client_id);
        (client, session_present)
    }

    /// The CONNACK code of a connection that must be refused; the hub must close it.
    pub(crate) async fn refused(rig: &Rig, hello: &Hello) -> u8 {
        let mut client = Self::open(rig).await;
        let (session_present, code) = client.connect(hello).await;
        assert!(!session_present);
        assert_eq!(client.next().await, Got::Closed);
        code
    }

    pub(crate) async fn connect(&mut self, hello: &Hello) -> (bool, u8) {
        self.send(&hello.bytes()).await;
        match self.next().await {
            Got::ConnAck {
                session_present,
                code,
            } => (session_present, code),
            other => panic!("instead of CONNACK came {other:?}"),
        }
    }

    pub(crate) fn protocol_version(&self) -> Option<rustls::ProtocolVersion> {
        self.stream.get_ref().1.protocol_version()
    }

    /// Sends bytes; a peer that is gone is found out when reading.
    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        if self.stream.write_all(bytes).await.is_ok() {
            drop(self.stream.flush().await);
        }
    }

    /// Ends the connection without DISCONNECT.
    pub(crate) fn cut(self) {
        drop(self);
    }

    /// Ends the connection as MQTT wants it, and waits until the hub has closed.
    pub(crate) async fn disconnect(mut self) {
        self.send(&[0xe0, 0]).await;
        assert_eq!(self.next().await, Got::Closed);
    }

    /// The next packet.
    pub(crate) async fn next(&mut self) -> Got {
        timeout(PATIENCE, self.read())
            .await
            .expect("a packet or the end in time")
    }

    /// Whether nothing at all comes for a while.
    pub(crate) async fn is_quiet_for(&mut self, time: Duration) -> bool {
        timeout(time, self.read()).await.is_err()
    }

    async fn read(&mut self) -> Got {
        loop {
            if let Some(got) = take(&mut self.received) {
                return got;
            }
            match self.stream.read_buf(&mut self.received).await {
                Ok(0) | Err(_) => return Got::Closed,
                Ok(_) => {}
            }
        }
    }

    pub(crate) fn new_id(&mut self) -> u16 {
        self.next_id += 1;
        self.next_id
    }

    /// Subscribes and gives the code that was granted.
    pub(crate) async fn subscribe(&mut self, filter: &str, qos: Qos) -> u8 {
        let id = self.new_id();
        let entry = SubEntry::new(filter, SubOpts::new().set_qos(qos)).unwrap();
        let packet = mqtt::Subscribe::builder()
            .packet_id(id)
            .entries(vec![entry]);
        self.send(&packet.build().unwrap().to_continuous_buffer())
            .await;
        match self.next().await {
            Got::SubAck(acked, codes) if acked == id && codes.len() == 1 => codes[0],
            other => panic!("instead of SUBACK {id} came {other:?}"),
        }
    }

    pub(crate) async fn unsubscribe(&mut self, filter: &str) {
        let id = self.new_id();
        let packet = mqtt::Unsubscribe::builder()
            .packet_id(id)
            .entries(vec![filter]);
        let packet = packet.unwrap().build().unwrap();
        self.send(&packet.to_continuous_buffer()).await;
        assert_eq!(self.next().await, Got::UnsubAck(id));
    }

    /// Sends a PUBLISH at QoS 1; gives its number.
    pub(crate) async fn publish(&mut self, topic: &str, payload: &[u8]) -> u16 {
        let id = self.new_id();
        self.send(&publish(topic, payload, Some(id))).await;
        id
    }

    /// Sends a PUBLISH at QoS 1 and waits for its PUBACK.
    pub(crate) async fn publish_acknowledged(&mut self, topic: &str, payload: &[u8]) {
        let id = self.publish(topic, payload).await;
        assert_eq!(self.next().await, Got::PubAck(id));
    }

    /// Sends a PUBLISH at QoS 0.
    pub(crate) async fn publish_unacknowledged(&mut self, topic: &str, payload: &[u8]) {
        self.send(&publish(topic, payload, None)).await;
    }

    /// The next PUBLISH: topic and payload as JSON, null when empty.
    pub(crate) async fn message(&mut self) -> (String, Value) {
        match self.next().await {
            Got::Publish {
                topic,
                payload,
                qos,
            } => {
                assert_eq!(qos, 0, "the hub sends at QoS 0");
                let payload = match payload.as_slice() {
                    [] => Value::Null,
                    json => serde_json::from_slice(json).unwrap(),
                };
                (topic, payload)
            }
            other => panic!("instead of a message came {other:?}"),
        }
    }

    /// Asks for the twin at QoS 1.
    pub(crate) async fn twin(&mut self) -> Value {
        let id = self.new_id();
        let topic = format!("$iothub/twin/GET/?$rid=get{id}");
        self.send(&publish(&topic, b" ", Some(id))).await;
        assert_eq!(self.next().await, Got::PubAck(id));
        let (topic, twin) = self.message().await;
        assert_eq!(topic, format!("$iothub/twin/res/200/?$rid=get{id}"));
        twin
    }

    /// Reports at QoS 1; gives the answer's topic and body.
    pub(crate) async fn report(&mut self, patch: &str) -> (String, Value) {
        let id = self.new_id();
        let topic = format!("$iothub/twin/PATCH/properties/reported/?$rid={id}");
        self.send(&publish(&topic, patch.as_bytes(), Some(id)))
            .await;
        assert_eq!(self.next().await, Got::PubAck(id));
        let (topic, body) = self.message().await;
        let topic = topic.replace(&format!("$rid={id}"), "$rid=_");
        (
            topic.trim_start_matches("$iothub/twin/res/").to_owned(),
            body,
        )
    }

    /// A PINGREQ and its answer: the connection lives, and all that was sent before has been read.
    pub(crate) async fn ping(&mut self) {
        self.send(&[0xc0, 0]).await;
        assert_eq!(self.next().await, Got::PingResp);
    }
}

/// The bytes of a PUBLISH, at QoS 1 when it has a number.
pub(crate) fn publish(topic: &str, payload: &[u8], id: Option<u16>) -> Vec<u8> {
    let mut packet = mqtt::Publish::builder()
        .topic_name(topic)
        .unwrap()
        .payload(payload);
    if let Some(id) = id {
        packet = packet.qos(Qos::AtLeastOnce).packet_id(id);
    }
    packet.build().unwrap().to_continuous_buffer()
}

/// Takes one whole packet out of what was received.
fn take(received: &mut Vec<u8>) -> Option<Got> {
    let (mut length, mut header) = (0, 1);
    loop {
        let byte = *received.get(header)?;
        length |= usize::from(byte & 0x7f) << (7 * (header - 1));
        header += 1;
        if byte & 0x80 == 0 {
            break;
        }
    }
    if received.len() < header + length {
        return None;
    }
    let packet: Vec<u8> = received.drain(..header + length).collect();
    let (first, body) = (packet[0], &packet[header..]);
    Some(match first {
        0x20 => {
            let (packet, _) = mqtt::Connack::parse(body).unwrap();
            Got::ConnAck {
                session_present: packet.session_present(),
                code: packet.return_code() as u8,
            }
        }
        0x30..=0x3f => {
            let (packet, _) = mqtt::Publish::parse(first & 0xf, body.to_vec().into()).unwrap();
            Got::Publish {
                topic: packet.topic_name().to_owned(),
                payload: packet.payload().as_slice().to_vec(),
                qos: packet.qos() as u8,
            }
        }
        0x40 => Got::PubAck(mqtt::Puback::parse(body).unwrap().0.packet_id()),
        0x90 => {
            let (packet, _) = mqtt::Suback::parse(body).unwrap();
            let codes = packet.return_codes().into_iter().map(|c| c as u8).collect();
            Got::SubAck(packet.packet_id(), codes)
        }
        0xb0 => Got::UnsubAck(mqtt::Unsuback::parse(body).unwrap().0.packet_id()),
        0xd0 => Got::PingResp,
        other => panic!("the hub sent a packet of type {other:02x}"),
    })
}
