//! The whole HTTP map: which doors there are, what each needs, what every request passes through.
//!
//! The dashboard and the service API share a listener and partly their addresses: `/devices/{id}` is a page and a
//! resource. A request with an `api-version` or a shared access signature is for the API ([`muster_api::hub`]), which
//! has no sessions, no pages and no cookies; all others are for the dashboard. The management REST
//! ([`muster_api::manage`]) has addresses of its own below `/api/v1` and its own table of routes. Panels in pages of
//! others ([`crate::web::embed`]) are below `/embed`, with a router that knows neither.
//!
//! Pages and server functions are listed by the app, each with what it needs ([`muster_app::routes::PAGES`],
//! [`muster_app::rpc::ENDPOINTS`]); the other doors stand here. The test of rights asks every one of them as everybody.

use std::sync::OnceLock;

use axum::Router;
use axum::extract::{Request, State};
use axum::handler::Handler;
use axum::http::{Method, StatusCode};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodRouter, get, post};
use leptos::nonce::Nonce;
use leptos::prelude::{AnyView, IntoAny as _, provide_context, use_context};
use leptos_axum::{AxumRouteListing, LeptosRoutes as _, generate_route_list};
use muster_app::pages::fleet::export::FileKind;
use muster_app::rpc::Need;
use muster_app::session::Visitor;
use muster_app::{App, routes, shell};
use muster_core::policy::Action::{KeepEmbeds, KeepFirmware, SeeDevices};
use tower::{ServiceExt as _, service_fn};
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::limit::RequestBodyLimitLayer;

use crate::middleware::csp::CspNonce;
use crate::middleware::request_id::Reference;
use crate::middleware::{
    access_log, body_drain, capacity, cross_site, csp, headers, panics, request_id, visitor,
};
use crate::problem_page::{self, Problem, Wanted};
use crate::session;
use crate::state::AppState;
use crate::web::firmware::{download, upload};
use crate::web::{
    api_page, assets, csp_report, embed, export, live, password, results, setup, sign_in, sign_out,
};

/// Largest form.
pub const MAX_FORM: usize = 64 * 1024;

/// Largest call of a server function: a twin fits with room to spare.
pub const MAX_CALL: usize = 1024 * 1024;

/// The doors that are neither pages nor server functions.
pub fn doors() -> Vec<Door> {
    use Need::{Action, Anyone, SignedIn};
    let mut doors = vec![
        Door::post(routes::SIGN_IN, Anyone, sign_in::post),
        Door::post("/setup/{token}", Anyone, setup::post),
        Door::post(routes::SIGN_OUT, SignedIn, sign_out::here),
        Door::post(routes::SIGN_OUT_EVERYWHERE, SignedIn, sign_out::everywhere),
        Door::post(routes::ACCOUNT_PASSWORD, SignedIn, password::post),
        Door::get(routes::LIVE, SignedIn, live::get),
        Door::get(muster_api::openapi::PAGE, Anyone, api_page::get),
        Door::post("/csp-report", Anyone, csp_report::post),
        Door::get(
            routes::EMBED_PREVIEW,
            Action(KeepEmbeds),
            embed::preview::get,
        ),
        Door::get("/firmware/{artifact}", Anyone, download::get),
        Door::post(routes::FIRMWARE_UPLOAD, Action(KeepFirmware), upload::post)
            .limited(upload::MAX_UPLOAD),
    ];
    for kind in FileKind::ALL {
        let whole = move |state, visitor, query| export::whole(kind, state, visitor, query);
        let selected = move |state, visitor, form| export::selected(kind, state, visitor, form);
        doors.extend([
            Door::get(kind.route(), Action(SeeDevices), whole),
            Door::post(kind.route(), Action(SeeDevices), selected),
        ]);
        let of_operation =
            move |state, visitor, id, query| results::get(kind, state, visitor, id, query);
        doors.push(Door::get(
            results::route(kind),
            Action(SeeDevices),
            of_operation,
        ));
    }
    doors
}

/// Everything a listener answers.
pub fn build(state: AppState) -> Router {
    let dashboard = outermost(&state, dashboard(&state));
    let api = outermost(&state, muster_api::hub::router(state.api().clone()));
    let embeds =
        embed::router(state.clone()).layer(from_fn_with_state(state.clone(), panics::layer));
    let embeds = logged(&state, embeds);
    let chosen = service_fn(move |request: Request| {
        let router = if embed::is_meant(&request) {
            &embeds
        } else if muster_api::hub::is_meant(&request) {
            &api
        } else {
            &dashboard
        };
        router.clone().oneshot(request)
    });
    Router::new().fallback_service(chosen)
}

/// What every request passes first. Layers below are passed from the last to the first.
fn outermost(state: &AppState, router: Router) -> Router {
    let router = router.layer(from_fn_with_state(state.clone(), panics::layer));
    logged(
        state,
        router.layer(from_fn_with_state(state.clone(), headers::layer)),
    )
}

/// The same for what says itself which headers its answers carry.
fn logged(state: &AppState, router: Router) -> Router {
    router
        .layer(from_fn(access_log::layer))
        .layer(from_fn_with_state(state.clone(), request_id::layer))
}

/// Pages, server functions and what belongs to them. Layers below are passed from the last to the first.
fn dashboard(state: &AppState) -> Router {
    let dynamic = pages(state)
        .merge(others(state))
        .fallback(not_found)
        .layer(from_fn_with_state(state.clone(), visitor::layer))
        .layer(session::layer(state.hub(), state.scheme()))
        .layer(from_fn_with_state(state.clone(), cross_site::layer));
    dynamic
        .merge(files(state))
        .merge(muster_api::manage::router(state.hub().clone()))
        .layer(from_fn_with_state(state.clone(), csp::layer))
        .layer(CompressionLayer::new().compress_when(compressible()))
        .layer(from_fn_with_state(state.clone(), capacity::layer))
        .with_state(state.clone())
}

/// Firmware leaves as it is: it hardly shrinks, and ranges of it must fit together.
fn compressible() -> impl Predicate {
    DefaultPredicate::new().and(NotForContentType::const_new("application/octet-stream"))
}

/// Pages and server functions.
fn pages(state: &AppState) -> Router<AppState> {
    Router::new()
        .leptos_routes_with_context(state, page_list(), context(state.clone()), document(state))
        .route_layer(from_fn_with_state(state.clone(), visitor::listed))
        .layer(from_fn(body_drain::layer))
        .layer(RequestBodyLimitLayer::new(MAX_CALL))
}

fn others(state: &AppState) -> Router<AppState> {
    doors().into_iter().fold(Router::new(), |router, door| {
        let require = move |state, request, next| visitor::require(door.need, state, request, next);
        let handler = door
            .handler
            .layer(RequestBodyLimitLayer::new(door.limit))
            .route_layer(from_fn_with_state(state.clone(), require));
        router.route(door.path, handler)
    })
}

/// The built site. Open to everybody, without session.
fn files(state: &AppState) -> Router<AppState> {
    let router = Router::new().route("/pkg/{*path}", get(assets::get));
    state
        .site()
        .public_paths()
        .fold(router, |router, path| router.route(&path, get(assets::get)))
}

/// The pages of the app as Leptos lists them: once per process, before anything is served. While it lists, resources
/// of other renderings would hang (leptos #4773).
pub fn page_list() -> Vec<AxumRouteListing> {
    static LIST: OnceLock<Vec<AxumRouteListing>> = OnceLock::new();
    LIST.get_or_init(|| generate_route_list(App)).clone()
}

/// What pages and server functions find in their context.
fn context(state: AppState) -> impl Fn() + Clone + Send + Sync + 'static {
    move || {
        provide_context(state.hub().clone());
        let Some(parts) = use_context::<axum::http::request::Parts>() else {
            return;
        };
        let visitor = parts.extensions.get::<Visitor>().cloned();
        provide_context(visitor.unwrap_or(Visitor { access: None }));
        if let Some(nonce) = parts.extensions.get::<CspNonce>() {
            provide_context(Nonce::from_value(nonce.0.clone()));
        }
        if let Some(reference) = parts.extensions.get::<Reference>() {
            provide_context(reference.0.clone());
        }
    }
}

fn document(state: &AppState) -> impl Fn() -> AnyView + Clone + Send + Sync + 'static {
    let options = state.options().clone();
    move || shell(options.clone()).into_any()
}

/// A page for people, a line for programs.
async fn not_found(State(state): State<AppState>, request: Request) -> Response {
    let wanted = Wanted::by(&request);
    if wanted != Wanted::Page || request.method() != Method::GET {
        let problem = Problem {
            status: StatusCode::NOT_FOUND,
            title: "There is nothing here",
            what: "What this address named does not exist.",
            reference: None,
        };
        return problem_page::respond(&state, wanted, problem);
    }
    let render =
        leptos_axum::render_app_async_with_context(context(state.clone()), document(&state));
    let mut response = render(request).await.into_response();
    if response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    response
}

/// A door that is neither page nor server function.
#[derive(Debug)]
pub struct Door {
    /// How it is knocked at.
    pub method: Method,
    /// Where it is.
    pub path: &'static str,
    /// What it needs; checked before the handler is called.
    pub need: Need,
    /// Largest body, in bytes.
    limit: usize,
    handler: MethodRouter<AppState>,
}

impl Door {
    /// The same for larger bodies.
    fn limited(self, limit: usize) -> Self {
        Self { limit, ..self }
    }

    fn get<H: Handler<T, AppState>, T: 'static>(
        path: &'static str,
        need: Need,
        handler: H,
    ) -> Self {
        Self {
            method: Method::GET,
            path,
            need,
            limit: MAX_FORM,
            handler: get(handler),
        }
    }

    fn post<H: Handler<T, AppState>, T: 'static>(
        path: &'static str,
        need: Need,
        handler: H,
    ) -> Self {
        Self {
            method: Method::POST,
            path,
            need,
            limit: MAX_FORM,
            handler: post(handler),
        }
    }
}
