//! The panels of the page.

use leptos::prelude::*;
use muster_core::contact::Contact;

use super::HealthAddress;
use crate::charts::{Chart, ChartModel, HistogramModel, histogram};
use crate::clock::use_now;
use crate::format::{self, TimeStyle};
use crate::live::{Item, Topic, use_live};
use crate::panels::breakdown::breakdown;
use crate::panels::refresh::use_refreshed;
use crate::panels::telemetry::Range;
use crate::reactive::{dynamic, effect};
use crate::routes;
use crate::rpc::health::{Breakdown, HealthView, Offender, Share, read_health};
use crate::ui::{
    Choice, Count, Fact, Facts, Legend, Look, Note, PageHead, RollCall, RollPart, Section,
    SelectField, Stamp, TextField, TimeStamp, Tone, section,
};

/// Ranges of the history.
const RANGES: [Range; 4] = [Range::Day, Range::Week, Range::Month, Range::Year];

/// The whole page for one question.
pub(super) fn body(address: HealthAddress, health: HealthView) -> AnyView {
    let (health, refresh) = {
        let address = address.clone();
        use_refreshed(health, move || {
            read_health(address.by.clone(), address.filter.clone(), address.range())
        })
    };
    // The fleet moves all the time: counting again with the clock's tick is often enough.
    let stale = RwSignal::new(false);
    let now = use_now();
    effect(move || {
        now.track();
        if stale.get_untracked() {
            stale.set(false);
            refresh.ask();
        }
    });
    use_live(
        || vec![Topic::Census],
        move |item| match item {
            Item::Census(_) => stale.set(true),
            Item::Resync => refresh.ask(),
            _ => {}
        },
    );
    let dimensions = health.with_untracked(|health| health.dimensions.clone());
    let by = health.with_untracked(|health| health.by.clone());
    let facts = move || move || health.with(sentence);
    let charts = Memo::new(move |_| health.with(|health| health.history.clone()));
    let ranges = ranges(&address);
    let narrowed = (!address.filter.is_empty()).then(|| {
        view! { <p class="meta">"The filter narrows what is above. History is of every device you see."</p> }
    });
    view! {
        <PageHead title="Fleet health" facts=facts/>
        {question(&address, by, dimensions)}
        {panels(health)}
        <Section id="history" title="History" rule=true end=move || ranges>
            {narrowed}
            {dynamic(move || charts.with(|charts| history(charts)))}
        </Section>
    }
    .into_any()
}

/// The form that asks: plain, so that it works without script.
fn question(address: &HealthAddress, by: String, dimensions: Vec<String>) -> AnyView {
    let choice = |path: String| Choice {
        label: path.clone(),
        value: path,
    };
    let mut choices: Vec<Choice> = dimensions.into_iter().map(choice).collect();
    if !choices.iter().any(|choice| choice.value == by) {
        choices.insert(0, choice(by.clone()));
    }
    let filter = address.filter.clone();
    view! {
        <form class="ask mt-4" method="get" action=routes::HEALTH>
            <SelectField id="by" name="by" label="Part the fleet by" choices=choices chosen=by/>
            <TextField id="filter" name="filter" label="Only devices with" mono=true value=filter/>
            <input type="hidden" name="range" value=address.range().as_str()/>
            <button class="btn" type="submit">"Show"</button>
        </form>
    }
    .into_any()
}

/// Each panel is written anew when its own numbers change, so that links keep the focus.
fn panels(health: RwSignal<HealthView>) -> AnyView {
    let at = Signal::derive(move || health.with(|health| health.at));
    let part = move |read: fn(&HealthView) -> &Breakdown, none| {
        let part = Memo::new(move |_| health.with(|health| read(health).clone()));
        dynamic(move || breakdown(part.get(), none))
    };
    let problem = Memo::new(move |_| health.with(|health| health.problem.clone()));
    let figures = Memo::new(move |_| health.with(|health| health.figures.clone()));
    let contact = Memo::new(move |_| health.with(|health| health.contact.clone()));
    let numbers = Memo::new(move |_| health.with(|health| health.numbers.clone()));
    let silent = Memo::new(move |_| health.with(|health| health.silent.clone()));
    view! {
        {dynamic(move || problem.get().map(refused))}
        {dynamic(move || figures.with(|figures| strip(figures)))}
        <Section id="now" title="Now" class="rollcall" end=move || view! { <Stamp ms=at/> }>
            {dynamic(move || contact.with(|contact| roll_call(contact)))}
        </Section>
        <div class="cols mt-8">
            <div class="stack">
                {section("parts", "Presence", false, part(|h| &h.groups, NO_DEVICES))}
                {section("ages", "Staleness", true, part(|h| &h.ages, NO_DEVICES))}
                {section(
                    "numbers",
                    "Batteries and signals",
                    true,
                    dynamic(move || histograms(numbers.get(), at)),
                )}
            </div>
            <aside class="stack">
                {section("versions", "Firmware", false, part(|h| &h.firmware, NO_DEVICES))}
                {section("drifting", "Drift", true, part(|h| &h.drift, "Every device is as it was asked to be."))}
                {section(
                    "silent",
                    "Silent for longest",
                    true,
                    dynamic(move || silent.with(|silent| offenders(silent))),
                )}
            </aside>
        </div>
    }
    .into_any()
}

const NO_DEVICES: &str = "There are no devices in service here.";

fn refused(problem: String) -> AnyView {
    let words = format!("{problem}. The whole fleet is shown.");
    view! { <Note tone=Tone::Attention>{words}</Note> }.into_any()
}

fn strip(figures: &[Share]) -> AnyView {
    let figures = figures.iter().map(figure).collect_view();
    view! { <Facts>{figures}</Facts> }.into_any()
}

fn histograms(numbers: Vec<HistogramModel>, at: Signal<i64>) -> AnyView {
    if numbers.is_empty() {
        return view! {
            <p class="meta">
                "No device reports a battery or a signal. Numbers called battery, battery.percent, rssi or signal are drawn here."
            </p>
        }
        .into_any();
    }
    let drawings = numbers.into_iter().map(|model| histogram(model, at));
    view! { <div class="stack">{drawings.collect_view()}</div> }.into_any()
}

fn figure(share: &Share) -> AnyView {
    let (label, n, href) = (share.label.clone(), share.n, share.href.clone());
    view! { <Fact term=label><Count n=n href=href/></Fact> }.into_any()
}

fn roll_call(contact: &[Share]) -> AnyView {
    let looks = Contact::ALL.map(Look::from).into_iter();
    let parts: Vec<RollPart> = looks
        .zip(contact)
        .map(|(look, share)| RollPart {
            look,
            n: share.n,
            href: Some(share.href.clone()),
        })
        .collect();
    let parts = Signal::stored(parts);
    view! {
        <RollCall parts=parts/>
        <div class="mt-3"><Legend parts=parts/></div>
    }
    .into_any()
}

fn offenders(silent: &[Offender]) -> AnyView {
    if silent.is_empty() {
        return view! { <p class="meta">"No device is silent."</p> }.into_any();
    }
    let rows = silent
        .iter()
        .map(|offender| {
            let last = match offender.last {
                Some(at) => view! { <TimeStamp ms=at style=TimeStyle::DateTime/> }.into_any(),
                None => "never".into_any(),
            };
            let href = routes::device(&offender.id);
            view! {
                <tr>
                    <th scope="row"><a href=href>{offender.id.to_string()}</a></th>
                    <td class="num">{last}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="table">
            <thead>
                <tr>
                    <th scope="col">"Device"</th>
                    <th scope="col" class="num">"Last activity"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn history(charts: &[ChartModel]) -> AnyView {
    if charts.is_empty() {
        return view! {
            <p class="meta">
                "The first sample is taken within five minutes of the hub's start, and of a new scope. Until then there is nothing to draw."
            </p>
        }
        .into_any();
    }
    let charts = charts.iter().cloned();
    let charts = charts.map(|model| view! { <Chart model=model height=168/> });
    view! { <div class="stack">{charts.collect_view()}</div> }.into_any()
}

fn ranges(address: &HealthAddress) -> AnyView {
    let links = RANGES.map(|range| {
        let current = (range == address.range()).then_some("true");
        view! {
            <a class="btn btn--s" href=address.with_range(range) aria-current=current>{range.as_str()}</a>
        }
    });
    view! {
        <span class="btns btns--wrap" role="group" aria-label="Range">{links.into_iter().collect_view()}</span>
    }
    .into_any()
}

/// The finding, as the first sentence of the page.
fn sentence(health: &HealthView) -> String {
    let of = |contact: Contact| {
        health
            .contact
            .get(contact as usize)
            .map_or(0, |share| share.n)
    };
    let all: u64 = health.contact.iter().map(|share| share.n).sum();
    let good = of(Contact::Reporting) + of(Contact::Asleep);
    let silent = match of(Contact::Silent) {
        0 => "None is silent.".to_owned(),
        1 => "One is silent.".to_owned(),
        n => format!("{} are silent.", format::count(n)),
    };
    match all {
        0 => "There are no devices in service here.".to_owned(),
        _ => format!(
            "{} of {} are in contact ({}). {silent}",
            format::count(good),
            format::plural(all, "device", "devices"),
            format::share(good, all),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_is_the_finding() {
        let none = || Breakdown {
            caption: String::new(),
            rows: Vec::new(),
            more: 0,
        };
        let check = |counts: [u64; 5], want: &str| {
            let share = |n| Share {
                label: String::new(),
                n,
                href: String::new(),
                contact: Vec::new(),
            };
            let health = HealthView {
                at: 0,
                by: String::new(),
                dimensions: Vec::new(),
                problem: None,
                figures: Vec::new(),
                contact: counts.map(share).into(),
                groups: none(),
                drift: none(),
                ages: none(),
                firmware: none(),
                numbers: Vec::new(),
                silent: Vec::new(),
                history: Vec::new(),
            };
            assert_eq!(sentence(&health), want);
        };
        check([0; 5], "There are no devices in service here.");
        check(
            [80, 10, 5, 5, 0],
            "90 of 100 devices are in contact (90.0%). 5 are silent.",
        );
        check(
            [1, 0, 0, 0, 0],
            "1 of 1 device are in contact (100.0%). None is silent.",
        );
    }
}
