//! The life of a request: it waits until it ends in one of four ways, and stays there.

use serde::{Deserialize, Serialize};

/// Where a request is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalState {
    /// It waits for a second person.
    Pending,
    /// A second person agreed, and it was done.
    Approved,
    /// A second person said no.
    Refused,
    /// Nobody decided in time.
    Expired,
    /// Whoever asked took it back.
    Withdrawn,
}

/// How a request can end.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// A second person agrees.
    Approve,
    /// A second person says no.
    Refuse,
    /// Its time is over.
    Expire,
    /// Whoever asked takes it back.
    Withdraw,
}

/// The request is over already.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the request {} already; nothing was changed now", .0.in_words())]
pub struct Decided(pub ApprovalState);

impl ApprovalState {
    /// All states.
    pub const ALL: &'static [ApprovalState] = &[
        Self::Pending,
        Self::Approved,
        Self::Refused,
        Self::Expired,
        Self::Withdrawn,
    ];

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Expired => "expired",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The state of a stored name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|state| state.as_str() == name)
    }

    /// The state in words that finish "the request …".
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Pending => "waits",
            Self::Approved => "was approved",
            Self::Refused => "was refused",
            Self::Expired => "expired",
            Self::Withdrawn => "was withdrawn",
        }
    }

    /// The state after `verdict`: each request ends once.
    pub fn after(self, verdict: Verdict) -> Result<ApprovalState, Decided> {
        match (self, verdict) {
            (Self::Pending, Verdict::Approve) => Ok(Self::Approved),
            (Self::Pending, Verdict::Refuse) => Ok(Self::Refused),
            (Self::Pending, Verdict::Expire) => Ok(Self::Expired),
            (Self::Pending, Verdict::Withdraw) => Ok(Self::Withdrawn),
            (over, _) => Err(Decided(over)),
        }
    }
}

impl Verdict {
    /// All verdicts.
    pub const ALL: &'static [Verdict] =
        &[Self::Approve, Self::Refuse, Self::Expire, Self::Withdraw];
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_found_again() {
        for &state in ApprovalState::ALL {
            assert_eq!(ApprovalState::from_name(state.as_str()), Some(state));
        }
        assert_eq!(ApprovalState::from_name("maybe"), None);
    }

    proptest! {
        /// Whatever is tried, in whatever order: the first verdict stands.
        #[test]
        fn the_first_verdict_stands(tried in proptest::collection::vec(0..Verdict::ALL.len(), 1..8)) {
            let tried: Vec<Verdict> = tried.into_iter().map(|i| Verdict::ALL[i]).collect();
            let mut state = ApprovalState::Pending;
            let mut moves = 0;
            for verdict in &tried {
                match state.after(*verdict) {
                    Ok(next) => (state, moves) = (next, moves + 1),
                    Err(Decided(stays)) => prop_assert_eq!(stays, state),
                }
            }
            prop_assert_eq!(moves, 1);
            prop_assert_eq!(Ok(state), ApprovalState::Pending.after(tried[0]));
            prop_assert_ne!(state, ApprovalState::Pending);
        }
    }
}
