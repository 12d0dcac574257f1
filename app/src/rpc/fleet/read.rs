//! From the index to the page.

use std::collections::{HashMap, HashSet};

use muster_core::ids::DeviceId;
use muster_core::policy::Action;
use muster_core::time::Timestamp;
use muster_core::twin::Object;
use muster_index::{PageQuery, Row, Sort, SortKey};
use muster_query::{Condition, Literal, Path};
use muster_service::{Access, Hub, Properties, ServiceError};

use super::{FleetFacet, FleetPage, FleetRow, Found, RowValues, TagColumn};
use crate::error::AppError;
use crate::pages::fleet::address::{Column, FleetAddress, SortBy};
use crate::pages::fleet::chips;
use crate::panels::filters;
use crate::panels::twin::tree;
use crate::rpc::home::GroupCount;
use crate::rpc::home::read;

/// Facets above the list.
const FACETS: usize = 2;

/// Groups of one facet.
const GROUPS: usize = 6;

/// Tags that tell devices apart, by the last name of their path.
const ABOUT: [&str; 2] = ["site", "model"];

/// Tags that are grouped by where nobody chose, by the last name of their path.
const USUAL_FACETS: [&str; 3] = ["region", "site", "firmware"];

pub(super) async fn page(hub: &Hub, access: &Access, query: &str) -> Result<FleetPage, AppError> {
    let address = FleetAddress::parse(query);
    let tags: Vec<TagColumn> = hub
        .tag_paths(access)
        .into_iter()
        .map(|tag| TagColumn {
            path: tag.path,
            devices: tag.devices as u64,
        })
        .collect();
    let credentials = access.can(Action::SeeCredentials);
    let mut columns = address
        .columns
        .clone()
        .unwrap_or_else(|| usual_columns(&tags));
    columns.retain(|column| credentials || *column != Column::Authentication);
    let mut page = FleetPage {
        rows: Vec::new(),
        total: 0,
        all: hub.fleet_count(access, &Condition::all(), "")? as u64,
        previous: None,
        next: None,
        columns,
        tags,
        credentials,
        facets: Vec::new(),
        problem: None,
        now: hub.now().millis(),
    };
    let condition = match Condition::parse(&address.filter) {
        Ok(condition) => condition,
        Err(error) => {
            page.problem = Some(error.to_string());
            return Ok(page);
        }
    };
    match hub.prepare(access, &condition).await {
        Ok(()) => {}
        Err(ServiceError::Invalid(problem)) => {
            page.problem = Some(problem);
            return Ok(page);
        }
        Err(error) => return Err(error.into()),
    }
    let group = address.group.as_deref();
    let group = group.and_then(|group| Path::parse(group).ok());
    let by = match &address.sort {
        SortBy::Device => None,
        SortBy::Column(column) => Some(column.path()),
    };
    let used: Vec<Path> = group.iter().cloned().chain(by).collect();
    if let Err(error) = hub.prepare_paths(access, &used).await {
        match error {
            ServiceError::Invalid(problem) => page.problem = Some(problem),
            other => return Err(other.into()),
        }
        return Ok(page);
    }
    page.total = hub.fleet_count(access, &condition, &address.text)? as u64;
    page.facets = facets(hub, access, &address, &condition, group, &page.tags);
    let found = hub.fleet_page(access, &question(&address, condition))?;
    let ids: Vec<DeviceId> = found.rows.iter().map(|row| row.entry.id.clone()).collect();
    let properties = properties(hub, access, &page.columns, &ids).await?;
    page.rows = found
        .rows
        .into_iter()
        .map(|found| {
            let own = properties.get(&found.entry.id);
            row(found, &page.columns, own, credentials)
        })
        .collect();
    page.previous = found.previous;
    page.next = found.next;
    Ok(page)
}

/// The first devices whose id begins with a text, then those that have it in their id or a tag value.
pub(super) fn find(
    hub: &Hub,
    access: &Access,
    text: &str,
    offered: usize,
) -> Result<Vec<Found>, AppError> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let first = |condition: Condition, text: &str| {
        let query = PageQuery {
            condition,
            text: text.to_owned(),
            sort: Sort {
                by: SortKey::Id,
                descending: false,
            },
            limit: offered,
            cursor: None,
        };
        hub.fleet_page(access, &query)
    };
    let wanted = Literal::String(text.to_owned());
    let begins = Condition::parse(&format!("STARTS_WITH(deviceId, {wanted})"));
    let begins = begins.map_err(AppError::invalid)?;
    let mut rows = first(begins, "")?.rows;
    let near: HashSet<DeviceId> = rows.iter().map(|row| row.entry.id.clone()).collect();
    let others = first(Condition::all(), text)?.rows.into_iter();
    rows.extend(others.filter(|row| !near.contains(&row.entry.id)));
    rows.truncate(offered);
    Ok(rows
        .into_iter()
        .map(|row| Found {
            about: about(&row),
            id: row.entry.id,
            contact: row.contact,
        })
        .collect())
}

/// What tells devices apart besides their ids.
fn about(row: &Row) -> String {
    let leaves = tree::leaves(&row.entry.tags).into_iter();
    let named = leaves.filter(|(path, _)| {
        let last = path.last().map(String::as_str).unwrap_or_default();
        ABOUT.contains(&last)
    });
    let words: Vec<String> = named.map(|(_, value)| tree::shown(value)).collect();
    words.join(" · ")
}

fn question(address: &FleetAddress, condition: Condition) -> PageQuery {
    PageQuery {
        condition,
        text: address.text.clone(),
        sort: Sort {
            by: match &address.sort {
                SortBy::Device => SortKey::Id,
                SortBy::Column(column) => SortKey::Value(column.path()),
            },
            descending: address.descending,
        },
        limit: address.rows.count(),
        cursor: address.cursor.clone(),
    }
}

/// The properties of the rows, where a column shows some.
async fn properties(
    hub: &Hub,
    access: &Access,
    columns: &[Column],
    ids: &[DeviceId],
) -> Result<HashMap<DeviceId, Properties>, AppError> {
    if !columns.iter().any(Column::is_property) {
        return Ok(HashMap::new());
    }
    Ok(hub.fleet_properties(access, ids).await?)
}

/// What the plain ones of these columns show of these devices.
pub(super) async fn row_values(
    hub: &Hub,
    access: &Access,
    ids: &[DeviceId],
    columns: &[Column],
) -> Result<Vec<RowValues>, AppError> {
    let rows = hub.fleet_rows(&hub.permit(access)?, ids);
    let properties = properties(hub, access, columns, ids).await?;
    let rows = rows.into_iter().map(|row| RowValues {
        values: plain_values(&row, columns, properties.get(&row.entry.id)),
        id: row.entry.id,
    });
    Ok(rows.collect())
}

fn plain_values(
    row: &Row,
    columns: &[Column],
    properties: Option<&Properties>,
) -> Vec<Option<String>> {
    let plain = columns.iter().filter(|column| column.is_plain());
    plain
        .map(|column| plain_value(row, column, properties))
        .collect()
}

fn row(
    row: Row,
    columns: &[Column],
    properties: Option<&Properties>,
    credentials: bool,
) -> FleetRow {
    let values = plain_values(&row, columns, properties);
    let entry = row.entry;
    FleetRow {
        values,
        id: entry.id,
        status: entry.status,
        stage: entry.stage,
        contact: row.contact,
        last_activity: entry.last_activity_at.map(Timestamp::millis),
        drift: entry.drift,
        model: entry.model_id,
        auth: credentials.then_some(entry.auth),
    }
}

/// What a plain column shows.
fn plain_value(row: &Row, column: &Column, properties: Option<&Properties>) -> Option<String> {
    let at = |object: &Object, path: &str| {
        let keys: Vec<String> = path.split('.').map(str::to_owned).collect();
        tree::at(object, &keys).map(tree::shown)
    };
    match column {
        Column::Tag(path) => at(&row.entry.tags, path),
        Column::Desired(path) => at(&properties?.desired, path),
        Column::Reported(path) => at(&properties?.reported, path),
        Column::Connection => {
            let word = if row.entry.connected {
                "Connected"
            } else {
                "Disconnected"
            };
            Some(word.to_owned())
        }
        _ => None,
    }
}

/// Every path in use, in the query language: what all devices have, tags, properties.
pub(super) async fn paths(hub: &Hub, access: &Access) -> Result<Vec<String>, AppError> {
    let properties = hub.property_paths(access).await?;
    let tags = hub.tag_paths(access).into_iter().map(|tag| tag.path);
    let columns = Column::SYSTEM
        .into_iter()
        .filter(|column| access.can(Action::SeeCredentials) || *column != Column::Authentication)
        .chain(tags.map(Column::Tag))
        .chain(properties.desired.into_iter().map(Column::Desired))
        .chain(properties.reported.into_iter().map(Column::Reported));
    let device = std::iter::once("deviceId".to_owned());
    Ok(device
        .chain(columns.map(|column| column.path().to_string()))
        .collect())
}

/// The most common values of a path, as literals.
pub(super) async fn values(hub: &Hub, access: &Access, path: &str, limit: usize) -> Vec<String> {
    let Ok(path) = Path::parse(path) else {
        return Vec::new();
    };
    let ready = hub.prepare_paths(access, std::slice::from_ref(&path)).await;
    if ready.is_err() || !hub.lists_know(&path) {
        return Vec::new();
    }
    let groups = hub.fleet_groups(access, &Condition::all(), &path, limit);
    let values = groups.into_iter().filter_map(|(value, _)| value);
    values
        .map(|value| Literal::from(value).to_string())
        .collect()
}

/// Site and firmware where they are tagged, between what every device has.
fn usual_columns(tags: &[TagColumn]) -> Vec<Column> {
    let tagged = ["site", "firmware"]
        .into_iter()
        .filter_map(|name| ending(tags, name))
        .map(|path| Column::Tag(path.to_owned()));
    let mut columns = vec![Column::Contact];
    columns.extend(tagged);
    columns.extend([Column::Stage, Column::Status, Column::Twin, Column::Seen]);
    columns
}

fn ending<'a>(tags: &'a [TagColumn], name: &str) -> Option<&'a str> {
    let counted = tags.iter().map(|tag| (tag.path.as_str(), tag.devices));
    read::ending(counted, name)
}

fn facets(
    hub: &Hub,
    access: &Access,
    address: &FleetAddress,
    condition: &Condition,
    chosen: Option<Path>,
    tags: &[TagColumn],
) -> Vec<FleetFacet> {
    // Groups count what the condition finds; with text in force they would promise more than the list has.
    if !address.text.is_empty() {
        return Vec::new();
    }
    let chosen = chosen.filter(|path| hub.lists_know(path) && !matches!(path, Path::DeviceId));
    let usual = USUAL_FACETS
        .into_iter()
        .filter_map(|name| ending(tags, name))
        .map(|path| Path::Tag(path.to_owned()));
    let mut paths: Vec<Path> = Vec::new();
    for path in chosen.into_iter().chain(usual) {
        if !paths.contains(&path) && paths.len() < FACETS {
            paths.push(path);
        }
    }
    paths
        .iter()
        .map(|path| facet(hub, access, address, condition, path))
        .collect()
}

fn facet(
    hub: &Hub,
    access: &Access,
    address: &FleetAddress,
    condition: &Condition,
    path: &Path,
) -> FleetFacet {
    let mut found = hub.fleet_groups(access, condition, path, GROUPS + 1);
    let more = found.len() > GROUPS;
    found.truncate(GROUPS);
    let groups = found.into_iter().map(|(value, devices)| {
        let literal = value.map(Literal::from);
        let href = literal.clone().map(|literal| {
            let narrower = condition
                .clone()
                .and(filters::path_is(path.clone(), literal));
            address.with_filter(narrower.to_string()).href()
        });
        GroupCount {
            value: literal.map(|literal| chips::value(path, &literal)),
            devices: devices as u64,
            href: href.unwrap_or_default(),
        }
    });
    FleetFacet {
        path: path.to_string(),
        title: chips::property(path),
        groups: groups.collect(),
        more,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_columns_follow_the_tags() {
        let tag = |path: &str, devices| TagColumn {
            path: path.to_owned(),
            devices,
        };
        let check = |tags: &[TagColumn], want: &[&str]| {
            let names: Vec<_> = usual_columns(tags).iter().map(Column::name).collect();
            assert_eq!(names, want);
        };
        check(&[], &["contact", "stage", "status", "twin", "seen"]);
        check(
            &[
                tag("location.site", 9),
                tag("old.site", 2),
                tag("firmware", 5),
            ],
            &[
                "contact",
                "tags.location.site",
                "tags.firmware",
                "stage",
                "status",
                "twin",
                "seen",
            ],
        );
        check(
            &[tag("location.site", 9), tag("site", 9)],
            &["contact", "tags.site", "stage", "status", "twin", "seen"],
        );
    }
}
