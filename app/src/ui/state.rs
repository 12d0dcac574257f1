//! State: always a shape and a word (visual language §4).

mod operation;

use leptos::prelude::*;
use muster_core::contact::Contact;
use muster_core::device::Status;
use muster_core::lifecycle::Stage;

use super::Icon;

/// How much something asks for attention. Severity grows by fill of the shape, never by colour alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Tone {
    /// No judgement.
    #[default]
    Neutral,
    /// As it should be.
    Ok,
    /// Good to know.
    Info,
    /// Moving.
    Running,
    /// Look at it today.
    Attention,
    /// Act this shift.
    Serious,
    /// Act now.
    Critical,
}

impl Tone {
    /// The word in class names.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::Ok => "ok",
            Self::Info => "info",
            Self::Running => "running",
            Self::Attention => "attention",
            Self::Serious => "serious",
            Self::Critical => "critical",
        }
    }

    /// The shape of the tone itself.
    pub const fn icon(self) -> &'static str {
        match self {
            Self::Neutral => "s-neutral",
            Self::Ok => "s-ok",
            Self::Info => "s-info",
            Self::Running => "s-running",
            Self::Attention => "s-attention",
            Self::Serious => "s-serious",
            Self::Critical => "s-critical",
        }
    }

    /// The word of the tone, for an icon that stands alone.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Neutral => "Note",
            Self::Ok => "Good",
            Self::Info => "Hint",
            Self::Running => "Running",
            Self::Attention => "Attention",
            Self::Serious => "Serious",
            Self::Critical => "Critical",
        }
    }

    pub(super) const fn glyph(self) -> &'static str {
        match self {
            Self::Neutral => "glyph",
            Self::Ok => "glyph glyph--ok",
            Self::Info => "glyph glyph--info",
            Self::Running => "glyph glyph--running",
            Self::Attention => "glyph glyph--attention",
            Self::Serious => "glyph glyph--serious",
            Self::Critical => "glyph glyph--critical",
        }
    }
}

/// How one state looks everywhere: tone, shape, word, and its cell in a roll call or bar.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Look {
    /// How much it asks for attention.
    pub tone: Tone,
    /// Its shape in the sprite.
    pub icon: &'static str,
    /// Its word.
    pub word: &'static str,
    /// How full its cell is: `ok`, `asleep`, `overdue`, `silent`, `never`, `running`, `waiting`, `later`, `failed`.
    pub cell: &'static str,
}

/// The states that have no type of their own in the core.
pub mod look {
    use super::{Look, Tone};

    const fn look(tone: Tone, icon: &'static str, word: &'static str, cell: &'static str) -> Look {
        Look {
            tone,
            icon,
            word,
            cell,
        }
    }

    /// Reported equals desired.
    pub const IN_SYNC: Look = look(Tone::Neutral, "s-sync", "In sync", "ok");
    /// Reported differs from desired.
    pub const DRIFT: Look = look(Tone::Attention, "s-drift", "Drift", "attention");
    /// Waits for something it names.
    pub const WAITING: Look = look(Tone::Neutral, "s-waiting", "Waiting", "waiting");
    /// Another device took its place.
    pub const REPLACED: Look = look(Tone::Neutral, "i-swap", "Replaced by", "later");
    /// Not yet asked for.
    pub const DRAFT: Look = look(Tone::Neutral, "s-draft", "Draft", "later");
    /// A second person decides.
    pub const AWAITING_APPROVAL: Look =
        look(Tone::Neutral, "i-approve", "Awaiting approval", "waiting");
    /// Its time is set.
    pub const SCHEDULED: Look = look(Tone::Neutral, "s-scheduled", "Scheduled", "waiting");
    /// Under way.
    pub const RUNNING: Look = look(Tone::Running, "s-running", "Running", "running");
    /// Held by a person.
    pub const PAUSED: Look = look(Tone::Neutral, "s-paused", "Paused", "waiting");
    /// Ended well.
    pub const COMPLETED: Look = look(Tone::Ok, "s-ok", "Completed", "good");
    /// Ended, not everywhere well.
    pub const COMPLETED_WITH_FAILURES: Look = look(
        Tone::Attention,
        "s-attention",
        "Completed with failures",
        "attention",
    );
    /// Ended by a person or a rule.
    pub const STOPPED: Look = look(Tone::Neutral, "s-stopped", "Stopped", "later");
    /// Taken back.
    pub const ROLLED_BACK: Look = look(Tone::Neutral, "i-undo", "Rolled back", "later");
    /// Withdrawn before it began.
    pub const CANCELLED: Look = look(Tone::Neutral, "s-blocked", "Cancelled", "later");
    /// Its time passed.
    pub const EXPIRED: Look = look(Tone::Neutral, "s-overdue", "Expired", "later");
    /// Did not work.
    pub const FAILED: Look = look(Tone::Serious, "s-failed", "Failed", "failed");
}

impl From<Contact> for Look {
    fn from(contact: Contact) -> Self {
        let (tone, icon, word, cell) = match contact {
            Contact::Reporting => (Tone::Ok, "s-ok", "Reporting", "ok"),
            Contact::Asleep => (Tone::Neutral, "s-asleep", "Asleep", "asleep"),
            Contact::Overdue => (Tone::Attention, "s-overdue", "Overdue", "overdue"),
            Contact::Silent => (Tone::Critical, "s-silent", "Silent", "silent"),
            Contact::NeverSeen => (Tone::Neutral, "s-never", "Never seen", "never"),
        };
        Self {
            tone,
            icon,
            word,
            cell,
        }
    }
}

impl From<Stage> for Look {
    fn from(stage: Stage) -> Self {
        let (tone, icon, word, cell) = match stage {
            Stage::Planned => (Tone::Neutral, "s-never", "Planned", "never"),
            Stage::Provisioned => (Tone::Neutral, "s-draft", "Provisioned", "waiting"),
            Stage::Active => (Tone::Ok, "s-ok", "Active", "ok"),
            Stage::Maintenance => (Tone::Neutral, "i-configure", "Maintenance", "running"),
            Stage::Retired => (Tone::Neutral, "i-retire", "Retired", "later"),
        };
        Self {
            tone,
            icon,
            word,
            cell,
        }
    }
}

impl From<Status> for Look {
    fn from(status: Status) -> Self {
        let (tone, icon, word, cell) = match status {
            Status::Enabled => (Tone::Ok, "s-ok", "Enabled", "ok"),
            Status::Disabled => (Tone::Neutral, "s-blocked", "Disabled", "later"),
        };
        Self {
            tone,
            icon,
            word,
            cell,
        }
    }
}

/// A shape and a word, without a tint, so that fifty healthy rows stay quiet.
#[component]
pub fn State(
    /// The state: a [`Look`], or a contact, stage or status of the core.
    #[prop(into)]
    look: Signal<Look>,
    /// Words in place of its own: "Not confirmed, 2 h 52 min".
    #[prop(optional, into)]
    word: Option<String>,
) -> impl IntoView {
    view! {
        <span class=move || format!("st st--{}", look.get().tone.as_str())>
            {move || view! { <Icon name=look.get().icon/> }}
            <span>{move || word.clone().unwrap_or_else(|| look.get().word.to_owned())}</span>
        </span>
    }
    .into_any()
}

/// A shape alone, with its word for assistive technology.
#[component]
pub fn Glyph(
    /// The state.
    #[prop(into)]
    look: Look,
) -> impl IntoView {
    view! { <Icon name=look.icon class=look.tone.glyph() label=look.word/> }.into_any()
}
