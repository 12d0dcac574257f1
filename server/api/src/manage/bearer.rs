//! Who asks: an API token in the `Authorization` header (RFC 6750).

use axum::http::{HeaderMap, header};
use muster_service::{Access, Hub};

use super::problem::Problem;

const ASK: &str = "Bearer realm=\"muster\"";
const INVALID: &str = "Bearer realm=\"muster\", error=\"invalid_token\"";

/// The token of the header, if it carries one. The scheme's name is read in any case.
pub fn token_of(headers: &HeaderMap) -> Option<&str> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = text.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| token.trim_start())
}

/// What whoever sends these headers may do.
pub async fn access(hub: &Hub, headers: &HeaderMap) -> Result<Access, Problem> {
    let Some(token) = token_of(headers) else {
        return Err(Problem::unauthorized(
            ASK,
            "Send an API token: Authorization: Bearer mst_…. Tokens are made on the account page of the dashboard.",
        ));
    };
    hub.access_of_token(token).await?.ok_or_else(|| {
        Problem::unauthorized(
            INVALID,
            "This token is not known, has ended or was revoked, or its person may not act now.",
        )
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use super::*;

    #[test]
    fn tokens_are_read_from_their_header() {
        let check = |text: &str, want: Option<&str>| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, text.parse().unwrap());
            assert_eq!(token_of(&headers), want, "{text}");
        };
        check("Bearer mst_x", Some("mst_x"));
        check("bearer  mst_x", Some("mst_x"));
        check("Basic mst_x", None);
        check("Bearer", None);
        check("SharedAccessSignature sr=x", None);
        assert_eq!(token_of(&HeaderMap::new()), None);
    }
}
