//! Files of the site: the package below an address that changes with its content, and the public files beside it.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;

use crate::site::Asset;
use crate::state::AppState;

/// The content below this address never changes.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// Ask each time; the entity tag makes it cheap.
const ASK: HeaderValue = HeaderValue::from_static("no-cache");

/// `GET /pkg/…` and the public files. Compressed forms were made when the site was built.
pub async fn get(State(state): State<AppState>, request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/');
    let Some(asset) = state.site().asset(path) else {
        return (StatusCode::NOT_FOUND, "there is no such file\n").into_response();
    };
    let caching = if path.starts_with(&*state.site().pkg) {
        FOR_EVER
    } else {
        ASK
    };
    let fixed = [
        (header::CACHE_CONTROL, caching),
        (header::VARY, HeaderValue::from_static("accept-encoding")),
        (
            header::ETAG,
            HeaderValue::from_str(&asset.etag).expect("entity tags are plain ASCII"),
        ),
    ];
    if unchanged(request.headers(), &asset.etag) {
        return (StatusCode::NOT_MODIFIED, fixed).into_response();
    }
    let (encoding, body) = best(asset, request.headers());
    let mut response = (fixed, [(header::CONTENT_TYPE, asset.media_type)], body).into_response();
    if let Some(encoding) = encoding {
        response
            .headers_mut()
            .insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

fn unchanged(headers: &HeaderMap, etag: &str) -> bool {
    let known = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    known.is_some_and(|known| {
        known
            .split(',')
            .any(|tag| tag.trim().trim_start_matches("W/") == etag)
    })
}

fn best(asset: &Asset, headers: &HeaderMap) -> (Option<&'static str>, Bytes) {
    match (&asset.br, &asset.gz) {
        (Some(br), _) if accepts(headers, "br") => (Some("br"), br.clone()),
        (_, Some(gz)) if accepts(headers, "gzip") => (Some("gzip"), gz.clone()),
        _ => (None, asset.raw.clone()),
    }
}

/// Whether the client named the coding, and not with weight zero.
fn accepts(headers: &HeaderMap, coding: &str) -> bool {
    let values = headers.get_all(header::ACCEPT_ENCODING).iter();
    values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|offer| {
            let mut parts = offer.split(';').map(str::trim);
            let named = parts
                .next()
                .is_some_and(|name| name.eq_ignore_ascii_case(coding));
            let weight = parts
                .find_map(|part| part.strip_prefix("q="))
                .and_then(|weight| weight.parse::<f32>().ok());
            named && weight.unwrap_or(1.0) > 0.0
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codings_are_negotiated() {
        let check = |offer: &'static str, want: Option<&str>| {
            let asset = Asset {
                raw: Bytes::from_static(b"raw"),
                br: Some(Bytes::from_static(b"br")),
                gz: Some(Bytes::from_static(b"gz")),
                media_type: "text/plain",
                etag: String::new(),
            };
            let headers = [(header::ACCEPT_ENCODING, HeaderValue::from_static(offer))]
                .into_iter()
                .collect();
            assert_eq!(best(&asset, &headers).0, want, "{offer}");
        };
        check("gzip, deflate, br, zstd", Some("br"));
        check("gzip", Some("gzip"));
        check("br;q=0, gzip;q=0.5", Some("gzip"));
        check("identity", None);
        check("", None);
    }

    #[test]
    fn known_tags_are_recognised() {
        let check = |given: &'static str, want| {
            let headers = [(header::IF_NONE_MATCH, HeaderValue::from_static(given))]
                .into_iter()
                .collect();
            assert_eq!(unchanged(&headers, "\"a\""), want, "{given}");
        };
        check("\"a\"", true);
        check("\"b\", W/\"a\"", true);
        check("\"b\"", false);
    }
}
