//! The second step: to whom.

use std::collections::BTreeSet;

use muster_core::ids::DeviceId;
use muster_core::operation::{MAX_NAMED, Target};
use muster_query::Condition;

use super::read::Problems;
use crate::rpc::operations::draft::Who;

/// The target.
pub fn target(who: &Who, problems: &mut Problems) -> Option<Target> {
    if who.by != "ids" {
        let condition = problems.take("who[filter]", Condition::parse(&who.filter))?;
        return Some(Target::Query {
            text: condition.to_string(),
        });
    }
    let mut ids = BTreeSet::new();
    for name in names(&who.ids) {
        match DeviceId::new(name) {
            Ok(id) => drop(ids.insert(id)),
            Err(_) => {
                problems.add("who[ids]", format!("“{name}” is no id of a device"));
                return None;
            }
        }
    }
    let read = match ids.len() {
        0 => Err("name at least one device".to_owned()),
        n if n > MAX_NAMED => Err(format!(
            "name at most {} devices; more need a condition",
            crate::format::count(MAX_NAMED as u64)
        )),
        _ => Ok(ids.into_iter().collect()),
    };
    let ids = problems.take("who[ids]", read)?;
    Some(Target::Devices { ids })
}

/// Names as people paste them: apart by spaces or lines. A comma can be part of an id, but not its end.
fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace()
        .map(|name| name.trim_end_matches([',', ';']))
        .filter(|name| !name.is_empty())
}
