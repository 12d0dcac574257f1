//! Every door × everybody: pages, server functions, handlers. A door that is in no table fails the first test; the
//! others knock.

use std::collections::BTreeSet;

use axum::Router;
use axum::routing::post;
use leptos::prelude::provide_context;
use muster_app::routes::PAGES;
use muster_app::rpc::{ENDPOINTS, Need};
use muster_app::session::Visitor;
use muster_core::policy::{Action, Role, allows};
use muster_server::middleware::visitor::axum_path;
use muster_server::router;
use muster_service::Access;
use serde_json::Value;

use crate::support::{Request, TestHub};

#[path = "rights_coverage/arguments.rs"]
mod arguments;

use arguments::{ARGUMENTS, Arguments};

/// Who knocks: nobody, each role over the whole fleet, and an operator who sees the north only.
const VISITORS: [Option<&str>; 6] = [
    None,
    Some("operator"),
    Some("supervisor"),
    Some("manager"),
    Some("admin"),
    Some("northerner"),
];

/// What a door must say to a visitor.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Verdict {
    SignedOut,
    Forbidden,
    LetIn,
}

fn verdict(need: Need, visitor: Option<&str>) -> Verdict {
    match (need, visitor) {
        (Need::Anyone, _) | (Need::SignedIn, Some(_)) => Verdict::LetIn,
        (_, None) => Verdict::SignedOut,
        (Need::Action(action), Some(name)) if allows(role(name), action) => Verdict::LetIn,
        (Need::Action(_), Some(_)) => Verdict::Forbidden,
    }
}

fn role(name: &str) -> Role {
    if name == "northerner" {
        Role::Operator
    } else {
        name.parse().unwrap()
    }
}

/// What a status says; a door that fails inside is no answer.
fn said(status: u16) -> Verdict {
    match status {
        401 => Verdict::SignedOut,
        403 => Verdict::Forbidden,
        500.. => panic!("a door failed with {status}"),
        _ => Verdict::LetIn,
    }
}

#[test]
fn every_door_is_in_its_table() {
    let functions: BTreeSet<&str> = server_fn::axum::server_fn_paths()
        .map(|(path, _)| path)
        .collect();
    let listed: BTreeSet<&str> = ENDPOINTS.iter().map(|(path, _)| *path).collect();
    assert_eq!(
        functions, listed,
        "server functions against muster_app::rpc::ENDPOINTS"
    );
    let with_arguments: BTreeSet<&str> = ARGUMENTS.iter().map(|arguments| arguments.path).collect();
    assert_eq!(
        functions, with_arguments,
        "server functions against the ARGUMENTS of this test"
    );
    for (path, method) in server_fn::axum::server_fn_paths() {
        assert_eq!(
            method.as_str(),
            "POST",
            "{path}: a link must not be able to call it"
        );
    }
    let pages: BTreeSet<String> = router::page_list()
        .iter()
        .map(|page| page.path().to_owned())
        .collect();
    let listed: BTreeSet<String> = PAGES.iter().map(|(path, _)| axum_path(path)).collect();
    assert_eq!(pages, listed, "pages against muster_app::routes::PAGES");
}

#[tokio::test(flavor = "multi_thread")]
async fn handlers_let_in_whom_their_table_says() {
    let hub = TestHub::peopled().await;
    for visitor in VISITORS {
        for door in router::doors() {
            let mut browser = match visitor {
                Some(name) => hub.signed_in(name).await,
                None => hub.browser(),
            };
            let path = door
                .path
                .replace("{token}", "guess")
                .replace("{artifact}", "guess")
                .replace("{id}", "999");
            let request =
                Request::new(door.method.as_str(), &path).header("sec-fetch-site", "same-origin");
            let request = if door.method == "POST" {
                request.form(&[])
            } else {
                request
            };
            let reply = browser.send(request).await;
            assert_eq!(
                said(reply.status),
                verdict(door.need, visitor),
                "{} {path} by {visitor:?}: {}",
                door.method,
                reply.status
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_let_in_whom_their_table_says() {
    let hub = TestHub::peopled().await;
    let person = hub
        .hub()
        .people_list(&hub.hub().permit(&Access::console()).unwrap())
        .await
        .unwrap()[0]
        .id
        .to_string();
    for visitor in VISITORS {
        let mut browser = match visitor {
            Some(name) => hub.signed_in(name).await,
            None => hub.browser(),
        };
        for (path, need) in PAGES {
            let device = path.starts_with("/devices/");
            let id = if device { "near" } else { person.as_str() };
            let path = path.replace(":id", id).replace(":token", "guess");
            let reply = browser.get(&path).await;
            // A page leads to the sign-in page where a call would say 401; and the bare address always leads on.
            let status = if reply.location().starts_with("/sign-in") && path != "/" {
                401
            } else {
                reply.status
            };
            assert_eq!(
                said(status),
                verdict(*need, visitor),
                "{path} by {visitor:?}: {} {}",
                reply.status,
                reply.location()
            );
        }
        let far = browser.get("/devices/far").await.status;
        let want = match visitor {
            None => 303,
            Some("northerner") => 404,
            Some(_) => 200,
        };
        assert_eq!(far, want, "a device of the south by {visitor:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn server_functions_let_in_whom_their_table_says() {
    let hub = TestHub::peopled().await;
    for visitor in VISITORS {
        for (path, need) in ENDPOINTS {
            // A function may end the session: a new one each time.
            let mut browser = match visitor {
                Some(name) => hub.signed_in(name).await,
                None => hub.browser(),
            };
            // Without arguments: whoever may not call it learns nothing about them.
            let reply = browser.call(path, &[]).await;
            assert_eq!(
                said(reply.status),
                verdict(*need, visitor),
                "{path} by {visitor:?}: {} {}",
                reply.status,
                reply.text()
            );
        }
    }
}

/// The functions themselves, without the middleware before them: while pages are rendered they are called like this.
#[tokio::test(flavor = "multi_thread")]
async fn server_functions_ask_for_themselves() {
    let hub = TestHub::peopled().await;
    for visitor in VISITORS {
        let access = match visitor {
            Some(name) => Some(access(&hub, name).await),
            None => None,
        };
        for (path, need) in ENDPOINTS {
            let arguments = ARGUMENTS
                .iter()
                .find(|arguments| arguments.path == *path)
                .unwrap();
            let (status, body) = call(&hub, access.clone(), arguments, "near").await;
            let want = match verdict(*need, visitor) {
                Verdict::SignedOut => 401,
                Verdict::Forbidden => 403,
                Verdict::LetIn => arguments.status,
            };
            assert_eq!(status, want, "{path} by {visitor:?}: {body}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_out_of_scope_does_not_exist() {
    let hub = TestHub::peopled().await;
    let access = access(&hub, "northerner").await;
    for arguments in ARGUMENTS
        .iter()
        .filter(|arguments| arguments.body.contains("{device}"))
    {
        let (far, body) = call(&hub, Some(access.clone()), arguments, "far").await;
        // Some take many ids and leave out what is not there.
        let nothing = (far, body.as_str()) == (200, "[]");
        assert!(far == 404 || nothing, "{}: {far} {body}", arguments.path);
        let (gone, same) = call(&hub, Some(access.clone()), arguments, "no-such-device").await;
        assert_eq!(
            (gone, same),
            (far, body),
            "{}: out of scope and not there look alike",
            arguments.path
        );
    }
    for arguments in ARGUMENTS
        .iter()
        .filter(|arguments| need(arguments.path) == Need::Action(Action::SeeDevices))
    {
        let (_, body) = call(&hub, Some(access.clone()), arguments, "near").await;
        assert!(
            !body.contains("\"far\""),
            "{} tells of a device out of scope: {body}",
            arguments.path
        );
    }
}

fn need(path: &str) -> Need {
    ENDPOINTS
        .iter()
        .find(|(endpoint, _)| *endpoint == path)
        .unwrap()
        .1
}

async fn access(hub: &TestHub, name: &str) -> Access {
    let permit = hub.hub().permit(&Access::console()).unwrap();
    let people = hub.hub().people_list(&permit).await.unwrap();
    let person = people.iter().find(|person| person.name == name).unwrap();
    hub.hub().access_of(person.id).await.unwrap().unwrap()
}

/// Calls a function as its generated code is called, with nothing around it.
async fn call(
    hub: &TestHub,
    access: Option<Access>,
    arguments: &Arguments,
    device: &str,
) -> (u16, String) {
    use tower::ServiceExt as _;
    let service = hub.hub().clone();
    let context = move || {
        provide_context(service.clone());
        provide_context(Visitor {
            access: access.clone(),
        });
    };
    let handler =
        move |request| leptos_axum::handle_server_fns_with_context(context.clone(), request);
    let router: Router = Router::new().route(arguments.path, post(handler));
    let request = axum::http::Request::post(arguments.path)
        .header("content-type", arguments.content_type())
        .header("accept", "application/json")
        .body(axum::body::Body::from(
            arguments.body.replace("{device}", device),
        ))
        .unwrap();
    let response = router.oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let body = axum::body::to_bytes(response.into_body(), 1 << 20)
        .await
        .unwrap();
    let text = String::from_utf8_lossy(&body).into_owned();
    // A reference differs each time; nothing else of an error may.
    let text = serde_json::from_str::<Value>(&text).map_or(text, |json| json.to_string());
    (status, text)
}
