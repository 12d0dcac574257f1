//! Reading a plan that somebody wrote by hand.

use serde::Deserialize as _;
use serde_json::Value;

use super::{BadPlan, Plan};

impl Plan {
    /// Reads a plan. What is left out takes its usual value; a name that means nothing is refused, because it may be
    /// the misspelt name of something that was meant to be careful.
    pub fn read(given: &Value) -> Result<Self, BadPlan> {
        let plan = Self::deserialize(given).map_err(|error| BadPlan(error.to_string()))?;
        let known = serde_json::to_value(&plan).map_err(|error| BadPlan(error.to_string()))?;
        match stray(given, &known, "") {
            None => Ok(plan),
            Some(name) => Err(BadPlan(format!("there is nothing called {name} in a plan"))),
        }
    }
}

/// The first name in `given` that `known` does not have.
fn stray(given: &Value, known: &Value, at: &str) -> Option<String> {
    match (given, known) {
        (Value::Object(given), Value::Object(known)) => given.iter().find_map(|(name, value)| {
            let path = match at {
                "" => name.clone(),
                at => format!("{at}.{name}"),
            };
            match known.get(name) {
                None => Some(path),
                Some(known) => stray(value, known, &path),
            }
        }),
        (Value::Array(given), Value::Array(known)) => {
            let mut pairs = given.iter().zip(known);
            pairs.find_map(|(given, known)| stray(given, known, at))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use super::*;
    use crate::operation::{Limits, Offline};
    use serde_json::json;

    #[test]
    fn a_short_plan_is_enough() {
        let given = json!({
            "title": "ring 2",
            "task": {"kind": "updateTwin", "tags": {"ring": 2, "gone": null}},
            "target": {"kind": "query", "text": ""},
        });
        let plan = Plan::read(&given).unwrap();
        assert_eq!((plan.how.attempts, plan.how.offline), (1, Offline::Wait));
        assert_eq!(plan.how.limits, Limits::default());
        let written = serde_json::to_value(&plan).unwrap();
        assert_eq!(Plan::read(&written).unwrap(), plan);
    }

    #[test]
    fn misspelt_names_are_refused() {
        let check = |how: Value, want: Option<&str>| {
            let given = json!({
                "title": "t",
                "task": {"kind": "invokeMethod", "name": "reboot"},
                "target": {"kind": "devices", "ids": ["a"]},
                "how": how,
            });
            let refused = Plan::read(&given).err().map(|error| error.0);
            let want = want.map(|name| format!("there is nothing called {name} in a plan"));
            assert_eq!(refused, want, "{how}");
        };
        check(json!({}), None);
        check(json!({"limits": {"perMinute": 5}}), None);
        check(json!({"limits": {"perSecond": 5}}), Some("how.limits.perSecond"));
        check(json!({"strartsAt": null}), Some("how.strartsAt"));
        let wave = json!({"size": {"kind": "rest"}, "soakS": 1});
        check(json!({"waves": [wave]}), None);
        let wave = json!({"size": {"kind": "rest"}, "soak": 1});
        check(json!({"waves": [wave]}), Some("how.waves.soak"));
    }
}
