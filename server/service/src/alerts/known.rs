//! All rules as the engine knows them, and which of them look at what.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use muster_core::alert::{BadRule, Rule, RuleDraft, RuleId};
use muster_query::{Condition, Path};
use serde_json::Value;

use super::check::condition;

/// A rule that has been read.
#[derive(Debug)]
pub(crate) struct Ready {
    /// Which devices it looks at.
    pub(crate) applies: Condition,
    /// What must hold.
    pub(crate) holds: Condition,
    /// What ends its alerts, when that is not that it no longer holds.
    pub(crate) clear: Option<Condition>,
    /// The tag that says which devices belong together.
    pub(crate) fold: Option<Path>,
}

impl Ready {
    /// Reads the conditions of a rule.
    pub(crate) fn read(draft: &RuleDraft) -> Result<Self, BadRule> {
        let holds = condition("condition", &draft.condition)?;
        if holds.is_all() {
            return Err(BadRule::Empty);
        }
        let clear = match draft.clear.as_str() {
            "" => None,
            text => Some(condition("clear", text)?),
        };
        let in_life = match draft.mute_maintenance {
            true => "NOT stage IN ['retired', 'maintenance']",
            false => "stage != 'retired'",
        };
        let in_life = Condition::parse(in_life).expect("it stands in this file");
        let scope = condition("scope", &draft.scope)?;
        let fold = match draft.fold_by.as_str() {
            "" => None,
            tag => {
                let tag = tag.strip_prefix("tags.").unwrap_or(tag);
                let wrong = |problem: String| BadRule::Condition {
                    field: "fold_by",
                    problem,
                };
                let path = Path::parse(&format!("tags.{tag}"));
                Some(path.map_err(|error| wrong(error.to_string()))?)
            }
        };
        Ok(Self {
            applies: scope.and(in_life),
            holds,
            clear,
            fold,
        })
    }

    fn paths(&self) -> Vec<Path> {
        let mut paths = self.applies.paths();
        paths.extend(self.holds.paths());
        paths.extend(self.clear.iter().flat_map(Condition::paths));
        paths.extend(self.fold.clone());
        paths
    }
}

/// The rules at one time. Never changed: new ones take their place.
#[derive(Debug, Default)]
pub(crate) struct Known {
    all: Vec<(Rule, Option<Arc<Ready>>)>,
    paths: Vec<Path>,
    tags: Watch,
    reported: Watch,
    desired: Watch,
    presence: BTreeSet<RuleId>,
    drift: BTreeSet<RuleId>,
    configured: BTreeSet<RuleId>,
    windows: BTreeSet<RuleId>,
    /// Rules whose answer time alone may change.
    timed: BTreeSet<RuleId>,
    contact: BTreeSet<RuleId>,
}

/// Keys below tags or properties, by the first of them, with the rules that look there.
#[derive(Debug, Default)]
struct Watch {
    by_first: HashMap<String, Vec<(Vec<String>, RuleId)>>,
    /// Those that look at the whole.
    whole: BTreeSet<RuleId>,
}

impl Known {
    pub(crate) fn new(rules: Vec<Rule>) -> Self {
        let mut known = Self::default();
        for rule in rules {
            let ready = match Ready::read(&rule.draft) {
                Ok(ready) => Some(Arc::new(ready)),
                Err(error) => {
                    tracing::warn!(rule.id = %rule.id, %error, "this rule cannot be read and watches nothing");
                    None
                }
            };
            if let Some(ready) = ready.as_ref().filter(|_| rule.draft.enabled) {
                known.watch(&rule, ready);
            }
            known.all.push((rule, ready));
        }
        known
    }

    fn watch(&mut self, rule: &Rule, ready: &Ready) {
        let id = rule.id;
        if rule.draft.mute_window.is_some() {
            self.windows.insert(id);
            self.timed.insert(id);
            self.tags.look_at("location", id);
        }
        for path in ready.paths() {
            let (names, keys) = path.parts();
            match (names, &path) {
                (["tags"], _) => self.tags.look_at(keys.unwrap_or_default(), id),
                (["properties", "reported"], _) => {
                    self.reported.look_at(keys.unwrap_or_default(), id);
                }
                (["properties", "desired"], _) => {
                    self.desired.look_at(keys.unwrap_or_default(), id);
                }
                (["configurations"], _) => _ = self.configured.insert(id),
                (_, Path::Drift) => _ = self.drift.insert(id),
                (_, Path::Contact) => {
                    self.presence.insert(id);
                    self.contact.insert(id);
                    self.timed.insert(id);
                    self.tags.look_at("contact", id);
                }
                (_, Path::ConnectionState | Path::ModelId) => _ = self.presence.insert(id),
                _ => {}
            }
            if !self.paths.contains(&path) {
                self.paths.push(path);
            }
        }
    }

    /// All rules, oldest first.
    pub(crate) fn rules(&self) -> Vec<Rule> {
        self.all.iter().map(|(rule, _)| rule.clone()).collect()
    }

    /// A rule that watches.
    pub(crate) fn find(&self, id: RuleId) -> Option<(&Rule, &Ready)> {
        let found = self.all.binary_search_by_key(&id, |(rule, _)| rule.id);
        let (rule, ready) = &self.all[found.ok()?];
        let ready = ready.as_deref().filter(|_| rule.draft.enabled)?;
        Some((rule, ready))
    }

    /// The numbers of the rules that watch.
    pub(crate) fn watching(&self) -> impl Iterator<Item = RuleId> {
        let watching =
            |(rule, ready): &&(Rule, Option<Arc<Ready>>)| rule.draft.enabled && ready.is_some();
        self.all.iter().filter(watching).map(|(rule, _)| rule.id)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.watching().next().is_none()
    }

    /// What rules look at, each once.
    pub(crate) fn paths(&self) -> &[Path] {
        &self.paths
    }

    /// Rules that look at what a patch of tags names.
    pub(crate) fn on_tags(&self, patch: &Value, into: &mut BTreeSet<RuleId>) {
        self.tags.touched(patch, into);
    }

    /// Rules that look at what a report names, or at whether it differs from what is desired.
    pub(crate) fn on_reported(&self, patch: &Value, into: &mut BTreeSet<RuleId>) {
        self.reported.touched(patch, into);
        into.extend(&self.drift);
    }

    /// Rules that look at what a patch of desired properties names.
    pub(crate) fn on_desired(&self, patch: &Value, into: &mut BTreeSet<RuleId>) {
        self.desired.touched(patch, into);
        into.extend(&self.drift);
    }

    /// Rules that look at connections and contact.
    pub(crate) fn on_presence(&self) -> &BTreeSet<RuleId> {
        &self.presence
    }

    /// Rules that look at contact.
    pub(crate) fn on_contact(&self) -> &BTreeSet<RuleId> {
        &self.contact
    }

    /// Rules that look at how configurations stand.
    pub(crate) fn on_configurations(&self) -> &BTreeSet<RuleId> {
        &self.configured
    }

    /// Rules that leave devices alone while a window is open.
    pub(crate) fn with_windows(&self) -> &BTreeSet<RuleId> {
        &self.windows
    }

    /// Rules whose answer time alone may change.
    pub(crate) fn timed(&self) -> &BTreeSet<RuleId> {
        &self.timed
    }
}

impl Watch {
    fn look_at(&mut self, dotted: &str, rule: RuleId) {
        // Places in arrays and what the hub writes there change with the key before them.
        let odd =
            |key: &&str| key.starts_with(muster_query::path::POSITION) || key.starts_with('$');
        let keys = dotted.split('.');
        let keys = keys.take_while(|key| !odd(key) && !key.is_empty());
        let keys: Vec<String> = keys.map(str::to_owned).collect();
        match keys.split_first() {
            None => _ = self.whole.insert(rule),
            Some((first, rest)) => {
                let below = self.by_first.entry(first.clone()).or_default();
                below.push((rest.to_vec(), rule));
            }
        }
    }

    /// The rules that look at something a merge patch names, before or behind it.
    fn touched(&self, patch: &Value, into: &mut BTreeSet<RuleId>) {
        into.extend(&self.whole);
        let Some(patch) = patch.as_object() else {
            // All of it is replaced.
            into.extend(self.by_first.values().flatten().map(|(_, rule)| *rule));
            return;
        };
        for (key, value) in patch {
            for (keys, rule) in self.by_first.get(key).into_iter().flatten() {
                if names(value, keys) {
                    into.insert(*rule);
                }
            }
        }
    }
}

fn names(mut value: &Value, keys: &[String]) -> bool {
    for key in keys {
        match value.as_object() {
            // It is replaced or removed as a whole.
            None => return true,
            Some(object) => match object.get(key) {
                None => return false,
                Some(inner) => value = inner,
            },
        }
    }
    true
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use muster_core::alert::Severity;
    use muster_core::device::ETag;
    use serde_json::json;

    pub(in crate::alerts) fn rule(id: i64, condition: &str) -> Rule {
        Rule {
            id: RuleId(id),
            etag: ETag::FIRST,
            draft: RuleDraft {
                name: format!("rule {id}"),
                severity: Severity::Serious,
                condition: condition.into(),
                for_s: 0,
                clear: String::new(),
                clear_for_s: 0,
                scope: String::new(),
                fold_by: String::new(),
                fold_at: 0,
                mute_maintenance: false,
                mute_window: None,
                escalate_after_s: 0,
                enabled: true,
            },
        }
    }

    #[test]
    fn a_patch_wakes_the_rules_that_look_there() {
        let known = Known::new(vec![
            rule(1, "properties.reported.power.battery < 20"),
            rule(2, "properties.reported.power = 'x'"),
            rule(3, "tags.site = 'a'"),
            rule(4, "drift = true"),
        ]);
        let check = |patch: Value, want: &[i64]| {
            let mut found = BTreeSet::new();
            known.on_reported(&patch, &mut found);
            let found: Vec<i64> = found.into_iter().map(|rule| rule.0).collect();
            assert_eq!(found, want, "{patch}");
        };
        check(json!({"power": {"battery": 3}}), &[1, 2, 4]);
        check(json!({"power": {"source": "mains"}}), &[2, 4]);
        check(json!({"power": null}), &[1, 2, 4]);
        check(json!({"site": "a"}), &[4]);
        check(json!(null), &[1, 2, 4]);
    }

    #[test]
    fn rules_that_watch_nothing_are_known_all_the_same() {
        let mut off = rule(1, "tags.a = 1");
        off.draft.enabled = false;
        let known = Known::new(vec![
            off,
            rule(2, "tags.a ="),
            rule(3, "contact = 'silent'"),
        ]);
        assert_eq!(known.rules().len(), 3);
        assert_eq!(known.watching().collect::<Vec<_>>(), [RuleId(3)]);
        assert!(known.find(RuleId(1)).is_none());
        assert_eq!(known.timed().len(), 1);
    }

    #[test]
    fn conditions_are_limited() {
        let check = |condition: &str, want: Result<(), &str>| {
            let read = Ready::read(&rule(1, condition).draft);
            match want {
                Ok(()) => assert!(read.is_ok(), "{condition}: {read:?}"),
                Err(part) => {
                    let error = read
                        .err()
                        .map(|error| error.to_string())
                        .unwrap_or_default();
                    assert!(error.contains(part), "{condition}: {error}");
                }
            }
        };
        check("contact = 'silent' AND tags.site = 'a'", Ok(()));
        check("drift = true", Ok(()));
        check("configurations.ring2.status = 'Targeted'", Ok(()));
        check("", Err("say what must hold"));
        check("lastActivityTime > '2026-01-01'", Err("contact = 'silent'"));
        check("properties.reported.seen < now()", Err("the clock"));
        check("tags.a =", Err("at character"));
    }
}
