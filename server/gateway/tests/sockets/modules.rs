//! Modules: identities of their own behind the same door.

use std::time::Duration;

use mqtt_protocol_core::mqtt::packet::Qos;
use muster_core::device::{Authentication, Status};
use muster_core::ids::{DeviceId, Identity};
use muster_core::key::{KeyPair, SharedKey};
use muster_core::sas::SasToken;
use muster_core::twin::{Mode, ServiceWrite};
use muster_service::access::kinds::{
    EditTwin, InvokeMethods, ManageHub, ProvisionDevices, SeeDevices,
};
use muster_service::modules::{ModuleEdit, NewModule};
use muster_service::{Access, MethodCall};
use serde_json::{Value, json};

use super::client::{Client, DESIRED, Got, Hello, METHODS, RESPONSES};
use super::rig::Rig;

const EVENTS: &str = "devices/d/modules/m/messages/events/";

fn device() -> DeviceId {
    DeviceId::new("d").unwrap()
}

fn token(rig: &Rig, resource: &str, key: &SharedKey, policy: Option<&str>) -> String {
    let until = rig.hub.now().plus_ms(3_600_000);
    SasToken::sign(resource, key, until, policy)
}

/// Makes the module `m` of the device `d`; gives its keys.
async fn register(rig: &Rig) -> KeyPair {
    let permit = rig
        .hub
        .permit_device::<ProvisionDevices>(&Access::console(), &device());
    let new = NewModule::named("m".parse().unwrap());
    let module = rig.hub.create_module(&permit.unwrap(), new).await.unwrap();
    let Authentication::Sas(keys) = module.authentication else {
        panic!("a new module has keys");
    };
    keys
}

/// A key of the policy that may speak as any device.
async fn policy_key(rig: &Rig) -> SharedKey {
    let permit = rig.hub.permit::<ManageHub>(&Access::console()).unwrap();
    let text = rig
        .hub
        .policy_connection_string(permit, "device".parse().unwrap());
    let text = text.await.unwrap();
    SharedKey::new(text.split_once("SharedAccessKey=").unwrap().1).unwrap()
}

fn hello(rig: &Rig, keys: &KeyPair) -> Hello {
    let token = token(rig, "localhost/devices/d/modules/m", &keys.primary, None);
    Hello::with_token("d/m", token)
}

/// A device `d` and its connected module `m`.
async fn connected() -> (Rig, KeyPair, Client) {
    let rig = Rig::start().await;
    rig.register("d").await;
    let keys = register(&rig).await;
    let (client, present) = Client::accepted(&rig, &hello(&rig, &keys)).await;
    assert!(!present);
    (rig, keys, client)
}

#[tokio::test]
async fn only_its_own_key_or_a_policy_opens_a_module() {
    let rig = Rig::start().await;
    let owner = rig.register("d").await;
    let keys = register(&rig).await;
    let policy = policy_key(&rig).await;
    let primary = &keys.primary;
    let own = "localhost/devices/d/modules/m";
    let cases = [
        ("d/m", token(&rig, own, primary, None), 0),
        ("d/m", token(&rig, own, &keys.secondary, None), 0),
        ("d/m", token(&rig, "localhost", &policy, Some("device")), 0),
        ("d/m", token(&rig, own, &owner.keys.primary, None), 5),
        ("d/m", owner.token(&rig.hub), 5),
        ("d", token(&rig, own, primary, None), 5),
        ("d", token(&rig, "localhost/devices/d", primary, None), 5),
        ("d/x", token(&rig, own, primary, None), 5),
        ("e/m", token(&rig, own, primary, None), 5),
        ("d/$edgeHub", token(&rig, own, primary, None), 5),
    ];
    for (client_id, token, want) in cases {
        let hello = Hello::with_token(client_id, token);
        let (_, code) = Client::open(&rig).await.connect(&hello).await;
        assert_eq!(code, want, "{client_id}");
    }
}

#[tokio::test]
async fn a_device_and_its_module_are_connected_side_by_side() {
    let rig = Rig::start().await;
    let owner = rig.register("d").await;
    let keys = register(&rig).await;
    let mut first = Client::device(&rig, &owner).await;
    let (mut module, _) = Client::accepted(&rig, &hello(&rig, &keys)).await;
    first.ping().await;
    let (mut newer, _) = Client::accepted(&rig, &hello(&rig, &keys)).await;
    assert_eq!(module.next().await, Got::Closed);
    newer.ping().await;
    first.ping().await;
    assert_eq!(rig.hub.connections().len(), 1);
    let who = Identity::parse("d/m").unwrap();
    assert!(rig.hub.connections().view_of(&who).is_some());
    // The end of the module's connection is not the end of the device's.
    newer.disconnect().await;
    first.ping().await;
    assert!(rig.hub.connections().is_open(&device()));
}

#[tokio::test]
async fn its_twin_is_its_own() {
    let (rig, keys, mut client) = connected().await;
    client.subscribe(RESPONSES, Qos::AtLeastOnce).await;
    client.subscribe(DESIRED, Qos::AtLeastOnce).await;
    let (answer, _) = client.report(r#"{"mode":"idle"}"#).await;
    assert_eq!(answer, "204/?$rid=_&$version=2");
    let id = "m".parse().unwrap();
    let write = async |rig: &Rig, desired: Value| {
        let permit = rig
            .hub
            .permit_device::<EditTwin>(&Access::console(), &device());
        let write = ServiceWrite {
            mode: Mode::Merge,
            tags: None,
            desired: Some(desired),
        };
        let permit = permit.unwrap();
        let done = rig.hub.write_module_twin(&permit, &id, write, None);
        done.await.unwrap();
    };
    write(&rig, json!({"rate": 5})).await;
    let (topic, patch) = client.message().await;
    assert_eq!(topic, "$iothub/twin/PATCH/properties/desired/?$version=2");
    assert_eq!(patch, json!({"rate": 5, "$version": 2}));
    // The device's desired properties are not the module's.
    rig.write(&device(), Mode::Merge, None, Some(json!({"other": 1})))
        .await;
    let want = json!({
        "desired": {"rate": 5, "$version": 2},
        "reported": {"mode": "idle", "$version": 2},
    });
    assert_eq!(client.twin().await, want);
    let permit = rig
        .hub
        .permit_device::<SeeDevices>(&Access::console(), &device());
    let row = rig.hub.module_twin(&permit.unwrap(), &id).await.unwrap();
    assert_eq!(
        Value::Object(row.twin.reported.value),
        json!({"mode": "idle"})
    );
    // Its subscriptions are remembered over a restart.
    client.cut();
    let rig = rig.restart().await;
    let (mut client, present) = Client::accepted(&rig, &hello(&rig, &keys)).await;
    assert!(present);
    write(&rig, json!({"rate": 6})).await;
    let (_, patch) = client.message().await;
    assert_eq!(patch, json!({"rate": 6, "$version": 3}));
}

#[tokio::test]
async fn its_messages_carry_its_name() {
    let (rig, _, mut client) = connected().await;
    let topic = format!("{EVENTS}%24.on=o1&a=b/");
    client.publish_acknowledged(&topic, b"{}").await;
    client
        .publish_unacknowledged("devices/d/messages/events/", b"{}")
        .await;
    assert_eq!(client.next().await, Got::Closed, "not its own topic");
    let messages = rig.messages(&device()).await;
    assert_eq!(messages.len(), 1);
    let properties = &messages[0].content.properties;
    let of = |name: &str| {
        let found = properties.iter().find(|(key, _)| key == name);
        found.and_then(|(_, value)| value.clone()).unwrap()
    };
    assert_eq!(of("iothub-connection-device-id"), "d");
    assert_eq!(of("iothub-connection-module-id"), "m");
    assert_eq!(of("output-name"), "o1");
    assert!(of("iothub-connection-auth-method").contains(r#""scope":"module""#));
}

#[tokio::test]
async fn a_method_of_a_module_reaches_only_the_module() {
    let rig = Rig::start().await;
    let owner = rig.register("d").await;
    let keys = register(&rig).await;
    let mut first = Client::device(&rig, &owner).await;
    first.subscribe(METHODS, Qos::AtMostOnce).await;
    let (mut client, _) = Client::accepted(&rig, &hello(&rig, &keys)).await;
    client.subscribe(METHODS, Qos::AtMostOnce).await;
    let permit = rig
        .hub
        .permit_device::<InvokeMethods>(&Access::console(), &device())
        .unwrap();
    let invoke = |module: Option<&str>| {
        let (hub, permit) = (rig.hub.clone(), permit.clone());
        let call = MethodCall {
            module: module.map(|module| module.parse().unwrap()),
            name: "scan".parse().unwrap(),
            payload: json!(module),
            connect_timeout: Duration::ZERO,
            response_timeout: Duration::from_secs(30),
        };
        tokio::spawn(async move { hub.invoke_method(&permit, call).await })
    };
    for (module, called) in [(Some("m"), &mut client), (None, &mut first)] {
        let running = invoke(module);
        let (topic, payload) = called.message().await;
        assert_eq!(payload, json!(module));
        let (_, rid) = topic.split_once("?$rid=").unwrap();
        let answer = format!("$iothub/methods/res/200/?$rid={rid}");
        called.publish_acknowledged(&answer, b"1").await;
        assert_eq!(running.await.unwrap().unwrap().payload, json!(1));
    }
    first.ping().await;
    client.ping().await;
    assert!(invoke(Some("x")).await.unwrap().is_err());
}

#[tokio::test]
async fn it_ends_when_its_identity_or_its_device_does() {
    let (rig, _, mut client) = connected().await;
    let permit = || {
        let console = Access::console();
        rig.hub
            .permit_device::<ProvisionDevices>(&console, &device())
            .unwrap()
    };
    let id = "m".parse().unwrap();
    let keys = KeyPair::from_entropy([8; 32], [9; 32]);
    let edit = ModuleEdit {
        authentication: Some(Authentication::Sas(keys.clone())),
        ..ModuleEdit::default()
    };
    let changed = rig.hub.update_module(&permit(), &id, None, edit).await;
    changed.unwrap();
    assert_eq!(client.next().await, Got::Closed);

    let (mut client, _) = Client::accepted(&rig, &hello(&rig, &keys)).await;
    rig.set_status(&device(), Status::Disabled).await;
    assert_eq!(client.next().await, Got::Closed);
    assert_eq!(Client::refused(&rig, &hello(&rig, &keys)).await, 5);
    rig.set_status(&device(), Status::Enabled).await;

    let (mut client, _) = Client::accepted(&rig, &hello(&rig, &keys)).await;
    let deleted = rig.hub.delete_module(&permit(), &id, None).await;
    deleted.unwrap();
    assert_eq!(client.next().await, Got::Closed);
    assert_eq!(Client::refused(&rig, &hello(&rig, &keys)).await, 5);

    let keys = register(&rig).await;
    let (mut client, _) = Client::accepted(&rig, &hello(&rig, &keys)).await;
    rig.delete(&device()).await;
    assert_eq!(client.next().await, Got::Closed);
    assert_eq!(Client::refused(&rig, &hello(&rig, &keys)).await, 5);
}
