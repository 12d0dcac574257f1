//! Why a connection ended, and what follows from it.

use muster_service::devices::CloseReason;

use crate::codec::CodecError;
use crate::topic::BadTopic;
use crate::topic::bag::BadBag;

/// Why a connection ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub(super) enum End {
    /// The device said good-bye.
    #[error("closed by the device")]
    Disconnect,
    /// The network or the device went away.
    #[error("connection lost")]
    Lost,
    /// Nothing came for one and a half times the keep-alive.
    #[error("keep-alive time passed")]
    Silent,
    /// Its token ended.
    #[error("token expired")]
    TokenExpired,
    /// The service asked for it.
    #[error("{}", .0.as_str())]
    Closed(CloseReason),
    /// The hub shuts down.
    #[error("hub is shutting down")]
    Leaving,
    /// A request could not be stored; the device will repeat it after it has reconnected.
    #[error("request could not be stored")]
    NotStored,
    /// The device is no longer registered.
    #[error("device is not registered")]
    Unregistered,
    /// The device sent bytes that are no packet.
    #[error("protocol error: {0}")]
    Codec(#[from] CodecError),
    /// The device sent a packet it may not send.
    #[error("protocol error: {0}")]
    Violation(&'static str),
    /// The device published where it may not.
    #[error("refused publish: {0}")]
    Topic(#[from] BadTopic),
    /// The device sent properties that cannot be read.
    #[error("refused publish: {0}")]
    Bag(#[from] BadBag),
    /// A defect of the hub.
    #[error("internal error")]
    Crashed,
}

impl End {
    /// Whether the will is published: on every end but the two that nobody has to worry about (spec §2.5).
    pub(super) fn is_abnormal(self) -> bool {
        !matches!(self, Self::Disconnect | Self::Leaving)
    }

    /// A short word for metrics.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Disconnect => "disconnect",
            Self::Lost => "lost",
            Self::Silent => "keep_alive",
            Self::TokenExpired => "token_expired",
            Self::Closed(CloseReason::Displaced) => "displaced",
            Self::Closed(CloseReason::TooSlow) => "too_slow",
            Self::Closed(_) => "revoked",
            Self::Leaving => "shutdown",
            Self::NotStored => "not_stored",
            Self::Unregistered => "unregistered",
            Self::Codec(_) | Self::Violation(_) => "protocol",
            Self::Topic(_) | Self::Bag(_) => "refused_publish",
            Self::Crashed => "internal",
        }
    }
}
