//! Shared access signatures: reading and judging tokens (spec §1.2, §1.3), and making them for our own clients.

use crate::key::{KeyPair, SharedKey, Slot};
use crate::time::Timestamp;

/// How far a token's expiry may lie in the past, for clocks that drift (spec §1.3).
pub const CLOCK_SKEW_S: i64 = 300;

/// A token taken apart; nothing of it has been checked against a key yet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SasToken {
    /// `sr` exactly as it stands in the token: the signature covers these very bytes.
    signed_resource: String,
    /// `sr` percent-decoded, without scheme.
    pub resource: String,
    /// Decoded signature.
    signature: Vec<u8>,
    /// `se` exactly as written.
    signed_expiry: String,
    /// When the token ends.
    pub expires_at: Timestamp,
    /// Name of the shared access policy; absent when a device's own key signed.
    pub policy: Option<String>,
}

/// Why a token is refused. The door answers all alike, so that ids cannot be probed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadToken {
    /// It is not of the form of spec §1.2.
    #[error("the token is not a shared access signature")]
    Malformed,
    /// Its time is over.
    #[error("the token has expired")]
    Expired,
    /// Neither key signed it.
    #[error("the token's signature does not match")]
    Signature,
    /// It was made for something else.
    #[error("the token does not cover this resource")]
    Resource,
}

impl SasToken {
    /// Takes a token apart: fields in any order, any encoding of `sr`, a literal `+` in `sig`.
    pub fn parse(text: &str) -> Result<Self, BadToken> {
        const PREFIX: &str = "SharedAccessSignature";
        let text = text.trim();
        let head = text.get(..PREFIX.len()).ok_or(BadToken::Malformed)?;
        let rest = &text[PREFIX.len()..];
        if !head.eq_ignore_ascii_case(PREFIX) || !rest.starts_with(' ') {
            return Err(BadToken::Malformed);
        }
        let (mut sr, mut sig, mut se, mut skn) = (None, None, None, None);
        for pair in rest.trim_start().split('&') {
            let (key, value) = pair.split_once('=').ok_or(BadToken::Malformed)?;
            let slot = match key {
                "sr" => &mut sr,
                "sig" => &mut sig,
                "se" => &mut se,
                "skn" => &mut skn,
                _ => continue,
            };
            if slot.replace(value).is_some() {
                return Err(BadToken::Malformed);
            }
        }
        let (sr, sig, se) = (
            sr.ok_or(BadToken::Malformed)?,
            sig.ok_or(BadToken::Malformed)?,
            se.ok_or(BadToken::Malformed)?,
        );
        let seconds: i64 = se.parse().map_err(|_| BadToken::Malformed)?;
        let decoded = percent_decode(sr).ok_or(BadToken::Malformed)?;
        let resource = match decoded.split_once("://") {
            Some((_, rest)) => rest.to_owned(),
            None => decoded,
        };
        let policy = match skn {
            Some(name) if !name.is_empty() => {
                Some(percent_decode(name).ok_or(BadToken::Malformed)?)
            }
            _ => None,
        };
        Ok(Self {
            signed_resource: sr.to_owned(),
            resource,
            signature: decode_signature(sig).ok_or(BadToken::Malformed)?,
            signed_expiry: se.to_owned(),
            expires_at: Timestamp::from_secs(seconds),
            policy,
        })
    }

    /// Which of the keys signed this token, when one did and it has not expired at `now`.
    pub fn verify(&self, keys: &KeyPair, now: Timestamp) -> Result<Slot, BadToken> {
        let message = format!("{}\n{}", self.signed_resource, self.signed_expiry);
        let primary = keys.primary.verify(&message, &self.signature);
        let secondary = keys.secondary.verify(&message, &self.signature);
        if !(primary || secondary) {
            return Err(BadToken::Signature);
        }
        if now.since(self.expires_at) > CLOCK_SKEW_S * 1000 {
            return Err(BadToken::Expired);
        }
        Ok(if primary {
            Slot::Primary
        } else {
            Slot::Secondary
        })
    }

    /// Whether the token covers `path` below any host: its own path must be a segment prefix of `path`.
    /// For devices a longer token is accepted too (old clients append segments, spec §1.3).
    pub fn covers(&self, path: &[&str]) -> bool {
        let mut own = self.resource.split('/').skip(1).filter(|s| !s.is_empty());
        for segment in path {
            match own.next() {
                None => return true,
                Some(mine) if mine == *segment => {}
                Some(_) => return false,
            }
        }
        true
    }

    /// Whether the token was made for `path` below any host, or for what contains it: its own path is a segment prefix
    /// of `path`. A service gets no more than that; [`Self::covers`] is for devices.
    pub fn contains(&self, path: &[&str]) -> bool {
        let own: Vec<&str> = self
            .resource
            .split('/')
            .skip(1)
            .filter(|segment| !segment.is_empty())
            .collect();
        path.starts_with(&own)
    }

    /// The device (and module) that the token names, from `host/devices/{d}[/modules/{m}]`.
    pub fn identity(&self) -> Option<(&str, Option<&str>)> {
        let mut parts = self.resource.split('/').skip(1);
        if parts.next() != Some("devices") {
            return None;
        }
        let device = parts.next().filter(|d| !d.is_empty())?;
        let module = match parts.next() {
            Some("modules") => parts.next().filter(|m| !m.is_empty()),
            _ => None,
        };
        Some((device, module))
    }

    /// Signs a new token for `resource` (`host/devices/{d}`); `policy` names the key's owner if it is a policy.
    pub fn sign(
        resource: &str,
        key: &SharedKey,
        expires_at: Timestamp,
        policy: Option<&str>,
    ) -> String {
        let sr = percent_encode(resource);
        let se = expires_at.secs();
        let sig = percent_encode(&key.sign(&format!("{sr}\n{se}")));
        let skn = policy
            .map(|p| format!("&skn={}", percent_encode(p)))
            .unwrap_or_default();
        format!("SharedAccessSignature sr={sr}&sig={sig}&se={se}{skn}")
    }
}

fn decode_signature(text: &str) -> Option<Vec<u8>> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD
        .decode(percent_decode(text)?)
        .ok()
}

/// Percent-decodes UTF-8; `+` stays a plus. `None` for broken escapes or bytes that are not UTF-8.
pub fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes().iter();
    while let Some(&byte) = rest.next() {
        if byte == b'%' {
            let high = char::from(*rest.next()?).to_digit(16)?;
            let low = char::from(*rest.next()?).to_digit(16)?;
            bytes.push((high * 16 + low) as u8);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// Percent-encodes everything but the unreserved characters of RFC 3986.
pub fn percent_encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for &byte in text.as_bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
    const NOW: Timestamp = Timestamp::from_secs(1_893_450_000);

    fn keys() -> KeyPair {
        KeyPair {
            primary: SharedKey::from_entropy([9; 32]),
            secondary: SharedKey::new(KEY).unwrap(),
        }
    }

    fn judge(token: &str) -> Result<Slot, BadToken> {
        SasToken::parse(token)?.verify(&keys(), NOW)
    }

    #[test]
    fn vectors_of_spec_1_2_validate_and_any_change_fails() {
        let vectors = [
            (
                "hub.example.net%2Fdevices%2Fdev-1",
                "dIvxkFzl0xPwdXg/vJztY1lydYtIaAU/mql8d3PKcXM=",
            ),
            (
                "hub.example.net",
                "JsaJO5gTLF8mah9LxN0bGUcqp1KDFGr998P4Kix6V8A=",
            ),
        ];
        for (sr, sig) in vectors {
            let token = |sr: &str, sig: &str, se: &str| {
                format!("SharedAccessSignature sr={sr}&sig={sig}&se={se}")
            };
            assert_eq!(judge(&token(sr, sig, "1893456000")), Ok(Slot::Secondary));
            assert_eq!(
                judge(&token(sr, &percent_encode(sig), "1893456000")),
                Ok(Slot::Secondary)
            );
            assert_eq!(
                judge(&token(&sr.replace("hub", "hut"), sig, "1893456000")),
                Err(BadToken::Signature)
            );
            assert_eq!(
                judge(&token(sr, &sig.replacen(['d', 'J'], "K", 1), "1893456000")),
                Err(BadToken::Signature)
            );
            assert_eq!(
                judge(&token(sr, sig, "1893456001")),
                Err(BadToken::Signature)
            );
        }
    }

    #[test]
    fn expiry_allows_five_minutes_of_drift() {
        let at = |seconds| {
            let token = SasToken::sign(
                "h/devices/d",
                &keys().primary,
                Timestamp::from_secs(seconds),
                None,
            );
            judge(&token)
        };
        assert_eq!(at(NOW.secs() - 60), Ok(Slot::Primary));
        assert_eq!(at(NOW.secs() - 600), Err(BadToken::Expired));
    }

    #[test]
    fn malformed_tokens_are_refused() {
        let check = |text: &str| {
            assert_eq!(
                SasToken::parse(text).err(),
                Some(BadToken::Malformed),
                "{text}"
            )
        };
        check("");
        check("Bearer x");
        check("SharedAccessSignature");
        check("SharedAccessSignaturesr=a&sig=YQ==&se=1");
        check("SharedAccessSignature sr=a&sig=YQ==");
        check("SharedAccessSignature sr=a&sig=!&se=1");
        check("SharedAccessSignature sr=a&sig=YQ==&se=soon");
        check("SharedAccessSignature sr=a&sr=b&sig=YQ==&se=1");
        check("SharedAccessSignature sr=%zz&sig=YQ==&se=1");
        check("äharedAccessSignature sr=a");
        assert!(SasToken::parse("sharedaccesssignature   se=1&sr=a&sig=YQ==&skn=device").is_ok());
    }

    #[test]
    fn resources_are_compared_by_segment() {
        let check = |sr: &str, path: &[&str], want: bool| {
            let token =
                SasToken::parse(&format!("SharedAccessSignature sr={sr}&sig=YQ==&se=1")).unwrap();
            assert_eq!(token.covers(path), want, "{sr}");
        };
        let dev1 = &["devices", "dev1"];
        check("hub", dev1, true);
        check("hub%2fdevices", dev1, true);
        check("hub%2Fdevices%2Fdev1", dev1, true);
        check("hub/devices/dev1/", dev1, true);
        check("hub/devices/dev1/api-version=2016-11-14", dev1, true);
        check("amqps://hub/devices/dev1", dev1, true);
        check("hub/devices/dev10", dev1, false);
        check("hub/devices/dev", dev1, false);
    }

    #[test]
    fn services_get_what_their_token_contains() {
        let check = |sr: &str, path: &[&str], want: bool| {
            let token =
                SasToken::parse(&format!("SharedAccessSignature sr={sr}&sig=YQ==&se=1")).unwrap();
            assert_eq!(token.contains(path), want, "{sr} {path:?}");
        };
        let dev1 = &["devices", "dev1"];
        check("hub", dev1, true);
        check("localhost%3A18443", dev1, true);
        check("hub/", dev1, true);
        check("hub/devices", dev1, true);
        check("hub/devices/dev1", dev1, true);
        check("hub/devices/dev1", &["devices", "dev1", "modules"], true);
        check("hub/devices/dev1", &["devices"], false);
        check("hub/devices/dev1", &["devices", "dev10"], false);
        check("hub/twins", dev1, false);
    }

    #[test]
    fn identity_is_read_from_the_resource() {
        let check = |sr: &str, want| {
            let token =
                SasToken::parse(&format!("SharedAccessSignature sr={sr}&sig=YQ==&se=1")).unwrap();
            assert_eq!(token.identity(), want, "{sr}");
        };
        check("hub/devices/d1", Some(("d1", None)));
        check(
            "hub%2Fdevices%2Fd1%2Fmodules%2Fm1",
            Some(("d1", Some("m1"))),
        );
        check("hub", None);
        check("hub/devices/", None);
    }

    #[test]
    fn debug_shows_no_key_and_percent_round_trips() {
        assert_eq!(
            percent_decode(&percent_encode("a b/ü+c")).as_deref(),
            Some("a b/ü+c")
        );
        assert_eq!(percent_decode("a+b"), Some("a+b".into()));
        assert_eq!(percent_decode("%2"), None);
    }
}
