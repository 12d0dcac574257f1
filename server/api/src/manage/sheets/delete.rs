//! `DELETE /windows/{name}`, `/calendars/{name}`, `/places/{name}`: the end of what nothing needs.

use axum::http::{Method, StatusCode};
use muster_core::gate::SheetKind;
use muster_core::policy::Action;
use muster_service::Demand;
use muster_service::access::kinds::KeepWindows;

use super::{NAME, TAG, name};
use crate::manage::call::Call;
use crate::manage::parameter::{IF_MATCH, Parameter};
use crate::manage::route::{Answer, Need, Outcome, Reply, Route, Run};

static PARAMETERS: [&Parameter; 2] = [&NAME, &IF_MATCH];

pub(in crate::manage) static WINDOW: Route = route(
    "/windows/{name}",
    "deleteWindow",
    "Delete a maintenance window",
    |call| Box::pin(run(call, SheetKind::Window)),
);

pub(in crate::manage) static CALENDAR: Route = route(
    "/calendars/{name}",
    "deleteCalendar",
    "Delete a service calendar",
    |call| Box::pin(run(call, SheetKind::Calendar)),
);

pub(in crate::manage) static PLACE: Route =
    route("/places/{name}", "deletePlace", "Delete a place", |call| {
        Box::pin(run(call, SheetKind::Place))
    });

const fn route(path: &'static str, id: &'static str, summary: &'static str, run: Run) -> Route {
    Route {
        method: Method::DELETE,
        path,
        id,
        tag: TAG,
        summary,
        notes: "What is still needed elsewhere is not deleted; the answer says by what.",
        need: Need::Action(Action::KeepWindows),
        parameters: &PARAMETERS,
        body: None,
        answer: Answer::nothing("It is deleted."),
        also: &[
            StatusCode::PRECONDITION_FAILED,
            StatusCode::UNPROCESSABLE_ENTITY,
        ],
        run,
    }
}

async fn run(call: Call, kind: SheetKind) -> Outcome {
    let permit = call.permit::<KeepWindows>()?;
    let demand = call.if_match().map_or(Demand::Nothing, Demand::Match);
    let id = name(&call)?;
    call.hub.delete_sheet(&permit, kind, id, demand).await?;
    Ok(Reply::nothing())
}
