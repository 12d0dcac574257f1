//! Who may come in: CONNECT and CONNACK (checklist A and B).

use std::time::{Duration, Instant};

use muster_core::device::Status;
use muster_core::sas::SasToken;
use rustls::version::{TLS12, TLS13};

use super::client::{Client, Got, Hello};
use super::rig::{Registered, Rig};

#[tokio::test]
async fn either_key_opens_and_a_wrong_one_does_not() {
    let rig = Rig::start().await;
    let device = rig.register("dev1").await;
    let hour = rig.hub.now().plus_ms(3_600_000);
    let with = |key| {
        let token = SasToken::sign("localhost/devices/dev1", key, hour, None);
        Hello::with_token("dev1", token)
    };
    Client::accepted(&rig, &with(&device.keys.primary)).await;
    Client::accepted(&rig, &with(&device.keys.secondary)).await;
    let other = rig.register("other").await;
    assert_eq!(Client::refused(&rig, &with(&other.keys.primary)).await, 5);
    // The form of the resource does not matter, its bytes do.
    let signed = with(&device.keys.primary).password.unwrap();
    let changed = signed.replace("devices", "Devices");
    assert_eq!(
        Client::refused(&rig, &Hello::with_token("dev1", changed)).await,
        5
    );
}

#[tokio::test]
async fn unknown_and_disabled_devices_look_alike() {
    let rig = Rig::start().await;
    let device = rig.register("dev1").await;
    let unknown = Registered {
        id: "nobody".parse().unwrap(),
        ..device.clone()
    };
    assert_eq!(Client::refused(&rig, &Hello::of(&unknown, &rig)).await, 5);
    rig.set_status(&device.id, Status::Disabled).await;
    assert_eq!(Client::refused(&rig, &Hello::of(&device, &rig)).await, 5);
    rig.set_status(&device.id, Status::Enabled).await;
    Client::device(&rig, &device).await;
}

#[tokio::test]
async fn disabling_and_deleting_close_an_open_connection() {
    let rig = Rig::start().await;
    let device = rig.register("dev1").await;
    let mut client = Client::device(&rig, &device).await;
    let asked = Instant::now();
    rig.set_status(&device.id, Status::Disabled).await;
    assert_eq!(client.next().await, Got::Closed);
    assert!(asked.elapsed() < Duration::from_secs(1));

    let device = rig.register("dev2").await;
    let mut client = Client::device(&rig, &device).await;
    rig.delete(&device.id).await;
    assert_eq!(client.next().await, Got::Closed);
    assert_eq!(Client::refused(&rig, &Hello::of(&device, &rig)).await, 5);
}

#[tokio::test]
async fn tokens_end_with_five_minutes_of_grace() {
    let rig = Rig::start().await;
    let device = rig.register("dev1").await;
    let ending = |seconds: i64| {
        let at = rig.hub.now().plus_ms(seconds * 1000);
        Hello::with_token("dev1", device.token_until(at))
    };
    assert_eq!(Client::refused(&rig, &ending(-600)).await, 5);
    Client::accepted(&rig, &ending(-60)).await;
    // An open connection ends when its token does, grace included.
    let (mut client, _) = Client::accepted(&rig, &ending(-298)).await;
    let asked = Instant::now();
    assert_eq!(client.next().await, Got::Closed);
    let lived = asked.elapsed();
    assert!(lived < Duration::from_secs(4), "{lived:?}");
}

#[tokio::test]
async fn a_token_speaks_for_one_device() {
    let rig = Rig::start().await;
    let device = rig.register("dev1").await;
    rig.register("dev10").await;
    let token = device.token(&rig.hub);
    assert_eq!(
        Client::refused(&rig, &Hello::with_token("dev10", token.clone())).await,
        5
    );
    assert_eq!(
        Client::refused(&rig, &Hello::with_token("dev1/mod1", token)).await,
        5
    );
}

#[tokio::test]
async fn user_names_of_all_clients_are_accepted() {
    let rig = Rig::start().await;
    let device = rig.register("dev1").await;
    let forms = [
        "localhost/dev1/?api-version=2019-10-01&DeviceClientType=azure-iot-device-iothub-py%2F2.14.0",
        "localhost:18883/dev1/?api-version=2021-04-12&DeviceClientType=x%20(y)",
        "localhost/dev1/?api-version=2020-09-30&model-id=dtmi%3Acom%3Aexample%3BT1",
        "localhost/dev1/api-version=2016-11-14",
        "localhost/dev1/",
        "localhost/dev1",
    ];
    for form in forms {
        let hello = Hello {
            user_name: Some(form.to_owned()),
            ..Hello::of(&device, &rig)
        };
        let (client, _) = Client::accepted(&rig, &hello).await;
        client.disconnect().await;
    }
}

#[tokio::test]
async fn connack_codes_say_what_is_wrong() {
    let rig = Rig::start().await;
    let device = rig.register("dev1").await;
    let hello = Hello::of(&device, &rig);
    let user = |name: &str| Hello {
        user_name: Some(name.to_owned()),
        ..hello.clone()
    };
    assert_eq!(
        Client::refused(&rig, &user("localhost/dev2/?api-version=1")).await,
        5
    );
    assert_eq!(Client::refused(&rig, &user("localhost")).await, 4);
    let garbage = Hello::with_token("dev1", "secret".into());
    assert_eq!(Client::refused(&rig, &garbage).await, 4);
    let nothing = Hello {
        password: None,
        ..hello.clone()
    };
    assert_eq!(Client::refused(&rig, &nothing).await, 5);
    let anonymous = Hello {
        password: None,
        user_name: None,
        ..hello.clone()
    };
    assert_eq!(Client::refused(&rig, &anonymous).await, 4);
    for id in ["", "a b", &"x".repeat(129)] {
        let hello = Hello {
            clean: true,
            ..Hello::with_token(id, device.token(&rig.hub))
        };
        assert_eq!(Client::refused(&rig, &hello).await, 2, "{id:?}");
    }
    let elsewhere = Hello {
        will: Some(("devices/dev2/messages/events/".into(), vec![], false)),
        ..hello
    };
    assert_eq!(Client::refused(&rig, &elsewhere).await, 5);
}

#[tokio::test]
async fn other_protocol_levels_are_answered_with_1() {
    let rig = Rig::start().await;
    for connect in [
        &b"\x10\x0f\x00\x06MQIsdp\x03\x02\x00\x3c\x00\x01d"[..],
        &b"\x10\x0e\x00\x04MQTT\x05\x02\x00\x3c\x00\x00\x01d"[..],
    ] {
        let mut client = Client::open(&rig).await;
        client.send(connect).await;
        let (session_present, code) = (false, 1);
        assert_eq!(
            client.next().await,
            Got::ConnAck {
                session_present,
                code
            }
        );
        assert_eq!(client.next().await, Got::Closed);
    }
}

#[tokio::test]
async fn both_versions_of_tls_are_spoken() {
    let rig = Rig::start().await;
    let device = rig.register("dev1").await;
    for version in [&TLS12, &TLS13] {
        let mut client = Client::open_with(&rig, &[version]).await;
        assert_eq!(client.connect(&Hello::of(&device, &rig)).await.1, 0);
        assert_eq!(client.protocol_version(), Some(version.version));
        client.disconnect().await;
    }
}
