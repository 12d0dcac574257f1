//! The conditions behind numbers: a number that counts devices links to the list of exactly those.

use muster_core::contact::Contact;
use muster_core::lifecycle::Stage;
use muster_query::{Condition, Literal, Op, Path, Term};

use crate::live::wire::CensusNews;
use crate::pages::fleet::address::FleetAddress;

fn term(path: Path, op: Op, value: &str) -> Term {
    Term {
        path,
        op,
        value: Literal::String(value.to_owned()),
    }
}

/// Devices that keep in touch this way. Contact is judged in service only, so nothing else is among them.
pub fn contact_is(contact: Contact) -> Condition {
    Condition::from_terms([term(Path::Contact, Op::Eq, contact.as_str())])
}

/// Devices in contact: reporting, or asleep as planned.
pub fn in_contact() -> Condition {
    let out = [Contact::Overdue, Contact::Silent, Contact::NeverSeen];
    Condition::from_terms(out.map(|contact| term(Path::Contact, Op::NotEq, contact.as_str())))
}

/// Devices in this stage.
pub fn stage_is(stage: Stage) -> Condition {
    Condition::from_terms([term(Path::Stage, Op::Eq, stage.as_str())])
}

/// Devices in service: all but planned and retired ones.
pub fn in_service() -> Condition {
    let outside = Stage::ALL.into_iter().filter(|stage| !stage.in_service());
    Condition::from_terms(outside.map(|stage| term(Path::Stage, Op::NotEq, stage.as_str())))
}

/// Devices in service that may not connect.
pub fn disabled() -> Condition {
    Condition::from_terms([term(Path::Status, Op::Eq, "disabled")]).and(in_service())
}

/// Devices in service with an open connection.
pub fn connected() -> Condition {
    Condition::from_terms([term(Path::ConnectionState, Op::Eq, "Connected")]).and(in_service())
}

/// Devices in service whose reported properties differ from desired ones.
pub fn drifting() -> Condition {
    Condition::from_terms([Term {
        path: Path::Drift,
        op: Op::Eq,
        value: Literal::Bool(true),
    }])
}

/// Devices with this value of a tag.
pub fn tag_is(path: &str, value: Literal) -> Condition {
    path_is(Path::Tag(path.to_owned()), value)
}

/// Devices with this value at a path.
pub fn path_is(path: Path, value: Literal) -> Condition {
    Condition::from_terms([Term {
        path,
        op: Op::Eq,
        value,
    }])
}

/// The list of these devices.
pub fn href(condition: &Condition) -> String {
    FleetAddress::filtered(condition.to_string()).href()
}

/// The list of all devices in service: the plain list where that is the same.
pub fn in_service_href(census: &CensusNews) -> String {
    let outside = Stage::ALL.into_iter().filter(|stage| !stage.in_service());
    if outside.map(|stage| census.stage(stage)).sum::<u64>() == 0 {
        FleetAddress::default().href()
    } else {
        href(&in_service())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_say_what_is_counted() {
        let check = |condition: Condition, want: &str| assert_eq!(condition.to_string(), want);
        check(contact_is(Contact::NeverSeen), "contact = 'never_seen'");
        check(stage_is(Stage::Active), "stage = 'active'");
        check(in_service(), "stage != 'planned' AND stage != 'retired'");
        check(
            disabled(),
            "status = 'disabled' AND stage != 'planned' AND stage != 'retired'",
        );
        check(drifting(), "drift = true");
        check(
            tag_is("location.site", Literal::String("O'Hare".to_owned())),
            "tags.location.site = 'O\\'Hare'",
        );
    }

    #[test]
    fn the_plain_list_stands_for_all_where_it_can() {
        let mut census = CensusNews::default();
        assert_eq!(in_service_href(&census), "/fleet");
        census.stages = vec![(Stage::Retired, 1)];
        assert!(in_service_href(&census).contains("retired"));
    }
}
