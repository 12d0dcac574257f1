//! The loop between CONNACK and the end of a connection.

use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures::FutureExt as _;
use futures::StreamExt as _;
use futures::future::BoxFuture;
use futures::stream::FuturesOrdered;
use muster_service::devices::{CloseReason, ConnectionId, MethodRequest, ToDevice};
use muster_service::{DeviceProof, MethodError, ServiceError};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;
use tokio::time::{Instant, Sleep, sleep_until, timeout};

use super::end::End;
use super::wire::{Reader, Writer};
use super::work::{Answer, Device};
use super::{FINISH_DEADLINE, Shared, telemetry};
use crate::codec::{Limit, Packet, Publish, Qos, Will};
use crate::meters;
use crate::takeover::Seat;
use crate::topic::{self, Filter, Filters};

/// Requests of one connection that are worked on at a time. With more, the connection is not read.
const MAX_IN_WORK: usize = 16;

/// A device whose CONNECT has been accepted.
#[derive(Debug)]
pub(super) struct Visitor {
    pub(super) proof: DeviceProof,
    pub(super) model_id: Option<String>,
    pub(super) connection: ConnectionId,
    pub(super) notices: mpsc::Receiver<ToDevice>,
    pub(super) filters: Filters,
    pub(super) will: Option<Box<Will>>,
    /// Longest silence that is borne.
    pub(super) patience: Duration,
    /// When the token ends.
    pub(super) expires: Option<Instant>,
    pub(super) seat: Seat,
}

/// A connection from CONNACK to its end.
pub(super) struct Session<S> {
    reader: Reader<S>,
    writer: Writer<S>,
    device: Arc<Device>,
    notices: mpsc::Receiver<ToDevice>,
    filters: Filters,
    will: Option<Box<Will>>,
    /// Requests under way, in the order in which they are answered.
    work: FuturesOrdered<BoxFuture<'static, Answer>>,
    patience: Duration,
    expires: Option<Instant>,
    /// When the connection ends because the hub shuts down.
    leaves: Option<Instant>,
    heard: Instant,
    /// The one timer: set to the next moment at which something may have to happen.
    alarm: Pin<Box<Sleep>>,
    _seat: Seat,
}

impl<S: AsyncRead + AsyncWrite> Session<S> {
    pub(super) fn new(
        reader: Reader<S>,
        writer: Writer<S>,
        visitor: Visitor,
        shared: Arc<Shared>,
    ) -> Self {
        let heard = Instant::now();
        shared.open.fetch_add(1, Ordering::Relaxed);
        shared.meters.connections.increment(1);
        let device = Device {
            number: shared.next.fetch_add(1, Ordering::Relaxed),
            proof: visitor.proof,
            connection: visitor.connection,
            model_id: visitor.model_id,
            shared,
            order: tokio::sync::RwLock::new(()),
        };
        Self {
            reader,
            writer,
            device: Arc::new(device),
            notices: visitor.notices,
            filters: visitor.filters,
            will: visitor.will,
            work: FuturesOrdered::new(),
            patience: visitor.patience,
            expires: visitor.expires,
            leaves: None,
            heard,
            alarm: Box::pin(sleep_until(heard)),
            _seat: visitor.seat,
        }
    }

    /// Lives until the connection ends, then settles what is left of it.
    pub(super) async fn live(mut self) {
        let end = match AssertUnwindSafe(self.run()).catch_unwind().await {
            Ok(end) => end,
            Err(_) => {
                tracing::error!(device.id = %self.device.id(), "a device connection crashed");
                End::Crashed
            }
        };
        Box::pin(self.settle(end)).await;
    }

    async fn run(&mut self) -> End {
        let leaving = self.device.shared.leaving.clone();
        loop {
            if let Err(end) = self.take_packets() {
                return end;
            }
            tokio::select! {
                biased;
                sent = self.writer.drain(), if !self.writer.is_idle() => {
                    if sent.is_err() {
                        return End::Lost;
                    }
                }
                notice = self.notices.recv() => {
                    if let Err(end) = self.notice(notice) {
                        return end;
                    }
                }
                Some(answer) = self.work.next(), if !self.work.is_empty() && !self.writer.has_enough() => {
                    if let Err(end) = self.answer(answer) {
                        return end;
                    }
                }
                () = &mut self.alarm => {
                    if let Err(end) = self.look_at_the_clock() {
                        return end;
                    }
                }
                () = leaving.cancelled(), if self.leaves.is_none() => {
                    let after = self.device.shared.leave_after(self.device.number);
                    self.leaves = Some(Instant::now() + after);
                    self.set_alarm();
                }
                received = self.reader.fill(), if self.may_read() => match received {
                    Ok(0) | Err(_) => return End::Lost,
                    Ok(_) => self.heard = Instant::now(),
                }
            }
        }
    }

    fn may_read(&self) -> bool {
        self.work.len() < MAX_IN_WORK && !self.writer.has_enough()
    }

    /// Handles the packets that have arrived, as far as there is room for their work.
    fn take_packets(&mut self) -> Result<(), End> {
        while self.may_read() {
            let Some(packet) = self.reader.packet(Limit::Device)? else {
                break;
            };
            self.take(packet)?;
        }
        Ok(())
    }

    fn take(&mut self, packet: Packet) -> Result<(), End> {
        match packet {
            Packet::Publish(publish) => self.work.push_back(self.device.publish(publish)?),
            Packet::Subscribe { id, filters } => {
                self.work.push_back(self.device.subscribe(id, filters)?);
            }
            Packet::Unsubscribe { id, filters } => {
                self.work.push_back(self.device.unsubscribe(id, filters)?);
            }
            // Answered at once, whatever else is under way (spec §2.6).
            Packet::PingReq => self.writer.push(Packet::PingResp),
            // The hub sends at QoS 0 only, so there is nothing that this could acknowledge.
            Packet::PubAck(_) => {}
            Packet::Disconnect => return Err(End::Disconnect),
            Packet::Connect(_) => return Err(End::Violation("second CONNECT")),
            Packet::ConnAck { .. }
            | Packet::SubAck { .. }
            | Packet::UnsubAck(_)
            | Packet::PingResp => return Err(End::Violation("packet that only a server sends")),
        }
        Ok(())
    }

    fn answer(&mut self, answer: Answer) -> Result<(), End> {
        match answer {
            Answer::Published { ack, response } => {
                if let Some(id) = ack {
                    self.writer.push(Packet::PubAck(id));
                }
                // Only who listens gets an answer (spec §2.7).
                if let Some((topic, payload)) = response
                    && self.filters.contains(Filter::TwinResponses)
                {
                    self.device.shared.meters.responses.increment(1);
                    self.send(topic, payload);
                }
            }
            Answer::Subscribed { id, granted, added } => {
                let listens = added.contains(&Filter::Methods);
                added.into_iter().for_each(|f| self.filters.insert(f));
                self.writer.push(Packet::SubAck { id, granted });
                if listens {
                    self.listens(true);
                }
            }
            Answer::Unsubscribed { id, removed } => {
                if removed.contains(&Filter::Methods) {
                    self.listens(false);
                }
                removed.into_iter().for_each(|f| self.filters.remove(f));
                self.writer.push(Packet::UnsubAck(id));
            }
            Answer::Failed(end) => return Err(end),
        }
        Ok(())
    }

    fn notice(&mut self, notice: Option<ToDevice>) -> Result<(), End> {
        match notice {
            Some(ToDevice::Desired(payload)) => {
                if self.filters.contains(Filter::Desired) {
                    let version = payload["$version"].as_u64().unwrap_or_default();
                    self.device.shared.meters.notifications.increment(1);
                    self.send(topic::desired_notification(version), payload.to_string());
                }
                if self.writer.has_too_much() {
                    return Err(End::Closed(CloseReason::TooSlow));
                }
                Ok(())
            }
            Some(ToDevice::Method(call)) => {
                self.method(call);
                Ok(())
            }
            Some(ToDevice::Close(reason)) => Err(End::Closed(reason)),
            // The service drops the link of a connection that let too many notices pile up.
            None => Err(End::Closed(CloseReason::TooSlow)),
        }
    }

    /// Sends a call to the device, or says why it cannot be sent.
    fn method(&mut self, call: MethodRequest) {
        let refused = if !self.filters.contains(Filter::Methods) {
            MethodError::NotOnline(Duration::ZERO).into()
        } else if !self.writer.takes_calls() {
            ServiceError::Busy("calls of this device")
        } else {
            self.device.shared.meters.method_calls.increment(1);
            let topic = topic::method_call(&call.name, call.request);
            return self.send(topic, call.payload.as_ref().to_owned());
        };
        let (hub, device) = (&self.device.shared.hub, &self.device);
        hub.device_answered(&device.proof, device.connection, call.request, Err(refused));
    }

    fn listens(&self, listens: bool) {
        let (hub, device) = (&self.device.shared.hub, &self.device);
        hub.device_listens(&device.proof, device.connection, listens);
    }

    fn send(&mut self, topic: String, payload: String) {
        self.writer.push(Packet::Publish(Publish {
            dup: false,
            retain: false,
            qos: Qos::Zero,
            id: None,
            topic: topic.into(),
            payload: payload.into(),
        }));
    }

    fn look_at_the_clock(&mut self) -> Result<(), End> {
        let now = Instant::now();
        let passed = |moment: Option<Instant>| moment.is_some_and(|m| now >= m);
        if passed(self.expires) {
            return Err(End::TokenExpired);
        }
        if passed(self.leaves) {
            return Err(End::Leaving);
        }
        if now >= self.heard + self.patience {
            if self.may_read() || !self.writer.is_idle() {
                return Err(End::Silent);
            }
            // It is the hub that has not read: nothing can be said about the device.
            self.heard = now;
        }
        self.set_alarm();
        Ok(())
    }

    fn set_alarm(&mut self) {
        let moments = [self.expires, self.leaves].into_iter().flatten();
        let next = moments.fold(self.heard + self.patience, Instant::min);
        self.alarm.as_mut().reset(next);
    }

    /// Closes the stream, lets requests under way finish, publishes the will, records the end.
    async fn settle(mut self, end: End) {
        let device = self.device.clone();
        let id = device.id();
        let rejected = matches!(
            end,
            End::Codec(_) | End::Violation(_) | End::Topic(_) | End::Bag(_)
        );
        if rejected {
            tracing::info!(device.id = %id, reason = %end, "closed a device connection");
        } else {
            tracing::debug!(device.id = %id, reason = %end, "device connection ended");
        }
        meters::disconnected(end.label());
        let hub = &device.shared.hub;
        hub.device_leaving(&device.proof, device.connection);
        if end != End::Lost {
            self.writer.close().await;
        }
        // What was received whole is carried out, though nobody waits for the answer any more.
        let finish = async { while self.work.next().await.is_some() {} };
        if timeout(FINISH_DEADLINE, finish).await.is_err() {
            tracing::warn!(device.id = %id, requests = self.work.len(), "requests were abandoned");
        }
        if let Some(will) = self.will.take().filter(|_| end.is_abnormal()) {
            telemetry::publish_will(&device, *will).await;
        }
        let reason = end.to_string();
        let ended = hub.device_disconnected(&device.proof, device.connection, &reason);
        if let Err(error) = ended.await {
            tracing::warn!(device.id = %id, %error, "cannot record the end of a device connection");
        }
    }
}

impl<S> Drop for Session<S> {
    fn drop(&mut self) {
        self.device.shared.open.fetch_sub(1, Ordering::Relaxed);
        self.device.shared.meters.connections.decrement(1);
    }
}
