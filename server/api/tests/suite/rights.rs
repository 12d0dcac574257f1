//! Every door × every policy, and nobody: who is let in is what the table of rights says (spec §1.4).

use axum::body::Body;
use axum::http::Request;
use muster_api::hub::{Door, doors};
use muster_core::access::PolicyName;
use muster_core::access::Right::{RegistryRead, RegistryWrite, ServiceConnect};
use muster_core::policy::{Action, Role, allows};
use serde_json::{Value, json};

use crate::support::Bench;

fn address(door: &Door) -> String {
    door.path
        .replace("{device}", "near")
        .replace("{module}", "inside")
        .replace(['{', '}'], "")
}

/// A body with which the door reaches its use case. Together with an ETag that is over, nothing changes.
fn body(door: &Door) -> Value {
    match (door.method.as_str(), door.path) {
        ("POST", "/devices" | "/devices/") => json!([{"id": "near", "importMode": "create"}]),
        ("POST", "/devices/query") => json!({"query": "SELECT deviceId FROM devices"}),
        _ => json!({}),
    }
}

#[tokio::test]
async fn policies_are_let_in_where_the_table_says() {
    let bench = Bench::open().await;
    bench.make("near").await;
    for door in doors() {
        for policy in PolicyName::ALL {
            let line = format!("{} {}", door.method, address(&door));
            let old = Some("\"AAAAAAAAAAA=\"");
            let reply = bench.ask_as(policy, &line, old, Some(body(&door))).await;
            let by = policy.as_str();
            // Neither the guard nor a permit behind it: items of a bulk request are refused one by one.
            let refused = reply.body.to_string().contains("IotHubUnauthorizedAccess");
            let want = door.need.rights.iter().any(|right| policy.holds(*right));
            assert_eq!(!refused, want, "{line} by {by}: {:?}", reply.body);
            assert!(
                ![401, 500].contains(&reply.status) || !want,
                "{line} by {by}"
            );
            assert_ne!(reply.status, 405, "{line}");
        }
    }
    assert_eq!(bench.get("/devices/near").await.status, 200);
}

#[tokio::test]
async fn nobody_is_let_in_nowhere() {
    let bench = Bench::open().await;
    for door in doors() {
        let request = Request::builder()
            .method(door.method.clone())
            .uri(format!("{}?api-version=2021-04-12", address(&door)))
            .body(Body::from("{}"))
            .unwrap();
        assert_eq!(
            bench.send(request).await.status,
            401,
            "{} {}",
            door.method,
            door.path
        );
    }
}

/// People come with API tokens: each role, each door, and a token that allows nothing but looking.
#[tokio::test]
async fn people_are_let_in_where_their_role_says() {
    let bench = Bench::open().await;
    bench.make("near").await;
    for role in Role::ALL {
        let secret = bench.api_token(role.as_str(), role, Vec::new()).await;
        for door in doors() {
            let refused = refused(&bench, &door, &secret).await;
            let want = allows(role, door.need.action);
            assert_eq!(!refused, want, "{} {} by {role}", door.method, door.path);
        }
    }
    let looks = vec![Action::SeeDevices];
    let secret = bench.api_token("looker", Role::Admin, looks).await;
    for door in doors() {
        let refused = refused(&bench, &door, &secret).await;
        let want = door.need.action == Action::SeeDevices;
        assert_eq!(!refused, want, "{} {}", door.method, door.path);
    }
}

async fn refused(bench: &Bench, door: &Door, secret: &str) -> bool {
    let request = Request::builder()
        .method(door.method.clone())
        .uri(format!("{}?api-version=2021-04-12", address(door)))
        .header("authorization", format!("Bearer {secret}"))
        .header("if-match", "\"AAAAAAAAAAA=\"")
        .body(Body::from(body(door).to_string()))
        .unwrap();
    let reply = bench.send(request).await;
    assert!(
        ![405, 500].contains(&reply.status),
        "{} {}",
        door.method,
        door.path
    );
    reply.body.to_string().contains("IotHubUnauthorizedAccess")
}

/// The table itself, in words that a reviewer can compare with spec §1.4.
#[test]
fn doors_ask_for_the_documented_rights() {
    let read = |path: &str| path.starts_with("/devices") || path == "/statistics/devices";
    for door in doors() {
        let want: &[_] = match (door.method.as_str(), door.path) {
            ("GET", "/statistics/service") => &[RegistryRead, ServiceConnect],
            ("GET", path) if read(path) => &[RegistryRead],
            ("POST", "/devices/query") => &[ServiceConnect, RegistryRead],
            ("DELETE", "/devices/{device}/commands") => &[ServiceConnect],
            (_, path) if path.starts_with("/devices") => &[RegistryWrite],
            (_, path) if path.starts_with("/jobs") && !path.starts_with("/jobs/v2") => {
                &[RegistryWrite]
            }
            ("GET", path) if path.starts_with("/configurations") => &[RegistryRead],
            (_, "/configurations/testQueries") => &[RegistryRead],
            (_, path) if path.starts_with("/configurations") => &[RegistryWrite],
            _ => &[ServiceConnect],
        };
        assert_eq!(door.need.rights, want, "{} {}", door.method, door.path);
    }
}
