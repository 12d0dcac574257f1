//! Direct methods from the service side: rights, bounds, and what the timeline keeps.

use std::time::Duration;

use muster_core::event::{Actor, EventKind};
use muster_core::ids::DeviceId;
use muster_core::method::MAX_METHOD_PAYLOAD;
use muster_core::policy::{Action, Role};
use muster_service::access::kinds::{InvokeMethods, SeeDevices};
use muster_service::devices::ConnectionInfo;
use muster_service::live::{Aspect, LiveItem, Topic};
use muster_service::{Access, MethodAnswer, MethodCall, MethodError, ServiceError, ToDevice};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::support::{TestHub, link};

fn call(payload: Value, connect_s: u64, response_s: u64) -> MethodCall {
    MethodCall {
        module: None,
        name: "reboot".parse().unwrap(),
        payload,
        connect_timeout: Duration::from_secs(connect_s),
        response_timeout: Duration::from_secs(response_s),
    }
}

async fn invoke(
    test: &TestHub,
    access: &Access,
    id: &DeviceId,
    call: MethodCall,
) -> Result<MethodAnswer, ServiceError> {
    let permit = test.hub.permit_device::<InvokeMethods>(access, id)?;
    test.hub.invoke_method(&permit, call).await
}

#[tokio::test]
async fn only_who_works_with_the_device_may_call_it() {
    let test = TestHub::open().await;
    let north = test.device("n", json!({"region":"north"})).await;
    let south = test.device("s", json!({"region":"south"})).await;
    let (_, operator) = test
        .person("ann", &[(Role::Operator, "tags.region = 'north'")])
        .await;
    let (_, manager) = test.person("bob", &[(Role::Manager, "")]).await;
    let asked = invoke(&test, &operator, &north, call(json!(1), 0, 30)).await;
    assert!(matches!(
        asked,
        Err(ServiceError::Method(MethodError::NotOnline(_)))
    ));
    let hidden = invoke(&test, &operator, &south, call(json!(1), 0, 30)).await;
    assert!(matches!(hidden, Err(ServiceError::NotFound)));
    let refused = invoke(&test, &manager, &north, call(json!(1), 0, 30)).await;
    assert!(matches!(
        refused,
        Err(ServiceError::Forbidden(Action::InvokeMethods))
    ));
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_before_it_is_an_event() {
    let test = TestHub::open().await;
    let id = test.device("d", json!({})).await;
    for (connect, response) in [(0, 4), (0, 301), (301, 300), (31, 30)] {
        let refused = invoke(
            &test,
            &Access::console(),
            &id,
            call(json!(1), connect, response),
        )
        .await;
        assert!(
            matches!(refused, Err(ServiceError::Invalid(_))),
            "{connect} {response}"
        );
    }
    // Two quotation marks are part of the JSON text.
    let large = json!("x".repeat(MAX_METHOD_PAYLOAD - 1));
    let refused = invoke(&test, &Access::console(), &id, call(large, 0, 30)).await;
    assert!(matches!(
        refused,
        Err(ServiceError::Method(MethodError::TooLarge(size))) if size == MAX_METHOD_PAYLOAD + 1
    ));
    let permit = test
        .hub
        .permit_device::<SeeDevices>(&Access::console(), &id)
        .unwrap();
    let events = test.hub.timeline(&permit, None, 10).await.unwrap().rows;
    assert!(events.iter().all(|e| e.kind != EventKind::MethodInvoked));
}

#[tokio::test]
async fn a_call_is_an_event_with_its_caller_and_without_its_payload() {
    let test = TestHub::open().await;
    let id = test.device("d", json!({})).await;
    let (ann, access) = test.person("ann", &[(Role::Operator, "")]).await;
    let topics = vec![Topic::Device(id.clone())];
    let mut stream = test.hub.subscribe_live(&access, topics, None).unwrap();
    let proof = test.log_in(&id).await;
    let (info, mut notices) = link();
    let connection = test.hub.device_connected(&proof, info).await.unwrap();
    test.hub.device_listens(&proof, connection.connection, true);
    let device = async {
        let Some(ToDevice::Method(request)) = notices.recv().await else {
            panic!("no call came");
        };
        assert_eq!(request.name.as_str(), "reboot");
        assert_eq!(&*request.payload, r#"{"password":"hunter2"}"#);
        let answer = MethodAnswer {
            status: 201,
            payload: json!({"ok": true}),
        };
        test.hub.device_answered(
            &proof,
            connection.connection,
            request.request,
            Ok(answer.clone()),
        );
        answer
    };
    let asked = invoke(
        &test,
        &access,
        &id,
        call(json!({"password":"hunter2"}), 0, 30),
    );
    let (got, sent) = tokio::join!(asked, device);
    assert_eq!(got.unwrap(), sent);

    let permit = test.hub.permit_device::<SeeDevices>(&access, &id).unwrap();
    let events = test.hub.timeline(&permit, None, 1).await.unwrap().rows;
    let event = &events[0];
    assert_eq!(event.kind, EventKind::MethodInvoked);
    assert_eq!(
        event.actor,
        Actor::Person {
            id: ann.id,
            name: "ann".into(),
            token: None,
        }
    );
    assert_eq!(event.detail["method"], "reboot");
    assert_eq!(event.detail["result"], "answered");
    assert_eq!(event.detail["status"], 201);
    assert!(event.detail["duration_ms"].is_u64());
    assert!(!event.detail.to_string().contains("hunter2"));
    // Open pages of the device hear of it.
    let heard = async {
        loop {
            if let Some((_, LiveItem::Device { aspects, .. })) = stream.next().await
                && aspects.contains(&Aspect::Event)
            {
                return;
            }
        }
    };
    timeout(Duration::from_secs(5), heard).await.unwrap();
}

#[tokio::test]
async fn names_come_from_the_device_and_from_visible_ones_of_its_model() {
    let test = TestHub::open().await;
    let (_, access) = test
        .person("ann", &[(Role::Operator, "tags.region = 'north'")])
        .await;
    let devices = [
        ("a", "north", "dtmi:x;1", "ping"),
        ("b", "north", "dtmi:x;1", "reboot"),
        ("c", "south", "dtmi:x;1", "hidden"),
        ("d", "north", "dtmi:y;1", "other"),
    ];
    for (id, region, model, method) in devices {
        let id = test.device(id, json!({ "region": region })).await;
        let proof = test.log_in(&id).await;
        let (info, _notices) = link();
        let info = ConnectionInfo {
            model_id: Some(model.into()),
            ..info
        };
        test.hub.device_connected(&proof, info).await.unwrap();
        let call = MethodCall {
            name: method.parse().unwrap(),
            ..call(Value::Null, 0, 30)
        };
        for _ in 0..2 {
            let answer = invoke(&test, &Access::console(), &id, call.clone()).await;
            assert!(answer.is_err());
        }
    }
    let permit = test
        .hub
        .permit_device::<SeeDevices>(&access, &"a".parse().unwrap())
        .unwrap();
    let history = test.hub.method_history(&permit).await.unwrap();
    assert_eq!(history.names, ["ping", "reboot"]);
    assert_eq!(history.calls.len(), 2);
    assert!(history.calls[0].seq > history.calls[1].seq);
}

#[tokio::test]
async fn a_device_that_never_answers_is_given_up_and_its_late_answer_ignored() {
    let test = TestHub::open().await;
    let id = test.device("d", json!({})).await;
    let proof = test.log_in(&id).await;
    let (info, mut notices) = link();
    let connection = test.hub.device_connected(&proof, info).await.unwrap();
    let connection = connection.connection;
    test.hub.device_listens(&proof, connection, true);
    let answer = invoke(&test, &Access::console(), &id, call(Value::Null, 0, 5)).await;
    let five = Duration::from_secs(5);
    assert!(matches!(
        answer,
        Err(ServiceError::Method(MethodError::NoAnswer(time))) if time == five
    ));
    let Some(ToDevice::Method(request)) = notices.recv().await else {
        panic!("no call came");
    };
    let late = MethodAnswer {
        status: 200,
        payload: Value::Null,
    };
    test.hub
        .device_answered(&proof, connection, request.request, Ok(late));
}

#[tokio::test]
async fn a_caller_that_leaves_does_not_hide_the_call() {
    let test = TestHub::open().await;
    let id = test.device("d", json!({})).await;
    let proof = test.log_in(&id).await;
    let (info, mut notices) = link();
    let connection = test.hub.device_connected(&proof, info).await.unwrap();
    let connection = connection.connection;
    test.hub.device_listens(&proof, connection, true);
    let console = Access::console();
    let asked = Box::pin(invoke(&test, &console, &id, call(Value::Null, 0, 30)));
    let leaving = futures::future::select(asked, Box::pin(notices.recv()));
    assert!(matches!(
        leaving.await,
        futures::future::Either::Right((Some(ToDevice::Method(_)), _))
    ));
    test.hub.device_leaving(&proof, connection);
    let permit = test
        .hub
        .permit_device::<SeeDevices>(&Access::console(), &id)
        .unwrap();
    let recorded = async {
        loop {
            let events = test.hub.timeline(&permit, None, 1).await.unwrap().rows;
            if events[0].kind == EventKind::MethodInvoked {
                return events[0].detail["result"].clone();
            }
            tokio::task::yield_now().await;
        }
    };
    let result = timeout(Duration::from_secs(10), recorded).await.unwrap();
    assert_eq!(result, "connection_lost");
}

#[tokio::test]
async fn waiting_calls_end_with_the_hub() {
    let test = TestHub::open().await;
    let id = test.device("d", json!({})).await;
    let permit = test
        .hub
        .permit_device::<InvokeMethods>(&Access::console(), &id)
        .unwrap();
    let hub = test.hub.clone();
    let asked = tokio::spawn(async move {
        hub.invoke_method(&permit, call(Value::Null, 300, 300))
            .await
    });
    let closed = async {
        // The call has begun, or finds the hub closed: either way it ends.
        tokio::task::yield_now().await;
        test.hub.clone().close().await;
    };
    let (answer, ()) = timeout(Duration::from_secs(10), async {
        tokio::join!(asked, closed)
    })
    .await
    .unwrap();
    assert!(answer.unwrap().is_err());
}
