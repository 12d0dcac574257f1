//! How near an operation is to stopping by itself.

use leptos::prelude::*;
use muster_core::operation::OnFailures;

use crate::format;
use crate::rpc::operations::Rule;
use crate::ui::Meter;

/// The verb of what the rule does.
pub fn verb(then: OnFailures) -> &'static str {
    match then {
        OnFailures::Pause => "Pauses",
        OnFailures::Stop => "Stops",
        OnFailures::RollBack => "Rolls back",
    }
}

/// One line: `Failures 1.1% of 3% allowed`.
pub fn line(rule: Option<&Rule>, failed: u32) -> String {
    match rule {
        Some(Rule {
            percent: Some(percent),
            failed,
            finished,
            ..
        }) if *failed > 0 => format!(
            "Failures {} of {percent}% allowed",
            format::share(u64::from(*failed), u64::from(*finished))
        ),
        Some(Rule {
            count: Some(count),
            failed,
            ..
        }) if *failed > 0 => format!(
            "Failures {} of {} allowed",
            format::count(u64::from(*failed)),
            format::count(u64::from(*count))
        ),
        _ if failed > 0 => format::plural(u64::from(failed), "device failed", "devices failed"),
        _ => "No failures".to_owned(),
    }
}

/// Both sides of the rule as meters.
pub fn meters(rule: &Rule) -> AnyView {
    let (failed, finished) = (u64::from(rule.failed), u64::from(rule.finished));
    let share = rule.percent.map(|percent| {
        let title = format!("Failures in a wave pass {percent}%");
        let now = format::share(failed, finished);
        let of = format!(
            "{} of {} finished",
            format::count(failed),
            format::count(finished)
        );
        let note = match u64::from(rule.after) {
            after if after > finished => {
                format!("{of}; looked at from {} on", format::count(after))
            }
            _ => of,
        };
        // Thousandths, so that a small share is seen.
        let n = (failed * 1000).checked_div(finished).unwrap_or(0);
        meter(title, now, note, n, u64::from(percent) * 10)
    });
    let count = rule.count.map(|count| {
        let count = u64::from(count);
        let title = format!(
            "{} in a wave failed",
            format::plural(count, "device", "devices")
        );
        let note = "whatever their share".to_owned();
        meter(title, format::count(failed), note, failed, count)
    });
    view! { <ul class="rules">{share}{count}</ul> }.into_any()
}

fn meter(title: String, now: String, note: String, n: u64, of: u64) -> AnyView {
    let label = format!("{now}, {title}");
    let cell = match n * 100 {
        near if near >= of * 100 => "critical",
        near if near >= of * 75 => "attention",
        _ => "main",
    };
    view! {
        <li>
            <div class="row row--between"><span>{title}</span><strong>{now}</strong></div>
            <Meter n=n of=of label=label cell=cell/>
            <p class="meta">{note}</p>
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_compares_with_what_is_allowed() {
        let rule = |count, percent, failed, finished| Rule {
            count,
            percent,
            after: 0,
            then: OnFailures::Pause,
            failed,
            finished,
        };
        let check = |rule: Option<Rule>, failed, want: &str| {
            assert_eq!(line(rule.as_ref(), failed), want);
        };
        check(
            Some(rule(None, Some(3), 108, 9520)),
            160,
            "Failures 1.1% of 3% allowed",
        );
        check(
            Some(rule(Some(5), None, 2, 10)),
            2,
            "Failures 2 of 5 allowed",
        );
        check(Some(rule(None, Some(3), 0, 0)), 1, "1 device failed");
        check(None, 0, "No failures");
    }
}
