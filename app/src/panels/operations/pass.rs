//! Letting one device past a gate that holds it: the button in its row, and the question of the page.

use leptos::prelude::*;
use muster_core::ids::{DeviceId, OperationId};
use muster_core::operation::TargetState;
use muster_core::policy::Action as Act;

use crate::error::AppError;
use crate::format;
use crate::panels::refresh::Refresh;
use crate::reactive::{dynamic, effect};
use crate::rpc::operations::{PassGate, TargetRow};
use crate::session::use_session;
use crate::ui::{Button, ButtonSize, Dialog, Note, TextField, Tone};

/// Id of the form, whose button stands outside it.
const FORM: &str = "pass-one";

/// Which device is asked about.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Held {
    operation: OperationId,
    gate: u8,
    device: DeviceId,
    why: String,
}

/// The question of a page.
#[derive(Clone, Copy, Debug)]
pub struct Pass {
    held: RwSignal<Option<Held>>,
    open: RwSignal<bool>,
    reason: RwSignal<String>,
    problem: RwSignal<Option<AppError>>,
}

impl Pass {
    /// Nothing is asked yet.
    pub fn closed() -> Self {
        Self {
            held: RwSignal::new(None),
            open: RwSignal::new(false),
            reason: RwSignal::new(String::new()),
            problem: RwSignal::new(None),
        }
    }

    /// The button for a device; nothing where no gate holds it, or for who may not.
    pub fn button(self, operation: OperationId, target: &TargetRow) -> AnyView {
        let may = use_session().with(|me| me.can(Act::OverrideGates));
        let (true, TargetState::Waiting, Some(gate)) = (may, target.state, target.gate) else {
            return ().into_any();
        };
        let device = target.device.clone();
        let words = format!(" the gate for {device}");
        let held = Held {
            operation,
            gate,
            device,
            why: target.why.clone().unwrap_or_default(),
        };
        let ask = move |_| {
            self.held.set(Some(held.clone()));
            self.reason.set(String::new());
            self.problem.set(None);
            self.open.set(true);
        };
        view! {
            <span class="js-only">
                <Button size=ButtonSize::Small on_press=ask>"Override…" <span class="sr-only">{words}</span></Button>
            </span>
        }
        .into_any()
    }

    /// The question. `refresh` reads the rows again.
    pub fn dialog(self, refresh: Refresh) -> AnyView {
        let action = ServerAction::<PassGate>::new();
        effect(move || match action.value().get() {
            Some(Ok(_)) => {
                self.open.set(false);
                refresh.ask();
            }
            Some(Err(error)) => self.problem.set(Some(error)),
            None => {}
        });
        let send = move |event: leptos::ev::SubmitEvent| {
            event.prevent_default();
            if let Some(held) = self.held.get_untracked() {
                action.dispatch(PassGate {
                    id: held.operation,
                    gate: held.gate,
                    device: held.device.as_str().to_owned(),
                    reason: self.reason.get_untracked(),
                });
            }
        };
        let problem = move || {
            let error = self.problem.get()?;
            Some(view! { <Note tone=Tone::Serious alert=true>{error.to_string()}</Note> })
        };
        let words = move || {
            self.held.get().map(|held| {
                view! {
                    <p>
                        <strong>{held.device.as_str().to_owned()}</strong>
                        " waits: " {format::sentence(&held.why)}
                        " It may go ahead though this gate holds it. Its other gates still count."
                    </p>
                }
            })
        };
        view! {
            <Dialog
                id="pass"
                title="Let 1 device past its gate?"
                open=self.open
                actions=move || {
                    view! {
                        <Button on_press=move |_| self.open.set(false)>"Cancel"</Button>
                        <button class="btn btn--primary" type="submit" form=FORM>"Let 1 device pass"</button>
                    }
                }
            >
                <form id=FORM class="fields" on:submit=send>
                    {dynamic(problem)}
                    {dynamic(words)}
                    <TextField
                        id="pass-one-reason"
                        name="reason"
                        label="Reason"
                        bind=self.reason
                        required=true
                        hint=Signal::stored(Some("It is written into the audit trail, and everybody who looks at the operation reads it.".to_owned()))
                    />
                </form>
            </Dialog>
        }
        .into_any()
    }
}
