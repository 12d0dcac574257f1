//! From the hub to the page.

use std::collections::BTreeMap;

use muster_core::configuration::{Assignments, Configuration, Content, Draft, content};
use muster_core::ids::ConfigurationId;
use muster_core::policy::Action;
use muster_core::time::Timestamp;
use muster_query::Condition;
use muster_service::access::kinds::SeeDevices;
use muster_service::configurations::{Conflict, conditions};
use muster_service::{Access, Hub, Permit};
use serde_json::Value;

use super::{ConfigurationRow, ConfigurationView, ConflictRow, Covers, MetricRow, PathRow};
use crate::error::AppError;
use crate::pages::fleet::address::FleetAddress;
use crate::panels::twin::tree;

/// How each begins: the hub, and the proof that whoever asks may see devices.
pub(super) fn begin() -> Result<(Hub, Access, Permit<SeeDevices>), AppError> {
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    let permit = hub.permit::<SeeDevices>(&access)?;
    Ok((hub, access, permit))
}

/// A name that breaks the rule names nothing.
pub(super) fn id(text: &str) -> Result<ConfigurationId, AppError> {
    ConfigurationId::new(text).map_err(|_| AppError::NotFound)
}

/// Whether a person may keep configurations: those who see only a part of the fleet may not.
pub(super) fn may_keep(access: &Access) -> bool {
    access.scope(Action::KeepConfigurations).is_everything()
}

/// A path of a content as pages write it: of desired properties everything is.
pub(super) fn short(path: &str) -> String {
    let keys = path.strip_prefix("properties.desired.");
    keys.unwrap_or("all desired properties").to_owned()
}

/// The list of the devices that a condition keeps.
pub(super) fn list(condition: &Condition) -> String {
    FleetAddress::filtered(condition.to_string()).href()
}

pub(super) async fn row(
    hub: &Hub,
    permit: &Permit<SeeDevices>,
    one: &Configuration,
) -> Result<ConfigurationRow, AppError> {
    let counts = hub.configuration_counts(permit, one).await?;
    let covers = match one.draft.content {
        Content::Device(_) => Covers::Devices,
        Content::Module(_) => Covers::Modules,
        Content::Edge(_) => Covers::Edge,
    };
    let lists = [
        conditions::targeted(&one.id),
        conditions::applied(&one.id),
        conditions::drifted(&one.id),
    ];
    Ok(ConfigurationRow {
        id: one.id.to_string(),
        covers,
        target: one.draft.target.clone(),
        priority: one.draft.priority,
        targeted: counts.targeted as u64,
        applied: counts.applied as u64,
        drifted: counts.drifted as u64,
        lists: (covers == Covers::Devices).then(|| lists.map(|condition| list(&condition))),
        evaluated_ms: one.evaluated_at.map(Timestamp::millis),
    })
}

pub(super) fn conflict(conflict: &Conflict) -> ConflictRow {
    ConflictRow {
        winner: conflict.winner.to_string(),
        loser: conflict.loser.to_string(),
        paths: conflict
            .paths
            .iter()
            .map(|overlap| short(&overlap.path))
            .collect(),
        devices: conflict.devices as u64,
        list: list(&conflict.condition),
    }
}

pub(super) async fn view(
    hub: &Hub,
    access: &Access,
    permit: &Permit<SeeDevices>,
    one: &Configuration,
) -> Result<ConfigurationView, AppError> {
    let metrics = hub.configuration_metrics(permit, one).await?;
    let conflicts = hub.configuration_conflicts(permit).await?;
    let ours = conflicts
        .iter()
        .filter(|conflict| conflict.winner == one.id || conflict.loser == one.id);
    let results = one.draft.metrics.iter().map(|(name, query)| MetricRow {
        name: name.clone(),
        query: query.clone(),
        result: match metrics.results.get(name) {
            Some(Ok(count)) => Ok(*count as u64),
            Some(Err(problem)) => Err(problem.clone()),
            None => Err("it was not counted".to_owned()),
        },
    });
    Ok(ConfigurationView {
        row: row(hub, permit, one).await?,
        etag: one.etag.to_string(),
        content: pretty(&one.draft.content.to_json()),
        paths: paths(&one.draft.content),
        labels: lines(&one.draft.labels),
        metrics: lines(&one.draft.metrics),
        results: results.collect(),
        results_ms: metrics.as_of.millis(),
        conflicts: ours.map(conflict).collect(),
        created_ms: one.created_at.millis(),
        updated_ms: one.updated_at.millis(),
        may_keep: may_keep(access),
    })
}

fn paths(content: &Content) -> Vec<PathRow> {
    let of = |before: &str, assignments: &Assignments| -> Vec<PathRow> {
        assignments
            .iter()
            .map(|(path, value)| PathRow {
                path: [before, &short(&content::name(path))].concat(),
                value: tree::shown(value),
            })
            .collect()
    };
    match content {
        Content::Device(assignments) | Content::Module(assignments) => of("", assignments),
        Content::Edge(modules) => modules
            .iter()
            .flat_map(|(module, assignments)| of(&format!("{module}: "), assignments))
            .collect(),
    }
}

pub(super) fn pretty(json: &Value) -> String {
    serde_json::to_string_pretty(json).expect("content is plain JSON")
}

/// Names and texts, one pair per line, as forms show them.
fn lines(pairs: &BTreeMap<String, String>) -> String {
    let lines: Vec<String> = pairs
        .iter()
        .map(|(name, text)| format!("{name}: {text}"))
        .collect();
    lines.join("\n")
}

/// A form as it was sent.
#[derive(Debug)]
pub(super) struct Form {
    pub(super) target: String,
    pub(super) priority: String,
    pub(super) content: String,
    pub(super) labels: String,
    pub(super) metrics: String,
}

/// Reads a form; says at each field what is wrong.
pub(super) fn draft(form: &Form) -> Result<Draft, AppError> {
    let content: Value = serde_json::from_str(&form.content)
        .map_err(|error| AppError::field("content", format!("this is no JSON: {error}")))?;
    let content = Content::parse(&content).map_err(|error| AppError::field("content", error))?;
    let priority = form.priority.trim().parse().map_err(|_| {
        AppError::field(
            "priority",
            "a priority is a whole number; the higher one wins",
        )
    })?;
    let draft = Draft {
        schema_version: "1.0".to_owned(),
        labels: pairs("labels", &form.labels)?,
        content,
        target: form.target.trim().to_owned(),
        priority,
        metrics: pairs("metrics", &form.metrics)?,
    };
    Ok(draft)
}

fn pairs(field: &str, text: &str) -> Result<BTreeMap<String, String>, AppError> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines
        .map(|line| match line.split_once(':') {
            Some((name, text)) => Ok((name.trim().to_owned(), text.trim().to_owned())),
            None => Err(AppError::field(
                field,
                format!("write a name and a colon before {line:?}"),
            )),
        })
        .collect()
}

/// What the hub says of a form, at the field it is about.
pub(super) fn refusal(error: muster_service::ServiceError) -> AppError {
    use muster_core::configuration::BadConfiguration;
    use muster_service::ServiceError;
    match error {
        ServiceError::Configuration(BadConfiguration::Content(problem)) => {
            AppError::field("content", problem)
        }
        ServiceError::Configuration(BadConfiguration::Target(problem)) => {
            AppError::field("target", problem)
        }
        ServiceError::Configuration(bad @ BadConfiguration::Metric { .. }) => {
            AppError::field("metrics", bad)
        }
        ServiceError::AlreadyExists => {
            AppError::field("id", "there is a configuration of this name")
        }
        other => other.into(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use super::*;

    fn form() -> Form {
        Form {
            target: " tags.ring = 2 ".into(),
            priority: "10".into(),
            content: r#"{"deviceContent": {"properties.desired.a": 1}}"#.into(),
            labels: "team: ops\n\n".into(),
            metrics: "done: SELECT * FROM devices WHERE tags.a = 'x:y'".into(),
        }
    }

    #[test]
    fn forms_are_read_and_written() {
        let read = draft(&form()).unwrap();
        assert_eq!((read.priority, read.target.as_str()), (10, "tags.ring = 2"));
        assert_eq!(lines(&read.labels), "team: ops");
        assert_eq!(lines(&read.metrics), form().metrics);
        let shown = paths(&read.content);
        assert_eq!(
            (shown[0].path.as_str(), shown[0].value.as_str()),
            ("a", "1")
        );
    }

    #[test]
    fn what_is_wrong_stands_at_its_field() {
        let check = |change: fn(&mut Form), field: &str| {
            let mut form = form();
            change(&mut form);
            let error = draft(&form).unwrap_err();
            assert!(error.of_field(field).is_some(), "{error}");
        };
        check(|f| f.content = "{".into(), "content");
        check(|f| f.content = "{}".into(), "content");
        check(|f| f.priority = "high".into(), "priority");
        check(|f| f.labels = "team".into(), "labels");
        check(|f| f.metrics = "done".into(), "metrics");
    }
}
