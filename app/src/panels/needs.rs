//! What needs an operator, from the facts the hub has: most urgent first, each with its devices and one next step.

use muster_core::contact::Contact;
use muster_core::device::Status;
use muster_core::operation::TargetState;
use muster_query::Condition;

use crate::format;
use crate::live::wire::CensusNews;
use crate::pages::operation::address::OperationAddress;
use crate::panels::filters;
use crate::rpc::home::{FailedOperation, GroupCount};
use crate::ui::{Look, Tone, look};

/// One matter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Need {
    /// How urgent it is.
    pub look: Look,
    /// What is the matter.
    pub title: String,
    /// Why, or what it may come from.
    pub note: String,
    /// How many devices.
    pub devices: u64,
    /// The list of exactly these.
    pub href: String,
    /// The next step, with the number.
    pub action: String,
}

/// Most sites with silent devices that have a line of their own.
const MAX_SITES: usize = 5;

/// All matters. `silent_sites` has the most silent site first; silent devices of no listed site share a line. `failed`
/// are one's own operations.
pub fn needs(
    census: &CensusNews,
    silent_sites: &[GroupCount],
    failed: &[FailedOperation],
) -> Vec<Need> {
    let mut needs = silent(census.contact(Contact::Silent), silent_sites);
    needs.extend(failed.iter().map(failed_line));
    let others = [
        need(
            Look::from(Contact::Overdue),
            "Overdue",
            "One or two expected contacts did not come. They turn silent at the third.",
            census.contact(Contact::Overdue),
            &filters::contact_is(Contact::Overdue),
            "Watch",
        ),
        need(
            look::DRIFT,
            "Reported differs from desired",
            "Sleeping devices take desired values at their next contact.",
            census.drift,
            &filters::drifting(),
            "Review",
        ),
        need(
            Look::from(Contact::NeverSeen),
            "Never connected",
            "Provisioned with credentials, but no first contact yet.",
            census.contact(Contact::NeverSeen),
            &filters::contact_is(Contact::NeverSeen),
            "Check",
        ),
        need(
            Look::from(Status::Disabled),
            "Disabled",
            "Refused until somebody enables them.",
            census.disabled,
            &filters::disabled(),
            "Review",
        ),
    ];
    needs.extend(others.into_iter().filter(|need| need.devices > 0));
    needs
}

fn silent(all: u64, sites: &[GroupCount]) -> Vec<Need> {
    let named = sites
        .iter()
        .filter(|site| site.devices > 0 && site.value.is_some());
    let mut needs: Vec<Need> = named
        .take(MAX_SITES)
        .map(|site| Need {
            href: site.href.clone(),
            ..silent_line(
                format!("Silent at {}", site.value.as_deref().unwrap_or_default()),
                site.devices,
            )
        })
        .collect();
    let at_sites: u64 = needs.iter().map(|need| need.devices).sum();
    if all > at_sites {
        let title = if needs.is_empty() {
            "Silent"
        } else {
            "Silent in the whole fleet"
        };
        needs.push(silent_line(title.to_owned(), all));
    }
    needs
}

fn failed_line(operation: &FailedOperation) -> Need {
    let devices = OperationAddress::devices(&[TargetState::Failed]);
    Need {
        look: look::FAILED,
        title: format!("Failed in {}", operation.title),
        note: "Your operation is over without them. They can be tried again.".to_owned(),
        devices: operation.failed,
        href: devices.href(operation.id),
        action: format!("Look into {}", format::count(operation.failed)),
    }
}

fn silent_line(title: String, devices: u64) -> Need {
    need(
        Look::from(Contact::Silent),
        title,
        "Three or more expected contacts did not come.",
        devices,
        &filters::contact_is(Contact::Silent),
        "Look into",
    )
}

fn need(
    look: Look,
    title: impl Into<String>,
    note: &str,
    devices: u64,
    condition: &Condition,
    verb: &str,
) -> Need {
    Need {
        look,
        title: title.into(),
        note: note.to_owned(),
        devices,
        href: filters::href(condition),
        action: format!("{verb} {}", format::count(devices)),
    }
}

/// The whole queue in a sentence.
pub fn headline(needs: &[Need], census: &CensusNews) -> String {
    if needs.is_empty() {
        let text = match census.in_service {
            0 => "There are no devices in service yet.",
            _ => "Nothing needs you. Every device is as it should be.",
        };
        return text.to_owned();
    }
    let urgent = needs
        .iter()
        .filter(|need| need.look.tone == Tone::Critical)
        .count();
    let matters = match needs.len() {
        1 => "one matter needs you".to_owned(),
        n => format!("{} matters need you", format::number_word(n as u64)),
    };
    let urgency = match urgent {
        0 => "none is urgent".to_owned(),
        1 => "one is urgent".to_owned(),
        n => format!("{} are urgent", format::number_word(n as u64)),
    };
    [format::sentence(&matters), format::sentence(&urgency)].join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use muster_core::ids::OperationId;

    fn census(contacts: &[(Contact, u64)], drift: u64, disabled: u64) -> CensusNews {
        CensusNews {
            in_service: 500,
            contacts: contacts.to_vec(),
            drift,
            disabled,
            ..CensusNews::default()
        }
    }

    fn site(name: &str, devices: u64) -> GroupCount {
        GroupCount {
            value: Some(name.to_owned()),
            devices,
            href: format!("/fleet?filter={name}"),
        }
    }

    #[test]
    fn a_healthy_fleet_needs_nobody() {
        let census = census(&[(Contact::Reporting, 480), (Contact::Asleep, 20)], 0, 0);
        assert_eq!(needs(&census, &[], &[]), []);
        assert_eq!(
            headline(&[], &census),
            "Nothing needs you. Every device is as it should be."
        );
        assert_eq!(
            headline(&[], &CensusNews::default()),
            "There are no devices in service yet."
        );
    }

    #[test]
    fn silent_sites_come_first_and_nothing_is_left_out() {
        let census = census(
            &[
                (Contact::Silent, 7),
                (Contact::Overdue, 1),
                (Contact::NeverSeen, 2),
            ],
            3,
            1,
        );
        let failed = FailedOperation {
            id: OperationId(7),
            title: "Sensor 4.4.0".to_owned(),
            failed: 2,
        };
        let needs = needs(&census, &[site("Harbour", 5), site("Mill", 1)], &[failed]);
        let lines: Vec<_> = needs
            .iter()
            .map(|need| (need.title.as_str(), need.action.as_str()))
            .collect();
        assert_eq!(
            lines,
            [
                ("Silent at Harbour", "Look into 5"),
                ("Silent at Mill", "Look into 1"),
                ("Silent in the whole fleet", "Look into 7"),
                ("Failed in Sensor 4.4.0", "Look into 2"),
                ("Overdue", "Watch 1"),
                ("Reported differs from desired", "Review 3"),
                ("Never connected", "Check 2"),
                ("Disabled", "Review 1"),
            ]
        );
        assert_eq!(needs[0].href, "/fleet?filter=Harbour");
        assert_eq!(
            headline(&needs, &census),
            "Eight matters need you. Three are urgent."
        );
    }

    #[test]
    fn without_sites_the_silent_share_one_line() {
        let census = census(&[(Contact::Silent, 4)], 0, 0);
        let unplaced = GroupCount {
            value: None,
            ..site("", 4)
        };
        let needs = needs(&census, &[unplaced], &[]);
        let lines: Vec<_> = needs
            .iter()
            .map(|need| (need.title.as_str(), need.devices))
            .collect();
        assert_eq!(lines, [("Silent", 4)]);
        assert_eq!(
            headline(&needs, &census),
            "One matter needs you. One is urgent."
        );
    }
}
