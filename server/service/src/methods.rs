//! Direct methods: a call goes to the open connection of its device and comes back with the answer (spec §2.10, §5.7).

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use muster_core::event::{EventKind, NewEvent};
use muster_core::ids::ModuleId;
pub use muster_core::method::MethodAnswer;
use muster_core::method::{MAX_METHOD_PAYLOAD, MethodName, check_timeouts};
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

use crate::access::DevicePermit;
use crate::access::kinds::InvokeMethods;
use crate::devices::{ConnectionId, DeviceProof, NotSent};
use crate::error::ServiceError;
use crate::hub::Hub;
use crate::modules;

mod calls;
mod history;

pub(crate) use calls::Calls;
pub use calls::{MAX_CALLS, MAX_CALLS_PER_DEVICE};
pub use history::{MAX_HISTORY, MAX_NAMES, MethodHistory};

/// A call of a direct method. Never shows its payload in `Debug`: it may hold secrets.
#[derive(Clone, PartialEq)]
pub struct MethodCall {
    /// The module it is for; the device itself when absent.
    pub module: Option<ModuleId>,
    /// What is called.
    pub name: MethodName,
    /// What the device is given; null for nothing. At most [`MAX_METHOD_PAYLOAD`] bytes as JSON.
    pub payload: Value,
    /// How long to wait for the device to come online: 0 to 300 s, not longer than for the answer.
    pub connect_timeout: Duration,
    /// How long to wait for the answer: 5 to 300 s.
    pub response_timeout: Duration,
}

impl fmt::Debug for MethodCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MethodCall")
            .field("module", &self.module)
            .field("name", &self.name)
            .field("connect_timeout", &self.connect_timeout)
            .field("response_timeout", &self.response_timeout)
            .finish_non_exhaustive()
    }
}

/// Why a call got no answer.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum MethodError {
    /// The device has no connection that listens for methods, and none came in time.
    #[error("the device is not online for methods{}", waited(*.0))]
    NotOnline(Duration),
    /// The connection ended before the answer came; the device may or may not have done it.
    #[error("the connection of the device ended before it answered")]
    ConnectionLost,
    /// The device did not answer in time; it may or may not have done it.
    #[error("the device did not answer within {} s", .0.as_secs())]
    NoAnswer(Duration),
    /// The payload of the call is larger than [`MAX_METHOD_PAYLOAD`].
    #[error("the payload has {0} bytes; a method takes at most {MAX_METHOD_PAYLOAD}")]
    TooLarge(usize),
    /// What the device answered cannot be used; the text says why.
    #[error("the device answered, but {0}")]
    BadAnswer(String),
}

impl MethodError {
    /// The word in events and metrics.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::NotOnline(_) => "not_online",
            Self::ConnectionLost => "connection_lost",
            Self::NoAnswer(_) => "no_answer",
            Self::TooLarge(_) => "too_large",
            Self::BadAnswer(_) => "bad_answer",
        }
    }
}

fn waited(time: Duration) -> String {
    match time.as_secs() {
        0 => String::new(),
        seconds => format!(", and did not come within {seconds} s"),
    }
}

/// What comes back from a connection.
pub(crate) type Outcome = Result<MethodAnswer, ServiceError>;

impl Hub {
    /// Calls a method of the device and waits for its answer. Every call that was made is an event, answered or not.
    /// A caller that stops waiting does not stop the call.
    pub async fn invoke_method(
        &self,
        permit: &DevicePermit<InvokeMethods>,
        call: MethodCall,
    ) -> Result<MethodAnswer, ServiceError> {
        check_timeouts(call.connect_timeout, call.response_timeout)
            .map_err(|error| ServiceError::Invalid(error.to_string()))?;
        // Always JSON: the device SDKs read nothing else, and answer an empty payload with an error of their own.
        let payload: Arc<str> = call.payload.to_string().into();
        if payload.len() > MAX_METHOD_PAYLOAD {
            return Err(MethodError::TooLarge(payload.len()).into());
        }
        if let Some(module) = &call.module {
            let found = self.store().find_module(permit.device(), module).await?;
            found.ok_or(ServiceError::NotFound)?;
        }
        let who = modules::identity(permit, call.module.as_ref());
        let seat = self.calls().enter(&who)?;
        let (hub, permit) = (self.clone(), permit.clone());
        let (done, answer) = oneshot::channel();
        self.spawn(async move {
            let begun = Instant::now();
            let outcome = hub.call(&seat, &call, payload.clone()).await;
            drop(seat);
            let recorded = hub
                .record_call(&permit, &call, payload.len(), begun, &outcome)
                .await;
            // Whoever called may have stopped waiting.
            let _ = done.send(recorded.and(outcome));
        });
        answer.await.unwrap_or(Err(ServiceError::Stopping))
    }

    /// Waits for a connection, sends, waits for the answer.
    async fn call(&self, seat: &calls::Seat, call: &MethodCall, payload: Arc<str>) -> Outcome {
        let who = seat.who();
        let send = || {
            self.connections()
                .call(who, call.name.clone(), payload.clone())
        };
        let latest = Instant::now() + call.connect_timeout;
        let sent = loop {
            let online = seat.online();
            tokio::pin!(online);
            // From here on no arrival is missed.
            online.as_mut().enable();
            match send() {
                Ok(sent) => break sent,
                Err(NotSent::Full) => return Err(ServiceError::Busy("calls of this device")),
                Err(NotSent::Deaf) => {}
            }
            tokio::select! {
                () = self.stopping().cancelled() => return Err(ServiceError::Stopping),
                came = timeout_at(latest, online) => if came.is_err() {
                    return Err(MethodError::NotOnline(call.connect_timeout).into());
                },
            }
        };
        tokio::select! {
            () = self.stopping().cancelled() => Err(ServiceError::Stopping),
            answer = tokio::time::timeout(call.response_timeout, sent.answer) => match answer {
                Ok(Ok(outcome)) => outcome,
                // The connection is gone, and with it the other end.
                Ok(Err(_)) => Err(MethodError::ConnectionLost.into()),
                Err(_) => {
                    self.connections().forget_call(who, sent.connection, sent.request);
                    Err(MethodError::NoAnswer(call.response_timeout).into())
                }
            },
        }
    }

    async fn record_call(
        &self,
        permit: &DevicePermit<InvokeMethods>,
        call: &MethodCall,
        payload_bytes: usize,
        begun: Instant,
        outcome: &Outcome,
    ) -> Result<(), ServiceError> {
        let took = begun.elapsed();
        let result = match outcome {
            Ok(_) => "answered",
            Err(ServiceError::Method(error)) => error.as_str(),
            Err(_) => "not_sent",
        };
        metrics::counter!("muster_method_calls_total", "result" => result).increment(1);
        metrics::histogram!("muster_method_call_seconds").record(took.as_secs_f64());
        // Payloads may hold anything, also secrets, so the trail keeps their size alone.
        let event = NewEvent {
            at: self.now(),
            device: Some(permit.device().clone()),
            actor: permit.access().actor(),
            kind: EventKind::MethodInvoked,
            detail: json!({
                "method": call.name,
                "module": call.module,
                "result": result,
                "status": outcome.as_ref().ok().map(|answer| answer.status),
                "duration_ms": u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
                "payload_bytes": payload_bytes,
            }),
        };
        self.store().record(event).await?;
        Ok(())
    }

    /// Says whether this connection takes calls of methods now: it has subscribed, or no longer.
    pub fn device_listens(&self, proof: &DeviceProof, connection: ConnectionId, listens: bool) {
        let who = proof.identity();
        if self.connections().set_listens(who, connection, listens) && listens {
            self.calls().came_online(who);
            if who.module.is_none() {
                self.operations_at_work().came_online(&who.device);
            }
        }
    }

    /// The connection answers no more: calls that wait for it fail now, though it is not yet recorded as ended.
    pub fn device_leaving(&self, proof: &DeviceProof, connection: ConnectionId) {
        self.connections().fail_calls(proof.identity(), connection);
    }

    /// Hands the answer of a connection to the call it belongs to. An answer that nobody waits for, or that another
    /// connection was asked for, is dropped.
    pub fn device_answered(
        &self,
        proof: &DeviceProof,
        connection: ConnectionId,
        request: u64,
        answer: Result<MethodAnswer, ServiceError>,
    ) {
        let who = proof.identity();
        if let Some(waiting) = self.connections().take_call(who, connection, request) {
            // The call may have ended this very moment.
            let _ = waiting.send(answer);
        }
    }
}
