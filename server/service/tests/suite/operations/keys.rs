//! Rotating the keys of devices.

use std::time::Duration;

use muster_core::event::{Event, EventKind};
use muster_core::ids::{DeviceId, OperationId};
use muster_core::key::{SharedKey, Slot};
use muster_core::operation::{OperationState, TargetState, Task};
use muster_core::rotation::{METHOD, Step};
use muster_service::access::kinds::{SeeCredentials, SeeDevices};
use muster_service::devices::{ConnectionId, DeviceCredentials, MethodRequest};
use muster_service::live::Topic;
use muster_service::operations::{TargetQuery, TargetRow};
use muster_service::{Access, DeviceProof, MethodAnswer, ServiceError, ToDevice};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::life::{born, life};
use super::{PATIENCE, plan, succeeded, until};
use crate::support::{TestHub, link, token};

/// A device with the keys it has, oldest first, and its connection.
struct Device {
    id: DeviceId,
    keys: Vec<SharedKey>,
    open: Option<(DeviceProof, ConnectionId, mpsc::Receiver<ToDevice>)>,
}

impl Device {
    async fn new(test: &TestHub, id: &DeviceId) -> Self {
        let mut device = Self {
            id: id.clone(),
            keys: vec![test.key(id).await],
            open: None,
        };
        device.sign_in(test).await;
        device
    }

    fn newest(&self) -> &SharedKey {
        self.keys.last().unwrap()
    }

    /// Signs in with its newest key and listens for calls.
    async fn sign_in(&mut self, test: &TestHub) {
        let (proof, attached, notices) = loop {
            let proof = log_in(test, &self.id, self.newest()).await.unwrap();
            let (info, notices) = link();
            match test.hub.device_connected(&proof, info).await {
                Ok(attached) => break (proof, attached, notices),
                // A key was made this very moment; devices come again.
                Err(error) => assert!(matches!(error, ServiceError::Busy(_)), "{error}"),
            }
        };
        test.hub.device_listens(&proof, attached.connection, true);
        self.open = Some((proof, attached.connection, notices));
    }

    /// Signs in again with each key it is handed, for ever.
    async fn obey(&mut self, test: &TestHub) {
        loop {
            self.sign_in(test).await;
            self.take_key(test).await;
        }
    }

    async fn next(&mut self) -> ToDevice {
        let (_, _, notices) = self.open.as_mut().unwrap();
        notices.recv().await.unwrap()
    }

    async fn call(&mut self) -> MethodRequest {
        loop {
            if let ToDevice::Method(request) = self.next().await {
                return request;
            }
        }
    }

    fn answer(&self, test: &TestHub, request: &MethodRequest, status: i32, payload: Value) {
        let (proof, connection, _) = self.open.as_ref().unwrap();
        let answer = MethodAnswer { status, payload };
        test.hub
            .device_answered(proof, *connection, request.request, Ok(answer));
    }

    /// Takes the call that hands over a key, stores the key, and repeats it in the answer, as no device should.
    async fn take_key(&mut self, test: &TestHub) {
        let request = self.call().await;
        assert_eq!(request.name.as_str(), METHOD);
        assert!(!format!("{request:?}").contains("key\":"), "{request:?}");
        let payload: Value = serde_json::from_str(&request.payload).unwrap();
        assert_eq!(payload["withinSeconds"], 60);
        let key = SharedKey::new(payload["key"].as_str().unwrap()).unwrap();
        if *self.newest() != key {
            self.keys.push(key);
        }
        self.answer(test, &request, 200, payload);
    }
}

async fn log_in(test: &TestHub, id: &DeviceId, key: &SharedKey) -> Option<DeviceProof> {
    let token = token(key, id.as_str(), test.hub.now());
    let credentials = DeviceCredentials {
        device: id.as_str(),
        token: Some(&token),
    };
    let login = test.hub.authenticate_device(credentials).await;
    login.ok().map(|login| login.proof)
}

async fn targets(test: &TestHub, id: OperationId) -> Vec<TargetRow> {
    let all = TargetQuery {
        limit: 10,
        ..TargetQuery::default()
    };
    let page = test
        .hub
        .operation_targets(&Access::console(), id, &all)
        .await;
    page.unwrap().rows
}

async fn until_at(test: &TestHub, id: OperationId, step: Step) {
    let topics = vec![Topic::Operation(id)];
    let mut news = test
        .hub
        .subscribe_live(&Access::console(), topics, None)
        .unwrap();
    let found = async {
        while targets(test, id).await[0].step != Some(step) {
            news.next().await.unwrap();
        }
    };
    tokio::time::timeout(PATIENCE, found).await.unwrap();
}

/// What the device's timeline says.
async fn events(test: &TestHub, id: &DeviceId) -> Vec<Event> {
    let permit = test
        .hub
        .permit_device::<SeeDevices>(&Access::console(), id)
        .unwrap();
    test.hub.timeline(&permit, None, 50).await.unwrap().rows
}

#[tokio::test]
async fn a_device_changes_over_to_its_new_key() {
    let test = TestHub::open().await;
    let ids = test.fleet(1).await;
    let mut device = Device::new(&test, &ids[0]).await;
    let old = device.newest().clone();
    let made = test.operate(plan(Task::RotateKeys, "")).await;
    device.take_key(&test).await;
    until_at(&test, made.id, Step::Handed).await;
    for key in [&old, device.newest()] {
        assert!(log_in(&test, &ids[0], key).await.is_some());
    }
    device.sign_in(&test).await;
    let detail = test.until_over(made.id).await;
    assert_eq!(detail.summary.state, OperationState::Completed);
    assert!(log_in(&test, &ids[0], &old).await.is_none(), "revoked");
    assert_eq!(test.key(&ids[0]).await, *device.newest());
    let target = targets(&test, made.id).await.remove(0);
    assert_eq!((target.state, target.step), (TargetState::Succeeded, None));
    let result = target.result.unwrap().to_string();
    let new = device.newest().reveal();
    assert!(result.contains("promoted") && !result.contains(new));
    let told = format!("{:?}", events(&test, &ids[0]).await);
    assert!(
        told.contains("KeysRotated") && !told.contains(new),
        "{told}"
    );
    assert!(!told.contains(old.reveal()));
    // Its connection goes on: it signed in with the key that is the primary one now.
    assert!(test.hub.connections().is_open(&ids[0]));
    let permit = test
        .hub
        .permit_device::<SeeCredentials>(&Access::console(), &ids[0]);
    let facts = test.hub.device_key_facts(&permit.unwrap()).await.unwrap();
    let facts = facts.unwrap();
    assert_eq!(facts.used.unwrap().0, Some(Slot::Primary));
    assert_eq!(facts.rotation.unwrap().step(), Step::Promoted);
}

#[tokio::test]
async fn every_step_goes_on_after_a_restart() {
    let mut test = TestHub::open().await;
    let ids = test.fleet(1).await;
    let mut device = Device::new(&test, &ids[0]).await;
    let old = device.newest().clone();
    let id = test.operate(plan(Task::RotateKeys, "")).await.id;
    // The hub dies before the device has answered: it gets the same key again.
    let request = device.call().await;
    let lost: Value = serde_json::from_str(&request.payload).unwrap();
    test = test.reopen().await;
    device.sign_in(&test).await;
    device.take_key(&test).await;
    assert_eq!(device.newest().reveal(), lost["key"].as_str().unwrap());
    until_at(&test, id, Step::Handed).await;
    // It dies while the device is on its way to sign in: it does not ask again.
    test = test.reopen().await;
    until(&test.hub, id, |detail| detail.summary.counts.running == 1).await;
    assert!(log_in(&test, &ids[0], &old).await.is_some());
    device.sign_in(&test).await;
    let detail = test.until_over(id).await;
    assert_eq!(detail.summary.counts.succeeded, 1);
    assert!(log_in(&test, &ids[0], &old).await.is_none());
    // And what is done is done.
    test = test.reopen().await;
    device.sign_in(&test).await;
    assert_eq!(test.key(&ids[0]).await, *device.newest());
    let told = events(&test, &ids[0]).await.into_iter();
    let minted = told.filter(|event| event.kind == EventKind::KeyMinted);
    assert_eq!(minted.count(), 1);
}

#[tokio::test]
async fn a_device_that_has_the_key_need_not_answer() {
    let mut test = TestHub::open().await;
    let ids = test.fleet(1).await;
    let mut device = Device::new(&test, &ids[0]).await;
    let id = test.operate(plan(Task::RotateKeys, "")).await.id;
    let request = device.call().await;
    let payload: Value = serde_json::from_str(&request.payload).unwrap();
    let new = SharedKey::new(payload["key"].as_str().unwrap()).unwrap();
    test = test.reopen().await;
    device.keys.push(new);
    device.sign_in(&test).await;
    // The call that comes again is lost on the way: SDKs are not ready for calls before they have subscribed.
    let detail = test.until_over(id).await;
    assert_eq!(detail.summary.counts, succeeded(1));
}

#[tokio::test]
async fn a_device_that_does_not_come_back_keeps_both_keys() {
    let test = TestHub::open().await;
    let ids = test.fleet(1).await;
    let mut device = Device::new(&test, &ids[0]).await;
    let old = device.newest().clone();
    let id = test.operate(plan(Task::RotateKeys, "")).await.id;
    device.take_key(&test).await;
    until_at(&test, id, Step::Handed).await;
    test.pass(61);
    // A sign of life with the old key has the hub look at the clock.
    let proof = log_in(&test, &ids[0], &old).await.unwrap();
    let (info, _notices) = link();
    test.hub.device_connected(&proof, info).await.unwrap();
    let detail = test.until_over(id).await;
    assert_eq!(detail.summary.counts.failed, 1);
    assert!(detail.failures[0].retryable);
    assert!(detail.failures[0].why.contains("within 60 s"));
    for key in [&old, device.newest()] {
        assert!(log_in(&test, &ids[0], key).await.is_some());
    }
    // Another operation finds that the device has signed in with it since, and asks nothing of it.
    device.sign_in(&test).await;
    let second = test.operate(plan(Task::RotateKeys, "")).await.id;
    let detail = test.until_over(second).await;
    assert_eq!(detail.summary.counts.succeeded, 1);
    assert!(log_in(&test, &ids[0], &old).await.is_none());
}

#[tokio::test]
async fn devices_that_cannot_say_so() {
    let test = TestHub::open().await;
    let ids = test.fleet(1).await;
    let check = async |status: i32, retryable: bool, want: &str| {
        let mut device = Device::new(&test, &ids[0]).await;
        let id = test.operate(plan(Task::RotateKeys, "")).await.id;
        let request = device.call().await;
        device.answer(&test, &request, status, json!("no"));
        let detail = test.until_over(id).await;
        let failure = &detail.failures[0];
        assert_eq!(failure.retryable, retryable);
        assert!(failure.why.contains(want), "{}", failure.why);
        assert!(log_in(&test, &ids[0], device.newest()).await.is_some());
    };
    check(404, false, "cannot rotate its key: it answered 404").await;
    check(507, true, "did not take the new key: it answered 507").await;
}

#[test]
fn a_process_that_dies_at_any_moment_locks_nobody_out() {
    let directory = tempfile::tempdir().unwrap();
    let (mut directory, mut device, id) = life(async {
        let test = born(directory).await;
        let ids = test.fleet(1).await;
        let device = Device {
            id: ids[0].clone(),
            keys: vec![test.key(&ids[0]).await],
            open: None,
        };
        let id = test.operate(plan(Task::RotateKeys, "")).await.id;
        (test.directory, device, id)
    });
    let old = device.newest().clone();
    // Each life is cut off at another moment: before the key is made, handed over, used, or made the primary one.
    for cut in [0, 2, 4, 6, 9, 14, 25] {
        (directory, device) = life(async {
            let test = born(directory).await;
            let cut = Duration::from_millis(cut);
            let cut_off = tokio::time::timeout(cut, device.obey(&test)).await;
            assert!(cut_off.is_err());
            device.open = None;
            (test.directory, device)
        });
    }
    life(async {
        let test = born(directory).await;
        let detail = tokio::select! {
            detail = test.until_over(id) => detail,
            () = device.obey(&test) => unreachable!("it never ends"),
        };
        assert_eq!(detail.summary.counts, succeeded(1));
        assert_eq!(device.keys.len(), 2, "one key was made, however often");
        assert_eq!(test.key(&device.id).await, *device.newest());
        assert!(log_in(&test, &device.id, &old).await.is_none());
    });
}
