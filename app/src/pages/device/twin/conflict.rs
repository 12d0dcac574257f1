//! Two people changed the same twin: what both started from, yours, what is stored, and which to keep.

use std::collections::BTreeSet;

use leptos::prelude::*;
use muster_core::ids::DeviceId;
use serde_json::Value;

use super::draft::Draft;
use crate::format;
use crate::panels::twin::document::Section;
use crate::panels::twin::three_way::{Change, Merged, Side, merge};
use crate::panels::twin::tree;
use crate::ui::{Button, ButtonKind, Note, Tone};

/// Both sections merged.
#[derive(Clone, PartialEq)]
struct Both {
    tags: Merged,
    desired: Merged,
}

/// The choice, property by property.
#[component]
pub(super) fn Conflict(id: DeviceId, draft: Draft) -> impl IntoView {
    // Paths where the stored value is to be kept, with the section before them.
    let take_theirs = RwSignal::new(BTreeSet::<String>::new());
    let merged: Memo<Result<Both, String>> = Memo::new(move |_| {
        let (tags, desired) = draft.mine()?;
        let (base, theirs) = (draft.base(), draft.theirs());
        let take = take_theirs.get();
        Ok(Both {
            tags: merge(
                &base.tags,
                &tags,
                &theirs.tags,
                &within(&take, Section::Tags),
            ),
            desired: merge(
                &base.desired,
                &desired,
                &theirs.desired,
                &within(&take, Section::Desired),
            ),
        })
    });
    let save = move |_| {
        if let Ok(both) = merged.get_untracked() {
            draft.rebase(&both.tags.value, &both.desired.value);
            draft.send(&id);
        }
    };
    move || match merged.get() {
        Err(problem) => view! {
            <Note tone=Tone::Attention>
                <strong>"Your text cannot be compared as it stands. "</strong>
                {problem}
            </Note>
            <p class="mt-3"><Button on_press=move |_| draft.restart()>"Drop my changes"</Button></p>
        }
        .into_any(),
        Ok(both) => {
            let rows = [
                (Section::Desired, &both.desired),
                (Section::Tags, &both.tags),
            ]
            .into_iter()
            .flat_map(|(section, merged)| {
                merged
                    .changes
                    .iter()
                    .map(move |change| (section, change.clone()))
            })
            .map(|(section, change)| row(section, change, take_theirs))
            .collect_view();
            let save = save.clone();
            view! {
                <Note tone=Tone::Attention alert=true>
                    <strong>"Somebody else changed this twin meanwhile. "</strong>
                    {summary(&both)}
                </Note>
                <div class="table-wrap mt-4">
                    <table class="table twin diff">
                        <thead>
                            <tr>
                                <th scope="col">"Property"</th>
                                <th scope="col">"You started from"</th>
                                <th scope="col">"Yours"</th>
                                <th scope="col">"Stored now"</th>
                                <th scope="col">"Keep"</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
                <div class="row mt-4">
                    <Button kind=ButtonKind::Primary on_press=save>"Save again"</Button>
                    <Button kind=ButtonKind::Quiet on_press=move |_| draft.restart()>"Drop my changes"</Button>
                </div>
            }
            .into_any()
        }
    }
}

fn name(section: Section, change: &Change) -> String {
    let section = match section {
        Section::Tags => "tags",
        Section::Desired => "desired",
    };
    format!("{section}.{}", tree::dotted(&change.path))
}

/// The paths of one section, without its name.
fn within(paths: &BTreeSet<String>, section: Section) -> BTreeSet<String> {
    let prefix = format!("{}.", section.name());
    let mut within = BTreeSet::new();
    within.extend(
        paths
            .iter()
            .filter_map(|path| path.strip_prefix(&prefix).map(str::to_owned)),
    );
    within
}

fn summary(both: &Both) -> String {
    let collisions = (both.tags.collisions().count() + both.desired.collisions().count()) as u64;
    match collisions {
        0 => "Your changes and theirs do not touch each other; saving again keeps both.".to_owned(),
        1 => {
            "One property was changed by both of you. Choose which value to keep, then save again."
                .to_owned()
        }
        n => format!(
            "{} properties were changed by both of you. Choose which values to keep, then save again.",
            format::sentence(&format::number_word(n)).trim_end_matches('.')
        ),
    }
}

fn row(section: Section, change: Change, take_theirs: RwSignal<BTreeSet<String>>) -> impl IntoView {
    let name = name(section, &change);
    let keep = match change.side {
        Side::Collision => choice(name.clone(), take_theirs).into_any(),
        Side::Mine => "yours".into_any(),
        Side::Theirs => "what is stored".into_any(),
        Side::Both => "the same in both".into_any(),
    };
    let collides = change.side == Side::Collision;
    view! {
        <tr class=collides.then_some("is-diff")>
            <th scope="row" class="mono">{name}</th>
            <td class="v" data-l="You started from">{value(change.base.as_ref())}</td>
            <td class="v" data-l="Yours">{value(change.mine.as_ref())}</td>
            <td class="v" data-l="Stored now">{value(change.theirs.as_ref())}</td>
            <td>{keep}</td>
        </tr>
    }
    .into_any()
}

fn value(value: Option<&Value>) -> AnyView {
    match value {
        Some(value) => tree::shown(value).into_any(),
        None => view! { <span class="v--unset">"not set"</span> }.into_any(),
    }
}

fn choice(path: String, take_theirs: RwSignal<BTreeSet<String>>) -> impl IntoView {
    let theirs = take_theirs.with_untracked(|paths| paths.contains(&path));
    let group = format!("keep-{path}");
    let (keep_mine, keep_theirs) = (path.clone(), path.clone());
    view! {
        <span class="row" role="radiogroup" aria-label=format!("Keep for {path}")>
            <label class="check">
                <input
                    type="radio"
                    name=group.clone()
                    checked=!theirs
                    on:change=move |_| take_theirs.update(|paths| { paths.remove(&keep_mine); })
                />
                <span>"Keep mine"</span>
            </label>
            <label class="check">
                <input
                    type="radio"
                    name=group
                    checked=theirs
                    on:change=move |_| take_theirs.update(|paths| { paths.insert(keep_theirs.clone()); })
                />
                <span>"Take theirs"</span>
            </label>
        </span>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use serde_json::json;

    fn merged(base: &Value, mine: &Value, theirs: &Value) -> Merged {
        let object = |value: &Value| value.as_object().unwrap().clone();
        merge(
            &object(base),
            &object(mine),
            &object(theirs),
            &BTreeSet::new(),
        )
    }

    #[test]
    fn the_summary_counts_what_must_be_chosen() {
        let calm = merged(&json!({}), &json!({"a": 1}), &json!({"b": 1}));
        let one = merged(&json!({"a": 0}), &json!({"a": 1}), &json!({"a": 2}));
        let check = |tags: &Merged, desired: &Merged, want: &str| {
            let both = Both {
                tags: tags.clone(),
                desired: desired.clone(),
            };
            assert!(summary(&both).starts_with(want), "{}", summary(&both));
        };
        check(&calm, &calm, "Your changes and theirs do not touch");
        check(&calm, &one, "One property was changed by both");
        check(&one, &one, "Two properties were changed by both");
    }

    #[test]
    fn choices_belong_to_their_section() {
        let paths = ["tags.a", "desired.a.b", "desired.c"]
            .map(str::to_owned)
            .into();
        assert_eq!(
            within(&paths, Section::Desired),
            ["a.b", "c"].map(str::to_owned).into()
        );
        assert_eq!(
            within(&paths, Section::Tags),
            ["a"].map(str::to_owned).into()
        );
    }
}
