//! What several homes read.

use muster_core::contact::Contact;
use muster_core::event::{Actor, Event};
use muster_core::lifecycle::Stage;
use muster_index::{Census, Scalar};
use muster_query::{Condition, Literal, Path};
use muster_service::{Access, Hub};

use super::{GroupCount, Grouping, Region, Regions};
use crate::charts::ChartModel;
use crate::error::AppError;
use crate::live::wire::{Cause, CensusNews, EventView};
use crate::pages::fleet::address::tag_title;
use crate::panels::filters;
use crate::panels::presence::{RANGE_MS, Sample, presence_chart};

/// Rows in a list of the newest events.
pub(super) const EVENTS: usize = 12;

/// Sites and regions that a home lists.
const GROUPS: usize = 12;

/// Regions that are counted to find those a home lists.
const MAX_REGIONS: usize = 1000;

/// The counts of the person's scope.
pub(crate) fn census(hub: &Hub, access: &Access) -> CensusNews {
    census_news(&hub.census(access, &Condition::all()), hub.now().millis())
}

/// Counts as they travel.
pub(crate) fn census_news(census: &Census, at_ms: i64) -> CensusNews {
    let count = |n: usize| n as u64;
    CensusNews {
        at_ms,
        in_service: count(census.in_service),
        connected: count(census.connected),
        drift: count(census.drift),
        disabled: count(census.disabled),
        contacts: Contact::ALL
            .into_iter()
            .map(|contact| (contact, count(census.contact(contact))))
            .collect(),
        stages: Stage::ALL
            .into_iter()
            .map(|stage| (stage, count(census.stage(stage))))
            .collect(),
    }
}

/// An event as pages show it.
pub(crate) fn event_view(event: Event) -> EventView {
    EventView {
        seq: event.seq.0,
        at_ms: event.at.millis(),
        device: event.device,
        cause: cause(event.actor),
        kind: event.kind,
        detail: event.detail,
    }
}

/// Who did it, as pages name them.
pub(crate) fn cause(actor: Actor) -> Cause {
    match actor {
        Actor::Person {
            name,
            token: Some(token),
            ..
        } => Cause::Person(format!("{name} (token {token})")),
        Actor::Person { name, .. } => Cause::Person(name),
        Actor::Policy { name } => Cause::Policy(name),
        Actor::Device => Cause::Device,
        Actor::Console => Cause::Console,
        Actor::Hub => Cause::Hub,
        Actor::Operation { id } => Cause::Operation(id),
        Actor::Configuration { id } => Cause::Configuration(id),
    }
}

/// The tag path whose last key is `name`: `location.site` for `site`.
fn path_ending(hub: &Hub, access: &Access, name: &str) -> Option<String> {
    let paths = hub.tag_paths(access);
    let counted = paths
        .iter()
        .map(|tag| (tag.path.as_str(), tag.devices as u64));
    ending(counted, name).map(str::to_owned)
}

/// Of some paths with their counts, the one that ends in `name`. The one that most devices have wins, and of those the
/// shortest: `site` has the name, `location.site` may be a code.
pub(crate) fn ending<'a>(
    paths: impl Iterator<Item = (&'a str, u64)>,
    name: &str,
) -> Option<&'a str> {
    paths
        .filter(|(path, _)| path.rsplit('.').next() == Some(name))
        .max_by_key(|(path, devices)| (*devices, std::cmp::Reverse(path.len())))
        .map(|(path, _)| path)
}

/// Devices that fulfil `condition` by the values of a tag, most first.
pub(crate) fn groups(
    hub: &Hub,
    access: &Access,
    condition: &Condition,
    path: &str,
    limit: usize,
) -> Vec<GroupCount> {
    let tag = Path::Tag(path.to_owned());
    hub.fleet_groups(access, condition, &tag, limit)
        .into_iter()
        .map(|(value, devices)| group(condition, path, value, devices as u64))
        .collect()
}

fn group(condition: &Condition, path: &str, value: Option<Scalar>, devices: u64) -> GroupCount {
    let literal = value.map(Literal::from);
    let href = literal.clone().map(|literal| {
        let narrower = condition.clone().and(filters::tag_is(path, literal));
        filters::href(&narrower)
    });
    GroupCount {
        value: literal.map(shown),
        devices,
        href: href.unwrap_or_default(),
    }
}

/// A literal as a list shows it.
pub(crate) fn shown(literal: Literal) -> String {
    match literal {
        Literal::Null => "null".to_owned(),
        Literal::Bool(value) => value.to_string(),
        Literal::Number(value) => value.to_string(),
        Literal::String(text) => text,
    }
}

/// Silent devices by site, when sites are tagged.
pub(super) fn silent_sites(hub: &Hub, access: &Access) -> Option<Grouping> {
    let path = path_ending(hub, access, "site")?;
    let silent = filters::contact_is(Contact::Silent);
    Some(Grouping {
        title: tag_title(&path),
        groups: groups(hub, access, &silent, &path, GROUPS),
    })
}

/// The fleet by region, when regions are tagged.
pub(super) fn regions(hub: &Hub, access: &Access) -> Option<Regions> {
    let path = path_ending(hub, access, "region")?;
    let tag = Path::Tag(path.clone());
    let count = |condition: &Condition| hub.fleet_groups(access, condition, &tag, MAX_REGIONS);
    let in_service = filters::in_service();
    let all = count(&in_service);
    let parts = [Contact::Reporting, Contact::Asleep, Contact::Silent].map(|contact| {
        let condition = filters::contact_is(contact);
        let counts = count(&condition);
        (condition, counts)
    });
    let rows = all.iter().take(GROUPS).map(|(value, devices)| {
        let [reporting, asleep, silent] = parts.each_ref().map(|(condition, counts)| {
            let found = counts.iter().find(|(other, _)| other == value);
            let devices = found.map_or(0, |(_, devices)| *devices);
            group(condition, &path, value.clone(), devices as u64)
        });
        let devices = group(&in_service, &path, value.clone(), *devices as u64);
        Region {
            name: devices.value.clone(),
            devices,
            reporting,
            asleep,
            silent,
        }
    });
    Some(Regions {
        title: tag_title(&path),
        rows: rows.collect(),
        more: all.len() > GROUPS,
    })
}

/// The chart of the last 24 hours.
pub(super) async fn presence(hub: &Hub, access: &Access) -> Result<Option<ChartModel>, AppError> {
    let now = hub.now();
    let samples = hub
        .presence_history(access, now.plus_ms(-RANGE_MS), now)
        .await?;
    let samples: Vec<Sample> = samples
        .iter()
        .map(|sample| Sample {
            at: sample.at.millis(),
            counts: [
                sample.reporting,
                sample.asleep,
                sample.overdue,
                sample.silent,
                sample.never_seen,
            ],
        })
        .collect();
    Ok(presence_chart("presence", &samples, now.millis()))
}
