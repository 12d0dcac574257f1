//! Credentials as two stored columns: keys sealed for their owner, thumbprints as they are.

use muster_core::device::{AuthKind, Authentication, Thumbprint};
use muster_core::ids::{DeviceId, Identity};
use muster_core::key::{KeyPair, SharedKey};

use crate::error::{StorageError, corrupt};
use crate::sealed::Sealer;

/// Whose credentials they are: a sealed key opens for no other owner.
#[derive(Debug)]
pub(crate) struct Owner {
    table: &'static str,
    name: String,
}

impl Owner {
    pub(crate) fn device(id: &DeviceId) -> Self {
        Self {
            table: "device",
            name: id.to_string(),
        }
    }

    pub(crate) fn module(id: &Identity) -> Self {
        Self {
            table: "module",
            name: id.to_string(),
        }
    }

    fn place(&self, slot: &str) -> String {
        format!("{}:{}:{slot}", self.table, self.name)
    }

    fn corrupt(&self, cause: impl std::fmt::Display) -> StorageError {
        corrupt(self.table, "auth", &self.name, cause)
    }
}

/// The two columns of credentials.
pub(crate) fn closed(
    sealer: &Sealer,
    owner: &Owner,
    authentication: &Authentication,
) -> (Option<Vec<u8>>, Option<Vec<u8>>) {
    match authentication {
        Authentication::Sas(keys) => {
            let seal = |slot, key: &SharedKey| {
                Some(sealer.seal(&owner.place(slot), key.reveal().as_bytes()))
            };
            (
                seal("primary", &keys.primary),
                seal("secondary", &keys.secondary),
            )
        }
        Authentication::SelfSigned { primary, secondary } => {
            let digits = |thumbprint: &Option<Thumbprint>| {
                thumbprint
                    .as_ref()
                    .map(|digits| digits.as_str().as_bytes().to_vec())
            };
            (digits(primary), digits(secondary))
        }
        Authentication::CertificateAuthority => (None, None),
    }
}

/// The credentials in the two columns.
pub(crate) fn opened(
    sealer: &Sealer,
    owner: &Owner,
    kind: AuthKind,
    primary: Option<&[u8]>,
    secondary: Option<&[u8]>,
) -> Result<Authentication, StorageError> {
    let key = |slot: &'static str, sealed: Option<&[u8]>| {
        let bad = || owner.corrupt(format!("the {slot} key does not open"));
        let text = sealer.open_text(&owner.place(slot), sealed.ok_or_else(bad)?);
        SharedKey::new(&text.ok_or_else(bad)?).map_err(|_| bad())
    };
    let thumbprint = |digits: Option<&[u8]>| {
        let digits = digits.map(|digits| Thumbprint::new(&String::from_utf8_lossy(digits)));
        digits.transpose().map_err(|cause| owner.corrupt(cause))
    };
    Ok(match kind {
        AuthKind::Sas => Authentication::Sas(KeyPair {
            primary: key("primary", primary)?,
            secondary: key("secondary", secondary)?,
        }),
        AuthKind::SelfSigned => Authentication::SelfSigned {
            primary: thumbprint(primary)?,
            secondary: thumbprint(secondary)?,
        },
        AuthKind::CertificateAuthority => Authentication::CertificateAuthority,
    })
}

/// The kind of a stored word.
pub(crate) fn kind_of(text: &str) -> Option<AuthKind> {
    [
        AuthKind::Sas,
        AuthKind::SelfSigned,
        AuthKind::CertificateAuthority,
    ]
    .into_iter()
    .find(|kind| kind.as_str() == text)
}
