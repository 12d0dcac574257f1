//! Where two configurations say different things about the same property.

use super::content::{Assignments, name};

/// A path about which two configurations both decide: one of the two is this path, the other leads to it or is it too.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Overlap {
    /// The path of the wire, the inner of the two.
    pub path: String,
    /// Whether the lower configuration loses all that it says there; otherwise only what is inside.
    pub whole: bool,
}

/// The paths about which two contents both decide, seen from the lower: what it loses to the higher.
pub fn overlaps(lower: &Assignments, higher: &Assignments) -> Vec<Overlap> {
    let mut found = Vec::new();
    for (ours, value) in lower.iter() {
        for (theirs, other) in higher.iter() {
            if ours.starts_with(theirs) {
                // The same said twice is no conflict.
                if ours != theirs || value != other {
                    found.push(Overlap {
                        path: name(ours),
                        whole: true,
                    });
                }
            } else if theirs.starts_with(ours) {
                found.push(Overlap {
                    path: name(theirs),
                    whole: false,
                });
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn overlaps_are_paths_that_both_decide() {
        let check = |lower: Value, higher: Value, want: &[(&str, bool)]| {
            let read = |json: &Value| Assignments::parse(json).unwrap();
            let found = overlaps(&read(&lower), &read(&higher));
            let found: Vec<_> = found.iter().map(|o| (o.path.as_str(), o.whole)).collect();
            assert_eq!(found, want, "{lower} under {higher}");
        };
        let a = |value: Value| json!({"properties.desired.a": value});
        check(a(json!(1)), json!({"properties.desired.b": 1}), &[]);
        check(a(json!(1)), json!({"properties.desired.ab": 1}), &[]);
        check(a(json!(1)), a(json!(2)), &[("properties.desired.a", true)]);
        check(a(json!(1)), a(json!(1)), &[]);
        let inner = json!({"properties.desired.a.b": 1});
        check(
            a(json!({})),
            inner.clone(),
            &[("properties.desired.a.b", false)],
        );
        check(inner, a(json!({})), &[("properties.desired.a.b", true)]);
    }
}
