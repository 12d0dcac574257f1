//! Two people changed the same twin: what both started from, what each made of it, and what is to be kept.

use std::collections::BTreeSet;

use muster_core::twin::Object;
use serde_json::Value;

use super::tree::{self, Path};

/// Who changed a property.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// Only this editor.
    Mine,
    /// Only somebody else.
    Theirs,
    /// Both, to the same value.
    Both,
    /// Both, to different values: somebody must choose.
    Collision,
}

/// One property that is not as it was.
#[derive(Clone, PartialEq, Debug)]
pub struct Change {
    /// Where.
    pub path: Path,
    /// What both started from.
    pub base: Option<Value>,
    /// What this editor wants.
    pub mine: Option<Value>,
    /// What is stored now.
    pub theirs: Option<Value>,
    /// Who changed it.
    pub side: Side,
}

/// The outcome of a merge.
#[derive(Clone, PartialEq, Debug)]
pub struct Merged {
    /// Everything that changed on either side, in order of paths.
    pub changes: Vec<Change>,
    /// The whole section with both people's changes; collisions are decided by the choice.
    pub value: Object,
}

/// Merges what two people made of `base`. Where they collide, the stored value is taken for the paths in
/// `take_theirs` (dotted), this editor's value for all others.
pub fn merge(
    base: &Object,
    mine: &Object,
    theirs: &Object,
    take_theirs: &BTreeSet<String>,
) -> Merged {
    let mut walk = Walk {
        take_theirs,
        changes: Vec::new(),
    };
    let value = walk.objects(Some(base), mine, theirs, &mut Vec::new());
    Merged {
        changes: walk.changes,
        value,
    }
}

impl Merged {
    /// The properties that somebody must choose.
    pub fn collisions(&self) -> impl Iterator<Item = &Change> {
        self.changes
            .iter()
            .filter(|change| change.side == Side::Collision)
    }
}

struct Walk<'a> {
    take_theirs: &'a BTreeSet<String>,
    changes: Vec<Change>,
}

impl Walk<'_> {
    fn objects(
        &mut self,
        base: Option<&Object>,
        mine: &Object,
        theirs: &Object,
        path: &mut Path,
    ) -> Object {
        let mut keys = BTreeSet::new();
        keys.extend(base.into_iter().flat_map(Object::keys));
        keys.extend(mine.keys().chain(theirs.keys()));
        let mut result = Object::new();
        for key in keys {
            path.push(key.clone());
            let before = base.and_then(|base| base.get(key));
            if let Some(value) = self.member(before, mine.get(key), theirs.get(key), path) {
                result.insert(key.clone(), value);
            }
            path.pop();
        }
        result
    }

    fn member(
        &mut self,
        base: Option<&Value>,
        mine: Option<&Value>,
        theirs: Option<&Value>,
        path: &mut Path,
    ) -> Option<Value> {
        if mine == theirs && mine == base {
            return mine.cloned();
        }
        if let (Some(Value::Object(mine)), Some(Value::Object(theirs))) = (mine, theirs) {
            let before = base.and_then(Value::as_object);
            // A new object that is empty on both sides has no member that could tell of it.
            if !(mine.is_empty() && theirs.is_empty()) || before.is_some() {
                return Some(Value::Object(self.objects(before, mine, theirs, path)));
            }
        }
        let side = match () {
            () if mine == theirs => Side::Both,
            () if mine == base => Side::Theirs,
            () if theirs == base => Side::Mine,
            () => Side::Collision,
        };
        self.changes.push(Change {
            path: path.clone(),
            base: base.cloned(),
            mine: mine.cloned(),
            theirs: theirs.cloned(),
            side,
        });
        let takes_theirs = match side {
            Side::Theirs => true,
            Side::Mine | Side::Both => false,
            Side::Collision => self.take_theirs.contains(&tree::dotted(path)),
        };
        if takes_theirs { theirs } else { mine }.cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::panels::twin::tree::generate;
    use proptest::prelude::*;
    use serde_json::json;

    fn object(value: Value) -> Object {
        value.as_object().cloned().unwrap_or_default()
    }

    fn nobody() -> BTreeSet<String> {
        BTreeSet::new()
    }

    #[test]
    fn changes_of_both_are_kept_and_collisions_are_chosen() {
        let base = object(json!({"a": 1, "b": {"c": 1, "d": 1}, "e": 1}));
        let mine = object(json!({"a": 2, "b": {"c": 2, "d": 1}}));
        let theirs = object(json!({"a": 3, "b": {"c": 1, "d": 2}, "e": 1}));
        let check = |take: &[&str], want: Value| {
            let take = take.iter().map(|path| (*path).to_owned()).collect();
            let merged = merge(&base, &mine, &theirs, &take);
            assert_eq!(merged.value, object(want));
            let sides: Vec<_> = merged
                .changes
                .iter()
                .map(|change| (tree::dotted(&change.path), change.side))
                .collect();
            let want = [
                ("a", Side::Collision),
                ("b.c", Side::Mine),
                ("b.d", Side::Theirs),
                ("e", Side::Mine),
            ];
            assert_eq!(sides, want.map(|(path, side)| (path.to_owned(), side)));
        };
        check(&[], json!({"a": 2, "b": {"c": 2, "d": 2}}));
        check(&["a"], json!({"a": 3, "b": {"c": 2, "d": 2}}));
    }

    #[test]
    fn removal_against_change_is_a_collision() {
        let merged = merge(
            &object(json!({"a": 1})),
            &object(json!({})),
            &object(json!({"a": 2})),
            &nobody(),
        );
        assert_eq!(merged.collisions().count(), 1);
        assert_eq!(merged.value, object(json!({})));
    }

    proptest! {
        #[test]
        fn who_changed_nothing_loses_nothing(base in generate::object(), other in generate::object()) {
            let theirs_only = merge(&base, &base, &other, &nobody());
            prop_assert_eq!(&theirs_only.value, &other);
            prop_assert_eq!(theirs_only.collisions().count(), 0);
            let mine_only = merge(&base, &other, &base, &nobody());
            prop_assert_eq!(&mine_only.value, &other);
            prop_assert_eq!(mine_only.collisions().count(), 0);
        }

        #[test]
        fn the_same_change_never_collides(base in generate::object(), both in generate::object()) {
            let merged = merge(&base, &both, &both, &nobody());
            prop_assert_eq!(&merged.value, &both);
            prop_assert_eq!(merged.collisions().count(), 0);
        }

        #[test]
        fn every_change_is_kept_as_its_side_says(
            base in generate::object(),
            mine in generate::object(),
            theirs in generate::object(),
            choose_theirs in any::<bool>(),
        ) {
            let open = merge(&base, &mine, &theirs, &nobody());
            let take = if choose_theirs {
                open.collisions().map(|change| tree::dotted(&change.path)).collect()
            } else {
                nobody()
            };
            let merged = merge(&base, &mine, &theirs, &take);
            for change in &merged.changes {
                let want = match change.side {
                    Side::Mine | Side::Both => &change.mine,
                    Side::Theirs => &change.theirs,
                    Side::Collision if choose_theirs => &change.theirs,
                    Side::Collision => &change.mine,
                };
                prop_assert_eq!(tree::at(&merged.value, &change.path), want.as_ref());
            }
        }

        #[test]
        fn collisions_are_the_same_from_both_sides(
            base in generate::object(),
            mine in generate::object(),
            theirs in generate::object(),
        ) {
            let paths = |merged: &Merged| -> Vec<Path> {
                merged.collisions().map(|change| change.path.clone()).collect()
            };
            let here = merge(&base, &mine, &theirs, &nobody());
            let there = merge(&base, &theirs, &mine, &nobody());
            prop_assert_eq!(paths(&here), paths(&there));
        }
    }
}
