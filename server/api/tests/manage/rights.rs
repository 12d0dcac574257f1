//! Every route × everybody: what the table says is what happens. A route without arguments here fails the test.

use axum::http::StatusCode;
use muster_api::manage::ROUTES;
use muster_api::manage::route::{Need, Route};
use muster_core::policy::{Action, Role, allows};
use serde_json::{Value, json};

use crate::support::{Reply, TestHub};

const VISITORS: [&str; 5] = ["operator", "supervisor", "manager", "admin", "northerner"];

/// Bodies and the status for whoever may: nobody has the number 999.
fn arguments(id: &str) -> (Option<Value>, u16) {
    match id {
        "listDevices"
        | "countDevices"
        | "groupDevices"
        | "listColumns"
        | "showDevice"
        | "readTwin"
        | "listDeviceEvents"
        | "readTelemetry"
        | "readCensus"
        | "readPresence"
        | "listEvents"
        | "listPeople"
        | "showMe"
        | "listTokens"
        | "showHub"
        | "checkHub"
        | "listAudit"
        | "showPolicyConnectionString"
        | "listOperations"
        | "listOperationsOfDevice"
        | "listDrafts" => (None, 200),
        "showOperation" | "listTargets" | "exportTargets" | "deleteDraft" => (None, 404),
        "createOperation" | "previewOperation" => (Some(json!({})), 400),
        "steerOperation" => (Some(json!({ "verb": "resume" })), 404),
        "retryTargets" => (Some(json!({ "devices": ["x"] })), 404),
        "overrideGate" => (Some(json!({ "gate": 0, "reason": "x" })), 404),
        "createDraft" => (Some(json!({})), 201),
        "replaceDraft" => (Some(json!({})), 404),
        "showPerson" | "listTokensOf" | "revokeTokenOf" | "resetPassword" | "revokeToken" => {
            (None, 404)
        }
        "deleteDevice" => (None, 412),
        "listViews" | "readHealth" | "readHealthHistory" => (None, 200),
        "listWindows" | "listCalendars" | "listPlaces" | "showZone" => (None, 200),
        "showWindow" | "showCalendar" | "showPlace" | "deleteWindow" | "deleteCalendar"
        | "deletePlace" | "listWindowOpenings" | "listServiceHours" => (None, 404),
        "putWindow" | "putCalendar" | "putPlace" => (Some(json!({})), 422),
        "putZone" => (Some(json!({ "zone": "Nowhere" })), 422),
        "deleteView" => (None, 404),
        "listFirmware" => (None, 200),
        "addFirmware" => (None, 422),
        "showFirmware" | "deleteFirmware" => (None, 404),
        "installFirmware" => (Some(json!({ "sha256": "0" })), 422),
        "updateFirmware" => (Some(json!({ "state": "withdrawn" })), 404),
        "createView" => (Some(json!({ "name": "", "query": "" })), 422),
        "updateView" => (Some(json!({ "name": "a", "query": "" })), 404),
        "createDevice" => (Some(json!({ "deviceId": "a b" })), 422),
        "updateDevice" => (Some(json!({ "status": "disabled" })), 412),
        "mergeTwin" | "replaceTwin" => (Some(json!({ "tags": { "x": 1 } })), 412),
        "showDeviceConnectionString" => (Some(json!({})), 200),
        "createPerson" => (Some(json!({ "name": "A B", "roles": [] })), 422),
        "updatePerson" => (Some(json!({ "active": false })), 404),
        "listRevisions" | "compareRevisions" => (None, 200),
        "restoreRevision" => (Some(json!({ "version": 1, "reason": "x" })), 412),
        "listApprovals" | "showApprovalPolicy" => (None, 200),
        "showApproval" | "withdrawApproval" => (None, 404),
        "decideApproval" => (Some(json!({ "approve": true })), 404),
        "setApprovalPolicy" => (
            Some(json!({ "people": true, "tools": false, "hours": 0 })),
            422,
        ),
        "listConfigurations" | "listConfigurationConflicts" | "listDeviceConfigurations" => {
            (None, 200)
        }
        "showConfiguration" | "deleteConfiguration" => (None, 404),
        "createConfiguration" => (Some(json!({ "id": "A B", "content": {} })), 422),
        "updateConfiguration" => (Some(json!({ "content": { "deviceContent": {} } })), 404),
        "listAlerts" | "listAlertRules" | "listDeviceAlerts" => (None, 200),
        "showAlert" | "showAlertRule" | "deleteAlertRule" => (None, 404),
        "handleAlerts" => (Some(json!({ "ids": [999], "verb": "acknowledge" })), 404),
        "directAlerts" => (Some(json!({ "ids": [999], "verb": "escalate" })), 404),
        "createAlertRule" => (Some(rule("lastActivityTime > '2026'")), 422),
        "updateAlertRule" => (Some(rule("tags.a = 1")), 404),
        "previewAlertRule" => (Some(rule("tags.a = 1")), 200),
        "previewConfiguration" => (Some(json!({ "content": { "deviceContent": {} } })), 200),
        "listEmbeds" => (None, 200),
        "showEmbed" | "revokeEmbed" => (None, 404),
        "createEmbed" => (
            Some(json!({ "name": "", "panel": { "kind": "count" } })),
            422,
        ),
        other => panic!("{other} has no arguments in this test"),
    }
}

fn rule(condition: &str) -> Value {
    json!({ "name": "Warm", "severity": "serious", "condition": condition })
}

fn role(name: &str) -> Role {
    name.parse().unwrap_or(Role::Operator)
}

async fn knock(test: &TestHub, route: &Route, token: &str, device: &str) -> Reply {
    let path = route
        .path
        .replace("{id}", device)
        .replace("{person}", "999")
        .replace("{token}", "999")
        .replace("{policy}", "service")
        .replace("{view}", "999")
        .replace("{operation}", "999")
        .replace("{draft}", "999")
        .replace("{name}", "nothing")
        .replace("{artifact}", &"9".repeat(64))
        .replace("{approval}", "999")
        .replace("{configuration}", "none")
        .replace("{embed}", "999")
        .replace("{alert}", "999")
        .replace("{rule}", "999")
        .replace("{configuration}", "none");
    let (body, _) = arguments(route.id);
    let headers: &[(&str, &str)] = if route.parameters.iter().any(|p| p.name == "If-Match") {
        &[("if-match", "\"old\"")]
    } else {
        &[]
    };
    test.ask(route.method.as_str(), token, &path, headers, body)
        .await
}

#[tokio::test]
async fn routes_let_in_whom_their_table_says() {
    let test = TestHub::open().await;
    for route in ROUTES {
        let nobody = knock(&test, route, "", "near").await;
        assert_eq!(nobody.status, 401, "{}", route.id);
        assert!(nobody.header("www-authenticate").starts_with("Bearer"));
        let stranger = knock(&test, route, "mst_nonsense", "near").await;
        assert_eq!(stranger.status, 401, "{}", route.id);
        assert!(
            stranger
                .header("www-authenticate")
                .contains("invalid_token")
        );
    }
    for visitor in VISITORS {
        let token = test.token(visitor).await;
        for route in ROUTES {
            let reply = knock(&test, route, &token, "near").await;
            let want = match route.need {
                Need::Action(action) if !allows(role(visitor), action) => 403,
                _ => arguments(route.id).1,
            };
            assert_eq!(
                reply.status, want,
                "{} by {visitor}: {}",
                route.id, reply.body
            );
        }
    }
}

#[tokio::test]
async fn every_answer_is_in_the_description() {
    let test = TestHub::open().await;
    let token = test.token("admin").await;
    for route in ROUTES {
        let reply = knock(&test, route, &token, "near").await;
        let status = StatusCode::from_u16(reply.status).unwrap();
        let documented = status == route.answer.status || route.refusals().contains(&status);
        assert!(documented, "{} answers {status}", route.id);
        if reply.status >= 400 {
            assert_eq!(reply.header("content-type"), "application/problem+json");
            for member in ["type", "title", "status", "code", "detail", "reference"] {
                assert!(!reply.body[member].is_null(), "{} {member}", route.id);
            }
        }
    }
}

/// A token that may only look, of somebody who may do everything.
#[tokio::test]
async fn a_narrow_token_opens_what_it_was_made_for() {
    let test = TestHub::open().await;
    let token = test
        .narrow_token("admin", &[Action::SeeDevices], "tags.region = 'north'")
        .await;
    for route in ROUTES {
        let reply = knock(&test, route, &token, "near").await;
        let want = match route.need {
            Need::Action(Action::SeeDevices) | Need::Token => arguments(route.id).1,
            Need::Action(_) => 403,
        };
        assert_eq!(reply.status, want, "{}: {}", route.id, reply.body);
    }
}

#[tokio::test]
async fn what_is_out_of_scope_does_not_exist() {
    let test = TestHub::open().await;
    let token = test.token("northerner").await;
    for route in ROUTES.iter().filter(|route| route.path.contains("{id}")) {
        let mut far = knock(&test, route, &token, "far").await;
        assert_eq!(far.status, 404, "{}: {}", route.id, far.body);
        let mut gone = knock(&test, route, &token, "no-such-device").await;
        for reply in [&mut far, &mut gone] {
            reply.body["reference"] = Value::Null;
        }
        assert_eq!(far.body, gone.body, "{}", route.id);
    }
    for route in ROUTES {
        if route.need == Need::Action(Action::SeeDevices) {
            let reply = knock(&test, route, &token, "near").await;
            assert!(!reply.body.to_string().contains("\"far\""), "{}", route.id);
        }
    }
}
