//! The third step: in which order, under which conditions, how fast, and when it stops by itself.

use leptos::prelude::*;

use super::address::NewAddress;
use super::careful::waves;
use super::fields::{Form, Line, line, options, pick};
use super::gates::gates;
use super::{draft_field, next};
use crate::rpc::operations::{DraftView, HowForm};
use crate::ui::{Check, section};

/// The step.
pub(super) fn how_step(address: &NewAddress, found: DraftView, form: Form) -> AnyView {
    let how = &found.draft.how;
    view! {
        <form class="wiz-form" method="post" action="/rpc/operations/save_how">
            {draft_field(address)}
            {waves(how, &form)}
            {gates(how, &found.known, &form)}
            {pace(how, &form)}
            {failures(how, &form)}
            {schedule(how, &form)}
            {next(address, "Next: review")}
        </form>
    }
    .into_any()
}

fn hint(text: &'static str) -> Line {
    Line {
        hint: Some(text),
        ..Line::default()
    }
}

/// Limits, absence, attempts.
fn pace(how: &HowForm, form: &Form) -> AnyView {
    let offline = options(&[
        ("wait", "Wait until it is online"),
        ("next_contact", "Done at its next contact"),
        ("fail", "Failed"),
    ]);
    let room = "Empty: as fast as device traffic leaves room.";
    let body = view! {
        <div class="pair">
            {line(form, "how[per_minute]", "Devices per minute", &how.per_minute, hint(room))}
            {line(form, "how[in_flight]", "At the same time", &how.in_flight, hint("Empty: no limit of its own."))}
            {pick(form, "how[offline]", "A device that is offline", &offline, &how.offline)}
            {line(form, "how[timeout]", "Time for each device", &how.timeout, hint("Once it began, such as 90 s, 30 min, 12 h."))}
            {line(form, "how[attempts]", "Attempts", &how.attempts, hint("1 to 10."))}
            {line(form, "how[retry_after]", "Pause between attempts", &how.retry_after, hint("Such as 5 min."))}
        </div>
    };
    section("pace", "How fast, how patient?", true, body.into_any())
}

fn failures(how: &HowForm, form: &Form) -> AnyView {
    let then = options(&[("pause", "Pause and wait for a person"), ("stop", "Stop")]);
    let body = view! {
        <div class="pair">
            {line(form, "how[fail_percent]", "Failed in a wave, %", &how.fail_percent, hint("Empty: no share is too much."))}
            {line(form, "how[fail_after]", "Looked at from", &how.fail_after, hint("Finished devices of a wave before the share counts."))}
            {line(form, "how[fail_count]", "Or failed devices in a wave", &how.fail_count, hint("Empty: no number is too many."))}
            {pick(form, "how[fail_then]", "Then", &then, &how.fail_then)}
        </div>
    };
    section("failures", "When it goes wrong", true, body.into_any())
}

fn schedule(how: &HowForm, form: &Form) -> AnyView {
    let at = |text: &'static str| Line {
        hint: Some(text),
        example: "2026-11-22 03:30",
        mono: true,
        ..Line::default()
    };
    let body = view! {
        <div class="pair">
            {line(form, "how[starts_at]", "Begins (UTC)", &how.starts_at, at("Empty: as soon as it is started and approved."))}
            {line(form, "how[expires_at]", "Given up (UTC)", &how.expires_at, at("Empty: never. What is not done by then is cancelled."))}
        </div>
        <div class="mt-4">
            <Check
                name="how[newcomers]"
                label="Include newcomers"
                hint="Devices that begin to match while it runs join the last wave, under the same gates and limits."
                checked=!how.newcomers.is_empty()
            />
        </div>
    };
    section("schedule", "When?", true, body.into_any())
}
