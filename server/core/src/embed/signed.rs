//! Tokens that a portal signs: JSON Web Signatures in the compact form (RFC 7515) with HMAC-SHA256, and nothing else.
//!
//! The claims are `embed` (the number of the embed), `exp` and, where wanted, `nbf` (RFC 7519, seconds since 1970) and
//! `filter`, a condition that narrows what the embed shows. Other claims are not looked at. The algorithm is pinned: a
//! token that names another one is refused before its signature is looked at.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{EmbedId, MAX_FILTER};
use crate::key::SharedKey;
use crate::time::Timestamp;

/// Longest token, in bytes.
pub const MAX_SIGNED: usize = 4_096;

/// How far the clocks of portal and hub may differ, in milliseconds.
pub const SKEW_MS: i64 = 60_000;

/// How far ahead a token may end, in milliseconds: a day. A page that is open longer asks its portal anew.
pub const MAX_LIFE_MS: i64 = 24 * 3_600_000;

/// No time is further from 1970, in seconds.
const MAX_SECONDS: f64 = 1e11;

/// What a portal said about a viewer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Claims {
    /// Which embed.
    pub embed: EmbedId,
    /// What narrows it, if anything does; not looked at yet.
    pub filter: Option<String>,
    /// When the token ends.
    pub expires_at: Timestamp,
}

/// Why a signed token is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadSigned {
    /// It is not of the form.
    #[error("this is no token that a portal signed with HS256")]
    Malformed,
    /// The secret of the embed did not sign it.
    #[error("the signature does not match")]
    Signature,
    /// Its claims are missing or out of bounds.
    #[error(
        "the token needs the claims embed and exp; exp at most a day ahead, filter at most 2,000 bytes"
    )]
    Claims,
    /// Its time is over.
    #[error("the token has expired")]
    Expired,
    /// Its time has not come.
    #[error("the token is not good yet")]
    NotYet,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    typ: Option<String>,
    /// Extensions that must be understood; none are.
    crit: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Body {
    embed: EmbedId,
    exp: f64,
    nbf: Option<f64>,
    filter: Option<String>,
}

/// Which embed a token says it is for: tells which secret to ask, nothing else.
pub fn embed_of(token: &str) -> Option<EmbedId> {
    #[derive(Deserialize)]
    struct Named {
        embed: EmbedId,
    }
    let [_, body, _] = parts(token)?;
    let named: Named = read(body)?;
    Some(named.embed)
}

/// Judges a token: form, algorithm, signature, then claims and times.
pub fn verify(token: &str, key: &SharedKey, now: Timestamp) -> Result<Claims, BadSigned> {
    let body: Body = read(signed_body(token, key)?).ok_or(BadSigned::Claims)?;
    let at = |seconds: f64| {
        let bounded = seconds.is_finite() && seconds.abs() <= MAX_SECONDS;
        let at = bounded.then(|| Timestamp::from_millis((seconds * 1000.0) as i64));
        at.ok_or(BadSigned::Claims)
    };
    let expires_at = at(body.exp)?;
    let too_late = expires_at.since(now) > MAX_LIFE_MS + SKEW_MS;
    if too_late || body.filter.as_ref().is_some_and(|f| f.len() > MAX_FILTER) {
        return Err(BadSigned::Claims);
    }
    if now.since(expires_at) >= SKEW_MS {
        return Err(BadSigned::Expired);
    }
    if let Some(from) = body.nbf
        && at(from)?.since(now) > SKEW_MS
    {
        return Err(BadSigned::NotYet);
    }
    Ok(Claims {
        embed: body.embed,
        filter: body.filter,
        expires_at,
    })
}

/// The encoded body of a token that the key signed.
fn signed_body<'t>(token: &'t str, key: &SharedKey) -> Result<&'t str, BadSigned> {
    let [head, body, signature] = parts(token).ok_or(BadSigned::Malformed)?;
    let header: Header = read(head).ok_or(BadSigned::Malformed)?;
    let typ = header.typ.as_deref().unwrap_or("JWT");
    if header.alg != "HS256" || header.crit.is_some() || !typ.eq_ignore_ascii_case("JWT") {
        return Err(BadSigned::Malformed);
    }
    let message = &token[..head.len() + 1 + body.len()];
    let signature = URL_SAFE_NO_PAD
        .decode(signature)
        .map_err(|_| BadSigned::Malformed)?;
    if !key.verify(message, &signature) {
        return Err(BadSigned::Signature);
    }
    Ok(body)
}

fn parts(token: &str) -> Option<[&str; 3]> {
    if token.len() > MAX_SIGNED {
        return None;
    }
    let mut parts = token.split('.');
    let three = [parts.next()?, parts.next()?, parts.next()?];
    parts.next().is_none().then_some(three)
}

fn read<T: for<'d> Deserialize<'d>>(encoded: &str) -> Option<T> {
    let bytes = URL_SAFE_NO_PAD.decode(encoded).ok()?;
    serde_json::from_slice(&bytes).ok()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use super::*;
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

    fn key() -> SharedKey {
        SharedKey::from_entropy([7; 32])
    }

    fn token_with(header: &Value, claims: &Value, key: &SharedKey) -> String {
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", encode(header), encode(claims));
        let signature = URL_SAFE_NO_PAD.encode(key.sign_bytes(&message));
        format!("{message}.{signature}")
    }

    fn token(claims: &Value) -> String {
        token_with(&json!({"alg": "HS256", "typ": "JWT"}), claims, &key())
    }

    fn refused(token: &str) -> BadSigned {
        verify(token, &key(), NOW).unwrap_err()
    }

    /// RFC 7515, appendix A.1: the example of HMAC-SHA256, byte for byte.
    #[test]
    fn the_example_of_the_standard_is_verified() {
        const TOKEN: &str = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.\
            eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.\
            dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let key = URL_SAFE_NO_PAD
            .decode("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
            .unwrap();
        let key = SharedKey::new(&STANDARD.encode(key)).unwrap();
        let body: Value = read(signed_body(TOKEN, &key).unwrap()).unwrap();
        assert_eq!(body["iss"], "joe");
        assert_eq!(body["exp"], 1_300_819_380);
        let other = TOKEN.replace("dBjft", "eBjft");
        assert_eq!(signed_body(&other, &key), Err(BadSigned::Signature));
    }

    #[test]
    fn claims_are_read() {
        let text = token(&json!({
            "embed": 7, "exp": NOW.secs() + 300, "nbf": NOW.secs() - 1, "filter": "tags.site = 'b7'", "sub": "zoe",
        }));
        assert_eq!(embed_of(&text), Some(EmbedId(7)));
        let want = Claims {
            embed: EmbedId(7),
            filter: Some("tags.site = 'b7'".to_owned()),
            expires_at: NOW.plus_ms(300_000),
        };
        assert_eq!(verify(&text, &key(), NOW), Ok(want));
        let other = SharedKey::from_entropy([8; 32]);
        assert_eq!(verify(&text, &other, NOW), Err(BadSigned::Signature));
    }

    #[test]
    fn times_have_a_bounded_skew() {
        let check = |exp: i64, nbf: Option<i64>, want: Result<(), BadSigned>| {
            let mut claims = json!({"embed": 7, "exp": NOW.secs() + exp});
            if let Some(nbf) = nbf {
                claims["nbf"] = json!(NOW.secs() + nbf);
            }
            let judged = verify(&token(&claims), &key(), NOW).map(|_| ());
            assert_eq!(judged, want, "exp {exp} nbf {nbf:?}");
        };
        check(60, None, Ok(()));
        check(-59, None, Ok(()));
        check(-60, None, Err(BadSigned::Expired));
        check(86_400 + 60, None, Ok(()));
        check(86_400 + 61, None, Err(BadSigned::Claims));
        check(300, Some(60), Ok(()));
        check(300, Some(61), Err(BadSigned::NotYet));
    }

    #[test]
    fn only_the_one_algorithm_is_taken() {
        let claims = json!({"embed": 7, "exp": NOW.secs() + 60});
        let check = |header: Value| {
            let text = token_with(&header, &claims, &key());
            assert_eq!(refused(&text), BadSigned::Malformed, "{header}");
        };
        check(json!({"alg": "none"}));
        check(json!({"alg": "hs256"}));
        check(json!({"alg": "HS512"}));
        check(json!({"alg": "RS256"}));
        check(json!({"typ": "JWT"}));
        check(json!({"alg": "HS256", "crit": ["b64"], "b64": false}));
        check(json!({"alg": "HS256", "typ": "JOSE+JSON"}));
        assert!(
            verify(
                &token_with(&json!({"alg": "HS256"}), &claims, &key()),
                &key(),
                NOW
            )
            .is_ok()
        );
        // Without its signature.
        let whole = token(&claims);
        let (message, _) = whole.rsplit_once('.').unwrap();
        assert_eq!(refused(&format!("{message}.")), BadSigned::Signature);
        assert_eq!(refused(message), BadSigned::Malformed);
    }

    #[test]
    fn claims_have_bounds() {
        let check =
            |claims: Value| assert_eq!(refused(&token(&claims)), BadSigned::Claims, "{claims}");
        let exp = NOW.secs() + 60;
        check(json!({"exp": exp}));
        check(json!({"embed": 7}));
        check(json!({"embed": 7, "exp": "soon"}));
        check(json!({"embed": 7, "exp": 1e300}));
        check(json!({"embed": 7, "exp": exp, "filter": "x".repeat(MAX_FILTER + 1)}));
        check(json!({"embed": 7, "exp": exp, "filter": 5}));
        check(json!([]));
        assert_eq!(
            refused(&format!("{}.a.b", "x".repeat(MAX_SIGNED))),
            BadSigned::Malformed
        );
        assert_eq!(refused(""), BadSigned::Malformed);
        assert_eq!(embed_of("a.b.c"), None);
    }

    proptest! {
        /// Whatever is changed, the token is refused.
        #[test]
        fn no_byte_can_be_changed(at in 0_usize..150, byte in 0x21_u8..0x7f) {
            let whole = token(&json!({"embed": 7, "exp": NOW.secs() + 60, "filter": "a = 1"}));
            let mut changed = whole.clone().into_bytes();
            let at = at % changed.len();
            prop_assume!(changed[at] != byte);
            changed[at] = byte;
            let changed = String::from_utf8(changed).unwrap();
            // The last character of the signature holds two bits that stand for nothing; the decoder refuses others.
            prop_assert!(verify(&changed, &key(), NOW).is_err());
        }
    }
}
