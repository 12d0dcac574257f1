//! `POST /people`: a new account.

use axum::http::{Method, StatusCode};
use muster_core::person::RoleGrant;
use muster_core::policy::Action;
use muster_service::access::kinds::ManagePeople;
use muster_service::people::NewAccount;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::manage::approvals::approval;
use crate::manage::call::Call;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::{PREFIX, schema, wire};

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::POST,
    path: "/people",
    id: "createPerson",
    tag: super::TAG,
    summary: "Make an account",
    notes: "Without `password` the hub makes a temporary one: it is in this answer and nowhere else, and has to be \
            changed at the first sign-in. When a second person has to agree, the account is closed until they do: \
            `approval` is the request that opens it.",
    need: Need::Action(Action::ManagePeople),
    parameters: &[],
    body: Some(body),
    answer: Answer::created("The account.", answer),
    also: &[StatusCode::CONFLICT],
    run: |call| Box::pin(run(call)),
};

fn body() -> Value {
    schema::closed(
        &[
            ("name", schema::text(64)),
            ("displayName", schema::text(100)),
            ("roles", schema::array(schema::named("Role"))),
            ("password", schema::text(256)),
        ],
        &["name", "roles"],
    )
}

fn answer() -> Value {
    schema::object(&[
        ("person", schema::named("Person")),
        ("temporaryPassword", schema::or_null(schema::any_text())),
        ("approval", schema::or_null(schema::named("Approval"))),
    ])
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Body {
    name: String,
    #[serde(default)]
    display_name: String,
    roles: Vec<RoleGrant>,
    #[serde(default)]
    password: Option<String>,
}

async fn run(call: Call) -> Outcome {
    let body: Body = call.body()?;
    let permit = call.permit::<ManagePeople>()?;
    let new = NewAccount {
        name: body.name,
        display_name: body.display_name,
        roles: body.roles,
        password: body.password,
    };
    let made = call.hub.create_person(&permit, new).await?;
    let waits = match &made.waits {
        Some(waits) => Some(approval(&call.hub, &call.access, waits).await),
        None => None,
    };
    let body = json!({
        "person": wire::person(&made.person),
        "temporaryPassword": made.password,
        "approval": waits,
    });
    Ok(Reply::of(body).at(format!("{PREFIX}/people/{}", made.person.id)))
}
