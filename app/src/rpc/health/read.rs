//! From the index and the samples to the page of the fleet's health.

use muster_core::contact::Contact;
use muster_core::time::Timestamp;
use muster_index::Scalar;
use muster_query::{Condition, Literal, Path};
use muster_service::health::{Age, Counted, FleetHealth, HealthGroup, HealthQuestion, Numbers};
use muster_service::{Access, Hub, ServiceError};

use super::{Breakdown, HealthView, Offender, Share, history};
use crate::charts::{HistogramBar, HistogramModel};
use crate::error::AppError;
use crate::format;
use crate::pages::fleet::address::tag_title;
use crate::panels::filters;
use crate::panels::telemetry::Range;
use crate::rpc::home::read;

/// Tags that are offered as dimensions; the ones that most devices have.
const TAGS: usize = 40;

/// Tags that part a fleet well, by the last name of their path.
const USUAL: [&str; 2] = ["region", "site"];

pub(super) async fn page(
    hub: &Hub,
    access: &Access,
    by: &str,
    filter: &str,
    range: Range,
) -> Result<HealthView, AppError> {
    let tags = dimensions(hub, access);
    let usual = usual(&tags);
    let mut problem = None;
    let chosen = if by.is_empty() { usual.as_str() } else { by };
    let mut note = |error: String| problem = Some(error);
    let path = Path::parse(chosen).map_err(|error| note(error.to_string()));
    let condition = Condition::parse(filter).map_err(|error| note(error.to_string()));
    let question = |by, condition, numbers| HealthQuestion {
        condition,
        by,
        numbers,
    };
    let numbers = hub.health_numbers(access).await?;
    let mut health = None;
    if let (Ok(by), Ok(condition)) = (path, condition) {
        let asked = question(by, condition, numbers.clone());
        match hub.fleet_health(access, asked).await {
            Ok(found) => health = Some((chosen.to_owned(), found)),
            Err(ServiceError::Invalid(reason)) => problem = Some(reason),
            Err(error) => return Err(error.into()),
        }
    }
    // What cannot be asked leaves the whole fleet in view.
    let (by, health) = match health {
        Some(health) => health,
        None => {
            let all = question(Path::ModelId, Condition::all(), numbers);
            let health = hub.fleet_health(access, all).await?;
            (Path::ModelId.to_string(), health)
        }
    };
    let now = hub.now();
    let samples = hub
        .fleet_history(access, now.plus_ms(-range.millis()), now)
        .await?;
    Ok(HealthView {
        history: history::charts(&samples, range, now.millis()),
        problem,
        dimensions: tags,
        ..view(&health, by)
    })
}

/// Paths of tags as they are written, the ones that most devices have first; then what every device has.
fn dimensions(hub: &Hub, access: &Access) -> Vec<String> {
    let mut tags = hub.tag_paths(access);
    tags.sort_by_key(|tag| std::cmp::Reverse(tag.devices));
    let tags = tags.into_iter().take(TAGS);
    let tags = tags.map(|tag| Path::Tag(tag.path).to_string());
    let others = [Path::ModelId, Path::Stage, Path::Status].map(|path| path.to_string());
    tags.chain(others)
        .chain([muster_service::health::FIRMWARE.to_owned()])
        .collect()
}

fn usual(dimensions: &[String]) -> String {
    let ends = |name: &&str| {
        let found = dimensions
            .iter()
            .find(|path| path.rsplit('.').next() == Some(name));
        found.cloned()
    };
    let found = USUAL.iter().find_map(ends);
    found.unwrap_or_else(|| Path::ModelId.to_string())
}

fn view(health: &FleetHealth, by: String) -> HealthView {
    let census = &health.census;
    let title = tag_title(&by);
    let whole = health.ages.iter().map(|age| age.counted.devices).sum();
    HealthView {
        at: health.at.millis(),
        dimensions: Vec::new(),
        problem: None,
        figures: figures(health),
        contact: Contact::ALL
            .map(|contact| {
                let condition = base(health).and(filters::contact_is(contact));
                let devices = census.contact(contact);
                share(String::new(), &Counted { devices, condition })
            })
            .into(),
        groups: Breakdown {
            caption: format!("{title}, split by contact"),
            rows: health.groups.iter().map(group).collect(),
            more: health.more_groups as u64,
        },
        drift: Breakdown {
            caption: format!("Devices with drift by {}", title.to_lowercase()),
            rows: drift(&health.groups),
            more: health.more_groups as u64,
        },
        ages: Breakdown {
            caption: "Time since the last activity".to_owned(),
            rows: health.ages.iter().map(age).collect(),
            more: 0,
        },
        firmware: Breakdown {
            caption: "Version that devices report".to_owned(),
            rows: health
                .firmware
                .iter()
                .map(|(value, counted)| share(named(value.as_ref()), counted))
                .collect(),
            more: health.more_firmware as u64,
        },
        numbers: health
            .numbers
            .iter()
            .filter_map(|numbers| histogram(numbers, whole))
            .collect(),
        silent: health
            .silent
            .iter()
            .map(|row| Offender {
                id: row.entry.id.clone(),
                last: row.entry.last_activity_at.map(Timestamp::millis),
            })
            .collect(),
        history: Vec::new(),
        by,
    }
}

/// What the first part of the answer was counted among: devices in service that the filter keeps.
fn base(health: &FleetHealth) -> Condition {
    health.asked.clone()
}

fn figures(health: &FleetHealth) -> Vec<Share> {
    let of = |label: &str, devices, narrower: Condition| {
        let condition = base(health).and(narrower);
        share(label.to_owned(), &Counted { devices, condition })
    };
    let census = &health.census;
    vec![
        of("In service", census.in_service, Condition::all()),
        of(
            "Connected now",
            census.connected,
            filters::path_is(
                Path::ConnectionState,
                Literal::String("Connected".to_owned()),
            ),
        ),
        of("Drift", census.drift, filters::drifting()),
    ]
}

fn share(label: String, counted: &Counted) -> Share {
    Share {
        label,
        n: counted.devices as u64,
        href: filters::href(&counted.condition),
        contact: Vec::new(),
    }
}

fn named(value: Option<&Scalar>) -> String {
    match value {
        None => "not set".to_owned(),
        Some(Scalar::String(text)) if text.is_empty() => "none".to_owned(),
        Some(value) => read::shown(value.clone().into()),
    }
}

fn group(group: &HealthGroup) -> Share {
    Share {
        contact: group.contact.map(|devices| devices as u64).into(),
        ..share(named(group.value.as_ref()), &group.counted)
    }
}

/// The parts with drift, most first.
fn drift(groups: &[HealthGroup]) -> Vec<Share> {
    let mut rows: Vec<Share> = groups
        .iter()
        .filter(|group| group.drift.devices > 0)
        .map(|group| share(named(group.value.as_ref()), &group.drift))
        .collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.n));
    rows
}

fn age(age: &Age) -> Share {
    let label = match (age.from, age.to) {
        (None, _) => "Never".to_owned(),
        (Some(0), Some(to)) => format!("Under {}", format::duration(to)),
        (Some(from), Some(to)) => {
            format!("{} to {}", format::duration(from), format::duration(to))
        }
        (Some(from), None) => format!("Over {}", format::duration(from)),
    };
    share(label, &age.counted)
}

fn histogram(numbers: &Numbers, whole: usize) -> Option<HistogramModel> {
    let (first, last) = (numbers.bins.first()?, numbers.bins.last()?);
    let path = numbers.path.to_string();
    let letters = path.chars().filter(char::is_ascii_alphanumeric);
    let with = format::count(numbers.with as u64);
    Some(HistogramModel {
        id: format!("n-{}", letters.collect::<String>()),
        finding: format!(
            "{with} of {} report it, between {} and {}.",
            format::plural(whole as u64, "device", "devices"),
            format::reading(first.0.from),
            format::reading(last.0.to),
        ),
        title: path.trim_start_matches("properties.reported.").to_owned(),
        bars: numbers
            .bins
            .iter()
            .map(|(bin, condition)| HistogramBar {
                from: bin.from,
                to: bin.to,
                n: bin.devices as u64,
                href: filters::href(condition),
            })
            .collect(),
    })
}
