//! The management REST under `/api/v1`: everything the dashboard does, for scripts. [`ROUTES`] is the one list from
//! which the router, the description and the test of rights are made.

mod alerts;
mod approvals;
pub mod bearer;
mod call;
mod configurations;
mod devices;
mod embeds;
mod firmware;
mod fleet;
mod hub;
pub mod once;
pub mod operations;
mod pace;
pub mod parameter;
mod people;
pub mod problem;
pub mod route;
mod schema;
mod sheets;
mod tokens;
mod views;
mod wire;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use axum::routing::{MethodFilter, MethodRouter};
use muster_service::Hub;

use pace::Pace;
use problem::Problem;
use route::Route;
pub(crate) use schema::NAMED as SCHEMAS;

pub use call::MAX_BODY;

/// Where all of it lies.
pub const PREFIX: &str = "/api/v1";

/// Every route.
pub static ROUTES: &[&Route] = &[
    &devices::list::ROUTE,
    &devices::create::ROUTE,
    &devices::count::ROUTE,
    &devices::groups::ROUTE,
    &devices::columns::ROUTE,
    &devices::show::ROUTE,
    &devices::update::ROUTE,
    &devices::delete::ROUTE,
    &devices::twin::READ,
    &devices::twin::MERGE,
    &devices::twin::REPLACE,
    &devices::revisions::LIST,
    &devices::revisions::COMPARE,
    &devices::revisions::RESTORE,
    &devices::events::ROUTE,
    &devices::telemetry::ROUTE,
    &devices::connection_string::ROUTE,
    &fleet::census::ROUTE,
    &fleet::presence::ROUTE,
    &fleet::events::ROUTE,
    &fleet::health::ROUTE,
    &fleet::history::ROUTE,
    &firmware::list::ROUTE,
    &firmware::add::ROUTE,
    &firmware::show::ROUTE,
    &firmware::update::ROUTE,
    &firmware::delete::ROUTE,
    &firmware::install::ROUTE,
    &views::list::ROUTE,
    &views::create::ROUTE,
    &views::update::ROUTE,
    &views::delete::ROUTE,
    &sheets::list::WINDOWS,
    &sheets::show::WINDOW,
    &sheets::put::WINDOW,
    &sheets::delete::WINDOW,
    &sheets::openings::WINDOW,
    &sheets::list::CALENDARS,
    &sheets::show::CALENDAR,
    &sheets::put::CALENDAR,
    &sheets::delete::CALENDAR,
    &sheets::openings::CALENDAR,
    &sheets::list::PLACES,
    &sheets::show::PLACE,
    &sheets::put::PLACE,
    &sheets::delete::PLACE,
    &sheets::zone::READ,
    &sheets::zone::WRITE,
    &people::list::ROUTE,
    &people::create::ROUTE,
    &people::show::ROUTE,
    &people::update::ROUTE,
    &people::reset_password::ROUTE,
    &tokens::me::ROUTE,
    &tokens::list::ROUTE,
    &tokens::revoke::ROUTE,
    &tokens::list_of::ROUTE,
    &tokens::revoke_of::ROUTE,
    &hub::facts::ROUTE,
    &hub::check::ROUTE,
    &hub::audit::ROUTE,
    &hub::policy::ROUTE,
    &operations::list::ROUTE,
    &operations::create::ROUTE,
    &operations::preview::ROUTE,
    &operations::show::ROUTE,
    &operations::steer::ROUTE,
    &operations::override_gate::ROUTE,
    &operations::retry::ROUTE,
    &operations::targets::ROUTE,
    &operations::export::ROUTE,
    &operations::of_device::ROUTE,
    &operations::drafts::ROUTE,
    &operations::save_draft::CREATE,
    &operations::save_draft::REPLACE,
    &operations::delete_draft::ROUTE,
    &approvals::list::ROUTE,
    &approvals::show::ROUTE,
    &approvals::decide::ROUTE,
    &approvals::withdraw::ROUTE,
    &approvals::policy::ROUTE,
    &approvals::set_policy::ROUTE,
    &configurations::list::ROUTE,
    &configurations::create::ROUTE,
    &configurations::conflicts::ROUTE,
    &configurations::preview::ROUTE,
    &configurations::show::ROUTE,
    &configurations::update::ROUTE,
    &configurations::delete::ROUTE,
    &configurations::of_device::ROUTE,
    &embeds::list::ROUTE,
    &embeds::create::ROUTE,
    &embeds::show::ROUTE,
    &embeds::revoke::ROUTE,
    &alerts::list::ROUTE,
    &alerts::show::ROUTE,
    &alerts::handle::ROUTE,
    &alerts::direct::ROUTE,
    &alerts::of_device::ROUTE,
    &alerts::rules::ROUTE,
    &alerts::create_rule::ROUTE,
    &alerts::preview_rule::ROUTE,
    &alerts::show_rule::ROUTE,
    &alerts::update_rule::ROUTE,
    &alerts::delete_rule::ROUTE,
];

/// What all routes work with.
#[derive(Clone, Debug)]
struct Shared {
    hub: Hub,
    pace: Arc<Pace>,
}

/// The routes, and the description of them, for merging into a listener's router. Whoever asks proves themselves with an
/// API token; the [`crate::Reference`] of the request goes into what is refused.
pub fn router<S: Clone + Send + Sync + 'static>(hub: Hub) -> Router<S> {
    let shared = Shared {
        hub,
        pace: Arc::default(),
    };
    let mut paths: BTreeMap<&str, Vec<&'static Route>> = BTreeMap::new();
    for route in ROUTES {
        paths.entry(route.path).or_default().push(route);
    }
    let routes = paths.into_iter().fold(Router::new(), |router, (path, at)| {
        router.route(path, methods(&at))
    });
    let routes = routes
        .merge(crate::openapi::json_router())
        .fallback(nothing_here)
        .with_state(shared);
    Router::new().nest(PREFIX, routes)
}

/// The routes of one path.
fn methods(routes: &[&'static Route]) -> MethodRouter<Shared> {
    let allowed: Vec<&str> = routes.iter().map(|route| route.method.as_str()).collect();
    let allowed = HeaderValue::from_str(&allowed.join(", ")).expect("methods are plain ASCII");
    let refuse = move |State(shared): State<Shared>, request: Request| async move {
        let reference = call::reference(&shared.hub, &request);
        let problem = Problem::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "no_such_method",
            "This address takes other methods; the header Allow names them.",
        );
        let mut response = problem.respond(&reference);
        response.headers_mut().insert(header::ALLOW, allowed);
        response
    };
    let start = MethodRouter::new().fallback(refuse);
    routes.iter().fold(start, |methods, route| {
        let route = *route;
        let handler = move |State(shared): State<Shared>, request: Request| {
            call::answer(shared, route, request)
        };
        methods.on(filter(&route.method), handler)
    })
}

fn filter(method: &Method) -> MethodFilter {
    MethodFilter::try_from(method.clone()).expect("routes have plain methods")
}

async fn nothing_here(State(shared): State<Shared>, request: Request) -> Response {
    let reference = call::reference(&shared.hub, &request);
    let problem = Problem::new(
        StatusCode::NOT_FOUND,
        "no_such_address",
        "There is nothing at this address; /api lists what there is.",
    );
    problem.respond(&reference)
}

/// Text as part of an address.
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").expect("writing to a string succeeds");
        }
    }
    encoded
}
