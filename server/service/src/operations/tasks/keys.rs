//! Rotating the keys of a device: what has to be done next stands in the database, so it goes on after a restart.

use std::time::Duration;

use muster_core::device::Authentication;
use muster_core::ids::{DeviceId, OperationId};
use muster_core::key::SharedKey;
use muster_core::method::MethodName;
use muster_core::rotation::{self, Answer, Next, Rotation, Step};
use muster_core::time::Timestamp;
use muster_storage::{Candidate, Minted};
use serde_json::{Value, json};

use super::{Attempt, Trouble};
use crate::access::Access;
use crate::access::kinds::InvokeMethods;
use crate::error::ServiceError;
use crate::firmware::Listener;
use crate::hub::Hub;
use crate::methods::{MethodCall, MethodError};

/// How long the call waits for a device that went away since its turn came, and then for the answer.
const CALL: Duration = Duration::from_secs(30);

/// Longest sleep without a look at the time: clocks are set now and then.
const LONGEST: Duration = Duration::from_secs(30);

/// Why a device is left out.
pub(super) const NO_KEYS: &str = "the device proves itself with a certificate; it has no keys";

/// Takes a device to new keys. It has `within_s` seconds to sign in with the one it was handed.
pub(super) async fn rotate(
    hub: &Hub,
    operation: OperationId,
    candidate: Candidate,
    within_s: u32,
) -> Attempt {
    let rotating = Rotating {
        hub,
        operation,
        candidate: &candidate,
        within_s,
    };
    let (outcome, result) = match rotating.steps().await {
        Ok(done) => (Ok(()), Some(moments(&done))),
        Err(trouble) => (Err(trouble), None),
    };
    Attempt {
        candidate,
        outcome,
        status: None,
        // Of the hub's own making: what the device answered might repeat the key.
        result,
    }
}

/// When each step was done.
fn moments(rotation: &Rotation) -> Value {
    let at = |at: Option<Timestamp>| at.map(|at| at.to_string());
    json!({
        "minted": rotation.minted_at.to_string(),
        "handed": at(rotation.handed_at),
        "confirmed": at(rotation.confirmed_at),
        "promoted": at(rotation.promoted_at),
    })
}

/// One attempt at one device.
#[derive(Debug)]
struct Rotating<'a> {
    hub: &'a Hub,
    operation: OperationId,
    candidate: &'a Candidate,
    within_s: u32,
}

impl Rotating<'_> {
    fn device(&self) -> &DeviceId {
        &self.candidate.device
    }

    async fn steps(&self) -> Result<Rotation, Trouble> {
        let listener = self.hub.listen_to(self.device());
        let key = match self.mint().await? {
            Minted::Key(key, _) => key,
            Minted::Done(done) => return Ok(done),
            Minted::NoKeys => return Err(for_good(NO_KEYS)),
            Minted::NotFound => return Err(gone()),
        };
        loop {
            let rotation = self.rotation().await?;
            match rotation.next(self.within_s, self.hub.now()) {
                Next::Hand => self.hand(&listener, &key).await?,
                Next::Await(until) => self.wait(&listener, until).await?,
                Next::Promote => self.promote().await?,
                Next::Done => return Ok(rotation),
                Next::GiveUp => {
                    return Err(again(format!(
                        "the device has the new key, but did not sign in with it within {} s; both its old and its \
                         new key open it",
                        self.within_s
                    )));
                }
            }
        }
    }

    async fn mint(&self) -> Result<Minted, Trouble> {
        let fresh = SharedKey::from_entropy(self.hub.entropy().bytes());
        let whose = (self.operation, self.candidate.attempt);
        let store = self.hub.store();
        let minted = store.mint_key(self.device().clone(), whose, fresh, self.hub.now());
        let minted = minted.await.map_err(passing)?;
        self.close_others().await?;
        Ok(minted)
    }

    /// How far this operation is with the device.
    async fn rotation(&self) -> Result<Rotation, Trouble> {
        let known = self.hub.store().device_keys(self.device()).await;
        let known = known.map_err(passing)?.ok_or_else(gone)?;
        let ours = |rotation: &Rotation| rotation.operation == self.operation;
        known
            .rotation
            .filter(ours)
            .ok_or_else(|| again("somebody else changed its keys meanwhile".to_owned()))
    }

    /// Calls the device, until it answers or signs in with the key, which it may have from a call before. A call whose
    /// answer was lost may have arrived: again the sign-in decides.
    async fn hand(&self, listener: &Listener, key: &SharedKey) -> Result<(), Trouble> {
        let access = Access::operation(self.operation);
        let permit = self
            .hub
            .permit_device::<InvokeMethods>(&access, self.device())
            .map_err(passing)?;
        let call = MethodCall {
            module: None,
            name: MethodName::new(rotation::METHOD).expect("the name follows the rule"),
            payload: rotation::payload(key, self.within_s),
            connect_timeout: CALL,
            response_timeout: CALL,
        };
        let call = self.hub.invoke_method(&permit, call);
        tokio::pin!(call);
        let answer = loop {
            tokio::select! {
                answer = &mut call => break answer,
                () = listener.news() => {
                    if self.rotation().await?.step() >= Step::Confirmed {
                        return Ok(());
                    }
                }
            }
        };
        match answer {
            Ok(answer) => match Answer::of(answer.status) {
                Answer::Stored => {}
                Answer::Unknown => {
                    return Err(for_good(&format!(
                        "the device cannot rotate its key: it answered {} to {}",
                        answer.status,
                        rotation::METHOD
                    )));
                }
                Answer::Refused => {
                    return Err(again(format!(
                        "the device did not take the new key: it answered {}",
                        answer.status
                    )));
                }
            },
            Err(ServiceError::Method(MethodError::ConnectionLost)) => {}
            Err(ServiceError::Method(error @ MethodError::NotOnline(_))) => {
                return Err(Trouble {
                    offline: true,
                    ..again(error.to_string())
                });
            }
            Err(ServiceError::Method(error @ MethodError::NoAnswer(_))) => {
                return Err(again(format!(
                    "{error}: it may not know the method {}",
                    rotation::METHOD
                )));
            }
            Err(error) => return Err(passing(error)),
        }
        let store = self.hub.store();
        let noted = store.key_handed(self.device().clone(), self.operation, self.hub.now());
        noted.await.map_err(passing)?;
        Ok(())
    }

    /// Waits for news of the device, at most until then.
    async fn wait(&self, listener: &Listener, until: Timestamp) -> Result<(), Trouble> {
        let left = u64::try_from(until.since(self.hub.now())).unwrap_or(0);
        let left = Duration::from_millis(left).clamp(Duration::from_millis(1), LONGEST);
        tokio::select! {
            () = self.hub.stopping().cancelled() => Err(passing(ServiceError::Stopping)),
            () = listener.news() => Ok(()),
            () = tokio::time::sleep(left) => Ok(()),
        }
    }

    /// The device may have gone back to its old key this moment: then nothing is revoked, and it is waited for again.
    async fn promote(&self) -> Result<(), Trouble> {
        let fresh = SharedKey::from_entropy(self.hub.entropy().bytes());
        let store = self.hub.store();
        let promoted =
            store.promote_key(self.device().clone(), self.operation, fresh, self.hub.now());
        if promoted.await.map_err(passing)? {
            metrics::counter!("muster_keys_rotated_total").increment(1);
            self.close_others().await?;
        }
        Ok(())
    }

    /// Whoever signed in with a key that no longer opens the device is sent away.
    async fn close_others(&self) -> Result<(), Trouble> {
        let device = self.hub.store().find_device(self.device()).await;
        if let Some(device) = device.map_err(passing)?
            && let Authentication::Sas(keys) = &device.authentication
        {
            let connections = self.hub.connections();
            connections.close_with_other_key(self.device(), keys);
        }
        Ok(())
    }
}

fn gone() -> Trouble {
    for_good("the device was deleted")
}

/// Another attempt may succeed.
fn again(why: String) -> Trouble {
    Trouble {
        why,
        retryable: true,
        offline: false,
        of_hub: false,
    }
}

/// No other attempt will.
fn for_good(why: &str) -> Trouble {
    Trouble {
        why: why.to_owned(),
        retryable: false,
        offline: false,
        of_hub: false,
    }
}

/// The hub is in trouble, not the device.
fn passing(error: impl Into<ServiceError>) -> Trouble {
    let error = error.into();
    Trouble {
        retryable: error.is_transient(),
        of_hub: true,
        ..again(error.to_string())
    }
}
