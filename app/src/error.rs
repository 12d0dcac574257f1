//! What can go wrong between a page and the hub, as the reader learns it.
//!
//! One type crosses the wire. Causes stay on the server: the log carries them with a reference, the reader gets the
//! reference.

#[cfg(feature = "ssr")]
mod server;

use std::fmt;

use muster_core::ids::RefId;
use serde::{Deserialize, Serialize};
use server_fn::codec::JsonEncoding;
use server_fn::error::{FromServerFnError, ServerFnErrorErr};

use crate::format::sentence;

#[cfg(feature = "ssr")]
pub use server::{internal, page_status};

/// What is wrong with one field of a form.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FieldError {
    /// The field's name in the form.
    pub field: String,
    /// What is wrong and how to mend it.
    pub message: String,
}

/// Why a server function did not do it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppError {
    /// Nobody is signed in, or no longer.
    SignedOut,
    /// The person must choose a new password before anything else.
    PasswordDue,
    /// No role of the person allows it.
    Forbidden {
        /// What was refused, in words that finish "your role does not allow you to …".
        action: String,
    },
    /// It does not exist, or not for this person.
    NotFound,
    /// Something in the request cannot be used.
    Invalid {
        /// The whole matter in a sentence.
        message: String,
        /// What is wrong with single fields.
        fields: Vec<FieldError>,
    },
    /// Somebody else changed it since it was read.
    Conflict {
        /// The token it has now.
        current: String,
    },
    /// Too many requests at once; the text says of what.
    TooMany {
        /// Of what.
        what: String,
    },
    /// The hub cannot do it right now, and may again in a moment.
    Unavailable,
    /// The hub was not reached, or its answer not understood.
    Transport,
    /// Something failed inside the hub.
    Internal {
        /// What to quote; the log has the cause under the same reference.
        ref_id: RefId,
    },
}

impl AppError {
    /// The request cannot be used as it is.
    pub fn invalid(message: impl fmt::Display) -> Self {
        Self::Invalid {
            message: sentence(&message.to_string()),
            fields: Vec::new(),
        }
    }

    /// One field cannot be used as it is.
    pub fn field(field: &str, message: impl fmt::Display) -> Self {
        Self::fields(vec![FieldError {
            field: field.to_owned(),
            message: sentence(&message.to_string()),
        }])
    }

    /// Several fields cannot be used as they are.
    pub fn fields(fields: Vec<FieldError>) -> Self {
        let message = match fields.as_slice() {
            [only] => only.message.clone(),
            _ => "Some fields need a correction.".to_owned(),
        };
        Self::Invalid { message, fields }
    }

    /// What is wrong with `field`, if anything is.
    pub fn of_field(&self, field: &str) -> Option<String> {
        match self {
            Self::Invalid { fields, .. } => fields
                .iter()
                .find(|error| error.field == field)
                .map(|error| error.message.clone()),
            _ => None,
        }
    }

    /// Whether everything that is wrong stands beside a field.
    pub fn is_of_fields(&self) -> bool {
        matches!(self, Self::Invalid { fields, .. } if !fields.is_empty())
    }

    /// Whether the same request may succeed a moment later.
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::TooMany { .. } | Self::Unavailable | Self::Transport
        )
    }

    /// The HTTP status that says the same.
    pub fn status(&self) -> u16 {
        match self {
            Self::SignedOut => 401,
            Self::PasswordDue | Self::Forbidden { .. } => 403,
            Self::NotFound => 404,
            Self::Conflict { .. } => 409,
            Self::Invalid { .. } => 422,
            Self::TooMany { .. } => 429,
            Self::Unavailable => 503,
            Self::Transport => 502,
            Self::Internal { .. } => 500,
        }
    }
}

/// What happened and what to do, in whole sentences.
impl fmt::Display for AppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SignedOut => f.write_str("You are signed out. Sign in and try again."),
            Self::PasswordDue => f.write_str("Choose a new password on your account page first."),
            Self::Forbidden { action } => {
                f.write_str("Your role does not allow you to ")?;
                f.write_str(action)?;
                f.write_str(". An administrator can change that.")
            }
            Self::NotFound => f.write_str("It does not exist, or it is outside your scope."),
            Self::Invalid { message, .. } => f.write_str(message),
            Self::Conflict { .. } => {
                f.write_str("Somebody else changed it meanwhile. Nothing of yours was written.")
            }
            Self::TooMany { what } => {
                f.write_str("Too many ")?;
                f.write_str(what)?;
                f.write_str(" at once. Try again in a moment.")
            }
            Self::Unavailable => f.write_str(
                "The hub cannot do this right now. Nothing changed. Try again in a moment.",
            ),
            Self::Transport => {
                f.write_str("The hub did not answer. Check the connection and try again.")
            }
            Self::Internal { ref_id } => {
                f.write_str("Something failed inside the hub. Quote ")?;
                f.write_str(ref_id.as_str())?;
                f.write_str(" to an administrator; the log has the cause.")
            }
        }
    }
}

impl std::error::Error for AppError {}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Request(_)
            | ServerFnErrorErr::Response(_)
            | ServerFnErrorErr::Deserialization(_)
            | ServerFnErrorErr::UnsupportedRequestMethod(_) => Self::Transport,
            ServerFnErrorErr::Args(_)
            | ServerFnErrorErr::MissingArg(_)
            | ServerFnErrorErr::Serialization(_) => {
                Self::invalid("the request is not complete; reload the page and try again")
            }
            ServerFnErrorErr::Registration(_)
            | ServerFnErrorErr::ServerError(_)
            | ServerFnErrorErr::MiddlewareError(_) => Self::Unavailable,
        }
    }

    /// The one place every refused call passes on its way out: here the answer gets its status.
    #[cfg(feature = "ssr")]
    fn ser(&self) -> server_fn::Bytes {
        use server_fn::Encodes as _;
        server::answer_status(self);
        JsonEncoding::encode(self).expect("an AppError is plain data")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_field_speaks_for_the_whole() {
        let error = AppError::field("name", "one of that name exists already");
        assert_eq!(error.to_string(), "One of that name exists already.");
        assert_eq!(error.of_field("name"), Some(error.to_string()));
        assert_eq!(error.of_field("scope"), None);
        assert!(error.is_of_fields());
    }

    #[test]
    fn the_wire_form_is_read_back() {
        let errors = [
            AppError::SignedOut,
            AppError::Forbidden {
                action: "manage people".to_owned(),
            },
            AppError::field("name", "x"),
            AppError::Internal {
                ref_id: RefId::from_entropy(7),
            },
        ];
        for error in errors {
            assert_eq!(AppError::de(error.ser()), error);
        }
        assert_eq!(AppError::de("<html>".into()), AppError::Transport);
    }
}
