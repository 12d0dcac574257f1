//! Plans as people write and read them: as they are stored, but with times in words.

use serde::Deserialize as _;
use serde_json::Value;

use super::{BadPlan, Plan};
use crate::time::Timestamp;

/// Where times stand in a plan.
const TIMES: [&str; 3] = ["/how/startsAt", "/how/expiresAt", "/task/at"];

impl Plan {
    /// The plan as people read it; [`Plan::read`] takes it again.
    pub fn written(&self) -> Value {
        let mut plan = serde_json::to_value(self).unwrap_or_default();
        for place in TIMES {
            if let Some(time) = plan.pointer_mut(place)
                && let Some(ms) = time.as_i64()
            {
                *time = Timestamp::from_millis(ms).to_string().into();
            }
        }
        plan
    }

    /// Reads a plan. What is left out takes its usual value; a name that means nothing is refused, because it may be
    /// the misspelt name of something that was meant to be careful.
    pub fn read(given: &Value) -> Result<Self, BadPlan> {
        let mut stored = given.clone();
        for place in TIMES {
            if let Some(time) = stored.pointer_mut(place).filter(|time| !time.is_null()) {
                *time = instant(time, place)?.millis().into();
            }
        }
        let plan = Self::deserialize(&stored).map_err(|error| BadPlan(error.to_string()))?;
        match stray(given, &plan.written(), "") {
            None => Ok(plan),
            Some(name) => Err(BadPlan(format!("there is nothing called {name} in a plan"))),
        }
    }
}

fn instant(time: &Value, place: &str) -> Result<Timestamp, BadPlan> {
    let read = time.as_str().and_then(|text| text.parse().ok());
    read.ok_or_else(|| {
        let name = place.trim_start_matches('/').replace('/', ".");
        BadPlan(format!("{name} is an instant such as 2026-03-04T05:06:07Z"))
    })
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
        assert_eq!(Plan::read(&plan.written()).unwrap(), plan);
    }

    #[test]
    fn times_are_written_in_words() {
        let given = |at: Value| {
            json!({
                "title": "back to Monday",
                "task": {"kind": "restoreDesired", "at": "2026-03-04T05:06:07Z"},
                "target": {"kind": "query", "text": ""},
                "how": {"startsAt": at},
            })
        };
        let plan = Plan::read(&given("2026-03-05T00:00:00Z".into())).unwrap();
        assert_eq!(plan.how.starts_at, "2026-03-05T00:00:00Z".parse().ok());
        assert_eq!(Plan::read(&plan.written()).unwrap(), plan);
        assert_eq!(Plan::read(&given(Value::Null)).unwrap().how.starts_at, None);
        for bad in [json!(5), json!("tomorrow")] {
            let refused = Plan::read(&given(bad)).unwrap_err().0;
            assert!(
                refused.starts_with("how.startsAt is an instant"),
                "{refused}"
            );
        }
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
        check(
            json!({"limits": {"perSecond": 5}}),
            Some("how.limits.perSecond"),
        );
        check(json!({"strartsAt": null}), Some("how.strartsAt"));
        let wave = json!({"size": {"kind": "rest"}, "soakS": 1});
        check(json!({"waves": [wave]}), None);
        let wave = json!({"size": {"kind": "rest"}, "soak": 1});
        check(json!({"waves": [wave]}), Some("how.waves.soak"));
    }
}
