//! What goes wrong around the doors, in the form that SDKs read.

use axum::body::Body;
use axum::http::Request;
use muster_api::hub::is_meant;
use muster_api::throttle::{Rate, Rates};
use muster_core::access::PolicyName;
use muster_core::sas::SasToken;
use serde_json::json;

use crate::support::Bench;

fn bare(uri: &str, authorization: Option<&str>) -> Request<Body> {
    let mut request = Request::builder().uri(uri);
    if let Some(value) = authorization {
        request = request.header("authorization", value);
    }
    request.body(Body::empty()).unwrap()
}

#[test]
fn requests_of_sdks_are_told_from_those_of_browsers() {
    let check = |uri: &str, authorization: Option<&str>, want: bool| {
        assert_eq!(
            is_meant(&bare(uri, authorization)),
            want,
            "{uri} {authorization:?}"
        );
    };
    check("/devices/a", None, false);
    check("/devices/a?api-version=2021-04-12", None, true);
    check("/devices/a?top=1&api-version=2021-04-12", None, true);
    check("/devices/a?api-version", None, false);
    check("/devices/a", Some("SharedAccessSignature sr=x"), true);
    check("/devices/a", Some("sharedaccesssignature sr=x"), true);
    check("/devices/a", Some("Bearer x"), false);
    check("/devices/a", Some("Sh"), false);
}

#[tokio::test]
async fn without_version_address_or_verb() {
    let bench = Bench::open().await;
    let token = bench.token(PolicyName::Owner).await;
    let reply = bench.send(bare("/devices/a", Some(&token))).await;
    reply.expect_error(400, "InvalidProtocolVersion");
    for version in ["2018-06-30", "2021-04-12", "2099-01-01"] {
        let uri = format!("/devices?api-version={version}");
        assert_eq!(bench.send(bare(&uri, Some(&token))).await.status, 200);
    }
    bench
        .get("/nowhere")
        .await
        .expect_error(404, "ResourceNotFound");
    let verb = bench.ask("PATCH /devices/a", None, None).await;
    verb.expect_error(405, "MethodNotAllowed");
    let broken = bench.get("/devices/%ff").await;
    broken.expect_error(400, "ArgumentInvalid");
}

#[tokio::test]
async fn bodies_are_bounded_and_json() {
    let bench = Bench::open().await;
    bench.make("a").await;
    let large = json!({"tags": {"x": "y".repeat(300 * 1024)}});
    let reply = bench.ask("PATCH /twins/a", None, Some(large)).await;
    reply.expect_error(413, "MessageTooLarge");
    let empty = bench.ask("PATCH /twins/a", None, None).await;
    empty.expect_error(400, "IotHubFormatError");
}

#[tokio::test]
async fn bad_credentials_look_alike() {
    let bench = Bench::open().await;
    bench.make("a").await;
    let owner = bench.policy_key(PolicyName::Owner).await;
    let sign = |resource: &str, seconds: i64, policy: Option<&str>| {
        let end = bench.hub.now().plus_ms(seconds * 1000);
        SasToken::sign(resource, &owner, end, policy)
    };
    let mut bodies = Vec::new();
    let mut check = async |authorization: Option<String>, status: u16| {
        let uri = "/devices/a?api-version=2021-04-12";
        let reply = bench.send(bare(uri, authorization.as_deref())).await;
        assert_eq!(reply.status, status, "{authorization:?}");
        if status == 401 {
            reply.expect_error(401, "IotHubUnauthorizedAccess");
            bodies.push(reply.body);
        }
    };
    check(Some(sign("hub", 600, Some("iothubowner"))), 200).await;
    check(Some(sign("hub", -60, Some("iothubowner"))), 200).await;
    check(Some(sign("hub/devices", 600, Some("iothubowner"))), 200).await;
    check(Some(sign("hub/devices/a", 600, Some("iothubowner"))), 200).await;
    // The field order of Node, and a slash left raw as Python does it.
    let node = sign("hub", 600, Some("iothubowner"));
    let fields: Vec<_> = node.split_once(' ').unwrap().1.split('&').collect();
    let [sr, sig, se, skn] = fields[..] else {
        panic!("four fields");
    };
    let reordered = format!("SharedAccessSignature {sr}&{sig}&{skn}&{se}");
    check(Some(reordered), 200).await;
    check(Some(node.replace("%2F", "/")), 200).await;

    check(None, 401).await;
    check(Some("Bearer x".into()), 401).await;
    check(Some("SharedAccessSignature nonsense".into()), 401).await;
    check(Some(sign("hub", -600, Some("iothubowner"))), 401).await;
    check(Some(sign("hub", 600, Some("service"))), 401).await;
    check(Some(sign("hub", 600, Some("nobody"))), 401).await;
    check(Some(sign("hub", 600, None)), 401).await;
    check(Some(sign("hub/twins", 600, Some("iothubowner"))), 401).await;
    check(Some(sign("hub/devices/b", 600, Some("iothubowner"))), 401).await;
    check(
        Some(sign("hub/devices/a/modules", 600, Some("iothubowner"))),
        401,
    )
    .await;
    let device = bench.connection_string("a").await;
    let key = device.split_once("SharedAccessKey=").unwrap().1;
    let key = muster_core::key::SharedKey::new(key).unwrap();
    let end = bench.hub.now().plus_ms(600_000);
    check(Some(SasToken::sign("hub/devices/a", &key, end, None)), 401).await;
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "{bodies:?}");
}

#[tokio::test]
async fn a_key_signs_for_its_own_policy_only() {
    let bench = Bench::open().await;
    let service = bench.policy_key(PolicyName::Service).await;
    let end = bench.hub.now().plus_ms(600_000);
    let forged = SasToken::sign("hub", &service, end, Some("iothubowner"));
    let uri = "/devices?api-version=2021-04-12";
    let reply = bench.send(bare(uri, Some(&forged))).await;
    reply.expect_error(401, "IotHubUnauthorizedAccess");
}

#[tokio::test]
async fn too_much_is_put_off() {
    let slow = Rate {
        burst: 3,
        per_second: 0.5,
    };
    let rates = Rates {
        registry: slow,
        ..Rates::default()
    };
    let bench = Bench::with(rates).await;
    for _ in 0..3 {
        assert_eq!(bench.get("/devices").await.status, 200);
    }
    let refused = bench.get("/devices").await;
    refused.expect_error(429, "ThrottlingException");
    assert_eq!(refused.header("retry-after"), Some("2"));
    // Others and other things go on.
    let other = bench
        .ask_as(PolicyName::RegistryRead, "GET /devices", None, None)
        .await;
    assert_eq!(other.status, 200);
    bench
        .get("/twins/a")
        .await
        .expect_error(404, "DeviceNotFound");
    bench.pass(2);
    assert_eq!(bench.get("/devices").await.status, 200);
    // The items of a bulk request count each.
    bench.pass(60);
    let many: Vec<_> = (0..4).map(|n| json!({ "id": format!("d{n}") })).collect();
    let first = bench.ask("POST /devices", None, Some(json!(many))).await;
    first.expect_error(429, "ThrottlingException");
}

#[tokio::test]
async fn what_is_not_there_yet_says_so() {
    let bench = Bench::open().await;
    for line in ["GET /digitaltwins/a", "DELETE /devices/a/commands"] {
        let reply = bench.ask(line, None, None).await;
        reply.expect_error(501, "NotImplemented");
    }
}
