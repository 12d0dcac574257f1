//! Calls of methods on their way through an open connection.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use muster_core::ids::{DeviceId, Identity};
use muster_core::method::MethodName;
use tokio::sync::oneshot;

use super::{ConnectionId, Connections, Open};
use crate::devices::ToDevice;
use crate::methods::Outcome;

/// A call as the connection sends it. Never shows its payload in `Debug`: it may hold secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct MethodRequest {
    /// Its number; the answer carries the same.
    pub request: u64,
    /// What is called.
    pub name: MethodName,
    /// JSON.
    pub payload: Arc<str>,
}

impl fmt::Debug for MethodRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MethodRequest")
            .field("request", &self.request)
            .field("name", &self.name)
            .field("payload_bytes", &self.payload.len())
            .finish()
    }
}

/// A call that was handed to a connection.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) connection: ConnectionId,
    pub(crate) request: u64,
    /// Fails when the connection ends.
    pub(crate) answer: oneshot::Receiver<Outcome>,
}

/// Why a call was not handed to a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum NotSent {
    /// There is no connection that listens for methods.
    Deaf,
    /// Too much waits for it already.
    Full,
}

impl Connections {
    /// Hands a call to the connection of a device or a module.
    pub(crate) fn call(
        &self,
        who: &Identity,
        name: MethodName,
        payload: Arc<str>,
    ) -> Result<Sent, NotSent> {
        let mut open = self.lock();
        let connection = open.get_mut(who).filter(|open| open.listens);
        let connection = connection.ok_or(NotSent::Deaf)?;
        let request = self.next_request.fetch_add(1, Ordering::Relaxed);
        let notice = ToDevice::Method(MethodRequest {
            request,
            name,
            payload,
        });
        connection
            .link
            .try_send(notice)
            .map_err(|_| NotSent::Full)?;
        let (waiting, answer) = oneshot::channel();
        connection.calls.insert(request, waiting);
        Ok(Sent {
            connection: connection.id,
            request,
            answer,
        })
    }

    /// Whether the device takes calls now.
    pub(crate) fn listens(&self, device: &DeviceId) -> bool {
        self.lock().device(device).is_some_and(|open| open.listens)
    }

    /// Notes whether the connection listens. Says whether it is the open one.
    pub(crate) fn set_listens(&self, who: &Identity, id: ConnectionId, listens: bool) -> bool {
        let change = |open: &mut Open| open.listens = listens;
        self.with_open(who, id, change).is_some()
    }

    /// Fails all calls that wait for the connection; it takes no more.
    pub(crate) fn fail_calls(&self, who: &Identity, id: ConnectionId) {
        self.with_open(who, id, |open| {
            open.listens = false;
            open.calls.clear();
        });
    }

    /// Takes a call that waits for this connection's answer.
    pub(crate) fn take_call(
        &self,
        who: &Identity,
        id: ConnectionId,
        request: u64,
    ) -> Option<oneshot::Sender<Outcome>> {
        self.with_open(who, id, |open| open.calls.remove(&request))?
    }

    /// Waits for an answer no longer.
    pub(crate) fn forget_call(&self, who: &Identity, id: ConnectionId, request: u64) {
        self.take_call(who, id, request);
    }

    fn with_open<T>(
        &self,
        who: &Identity,
        id: ConnectionId,
        act: impl FnOnce(&mut Open) -> T,
    ) -> Option<T> {
        let mut open = self.lock();
        let connection = open.get_mut(who).filter(|open| open.id == id);
        connection.map(act)
    }
}
