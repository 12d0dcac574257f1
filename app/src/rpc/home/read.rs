//! What several homes read.

use muster_core::contact::Contact;
use muster_core::event::{Actor, Event};
use muster_core::firmware::ArtifactState;
use muster_core::lifecycle::Stage;
use muster_core::operation::OperationState;
use muster_index::{Census, Scalar};
use muster_query::{Condition, Literal, Path};
use muster_service::{Access, Hub, firmware};

use super::{
    Availability, FailedOperation, GroupCount, Grouping, NoteView, Region, Regions, Withdrawn,
};
use crate::charts::ChartModel;
use crate::error::AppError;
use crate::live::wire::{Cause, CensusNews, EventView};
use crate::pages::fleet::address::tag_title;
use crate::pages::operations::address::ListAddress;
use crate::panels::filters;
use crate::panels::presence::{RANGE_MS, Sample, presence_chart};
use crate::rpc::health::history;
use crate::rpc::operations::read::query_of;

/// Rows in a list of the newest events.
pub(super) const EVENTS: usize = 12;

/// Sites and regions that a home lists.
const GROUPS: usize = 12;

/// Handover notes that a home shows.
const NOTES: usize = 3;

/// Operations with failed devices that the queue has, and how long each stays there: a week.
const FAILED: usize = 5;
const FAILED_MS: i64 = 7 * 24 * 3_600_000;

/// What the manager's home looks back at, and compares with as much before it: thirty days.
const PERIOD_MS: i64 = 30 * 24 * 3_600_000;

/// Withdrawn versions that are looked for; the newest.
const WITHDRAWN: usize = 16;

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

/// One's own operations that ended lately and in which devices failed; none for who does not run any.
pub(super) async fn failed(hub: &Hub, access: &Access) -> Result<Vec<FailedOperation>, AppError> {
    if access.person().is_none() {
        return Ok(Vec::new());
    }
    let states = [
        OperationState::CompletedWithFailures,
        OperationState::Stopped,
        OperationState::RolledBack,
    ];
    let mut query = query_of(ListAddress::in_states(&states));
    query.mine = true;
    query.limit = FAILED;
    let since = hub.now().plus_ms(-FAILED_MS);
    let page = hub.operations(access, &query).await?.rows.into_iter();
    Ok(page
        .filter(|row| row.counts.failed > 0 && row.ended_at.is_some_and(|at| at > since))
        .map(|row| FailedOperation {
            id: row.id,
            title: row.plan.title,
            failed: row.counts.failed.into(),
        })
        .collect())
}

/// How much of the time devices were in contact: in the thirty days before the last, and in the last.
pub(super) async fn availability(
    hub: &Hub,
    access: &Access,
) -> Result<[Option<Availability>; 2], AppError> {
    let now = hub.now();
    let samples = hub
        .fleet_history(access, now.plus_ms(-2 * PERIOD_MS), now)
        .await?;
    let (before, last) =
        samples.split_at(samples.partition_point(|sample| sample.at < now.plus_ms(-PERIOD_MS)));
    Ok([before, last].map(history::availability))
}

/// The devices that run firmware that was withdrawn.
pub(super) async fn withdrawn(hub: &Hub, access: &Access) -> Result<Withdrawn, AppError> {
    let artifacts = hub.artifacts(&hub.permit(access)?).await?.into_iter();
    let gone: Vec<String> = artifacts
        .filter(|artifact| artifact.state == ArtifactState::Withdrawn)
        .take(WITHDRAWN)
        .map(|artifact| format!("({})", firmware::running(&artifact)))
        .collect();
    if gone.is_empty() {
        return Ok(Withdrawn {
            versions: 0,
            devices: 0,
            href: String::new(),
        });
    }
    let condition = Condition::parse(&gone.join(" OR ")).map_err(|e| crate::error::internal(&e))?;
    let condition = filters::in_service().and(condition);
    hub.prepare(access, &condition).await?;
    Ok(Withdrawn {
        versions: gone.len() as u64,
        devices: hub.fleet_count(access, &condition, "")? as u64,
        href: filters::href(&condition),
    })
}

/// The newest handover notes.
pub(super) async fn notes(hub: &Hub, access: &Access) -> Result<Vec<NoteView>, AppError> {
    let notes = hub.handover_notes(access, NOTES).await?.into_iter();
    Ok(notes
        .map(|note| NoteView {
            at: note.at.millis(),
            author: note.author,
            text: note.text,
        })
        .collect())
}
