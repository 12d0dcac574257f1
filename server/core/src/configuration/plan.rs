//! What configurations make of the desired properties of one device.

use std::sync::LazyLock;

use serde_json::Value;

use super::content::Assignments;
use crate::twin::Object;

/// A configuration that covers the device.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Claim<'a> {
    /// Its place among others: the greater wins. No two have the same.
    pub rank: (i32, i64),
    /// What it says.
    pub assignments: &'a Assignments,
}

/// What is to be written, and who wins.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Plan {
    /// Merge patches by the rank of the configuration that wants them, lowest first; none of them empty, no property in
    /// two of them.
    pub writes: Vec<((i32, i64), Object)>,
    /// The ranks of those that win at least one of their paths, highest first.
    pub winners: Vec<(i32, i64)>,
}

/// Works out what is left to write. Each assignment replaces what is at its path; where two meet, the higher rank wins.
/// What none of them names stays as it is.
pub fn plan(claims: &[Claim<'_>], current: &Object) -> Plan {
    let mut claims = claims.to_vec();
    claims.sort_by_key(|claim| claim.rank);
    let mut wanted = current.clone();
    for claim in &claims {
        claim.assignments.write_into(&mut wanted);
    }
    claims.reverse();
    let mut plan = Plan {
        writes: Vec::new(),
        winners: winners(&claims),
    };
    differences(current, &wanted, &mut Vec::new(), &mut |path, value| {
        let owner = claims.iter().find(|claim| covers(claim, path));
        let Some(owner) = owner.or(claims.first()) else {
            return;
        };
        let place = plan.writes.iter().position(|(rank, _)| *rank == owner.rank);
        let place = place.unwrap_or_else(|| {
            plan.writes.push((owner.rank, Object::new()));
            plan.writes.len() - 1
        });
        put(&mut plan.writes[place].1, path, value);
    });
    plan.writes.sort_by_key(|(rank, _)| *rank);
    plan
}

/// Whether a claim's assignment decides what is at a path.
fn covers(claim: &Claim<'_>, path: &[&str]) -> bool {
    claim
        .assignments
        .paths()
        .any(|assigned| leads_to(assigned, path))
}

fn leads_to(outer: &[String], inner: &[&str]) -> bool {
    outer.len() <= inner.len() && outer.iter().zip(inner).all(|(a, b)| a == b)
}

/// Of claims with the highest first: those with a path that no higher one decides as a whole.
fn winners(claims: &[Claim<'_>]) -> Vec<(i32, i64)> {
    let wins = |(place, claim): (usize, &Claim<'_>)| {
        let higher = &claims[..place];
        let stands = |path: &[String]| {
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            !higher.iter().any(|other| covers(other, &path))
        };
        claim.assignments.paths().any(stands).then_some(claim.rank)
    };
    claims.iter().enumerate().filter_map(wins).collect()
}

/// Tells each property that a merge patch must name to make `wanted` of `current`, whole objects leaf by leaf.
fn differences<'a>(
    current: &'a Object,
    wanted: &'a Object,
    path: &mut Vec<&'a str>,
    tell: &mut impl FnMut(&[&str], Value),
) {
    static NOTHING: LazyLock<Object> = LazyLock::new(Object::new);
    for key in current.keys().filter(|key| !wanted.contains_key(*key)) {
        path.push(key);
        tell(path, Value::Null);
        path.pop();
    }
    for (key, value) in wanted {
        path.push(key);
        match (current.get(key), value) {
            (Some(Value::Object(current)), Value::Object(wanted)) => {
                differences(current, wanted, path, tell);
            }
            (Some(current), wanted) if same(current, wanted) => {}
            (_, Value::Object(wanted)) if !wanted.is_empty() => {
                differences(&NOTHING, wanted, path, tell);
            }
            _ => tell(path, value.clone()),
        }
        path.pop();
    }
}

fn put(patch: &mut Object, path: &[&str], value: Value) {
    let Some((last, outer)) = path.split_last() else {
        return;
    };
    let mut object = patch;
    for key in outer {
        let inner = object
            .entry((*key).to_owned())
            .or_insert_with(|| Value::Object(Object::new()));
        match inner {
            Value::Object(inner) => object = inner,
            _ => return,
        }
    }
    object.insert((*last).to_owned(), value);
}

/// Equal, or numbers that differ by no more than writing and reading them may do.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => {
            let near = |a: f64, b: f64| (a - b).abs() <= a.abs().max(b.abs()) * f64::EPSILON;
            match (a.as_i64(), b.as_i64()) {
                (Some(a), Some(b)) => a == b,
                _ => a.as_f64().zip(b.as_f64()).is_some_and(|(a, b)| near(a, b)),
            }
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}

#[cfg(test)]
mod tests;
