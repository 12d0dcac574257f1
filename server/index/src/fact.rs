//! System values that are one out of few: a set of them is a mask.

use muster_core::contact::Contact;
use muster_core::device::{AuthKind, Status};
use muster_core::lifecycle::Stage;
use muster_core::time::Timestamp;
use muster_query::{Field, Path};

use crate::chunk::Facts;

/// A system value out of few.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fact {
    Status,
    Connection,
    Contact,
    Stage,
    Auth,
    Drift,
}

const STATUSES: [Status; 2] = [Status::Enabled, Status::Disabled];
const CONNECTIONS: [&str; 2] = ["Disconnected", "Connected"];
const AUTH_KINDS: [AuthKind; 3] = [
    AuthKind::Sas,
    AuthKind::SelfSigned,
    AuthKind::CertificateAuthority,
];

impl Fact {
    /// The fact that a path names.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        match path {
            Path::Status => Some(Self::Status),
            Path::ConnectionState => Some(Self::Connection),
            Path::Contact => Some(Self::Contact),
            Path::Stage => Some(Self::Stage),
            Path::AuthenticationType => Some(Self::Auth),
            Path::Drift => Some(Self::Drift),
            _ => None,
        }
    }

    /// Its values, in the order of lists.
    pub(crate) fn values(self) -> impl Iterator<Item = Field<'static>> {
        let count = match self {
            Self::Status => STATUSES.len(),
            Self::Connection => CONNECTIONS.len(),
            Self::Contact => Contact::ALL.len(),
            Self::Stage => Stage::ALL.len(),
            Self::Auth => AUTH_KINDS.len(),
            Self::Drift => 2,
        };
        (0..count).map(move |index| self.value(index))
    }

    /// One of its values.
    pub(crate) fn value(self, index: usize) -> Field<'static> {
        match self {
            Self::Status => Field::Str(STATUSES[index].as_str()),
            Self::Connection => Field::Str(CONNECTIONS[index]),
            Self::Contact => Field::Str(Contact::ALL[index].as_str()),
            Self::Stage => Field::Str(Stage::ALL[index].as_str()),
            Self::Auth => Field::Str(AUTH_KINDS[index].as_str()),
            Self::Drift => Field::Bool(index == 1),
        }
    }

    /// Which of its values a device has; `None` when it is undefined.
    pub(crate) fn index(self, facts: &Facts, now: Timestamp) -> Option<usize> {
        match self {
            Self::Status => Some(facts.status as usize),
            Self::Connection => Some(usize::from(facts.connected)),
            Self::Contact => facts.contact(now).map(|contact| contact as usize),
            Self::Stage => Some(facts.stage as usize),
            Self::Auth => Some(facts.auth as usize),
            Self::Drift => facts.stage.in_service().then_some(usize::from(facts.drift)),
        }
    }

    /// The value as conditions see it.
    pub(crate) fn field(self, facts: &Facts, now: Timestamp) -> Field<'static> {
        let index = self.index(facts, now);
        index.map_or(Field::Undefined, |index| self.value(index))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `as usize` above stands for the place in the list of values.
    #[test]
    fn values_stand_in_the_order_of_their_types() {
        for (index, status) in STATUSES.into_iter().enumerate() {
            assert_eq!(status as usize, index);
        }
        for (index, auth) in AUTH_KINDS.into_iter().enumerate() {
            assert_eq!(auth as usize, index);
        }
        for (index, stage) in Stage::ALL.into_iter().enumerate() {
            assert_eq!(stage as usize, index);
        }
        for (index, contact) in Contact::ALL.into_iter().enumerate() {
            assert_eq!(contact as usize, index);
        }
    }
}
