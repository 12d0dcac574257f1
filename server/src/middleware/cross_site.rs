//! Refuses what another site makes a browser send (cross-site request forgery), without tokens in forms: browsers say
//! where a request comes from, in `Sec-Fetch-Site`, or at least in `Origin`.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::problem_page::{self, Problem};
use crate::state::AppState;

/// See the module.
pub async fn layer(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if allowed(request.method(), request.headers(), request.uri()) {
        return next.run(request).await;
    }
    metrics::counter!("muster_http_cross_site_refused_total").increment(1);
    let problem = Problem {
        status: StatusCode::FORBIDDEN,
        title: "Refused: this request came from another site",
        what: "Nothing was changed. Open the dashboard itself and repeat what you were doing there. If a proxy stands \
               before the hub, it must pass on the Host header as the browser sent it.",
        reference: None,
    };
    problem_page::respond(&state, problem_page::Wanted::by(&request), problem)
}

/// The rule of Go 1.25's cross-origin protection. `same-site` is not enough: intranets are full of sibling names.
fn allowed(method: &Method, headers: &HeaderMap, uri: &Uri) -> bool {
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return true;
    }
    let text = |name| {
        headers
            .get(name)
            .map(|value: &header::HeaderValue| value.to_str().unwrap_or(""))
    };
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    match text("origin") {
        Some(origin) => {
            let host = text("host").or_else(|| uri.authority().map(|authority| authority.as_str()));
            let from = origin.split_once("://").map(|(_, from)| from);
            from.is_some() && from == host
        }
        // No browser: nothing to forge, unless a cookie says otherwise.
        None => !headers.contains_key(header::COOKIE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    fn check(method: Method, headers: &[(&'static str, &'static str)], want: bool) {
        let map: HeaderMap = headers
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect();
        assert_eq!(
            allowed(&method, &map, &Uri::from_static("/x")),
            want,
            "{method} {headers:?}"
        );
    }

    #[test]
    fn requests_of_other_sites_are_refused() {
        check(Method::GET, &[("sec-fetch-site", "cross-site")], true);
        check(Method::POST, &[("sec-fetch-site", "same-origin")], true);
        check(Method::POST, &[("sec-fetch-site", "none")], true);
        check(Method::POST, &[("sec-fetch-site", "same-site")], false);
        check(Method::POST, &[("sec-fetch-site", "cross-site")], false);
        check(Method::DELETE, &[("sec-fetch-site", "")], false);
        check(
            Method::POST,
            &[("origin", "http://hub:8080"), ("host", "hub:8080")],
            true,
        );
        check(
            Method::POST,
            &[("origin", "http://hub:8081"), ("host", "hub:8080")],
            false,
        );
        check(
            Method::POST,
            &[("origin", "http://evil.example"), ("host", "hub:8080")],
            false,
        );
        check(
            Method::POST,
            &[("origin", "null"), ("host", "hub:8080")],
            false,
        );
        check(Method::POST, &[("origin", "http://hub:8080")], false);
        check(Method::POST, &[("cookie", "sid=1")], false);
        check(Method::POST, &[], true);
    }
}
