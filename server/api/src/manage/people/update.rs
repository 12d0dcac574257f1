//! `PATCH /people/{person}`: another name, other roles, closing an account and opening it again.

use axum::http::{Method, StatusCode};
use muster_core::person::RoleGrant;
use muster_core::policy::Action;
use muster_service::Asked;
use muster_service::access::kinds::ManagePeople;
use muster_service::people::PersonEdit;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::manage::approvals::approval;
use crate::manage::call::Call;
use crate::manage::parameter::PERSON;
use crate::manage::problem::Problem;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::{schema, wire};

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::PATCH,
    path: "/people/{person}",
    id: "updatePerson",
    tag: super::TAG,
    summary: "Change an account",
    notes: "`roles` replaces all of them. Deactivating ends the person's sessions and revokes their tokens. The last \
            active administrator stays one. Giving rights, and taking them from somebody who approves, may need a \
            second person: `approval` is the request that waits, and the account is as it was.",
    need: Need::Action(Action::ManagePeople),
    parameters: &[&PERSON],
    body: Some(body),
    answer: Answer::ok(
        "The account as it is now, and the request that waits.",
        answer,
    ),
    also: &[StatusCode::CONFLICT],
    run: |call| Box::pin(run(call)),
};

fn body() -> Value {
    schema::closed(
        &[
            ("displayName", schema::text(100)),
            ("roles", schema::array(schema::named("Role"))),
            ("active", schema::flag()),
        ],
        &[],
    )
}

fn answer() -> Value {
    schema::object(&[
        ("person", schema::named("Person")),
        ("approval", schema::or_null(schema::named("Approval"))),
    ])
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Body {
    #[serde(default)]
    display_name: Option<String>,
    #[serde(default)]
    roles: Option<Vec<RoleGrant>>,
    #[serde(default)]
    active: Option<bool>,
}

async fn run(call: Call) -> Outcome {
    let body: Body = call.body()?;
    let permit = call.permit::<ManagePeople>()?;
    let edit = PersonEdit {
        display_name: body.display_name,
        roles: body.roles,
        active: body.active,
    };
    if edit.display_name.is_none() && edit.roles.is_none() && edit.active.is_none() {
        return Err(Problem::refused(
            "Nothing is asked for: give displayName, roles or active.",
        ));
    }
    let id = call.person()?;
    let (person, waits) = match call.hub.update_person(&permit, id, edit).await? {
        Asked::Done(person) => (person, None),
        Asked::Waits(waits) => (call.hub.person(&permit, id).await?, Some(waits)),
    };
    let waits = match waits {
        Some(waits) => Some(approval(&call.hub, &call.access, &waits).await),
        None => None,
    };
    Ok(Reply::of(json!({
        "person": wire::person(&person),
        "approval": waits,
    })))
}
