//! From the index to the page.

use muster_core::policy::Action;
use muster_core::time::Timestamp;
use muster_index::{PageQuery, Row, Sort, SortKey};
use muster_query::Condition;
use muster_service::{Access, Hub, ServiceError};

use super::{FleetFacet, FleetPage, FleetRow, TagColumn};
use crate::error::AppError;
use crate::pages::fleet::address::{Column, FleetAddress, SortBy};
use crate::panels::filters;
use crate::panels::twin::tree;
use crate::rpc::home::GroupCount;
use crate::rpc::home::read::{self, shown};

/// Facets above the list.
const FACETS: usize = 2;

/// Groups of one facet.
const GROUPS: usize = 6;

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
    page.total = hub.fleet_count(access, &condition, &address.text)? as u64;
    page.facets = facets(hub, access, &address, &condition, &page.tags);
    let found = hub.fleet_page(access, &question(&address, condition))?;
    page.rows = found
        .rows
        .into_iter()
        .map(|found| row(found, &page.columns, credentials))
        .collect();
    page.previous = found.previous;
    page.next = found.next;
    Ok(page)
}

fn question(address: &FleetAddress, condition: Condition) -> PageQuery {
    PageQuery {
        condition,
        text: address.text.clone(),
        sort: Sort {
            by: match &address.sort {
                SortBy::Device => SortKey::Id,
                SortBy::Contact => SortKey::Contact,
                SortBy::Stage => SortKey::Stage,
                SortBy::Status => SortKey::Status,
                SortBy::Seen => SortKey::LastActivity,
                SortBy::Tag(path) => SortKey::Tag(path.clone()),
            },
            descending: address.descending,
        },
        limit: address.rows.count(),
        cursor: address.cursor.clone(),
    }
}

fn row(row: Row, columns: &[Column], credentials: bool) -> FleetRow {
    let entry = row.entry;
    let tags = columns.iter().filter_map(|column| match column {
        Column::Tag(path) => {
            let keys: Vec<String> = path.split('.').map(str::to_owned).collect();
            Some(tree::at(&entry.tags, &keys).map(tree::shown))
        }
        _ => None,
    });
    FleetRow {
        tags: tags.collect(),
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
    tags: &[TagColumn],
) -> Vec<FleetFacet> {
    // Groups count what the condition finds; with text in force they would promise more than the list has.
    if !address.text.is_empty() {
        return Vec::new();
    }
    let chosen = address
        .group
        .as_deref()
        .filter(|path| tags.iter().any(|tag| tag.path == *path));
    let usual = USUAL_FACETS
        .into_iter()
        .filter_map(|name| ending(tags, name));
    let mut paths: Vec<&str> = Vec::new();
    for path in chosen.into_iter().chain(usual) {
        if !paths.contains(&path) && paths.len() < FACETS {
            paths.push(path);
        }
    }
    paths
        .into_iter()
        .map(|path| facet(hub, access, address, condition, path))
        .collect()
}

fn facet(
    hub: &Hub,
    access: &Access,
    address: &FleetAddress,
    condition: &Condition,
    path: &str,
) -> FleetFacet {
    let tag = muster_query::Path::Tag(path.to_owned());
    let mut found = hub.fleet_groups(access, condition, &tag, GROUPS + 1);
    let more = found.len() > GROUPS;
    found.truncate(GROUPS);
    let groups = found.into_iter().map(|(value, devices)| {
        let literal = value.map(muster_query::Literal::from);
        let href = literal.clone().map(|literal| {
            let narrower = condition.clone().and(filters::tag_is(path, literal));
            address.with_filter(narrower.to_string()).href()
        });
        GroupCount {
            value: literal.map(shown),
            devices: devices as u64,
            href: href.unwrap_or_default(),
        }
    });
    FleetFacet {
        path: path.to_owned(),
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
