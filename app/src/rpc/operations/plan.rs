//! From what was typed to a plan, or what is wrong by the names of fields.

mod back;
mod how;
mod read;
mod what;
mod who;

use muster_core::operation::Plan;

use super::Draft;
use super::words;
use crate::error::FieldError;

pub use back::draft_of;
pub use read::{Problems, moment};
pub use what::task;

/// A step of the wizard.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// What.
    What,
    /// Who.
    Who,
    /// How.
    How,
}

/// The plan of a draft.
pub fn plan(draft: &Draft) -> Result<Plan, Vec<FieldError>> {
    let mut problems = Problems::default();
    let task = task(&draft.what, &mut problems);
    let target = who::target(&draft.who, &mut problems);
    let how = how::how(&draft.how, &mut problems);
    let title = what::title(&draft.what, &mut problems);
    match (problems.into_list(), task, target) {
        (problems, Some(task), Some(target)) if problems.is_empty() => Ok(Plan {
            title: title.unwrap_or_else(|| words::title(&task)),
            task,
            target,
            how,
        }),
        (problems, ..) => Err(problems),
    }
}

/// What is wrong with one step.
pub fn problems_of(draft: &Draft, part: Part) -> Vec<FieldError> {
    let mut problems = Problems::default();
    match part {
        Part::What => {
            task(&draft.what, &mut problems);
            what::title(&draft.what, &mut problems);
        }
        Part::Who => drop(who::target(&draft.who, &mut problems)),
        Part::How => drop(how::how(&draft.how, &mut problems)),
    }
    problems.into_list()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use super::*;
    use crate::rpc::operations::draft::{PatchRow, WaveForm};
    use muster_core::operation::{Target, Task, WaveSize};
    use serde_json::json;

    fn draft() -> Draft {
        let mut draft = Draft::default();
        draft.what.kind = "update_twin".to_owned();
        draft.what.desired = r#"{"telemetry": {"interval": 60}}"#.to_owned();
        draft.who.filter = "tags.site = 'b7'".to_owned();
        draft
    }

    #[test]
    fn a_draft_becomes_a_plan_named_after_what_it_does() {
        let plan = plan(&draft()).unwrap();
        assert_eq!(plan.title, "Set desired telemetry.interval = 60");
        assert_eq!(
            plan.target,
            Target::Query {
                text: "tags.site = 'b7'".to_owned()
            }
        );
        assert_eq!(plan.how.attempts, 3);
        assert_eq!(plan.how.retry_after_s, 300);
        assert!(plan.how.waves.is_empty());
    }

    #[test]
    fn rows_join_the_patch() {
        let mut draft = draft();
        let row = |section: &str, path: &str, kind: &str, value: &str| PatchRow {
            section: section.to_owned(),
            path: path.to_owned(),
            kind: kind.to_owned(),
            value: value.to_owned(),
        };
        draft.what.rows = vec![
            row("desired", "telemetry.unit", "text", "s"),
            row("desired", "old", "remove", ""),
            row("tags", "ring", "number", "2"),
            row("", "", "", ""),
        ];
        let Task::UpdateTwin { tags, desired } = plan(&draft).unwrap().task else {
            panic!("another task");
        };
        assert_eq!(tags, Some(json!({"ring": 2})));
        assert_eq!(
            desired,
            Some(json!({"telemetry": {"interval": 60, "unit": "s"}, "old": null}))
        );
    }

    #[test]
    fn the_careful_preset_has_five_waves() {
        let mut draft = draft();
        draft.how.waves = "careful".to_owned();
        let plan = plan(&draft).unwrap();
        let sizes: Vec<_> = plan.how.waves.into_iter().map(|wave| wave.size).collect();
        assert_eq!(
            sizes,
            [
                WaveSize::Count { devices: 10 },
                WaveSize::Permille { share: 10 },
                WaveSize::Permille { share: 100 },
                WaveSize::Permille { share: 500 },
                WaveSize::Rest
            ]
        );
    }

    #[test]
    fn what_is_wrong_is_said_beside_its_field() {
        let check = |change: fn(&mut Draft), field: &str| {
            let mut draft = draft();
            change(&mut draft);
            let problems = plan(&draft).unwrap_err();
            let fields: Vec<_> = problems.iter().map(|p| p.field.as_str()).collect();
            assert_eq!(fields, [field]);
        };
        check(|d| d.what.kind.clear(), "what[kind]");
        check(|d| d.what.desired = "[1]".to_owned(), "what[desired]");
        check(|d| d.what.desired.clear(), "what[rows][0][path]");
        check(|d| d.what.title = "x".repeat(121), "what[title]");
        check(|d| d.who.filter = "tags.a >".to_owned(), "who[filter]");
        check(
            |d| {
                d.who.by = "ids".to_owned();
                d.who.ids = "a b/ü".to_owned();
            },
            "who[ids]",
        );
        check(
            |d| {
                d.how.waves = "careful".to_owned();
                d.how.soak = "soon".to_owned();
            },
            "how[soak]",
        );
        check(|d| d.how.attempts = "11".to_owned(), "how[attempts]");
        check(|d| d.how.timeout = "0".to_owned(), "how[timeout]");
        check(
            |d| d.how.starts_at = "tomorrow".to_owned(),
            "how[starts_at]",
        );
        check(
            |d| {
                d.how.waves = "own".to_owned();
                d.how.rows = vec![WaveForm {
                    kind: "percent".to_owned(),
                    value: "0".to_owned(),
                    ..WaveForm::default()
                }];
            },
            "how[rows][0][value]",
        );
        check(
            |d| {
                d.how.conditions = vec![crate::rpc::operations::draft::ConditionForm {
                    label: String::new(),
                    text: "reported.x =".to_owned(),
                }];
            },
            "how[conditions][0][text]",
        );
    }
}
