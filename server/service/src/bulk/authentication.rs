//! Credentials on the wire and in files (spec §1.5, §1.6).

use muster_core::device::{Authentication, Thumbprint};
use muster_core::key::{KeyPair, SharedKey};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::ServiceError;

/// How a device is to prove itself.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
pub struct AuthenticationBody {
    r#type: Option<String>,
    symmetric_key: Option<KeysBody>,
    x509_thumbprint: Option<ThumbprintsBody>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct KeysBody {
    primary_key: Option<String>,
    secondary_key: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct ThumbprintsBody {
    primary_thumbprint: Option<String>,
    secondary_thumbprint: Option<String>,
}

/// Without what it holds.
impl std::fmt::Debug for AuthenticationBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AuthenticationBody").finish_non_exhaustive()
    }
}

impl AuthenticationBody {
    /// Whether it says that there are none.
    pub fn is_none(&self) -> bool {
        let kind = self.r#type.as_deref();
        kind.is_some_and(|kind| kind.eq_ignore_ascii_case("none"))
    }

    /// The credentials; `None` when the hub is to make keys. Refuses what cannot be used.
    pub fn read(&self) -> Result<Option<Authentication>, ServiceError> {
        let thumbprints = self.x509_thumbprint.as_ref();
        let has_thumbprint = thumbprints.is_some_and(|thumbprints| {
            given(thumbprints.primary_thumbprint.as_ref()).is_some()
                || given(thumbprints.secondary_thumbprint.as_ref()).is_some()
        });
        let kind = self.r#type.as_deref().map(str::to_ascii_lowercase);
        match kind.as_deref() {
            None if has_thumbprint => self.thumbprints().map(Some),
            None | Some("sas") => self.keys(),
            Some("selfsigned") if has_thumbprint => self.thumbprints().map(Some),
            Some("selfsigned") => Err(invalid(
                "authentication of type selfSigned needs a primaryThumbprint or a secondaryThumbprint",
            )),
            Some("certificateauthority") => Ok(Some(Authentication::CertificateAuthority)),
            Some(_) => Err(invalid(
                "authentication.type is sas, selfSigned or certificateAuthority",
            )),
        }
    }

    fn keys(&self) -> Result<Option<Authentication>, ServiceError> {
        let Some(keys) = &self.symmetric_key else {
            return Ok(None);
        };
        let key = |text: &String| SharedKey::new(text).map_err(|error| invalid(error.to_string()));
        match (
            given(keys.primary_key.as_ref()),
            given(keys.secondary_key.as_ref()),
        ) {
            (None, None) => Ok(None),
            (Some(primary), Some(secondary)) => Ok(Some(Authentication::Sas(KeyPair {
                primary: key(primary)?,
                secondary: key(secondary)?,
            }))),
            _ => Err(invalid("send both keys, or neither to have them made")),
        }
    }

    fn thumbprints(&self) -> Result<Authentication, ServiceError> {
        let read = |text: Option<&String>| {
            given(text)
                .map(|text| Thumbprint::new(text))
                .transpose()
                .map_err(|error| invalid(format!("StringIsNotThumbprint: {error}")))
        };
        let thumbprints = self.x509_thumbprint.as_ref();
        Ok(Authentication::SelfSigned {
            primary: read(thumbprints.and_then(|both| both.primary_thumbprint.as_ref()))?,
            secondary: read(thumbprints.and_then(|both| both.secondary_thumbprint.as_ref()))?,
        })
    }
}

/// Node writes empty texts where it has nothing to say.
pub(super) fn given(text: Option<&String>) -> Option<&String> {
    text.filter(|text| !text.is_empty())
}

fn invalid(text: impl Into<String>) -> ServiceError {
    ServiceError::Invalid(text.into())
}

/// Credentials as they were given.
pub fn shown(authentication: &Authentication) -> Value {
    let (primary_key, secondary_key) = match authentication {
        Authentication::Sas(keys) => (Some(keys.primary.reveal()), Some(keys.secondary.reveal())),
        _ => (None, None),
    };
    let (primary, secondary) = match authentication {
        Authentication::SelfSigned { primary, secondary } => (primary.as_ref(), secondary.as_ref()),
        _ => (None, None),
    };
    json!({
        "type": authentication.kind(),
        "symmetricKey": { "primaryKey": primary_key, "secondaryKey": secondary_key },
        "x509Thumbprint": {
            "primaryThumbprint": primary.map(Thumbprint::as_str),
            "secondaryThumbprint": secondary.map(Thumbprint::as_str),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(authentication: Value) -> Result<Option<Authentication>, String> {
        let body: AuthenticationBody =
            serde_json::from_value(authentication).map_err(|error| error.to_string())?;
        body.read().map_err(|error| error.to_string())
    }

    const KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

    #[test]
    fn keys_come_in_pairs_or_are_made() {
        let check = |authentication: Value, want: Option<&str>| {
            let found = read(authentication.clone())
                .map(|found| found.map_or("made", |authentication| authentication.kind().as_str()));
            assert_eq!(found.ok(), want, "{authentication}");
        };
        check(json!({}), Some("made"));
        check(json!({"symmetricKey": {}, "type": "sas"}), Some("made"));
        check(
            json!({"type": "sas", "symmetricKey": {"primaryKey": "", "secondaryKey": ""}}),
            Some("made"),
        );
        let both = json!({"primaryKey": KEY, "secondaryKey": KEY});
        check(json!({"symmetricKey": both}), Some("sas"));
        check(json!({"symmetricKey": {"primaryKey": KEY}}), None);
        check(
            json!({"symmetricKey": {"primaryKey": KEY, "secondaryKey": "no key"}}),
            None,
        );
        let print = "ab".repeat(20);
        check(
            json!({"x509Thumbprint": {"primaryThumbprint": print}}),
            Some("selfSigned"),
        );
        check(
            json!({"type": "selfSigned", "x509Thumbprint": {"secondaryThumbprint": print}}),
            Some("selfSigned"),
        );
        check(json!({"type": "selfSigned"}), None);
        check(
            json!({"x509Thumbprint": {"primaryThumbprint": "ab:cd"}}),
            None,
        );
        check(
            json!({"type": "certificateAuthority"}),
            Some("certificateAuthority"),
        );
        check(json!({"type": "none"}), None);
    }
}
