//! Packets that need the service: what is asked of it, and what becomes the answer.

use std::sync::Arc;

use bytestring::ByteString;
use futures::FutureExt as _;
use futures::future::{BoxFuture, ready};
use muster_core::ids::Identity;
use muster_service::devices::ConnectionId;
use muster_service::{DeviceProof, ServiceError};
use tokio::sync::RwLock;

use super::end::End;
use super::handshake::shown;
use super::{Shared, methods, refusal, telemetry};
use crate::codec::{PacketId, Publish, Qos};
use crate::topic::{self, Filter, Inbound};

/// Most filters of one SUBSCRIBE or UNSUBSCRIBE; a device knows four.
const MAX_FILTERS: usize = 32;

/// The device or module at the other end, as the work on its requests needs it.
#[derive(Debug)]
pub(super) struct Device {
    /// Counts connections.
    pub(super) number: u64,
    pub(super) proof: DeviceProof,
    pub(super) connection: ConnectionId,
    /// The plug-and-play model announced at CONNECT.
    pub(super) model_id: Option<String>,
    pub(super) shared: Arc<Shared>,
    /// Requests run side by side, but who asks for the twin sees what the same connection wrote before, and
    /// subscriptions are kept in the order in which they came: reports share this lock, the others take it alone,
    /// and it serves in the order of asking.
    pub(super) order: RwLock<()>,
}

/// What a request has led to. Answers are given in the order of the requests.
#[derive(Debug)]
pub(super) enum Answer {
    /// A PUBLISH is done; `response` is topic and payload of a twin response.
    Published {
        ack: Option<PacketId>,
        response: Option<(String, String)>,
    },
    Subscribed {
        id: PacketId,
        granted: Vec<Option<Qos>>,
        added: Vec<Filter>,
    },
    Unsubscribed {
        id: PacketId,
        removed: Vec<Filter>,
    },
    /// It could not be done: no acknowledgement, and the connection ends, so that the device repeats it.
    Failed(End),
}

impl Device {
    pub(super) fn id(&self) -> &Identity {
        self.proof.identity()
    }

    /// Starts work on a PUBLISH, or says why the connection ends.
    pub(super) fn publish(
        self: &Arc<Self>,
        publish: Publish,
    ) -> Result<BoxFuture<'static, Answer>, End> {
        if publish.qos == Qos::Two {
            return Err(End::Violation("PUBLISH at QoS 2"));
        }
        let (device, meters) = (self.clone(), &self.shared.meters);
        let ack = publish.id;
        let work = match topic::parse(&publish.topic, self.id())? {
            Inbound::Telemetry { bag } => {
                meters.telemetry.increment(1);
                let message = telemetry::message(self, bag, publish.payload, publish.retain)?;
                async move {
                    let stored = device.shared.hub.device_message(&device.proof, message);
                    acknowledged(&device, ack, stored.await)
                }
                .boxed()
            }
            Inbound::TwinGet { request } => {
                meters.twin_reads.increment(1);
                let request = request.to_owned();
                async move {
                    let _alone = device.order.write().await;
                    let twin = device.shared.hub.device_twin(&device.proof).await;
                    let response = match twin {
                        Ok(twin) => (topic::twin_response(200, &request, None), twin.to_string()),
                        Err(error) => refusal::response(&device, &request, &error),
                    };
                    published(ack, response)
                }
                .boxed()
            }
            Inbound::Report { request, version } => {
                meters.twin_reports.increment(1);
                let (request, version) = (request.to_owned(), version.map(str::to_owned));
                let patch = publish.payload;
                async move {
                    let _beside_others = device.order.read().await;
                    let done = report(&device, version.as_deref(), &patch).await;
                    let response = match done {
                        Ok(version) => {
                            let topic = topic::twin_response(204, &request, Some(version));
                            (topic, String::new())
                        }
                        Err(error) => refusal::response(&device, &request, &error),
                    };
                    published(ack, response)
                }
                .boxed()
            }
            Inbound::MethodResult { request, status } => {
                meters.method_answers.increment(1);
                // An answer that nobody waits for is acknowledged and ignored (spec §2.10).
                if let Some(request) = topic::method_request(request) {
                    let answer = methods::answer(status, &publish.payload);
                    let hub = &self.shared.hub;
                    hub.device_answered(&self.proof, self.connection, request, answer);
                }
                ready(Answer::Published {
                    ack,
                    response: None,
                })
                .boxed()
            }
        };
        Ok(work)
    }

    /// Starts work on a SUBSCRIBE.
    pub(super) fn subscribe(
        self: &Arc<Self>,
        id: PacketId,
        filters: Vec<(ByteString, Qos)>,
    ) -> Result<BoxFuture<'static, Answer>, End> {
        if filters.len() > MAX_FILTERS {
            return Err(End::Violation("too many filters in one packet"));
        }
        let device = self.clone();
        let work = async move {
            let _alone = device.order.write().await;
            let (mut granted, mut added) = (Vec::with_capacity(filters.len()), Vec::new());
            for (filter, qos) in &filters {
                let Some(known) = Filter::parse(filter, device.id()) else {
                    let filter = shown(filter);
                    tracing::info!(device.id = %device.id(), ?filter, "refused a subscription");
                    granted.push(None);
                    continue;
                };
                let qos = (*qos).min(Qos::One);
                let hub = &device.shared.hub;
                let kept = hub.device_subscribe(&device.proof, filter, qos as u8);
                if let Err(error) = kept.await {
                    return failed(&device, &error);
                }
                granted.push(Some(qos));
                added.push(known);
            }
            Answer::Subscribed { id, granted, added }
        };
        Ok(work.boxed())
    }

    /// Starts work on an UNSUBSCRIBE.
    pub(super) fn unsubscribe(
        self: &Arc<Self>,
        id: PacketId,
        filters: Vec<ByteString>,
    ) -> Result<BoxFuture<'static, Answer>, End> {
        if filters.len() > MAX_FILTERS {
            return Err(End::Violation("too many filters in one packet"));
        }
        let device = self.clone();
        let work = async move {
            let _alone = device.order.write().await;
            let mut removed = Vec::new();
            for filter in &filters {
                let Some(known) = Filter::parse(filter, device.id()) else {
                    continue;
                };
                let forgotten = device.shared.hub.device_unsubscribe(&device.proof, filter);
                if let Err(error) = forgotten.await {
                    return failed(&device, &error);
                }
                removed.push(known);
            }
            Answer::Unsubscribed { id, removed }
        };
        Ok(work.boxed())
    }
}

async fn report(device: &Device, version: Option<&str>, patch: &[u8]) -> Result<u64, ServiceError> {
    let invalid = |what: String| ServiceError::Invalid(what);
    let expected = match version {
        None => None,
        Some(text) => Some(
            text.parse()
                .map_err(|_| invalid(format!("$version {text:?} is not a number")))?,
        ),
    };
    let patch = serde_json::from_slice(patch)
        .map_err(|error| invalid(format!("the payload is not JSON: {error}")))?;
    let hub = &device.shared.hub;
    hub.device_report(&device.proof, patch, expected).await
}

fn published(ack: Option<PacketId>, response: (String, String)) -> Answer {
    Answer::Published {
        ack,
        response: Some(response),
    }
}

fn acknowledged(
    device: &Device,
    ack: Option<PacketId>,
    stored: Result<(), ServiceError>,
) -> Answer {
    match stored {
        Ok(()) => Answer::Published {
            ack,
            response: None,
        },
        Err(error) => failed(device, &error),
    }
}

fn failed(device: &Device, error: &ServiceError) -> Answer {
    if matches!(error, ServiceError::NotFound) {
        return Answer::Failed(End::Unregistered);
    }
    tracing::warn!(device.id = %device.id(), %error, "a request was not stored; the connection is closed so that the device repeats it");
    Answer::Failed(End::NotStored)
}
