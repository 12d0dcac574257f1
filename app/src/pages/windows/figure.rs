//! A week as seven columns of 24 hours.

use leptos::prelude::*;

use crate::rpc::windows::{HoursView, Week};

/// Windows that get a colour of their own; further ones share the last.
const COLOURS: usize = 6;

/// Minutes of a day.
const DAY: f64 = 1440.0;

/// The class that gives a window its colour.
pub(super) fn colour(index: usize) -> String {
    format!("week-{}", index.min(COLOURS - 1) + 1)
}

/// The week. What it shows stands in words in the lists below.
pub(super) fn figure(week: &Week) -> AnyView {
    let hours = [0_u16, 6, 12, 18, 24].map(|hour| {
        let y = percent(f64::from(hour) / 24.0);
        view! { <text class="week-hour" x="100%" y=y text-anchor="end">{format!("{hour:02}")}</text> }
    });
    let days = week.days.iter().enumerate().map(|(at, day)| {
        let today = week.today.filter(|(today, _)| usize::from(*today) == at);
        let now = today.map(|(_, minute)| {
            let y = percent(f64::from(minute) / DAY);
            view! { <line class="week-now" x1="0" x2="100%" y1=y.clone() y2=y></line> }
        });
        let grid = [6.0, 12.0, 18.0].map(|hour: f64| {
            let y = percent(hour / 24.0);
            view! { <line class="week-grid" x1="0" x2="100%" y1=y.clone() y2=y></line> }
        });
        let service = week
            .calendars
            .iter()
            .map(|calendar| spans(calendar, at, 0, 1, "week-service".to_owned()));
        let lanes = week.windows.len().max(1);
        let windows = week
            .windows
            .iter()
            .enumerate()
            .map(|(lane, window)| spans(window, at, lane, lanes, colour(lane)));
        view! {
            <li class=if today.is_some() { "week-day is-today" } else { "week-day" }>
                <p class="week-name">
                    <span>{day.name.clone()}</span>
                    " "
                    <span class="week-date">{day.date.clone()}</span>
                </p>
                <svg class="week-plot" aria-hidden="true" focusable="false">
                    {service.collect_view()}
                    {grid}
                    {windows.collect_view()}
                    {now}
                </svg>
            </li>
        }
    });
    view! {
        <figure class="week">
            <svg class="week-hours" aria-hidden="true" focusable="false">{hours}</svg>
            <ol class="week-days">{days.collect_view()}</ol>
        </figure>
    }
    .into_any()
}

/// The openings of one day in one of several lanes.
fn spans(of: &HoursView, day: usize, lane: usize, lanes: usize, class: String) -> AnyView {
    let spans = of.spans.get(day).map(Vec::as_slice).unwrap_or_default();
    let (x, width) = (lane as f64 / lanes as f64, 1.0 / lanes as f64);
    let rects = spans.iter().map(|(from, until)| {
        let title = format!("{}: {} to {}", of.name, clock(*from), clock(*until));
        view! {
            <rect
                class=class.clone()
                x=percent(x)
                width=percent(width)
                y=percent(f64::from(*from) / DAY)
                height=percent(f64::from(until - from) / DAY)
            >
                <title>{title}</title>
            </rect>
        }
    });
    rects.collect_view().into_any()
}

fn percent(share: f64) -> String {
    [crate::format::short(share * 100.0, 2).as_str(), "%"].concat()
}

/// `02:00`; the end of a day is `24:00`.
pub(super) fn clock(minutes: u16) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}
