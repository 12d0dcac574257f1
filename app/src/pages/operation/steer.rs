//! Pausing, stopping, retrying: the effect in words before the button.

use leptos::form::ActionForm;
use leptos::prelude::*;
use muster_core::operation::{OperationState, Turn};

use crate::format::{self, plural};
use crate::panels::refresh::Refresh;
use crate::reactive::{dynamic, effect};
use crate::rpc::operations::{OperationRow, SteerOperation};
use crate::ui::{Button, ButtonKind, Icon, Menu, Note, TextField, Tone};

/// What can be done with an operation.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Verb {
    /// Holds it.
    Pause,
    /// Lets it go on.
    Resume,
    /// Opens the wave that waits for a person.
    Continue,
    /// Ends it.
    Stop,
    /// Calls it off before it began.
    Cancel,
    /// Tries failed and cancelled devices again.
    Retry,
    /// Takes back what it did.
    RollBack,
}

impl Verb {
    /// All, in the order of the head.
    pub const ALL: [Verb; 7] = [
        Self::Continue,
        Self::Resume,
        Self::Pause,
        Self::Stop,
        Self::Cancel,
        Self::Retry,
        Self::RollBack,
    ];

    /// The name that the form sends.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Continue => "continue",
            Self::Stop => "stop",
            Self::Cancel => "cancel",
            Self::Retry => "retry",
            Self::RollBack => "roll_back",
        }
    }

    /// The verb of a form.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verb| verb.as_str() == name)
    }

    /// Whether it can be done now. `held` says that a wave waits for a person.
    pub fn is_possible(self, row: &OperationRow, held: bool) -> bool {
        let after = |turn| row.state.after(turn).is_ok();
        if row.transfer.is_some() {
            return self == Self::Stop && row.state == OperationState::Running;
        }
        match self {
            Self::Pause => after(Turn::Pause),
            Self::Resume => after(Turn::Resume),
            Self::Continue => held && row.state == OperationState::Running,
            Self::Stop => after(Turn::Stop),
            Self::Cancel => after(Turn::Cancel) && row.state != OperationState::Draft,
            Self::Retry => after(Turn::Retry) && again(row) > 0,
            Self::RollBack => row.way_back && after(Turn::RollBack) && row.counts.succeeded > 0,
        }
    }

    /// Whether somebody has to say why.
    pub fn asks_why(self) -> bool {
        matches!(
            self,
            Self::Pause | Self::Stop | Self::Cancel | Self::RollBack
        )
    }

    fn icon(self) -> &'static str {
        match self {
            Self::Pause => "i-pause",
            Self::Resume | Self::Continue => "i-play",
            Self::Stop => "i-stop",
            Self::Cancel => "i-x",
            Self::Retry => "i-refresh",
            Self::RollBack => "i-undo",
        }
    }

    /// The words of the button that opens the question.
    fn label(self, row: &OperationRow) -> String {
        match self {
            Self::Pause => "Pause…".to_owned(),
            Self::Resume => "Resume…".to_owned(),
            Self::Continue => "Open next wave…".to_owned(),
            Self::Stop => "Stop…".to_owned(),
            Self::Cancel => "Cancel…".to_owned(),
            Self::Retry => format!("Retry {}…", format::count(again(row))),
            Self::RollBack => format!("Roll back {}…", format::count(done(row))),
        }
    }

    /// The words of the button that does it.
    fn deed(self, row: &OperationRow) -> String {
        match self {
            Self::Pause => "Pause operation".to_owned(),
            Self::Resume => "Resume operation".to_owned(),
            Self::Continue => "Open next wave".to_owned(),
            Self::Stop => "Stop operation".to_owned(),
            Self::Cancel => "Cancel operation".to_owned(),
            Self::Retry => format!("Retry {}", plural(again(row), "device", "devices")),
            Self::RollBack => format!("Roll back {}", plural(done(row), "device", "devices")),
        }
    }

    /// What happens, also to those already started, in words that go on a sentence.
    pub fn effect(self, row: &OperationRow) -> String {
        if let Some(transfer) = &row.transfer {
            return match transfer.import {
                true => "lines that are done stay done, the rest is not read. It ends.",
                false => "no file is written. It ends.",
            }
            .to_owned();
        }
        let counts = &row.counts;
        let running = u64::from(counts.running);
        let begun = match running {
            0 => "nothing is under way".to_owned(),
            n => format!("{} already started will finish", format::count(n)),
        };
        let rest = u64::from(counts.waiting + counts.later);
        match self {
            Self::Pause => format!("{begun}. Nothing new begins until somebody resumes it."),
            Self::Resume => {
                format!(
                    "{} not begun yet may go on.",
                    plural(rest, "device", "devices")
                )
            }
            Self::Continue => "The wave before is good. The next one opens at once.".to_owned(),
            Self::Stop => match rest {
                0 => format!("{begun}. The operation ends."),
                n => format!(
                    "{begun}, {} stay as they are. The operation ends.",
                    format::count(n)
                ),
            },
            Self::Cancel => "Nothing has begun. No device is touched.".to_owned(),
            Self::RollBack => {
                "each device that was done goes back to what it had before, by an operation of its own that begins at once, without waves and gates."
                    .to_owned()
            }
            Self::Retry => {
                "Failed and cancelled devices get another attempt, under the same gates and limits."
                    .to_owned()
            }
        }
    }
}

fn done(row: &OperationRow) -> u64 {
    u64::from(row.counts.succeeded)
}

fn again(row: &OperationRow) -> u64 {
    u64::from(row.counts.failed + row.counts.cancelled)
}

/// The button, and the question it unfolds. Works without script.
#[component]
pub fn SteerMenu(
    /// What is to be done.
    verb: Verb,
    /// The operation as it is now.
    #[prop(into)]
    row: Signal<OperationRow>,
    /// Reads it again.
    refresh: Refresh,
    /// A small button, for lists.
    #[prop(optional)]
    small: bool,
) -> impl IntoView {
    let action = ServerAction::<SteerOperation>::new();
    effect(move || {
        if action.value().get().is_some() {
            refresh.ask();
        }
    });
    let error = move || {
        let error = action.value().get()?.err()?;
        Some(view! { <Note tone=Tone::Serious alert=true>{error.to_string()}</Note> })
    };
    let class = match (verb, small) {
        (Verb::Stop, false) => "btn btn--stop",
        (Verb::Stop, true) => "btn btn--s btn--danger",
        (Verb::Cancel | Verb::RollBack, false) => "btn btn--danger",
        (_, false) => "btn",
        (_, true) => "btn btn--s",
    };
    let (id, title) = row.with_untracked(|row| (row.id, row.title.clone()));
    let label = move || row.with(|row| verb.label(row));
    let button = move || {
        view! {
            <Icon name=verb.icon()/>
            <span>{dynamic(label)}</span>
            {small.then(|| view! { <span class="sr-only">" "{title}</span> })}
        }
    };
    let kind = match verb {
        Verb::Stop => ButtonKind::Stop,
        Verb::Cancel | Verb::RollBack => ButtonKind::Danger,
        _ => ButtonKind::Primary,
    };
    let why = verb.asks_why();
    let hint = if why {
        "Everybody who looks at the operation reads it."
    } else {
        "May stay empty."
    };
    view! {
        <Menu class=class button=button list="pop--form">
            <ActionForm action=action>
                <input type="hidden" name="id" value=id.to_string()/>
                <input type="hidden" name="verb" value=verb.as_str()/>
                <div class="fields">
                    {dynamic(error)}
                    <p>{dynamic(move || row.with(|row| format::sentence(&verb.effect(row))))}</p>
                    <TextField
                        id=format!("{}-why-{id}", verb.as_str())
                        name="reason"
                        label="Reason"
                        required=why
                        hint=Signal::stored(Some(hint.to_owned()))
                    />
                    <Button submit=true kind=kind>{dynamic(move || row.with(|row| verb.deed(row)))}</Button>
                </div>
            </ActionForm>
        </Menu>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use muster_core::ids::OperationId;
    use muster_core::operation::{Counts, TaskKind};

    fn row(state: OperationState, counts: Counts) -> OperationRow {
        OperationRow {
            id: OperationId(7),
            title: "x".to_owned(),
            kind: TaskKind::UpdateTwin,
            what: String::new(),
            state,
            reason: None,
            by: String::new(),
            created: 0,
            started: None,
            ended: None,
            starts_at: None,
            wave: None,
            waves: 0,
            counts,
            way_back: true,
            rule: None,
            transfer: None,
        }
    }

    #[test]
    fn what_can_be_done_follows_the_state() {
        let counts = Counts {
            succeeded: 2,
            failed: 1,
            ..Counts::default()
        };
        let check = |state, want: &[Verb]| {
            let row = row(state, counts);
            let found: Vec<_> = Verb::ALL
                .into_iter()
                .filter(|verb| verb.is_possible(&row, false))
                .collect();
            assert_eq!(found, want, "{state:?}");
        };
        check(OperationState::Draft, &[]);
        check(OperationState::Scheduled, &[Verb::Cancel]);
        check(OperationState::Running, &[Verb::Pause, Verb::Stop]);
        check(OperationState::Paused, &[Verb::Resume, Verb::Stop]);
        check(OperationState::Completed, &[Verb::RollBack]);
        check(
            OperationState::CompletedWithFailures,
            &[Verb::Retry, Verb::RollBack],
        );
        check(OperationState::Cancelled, &[]);
    }

    #[test]
    fn the_effect_counts_both_sides() {
        let counts = Counts {
            running: 846,
            waiting: 7_734,
            later: 14_068,
            ..Counts::default()
        };
        assert_eq!(
            Verb::Stop.effect(&row(OperationState::Running, counts)),
            "846 already started will finish, 21,802 stay as they are. The operation ends."
        );
        assert_eq!(
            Verb::Stop.effect(&row(OperationState::Running, Counts::default())),
            "nothing is under way. The operation ends."
        );
    }
}
